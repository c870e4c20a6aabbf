"""Ten thousand edits: the undo stack is bounded, and an edit costs what the first did."""

import sys
import tracemalloc

from ganstudio.recipe import preset
from ganstudio.studio.edits import MOST_EDITS
from ganstudio.studio.run_controller import RunController
from tests.studio.fake_session import FakeSession


def test_an_edit_costs_the_same_after_many(qapp):
    run = RunController(FakeSession)
    run.start(preset("ring"), run=False)
    run.poll()
    done = count = 0

    def some(number):
        nonlocal done
        for _ in range(number):
            run.edit("optimizer_g.lr", 1e-3 * (1 + done % 97 / 100))
            run.poll()
            run.session.sent.clear()
            done += 1

    def note(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    def calls():
        nonlocal count
        count = 0
        sys.setprofile(note)
        some(20)
        sys.setprofile(None)
        return count

    some(50)
    first = calls()
    some(MOST_EDITS)
    assert calls() < 1.2 * first
    assert run.undo_stack.count() == MOST_EDITS
    assert run.close_now()


def test_memory_does_not_grow_with_edits(qapp):
    run = RunController(FakeSession)
    run.undo_stack.setUndoLimit(50)  # as MOST_EDITS, in less time
    run.start(preset("ring"), run=False)
    run.poll()

    def some(number):
        for k in range(number):
            run.edit("optimizer_g.lr", 1e-3 * (1 + k % 97 / 100))
            run.poll()
            run.session.sent.clear()

    tracemalloc.start()
    some(100)
    before = tracemalloc.get_traced_memory()[0]
    some(300)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 50_000  # the oldest edit goes as a new one comes; each takes 3 kB
    assert run.close_now()
