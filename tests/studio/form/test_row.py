"""A field's title is readable in a narrow panel."""

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from ganstudio.studio.form.row import TitleButton
from ganstudio.studio.form.switch import ChoiceBox


def test_a_long_title_takes_two_lines(qtbot: QtBot) -> None:
    title = TitleButton("Historical averaging")
    qtbot.addWidget(title)
    line = title.fontMetrics().height()
    wide = title.sizeHint().width()
    assert title.heightForWidth(wide) == line
    assert title.heightForWidth(wide - 1) >= 2 * line
    title.resize(wide - 1, 2 * line)
    assert title.lines() == ["Historical", "averaging"]


def test_a_word_too_long_for_a_line_is_cut_short(qtbot: QtBot) -> None:
    title = TitleButton("Discriminator")
    qtbot.addWidget(title)
    title.resize(title.sizeHint().width() // 2, 20)
    (line,) = title.lines()
    assert line.endswith("…") and len(line) < len("Discriminator")


def test_a_choice_that_does_not_fit_is_elided_and_told_by_its_tooltip(qtbot: QtBot) -> None:
    box = ChoiceBox((("ns", "Non-saturating"), ("w", "Wide")))
    qtbot.addWidget(box)
    box.resize(240, 26)
    assert box._shown().currentText == "Non-saturating"
    box.resize(90, 26)
    assert box._shown().currentText.startswith("Non") and box._shown().currentText.endswith("…")
    box.show()
    at = QPoint(20, 10)
    QApplication.sendEvent(box, QHelpEvent(QEvent.Type.ToolTip, at, box.mapToGlobal(at)))
    assert QToolTip.text() == "Non-saturating"
    QToolTip.hideText()
    box.setCurrentIndex(1)
    assert box._shown().currentText == "Wide"
