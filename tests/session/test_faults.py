"""What goes wrong is told, nothing is lost by it, and the thread always ends."""

import builtins
import errno
import random
import sys
import threading
import time

import numpy as np
import pytest
import tiny

from ganstudio.data.dataset import Cancelled
from ganstudio.runs.folder import RunFolder
from ganstudio.session import conductor as conducting
from ganstudio.session.messages import (
    Export,
    Pause,
    Run,
    SetPace,
    Snapshot,
    State,
    Step,
    Tweak,
    Watch,
)
from ganstudio.session.session import Session
from ganstudio.training.frames import WantPoints, WantSurface
from ganstudio.training.trainer import KEEP_EVERY, Trainer

NO_ROOM = OSError(errno.ENOSPC, "No space left on device")


def refuse(*_args, **_kwargs):
    raise NO_ROOM


# ---- preparing -------------------------------------------------------------------------------


@pytest.mark.parametrize(("parts", "sentence"), [
    ({"data": {"kind": "points", "path": "/nowhere/x.csv"}}, "/nowhere/x.csv"),
    ({**tiny.DCGAN, "data": {"kind": "images", "path": "/nowhere"}}, "/nowhere"),
    ({"machine": {"device": "mps"}}, "machine.device: no Apple GPU is to be had here"),
])
def test_what_cannot_be_prepared_is_told_in_one_sentence(session, tmp_path, parts, sentence):
    one = session(tiny.recipe(**parts), tmp_path / "x.run", ready=False)
    told = one.event("error")
    assert told.text.startswith("the run could not be prepared: ") and sentence in told.text
    assert "\n" not in told.text and told.details == ""
    one.state(State.FAILED)
    one.send(Run(), Tweak({"batch": 3}), Snapshot())
    one.until(lambda w: w.kinds().count("refused") == 3)
    one.send(SetPace(3), Watch({"a": WantPoints()}), Pause())
    one.close()
    assert one.status.state is State.CLOSED
    assert not (tmp_path / "x.run").exists()


def test_a_bug_in_preparing_is_told_with_its_traceback(session, monkeypatch):
    monkeypatch.setattr(conducting, "load_dataset", lambda *a, **k: 1 / 0)
    one = session(ready=False)
    told = one.event("error")
    assert "division by zero" in told.text and "Traceback" in told.details
    one.state(State.FAILED)


