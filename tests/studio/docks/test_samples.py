"""The samples dock: the right picture for the data, only what is switched on is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from ganstudio.recipe import Recipe
from ganstudio.session.messages import State
from ganstudio.studio.docks.samples import SamplesDock
from ganstudio.studio.theme import DARK, LIGHT
from ganstudio.training.frames import (
    ArrowsFrame,
    LatentMapFrame,
    WantArrows,
    WantLatentMap,
    WantLine,
    WantPoints,
    WantSurface,
)
from tests.studio.docks.made import (
    IMAGES,
    LINE,
    POINTS,
    f32,
    fed,
    info,
    line,
    mosaic,
    near,
    picture,
    points,
    surface,
    update,
    wheel,
)


@pytest.fixture
def dock(show) -> SamplesDock:
    return show(SamplesDock(), 700, 520)


def test_it_says_what_is_missing(dock):
    assert dock.words.isVisible() and dock.words.text() == "Start a run to see samples."
    dock.receive(update(state=State.PREPARING))
    assert "Preparing" in dock.words.text()
    assert dock.wants() == {}
    dock.begin(POINTS)
    assert not dock.words.isVisible()
    dock.begin(None)
    assert dock.words.isVisible() and dock.wants() == {}


@pytest.mark.parametrize(("run", "page"), [(POINTS, "plane"), (LINE, "line"), (IMAGES, "images")])
def test_the_page_suits_the_data(dock, run, page):
    dock.begin(run)
    assert [p.isVisible() for p in (dock.plane, dock.line, dock.images)] == [
        page == name for name in ("plane", "line", "images")]
    assert all(key.startswith("samples.") for key in dock.wants())


def test_averages_are_offered_only_where_there_are_any(dock):
    dock.begin(IMAGES)
    assert dock.wants()["samples.mosaic"].averaged
    dock.set_recipe(Recipe())
    assert not dock.images.averaged.isEnabled() and "EMA" in dock.images.averaged.toolTip()
    assert not dock.wants()["samples.mosaic"].averaged
    dock.set_recipe(Recipe.model_validate({"average": {"decay": 0.99}}))
    assert dock.wants()["samples.mosaic"].averaged


# ---- the plane ---------------------------------------------------------------------------------


def test_only_layers_that_are_on_are_asked_for(dock, qtbot):
    dock.begin(POINTS)
    kinds = {"real": WantPoints, "fake": WantPoints, "surface": WantSurface, "push": WantArrows,
             "gradient": WantArrows, "grid": WantLatentMap}
    told = []
    dock.wants_changed.connect(lambda: told.append(dock.wants()))
    for button in dock.plane.layers.values():
        before = button.isChecked()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert button.isChecked() != before and told
        on = {kinds[k] for k, b in dock.plane.layers.items() if b.isChecked()}
        assert {type(want) for want in dock.wants().values()} == on
    for button in dock.plane.layers.values():
        button.setChecked(False)
    assert dock.wants() == {}


def test_a_layer_is_switched_by_key(dock, qtbot):
    dock.begin(POINTS)
    button = dock.plane.layers["push"]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert button.isChecked() and "samples.arrows" in dock.wants()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_points_are_drawn_at_their_places(dock, theme):
    dock.begin(POINTS)
    dock.set_theme(theme)
    dock.plane.layers["surface"].setChecked(False)
    fed(dock, points=points([[1, 1], [-1.5, 0]], [[1, -1]]))
    plane = dock.plane.plane
    image = picture(plane)

    def at(x, y, colour):
        return near(image, float(plane.to_x(x)), float(plane.to_y(y)), colour, 1, 50)

    assert at(1, 1, theme.real) and at(-1.5, 0, theme.real) and at(1, -1, theme.fake)
    assert not at(-1, 1, theme.real) and not at(1, -1, theme.real)
    dock.plane.layers["real"].setChecked(False)
    image = picture(plane)
    assert not at(1, 1, theme.real) and at(1, -1, theme.fake)


def test_units_are_equal_along_both_axes(dock):
    dock.begin(POINTS)
    plane = dock.plane.plane
    assert float(plane.to_x(1) - plane.to_x(0)) == pytest.approx(
        float(plane.to_y(0) - plane.to_y(1)))
    seen = plane.visible()
    assert seen.x0 <= -2 and seen.x1 >= 2 and seen.y0 <= -2 and seen.y1 >= 2


def test_the_surface_stands_where_it_belongs(dock):
    dock.begin(POINTS)
    quarter = np.zeros((48, 48))
    quarter[24:, 24:] = 1  # high x and high y
    fed(dock, surface=surface(quarter))
    plane = dock.plane.plane
    image = picture(plane)
    for x, y, colour in ((1, 1, LIGHT.high), (-1, 1, LIGHT.low), (1, -1, LIGHT.low)):
        assert near(image, float(plane.to_x(x)) + 5, float(plane.to_y(y)) + 5, colour, 1, 10)
    assert plane.d_at(1, 1) == 1 and plane.d_at(-1, 1) == 0 and plane.d_at(50, 0) is None


@pytest.mark.parametrize(("output", "values", "middle"), [
    ("probability", (0.2, 0.4), (0, 1)), ("score", (-0.4, 2.0), None), ("critic", (-7, 30), None)])
def test_colours_span_what_d_says(dock, output, values, middle):
    dock.begin(POINTS)
    fed(dock, surface=surface(np.linspace(*values, 48 * 48).reshape(48, 48), output))
    low, high = dock.plane.plane.d_range
    assert low <= values[0] and high >= values[1]
    if middle:
        assert (low, high) == middle
    if output == "score":
        assert low + high == pytest.approx(1), "one half is the middle colour"
    assert (dock.plane.bar.low, dock.plane.bar.high) == (low, high)
    assert dock.plane.bar.mark == (None if output == "critic" else 0.5)


def test_zooming_asks_for_the_surface_in_sight(dock, qtbot):
    dock.begin(POINTS)
    plane = dock.plane.plane
    told = []
    dock.wants_changed.connect(lambda: told.append(1))
    for _ in range(5):
        wheel(plane, *plane.frame().center().toTuple(), 120)
    assert len(told) <= 1, "not at every turn of the wheel"
    seen = plane.visible()
    qtbot.waitUntil(lambda: dock.wants()["samples.surface"].extent == pytest.approx(
        (seen.x0, seen.x1, seen.y0, seen.y1), rel=1e-3))
    qtbot.keyClick(plane, Qt.Key.Key_Home)
    assert plane.extent.x0 == -2
    wheel(plane, *plane.frame().center().toTuple(), 120)
    qtbot.mouseClick(dock.plane.reset, Qt.MouseButton.LeftButton)
    assert plane.extent.x0 == -2


def test_the_readout_tells_position_and_d_in_the_persons_units(dock, qtbot):
    dock.begin(info(offset=(100, 0), scale=(10, 1)))
    fed(dock, surface=surface(np.full((48, 48), 0.25)))
    plane = dock.plane.plane
    where = QPoint(round(float(plane.to_x(1))), round(float(plane.to_y(0.5))))
    qtbot.mouseMove(plane, where - QPoint(9, 9))
    qtbot.mouseMove(plane, where)
    x, y = plane.position(QPointF(where))
    expected = f"x {100 + 10 * x:.1f}   y {y:.4f}   D 0.250"
    qtbot.waitUntil(lambda: dock.plane.readout.full == expected)
    dock.plane._on_hover(None)
    assert dock.plane.readout.full == ""


def test_arrows_point_where_training_pushes(dock):
    dock.begin(POINTS)
    for key in ("real", "fake", "surface"):
        dock.plane.layers[key].setChecked(False)
    dock.plane.layers["push"].setChecked(True)
    fed(dock, arrows=ArrowsFrame(1, f32([[0, 0]]), f32([[0.02, 0]]), f32([[0, 0.5]])))
    plane = dock.plane.plane
    image = picture(plane)
    x, y = float(plane.to_x(0)), float(plane.to_y(0))
    # A thin smooth line may share its ink between two rows of pixels.
    assert near(image, x + 14, y, LIGHT.text, 1, 150)
    assert not near(image, x - 14, y, LIGHT.text, 1, 150)
    dock.plane.layers["push"].setChecked(False)
    dock.plane.layers["gradient"].setChecked(True)
    image = picture(plane)
    assert near(image, x, y - 14, LIGHT.marker, 1, 90)
    assert not near(image, x, y + 14, LIGHT.marker, 1, 90)
    assert dict(plane.legend())["gradient"] == "gradient of D: 0.50"


def test_the_arrows_scale_is_told_and_holds_still(dock):
    dock.begin(POINTS)
    dock.plane.layers["push"].setChecked(True)
    rng = np.random.default_rng(0)
    told = set()
    for _ in range(20):
        push = f32(rng.normal(size=(64, 2)) * 0.01)
        fed(dock, arrows=ArrowsFrame(1, push, push, push))
        told.add(dict(dock.plane.plane.legend())["push"])
    assert told == {"push on G(z): 0.050"} or len(told) == 1


def test_the_latent_grid_is_drawn(dock):
    dock.begin(POINTS)
    for key in ("real", "fake", "surface"):
        dock.plane.layers[key].setChecked(False)
    dock.plane.layers["grid"].setChecked(True)
    u = np.linspace(-1, 1, 3)
    nodes = np.stack(np.meshgrid(u, u), 2)
    plane = dock.plane.plane
    before = picture(plane)
    fed(dock, map=LatentMapFrame(1, f32(nodes)))
    after = picture(plane)

    def differs(x, y):
        px, py = round(float(plane.to_x(x))), round(float(plane.to_y(y)))
        return any(before.pixelColor(px + i, py + j) != after.pixelColor(px + i, py + j)
                   for i in (-1, 0, 1) for j in (-1, 0, 1))

    assert differs(-0.5, 1) and differs(1, 0.5) and not differs(0.5, 0.25)


def test_frames_with_holes_are_drawn_all_the_same(dock):
    dock.begin(POINTS)
    for button in dock.plane.layers.values():
        button.setChecked(True)
    bad = f32([[np.nan, 1], [np.inf, 0], [1e30, -1e30]])
    fed(dock, points=points(bad, bad), surface=surface(np.full((48, 48), np.nan), "critic"),
        arrows=ArrowsFrame(1, bad, bad, bad), map=LatentMapFrame(1, f32(np.full((3, 3, 2),
                                                                                 np.inf))))
    picture(dock)


# ---- one dimension -----------------------------------------------------------------------------


def test_the_classic_picture(dock):
    dock.begin(LINE)
    assert dock.wants() == {"samples.line": WantLine()}
    dock.line.averaged.setChecked(True)
    assert dock.wants()["samples.line"].averaged
    frame = line(d=0.75)
    fed(dock, line=frame)
    view = dock.line.view
    image = picture(view)
    for values, colour, share in ((frame.data, LIGHT.real, 0.95),
                                  (frame.generated, LIGHT.fake, 0.45)):
        hits = [near(image, float(view.to_x(frame.x[k])), float(view.to_y(values[k])), colour, 2,
                     70) for k in range(100, 200, 3)]
        assert sum(hits) >= share * len(hits)
    y = float(view.d_to_y(0.75))
    assert view.frame().top() + view.frame().height() / 4 == pytest.approx(y, abs=1)
    dots = [near(image, float(view.to_x(x)), y, LIGHT.text, 2, 90)
            for x in np.linspace(-1.8, 1.8, 40)]
    assert sum(dots) > 20


def test_threads_run_from_z_to_x(dock):
    dock.begin(LINE)
    frame = line()
    fed(dock, line=frame)
    view = dock.line.view
    image, strip = picture(view), view.strip()
    for k in range(1, 8):
        x = (float(view.z_to_x(frame.z[k])) + float(view.to_x(frame.gz[k]))) / 2
        assert near(image, x, strip.center().y(), LIGHT.fake, 2, 150)
    assert strip.top() > view.frame().bottom() and strip.bottom() < view.height()


def test_a_critic_has_an_axis_of_its_own(dock):
    dock.begin(LINE)
    fed(dock, line=line("critic", d=40.0))
    low, high = dock.line.view.d_extent
    assert low <= 40 <= high and high > 1
    fed(dock, line=line("probability"))
    assert dock.line.view.d_extent == (0, 1)


def test_a_needle_does_not_press_the_data_flat(dock):
    dock.begin(LINE)
    frame = line()
    needle = frame.generated.copy()
    needle[120] = 500
    fed(dock, line=type(frame)(1, frame.x, frame.data, needle, frame.d, frame.z, frame.gz, True,
                               0.1, "probability"))
    assert dock.line.view.extent.y1 < 4 * frame.data.max()


def test_the_readout_of_the_line(dock):
    dock.begin(LINE)
    fed(dock, line=line(d=0.5))
    dock.line._on_hover((0.0, 0.1))
    text = dock.line.readout.full
    assert text.startswith("x 0") and "data 0.8" in text and "D 0.500" in text


# ---- choices -----------------------------------------------------------------------------------


def test_choices_are_kept_and_nonsense_is_not(show):
    dock, other = show(SamplesDock()), show(SamplesDock())
    dock.images.rows.setValue(5)
    dock.plane.layers["push"].setChecked(True)
    dock.line.averaged.setChecked(True)
    other.restore_state(dock.save_state())
    assert other.save_state() == dock.save_state()
    for nonsense in ({}, {"images": 3, "plane": None, "line": []}, None, "x",
                     {"images": {"rows": 10**6, "columns": "7", "beside": 1},
                      "plane": {"push": "yes"}}):
        other.restore_state(nonsense)
        assert other.save_state() == dock.save_state()


@pytest.mark.parametrize("run", [POINTS, LINE, IMAGES])
def test_it_works_narrow(show, run):
    dock = show(SamplesDock(), 300, 420)
    dock.begin(run)
    fed(dock, points=points([[0, 0]], [[1, 1]]), surface=surface(np.zeros((48, 48))),
        line=line(), mosaic=mosaic(8, 8), real=mosaic(8, 8))
    assert dock.width() == 300
    page = dock._page
    for button in page.findChildren(type(dock.plane.reset)):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width()
            assert page.rect().contains(button.mapTo(page, button.rect().bottomRight()))
    picture(dock)


def test_a_second_run_begins_afresh(dock, qtbot):
    dock.begin(IMAGES)
    fed(dock, mosaic=mosaic(4, 4))
    fake = dock.images.fake
    qtbot.mouseClick(fake, Qt.MouseButton.LeftButton, pos=fake.tile_rect(0).center().toPoint())
    dock.begin(IMAGES)
    assert not dock.images.panel.isVisible() and fake.image is None
    dock.begin(POINTS)
    fed(dock, points=points([[0, 0]], [[1, 1]]))
    dock.begin(POINTS)
    assert dock.plane.plane._points is None
