"""Docks offscreen, fed with made-up updates; no session, no torch."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ganstudio.studio.docks.dynamics import DynamicsDock
from tests.studio.docks.toys import settle

Show = Callable[..., QWidget]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    """Shows a widget at a size, and takes it away at the end."""
    shown: list[QWidget] = []

    def showing(widget: QWidget, width: int = 700, height: int = 500) -> QWidget:
        widget.resize(width, height)
        shown.append(widget)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    yield showing
    for widget in shown:
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def dock(show, qtbot: QtBot):
    """The Dynamics dock on its real thread, with its first picture drawn."""
    made = DynamicsDock()
    show(made, 1000, 680)
    settle(made, qtbot)
    yield made
    made.shut()
