"""Helpers for the tests of the Dynamics dock with toy games."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ganstudio.studio.docks.dynamics import DynamicsDock

LEFT = Qt.MouseButton.LeftButton


def settle(dock: DynamicsDock, qtbot: QtBot) -> None:
    """Wait until what is asked has been drawn."""
    qtbot.waitUntil(lambda: dock.lab.picture is not None and not dock.session.busy
                    and dock.lab.picture.serial == dock.session._asked, timeout=60_000)


def click_into(button, qtbot: QtBot) -> None:
    """A click where a check box has its box."""
    qtbot.mouseClick(button, LEFT, pos=QPoint(8, button.height() // 2))


def pixel_of(plane, x: float, y: float) -> QPoint:
    """The pixel of a place on a plane."""
    return QPoint(round(float(plane.to_x(x))), round(float(plane.to_y(y))))
