"""Taking a run or a recipe away, and taking one in: exports, the clipboard, what is dropped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.recipe import preset, to_text
from ganstudio.runs.export.kinds import KINDS
from ganstudio.session.messages import Export
from ganstudio.studio.export_dialog import fresh_place
from ganstudio.studio.window import MainWindow
from tests.studio.fake_session import MADE

LEFT = Qt.MouseButton.LeftButton


def drop(widget, path: Path) -> bool:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    at, none = QPoint(5, 5), Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at, Qt.DropAction.CopyAction, mime, LEFT, none)
    QApplication.sendEvent(widget, enter)
    QApplication.sendEvent(widget, QDropEvent(QPointF(at), Qt.DropAction.CopyAction, mime, LEFT,
                                              none))
    return enter.isAccepted()


def run_folder(path: Path) -> Path:
    path.mkdir()
    (path / "run.json").write_text(json.dumps({"name": "Dropped"}))
    return path


@pytest.mark.parametrize("inside", ["", "run.json"])
def test_a_run_dropped_on_a_running_window_opens(running: MainWindow, tmp_path: Path,
                                                 qtbot: QtBot, inside: str) -> None:
    folder = run_folder(tmp_path / "dropped.run")
    assert running.acceptDrops() and drop(running, folder / inside)
    qtbot.waitUntil(lambda: MADE[-1].folder == folder)
    assert running.controller.folder == folder


def test_a_run_dropped_on_the_start_page_opens(window: MainWindow, tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "dropped.run")
    assert drop(window.start_page, folder)
    assert MADE[-1].folder == folder


def test_text_dropped_is_left_alone(running: MainWindow) -> None:
    mime = QMimeData()
    mime.setText("hello")
    event = QDragEnterEvent(QPoint(1, 1), Qt.DropAction.CopyAction, mime, LEFT,
                            Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(running, event)
    assert not event.isAccepted()


def test_a_recipe_goes_to_a_colleague_and_comes_back(running: MainWindow, qtbot: QtBot) -> None:
    running.controller.edit("batch", 77)
    running.actions_["copy_recipe"].trigger()
    text = QApplication.clipboard().text()
    assert json.loads(text)["batch"] == 77
    QApplication.clipboard().setText(f"Try this!\n```json\n{text}```\nBest, A.")
    before = len(MADE)
    running.actions_["paste_recipe"].trigger()
    qtbot.waitUntil(lambda: len(MADE) > before)
    assert MADE[-1].recipe.batch == 77


@pytest.mark.parametrize(("text", "words"), [
    ("good morning", "The pasted text holds no recipe"),
    ('{"batch": -4}', "batch: -4 is not allowed; it must be a whole number at least 1"),
    ("{oops}", "The pasted recipe is not readable JSON")])
def test_a_paste_that_is_no_recipe_is_explained(window: MainWindow, text: str,
                                                words: str) -> None:
    QApplication.clipboard().setText(text)
    window.actions_["paste_recipe"].trigger()
    assert words in window.notices.notices[0].text
    assert not MADE


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_export_is_an_action(running: MainWindow, qtbot: QtBot, kind: str,
                                          tmp_path: Path) -> None:
    running.actions_[f"export_{kind}"].trigger()
    panel = running.export_dialog
    assert panel.isVisible() and panel.kind.currentData() == kind
    assert not panel.rows.isVisible() and not panel.seed.isVisible()
    assert panel.averaged.isVisible() == (kind in ("onnx", "safetensors"))
    assert panel.place.text() == ("Folder" if kind == "tensorboard" else "File")
    assert panel.lead.text().startswith(KINDS[kind].about)
    out = tmp_path / f"x{KINDS[kind].ending}"
    panel.folder.setText(str(out))
    qtbot.mouseClick(panel.export_button, LEFT)
    assert MADE[-1].asked(Export)[0].kind == kind and MADE[-1].asked(Export)[0].out == str(out)
    MADE[-1].say("exported", "Written", path=str(out), to=kind)
    qtbot.waitUntil(lambda: panel.open_button.isVisible())
    assert not panel.page_button.isVisible()


def test_back_to_a_gallery_everything_is_asked_again(running: MainWindow) -> None:
    running.export_script()
    panel = running.export_dialog
    panel.kind.setCurrentIndex(0)
    assert panel.rows.isVisible() and panel.averaged.isVisible()
    assert "gallery" in panel.folder.text()


def test_a_fresh_place_never_stands_on_something(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "ring-1.run"
    first = fresh_place(run, "script")
    assert first == tmp_path / "exports" / "ring-1.py"
    first.parent.mkdir()
    first.touch()
    assert fresh_place(run, "script").name == "ring-1-2.py"
    assert fresh_place(run, "tensorboard").name == "ring-1-log"
    assert fresh_place(tmp_path / "else" / "a.run", "onnx") == tmp_path / "else" / "a.onnx"


def test_copied_text_is_the_file(running: MainWindow) -> None:
    running.copy_recipe()
    assert QApplication.clipboard().text() == to_text(running.controller.recipe)
    assert preset("ring").data == running.controller.recipe.data
