"""Toy games in the window: with no run open, and beside one."""

from __future__ import annotations

import threading

from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ganstudio.studio.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def toys() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "toy games"]


def drawn(dock, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dock.lab.picture is not None and not dock.session.busy, timeout=60_000)


def test_the_start_page_leads_to_toy_games_and_back(window: MainWindow, qtbot: QtBot) -> None:
    button = window.start_page.lab_button
    qtbot.mouseClick(button, LEFT, pos=QPoint(10, button.height() // 2))
    assert window.pages.currentWidget() is window.lab_page
    drawn(window.lab_page.dock, qtbot)
    assert window.lab_page.dock.lab.headline.full.startswith("Spirals out")
    assert not window.lab_page.dock.tabs.isTabVisible(2), "no run, no networks"
    qtbot.mouseClick(window.lab_page.back, LEFT)
    assert window.pages.currentWidget() is window.start_page
    assert not window.lab_page.dock._timer.isActive()


def test_closing_the_window_ends_the_thread_and_keeps_the_choices(make_window, qtbot: QtBot
                                                                  ) -> None:
    window = make_window()
    window.actions_["dynamics"].trigger()
    dock = window.lab_page.dock
    dock.lab.panel.choose("dirac", "alternating")
    drawn(dock, qtbot)
    assert toys()
    window.close()
    assert not toys()
    other = make_window()
    other.actions_["dynamics"].trigger()
    assert other.lab_page.dock.lab.panel.rule.name == "alternating"
    assert other.lab_page.dock.lab.panel.game.name == "dirac"
    drawn(other.lab_page.dock, qtbot)


def test_a_run_shows_them_in_their_dock(running: MainWindow, qtbot: QtBot) -> None:
    running.actions_["dynamics"].trigger()
    dock = running.workspace.dock("dynamics")
    qtbot.waitUntil(lambda: running.workspace.seen("dynamics"))
    assert running.lab_page is None
    drawn(dock, qtbot)
    assert not dock.wants(), "toy games ask nothing of the run"
    dock.set_mode("real")
    qtbot.waitUntil(lambda: "dynamics.field" in running.controller.session.wants)
    dock.set_mode("theory")
    qtbot.waitUntil(lambda: "dynamics.theory" in running.controller.session.wants)
    running.actions_["dynamics"].trigger()
    assert dock.mode == "toy"
    drawn(dock, qtbot)


def test_a_run_started_from_the_lab_takes_its_place(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["dynamics"].trigger()
    drawn(window.lab_page.dock, qtbot)
    window.start_preset("ring")
    qtbot.waitUntil(lambda: window.controller.is_ready)
    assert window.pages.currentWidget() is window.workspace
    assert not window.lab_page.dock.session.playing
