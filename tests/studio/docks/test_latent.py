"""The latent dock: two latents, the way between them, and what is made there."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from ganstudio.recipe import Recipe
from ganstudio.session.messages import State
from ganstudio.studio.docks.latent import LatentDock, draw_z
from ganstudio.studio.theme import LIGHT
from tests.studio.docks.made import IMAGES, LINE, POINTS, info, near, picture, update, walk


@pytest.fixture
def dock(show) -> LatentDock:
    return show(LatentDock(), 600, 520)


def want(dock: LatentDock):
    return dock.wants()["latent.walk"]


def fed(dock: LatentDock, frame) -> LatentDock:
    dock.receive(update(frames={"latent.walk": frame}))
    return dock


def test_it_says_what_is_missing(dock):
    assert "Start a run" in dock.words.text() and dock.wants() == {}
    dock.receive(update(state=State.PREPARING))
    assert "Preparing" in dock.words.text()
    dock.redraw("A")
    dock.begin(POINTS)
    assert not dock.words.isVisible() and len(want(dock).z0) == 2


@pytest.mark.parametrize(("kind", "holds"), [
    ("normal", lambda z: 0.8 < z.std() < 1.2),
    ("uniform", lambda z: abs(z).max() <= 1 and 0.5 < z.std() < 0.65),
    ("uniform01", lambda z: 0 <= z.min() < 0.1 and 0.9 < z.max() <= 1),
    ("sphere", lambda z: abs(np.linalg.norm(z) - 1) < 1e-9)])
def test_latents_are_of_the_runs_kind(kind, holds):
    assert holds(np.array(draw_z(np.random.default_rng(0), kind, 400)))


def test_dice_draw_one_end_anew(dock, qtbot):
    dock.begin(IMAGES)
    before = want(dock)
    assert len(before.z0) == 16 and before.z0 != before.z1
    qtbot.mouseClick(dock.dice["A"], Qt.MouseButton.LeftButton)
    assert want(dock).z0 != before.z0 and want(dock).z1 == before.z1
    a, b = want(dock).z0, want(dock).z1
    qtbot.mouseClick(dock.swap, Qt.MouseButton.LeftButton)
    assert (want(dock).z0, want(dock).z1) == (b, a)


def test_the_slider_moves_t(dock, qtbot):
    dock.begin(IMAGES)
    told = []
    dock.wants_changed.connect(lambda: told.append(want(dock).t))
    dock.slider.setFocus()
    qtbot.keyClick(dock.slider, Qt.Key.Key_Home)
    assert want(dock).t == 0
    qtbot.keyClick(dock.slider, Qt.Key.Key_End)
    assert want(dock).t == 1
    qtbot.keyClick(dock.slider, Qt.Key.Key_PageDown)
    assert want(dock).t == pytest.approx(0.9)
    qtbot.waitUntil(lambda: bool(told) and told[-1] == pytest.approx(0.9))
    assert len(told) <= 3


def test_images_show_the_stops_and_the_one_at_t(dock):
    dock.begin(IMAGES)
    dock.count.setValue(4)
    assert want(dock).count == 4
    stops = np.repeat(np.uint8([10, 80, 150, 220]), 16).reshape(4, 4, 4)
    fed(dock, walk(stops, np.full((4, 4), 120, np.uint8), z=np.zeros(16)))
    assert picture(dock.large).pixelColor(dock.large.rect().center()).red() == 120
    box, image = dock.strip.picture_rect(), picture(dock.strip)
    for k, grey in enumerate((10, 80, 150, 220)):
        x = round(box.left() + (k + 0.5) * box.width() / 4)
        assert image.pixelColor(x, round(box.center().y())).red() == grey
    assert "D 0.400" in dock.readout.full and "(16 numbers)" in dock.readout.full
    assert not dock.path.isVisible() and not dock.pads["A"].isVisible()


def test_clicking_a_stop_goes_there(dock, qtbot):
    dock.begin(IMAGES)
    fed(dock, walk(np.zeros((5, 4, 4), np.uint8), np.zeros((4, 4), np.uint8)))
    box = dock.strip.picture_rect()
    where = QPoint(round(box.left() + 0.7 * box.width()), round(box.center().y()))
    qtbot.mouseClick(dock.strip, Qt.MouseButton.LeftButton, pos=where)
    assert want(dock).t == pytest.approx(0.75)


def test_colour_images(dock):
    dock.begin(info((3, 4, 4), 16))
    stops = np.zeros((3, 4, 4, 3), np.uint8)
    stops[1] = (9, 200, 30)
    fed(dock, walk(stops, stops[1]))
    box = dock.strip.picture_rect()
    assert picture(dock.strip).pixelColor(box.center().toPoint()).getRgb()[:3] == (9, 200, 30)


def test_points_show_the_path_on_the_plane(dock):
    dock.begin(POINTS)
    way = np.linspace([-1.5, -1], [1.5, 1], 64).astype(np.float32)
    fed(dock, walk(way, [0.0, 0.0]))
    path, image = dock.path, picture(dock.path)
    for share in (0.2, 0.4, 0.7, 0.9):
        x, y = -1.5 + 3 * share, -1 + 2 * share
        assert near(image, float(path.to_x(x)), float(path.to_y(y)), LIGHT.fake, 2, 60)
    assert path.here() == pytest.approx((float(path.to_x(0)), float(path.to_y(0))))
    assert near(image, *path.here(), LIGHT.fake, 1, 40)
    assert not dock.large.isVisible() and not dock.strip.isVisible()


def test_one_dimension_is_drawn_over_t(dock):
    dock.begin(LINE)
    dock.slider.setValue(50)
    fed(dock, walk(np.linspace(-1, 1, 64, dtype=np.float32)[:, None], [-0.5], z=[0.3]))
    path = dock.path
    assert path.here() == pytest.approx((float(path.to_x(0.25)), float(path.to_y(-0.5))))
    assert near(picture(path), float(path.to_x(0.75)), float(path.to_y(0.5)), LIGHT.fake, 2, 60)


def test_a_small_latent_is_picked_on_the_pad(dock, qtbot):
    dock.begin(POINTS)
    pad = dock.pads["A"]
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton, pos=pad.frame().center().toPoint())
    assert want(dock).z0 == pytest.approx((0, 0), abs=0.05)
    pad.setFocus()
    qtbot.keyClick(pad, Qt.Key.Key_Right)
    qtbot.keyClick(pad, Qt.Key.Key_Up)
    assert want(dock).z0 == pytest.approx((0.3, 0.3), abs=0.05)
    assert near(picture(pad), float(pad.to_x(0.3)), float(pad.to_y(0.3)), LIGHT.accent, 2, 40)
    for _ in range(30):
        qtbot.keyClick(pad, Qt.Key.Key_Right)
    assert want(dock).z0[0] == 3


def test_the_pad_of_noise_from_0_to_1_goes_from_0_to_1(dock, qtbot):
    dock.begin(info(kind="uniform01"))
    pad = dock.pads["A"]
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton, pos=pad.frame().center().toPoint())
    assert want(dock).z0 == pytest.approx((0.5, 0.5), abs=0.02)
    pad.setFocus()
    for _ in range(30):
        qtbot.keyClick(pad, Qt.Key.Key_Left)
        qtbot.keyClick(pad, Qt.Key.Key_Up)
    assert want(dock).z0 == (0, 1)
    dock.begin(LINE)
    assert pad.extent.x0 == -3  # normal again


def test_a_latent_picked_on_the_sphere_is_on_the_sphere(dock, qtbot):
    dock.begin(info(kind="sphere"))
    pad = dock.pads["B"]
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(100, 20))
    assert np.hypot(*want(dock).z1) == pytest.approx(1)
    dock._on_pick("B", 0.0, 0.0)
    assert np.hypot(*want(dock).z1) == pytest.approx(1)


def test_a_latent_of_one_number(dock, qtbot):
    dock.begin(LINE)
    pad = dock.pads["A"]
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert len(want(dock).z0) == 1 and want(dock).z0[0] < -1.5


def test_play_moves_only_while_in_sight(dock, qtbot):
    dock.begin(IMAGES)
    start = dock.slider.value()
    qtbot.mouseClick(dock.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dock.slider.value() > start)
    dock.hide()
    assert not dock._timer.isActive()
    dock.show()
    assert dock._timer.isActive()
    dock.begin(None)
    assert not dock._timer.isActive() and not dock.play.isChecked()


def test_play_turns_at_the_ends(dock):
    dock.begin(IMAGES)
    dock.slider.setValue(dock.slider.maximum() - 1)
    for _ in range(3):
        dock._advance()
    assert dock.slider.value() < dock.slider.maximum()
    dock.slider.setValue(1)
    for _ in range(4):
        dock._advance()
    assert dock.slider.value() > 1


def test_averages_are_offered_only_where_there_are_any(dock):
    dock.begin(IMAGES)
    assert want(dock).averaged
    dock.set_recipe(Recipe())
    assert not want(dock).averaged and not dock.averaged.isEnabled()


def test_choices_are_kept_and_nonsense_is_not(show):
    dock, other = show(LatentDock()), show(LatentDock())
    dock.slider.setValue(33)
    dock.count.setValue(5)
    other.restore_state(dock.save_state())
    assert other.save_state() == dock.save_state()
    for nonsense in ({}, {"t": -4, "count": 10**9, "averaged": "no"}, None, []):
        other.restore_state(nonsense)
        assert other.save_state() == dock.save_state()


def test_it_works_narrow(show):
    dock = show(LatentDock(), 300, 420)
    for run in (POINTS, LINE, IMAGES):
        dock.begin(run)
        picture(dock)
        assert dock.width() == 300
    dock.begin(POINTS)
    fed(dock, walk(np.full((4, 2), np.nan, np.float32), [np.nan, np.nan]))
    picture(dock)
