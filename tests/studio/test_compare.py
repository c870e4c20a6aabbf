"""The page of comparisons, driven by real clicks on real run folders."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ganstudio.recipe import with_value
from ganstudio.session.conductor import Conductor
from ganstudio.studio.paths import runs_dir
from ganstudio.studio.window import MainWindow
from tests import tiny

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def runs(places: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two runs of one seed that differ in two fields, and one of digits."""
    monkeypatch.setattr("ganstudio.training.metrics_look.PASSES", 2)
    one = tiny.recipe(name="one")
    two = with_value(with_value(one, "optimizer_d.lr", 0.02), "name", "two")
    digits = tiny.recipe(**tiny.IMAGES, name="digits")
    made = []
    for recipe, steps in ((one, 12), (two, 12), (digits, 3)):
        path = runs_dir() / f"{recipe.name}.run"
        conductor = Conductor(recipe, path)
        while conductor.step < steps:
            conductor.advance(steps - conductor.step)
        if recipe is not digits:
            conductor.measuring.measure()
        conductor.close()
        made.append(path)
    return made


def opened(window: MainWindow, qtbot: QtBot, paths: list[Path]):
    window.show_comparison(paths)
    page = window.compare_page
    qtbot.waitUntil(lambda: set(page.paths()) <= set(page.subjects), timeout=60_000)
    page.poll()
    return page


def texts(table) -> list[list[str]]:
    return [[table.item(i, j).text() for j in range(table.columnCount())]
            for i in range(table.rowCount())]


