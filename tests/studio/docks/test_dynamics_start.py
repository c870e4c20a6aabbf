"""The start of a toy game's path, moved with mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.studio.docks.toys import LEFT, pixel_of, settle


def test_dragging_the_start_moves_the_path_and_not_the_view(dock, qtbot: QtBot):
    plane = dock.lab.field.plane
    view = plane.extent
    QTest.mousePress(plane, LEFT, pos=pixel_of(plane, 1.0, 1.0))
    QTest.mouseMove(plane, pixel_of(plane, 0.2, 0.5))
    target = pixel_of(plane, -0.8, 0.6)
    QTest.mouseMove(plane, target)
    QTest.mouseRelease(plane, LEFT, pos=target)
    settle(dock, qtbot)
    assert plane.extent == view
    assert dock.lab.start == pytest.approx((-0.8, 0.6), abs=0.02)
    assert tuple(dock.lab.picture.tracks[0].path[0]) == dock.lab.start


def test_a_drag_elsewhere_moves_the_view_and_not_the_start(dock, qtbot: QtBot):
    plane = dock.lab.field.plane
    view, home = plane.extent, dock.lab.start
    QTest.mousePress(plane, LEFT, pos=pixel_of(plane, -1.0, -1.0))
    QTest.mouseMove(plane, pixel_of(plane, -0.5, -1.0))
    QTest.mouseRelease(plane, LEFT, pos=pixel_of(plane, -0.5, -1.0))
    settle(dock, qtbot)
    assert plane.extent != view and dock.lab.start == home
    assert dock.lab.picture.spec.view[0] == pytest.approx(plane.visible().x0)


def test_shift_and_a_click_bring_the_start(dock, qtbot: QtBot):
    plane = dock.lab.field.plane
    QTest.mouseClick(plane, LEFT, Qt.KeyboardModifier.ShiftModifier, pixel_of(plane, -1.0, -1.0))
    assert dock.lab.start == pytest.approx((-1.0, -1.0), abs=0.02)


def test_arrow_keys_move_the_start_and_with_control_the_view(dock, qtbot: QtBot):
    plane = dock.lab.field.plane
    plane.setFocus()
    x, y = dock.lab.start
    view = plane.extent
    QTest.keyClick(plane, Qt.Key.Key_Right)
    coarse = dock.lab.start[0] - x
    assert coarse > 0 and dock.lab.start[1] == y and plane.extent == view
    QTest.keyClick(plane, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert 0 < dock.lab.start[1] - y < coarse / 3
    QTest.keyClick(plane, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert plane.extent != view
    QTest.keyClick(plane, Qt.Key.Key_Home)
    assert plane.extent == view
    settle(dock, qtbot)


def test_the_start_can_be_told_from_afar(dock):
    plane = dock.lab.field.plane
    at = pixel_of(plane, 1.0, 1.0)
    assert plane.over_start(QPointF(at.x() + 8, at.y()))
    assert not plane.over_start(QPointF(at.x() + 40, at.y()))
