"""Ranges, ticks, marks and the plot that zooms: what every view stands on."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from ganstudio.studio.docks.dynamics_distance import Log
from ganstudio.studio.docks.plotting_bar import ColourBar
from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_mosaic import fitted
from ganstudio.studio.docks.plotting_paint import (
    Bars,
    Lent,
    LentPoints,
    Marks,
    coloured,
    image_of,
    lent_lines,
    ramp,
    upsampled,
)
from ganstudio.studio.docks.plotting_range import (
    SteadyRange,
    SteadyScale,
    fixed,
    grouped,
    nice_step,
    plain,
    symexp,
    symlog,
)
from ganstudio.studio.docks.plotting_ticks import Linear, SymLog, Whole
from ganstudio.studio.docks.plotting_widgets import Bar, Pace, spin, tool
from ganstudio.studio.theme import DARK, LIGHT
from tests.studio.docks.made import f32, near, picture, wheel

SPANS = st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6)).map(lambda p: (p[0], p[0] + p[1]))

# ---- ranges ------------------------------------------------------------------------------------


@given(st.lists(SPANS, min_size=1, max_size=30))
def test_a_steady_range_always_holds_its_data(spans):
    steady = SteadyRange(clock=lambda: 0.0)
    for low, high in spans:
        y0, y1 = steady.fit(low, high)
        assert y0 <= low and high <= y1 and y0 < y1


def test_a_steady_range_grows_at_once_and_shrinks_late():
    now = [0.0]
    steady = SteadyRange(patience=2, clock=lambda: now[0])
    assert steady.fit(0, 10) == pytest.approx((-2, 12))
    assert steady.fit(0, 40)[1] >= 40
    wide = steady.fit(0, 40)
    for now[0] in (0.5, 1.0, 2.0, 2.4):
        assert steady.fit(0, 1) == wide
    now[0] = 2.6
    assert steady.fit(0, 1)[1] < 2


def test_a_steady_range_does_not_twitch_with_noise():
    rng = np.random.default_rng(0)
    steady = SteadyRange(clock=lambda: 0.0)
    seen = {steady.fit(1 - abs(rng.normal()) * 0.02, 2 + abs(rng.normal()) * 0.02)
            for _ in range(300)}
    assert len(seen) <= 2


def test_a_steady_range_keeps_its_view_when_there_is_nothing():
    steady = SteadyRange()
    assert steady.fit(float("nan"), float("nan")) == (0, 1)
    there = steady.fit(3, 4)
    assert steady.fit(float("inf"), 0) == there


def test_arrow_scale_is_robust_and_holds_still():
    scale = SteadyScale()
    lengths = np.full(100, 0.013)
    lengths[0] = 1e6
    assert scale.fit(lengths) == 0.02
    assert scale.fit(lengths * 1.3) == 0.02
    assert scale.fit(lengths / 100) == pytest.approx(0.0002)
    assert scale.fit(np.array([np.nan, 0.0])) == pytest.approx(0.0002)


@given(st.floats(-1e6, 1e6))
def test_symlog_can_be_undone(value):
    assert float(symexp(symlog(value))) == pytest.approx(value, rel=1e-9, abs=1e-12)


@given(st.floats(1e-9, 1e9), st.integers(1, 20))
def test_nice_steps_are_one_two_or_five(span, parts):
    step = nice_step(span, parts)
    assert step * parts >= span * (1 - 1e-6)
    lead = step / 10 ** np.floor(np.log10(step) + 1e-9)
    assert min(abs(lead - n) for n in (1, 2, 5)) < 1e-6


@pytest.mark.parametrize(("value", "text"), [
    (-0.69314718, "−0.6931"), (0, "0"), (12345.678, "12346"), (1.5e-7, "1.50e−7"),
    (float("nan"), "–")])
def test_plain_numbers(value, text):
    assert plain(value) == text


def test_numbers_keep_their_width():
    assert (fixed(-0.5), fixed(2), fixed(float("inf"))) == ("−0.500", "2.000", "–")
    assert grouped(1234567) == "1,234,567"


# ---- ticks -------------------------------------------------------------------------------------


@given(SPANS, st.integers(2, 12), st.sampled_from([Linear(), Linear(10, 3), SymLog(), Whole()]))
def test_ticks_are_in_sight_in_order_and_few(span, most, scale):
    low, high = span
    if isinstance(scale, SymLog):
        low, high = (float(symlog(end)) for end in span)
    ticks = scale.ticks(low, high, most)
    slack = 1e-6 * max(1, abs(low), abs(high))
    assert all(low - slack <= at <= high + slack for at, _ in ticks)
    assert [at for at, _ in ticks] == sorted(at for at, _ in ticks)
    assert len(ticks) <= 2 * most + 3


def test_an_axis_may_turn_linear_where_its_unit_says():
    scale = SymLog(1e3)  # linear below 1
    ticks = dict(scale.ticks(float(symlog(-1)), float(symlog(1)), 12))
    assert {"−100", "−1", "0", "1", "100"} <= set(ticks.values())
    for at, text in ticks.items():
        assert scale.number(at) == pytest.approx(float(text.replace("−", "-")), abs=1e-9)


def test_a_narrow_stretch_of_distances_still_has_ticks_to_read_it_by():
    for low, high in ((-0.3, 0.2), (-0.02, 0.12), (-16, 0), (0.0, 1.02)):
        ticks = Log().ticks(low, high, 8)
        assert 3 <= len(ticks) <= 8
        for at, text in ticks:
            if "⁻" not in text:
                assert float(text) == pytest.approx(10**at)


def test_ticks_are_labelled_in_the_persons_units():
    assert Linear(100, 10).ticks(0, 1, 2) == [(0.0, "100"), (0.5, "105"), (1.0, "110")]
    assert [text for _, text in Linear(0, -1).ticks(0, 2, 2)] == ["0", "−1", "−2"]
    assert [text for _, text in SymLog().ticks(float(symlog(-2)), float(symlog(50)), 9)] == [
        "−1", "−0.1", "−0.01", "−0.001", "0", "0.001", "0.01", "0.1", "1", "10"]


def test_large_numbers_are_short_and_alike():
    assert [t for _, t in Linear().ticks(-1e6, 1e6, 4)] == ["−1e6", "−5e5", "0", "5e5", "1e6"]
    assert [t for _, t in Linear().ticks(0, 2e-7, 2)] == ["0", "1e−7", "2e−7"]
    assert {"0", "1e5"} <= {t for _, t in SymLog().ticks(0, 10, 5)}


def test_steps_share_one_unit():
    assert [t for _, t in Whole().ticks(0, 20_000, 4)] == ["0", "5k", "10k", "15k", "20k"]
    assert [t for _, t in Whole().ticks(0, 4_000, 4)][-1] == "4,000"
    assert [t for _, t in Whole().ticks(0, 3, 12)] == ["0", "1", "2", "3"]


# ---- paint -------------------------------------------------------------------------------------


def painted(draw) -> QImage:
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    draw(painter)
    painter.end()
    return image


def test_lent_arrays_are_what_qt_reads(qapp):
    lines, corners = lent_lines(), LentPoints()
    for size in (1, 300, 2):  # growing and shrinking again
        lines.resized(size)[:] = [10, 20, 40, 20]
        corners.resized(size + 1)[:] = np.linspace([5, 50], [55, 50], size + 1)

        def draw(painter):
            painter.setPen(QColor("red"))
            painter.drawLines(*lines.args())
            painter.drawPolyline(corners.polygon)

        image = painted(draw)
        assert near(image, 25, 20, "red", 0) and near(image, 30, 50, "red", 0)
        assert near(image, 25, 30, "white", 0)
    assert len(Lent(QPointF, 2)) == 0


def test_marks_and_bars_stand_where_they_should(qapp):
    image = painted(lambda p: Marks().draw(p, np.array([20.0, 45]), np.array([10.0, 40]),
                                           "circle", 7, QColor("blue"), QColor("white")))
    assert near(image, 20, 10, "blue", 1) and near(image, 45, 40, "blue", 1)
    assert near(image, 20, 40, "white", 1)
    image = painted(lambda p: Bars().draw(p, np.array([30.5]), 3, np.array([10.0]),
                                          np.array([40.0]), QColor("green")))
    column = [image.pixelColor(30, y).name() for y in range(60)]
    assert column.count(QColor("green").name()) == pytest.approx(30, abs=1)
    assert column[9] == "#ffffff" and column[41] == "#ffffff"


def test_surfaces_are_coloured_with_high_y_at_the_top(qapp):
    field = f32([[0, 0], [0.5, 0.5], [1, 1]])
    image = coloured(field, 0, 1, LIGHT)
    names = [image.pixelColor(0, y).name() for y in range(3)]
    assert (names[0], names[2]) == (LIGHT.high, LIGHT.low)
    assert near(image, 0, 1, LIGHT.middle, 0, 3)


@given(st.integers(2, 60), st.floats(-5, 5), st.floats(-5, 5))
def test_upsampling_keeps_planes_and_bounds(size, a, b):
    x = np.arange(size, dtype=np.float32)
    field = f32(a) * x[None, :] + f32(b) * x[:, None]
    fine = upsampled(field)
    assert fine.shape == (192, 192)
    assert field.min() - 1e-3 <= fine.min() and fine.max() <= field.max() + 1e-3
    assert fine[96, 96] == pytest.approx((a + b) * (96.5 * size / 192 - 0.5), abs=1e-2)


def test_a_field_with_holes_is_drawn_all_the_same():
    assert np.isfinite(upsampled(f32([[np.nan, 1], [np.inf, 0]]))).all()


def test_images_of_every_form(qapp):
    grey = image_of(np.full((2, 3), 7, np.uint8))
    assert (grey.width(), grey.height(), grey.pixelColor(2, 1).red()) == (3, 2, 7)
    colour = image_of(np.full((2, 3, 3), (1, 2, 3), np.uint8)[:, ::-1])
    assert colour.pixelColor(0, 0).getRgb()[:3] == (1, 2, 3)


@given(st.integers(1, 600), st.integers(1, 600), st.integers(20, 900), st.integers(20, 900),
       st.sampled_from([1.0, 1.5, 2.0]))
def test_pictures_fit_and_grow_by_whole_pixels(width, height, room_w, room_h, ratio):
    wide, high = fitted(width, height, room_w, room_h, ratio)
    assert wide <= room_w + 1e-6 and high <= room_h + 1e-6
    scale = wide * ratio / width
    assert scale < 1 or scale == pytest.approx(round(scale))


# ---- the plot ----------------------------------------------------------------------------------


@pytest.fixture
def plot(show) -> Plot:
    plot = show(Plot(), 400, 300)
    plot.set_extent(Extent(0, 10, -1, 1))
    return plot


@given(st.floats(-100, 100), st.floats(-100, 100))
def test_pixels_and_positions_are_inverse(x, y):
    plot = Plot()
    plot.extent = Extent(-3, 7, 2, 5)
    px, py = float(plot.to_x(x)), float(plot.to_y(y))
    assert plot.position(QPointF(px, py)) == pytest.approx((x, y), abs=1e-9)
    plot.deleteLater()


def test_the_wheel_zooms_about_the_pointer(plot):
    frame = plot.frame()
    at = QPointF(frame.left() + frame.width() / 4, frame.center().y())
    before = plot.position(at)
    told = []
    plot.moved.connect(lambda *axes: told.append(axes))
    wheel(plot, at.x(), at.y(), 240)
    assert plot.position(at) == pytest.approx(before)
    assert plot.extent.x1 - plot.extent.x0 < 8 and told == [(True, True)]


def test_the_wheel_over_an_axis_zooms_that_axis(plot):
    wheel(plot, 5, plot.frame().center().y(), 240)
    assert plot.extent.x1 - plot.extent.x0 == 10 and plot.extent.y1 - plot.extent.y0 < 2


def test_dragging_moves_what_is_held(plot, qtbot):
    start = plot.frame().center().toPoint()
    held = plot.position(QPointF(start))
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(plot, start + QPoint(30, -20))
    end = QPointF(start + QPoint(30, -20))
    qtbot.waitUntil(lambda: plot.position(end) == pytest.approx(held, abs=1e-6))
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=end.toPoint())


def test_keys_zoom_move_and_go_home(plot, qtbot):
    home = []
    plot.home.connect(lambda: home.append(1))
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.extent.x1 - plot.extent.x0 == pytest.approx(8)
    left = plot.extent.x0
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.extent.x0 > left
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton)
    assert len(home) == 2


def test_nonsense_is_not_shown(plot):
    for bad in (Extent(0, 0, 0, 1), Extent(0, float("nan"), 0, 1), Extent(0, 1e300, 0, 1)):
        assert not plot.set_extent(bad)
    for _ in range(200):
        wheel(plot, *plot.frame().center().toTuple(), 2400)
    assert plot.extent.sane()


def test_numbers_of_a_run_that_diverges_are_drawn_to_the_end_of_their_floats(plot):
    assert plot.set_extent(Extent(0, 5000, -3e37, 5e37))
    assert any("e37" in text for _, text in plot.y_ticks())
    plot.y_scale = SymLog()
    assert plot.set_extent(Extent(0, 5000, -1e30, 1e30)) and len(plot.y_ticks()) < 1000


def test_a_low_plot_still_has_two_numbers_to_read_its_scale_by(show):
    low = show(Plot(), 300, 100)
    for y0, y1 in ((-3.4, 1.3), (0.0, 8.4), (0.0031, 0.0058)):
        low.set_extent(Extent(0, 10, y0, y1))
        ticks, room = low.y_ticks(), low.frame().height() / low.metrics().height()
        assert 2 <= len(ticks) <= room
        picture(low)


def test_equal_aspect_widens_one_axis_only(plot):
    plot.equal_aspect = True
    plot.set_extent(Extent(-1, 1, -1, 1))
    seen, frame = plot.visible(), plot.frame()
    assert seen.y1 - seen.y0 == pytest.approx(2)
    assert (seen.x1 - seen.x0) / frame.width() == pytest.approx(2 / frame.height())


def test_axes_are_drawn_once_until_the_view_changes(plot, monkeypatch):
    picture(plot)
    drawn = []
    original = plot._drawn_axes
    monkeypatch.setattr(plot, "_drawn_axes", lambda r: (drawn.append(r), original(r))[1])
    for _ in range(3):
        plot.repaint()
    assert not drawn
    plot.set_extent(Extent(0, 5, 0, 1))
    plot.repaint()
    assert len(drawn) == 1


def test_a_message_takes_the_place_of_the_picture(plot):
    plain_plot = picture(plot)
    plot.set_message("Nothing here yet")
    assert picture(plot) != plain_plot
    before = plot.extent
    wheel(plot, *plot.frame().center().toTuple(), 240)
    assert plot.extent == before


def test_the_colour_bar_marks_the_equilibrium(show):
    bar = show(ColourBar(), 70, 200)
    bar.set_range(0, 1, 0.5)
    for theme in (LIGHT, DARK):
        bar.set_theme(theme)
        image, box = picture(bar), bar.ramp_rect()
        assert near(image, box.center().x(), box.top() + 3, theme.high, 1, 12)
        assert near(image, box.center().x(), box.bottom() - 3, theme.low, 1, 12)
        assert near(image, box.left() - 1, box.center().y(), theme.text, 1, 30)
    assert len(ramp(LIGHT)) == 256 and "0.5000" in bar.toolTip()


@pytest.mark.parametrize(("mark", "labels"), [(None, 3), (0.0, 3), (99.0, 2)])
def test_the_colour_bar_has_a_label_in_its_middle(show, mark, labels):
    bar = show(ColourBar(), 70, 200)
    bar.set_range(-8, 8, mark)
    image, box = picture(bar), bar.ramp_rect()
    rows = [any(near(image, x, y, LIGHT.muted, 0) for x in range(round(box.right()) + 5, 70))
            for y in range(round(box.top()) - 8, 200)]
    assert sum(b and not a for a, b in itertools.pairwise([False, *rows])) == labels


# ---- small widgets -----------------------------------------------------------------------------


def test_a_bar_wraps_where_it_is_narrow(show):
    bar = Bar(*(tool(f"Button {k}", "Does something") for k in range(6)))
    show(bar, 900, 60)
    assert len({w.y() for w in bar.children() if w.isWidgetType()}) == 1
    low = bar.heightForWidth(900)
    assert bar.heightForWidth(200) > 2 * low - 12
    bar.resize(200, bar.heightForWidth(200))
    buttons = [w for w in bar.children() if w.isWidgetType()]
    assert all(QRectF(bar.rect()).contains(QRectF(w.geometry())) for w in buttons)


def test_a_click_on_a_bar_leaves_the_keys_where_they_were(show, qtbot):
    box, pressed = spin(3, 0, 9, "Number", "How many"), []
    button = tool("Do it", "Does it")
    button.clicked.connect(lambda: (pressed.append(1), button.setEnabled(False)))
    bar = show(Bar(box, button, tool("Next", "Does more")), 400, 60)
    box.setFocus()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed and bar.focusWidget() is box
    button.setEnabled(True)
    qtbot.keyClick(box, Qt.Key.Key_Tab)
    assert bar.focusWidget() is button


def test_a_pace_is_held_and_the_last_request_kept(show, qtbot):
    widget, done = show(Plot()), []
    pace = Pace(widget, 30, lambda: done.append(1))
    for _ in range(10):
        pace.request()
    assert len(done) == 1
    qtbot.waitUntil(lambda: len(done) == 2)
    pace.request()
    pace.request()
    pace.stop()
    assert not pace._timer.isActive()
