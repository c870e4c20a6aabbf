"""What goes wrong is said, and the window lives on."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ganstudio.session.messages import State
from ganstudio.studio.docks.catalogue import CATALOGUE, DockEntry
from ganstudio.studio.window import MainWindow
from ganstudio.studio.workspace import Workspace
from tests.studio.fake_session import MADE

LEFT = Qt.MouseButton.LeftButton


def test_an_error_shows_details_to_copy(running: MainWindow, qtbot: QtBot) -> None:
    session = MADE[-1]
    session.state = State.FAILED
    session.say("error", "Training stopped at step 5: boom.", "Traceback: line 1")
    qtbot.waitUntil(lambda: bool(running.notices.notices))
    notice = running.notices.notices[0]
    assert notice.level == "error" and "boom" in notice.label.text()
    assert notice.box.isHidden()
    qtbot.mouseClick(notice.more, LEFT)
    assert notice.box.isVisible() and "line 1" in notice.box.toPlainText()
    qtbot.mouseClick(notice.copy, LEFT)
    assert QGuiApplication.clipboard().text() == (
        "Training stopped at step 5: boom.\n\nTraceback: line 1")
    assert running.actions_["run"].text() == "Run"
    assert running.status_bar.state.text() == "Stopped by an error"
    qtbot.mouseClick(notice.shut, LEFT)
    assert not running.notices.isVisible()


def test_nonfinite_pauses_and_says_so(running: MainWindow, qtbot: QtBot) -> None:
    MADE[-1].state = State.PAUSED
    MADE[-1].say("nonfinite", "The discriminator's loss became NaN at step 7.")
    qtbot.waitUntil(lambda: bool(running.notices.notices))
    assert "step 7" in running.notices.notices[0].text
    assert not running.controller.going
    button = next(b for b in running.notices.notices[0].findChildren(QPushButton)
                  if b.text() == "Show remedies")
    qtbot.mouseClick(button, LEFT)
    assert running.workspace.seen("doctor")


def test_equal_notices_are_shown_once_and_few_are_kept(window: MainWindow) -> None:
    for k in range(8):
        window.notices.add("info", f"message {k % 5}")
    texts = [n.text for n in window.notices.notices]
    assert texts == ["message 2", "message 1", "message 0"]


def test_our_own_exceptions_become_notices(window: MainWindow, capsys) -> None:
    try:
        raise RuntimeError("oops")
    except RuntimeError:
        window.show_exception(*sys.exc_info())
    assert "oops" in window.notices.notices[0].text
    assert "RuntimeError" in window.notices.notices[0].details
    assert "RuntimeError" in capsys.readouterr().err


def test_a_dock_that_cannot_be_imported_is_left_out(qtbot: QtBot) -> None:
    broken = DockEntry("ghost", "Ghost", "ganstudio.studio.docks.ghost", "Ghost", "right")
    space = Workspace(catalogue=(CATALOGUE[0], broken))
    qtbot.addWidget(space)
    said = []
    space.trouble.connect(lambda text, details: said.append((text, details)))
    space.make({})
    assert "Ghost panel could not be opened" in said[0][0] and "Traceback" in said[0][1]
    assert set(space.frames) == {"controls"}


def test_a_dock_that_fails_is_reported_once(running: MainWindow, qtbot: QtBot,
                                            monkeypatch) -> None:
    def fail(update: object) -> None:
        raise ValueError("cannot draw")

    monkeypatch.setattr(running.workspace.dock("controls"), "receive", fail)
    qtbot.waitUntil(lambda: bool(running.notices.notices))
    assert "Controls panel failed: cannot draw" in running.notices.notices[0].text
    running.notices.clear()
    step = MADE[-1].step
    qtbot.waitUntil(lambda: MADE[-1].step > step + 3)
    assert not running.notices.notices


def test_nonsense_that_is_dropped_is_refused_in_words(window: MainWindow, tmp_path: Path,
                                                      qtbot: QtBot) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    window.open_any(empty)
    assert not MADE and "nothing" in window.notices.notices[0].text


def test_a_wrong_recipe_file_is_refused_with_its_field(window: MainWindow,
                                                       tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text('{"batch": 0}')
    window.open_any(file)
    assert not MADE
    assert "batch" in window.notices.notices[0].text and "at least 1" in (
        window.notices.notices[0].text)


def test_a_csv_is_trained_on(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "cloud.csv"
    file.write_text("x,y\n" + "\n".join(f"{k},{k * 2}" for k in range(50)))
    window.open_any(file)
    assert MADE[-1].recipe.data.kind == "points" and MADE[-1].recipe.name == "cloud"


def test_a_run_that_cannot_be_written_may_be_looked_at(running: MainWindow, qtbot: QtBot,
                                                      tmp_path: Path) -> None:
    session = MADE[-1]
    session.state = State.FAILED
    session.say("error", "the run could not be prepared: it is open elsewhere",
                lookable=str(tmp_path))
    qtbot.waitUntil(lambda: bool(running.notices.notices))
    button = next(b for b in running.notices.notices[0].findChildren(QPushButton)
                  if b.text() == "Look at it")
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: MADE[-1] is not session)
    assert MADE[-1].read_only and MADE[-1].folder == tmp_path
    assert "looked at only" in running.notices.notices[0].text
