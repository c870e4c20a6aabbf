"""Looks on a device that is behind: training goes on, frames come when they can be had."""

from types import SimpleNamespace

import pytest
import simulated_cuda
import tiny
import torch

from ganstudio.session import looks as looks_module
from ganstudio.session.conductor import Conductor
from ganstudio.session.looks import Looks
from ganstudio.session.mailbox import Mailbox
from ganstudio.session.messages import Pause, Run, State, Watch
from ganstudio.session.pace import Pace
from ganstudio.training.frames import WantMosaic, WantPoints, WantSurface
from ganstudio.training.host_copies import StreamCopies
from ganstudio.training.observer import Observer


class Worker:
    """As much of one as looks need, without its thread."""

    def __init__(self, **parts):
        self.conductor = Conductor(tiny.recipe(**parts), None)
        self.conductor.observer.copies = StreamCopies(torch.device("cpu"))
        self.mailbox, self.pace, self.state, self.said = Mailbox(), Pace(), State.RUNNING, []
        self.session = SimpleNamespace(inbox=SimpleNamespace(pending=lambda: False))
        self.timeline = SimpleNamespace(replay=None, observer=lambda c: self.observer)
        self.observer = self.conductor.observer
        self.looks = Looks(self)

    @property
    def step(self):
        return self.conductor.step

    def say(self, kind, text, details=""):
        self.said.append(text)

    def watch(self, **wants):
        self.looks.watch(Watch(wants))

    def train(self, steps=1):
        done = self.step + steps
        while self.step < done:
            self.conductor.advance(done - self.step)

    def frames(self):
        """Look at what is due; the frames that came of it."""
        self.looks.work()
        return dict(self.mailbox.collect().frames)


@pytest.fixture
def device(monkeypatch):
    return simulated_cuda.Simulated(monkeypatch)


@pytest.fixture
def worker(device):
    return Worker()


def test_training_goes_on_while_a_device_is_behind(worker, device):
    worker.watch(points=WantPoints(4), surface=WantSurface(40))
    worker.train(3)
    begun = []
    worker.observer.begin = lambda *a, **k: begun.append(a) or Observer.begin(
        worker.observer, *a, **k)
    for _ in range(4):
        assert worker.frames() == {} and len(begun) == 2  # each is queued once
        worker.train(2)
    device.run()
    frames = worker.frames()
    assert {key: frame.step for key, frame in frames.items()} == {"points": 3, "surface": 3}
    assert frames["surface"].d.shape == (32, 32)  # coarser while it moves
    assert device.waits == 0 and worker.said == []


def test_a_run_that_stands_shows_its_present_step(worker, device):
    worker.watch(points=WantPoints(4))
    assert worker.frames() == {}
    worker.train(5)
    device.run()
    worker.state = State.PAUSED
    worker.looks.budget.all_stale()
    frames = worker.frames()
    assert frames["points"].step == 5 and worker.looks.queued == {}
    assert device.waits == 1 and worker.frames() == {}


def test_in_slow_motion_every_step_is_waited_for(worker, device):
    worker.watch(points=WantPoints(4))
    assert worker.frames() == {}
    worker.pace.set(10, 0.0)
    for step in (1, 2, 3):
        worker.train()
        worker.looks.budget.all_stale()
        assert worker.frames()["points"].step == step


def test_what_nobody_wants_any_more_does_not_come(worker, device):
    worker.watch(a=WantPoints(4), b=WantPoints(5))
    worker.frames()
    worker.watch(b=WantPoints(5))
    device.run()
    assert set(worker.frames()) == {"b"}
    worker.watch(b=WantSurface(5))
    worker.frames()
    worker.watch(b=WantPoints(5))  # of another kind: no dock could draw a surface there
    assert worker.looks.queued == {}
    device.run()
    assert worker.frames() == {}
    device.run()
    assert worker.frames()["b"].fake.shape == (5, 2)
    worker.frames()
    worker.watch()
    assert worker.looks.queued == {} and worker.frames() == {}


