"""The log dock: what happened, told plainly, bounded, filtered, copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from ganstudio.studio.docks.log import LogDock
from ganstudio.studio.docks.log_model import MOST_ROWS, TRIM, Severity, severity_of, sign
from ganstudio.studio.theme import DARK, LIGHT
from tests.studio.docks.made import POINTS, event, near, picture, update


@pytest.fixture
def dock(show) -> LogDock:
    return show(LogDock(), 640, 360)


def cells(dock: LogDock, row: int) -> list[str]:
    return [dock.shown.index(row, column).data() for column in range(4)]


def test_rows_tell_time_step_kind_and_text(dock):
    dock.receive(update(events=[event("ready", 0, "The run is ready."),
                                event("nonfinite", 1234567, "G's loss became NaN.")]))
    assert cells(dock, 0)[1:] == ["0", "Note", "The run is ready."]
    assert cells(dock, 1)[1:] == ["1,234,567", "Error", "G's loss became NaN."]
    assert len(cells(dock, 0)[0]) == len("00:00:00")


def test_gravity_is_told_by_word_and_by_shape(qapp):
    kinds = {"tweaked": Severity.CHANGE, "refused": Severity.WARNING, "error": Severity.ERROR,
             "export_failed": Severity.ERROR, "note": Severity.INFO, "never seen": Severity.INFO}
    for kind, severity in kinds.items():
        assert severity_of(event(kind)) == severity
    shapes = set()
    for severity in Severity:
        image = sign(severity, LIGHT).pixmap(32, 32).toImage()
        shapes.add(tuple(image.pixelColor(x, y).alpha() > 128
                         for x in range(32) for y in range(32)))
    assert len(shapes) == len(Severity)


def test_floods_are_shown_elsewhere(dock):
    dock.receive(update(events=[event("progress", data=1)] * 50))
    assert dock.model.rowCount() == 0 and dock.words.isVisible()


def test_it_is_bounded_and_keeps_the_newest(dock):
    for start in range(0, 12_000, 400):
        dock.receive(update(events=[event("note", k, f"row {k}")
                                    for k in range(start, start + 400)]))
    assert MOST_ROWS - TRIM - 400 <= dock.model.rowCount() <= MOST_ROWS
    assert dock.model.events[-1].step == 11_999
    steps = [e.step for e in dock.model.events]
    assert steps == list(range(steps[0], 12_000))
    dock.receive(update(events=[event("note", k) for k in range(MOST_ROWS + 7)]))
    assert dock.model.rowCount() == MOST_ROWS and dock.model.events[0].step == 7


def test_it_scrolls_along_unless_one_reads_above(dock, qtbot):
    bar = dock.table.verticalScrollBar()
    dock.receive(update(events=[event("note", k) for k in range(100)]))
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    dock.receive(update(events=[event("note", k) for k in range(100)]))
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    bar.setValue(20)
    dock.receive(update(events=[event("note", k) for k in range(100)]))
    assert bar.value() == 20


def test_the_filter_takes_words_in_any_order_from_any_part(dock, qtbot):
    dock.receive(update(events=[
        event("tweaked", 5, "Learning rate of D halved"),
        event("error", 6, "The worker failed", details="Traceback: KeyError 'beta'"),
        event("note", 7, "Saved")]))
    for text, rows in (("", 3), ("rate learning", 1), ("KEYERROR", 1), ("error", 1),
                       ("step 7", 1), ("nothing like it", 0)):
        dock.filter.clear()
        qtbot.keyClicks(dock.filter, text)
        assert dock.shown.rowCount() == rows, text
    assert dock.words.isVisible() and "No row" in dock.words.text()
    dock.filter.clear()
    assert dock.table.isVisible()


def test_details_open_for_the_selected_row_and_can_be_copied(dock, qtbot):
    trace = "Traceback (most recent call last):\n  line 3\nValueError: no"
    dock.receive(update(events=[event("note", 1, "calm"), event("error", 2, "broke", trace)]))
    assert not dock.details.isVisible()
    dock.table.setFocus()
    dock.table.selectRow(0)
    qtbot.keyClick(dock.table, Qt.Key.Key_Down)
    assert dock.details.isVisible() and trace in dock.details.toPlainText()
    qtbot.mouseClick(dock.copy_details, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().endswith("ValueError: no")
    qtbot.mouseClick(dock.details_on, Qt.MouseButton.LeftButton)
    assert not dock.details.isVisible()


def test_all_that_is_shown_is_copied(dock, qtbot):
    dock.receive(update(events=[event("note", k, f"row {k}") for k in range(5)]))
    dock.filter.setText("row 3")
    qtbot.mouseClick(dock.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().endswith("step 3  Note: row 3")
    dock.filter.clear()
    qtbot.mouseClick(dock.copy, Qt.MouseButton.LeftButton)
    assert len(QGuiApplication.clipboard().text().splitlines()) == 5
    dock.table.selectRow(2)
    dock.copy_selected()
    assert QGuiApplication.clipboard().text().endswith("row 2")


def test_a_new_run_goes_on_in_the_same_log(dock):
    dock.receive(update(events=[event("error", 3, "it failed")]))
    dock.begin(None)
    dock.begin(POINTS)
    assert dock.model.rowCount() == 1


def test_signs_follow_the_theme(dock):
    dock.receive(update(events=[event("error", 3, "it failed")]))
    for theme in (LIGHT, DARK):
        dock.set_theme(theme)
        box = dock.table.visualRect(dock.shown.index(0, 2))
        at = dock.table.viewport().mapTo(dock, box.topLeft())
        image = picture(dock)
        assert any(near(image, at.x() + dx, at.y() + box.height() / 2, theme.error, 1, 40)
                   for dx in range(3, 22, 2))


def test_long_words_never_widen_a_narrow_dock(show):
    dock = show(LogDock(), 300, 300)
    dock.receive(update(events=[event("error", 10**9, "x" * 500)]))
    picture(dock)
    assert dock.width() == 300 and dock.table.isColumnHidden(0)
    assert dock.table.horizontalHeader().length() <= dock.table.viewport().width()
    assert dock.table.columnWidth(3) > 90
    dock.resize(600, 300)
    assert not dock.table.isColumnHidden(0)


def test_choices_are_kept_and_nonsense_is_not(dock):
    dock.details_on.setChecked(False)
    state = dock.save_state()
    dock.restore_state({"details": True})
    assert dock.details_on.isChecked()
    dock.restore_state(state)
    for nonsense in ({}, {"details": "yes"}, None):
        dock.restore_state(nonsense)
        assert dock.save_state() == state


def test_a_row_keeps_nothing_that_only_programs_read(dock):
    told = event("tweaked", 3, "Batch size → 9", changes={"batch": [8, 9]})
    dock.receive(update(events=[told]))
    assert dock.model.events[0].text == told.text and not dock.model.events[0].data
    assert told.data
