import time

import pytest
import tiny

from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import Run, State
from ganstudio.session.session import Session
from ganstudio.training.frames import ScalarChunk

LONG = 60.0
"""Seconds after which a session that has not answered is taken to be stuck."""


class Watcher:
    """A session and everything that it has said so far."""

    def __init__(self, session):
        self.session = session
        self.events, self.frames, self.rows, self.info = [], [], [], None
        self.status = self.timeline = self.viewed = None

    def poll(self):
        update = self.session.poll()
        self.status = update.status
        self.events += update.events
        self.frames += update.frames.items()
        self.rows += [ScalarChunk(part.steps, part.stats[0]) for part in update.past]
        self.rows += update.scalars
        self.info = update.info or self.info
        self.timeline = update.timeline or self.timeline
        self.viewed = update.viewed or self.viewed
        return update

    def until(self, predicate, timeout=LONG):
        """Poll until the predicate of this watcher is true, and return what it gave."""
        end = time.monotonic() + timeout
        while True:
            self.poll()
            if found := predicate(self):
                return found
            assert time.monotonic() < end, f"waited in vain; said: {self.kinds()}"
            time.sleep(0.001)

    def send(self, *commands):
        for command in commands:
            self.session.send(command)

    def event(self, kind, after=0):
        """Wait for the next event of this kind, among those from number ``after`` on."""
        return self.until(lambda w: next((e for e in w.events[after:] if e.kind == kind), None))

    def state(self, state):
        return self.until(lambda w: w.status.state is state)

    def at(self, step):
        return self.until(lambda w: w.status.step >= step)

    def run_to(self, step):
        before = len(self.events)
        self.send(Run(until=step))
        self.event("paused", before)
        self.until(lambda w: w.status.state is State.PAUSED and w.status.step == step)

    def kinds(self):
        return [e.kind for e in self.events]

    def steps(self):
        return [s for chunk in self.rows for s in chunk.steps.tolist()]

    def close(self):
        assert self.session.close(LONG)
        self.poll()


@pytest.fixture
def session():
    """Makes sessions, started and (unless ``ready=False``) ready; closes them at the end."""
    made = []

    def begin(recipe=None, folder=None, *, ready=True, read_only=False, **parts):
        if recipe is None and folder is None:
            recipe = tiny.recipe(**parts)
        watcher = Watcher(Session(recipe, folder, nice=0, read_only=read_only))
        made.append(watcher)
        watcher.session.start()
        if ready:
            watcher.event("ready")
        return watcher

    yield begin
    for watcher in made:
        watcher.close()


@pytest.fixture
def conduct(tmp_path):
    """Makes conductors, of one run folder unless told of another; closes them at the end."""
    made = []

    def begin(recipe=None, path=tmp_path / "x.run", **options):
        made.append(Conductor(recipe, path, **options))
        return made[-1]

    yield begin
    for conductor in made:
        conductor.close()


def train(conductor, target):
    """Advance to this step."""
    while conductor.step < target:
        conductor.advance(target - conductor.step)


def pull_the_plug(conductor):
    """Nothing more is saved, and the folder is left as by a process that died."""
    conductor.saver.close()
    conductor.saver = None
    conductor.folder.lock.drop()
