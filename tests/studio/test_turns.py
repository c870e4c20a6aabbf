"""Every panel hears every update once and in order, though not all at the same time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from ganstudio.session.messages import State, Update
from ganstudio.studio.turns import Turns
from tests.studio.docks.made import event, points, rows, update

PANELS = {"samples": False, "losses": False, "dynamics": False}
PICTURE = points([[0, 0]], [[1, 1]])


def news(*drawn: str, state: State = State.RUNNING, events: Any = ()) -> Update:
    return update([rows(1, [[1, 2, 3, 4]])], events, {f"{key}.x": PICTURE for key in drawn}, state)


@pytest.fixture
def told() -> list[tuple[str, Update]]:
    return []


@pytest.fixture
def turns(qapp: QApplication, told: list[tuple[str, Update]]) -> Turns:
    return Turns(lambda panel, update: told.append((panel, update)))


def test_those_that_draw_are_told_one_after_the_other(turns, told, qtbot):
    first = news("samples", "dynamics")
    turns.hand_out(first, PANELS)
    assert told == [("losses", first)]
    turns._timer.timeout.disconnect()
    turns._next()
    assert told == [("losses", first), ("samples", first)]
    turns._next()
    assert told[2:] == [("dynamics", first)]


def test_one_that_draws_always_has_a_turn_of_its_own(turns, told):
    turns.hand_out(news(), {"losses": True, "log": False})
    assert [panel for panel, _ in told] == ["log"]
    turns.finish()
    assert [panel for panel, _ in told] == ["log", "losses"]


def test_they_are_told_by_themselves(turns, told, qtbot):
    turns.hand_out(news("samples", "dynamics"), PANELS)
    qtbot.waitUntil(lambda: len(told) == 3)
    assert not turns._timer.isActive()


@pytest.mark.parametrize("prompt", [news(*PANELS, state=State.PAUSED),
                                    news(*PANELS, events=[event("tweaked", 3),
                                                          event("diagnosis", 3)])])
def test_a_run_that_stands_and_what_happens_is_told_to_all_at_once(turns, told, prompt):
    before = news(*PANELS)
    turns.hand_out(before, PANELS)
    turns.hand_out(prompt, PANELS)
    assert told == [(p, u) for u in (before, prompt) for p in PANELS]
    assert not turns._timer.isActive()


def test_a_change_that_was_taken_up_is_no_reason_to_tell_all_at_once(turns, told):
    """A dragged slider brings them with every update."""
    turns.hand_out(news(*PANELS, events=[event("tweaked", 3)] * 5), PANELS)
    assert told == [] and turns._timer.isActive()
    turns.finish()
    assert [panel for panel, _ in told] == list(PANELS)


def test_an_update_that_comes_before_its_panels_turn_is_told_in_the_same(turns, told):
    """So panels that fall behind are not all told in one go."""
    first, second = news(*PANELS), news("losses")
    for each in (first, second):
        turns.hand_out(each, PANELS)
    turns._next()
    assert told == [("samples", first), ("samples", second)]
    turns._next()
    assert told[2:] == [("losses", first), ("losses", second)]


def test_each_panel_takes_up_a_run_in_a_turn_of_its_own_and_hears_the_rest_after(turns, told):
    begun: list[str] = []
    turns.begin(PANELS, begun.append)
    ready = news(state=State.PAUSED, events=[event("ready", 0)])
    turns.hand_out(ready, PANELS)
    turns.after("losses", lambda: begun.append("recipe of losses"))
    assert begun == told == []
    turns._next()
    assert begun == ["samples"] and told == [("samples", ready)]
    turns._next()
    assert begun == ["samples", "losses", "recipe of losses"]
    turns.finish()
    assert told == [(panel, ready) for panel in PANELS]
    turns.hand_out(ready, PANELS)  # the beginning is over: a run that stands is told at once
    assert len(told) == 2 * len(PANELS)


def test_what_waits_is_forgotten_even_by_the_panel_whose_turn_it_is(qapp):
    told: list[Update] = []

    def deliver(panel: str, update: Update) -> None:
        told.append(update)
        turns.forget()

    turns = Turns(deliver)
    for _ in range(2):
        turns.hand_out(news("samples"), {"samples": True})
    turns.finish()
    assert len(told) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sets(st.sampled_from(list(PANELS))), st.booleans(),
                          st.integers(0, 4))))
def test_nothing_is_lost_told_twice_or_out_of_order(qapp, given):
    told: list[tuple[str, Update]] = []
    turns = Turns(lambda panel, update: told.append((panel, update)))
    sent = []
    for drawn, running, steps in given:
        sent.append(news(*drawn, state=State.RUNNING if running else State.PAUSED))
        turns.hand_out(sent[-1], PANELS)
        for _ in range(min(steps, len(turns._waiting))):
            turns._next()
    turns.finish()
    for panel in PANELS:
        assert [id(u) for p, u in told if p == panel] == [id(u) for u in sent]


def test_what_a_run_left_is_not_told_of_the_next(turns, told, qtbot):
    turns.hand_out(news(*PANELS), PANELS)
    turns.forget()
    after = news()
    turns.hand_out(after, PANELS)
    assert told == [(panel, after) for panel in PANELS]


def test_a_window_tells_its_docks_by_turns_and_at_once_when_paused(running, qtbot, monkeypatch):
    space, heard = running.workspace, []
    running.ticker.stop()
    space.turns.finish()
    for key in ("samples", "latent"):
        monkeypatch.setattr(space.dock(key), "receive", lambda u, key=key: heard.append((key, u)))
        space.frames[key].raise_()
        qtbot.waitUntil(lambda key=key: space.seen(key))
    first, second = news("samples", "latent"), news("samples", state=State.PAUSED)
    space.receive(first)
    assert heard == []
    space.receive(second)
    assert heard == [("samples", first), ("latent", first), ("samples", second),
                     ("latent", second)]


def test_docks_take_up_a_run_and_its_end_one_after_the_other(running, monkeypatch):
    space, begun = running.workspace, []
    running.ticker.stop()
    for key, frame in space.frames.items():
        monkeypatch.setattr(frame.contents, "begin", lambda info, key=key: begun.append(key))
    space.begin(None)
    assert begun == []
    space.turns._next()
    assert len(begun) == 1
    space.turns.finish()
    assert begun == list(space.frames)
