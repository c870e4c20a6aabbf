import errno
import threading

import pytest
import tiny

from ganstudio.runs.saver import Saver
from ganstudio.training.trainer import State

RECIPE = tiny.recipe()


class Folder:
    """Stands in for the run folder: holds each write until it is let go."""

    path = "here"

    def __init__(self):
        self.written, self.fail = [], None
        self.entered, self.let_go = threading.Event(), threading.Event()
        self.let_go.set()

    def sync(self):
        pass

    def save(self, state, recipe, entries):
        self.entered.set()
        assert self.let_go.wait(10)
        if self.fail is not None:
            raise self.fail
        self.written.append(state.values["step"])


def state(step):
    return State({}, {"step": step})


@pytest.fixture
def folder():
    return Folder()


@pytest.fixture
def saver(folder):
    made = Saver(folder, lambda text: made.told.append(text))
    made.told = []
    yield made
    folder.let_go.set()
    made.close()


def test_it_writes_on_a_thread_of_its_own(saver, folder):
    folder.let_go.clear()
    saver.save(state(1), RECIPE, 1)  # does not wait
    assert folder.entered.wait(10) and folder.written == []
    folder.let_go.set()
    assert saver.wait() is True
    assert folder.written == [1]


def test_an_older_state_that_waits_gives_way_to_a_newer(saver, folder):
    folder.let_go.clear()
    saver.save(state(1), RECIPE, 1)
    assert folder.entered.wait(10)
    for step in (2, 3, 4):
        saver.save(state(step), RECIPE, 1)
    folder.let_go.set()
    saver.wait()
    assert folder.written == [1, 4]


@pytest.mark.parametrize(("error", "why"), [
    (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
    (OSError("odd"), "odd"), (ValueError("tensors share memory"), "tensors share memory"),
])
def test_a_failure_is_told_and_the_next_try_counts(saver, folder, error, why):
    folder.fail = error
    saver.save(state(1), RECIPE, 1)
    assert saver.wait() is False
    assert saver.told == [f"the run could not be saved in here: {why}"]
    folder.fail = None
    saver.save(state(2), RECIPE, 1)
    assert saver.wait() is True
    assert folder.written == [2]


def test_close_writes_what_waits(folder):
    saver = Saver(folder, pytest.fail)
    folder.let_go.clear()
    saver.save(state(1), RECIPE, 1)
    assert folder.entered.wait(10)
    saver.save(state(2), RECIPE, 1)
    folder.let_go.set()
    saver.close()
    assert folder.written == [1, 2]


def test_wait_with_nothing_to_do_returns(saver):
    assert saver.wait() is True
