"""The start page, the canvas, the data question and the export panel."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.session.messages import CancelExport, Export
from ganstudio.studio.draw_canvas import MOST_DOTS
from ganstudio.studio.recent import ago, read, recent_runs, remember
from ganstudio.studio.settings import Settings
from ganstudio.studio.thumbnails import preset_thumbnail
from ganstudio.studio.window import MainWindow
from tests.studio.fake_session import MADE

LEFT = Qt.MouseButton.LeftButton
MNIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist"


def make_run(folder: Path, name: str, step: int, when: float) -> Path:
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"name": name}))
    (folder / "checkpoints" / f"{step}.safetensors").touch()
    for part in (folder / "run.json", folder / "checkpoints"):
        os.utime(part, (when, when))
    return folder


# ---- recent runs -------------------------------------------------------------------------------


def test_recent_runs_come_newest_first(places: Path) -> None:
    make_run(places / "runs" / "a.run", "Old", 5, 1000.0)
    make_run(places / "runs" / "b.run", "New", 7, 2000.0)
    elsewhere = make_run(places / "else", "Elsewhere", 9, 1500.0)
    settings = Settings()
    remember(settings, elsewhere)
    assert [(r.name, r.step) for r in recent_runs(settings)] == [
        ("New", 7), ("Elsewhere", 9), ("Old", 5)]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"name": 5}', "null"])
def test_broken_run_folders_do_no_harm(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    found = read(tmp_path)
    assert found is None or found.step == 0


def test_ago() -> None:
    assert ago(100, 130) == "just now"
    assert ago(100, 100 + 61) == "1 minute ago"
    assert ago(100, 100 + 2 * 86400) == "2 days ago"


def test_a_recent_run_is_a_click_away(make_window, places: Path, qtbot: QtBot) -> None:
    folder = make_run(places / "runs" / "a.run", "Mine", 5, 1000.0)
    window = make_window()
    row = window.start_page.recent_list.itemAt(0).widget()
    assert row.text() == "Mine"
    qtbot.mouseClick(row, LEFT)
    assert MADE[-1].folder == folder


# ---- your own data -----------------------------------------------------------------------------


def test_dropping_a_file_trains_on_it(window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "line.csv"
    file.write_text("\n".join(str(k * 0.1) for k in range(40)))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    viewport = window.start_page.viewport()
    how = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, QDragEnterEvent(QPoint(9, 9), *how))
    assert window.start_page.drop.lit
    QApplication.sendEvent(viewport, QDropEvent(QPointF(9, 9), *how))
    assert not window.start_page.drop.lit
    assert MADE[-1].recipe.data.path == str(file)


def test_mnist_asks_where_it_is(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.start_preset("mnist")
    dialog = QApplication.activeModalWidget()
    assert dialog is not None and not dialog.train_button.isEnabled()
    qtbot.keyClicks(dialog.line, str(tmp_path / "missing"))
    assert dialog.complaint.text() == "There is nothing there."
    dialog.line.setText(str(tmp_path))
    qtbot.mouseClick(dialog.train_button, LEFT)
    assert not MADE and "no images" in window.notices.notices[0].text


@pytest.mark.skipif(not MNIST.exists(), reason="MNIST is not here")
def test_mnist_is_remembered(make_window, qtbot: QtBot) -> None:
    first = make_window()
    first.start_preset("mnist")
    dialog = QApplication.activeModalWidget()
    dialog.line.setText(str(MNIST))
    qtbot.mouseClick(dialog.train_button, LEFT)
    assert MADE[-1].recipe.name == "MNIST"
    first.close()
    second = make_window()
    second.start_preset("mnist")
    assert MADE[-1].recipe.data.path == str(MNIST) and len(MADE) == 2
    assert preset_thumbnail("mnist", str(MNIST)) is not None


# ---- the canvas --------------------------------------------------------------------------------


def test_drawing_and_training(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.start_page.draw_button, LEFT)
    page = window.draw_page
    canvas = page.canvas
    assert not page.train_button.isEnabled()
    middle = canvas.area().center().toPoint()
    qtbot.mousePress(canvas, LEFT, pos=middle)
    qtbot.mouseMove(canvas, middle + QPoint(60, 0))
    qtbot.mouseRelease(canvas, LEFT, pos=middle + QPoint(60, 0))
    assert canvas.dots and all(abs(x) <= 1 and abs(y) <= 1 for x, y in canvas.dots)
    qtbot.mouseClick(page.train_button, LEFT)
    assert MADE[-1].recipe.data.kind == "drawn"
    assert len(MADE[-1].recipe.data.strokes) == len(canvas.dots)


def test_canvas_tools(window: MainWindow, qtbot: QtBot) -> None:
    window.show_draw()
    page, canvas = window.draw_page, window.draw_page.canvas
    qtbot.mouseClick(page.mirror, LEFT)
    canvas.begin_stroke((0.5, 0.2))
    assert len(canvas.dots) == 24 and sum(x for x, _ in canvas.dots) == pytest.approx(
        0, abs=0.2)
    qtbot.mouseClick(page.eraser, LEFT)
    canvas.begin_stroke((0.5, 0.2))
    assert canvas.dots == []
    qtbot.mouseClick(page.undo_button, LEFT)
    assert len(canvas.dots) == 24
    qtbot.mouseClick(page.clear_button, LEFT)
    assert canvas.dots == [] and not page.train_button.isEnabled()
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(canvas.dots) == 24


def test_canvas_by_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    window.show_draw()
    canvas = window.draw_page.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.keyClick(canvas, Qt.Key.Key_Space)
    assert len(canvas.dots) == 12
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert canvas.dots == []


def test_the_canvas_fills_up_and_says_so(window: MainWindow) -> None:
    window.show_draw()
    canvas = window.draw_page.canvas
    canvas.dots = [(0.0, 0.0)] * MOST_DOTS
    canvas.begin_stroke((0.1, 0.1))
    assert len(canvas.dots) == MOST_DOTS
    assert "dots" in window.draw_page.count.text()


# ---- the export panel --------------------------------------------------------------------------


@pytest.fixture
def export(running: MainWindow, qtbot: QtBot):
    qtbot.keyClick(running, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert running.export_dialog.isVisible() and not running.export_dialog.isModal()
    return running.export_dialog


def test_export_asks_for_what_was_chosen(running, export, qtbot: QtBot, tmp_path: Path) -> None:
    export.rows.setValue(4)
    export.columns.setValue(6)
    export.seed.setValue(11)
    assert export.count.text() == "= 24 samples"
    export.folder.setText(str(tmp_path / "gallery"))
    qtbot.mouseClick(export.export_button, LEFT)
    assert MADE[-1].asked(Export) == [Export(str(tmp_path / "gallery"), 4, 6, 11, False)]
    assert not export.averaged.isEnabled()  # Ring keeps no average
    MADE[-1].say("progress", "Exporting: curves", what="export", done=3, total=8, part="curves")
    qtbot.waitUntil(lambda: export.progress.value() == 3)
    assert export.doing.text() == "Curves" and not export.rows.isEnabled()
    MADE[-1].say("exported", "Gallery written", path=str(tmp_path))
    qtbot.waitUntil(lambda: export.open_button.isVisible())
    assert export.rows.isEnabled()
    assert running.notices.notices[0].text == "Gallery written"


def test_export_can_be_cancelled(running, export, qtbot: QtBot) -> None:
    qtbot.mouseClick(export.export_button, LEFT)
    qtbot.mouseClick(export.cancel_button, LEFT)
    assert MADE[-1].asked(CancelExport)
    MADE[-1].say("export_cancelled", "Cancelled")
    qtbot.waitUntil(lambda: export.export_button.isVisible())
    assert export.complaint.text() == "Cancelled."


def test_export_failure_is_said_in_the_panel(running, export, qtbot: QtBot) -> None:
    qtbot.mouseClick(export.export_button, LEFT)
    MADE[-1].say("export_failed", "The disk is full.")
    qtbot.waitUntil(lambda: export.complaint.text() == "The disk is full.")
    assert running.notices.notices[0].level == "error"


def test_training_goes_on_while_the_panel_is_open(running, export, qtbot: QtBot) -> None:
    step = MADE[-1].step
    qtbot.waitUntil(lambda: MADE[-1].step > step + 2)
    qtbot.keyClick(export, Qt.Key.Key_Escape)
    assert not export.isVisible()


def test_writing_a_recipe(running: MainWindow, tmp_path: Path) -> None:
    from ganstudio.recipe import load

    running.write_recipe(tmp_path / "r.json")
    assert load(tmp_path / "r.json") == running.controller.recipe
    running.write_recipe(tmp_path / "no" / "r.json")
    assert "could not be written" in running.notices.notices[0].text
    assert [p.name for p in tmp_path.glob("*.json")] == ["r.json"]
