"""The studio offscreen, with settings and runs in a temporary folder, and nothing left behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.studio.settings import Settings
from ganstudio.studio.style import Appearance
from ganstudio.studio.window import MainWindow
from tests.studio.fake_session import MADE, FakeSession

MakeWindow = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANSTUDIO_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("GANSTUDIO_RUNS", str(tmp_path / "runs"))
    return tmp_path


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """No thread, ticking timer or open window may outlive a test."""
    before = set(threading.enumerate())
    known = {id(w) for w in QApplication.topLevelWidgets()}
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    left = [t for t in threading.enumerate() if t not in before and t.is_alive()]
    assert not left, f"threads left running: {left}"
    shown = [w for w in QApplication.topLevelWidgets() if w.isVisible() and id(w) not in known]
    assert not shown, f"windows left open: {shown}"
    for widget in QApplication.topLevelWidgets():
        ticking = [t for t in widget.findChildren(QTimer)
                   if t.isActive() and not t.isSingleShot()]
        assert not ticking, f"timers left ticking in {widget}: {ticking}"


@pytest.fixture
def make_window(qtbot: QtBot, qapp: QApplication,
                monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeWindow]:
    """Makes shown, furnished windows on the fake session; closes them in the end.

    The start page's pictures take a while, so they are drawn only where asked for.
    """
    made: list[MainWindow] = []
    MADE.clear()

    def make(session: type[FakeSession] = FakeSession, width: int = 1400, height: int = 900,
             pictures: bool = False) -> MainWindow:
        if not pictures:
            monkeypatch.setattr("ganstudio.studio.start_page.StartPage._draw_all",
                                lambda page: None)
        settings = Settings()
        look = Appearance(qapp, settings.get("theme", "auto"))
        window = MainWindow(settings, look, session_factory=session)
        look.setParent(window)
        made.append(window)
        window.resize(width, height)
        window.show()
        qtbot.waitUntil(lambda: window.start_page is not None, timeout=20_000)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield make
    for window in made:
        window.close()
        window.deleteLater()
    qapp.setStyleSheet("")
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    return make_window()


@pytest.fixture
def running(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """A window in which Ring trains."""
    window.start_preset("ring")
    qtbot.waitUntil(lambda: window.controller.is_ready)
    qtbot.waitUntil(lambda: str(window.controller.state) == "running")
    return window
