"""The page of the queue, driven by real clicks; the runs are really trained."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ganstudio.recipe import with_value
from ganstudio.recipe.sweep import Point
from ganstudio.runs.sweep import SweepFolder, make_jobs
from ganstudio.session.queue_session import QueueNews
from ganstudio.studio.queue_page import clock
from tests import tiny

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(make_window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ganstudio.training.metrics_look.PASSES", 2)
    window = make_window()
    window.actions_["queue"].trigger()
    page = window.queue_page
    assert window.pages.currentWidget() is page
    qtbot.waitUntil(lambda: page.news.state == "idle", timeout=60_000)
    return page


def add_sweep(page, qtbot: QtBot, path: str, values: str, steps: int = 6) -> None:
    page.offer(tiny.recipe())
    form = page.form
    before = len(page.news.jobs)
    form.field_box.setCurrentIndex(form.field_box.findData(path))
    form.values.clear()
    qtbot.keyClicks(form.values, values)
    form.steps.setValue(steps)
    qtbot.mouseClick(form.button, LEFT)
    qtbot.waitUntil(lambda: len(page.news.jobs) > before, timeout=60_000)


def finish(page, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.go_button, LEFT)
    qtbot.waitUntil(lambda: page.news.state == "idle", timeout=60_000)


def column(page, title: str) -> list[str]:
    heads = [page.table.horizontalHeaderItem(j).text() for j in range(page.table.columnCount())]
    return [page.table.item(i, heads.index(title)).text() for i in range(page.table.rowCount())]


def test_a_sweep_is_typed_trained_and_sorted(page, qtbot: QtBot) -> None:
    assert page.empty.isVisible() and not page.go_button.isEnabled()
    add_sweep(page, qtbot, "batch", "8..32/3")
    assert column(page, "Run") == ["batch=8", "batch=16", "batch=32"]
    assert set(column(page, "State")) == {"waiting"} and page.empty.isHidden()
    finish(page, qtbot)
    page._show_state(replace(page.news, state="paused"))
    assert not page.go_button.isEnabled(), "nothing waits"
    assert set(column(page, "State")) == {"done"} and column(page, "Step") == ["6"] * 3
    assert all(tile.samples is not None for tile in page.tiles.tiles)
    page.table.sortItems(page.table.columnCount() - 1, Qt.SortOrder.DescendingOrder)
    losses = [float(t.replace("−", "-")) for t in column(page, "Loss of G")]
    assert losses == sorted(losses, reverse=True)
    page.tiles.grab()


def test_a_failure_is_shown_with_its_sentence_and_can_be_tried_again(page, qtbot, tmp_path
                                                                     ) -> None:
    data = tmp_path / "late.csv"
    bad = tiny.recipe(name="bad", data={"kind": "points", "path": str(data)})
    page.form.added.emit([Point(bad, {}), Point(tiny.recipe(), {})], 4)
    qtbot.waitUntil(lambda: len(page.news.jobs) == 2, timeout=60_000)
    finish(page, qtbot)
    states = column(page, "State")
    assert states[0].startswith("failed: ") and "late.csv" in states[0] and states[1] == "done"
    data.write_text("x,y\n" + "1,2\n3,4\n5,7\n" * 20)
    page.table.selectRow(0)
    qtbot.mouseClick(page.retry_button, LEFT)
    qtbot.waitUntil(lambda: len(page.news.results) == 1, timeout=60_000)
    finish(page, qtbot)
    assert column(page, "State") == ["done", "done"]


def test_pause_skip_and_remove(page, qtbot: QtBot) -> None:
    add_sweep(page, qtbot, "batch", "8,16", steps=1_000_000)
    qtbot.mouseClick(page.go_button, LEFT)
    qtbot.waitUntil(lambda: page.news.step > 0 and "left" in page.status.text(), timeout=60_000)
    qtbot.mouseClick(page.go_button, LEFT)
    qtbot.waitUntil(lambda: page.news.state == "paused", timeout=60_000)
    first = page.news.current
    qtbot.mouseClick(page.skip_button, LEFT)
    qtbot.waitUntil(lambda: first in page.news.results, timeout=60_000)
    assert page.news.results[first].state == "skipped" and page.news.current == ""
    page.table.selectRow(1)
    qtbot.mouseClick(page.remove_button, LEFT)
    qtbot.waitUntil(lambda: len(page.news.jobs) == 1, timeout=60_000)
    assert len(SweepFolder.open(page.folder).jobs) == 1


def test_values_that_cannot_be_are_refused_in_one_sentence(page, qtbot: QtBot) -> None:
    page.offer(tiny.recipe())
    form = page.form
    form.field_box.setCurrentIndex(form.field_box.findData("batch"))
    qtbot.keyClicks(form.values, "8, 0")
    qtbot.keyClick(form.values, Qt.Key.Key_Return)
    assert form.complaint.isVisible() and "0 is not allowed" in form.complaint.text()
    assert not page.news.jobs


@pytest.mark.parametrize(("values", "said"), [
    ("0.1,abc", "learning rate of D: 'abc' is not allowed; it must be a number at least 0"),
    ("0.1..1/x", "0.1..1/x is no range: write the values as a, b, c or as low..high/count"),
    ("0.1..1/9999", "0.1..1/9999 is no range: it needs two finite ends and from 2 to 1,000"),
    (",", "learning rate of D has no values: write the values as a, b, c")])
def test_refusals_speak_of_the_setting_as_it_is_listed(page, qtbot, values, said) -> None:
    form = page.form
    form.field_box.setCurrentIndex(form.field_box.findData("optimizer_d.lr"))
    qtbot.keyClicks(form.values, values)
    qtbot.keyClick(form.values, Qt.Key.Key_Return)
    assert form.complaint.text().lower().startswith(said.lower())
    assert "optimizer_d" not in form.complaint.text() and not page.news.jobs


def test_keys_on_the_page_leave_the_open_run_alone(running, qtbot: QtBot) -> None:
    assert running.actions_["step"].isEnabled()
    running.actions_["queue"].trigger()
    assert not any(running.actions_[key].isEnabled() for key in ("step", "time_back"))
    assert running.actions_["run"].text() == "Pause"  # which can always be pressed
    qtbot.mouseClick(running.queue_page.back, LEFT)
    assert running.actions_["run"].isEnabled() and running.actions_["step"].isEnabled()


def test_runs_are_opened_and_compared(page, qtbot: QtBot) -> None:
    add_sweep(page, qtbot, "batch", "8,16")
    finish(page, qtbot)
    window = page.window()
    page.table.selectAll()
    qtbot.mouseClick(page.compare_button, LEFT)
    assert [p.name for p in window.compare_page.paths()] == [j.run for j in page.news.jobs]
    qtbot.waitUntil(lambda: len(window.compare_page.shown()) == 2, timeout=60_000)
    window.show_queue()
    tile = page.tiles.place(1).center()
    qtbot.mouseClick(page.tiles, LEFT, pos=QPoint(tile))
    assert page.selected() == [page.tiles.tiles[1].run]
    qtbot.mouseDClick(page.tiles, LEFT, pos=QPoint(tile))
    qtbot.waitUntil(lambda: window.controller.folder == page.folder / page.tiles.tiles[1].run)


def test_a_sweeps_folder_opens_as_the_queue(page, qtbot: QtBot, tmp_path) -> None:
    window = page.window()
    other = SweepFolder.create(tmp_path / "mine", "Mine", make_jobs(
        [(with_value(tiny.recipe(), "batch", b), {"batch": b}) for b in (4, 8)], 3)).path
    window.open_any(other)
    assert window.pages.currentWidget() is window.queue_page is not page
    assert not page.session._thread.is_alive()
    qtbot.waitUntil(lambda: window.queue_page.table.rowCount() == 2)
    window.open_any(other)
    assert window.queue_page.folder == other
    finish(window.queue_page, qtbot)


def test_closing_the_window_ends_the_queue_and_it_goes_on_another_time(page, qtbot) -> None:
    add_sweep(page, qtbot, "batch", "8", steps=1_000_000)
    qtbot.mouseClick(page.go_button, LEFT)
    qtbot.waitUntil(lambda: page.news.step > 0, timeout=60_000)
    page.window().close()
    assert not any(t.name == "ganstudio-queue" for t in threading.enumerate())
    sweep = SweepFolder.open(page.folder)
    assert sweep.open_jobs(sweep.results()) == sweep.jobs


def test_what_is_left_is_reckoned_from_the_rate() -> None:
    from ganstudio.recipe import Recipe
    from ganstudio.runs.sweep import Job
    jobs = [Job(f"{k}.run", Recipe(), 100) for k in range(3)]
    assert QueueNews("running", jobs, {}, "0.run", 50, 10.0).seconds_left() == 25
    assert QueueNews("running", jobs).seconds_left() is None
    assert [clock(s) for s in (0.2, 60, 600, 7200)] == ["1 s", "60 s", "10 min", "2.0 h"]