def test_a_want_that_is_dragged_is_shown_as_it_was_and_then_as_it_is(worker, device):
    """Changed before every look is done, it would else never be seen while it is dragged."""
    sizes = []
    for size in range(4, 12):
        worker.watch(a=WantPoints(size))
        sizes += [len(f.fake) for f in worker.frames().values()]
        device.run()
    assert sizes == [4, 6, 8, 10]  # none is begun before the last has been taken
    worker.looks.budget.credit = -9.0  # what was asked for comes even so
    worker.frames()
    device.run()
    assert len(worker.frames()["a"].fake) == 11
    worker.frames()
    assert worker.looks.queued == {}  # and once


def test_what_was_seen_of_steps_that_have_been_taken_back_does_not_come(worker, device):
    worker.watch(points=WantPoints(4))
    worker.train(2)
    kept = worker.conductor.trainer.state()
    worker.train(4)
    worker.frames()
    worker.conductor.go_back(kept, worker.conductor.recipe)
    device.run()
    assert worker.frames() == {}
    device.run()
    assert worker.frames()["points"].step == 2


def test_what_is_queued_of_another_moment_is_dropped(worker, device):
    worker.watch(points=WantPoints(4))
    worker.frames()
    other = Conductor(tiny.recipe(seed=5), None)
    worker.observer = other.observer  # as where a branch was gone over to
    device.run()
    frames = worker.frames()
    assert frames["points"].fake.tolist() == other.observer.look(WantPoints(4)).fake.tolist()


@pytest.fixture
def clock(monkeypatch):
    made = SimpleNamespace(now=100.0)
    monkeypatch.setattr(looks_module, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def test_a_look_is_paid_for_by_the_device_s_time(worker, device, clock):
    device.look_ms = 10.0
    worker.watch(points=WantPoints(4))
    worker.frames()
    device.run()
    assert worker.frames() and worker.looks.seconds == pytest.approx(0.010)
    budget = worker.looks.budget
    worker.looks.seconds, budget.credit, clock.now = 0.0, 0.05, clock.now + 1
    worker.frames()
    assert budget.credit == 0.05 and not budget.costs["points"].awaited  # nothing is known yet
    device.run()
    worker.frames()
    assert budget.credit == pytest.approx(0.04) and worker.looks.seconds == pytest.approx(0.010)


def test_where_queueing_takes_longer_than_the_device_that_is_paid_for(worker, device, clock):
    begin = worker.observer.begin

    def slowly(want, resting):
        clock.now += 0.02
        return begin(want, resting)

    worker.observer.begin = slowly
    worker.watch(points=WantPoints(4))
    worker.frames()
    device.run()
    assert worker.frames() and worker.looks.seconds == pytest.approx(0.02)


@pytest.mark.parametrize(("look_ms", "chunks"), [(0.8, 1500), (6.0, 5000)])
def test_looks_on_a_device_keep_to_their_share(look_ms, chunks, worker, device, clock):
    device.look_ms = look_ms
    worker.watch(**{f"w{k}": WantPoints(2 + k) for k in range(4)})
    trained = 0.0
    for _ in range(chunks):
        clock.now += 0.02
        trained += 0.02
        worker.looks.budget.trained(0.02)
        device.run()
        worker.frames()
    assert worker.looks.seconds / trained == pytest.approx(worker.looks.budget.share, rel=0.1)


def test_a_device_that_fails_is_told_and_the_want_is_dropped(worker, device):
    worker.watch(points=WantPoints(4), mosaic=WantMosaic())
    worker.frames()
    assert len(worker.said) == 1 and "mosaic cannot be shown" in worker.said[0]
    device.broken = RuntimeError("an illegal memory access was encountered")
    assert worker.frames() == {}
    assert "points cannot be shown: an illegal memory access" in worker.said[1]
    assert worker.looks.queued == {} and worker.looks.wants == {}


def test_a_session_on_such_a_device(session, device):
    one = session()
    worker = one.session._worker
    worker.conductor.observer.copies = StreamCopies(torch.device("cpu"))
    one.send(Run(), Watch({"points": WantPoints(9)}))
    one.until(lambda w: worker.looks.queued)
    one.at(one.status.step + 50)
    assert one.frames == [] and device.waits == 0
    device.run()
    one.until(lambda w: w.frames)
    one.until(lambda w: worker.looks.queued)
    one.send(Pause())
    one.event("paused")
    one.until(lambda w: w.frames[-1][1].step == w.status.step)
    assert device.waits == 1
    one.send(Run())
    one.until(lambda w: worker.looks.queued)
    one.close()
    assert worker.looks.queued == {}
