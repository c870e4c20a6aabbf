"""The command palette and the table of actions behind it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.session.messages import State
from ganstudio.studio.actions import ACTIONS
from ganstudio.studio.fuzzy import score
from ganstudio.studio.window import MainWindow
from tests.studio.fake_session import MADE

KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def open_palette(window: MainWindow, qtbot: QtBot):
    qtbot.keyClick(window, Qt.Key.Key_P, KEYS)
    assert window.palette_box.isVisible()
    return window.palette_box


def shown(palette) -> list[str]:
    return [item.text for item in palette.model.shown]


def test_starts_a_preset(window: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(window, qtbot)
    qtbot.keyClicks(palette.line, "spiral")
    assert shown(palette)[0] == "Start: Spiral"
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert not palette.isVisible() and MADE[-1].recipe.name == "Spiral"


def test_goes_to_a_setting(running: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(running, qtbot)
    qtbot.keyClicks(palette.line, "lear rate g")
    assert shown(palette)[0] == "Set learning rate of G…"
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    row = running.workspace.dock("controls").form.find("optimizer_g.lr")
    assert QApplication.focusWidget() is row.editor.box


def test_what_is_not_there_is_said_in_full_height(window: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(window, qtbot)
    qtbot.keyClicks(palette.line, "qqqq")
    assert shown(palette) == ["Nothing is called that"]
    qtbot.waitUntil(lambda: palette.height() < 150)
    assert palette.line.height() >= palette.line.sizeHint().height()
    assert palette.view.height() >= palette.view.sizeHintForRow(0)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.line.clear()
    qtbot.keyClicks(palette.line, "computing eager")
    assert shown(palette)[0] == "Computing steps: always eager"


def test_arrows_and_escape(running: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(running, qtbot)
    first = palette.view.currentIndex().row()
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.view.currentIndex().row() > first
    qtbot.keyClick(palette.line, Qt.Key.Key_Up)
    assert palette.view.currentIndex().row() == first
    qtbot.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_pauses(running: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(running, qtbot)
    qtbot.keyClicks(palette.line, "pause")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: running.controller.state is State.PAUSED)


def test_what_cannot_be_done_is_not_offered_first(window: MainWindow, qtbot: QtBot) -> None:
    palette = open_palette(window, qtbot)
    assert "Snapshot" not in shown(palette)
    qtbot.keyClicks(palette.line, "snapshot")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_the_table_is_sound(window: MainWindow) -> None:
    ids = [spec.id for spec in ACTIONS]
    assert len(ids) == len(set(ids))
    shortcuts = [spec.shortcut for spec in ACTIONS if spec.shortcut]
    assert len(shortcuts) == len(set(shortcuts))
    for spec in ACTIONS:
        assert callable(getattr(window, spec.handler)), spec.id
        assert window.actions_[spec.id].shortcut().toString() == spec.shortcut, spec.id


@given(st.text(min_size=1, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_text_matches_every_part_of_itself(part: str, before: str, after: str) -> None:
    if part.split():
        assert score(part, before + part + after) is not None


def test_ranking() -> None:
    assert score("run", "Run") > score("run", "Show run folder")
    assert score("xyz", "Run") is None
    assert score("rst", "Restart") is not None
