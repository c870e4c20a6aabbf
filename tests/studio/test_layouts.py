"""Layouts: first, named, restored, and out of corrupt settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ganstudio.session.messages import State, Status, Update
from ganstudio.session.timeline_messages import BranchInfo, Timeline
from ganstudio.studio.name_dialog import NameDialog
from ganstudio.studio.settings import Settings
from ganstudio.studio.window import MainWindow


def start(window: MainWindow, qtbot: QtBot) -> None:
    window.start_preset("ring")
    qtbot.waitUntil(lambda: window.controller.is_ready)


def test_first_layout_is_calm(running: MainWindow, qtbot: QtBot) -> None:
    frames = running.workspace.frames
    qtbot.waitUntil(lambda: frames["samples"].width() > frames["controls"].width())
    assert frames["controls"].x() < frames["samples"].x() < frames["losses"].x()
    assert frames["controls"].height() > running.workspace.height() * 0.8


def test_narrow_window_gets_two_columns(make_window, qtbot: QtBot) -> None:
    window = make_window(width=900, height=600)
    start(window, qtbot)
    frames = window.workspace.frames
    qtbot.waitUntil(lambda: frames["losses"].y() > frames["samples"].y()
                    or bool(window.workspace.tabifiedDockWidgets(frames["losses"])))
    assert window.width() == 900 and window.height() == 600


def shared(window: MainWindow, one: str, other: str) -> bool:
    frames = window.workspace.frames
    return frames[other] in window.workspace.tabifiedDockWidgets(frames[one])


def test_the_layout_follows_the_window(running: MainWindow, qtbot: QtBot) -> None:
    frames = running.workspace.frames
    frames["metrics"].close()
    running.resize(900, 600)
    qtbot.waitUntil(lambda: shared(running, "samples", "losses"))
    qtbot.waitUntil(lambda: running.workspace.seen("samples") and frames["samples"].height() > 300)
    assert frames["metrics"].isHidden() and not frames["losses"].isHidden()
    qtbot.waitUntil(lambda: frames["timeline"].height() < 130)
    running.resize(1400, 900)
    qtbot.waitUntil(lambda: frames["losses"].x() > frames["samples"].x() + 100)
    assert not shared(running, "samples", "losses") and frames["metrics"].isHidden()
    qtbot.waitUntil(lambda: frames["timeline"].height() < 130)


def test_a_layout_of_ones_own_does_not_follow_it(running: MainWindow, qtbot: QtBot) -> None:
    space = running.workspace
    space.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, space.frames["losses"])
    running.resize(900, 600)
    qtbot.waitUntil(lambda: space.width() <= 900)
    assert space.placed is None and not space._reflow.isActive()
    assert space.dockWidgetArea(space.frames["losses"]) == Qt.DockWidgetArea.TopDockWidgetArea
    running.reset_layout()
    assert space.placed == space.shape() == (True, True)


def test_it_follows_after_the_next_start_too(make_window, qtbot: QtBot) -> None:
    first = make_window()
    start(first, qtbot)
    first.close()
    second = make_window()
    start(second, qtbot)
    second.resize(900, 600)
    qtbot.waitUntil(lambda: shared(second, "samples", "losses"))


def test_the_timelines_buttons_stand_in_its_title_where_there_is_room(
        running: MainWindow, qtbot: QtBot) -> None:
    frames = running.workspace.frames
    bar, dock = frames["timeline"].bar, frames["timeline"].contents
    qtbot.waitUntil(lambda: dock.button_row.parent() is bar)
    running.workspace.tabifyDockWidget(frames["timeline"], frames["log"])
    qtbot.waitUntil(lambda: bar.slim)
    assert dock.button_row.parent() is dock and dock.button_row.isVisibleTo(dock)
    running.workspace.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, frames["log"])
    qtbot.waitUntil(lambda: dock.button_row.parent() is bar)
    doctor = frames["doctor"].contents
    assert doctor.area.isAncestorOf(doctor.head)  # and no other dock is taken apart


def test_closed_dock_stays_closed_at_the_next_start(make_window, qtbot: QtBot) -> None:
    first = make_window()
    start(first, qtbot)
    first.workspace.frames["losses"].close()
    first.close()
    second = make_window()
    start(second, qtbot)
    assert second.workspace.frames["losses"].isHidden()
    assert not second.workspace.frames["controls"].isHidden()


def test_reset_brings_everything_back(running: MainWindow, qtbot: QtBot) -> None:
    frames = running.workspace.frames
    frames["losses"].setFloating(True)
    frames["controls"].close()
    running.actions_["reset_layout"].trigger()
    assert not frames["losses"].isFloating() and not frames["controls"].isHidden()
    qtbot.waitUntil(lambda: frames["controls"].x() < frames["samples"].x())


def test_named_layouts(running: MainWindow, qtbot: QtBot) -> None:
    frames = running.workspace.frames
    frames["losses"].close()
    running.actions_["save_layout"].trigger()
    dialog = running.findChild(NameDialog)
    qtbot.keyClicks(dialog.line, "Lecture")
    qtbot.mouseClick(dialog.take_button, Qt.MouseButton.LeftButton)
    menu = running.actions_.menu("View/Layout")
    named = [a for a in menu.actions() if a.text() == "Lecture"]
    assert len(named) == 1
    running.reset_layout()
    assert not frames["losses"].isHidden()
    named[0].trigger()
    assert frames["losses"].isHidden()
    assert "Lecture" in Settings().get("layouts", {})
    running.drop_layout("Lecture")
    assert not [a for a in menu.actions() if a.text() == "Lecture"]
    assert "Lecture" not in Settings().get("layouts", {})


def test_named_layouts_are_listed_at_the_next_start(make_window, qtbot: QtBot) -> None:
    first = make_window()
    start(first, qtbot)
    first.keep_layout("Mine")
    first.close()
    second = make_window()
    assert "Mine" in [a.text() for a in second.actions_.menu("View/Layout").actions()]


def test_going_home_and_back_keeps_the_layout(running: MainWindow, qtbot: QtBot) -> None:
    running.workspace.frames["losses"].close()
    running.show_start()
    start(running, qtbot)
    assert running.workspace.frames["losses"].isHidden()


def test_floating_docks_hide_with_the_run(running: MainWindow, qtbot: QtBot) -> None:
    frame = running.workspace.frames["losses"]
    frame.setFloating(True)
    assert frame.isVisible()
    running.show_start()
    assert not frame.isVisible()
    start(running, qtbot)
    assert frame.isVisible() and frame.isFloating()


@pytest.mark.parametrize("text", [
    "", "{", "[]", "null", '{"layout": 3, "docks": 7, "recent": {}, "geometry": []}',
    '{"layout": "bm9uc2Vuc2U=", "geometry": "bm9uc2Vuc2U=", "theme": "pink", "speed": 99}',
    '{"docks": {"controls": {"open": 5}}, "layouts": {"a": 1}, "recent": [1, null]}',
    "\x00\x01 not text",
])
def test_corrupt_settings_never_stop_the_start(make_window, qtbot: QtBot, places: Path,
                                               text: str) -> None:
    (places / "config").mkdir()
    (places / "config" / "settings.json").write_text(text, encoding="latin-1")
    window = make_window()
    start(window, qtbot)
    assert not window.workspace.frames["controls"].isHidden()
    window.close()
    assert isinstance(json.loads((places / "config" / "settings.json").read_text()), dict)


def test_settings_that_cannot_be_written_do_not_stop_the_close(
        make_window, places: Path) -> None:
    (places / "config").write_text("a file where a folder should be")
    window = make_window()
    window.close()
    assert "could not be written" in window.settings.complaint


def test_every_branch_gets_its_row_of_the_timeline(running: MainWindow, qtbot: QtBot) -> None:
    dock = running.workspace.dock("timeline")
    infos = [BranchInfo(str(k) if k else "", "", 9 * k, 100, f"b{k}", k, "", (), ())
             for k in range(4)]
    for many in (1, 2, 4):
        told = Timeline("", tuple(infos[:many]), None, 0, 0)
        dock.receive(Update(Status(State.RUNNING, 100), (), {}, (), None, told))
        qtbot.waitUntil(lambda: dock.area.viewport().height() >= dock.view.sizeHint().height())
    frame = running.workspace.frames["timeline"]
    qtbot.waitUntil(lambda: frame.minimumHeight() == 0)
    assert frame.height() < running.workspace.height() / 3
