"""Ten thousand edits: the undo stack is bounded, and an edit costs what the first did."""

import sys
import tracemalloc

from ganstudio.recipe import preset
from ganstudio.studio.edits import MOST_EDITS
from ganstudio.studio.form.section import SectionBox
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


def test_changes_that_come_together_are_told_once(running, monkeypatch):
    """The form, the actions and the panels follow the newest; those between nobody saw."""
    run = running.controller
    running.ticker.stop()
    run.poll()
    for k in range(1, 6):
        run.edit("optimizer_g.lr", k / 1000)
    told, docks = [], []
    run.recipe_changed.connect(lambda: told.append(run.running))
    losses = running.workspace.dock("losses")
    monkeypatch.setattr(losses, "set_recipe", docks.append)
    run.poll()
    running.workspace.turns.finish()
    assert [r.optimizer_g.lr for r in told] == [r.optimizer_g.lr for r in docks] == [5 / 1000]
    assert not run.waiting
    run.edit("optimizer_g.lr", 0.02)  # not in force yet: nothing that reads the run follows it
    assert len(told) == 2 and len(docks) == 1


def test_a_change_renews_its_own_section_only(running, monkeypatch):
    run = running.controller
    running.ticker.stop()
    run.poll()
    renewed = []
    monkeypatch.setattr(SectionBox, "_show", lambda box: renewed.append(box.key))
    run.edit("optimizer_g.lr", 0.02)
    run.poll()
    assert set(renewed) == {"optimizer_g"}
    run.edit("data.sigma", 0.1)  # with the data it can change what the others are good for
    assert set(renewed) == set(running.workspace.dock("controls").form.boxes)


def test_a_section_that_was_left_alone_still_opens_with_the_newest(running):
    run, form = running.controller, running.workspace.dock("controls").form
    assert not form.boxes["average"].rows
    run.edit("average.decay", 0.5)
    run.edit("optimizer_g.lr", 0.02)
    assert form.find("average.decay").editor.box.value() == 0.5


def test_a_field_that_was_never_seen_to_wait_is_not_dressed_again(running, monkeypatch):
    run, row = running.controller, running.workspace.dock("controls").form.find("optimizer_g.lr")
    running.ticker.stop()
    run.poll()
    worn = []
    monkeypatch.setattr(row, "_wear", lambda: worn.append(row.state))
    run.edit("optimizer_g.lr", 0.02)
    assert row.state == "waiting"
    run.poll()
    assert row.state == "live" and not worn and not row._settle.isActive()
