"""Asks for a name, and says at once why one cannot be."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

LONGEST = 80


class NameDialog(QDialog):
    """One line; ``chosen`` carries it, without blanks around it. ``taken`` are names that cannot
    be had, ``what`` is the thing that would have it, and ``verb`` stands on the button.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget, title: str, what: str, verb: str, text: str = "",
                 taken: Collection[str] = ()) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.what = what
        self.taken = set(taken)
        unit = self.fontMetrics().height()
        self.line = QLineEdit(text)
        self.line.setMaxLength(LONGEST)
        self.line.setMinimumWidth(unit * 26)
        self.line.selectAll()
        label = QLabel(f"&Name of the {what}")
        label.setBuddy(self.line)
        self.complaint = QLabel()
        colours = self.complaint.palette()
        colours.setColor(QPalette.ColorRole.WindowText,
                         colours.color(QPalette.ColorRole.BrightText))
        self.complaint.setPalette(colours)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        self.take_button = QPushButton(verb)
        self.take_button.setDefault(True)
        self.take_button.clicked.connect(self._take)
        buttons = QHBoxLayout()
        buttons.addWidget(self.complaint, 1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.take_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(unit, unit, unit, unit)
        column.setSpacing(unit // 3)
        column.addWidget(label)
        column.addWidget(self.line)
        column.addSpacing(unit // 2)
        column.addLayout(buttons)
        self.line.textChanged.connect(self._check)
        self._check(text)

    def _check(self, text: str) -> None:
        taken = text.strip() in self.taken
        self.complaint.setText(f"Another {self.what} is called that." if taken else "")
        self.take_button.setEnabled(bool(text.strip()) and not taken)

    def _take(self) -> None:
        name = self.line.text().strip()
        self.accept()
        self.chosen.emit(name)
