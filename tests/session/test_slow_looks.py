"""Looks that take longer than a frame, in a session: they share, and hold nobody up."""

import numpy as np

from ganstudio.session.messages import Pause, Run, SetPace, State, Watch
from ganstudio.training.budget import ProbeBudget
from ganstudio.training.field_frames import (
    FieldFrame,
    PathAngleFrame,
    SpectrumFrame,
    TheoryFrame,
    WantField,
    WantPathAngle,
    WantSpectrum,
    WantTheory,
)
from ganstudio.training.frames import PointsFrame, WantPoints

WANTS = {"field": WantField(size=15), "spectrum": WantSpectrum(4), "path": WantPathAngle(),
         "theory": WantTheory(size=16), "points": WantPoints(16)}
KINDS = {"field": FieldFrame, "spectrum": SpectrumFrame, "path": PathAngleFrame,
         "theory": TheoryFrame, "points": PointsFrame}


def newest(watcher, key):
    return next((f for k, f in reversed(watcher.frames) if k == key), None)


def whole(watcher):
    """The frames of all wants once each is there and the field is complete."""
    found = {key: newest(watcher, key) for key in WANTS}
    return found if all(found.values()) and found["field"].complete else None


def test_paused_everything_comes_and_the_quick_looks_do_not_wait(session):
    one = session()
    one.run_to(10)
    one.send(Watch(WANTS))
    found = one.until(whole)
    assert {key: type(frame) for key, frame in found.items()} == KINDS
    assert {frame.step for frame in found.values()} == {10}
    order = [key for key, frame in one.frames if key != "field" or frame.complete]
    assert order.index("points") < order.index("field")
    assert np.isfinite(found["field"].v).all() and found["field"].turning_share > 0


def test_training_goes_on_within_the_budget_while_they_are_made(session):
    one = session()
    one.send(Run(), Watch({"field": WantField(size=3)}))
    first = one.until(lambda w: (f := newest(w, "field")) and f.complete and f)
    second = one.until(lambda w: (f := newest(w, "field")) and f.complete
                       and f.step > first.step and f)
    assert len(second.path) > 2  # it saw the way from one to the other
    assert one.status.probe_share < 0.3  # a tenth, and what was shown on credit at first
    one.send(Pause())
    paused = one.event("paused")
    one.state(State.PAUSED)
    last = one.until(lambda w: (f := newest(w, "field")) and f.step == paused.step and f.complete
                     and f)
    assert last.path[-1].tolist() == [0, 0]


def test_in_slow_motion_the_rest_between_steps_is_used(session):
    one = session()
    one.send(SetPace(4.0), Watch({"field": WantField(size=9)}), Run())
    frame = one.until(lambda w: (f := newest(w, "field")) and f.complete and f)
    assert frame.step <= 12  # some seconds, not a slice a step


def test_a_dear_rule_says_what_it_costs(session):
    one = session(update={"rule": "consensus"})
    note, = [e.text for e in one.events if e.kind == "note"]
    assert "times as long as a simultaneous one" in note and note in one.info.notes
    assert session().info.notes == ()


# ---- the budget ------------------------------------------------------------------------------


def test_what_insists_is_due_again_but_takes_turns():
    budget = ProbeBudget()
    budget.watch(("slow",), ("slow",))
    budget.watch(("slow", "quick"), ("quick",))
    free = {}
    budget.looked("slow", 0.0, 0.01, finished=False, insist=True)
    assert budget.due(0.01, free) == "quick"
    budget.looked("quick", 0.01, 0.001)
    assert budget.due(0.011, free) == "slow"
    budget.looked("slow", 0.02, 0.01)
    assert budget.due(0.021, free) is None


def test_an_unfinished_look_goes_on_as_soon_as_there_is_credit():
    budget = ProbeBudget(share=0.1, credit=0.0)
    budget.watch(("slow",), ())
    budget.costs["slow"].stale = False
    budget.looked("slow", 1.0, 0.008, finished=False)
    assert budget.due(1.001, {}) is None  # in debt
    budget.trained(0.1)
    assert budget.due(1.002, {}) == "slow"
    budget.looked("slow", 1.01, 0.001, finished=True)
    budget.trained(1.0)
    assert budget.due(1.02, {}) is None  # nobody could see it sooner
    assert budget.due(1.01 + budget.shortest, {}) == "slow"