def test_a_folder_that_is_no_run_is_told(session, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    one = session(tiny.recipe(), tmp_path, ready=False)
    assert "already holds something" in one.event("error").text
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_closing_gives_up_a_long_preparation(session, monkeypatch):
    begun = threading.Event()

    def endless(*_args, progress, cancelled, **_options):
        done = 0
        while not cancelled():
            begun.set()
            done += 1
            progress(done, done + 1)
            time.sleep(0.001)
        raise Cancelled("given up")

    monkeypatch.setattr(conducting, "load_dataset", endless)
    one = session(ready=False)
    assert begun.wait(60)
    one.event("progress")
    one.close()
    assert one.status.state is State.CLOSED and "error" not in one.kinds()


def test_a_torch_that_cannot_be_imported_is_told(session, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "ganstudio.session.worker":
            raise ImportError("libtorch_cpu.so: cannot open shared object file")
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "ganstudio.session.worker", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    one = session(ready=False)
    told = one.event("error")
    assert "torch could not be loaded: libtorch_cpu.so" in told.text and told.details
    one.state(State.FAILED)
    one.send(Run())


# ---- training --------------------------------------------------------------------------------


def test_an_exception_in_a_step_is_told_and_the_run_can_go_on(session, monkeypatch, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.session._worker.conductor.trainer.tiers.wanted = "eager"
    real = Trainer._step

    def failing(self, only):
        if self.step == KEEP_EVERY + 6:
            raise RuntimeError("a bug\nin two lines")
        real(self, only)

    monkeypatch.setattr(Trainer, "_step", failing)
    one.send(Run())
    told = one.event("error")
    assert told.text == f"Training stopped at step {KEEP_EVERY}: a bug in two lines"
    assert "Traceback" in told.details and "RuntimeError: a bug" in told.details
    one.state(State.FAILED)
    assert one.event("restored").step == KEEP_EVERY
    assert one.steps() == list(range(1, KEEP_EVERY + 7))
    monkeypatch.undo()
    one.send(Run(until=KEEP_EVERY + 20))
    one.event("paused")
    assert one.steps()[KEEP_EVERY + 6:] == list(range(KEEP_EVERY + 1, KEEP_EVERY + 21))
    twin = tiny.trainer()
    twin.advance(KEEP_EVERY + 20)
    assert tiny.same(one.session._worker.conductor.trainer.state(), twin.state())
    one.close()
    rows = RunFolder.open(tmp_path / "x.run").history.rows()
    assert rows["step"].tolist() == list(range(1, KEEP_EVERY + 21))


@pytest.mark.parametrize("command", [Step(), Run()], ids=["step", "run"])
def test_a_loss_that_is_no_number_pauses_at_the_last_good_state(session, command, tmp_path):
    one = session(tiny.recipe(loss={"kind": "wasserstein"}), tmp_path / "x.run")
    one.send(Watch({"points": WantPoints(4)}))
    one.run_to(KEEP_EVERY + 5)
    weight = one.session._worker.conductor.trainer.players.weights_g[0]
    weight.data.fill_(float("inf"))  # the thread waits for a command
    one.send(command)
    told = one.event("nonfinite")
    assert told.text.startswith("The discriminator's loss became NaN at step "
                                f"{KEEP_EVERY + 6}. Training is paused at step {KEEP_EVERY}, ")
    assert told.data == {"player": "discriminator", "failed_step": KEEP_EVERY + 6}
    assert one.event("restored").step == KEEP_EVERY
    one.until(lambda w: w.status.state is State.PAUSED and w.status.step == KEEP_EVERY)
    one.until(lambda w: w.frames[-1][1].step == KEEP_EVERY)
    assert np.isfinite(one.frames[-1][1].fake).all()
    one.run_to(KEEP_EVERY + 10)
    assert one.steps()[-10:] == list(range(KEEP_EVERY + 1, KEEP_EVERY + 11))
    one.close()
    rows = RunFolder.open(tmp_path / "x.run").history.rows()
    assert rows["step"].tolist() == list(range(1, KEEP_EVERY + 11))


def test_an_error_in_a_command_is_told_and_the_thread_lives(session, monkeypatch):
    one = session()
    conductor = one.session._worker.conductor
    with monkeypatch.context() as patch:
        patch.setattr(conductor, "tweak", lambda *a: 1 / 0)
        one.send(Tweak({"batch": 3}))
        assert "division by zero" in one.event("error").text
    one.state(State.FAILED)
    one.send(Tweak({"batch": 3}), Step())
    one.event("tweaked")
    one.event("stepped")


# ---- the disk --------------------------------------------------------------------------------


def test_a_full_disk_is_told_and_training_goes_on(session, monkeypatch, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.run_to(5)
    with monkeypatch.context() as patch:
        patch.setattr("ganstudio.runs.journal.Journal.append", refuse)
        one.send(Tweak({"batch": 9}))
        told = one.event("unsaved")
        assert "No space left on device; training goes on unsaved" in told.text
        assert one.event("tweaked") and one.session.recipe.batch == 9
        one.run_to(15)
    one.send(Snapshot())
    one.event("saved")


def test_a_snapshot_that_fails_is_not_said_to_be_saved(session, monkeypatch, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    monkeypatch.setattr("ganstudio.runs.checkpoint.write_bytes", refuse)
    one.send(Snapshot(), Step())
    one.event("stepped")
    assert "could not be saved" in one.event("unsaved").text and "saved" not in one.kinds()


def test_closing_with_a_full_disk_ends_all_the_same(session, monkeypatch, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.run_to(5)
    monkeypatch.setattr("ganstudio.runs.checkpoint.write_bytes", refuse)
    one.close()
    assert one.status.state is State.CLOSED and "unsaved" in one.kinds()


def test_closing_while_saving_breaks_is_told(session, monkeypatch, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    monkeypatch.setattr(Trainer, "state", lambda self: 1 / 0)
    one.close()
    assert one.status.state is State.CLOSED
    assert "the run could not be saved: division by zero" in one.events[-1].text


# ---- closing at any moment -------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_closing_at_any_moment_leaves_no_thread_and_a_run_that_goes_on(seed, tmp_path):
    rng = random.Random(seed)
    one = Session(tiny.recipe(), tmp_path / "x.run", nice=0)
    one.start()
    if rng.random() < 0.7:
        while not one.poll().info:
            time.sleep(0.001)
    words = [Run(), Pause(), Step(), Tweak({"batch": 9}), Watch({"a": WantSurface(16)}),
             Snapshot(), Export(str(tmp_path / "g"), 2, 2), SetPace(0.01), Step("d")]
    polls = rng.randrange(300)
    for word in rng.sample(words, rng.randrange(len(words))):
        one.send(word)
        for _ in range(polls):
            one.poll()
    assert one.close(60)
    assert not [t.name for t in threading.enumerate() if t.name.startswith("ganstudio")]
    assert one.poll().status.state is State.CLOSED
    leftovers = {p.name for p in tmp_path.iterdir()} - {"x.run", "g"}
    assert leftovers == set()
    if (tmp_path / "x.run").exists():
        folder = RunFolder.open(tmp_path / "x.run")
        step = folder.latest()[0].values["step"]
        assert folder.history.rows()["step"].tolist() == list(range(1, step + 1))