def test_the_start_page_leads_to_the_two_newest_runs_and_back(runs, make_window, qtbot) -> None:
    window = make_window()
    button = window.start_page.compare_button
    qtbot.mouseClick(button, LEFT, pos=QPoint(10, button.height() // 2))
    page = window.compare_page
    assert window.pages.currentWidget() is page and len(page.paths()) == 2
    qtbot.waitUntil(lambda: len(page.subjects) == 2, timeout=60_000)
    qtbot.mouseClick(page.back, LEFT)
    assert window.pages.currentWidget() is window.start_page


def test_curves_samples_metrics_and_settings_of_two_runs(runs, make_window, qtbot) -> None:
    page = opened(make_window(), qtbot, runs[:2])
    assert [c.name for c in page.plots[0][1].curves] == ["one", "two"]
    assert [list(c.steps) for c in page.plots[0][1].curves] == [list(range(1, 13))] * 2
    assert page.plots[0][1].curves[0].colour != page.plots[0][1].curves[1].colour
    assert page.wiper.left.name == "one" and page.wiper.right.name == "two"
    assert page.wiper.left.step == page.wiper.right.step == 12 and page.wiper.real is not None
    names = [page.metrics_table.horizontalHeaderItem(j).text() for j in range(5)]
    assert names == ["Metric", "Floor", "one", "two", "Difference"]
    assert any(row[0] == "Sliced W1" and "±" in row[1] for row in texts(page.metrics_table))
    row, = texts(page.recipe_table)
    assert row[0].endswith("of D") and row[2] == "0.02" != row[1]
    assert page.problems.isHidden() and page.note.isHidden()


def test_names_of_metrics_are_never_cut(runs, make_window, qtbot) -> None:
    window = make_window()
    page = opened(window, qtbot, runs[:2])
    table = page.metrics_table
    page.tabs.setCurrentWidget(table)
    qtbot.waitUntil(lambda: table.viewport().width() > 300)
    header = table.horizontalHeader()
    assert header.length() == table.viewport().width()
    for width in (640, 900, 1400):
        window.resize(width, 600)
        qtbot.waitUntil(lambda width=width: window.width() == max(width, window.minimumWidth()))
        assert header.sectionSize(0) >= table.sizeHintForColumn(0)


def test_settings_that_differ_are_named_as_in_the_form(runs, make_window, qtbot) -> None:
    other = runs_dir() / "three.run"
    Conductor(with_value(tiny.recipe(name="three"), "loss.kind", "wasserstein"), other).close()
    page = opened(make_window(), qtbot, [runs[0], other])
    assert ["Loss", "Non-saturating", "Wasserstein"] in texts(page.recipe_table)


def test_the_line_is_dragged_and_moved_by_keys(runs, make_window, qtbot) -> None:
    page = opened(make_window(), qtbot, runs[:2])
    wiper = page.wiper
    area = wiper.area()
    before = wiper.grab().toImage()
    y = round(area.center().y())
    qtbot.mousePress(wiper, LEFT, pos=QPoint(round(area.center().x()), y))
    qtbot.mouseMove(wiper, QPoint(round(area.left() + 20), y))
    qtbot.mouseRelease(wiper, LEFT)
    qtbot.mousePress(wiper, LEFT, pos=QPoint(round(area.left() + area.width() / 4), y))
    assert wiper.share == pytest.approx(0.25, abs=0.02)
    assert wiper.grab().toImage() != before
    qtbot.keyClick(wiper, Qt.Key.Key_End)
    assert wiper.share == 1.0
    qtbot.keyClick(wiper, Qt.Key.Key_Left)
    assert wiper.share == pytest.approx(0.95)


def test_the_slider_goes_back_in_time_on_both_sides(runs, make_window, qtbot) -> None:
    page = opened(make_window(), qtbot, runs[:2])
    page.slider.setFocus()
    qtbot.keyClick(page.slider, Qt.Key.Key_Home)
    assert page.wiper.left.step == page.wiper.right.step == 0
    assert page.step_label.text() == "step 0" and page.plots[0][1].moment == 0


def test_a_third_run_joins_and_other_kinds_of_samples_are_told(runs, make_window, qtbot) -> None:
    page = opened(make_window(), qtbot, runs[:2])
    qtbot.mouseClick(page.pickers.more, LEFT)
    qtbot.waitUntil(lambda: len(page.shown()) == 3, timeout=60_000)
    assert len(page.plots[0][1].curves) == 3 and page.recipe_table.columnCount() == 4
    page = opened(page.window(), qtbot, [runs[0], runs[2]])
    assert page.wiper.left is None and "different kinds" in page.wiper.message
    assert {row[4] for row in texts(page.metrics_table)} == {"–"}
    page.wiper.grab()


def test_of_three_runs_any_two_stand_beside_the_line(runs, make_window, qtbot) -> None:
    page = opened(make_window(), qtbot, runs[:2])
    assert page.sides.isHidden()
    third = runs_dir() / "three.run"
    conductor = Conductor(tiny.recipe(name="three", seed=5), third)
    conductor.advance(1)
    conductor.close()
    page = opened(page.window(), qtbot, [*runs[:2], third])
    left, right = page.sides.boxes
    assert page.sides.isVisible() and [left.itemText(i) for i in range(3)] == [
        "one", "two", "three"]
    right.setFocus()
    qtbot.keyClick(right, Qt.Key.Key_Down)
    assert (page.wiper.left.name, page.wiper.right.name) == ("one", "three")
    assert "latents differ" in page.note.text()
    qtbot.keyClick(left, Qt.Key.Key_Down)
    qtbot.keyClick(left, Qt.Key.Key_Down)  # what stood left goes right
    assert (page.wiper.left.name, page.wiper.right.name) == ("three", "two")
    page.refresh()
    assert (page.wiper.left.name, page.wiper.right.name) == ("three", "two")
    qtbot.mouseClick(page.pickers.fewer, LEFT)
    assert (page.wiper.left.name, page.wiper.right.name) == ("one", "two")
    assert page.sides.isHidden()


def test_a_run_that_cannot_be_read_is_one_sentence(runs, make_window, qtbot) -> None:
    (runs[1] / "run.json").write_text("{")
    page = opened(make_window(), qtbot, runs[:2])
    assert page.problems.isVisible() and "run.json is damaged" in page.problems.text()
    assert not page.train_button.isEnabled() and len(page.plots[0][1].curves) == 1


def test_two_runs_are_trained_side_by_side(runs, make_window, qtbot) -> None:
    window = make_window()
    page = opened(window, qtbot, runs[:2])
    qtbot.mouseClick(page.train_button, LEFT)
    qtbot.waitUntil(lambda: all(s.step > 20 for s in page.shown()), timeout=60_000)
    assert page.train_button.text() == "Pause"
    qtbot.mouseClick(page.train_button, LEFT)
    qtbot.waitUntil(lambda: page.train_button.text() == "Train on", timeout=60_000)
    for subject in page.shown():
        assert list(subject.steps) == list(range(1, subject.step + 1))
    qtbot.mouseClick(page.back, LEFT)
    qtbot.waitUntil(lambda: not any(t.name == "ganstudio-lockstep" for t in threading.enumerate()),
                    timeout=60_000)
    for path in runs[:2]:
        there = Conductor(None, path)
        assert there.step > 20
        there.close()


def test_a_run_open_elsewhere_cannot_be_trained_and_says_so(runs, make_window, qtbot) -> None:
    page = opened(make_window(), qtbot, runs[:2])
    held = Conductor(None, runs[1], owner="somebody else")
    qtbot.mouseClick(page.train_button, LEFT)
    qtbot.waitUntil(lambda: "somebody else" in page.problems.text(), timeout=60_000)
    assert page.train_button.text() == "Train side by side" and page.train_button.isEnabled()
    held.close()


def test_a_fork_to_compare_opens_both_branches(runs, make_window, qtbot) -> None:
    window = make_window()
    window.compare_branches(str(runs[0]), str(runs[1]))
    assert window.compare_page.paths() == runs[:2]
    qtbot.waitUntil(lambda: len(window.compare_page.subjects) == 2, timeout=60_000)


def test_it_is_drawn_in_both_themes_and_narrow(runs, make_window, qtbot) -> None:
    window = make_window()
    page = opened(window, qtbot, runs[:2])
    light = page.grab().toImage()
    window.toggle_theme()
    assert page.grab().toImage() != light
    window.resize(700, 900)
    qtbot.waitUntil(lambda: page.split.orientation() is Qt.Orientation.Vertical)
    assert page.plots[1][1].isVisible()
    window.resize(window.minimumSize())
    qtbot.waitUntil(lambda: page.split.orientation() is Qt.Orientation.Horizontal)
    box, plot = page.plots[0]
    qtbot.waitUntil(lambda: not page.plots[1][1].isVisible())
    qtbot.waitUntil(lambda: plot.y() >= box.geometry().bottom())
