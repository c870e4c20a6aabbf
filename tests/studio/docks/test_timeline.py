"""The timeline: what is drawn where, and what clicks and keys ask for."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from ganstudio.session.messages import State, Status, Update
from ganstudio.session.timeline_messages import (
    Live,
    Look,
    Looking,
    Mark,
)
from ganstudio.studio.docks.losses import LossesDock
from ganstudio.studio.docks.metrics import MetricsDock
from ganstudio.studio.docks.timeline_lanes import (
    hue,
    lanes_of,
    last_tweak,
    marks_of,
    snapshots_of,
)
from ganstudio.studio.docks.timeline_paint import marks_apart
from ganstudio.studio.docks.timeline_view import TimelineView
from ganstudio.studio.theme import DARK, LIGHT
from tests.studio.docks.made import POINTS, event, near, picture, steady, update
from tests.studio.docks.told import CHILD, GRAND, LATER, MAIN, asked, at, tell, timeline_dock, told

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dock(show):
    return timeline_dock(show)


# ---- the tree --------------------------------------------------------------------------------


def test_children_stand_below_their_parents():
    lanes = lanes_of(told("b2", (MAIN, CHILD, GRAND, LATER)))
    assert [(x.info.id, x.row, x.parent) for x in lanes] == [
        ("", 0, None), ("b1", 1, 0), ("b2", 2, 1), ("b3", 3, 0)]
    assert [x.now for x in lanes] == [500, 650, 700, -1]


def test_the_past_of_a_branch_is_its_ancestors_up_to_the_forks():
    timeline = told("b2", (MAIN, CHILD, GRAND, LATER))
    assert snapshots_of(timeline, "b2") == [0, 100, 400, 500, 650]
    assert [m.step for m in marks_of(timeline, "b2")] == [300, 600]
    assert [m.step for m in marks_of(timeline, "")] == [300, 700]


@pytest.mark.parametrize("branch", ["", "b1", "b2", "b3"])
def test_the_last_change_is_the_last_of_the_branchs_past(branch):
    timeline = told("b2", (MAIN, CHILD, GRAND, LATER))
    for step in (0, 299, 300, 599, 600, 1000):
        known = [m for m in marks_of(timeline, branch) if m.kind == "tweak" and m.step <= step]
        assert last_tweak(timeline, branch, step) == (known[-1] if known else None)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_branches_marks_and_cursor_have_their_colours(dock, theme):
    dock.set_theme(theme)
    dock.look_at("", 850)
    image, view = picture(dock.view), dock.view
    assert near(image, view.to_x(200), view.to_y(0), hue(0, theme))
    assert near(image, view.to_x(790), view.to_y(1) - 4, hue(1, theme))
    assert near(image, view.to_x(300), view.to_y(0), theme.marker)
    assert near(image, view.to_x(700), view.to_y(0), theme.warning)
    assert near(image, view.to_x(850), view.to_y(1) + 8, theme.accent)


def test_words_tell_what_is_under_the_pointer(dock):
    view = dock.view
    assert view.words_at(at(dock, 300).toPointF()) == "Step 300, changed: slower D"
    assert view.words_at(at(dock, 700).toPointF()) == "Step 700, diagnosis: mode collapse"
    assert view.words_at(QPoint(5, round(view.to_y(1))).toPointF()) == (
        "Branch from 500, from step 500 to step 800")


# ---- the cursor --------------------------------------------------------------------------------


def test_a_click_and_a_drag_move_the_cursor(dock, qtbot):
    qtbot.mousePress(dock.view, LEFT, pos=at(dock, 200))
    assert dock.moment == pytest.approx(200, abs=2)
    for step in (210, 350, 640):
        qtbot.mouseMove(dock.view, at(dock, step))
    qtbot.mouseRelease(dock.view, LEFT, pos=at(dock, 640))
    qtbot.waitUntil(lambda: asked(dock, Look)[-1].step == dock.moment)
    assert dock.moment == pytest.approx(640, abs=2)
    assert dock.cursors[-1] == dock.moment and not dock.live_button.isChecked()


def test_a_click_near_a_mark_takes_hold_of_it(dock, qtbot):
    qtbot.mouseClick(dock.view, LEFT, pos=at(dock, 300) + QPoint(3, 0))
    assert dock.moment == 300


def test_a_click_on_another_lane_looks_at_that_branch(dock, qtbot):
    qtbot.mouseClick(dock.view, LEFT, pos=at(dock, 700, 1))
    assert dock.branch == "b1" and asked(dock, Look)[-1].branch == "b1"
    assert dock.words.full.startswith("from 500, step 7")
    qtbot.mouseClick(dock.view, LEFT, pos=at(dock, 100, 1))  # before it began
    assert dock.branch == ""


def test_to_the_end_is_back_to_the_present(dock, qtbot):
    dock.look_at("", 200)
    qtbot.mouseClick(dock.view, LEFT, pos=at(dock, 1000) + QPoint(5, 0))
    assert dock.moment is None and asked(dock, Live) and dock.cursors[-1] is None
    dock.look_at("", 200)
    qtbot.mouseClick(dock.live_button, LEFT)
    assert dock.moment is None and len(asked(dock, Live)) == 2


def test_keys(dock, qtbot):
    view = dock.view
    view.setFocus()
    steps = []
    for key, modifier in ((Qt.Key.Key_Left, 0), (Qt.Key.Key_PageUp, 0), (Qt.Key.Key_PageUp, 0),
                          (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier),
                          (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier),
                          (Qt.Key.Key_Right, 0),
                          (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier),
                          (Qt.Key.Key_PageDown, 0), (Qt.Key.Key_Home, 0), (Qt.Key.Key_Left, 0),
                          (Qt.Key.Key_End, 0)):
        qtbot.keyClick(view, key, modifier or Qt.KeyboardModifier.NoModifier)
        steps.append(dock.moment)
    assert steps == [999, 900, 400, 700, 300, 301, 291, 400, 0, 0, None]


def test_moments_are_asked_for_no_faster_than_they_can_be_shown(dock, qtbot):
    for step in range(100, 300):
        dock.look_at("", step)
    assert len(asked(dock, Look)) < 20
    qtbot.waitUntil(lambda: asked(dock, Look)[-1].step == 299)


def test_the_words_say_how_exact_it_is(dock):
    dock.look_at("", 650)
    tell(dock, told(looking=Looking("", 650, 400, False)))
    assert "showing 400" in dock.words.full
    tell(dock, told(looking=Looking("", 650, 650, True)))
    assert dock.words.full.endswith("exact")
    dock.go_live()
    tell(dock, told())
    assert "12 MB in memory, 34 MB on disk" in dock.words.full


def test_the_curves_follow_the_cursor(show, dock):
    losses = show(LossesDock())
    losses.begin(POINTS)
    losses.receive(update([steady(900)]))
    losses.redraw()
    dock.cursor_moved.connect(losses.set_cursor)
    dock.look_at("", 450)
    plot = losses.loss_plot
    assert "450" in plot.note
    x = float(plot.to_x(450))
    assert near(picture(plot), x, plot.frame().center().y(), LIGHT.accent)
    dock.go_live()
    assert not near(picture(plot), x, plot.frame().center().y(), LIGHT.accent)


def test_the_curves_have_the_marks_of_their_own_branch(show):
    losses = show(LossesDock())
    losses.begin(POINTS)
    tell(losses, told())
    assert [(m.step, m.label) for m in losses.markers] == [(300, "slower D")]
    losses.receive(update(events=[event("forked", 500, stay=False)]))
    assert losses.markers == []
    tell(losses, told("b1"))
    assert [m.step for m in losses.markers] == [300, 600]


# ---- playing -----------------------------------------------------------------------------------


def test_playing_goes_forward_to_the_present_at_any_speed(dock, qtbot):
    dock.speed_box.setCurrentIndex(3)  # 10,000 steps/s
    played = []
    dock.cursor_moved.connect(played.append)

    def answer(command):
        if isinstance(command, Look):
            tell(dock, told(looking=Looking("", command.step, command.step, True)))

    dock.command.connect(answer)
    begun = time.monotonic()
    qtbot.mouseClick(dock.play_button, LEFT)
    qtbot.waitUntil(lambda: dock.moment is None and len(played) > 1)
    assert time.monotonic() - begun < 5
    assert played[0] == 0 and played[-1] is None
    assert played[:-1] == sorted(played[:-1]) and not dock.play_button.isChecked()


def test_playing_waits_for_a_session_that_is_slow(dock, qtbot):
    dock.speed_box.setCurrentIndex(2)
    qtbot.mouseClick(dock.play_button, LEFT)
    before = len(asked(dock, Look))
    with qtbot.waitSignal(dock._clock.timeout), qtbot.waitSignal(dock._clock.timeout):
        pass
    assert len(asked(dock, Look)) == before == 1
    tell(dock, told(looking=Looking("", 0, 0, True)))
    qtbot.waitUntil(lambda: len(asked(dock, Look)) == 2)
    qtbot.mouseClick(dock.view, LEFT, pos=at(dock, 150))
    assert not dock.play_button.isChecked()


def test_the_metrics_follow_the_cursor(show, dock):
    metrics = show(MetricsDock())
    metrics.begin(POINTS)
    dock.cursor_moved.connect(metrics.set_cursor)
    dock.look_at("", 450)
    assert metrics.plots and all(plot.moment == 450 for plot in metrics.plots.values())
    dock.go_live()
    assert all(plot.moment is None for plot in metrics.plots.values())


def test_thousands_of_marks_are_painted_as_one_where_they_cover_each_other(dock):
    many = tuple(Mark(step, "tweak", "dragged") for step in range(300, 3_000))
    one = Mark(500, "diagnosis", "mode collapse")
    tell(dock, told(infos=(replace(MAIN, tip=100_000, marks=(*many, one)),)), step=100_000)
    apart = marks_apart(dock.view.places(), dock.view.lanes[0])
    places = [x for mark, x in apart if mark.kind == "tweak"]
    # A rim of the ground's colour is about each: were they nearer, they would wipe each other.
    near_by = dock.view.unit * .4
    assert 2 <= len(places) <= 6 and all(b - a >= near_by for a, b in pairwise(places))
    assert [mark for mark, _ in apart if mark.kind == "diagnosis"] == [one]


@pytest.fixture
def painted(dock, monkeypatch):
    """The tip at every painting of the timeline."""
    tips, whole = [], TimelineView.paintEvent
    monkeypatch.setattr(dock.view, "paintEvent",
                        lambda event: (tips.append(dock.view.tip), whole(dock.view, event)))
    return tips


def test_the_tip_is_painted_when_it_has_moved_by_a_pixel(dock, painted, qtbot):
    view = dock.view
    tell(dock, told(), step=100_000)
    qtbot.waitUntil(lambda: view._drawn == 100_000)
    view.set_tip(100_010)
    assert view.tip == 100_010
    view.set_tip(101_000)
    qtbot.waitUntil(lambda: view._drawn == 101_000)
    assert 100_010 not in painted


def fast(dock, step, timeline=None):
    status = Status(State.RUNNING, step, steps_per_second=500)
    dock.receive(Update(status, (), {}, (), None, timeline))


def test_it_is_painted_seldom_while_the_run_goes_on_and_at_once_when_it_stands(
        dock, painted, qtbot, monkeypatch):
    view = dock.view
    monkeypatch.setattr(view, "underMouse", lambda: False)
    view._pace.stop()
    view._pace._timer.setInterval(100_000)
    fast(dock, 100_000, told())
    qtbot.waitUntil(lambda: 100_000 in painted)
    for step in range(110_000, 200_000, 10_000):
        fast(dock, step)
        QApplication.processEvents()
    assert painted[-1] == 100_000
    dock.receive(Update(Status(State.PAUSED, 200_000), (), {}, (), None))
    qtbot.waitUntil(lambda: painted[-1] == 200_000)
    fast(dock, 300_000)
    monkeypatch.setattr(view, "underMouse", lambda: True)  # somebody looks closely
    fast(dock, 400_000)
    qtbot.waitUntil(lambda: painted[-1] == 400_000)
    monkeypatch.setattr(view, "underMouse", lambda: False)
    tell(dock, None, step=500_000)  # slow motion
    qtbot.waitUntil(lambda: painted[-1] == 500_000)


def test_a_new_mark_is_painted_though_the_run_goes_on(dock, qtbot, monkeypatch):
    monkeypatch.setattr(dock.view, "underMouse", lambda: False)
    fast(dock, 1000, told())
    x, y = dock.view.to_x(500), dock.view.to_y(0)
    assert not near(picture(dock.view), x, y, LIGHT.marker)
    seen = []
    monkeypatch.setattr(dock.view, "paintEvent", lambda event: (
        TimelineView.paintEvent(dock.view, event), seen.append(dock.view.lanes[0].info.marks)))
    mark = Mark(500, "tweak", "faster G")
    fast(dock, 1000, told(infos=(replace(MAIN, marks=(*MAIN.marks, mark)), CHILD)))
    qtbot.waitUntil(lambda: bool(seen) and mark in seen[-1])
    assert near(picture(dock.view), x, y, LIGHT.marker)


@pytest.mark.parametrize("width", [300, 560, 640, 720, 900])
def test_the_words_are_never_cut_in_the_middle_of_a_letter(dock, width):
    for cursor in (None, 420):
        tell(dock, told(looking=None if cursor is None else Looking("", 420, 420, True)))
        dock._stand(cursor)
        dock.resize(width, 220)
        QApplication.processEvents()
        shown, metrics = dock.words.text(), dock.words.fontMetrics()
        assert metrics.horizontalAdvance(shown) <= max(dock.words.contentsRect().width(), 0) \
            or len(shown) <= 1
        assert dock.words.toolTip() == ("" if shown == dock.words.full else dock.words.full)


def test_with_little_room_the_step_is_what_remains_of_the_words(dock):
    dock._stand(420)
    dock.words.resize(dock.words.fontMetrics().horizontalAdvance("420") + 20, 20)
    assert dock.words.text() == "420" and "Step" in dock.words.toolTip()
    dock.words.resize(dock.words.fontMetrics().horizontalAdvance("42") + 10, 20)
    assert dock.words.text() == "" and "Step" in dock.words.toolTip(), "no half of a number"
