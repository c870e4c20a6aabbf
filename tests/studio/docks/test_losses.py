"""The losses dock: curves in their places, readings, markers, following and letting go."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt

from ganstudio.game.facts import LOSS_FACTS
from ganstudio.recipe import Recipe
from ganstudio.session.messages import State, Status, Viewed
from ganstudio.studio.docks.losses import (
    CALM,
    MOVED,
    SLIDER_STEPS,
    LossesDock,
    smoothing_of,
)
from ganstudio.studio.docks.losses_markers import (
    APART,
    Marker,
    apart,
    label_left,
    marker_of,
    place,
)
from ganstudio.studio.docks.plotting_range import symlog
from ganstudio.studio.theme import DARK, LIGHT
from ganstudio.training.frames import ScalarPart
from tests.studio.docks.made import (
    POINTS,
    event,
    f32,
    near,
    picture,
    rows,
    steady,
    tweak,
    update,
    wheel,
)


@pytest.fixture
def dock(show) -> LossesDock:
    dock = show(LossesDock(), 800, 560)
    dock.begin(POINTS)
    return dock


def fed(dock: LossesDock, *chunks, events=()) -> LossesDock:
    dock.receive(update(chunks, events))
    dock.redraw()
    return dock


def test_it_says_what_is_missing(show):
    dock = show(LossesDock())
    assert "Start a run" in dock.loss_plot.message
    dock.receive(update(state=State.PREPARING))
    assert "Preparing" in dock.loss_plot.message
    dock.begin(POINTS)
    assert "first step" in dock.loss_plot.message
    fed(dock, steady(5))
    assert dock.loss_plot.message == ""
    dock.begin(None)
    assert "Start a run" in dock.loss_plot.message and len(dock.history) == 0


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_curves_stand_at_their_values(dock, theme):
    dock.set_theme(theme)
    fed(dock, steady(400, d=1.0, g=2.0, real=0.75, fake=0.25))
    for plot, values in ((dock.loss_plot, (1.0, 2.0)), (dock.output_plot, (0.75, 0.25))):
        image = picture(plot)
        for value, colour in zip(values, (theme.player_d, theme.player_g), strict=True):
            y = float(plot.to_y(value))
            hits = [near(image, float(plot.to_x(step)), y, colour, 1, 60)
                    for step in range(20, 380, 4)]
            # The solid line all along; the dashed one more often than not.
            assert sum(hits) > (0.95 if colour == theme.player_d else 0.5) * len(hits)
            assert not near(image, float(plot.to_x(200)), y - 14, colour, 3, 40)


def test_a_spike_is_seen_in_a_long_run(dock):
    values = np.tile(np.float32([1.0, 1.1, 0.5, 0.5]), (60_000, 1))
    values[30_000, 0] = 1.6
    dock.smoothing.set_value(0)
    fed(dock, rows(0, values))
    plot = dock.loss_plot
    assert np.nanmax(plot.curves[0].high) == pytest.approx(1.6)
    where = plot.steps[int(np.nanargmax(plot.curves[0].high))]
    assert where == pytest.approx(30_000, abs=plot.column)


@pytest.mark.parametrize("kind", list(LOSS_FACTS))
def test_equilibrium_lines_are_where_theory_says(dock, kind):
    dock.set_loss({"kind": kind})
    fed(dock, steady(200, d=0.4, g=-0.3, real=0.9, fake=0.1))
    facts = LOSS_FACTS[kind]
    lines = dock.loss_plot.references
    assert [line.y for line in lines] == [y for y in (facts.loss_d, facts.loss_g) if y is not None]
    image = picture(dock.loss_plot)
    for line in lines:
        y = float(dock.loss_plot.to_y(line.y))
        frame = dock.loss_plot.frame()
        assert frame.top() <= y <= frame.bottom()
        row = [image.pixelColor(x, round(y)).name() for x in range(int(frame.left()) + 4,
                                                                   int(frame.right()) - 4)]
        assert len(set(row)) > 1, "a dotted line is not all one colour"
    assert [r.y for r in dock.output_plot.references] == (
        [] if facts.d_output is None else [facts.d_output])


def test_equilibria_are_named(dock):
    assert [r.text for r in dock.loss_plot.references] == ["D: log 4", "G: log 2"]
    assert "1.386" in dock.loss_plot.references[0].meaning
    assert dock.loss_plot.references[0].y == pytest.approx(log(4))
    assert dock.output_plot.references[0].text == "1/2"
    dock.set_recipe(Recipe.model_validate({"loss": {"kind": "least_squares"}}))
    assert [r.text for r in dock.loss_plot.references] == ["D: 1/4", "G: 1/8"]
    dock.set_loss({"kind": "no such loss"})
    assert dock.loss_plot.references[0].text == "D: 1/4"


def test_a_weight_and_smooth_labels_move_the_lines(dock):
    dock.set_recipe(Recipe.model_validate({"loss": {"real_weight": 0.5}}))
    assert dock.output_plot.references[0].y == pytest.approx(1 / 3)
    assert "0.333" in dock.output_plot.references[0].meaning
    fed(dock, steady(10), events=[tweak(5, loss__real_weight=[0.5, 1], loss__smooth=[0, 0.1])])
    assert dock.output_plot.references[0].y == pytest.approx(0.45)
    fed(dock, steady(10), events=[tweak(6, loss__smooth=[0.1, "nonsense"])])
    assert dock.output_plot.references[0].y == pytest.approx(0.45)


def test_a_tweak_of_the_loss_moves_the_lines(dock):
    fed(dock, steady(10), events=[tweak(5, loss__kind=["non_saturating", "hinge"])])
    assert [r.text for r in dock.loss_plot.references] == ["D: 2"]
    assert dock.output_plot.references == []


def test_the_legend_reads_the_newest_row_or_the_cursors(dock, qtbot):
    values = np.stack([np.arange(1, 301)] * 4, 1) / 100
    fed(dock, rows(1, values))
    assert [c.reading for c in dock.loss_plot.curves] == pytest.approx([3.0, 3.0])
    plot = dock.loss_plot
    target = QPoint(round(float(plot.to_x(120))), int(plot.frame().center().y()))
    step = plot.position(QPointF(target))[0]
    qtbot.mouseMove(plot, target - QPoint(30, 0))
    qtbot.mouseMove(plot, target)
    qtbot.waitUntil(lambda: plot.cursor_step is not None and abs(plot.cursor_step - step) < 1e-6)
    assert plot.curves[0].reading == pytest.approx(round(step) / 100, abs=0.011)
    assert dock.output_plot.curves[1].reading == plot.curves[0].reading
    assert dock.output_plot.cursor_step == plot.cursor_step
    assert plot.note.startswith("step 1")
    image = picture(plot)
    assert near(image, target.x(), plot.frame().bottom() - 20, LIGHT.muted, 1, 30)
    dock._on_hover(None)
    assert plot.curves[0].reading == pytest.approx(3.0)


def test_the_cursor_moves_by_keys(dock, qtbot):
    fed(dock, steady(300))
    qtbot.keyClick(dock.loss_plot, Qt.Key.Key_Left)
    first = dock.loss_plot.cursor_step
    qtbot.keyClick(dock.loss_plot, Qt.Key.Key_Left)
    assert dock.output_plot.cursor_step < first
    assert "D loss 1.000" in dock.loss_plot.accessibleDescription()


def test_wheel_and_drag_let_go_and_follow_takes_hold_again(dock, qtbot):
    fed(dock, steady(1000))
    plot = dock.loss_plot
    qtbot.mouseClick(dock.log, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dock.log, Qt.MouseButton.LeftButton)
    wheel(plot, *plot.frame().center().toTuple(), 480)
    assert not dock.follow.isChecked()
    x0, x1 = plot.extent.x0, plot.extent.x1
    assert x1 - x0 < 800
    assert (dock.output_plot.extent.x0, dock.output_plot.extent.x1) == (x0, x1)
    fed(dock, rows(1001, np.ones((500, 4))))
    assert (plot.extent.x0, plot.extent.x1) == (x0, x1)
    qtbot.mouseClick(dock.follow, Qt.MouseButton.LeftButton)
    dock.redraw()
    assert plot.extent.x0 == 1 and plot.extent.x1 >= 1500


def test_home_follows(dock, qtbot):
    fed(dock, steady(1000))
    wheel(dock.output_plot, *dock.output_plot.frame().center().toTuple(), 480)
    assert not dock.follow.isChecked()
    qtbot.keyClick(dock.output_plot, Qt.Key.Key_Home)
    assert dock.follow.isChecked()


def test_the_axes_hold_still_while_following(dock):
    rng = np.random.default_rng(0)
    seen = set()
    for k in range(60):
        fed(dock, rows(1 + 100 * k, rng.normal(1, 0.05, (100, 4))))
        seen.add(dock.loss_plot.extent)
    assert len(seen) <= 45  # by far fewer than rows; x in steps, y hardly ever
    assert len({(e.y0, e.y1) for e in seen}) <= 4


@pytest.mark.parametrize("window", [1_000, 10_000])
def test_only_the_newest_steps_are_followed(dock, qtbot, window):
    dock.window_box.setCurrentIndex(dock.window_box.findData(window))
    fed(dock, steady(25_000))
    e = dock.loss_plot.extent
    assert e.x1 - e.x0 == window and e.x0 < 25_000 <= e.x1
    assert e.x1 - 25_000 <= window / 10 + 1


def test_the_log_scale_has_room_for_negative_losses(dock, qtbot):
    qtbot.mouseClick(dock.log, Qt.MouseButton.LeftButton)
    dock.set_loss({"kind": "minimax"})
    fed(dock, steady(300, d=1.4, g=-0.7))
    plot = dock.loss_plot
    assert plot.extent.y0 < float(symlog(-0.7)) and plot.extent.y1 > float(symlog(1.4))
    assert plot.references[1].y == pytest.approx(float(symlog(-log(2))))
    image = picture(plot)
    assert near(image, float(plot.to_x(150)), float(plot.to_y(symlog(1.4))), LIGHT.player_d, 2, 60)
    assert "negative" in dock.log.toolTip()


def test_smoothing_is_drawn_over_the_raw_values(dock):
    values = np.tile([[0.0], [2.0]], (200, 4))
    dock.smoothing.set_value(0)
    fed(dock, rows(1, values))
    rough = np.ptp(dock.loss_plot.curves[0].line)
    dock.smoothing.set_value(SLIDER_STEPS)
    dock.redraw()
    curve = dock.loss_plot.curves[0]
    assert rough == 2 and np.ptp(curve.line[100:]) < 0.05
    assert (curve.low.min(), curve.high.max()) == (0, 2)
    assert smoothing_of(SLIDER_STEPS) == pytest.approx(0.999) and smoothing_of(0) == 0


def test_smoothing_looks_back_beyond_the_view(dock):
    values = np.concatenate([np.full((500, 4), 5.0), np.full((500, 4), 1.0)])
    dock.smoothing.set_value(SLIDER_STEPS)
    fed(dock, rows(0, values))
    wheel(dock.loss_plot, float(dock.loss_plot.to_x(505)), dock.loss_plot.frame().center().y(),
          3000)
    dock.redraw()
    assert dock.loss_plot.extent.x0 > 400
    line = dock.loss_plot.curves[0].line
    assert line[0] > 4.5, "an average that knew only the view would start at its first value"


def test_absent_values_do_no_harm(dock):
    values = np.ones((50, 4), np.float32)
    values[20:30] = np.nan
    values[31] = np.inf
    fed(dock, rows(1, values))
    picture(dock)
    fed(dock, rows(51, np.full((50, 4), np.nan)))
    picture(dock)
    assert np.isfinite([dock.loss_plot.extent.y0, dock.loss_plot.extent.y1]).all()


def test_nothing_is_drawn_while_hidden_and_nothing_is_missed(dock, monkeypatch):
    dock.hide()
    drawn = []
    monkeypatch.setattr(dock._pace, "_action", lambda: drawn.append(1))
    for k in range(5):
        dock.receive(update([rows(1 + 10 * k, np.ones((10, 4)))], [tweak(3 + k, "x")]))
    assert not drawn and len(dock.history) == 50 and len(dock.markers) == 5
    dock.show()
    assert drawn


def test_curves_that_hardly_move_are_drawn_seldom_and_all_when_training_stops(dock, monkeypatch):
    now, drawn = [100.0], []
    monkeypatch.setattr("ganstudio.studio.docks.losses.time.monotonic", lambda: now[0])
    fed(dock, steady(20_000))
    plot = dock.loss_plot
    far = int(MOVED * (plot.extent.x1 - plot.extent.x0) / plot.frame().width()) + 1
    assert far > 100
    monkeypatch.setattr(dock, "_soon", lambda: (drawn.append(dock.history.last), dock.redraw()))
    fed(dock)

    def hear(*chunks):
        dock.receive(replace(update(chunks), status=Status(State.RUNNING, steps_per_second=500)))

    hear(rows(20_001, np.ones((1, 4))))
    assert not drawn
    hear(rows(20_002, np.ones((far, 4))))
    assert len(drawn) == 1
    hear(rows(dock.history.last + 1, np.ones((1, 4))))
    assert len(drawn) == 1
    now[0] += CALM
    hear()
    assert len(drawn) == 2
    hear(rows(dock.history.last + 1, np.ones((1, 4))))
    dock.receive(update(state=State.PAUSED))
    assert len(drawn) == 3 and drawn[-1] == dock.history.last
    dock.receive(update(state=State.PAUSED))
    assert len(drawn) == 3
    dock.receive(update([rows(dock.history.last + 1, np.ones((1, 4)))]))  # slow motion
    assert len(drawn) == 4


def test_each_plot_is_drawn_in_its_own_turn_while_the_run_goes_on(dock, qtbot):
    fed(dock, steady(500))
    dock._pace.stop()
    lower = dock.output_plot.curves[0]
    dock.receive(update([rows(501, np.full((300, 4), 0.5))], [tweak(501, "x")]))
    assert dock.loss_plot.curves[0].reading == 0.5 and lower.reading == 0.75
    qtbot.waitUntil(lambda: lower.reading == 0.5)
    assert lower.line[-1] < 0.6 and dock.output_plot.extent.x1 == dock.loss_plot.extent.x1
    dock._pace.stop()
    dock.receive(update([rows(801, np.full((300, 4), 0.25))], [tweak(801, "x")]))
    dock.begin(POINTS)
    assert not dock._second._timer.isActive()  # of the run that is gone
    qtbot.waitUntil(lambda: bool(np.isnan(lower.reading)))


def test_another_branch_is_drawn_while_it_is_looked_at(dock):
    fed(dock, steady(50), events=[tweak(20, "own")])
    past = (ScalarPart(1, 0, steady(30).steps, (np.tile(f32([7, 8, 0.5, 0.5]), (30, 1)),)),)
    dock.receive(replace(update(), viewed=Viewed("b", "hotter", past)))
    dock.set_cursor(10)
    fed(dock, rows(51, np.ones((10, 4))))
    assert len(dock.history) == 30 and dock.markers == []
    assert dock.loss_plot.curves[0].reading == 7 and dock.loss_plot.note.startswith("hotter, ")
    dock.set_cursor(None)
    dock.receive(replace(update(), viewed=Viewed()))
    dock.redraw()
    assert len(dock.history) == 60 and [m.label for m in dock.markers] == ["own"]
    assert dock.loss_plot.note.startswith("step 60")


# ---- markers -----------------------------------------------------------------------------------


def test_tweaks_are_marked_in_both_plots(dock):
    fed(dock, steady(400), events=[tweak(200, "D learning rate 0.001 → 0.002",
                                         optimizer_d__lr=[1e-3, 2e-3])])
    for plot in (dock.loss_plot, dock.output_plot):
        image, x = picture(plot), round(float(plot.to_x(200)))
        frame = plot.frame()
        column = [near(image, x, y, LIGHT.marker, 1, 60)
                  for y in range(int(frame.top()) + 40, int(frame.bottom()) - 4)]
        assert sum(column) > 0.5 * len(column)
    placed = dock.loss_plot._placed[0]
    box = dock.loss_plot.label_box(placed)
    marker = dock.loss_plot.marker_at(box.center())
    assert marker is not None and "optimizer_d.lr: 0.001 → 0.002" in marker.full
    assert dock.loss_plot.marker_at(QPointF(placed.x + 2, box.bottom() + 50)) is marker
    assert dock.loss_plot.marker_at(QPointF(placed.x + 60, box.bottom() + 50)) is None


def test_marks_stay_at_their_steps_when_the_size_changes(dock):
    fed(dock, steady(400), events=[tweak(200, "slower D")])
    dock.resize(460, 400)
    image = picture(dock.output_plot)
    frame, x = dock.output_plot.frame(), round(float(dock.output_plot.to_x(200)))
    assert any(near(image, x, y, LIGHT.marker, 1, 60)
               for y in range(int(frame.top()) + 4, int(frame.bottom()) - 4))


def test_many_tweaks_are_thinned_out_evenly_and_none_is_lost(dock):
    fed(dock, steady(2000), events=[tweak(5 * k, f"change {k}") for k in range(1, 400)])
    plot = dock.loss_plot
    lines = [p.x for p in plot._placed]
    assert 30 < len(lines) <= plot.frame().width() / APART + 1
    assert lines[0] < float(plot.to_x(30)) and lines[-1] > float(plot.to_x(1980)) - APART
    assert max(b - a for a, b in pairwise(lines)) <= 2 * APART + 5
    told = "\n".join(p.marker.full for p in plot._placed)
    assert all(f"change {k}\n" in told + "\n" for k in range(1, 400))


def test_a_line_for_very_many_tweaks_tells_the_newest_and_how_many_more():
    ((one, x),) = apart([Marker(k, f"c{k}", f"full {k}") for k in range(20)], [8.5] * 20)
    assert (one.step, one.label, x) == (19, "c19", 8.5)
    assert one.full.splitlines()[0] == "full 19" and one.full.endswith("and 14 more")


def test_labels_leave_the_curves_room(dock):
    fed(dock, steady(400), events=[tweak(100 + k, f"change number {k}") for k in range(3)])
    dock.redraw()
    plot = dock.loss_plot
    lowest = max(plot.label_box(p).bottom() for p in plot._placed if p.lane is not None)
    assert float(plot.to_y(2.0)) > lowest


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(10, 150)), max_size=40))
def test_labels_never_cover_each_other(spec):
    spec = sorted(spec)
    markers = [Marker(k, "", "") for k in range(len(spec))]
    placed = place(markers, [x for x, _ in spec], [w for _, w in spec], 1000)
    assert [p.marker.step for p in placed] == list(range(len(spec)))
    boxes = [(p.lane, label_left(p.x, p.width, 1000), p.width) for p in placed
             if p.lane is not None]
    for i, (lane, left, width) in enumerate(boxes):
        for other_lane, other_left, other_width in boxes[i + 1:]:
            if lane == other_lane:
                assert left + width <= other_left or other_left + other_width <= left
    if placed:
        assert placed[-1].lane is not None  # the newest always has its label


@pytest.mark.parametrize("bad", [
    event("note"), event("tweaked"), event("tweaked", changes=3), event("tweaked", label=7),
    event("tweaked", changes={"a": 1}), event("tweaked", changes={"loss.kind": "x"})])
def test_events_that_make_no_sense_do_no_harm(dock, bad):
    marker = marker_of(bad)
    assert (marker is None) == (bad.kind == "note")
    fed(dock, steady(5), events=[bad])


def test_a_marker_writes_switches_in_words():
    assert "update.train_d: on → off" in marker_of(
        tweak(3, update__train_d=[True, False])).full


# ---- choices -----------------------------------------------------------------------------------


def test_choices_are_kept_and_nonsense_is_not(show):
    dock = show(LossesDock())
    dock.smoothing.set_value(7)
    dock.log.setChecked(True)
    dock.window_box.setCurrentIndex(2)
    other = show(LossesDock())
    other.restore_state(dock.save_state())
    assert other.save_state() == dock.save_state()
    for nonsense in ({}, {"smoothing": "x", "log": 3, "window": None}, {"smoothing": 10**9},
                     {"window": 77}, [], None):
        other.restore_state(nonsense)
        assert other.save_state() == dock.save_state()


@pytest.mark.parametrize("width", [300, 1200])
def test_it_works_narrow_and_wide(show, width):
    dock = show(LossesDock(), width, 420)
    dock.begin(POINTS)
    fed(dock, steady(2000), events=[tweak(900, "a rather long label for so narrow a plot")])
    assert dock.width() == width
    for plot in (dock.loss_plot, dock.output_plot):
        assert plot.frame().width() > 0.55 * width
        assert plot.frame().right() + plot.words_width() <= plot.width() + 12
    picture(dock)
