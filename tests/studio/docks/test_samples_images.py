"""The samples dock with images: which tiles, where they stand, and what one of them says."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication

from ganstudio.studio.docks.plotting_mosaic import Mosaic
from ganstudio.studio.docks.samples import SamplesDock
from ganstudio.studio.theme import LIGHT
from ganstudio.training.frames import (
    WantMosaic,
)
from tests.studio.docks.made import (
    IMAGES,
    f32,
    fed,
    info,
    mosaic,
    near,
    picture,
)


@pytest.fixture
def dock(show) -> SamplesDock:
    return show(SamplesDock(), 700, 520)


def test_rows_and_columns_can_be_chosen(dock, qtbot):
    dock.begin(IMAGES)
    assert dock.wants() == {
        "samples.mosaic": WantMosaic(8, 8, False, False, True),
        "samples.real": WantMosaic(8, 8, True, False, False)}
    told = []
    dock.wants_changed.connect(lambda: told.append(1))
    qtbot.keyClick(dock.images.rows, Qt.Key.Key_Down)
    dock.images.columns.setValue(12)
    qtbot.mouseClick(dock.images.beside, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dock.images.averaged, Qt.MouseButton.LeftButton)
    assert dock.wants() == {"samples.mosaic": WantMosaic(7, 12, False, False, False)}
    assert len(told) == 4 and not dock.images.real.isVisible()


@pytest.mark.parametrize("size", [(300, 900), (900, 300)])
def test_the_caption_stands_close_above_its_grid(show, size):
    grid = show(Mosaic("Real images", "Real"), *size)
    frame = mosaic(4, 8)
    grid.set_picture(frame.image + np.uint8(90), 4, 8, np.empty(0))
    image, box = picture(grid), grid.picture_rect()
    line = grid.fontMetrics().height()
    across = range(round(box.left()), round(box.left()) + 40)
    ink = [y for y in range(round(box.top()))
           if any(near(image, x, y, LIGHT.muted, 0) for x in across)]
    assert ink and box.top() - line - 5 <= ink[0] and box.top() - 9 <= ink[-1] < box.top()
    above, below = ink[0], grid.height() - box.bottom()
    assert abs(above - below) < line + 8 or size[0] > size[1]


def test_tiles_stand_in_order_on_whole_pixels(dock):
    dock.begin(IMAGES)
    fed(dock, mosaic=mosaic(4, 8), real=mosaic(4, 8))
    fake = dock.images.fake
    image = picture(fake)
    for k in (0, 1, 7, 8, 31):
        centre = fake.tile_rect(k).center()
        assert image.pixelColor(centre.toPoint()).red() == 5 * k
        assert fake.tile_at(centre) == k
    # Whole pixels, and a gap of the ground's colour between two tiles.
    assert fake.tile_rect(1).left() - fake.tile_rect(0).right() == 3
    scale = fake.tile_rect(0).width() / 4
    assert scale == int(scale) >= 2
    assert fake.tile_at(QPointF(1, 1)) is None


def test_a_click_shows_the_tile_large_with_its_z_and_score(dock, qtbot):
    dock.begin(IMAGES)
    fed(dock, mosaic=mosaic(4, 8), real=mosaic(4, 8))
    images, fake = dock.images, dock.images.fake
    qtbot.mouseClick(fake, Qt.MouseButton.LeftButton, pos=fake.tile_rect(11).center().toPoint())
    panel = images.panel
    assert panel.isVisible() and "row 2, column 4" in panel.heading.text()
    assert panel.score.text() == "D: …" and dock.wants()["samples.mosaic"].scores
    fed(dock, mosaic=mosaic(4, 8, scores=True))
    assert panel.score.text() == "D: 0.110"
    centre = panel.picture.rect().center()
    assert picture(panel.picture).pixelColor(centre).red() == 55
    qtbot.mouseClick(panel.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith("[176, 177, ")
    qtbot.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)
    assert not panel.isVisible() and not dock.wants()["samples.mosaic"].scores


def test_a_tile_is_chosen_by_keys(dock, qtbot):
    dock.begin(IMAGES)
    fed(dock, mosaic=mosaic(4, 8), real=mosaic(4, 8))
    fake = dock.images.fake
    fake.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left,
                Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(fake, key)
    assert fake.focus_tile == 9
    box = fake.tile_rect(9)
    qtbot.waitUntil(fake.hasFocus)
    assert near(picture(fake), box.left(), box.center().y(), LIGHT.accent, 2, 40)
    qtbot.keyClick(fake, Qt.Key.Key_Return)
    assert "row 2, column 2" in dock.images.panel.heading.text()


def test_a_real_tile_has_no_z(dock, qtbot):
    dock.begin(IMAGES)
    fed(dock, mosaic=mosaic(4, 8), real=mosaic(4, 8))
    real = dock.images.real
    qtbot.mouseClick(real, Qt.MouseButton.LeftButton, pos=real.tile_rect(3).center().toPoint())
    assert "Real" in dock.images.panel.heading.text()
    fed(dock, real=type(mosaic(1, 1))(2, mosaic(4, 8).image, 4, 8, (4, 4), f32([0.5] * 32),
                                      f32(np.empty((0, 16)))))
    assert not dock.images.panel.z.isVisible()
    dock.images.beside.setChecked(False)
    assert not dock.images.panel.isVisible()


def test_scores_are_badges_on_the_tiles(dock, qtbot):
    dock.begin(IMAGES)
    qtbot.mouseClick(dock.images.scores, Qt.MouseButton.LeftButton)
    assert dock.wants()["samples.mosaic"].scores and dock.wants()["samples.real"].scores
    fed(dock, mosaic=mosaic(4, 4, scores=True))
    fake = dock.images.fake
    assert fake.scores_fit()
    box = fake.tile_rect(5)
    image = picture(fake)
    assert near(image, box.left() + 4, box.bottom() - 3, LIGHT.panel, 2, 10)
    assert not near(image, box.right() - 4, box.top() + 4, LIGHT.panel, 2, 10)
    qtbot.mouseClick(dock.images.scores, Qt.MouseButton.LeftButton)
    assert not near(picture(fake), box.left() + 4, box.bottom() - 3, LIGHT.panel, 2, 10)


def test_scores_that_would_be_unreadable_are_left_out(show):
    dock = show(SamplesDock(), 300, 400)
    dock.begin(IMAGES)
    dock.images.scores.setChecked(True)
    fed(dock, mosaic=mosaic(32, 32, scores=True))
    assert not dock.images.fake.scores_fit()
    picture(dock)


def test_colour_images(dock):
    dock.begin(info((3, 4, 4), 16))
    image = np.zeros((4, 8, 3), np.uint8)
    image[:, 4:] = (200, 30, 60)
    frame = mosaic(1, 2)
    fed(dock, mosaic=type(frame)(1, image, 1, 2, (4, 4), f32([]), frame.z))
    fake = dock.images.fake
    shown = picture(fake).pixelColor(fake.tile_rect(1).center().toPoint())
    assert shown.getRgb()[:3] == (200, 30, 60)
