"""Draw your own distribution, then train on it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.studio.draw_canvas import Canvas
from ganstudio.studio.icons import icon
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT, Theme


class DrawPage(QWidget):
    """Canvas with its tools; ``done`` carries the dots, ``left`` means back."""

    done = Signal(object)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("startPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        unit = self.fontMetrics().height()
        self.theme = LIGHT
        outer = QVBoxLayout(self)
        outer.setContentsMargins(unit * 2, unit * 2, unit * 2, unit * 2)
        outer.setSpacing(unit)
        heading = QLabel("Draw a distribution")
        heading.setFont(scaled(self.font(), 2, bold=True))
        heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.lead = QLabel("The generator will learn to put its samples where you draw. Draw "
                           "over a place again to make it likelier.")
        self.lead.setFont(scaled(self.font(), 1.15))
        self.lead.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.lead.setWordWrap(True)
        outer.addWidget(heading)
        outer.addWidget(self.lead)
        self.canvas = Canvas()
        outer.addLayout(self._tools(unit))
        outer.addWidget(self.canvas, 1)
        outer.addLayout(self._foot())
        self.canvas.changed.connect(self._changed)
        self.canvas.full.connect(
            lambda: self.count.setText("The canvas is full; erase some first"))
        self._changed()

    def _tools(self, unit: int) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(unit // 2)
        self.brush = self._tool("Brush", "draw", True)
        self.eraser = self._tool("Eraser", "erase", True)
        self.mirror = self._tool("Symmetric", "symmetry", True)
        self.undo_button = self._tool("Undo", "undo", False)
        self.clear_button = self._tool("Clear", "trash", False)
        self.brush.setChecked(True)
        self.brush.clicked.connect(lambda: self._erase(False))
        self.eraser.clicked.connect(lambda: self._erase(True))
        self.mirror.toggled.connect(self._mirror)
        self.undo_button.clicked.connect(self.canvas.undo)
        self.clear_button.clicked.connect(self.canvas.clear)
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(1, 30)
        self.size_slider.setValue(6)
        self.size_slider.setFixedWidth(unit * 8)
        self.size_slider.setAccessibleName("Brush size")
        self.size_slider.setToolTip("Brush size")
        self.size_slider.valueChanged.connect(self._resize)
        label = QLabel("Size")
        label.setBuddy(self.size_slider)
        row.addStretch(1)
        for widget in (self.brush, self.eraser, label, self.size_slider, self.mirror,
                       self.undo_button, self.clear_button):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _tool(self, text: str, name: str, checkable: bool) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setProperty("sign", name)
        button.setCheckable(checkable)
        button.setAccessibleName(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.count = QLabel()
        self.back_button = QPushButton("Back")
        self.train_button = QPushButton("Train on this")
        self.train_button.setProperty("primary", True)
        self.back_button.clicked.connect(self.left)
        self.train_button.clicked.connect(self._train)
        row.addStretch(1)
        row.addWidget(self.count)
        row.addWidget(self.back_button)
        row.addWidget(self.train_button)
        row.addStretch(1)
        return row

    def _erase(self, erasing: bool) -> None:
        self.canvas.erasing = erasing
        self.brush.setChecked(not erasing)
        self.eraser.setChecked(erasing)

    def _mirror(self, on: bool) -> None:
        self.canvas.symmetric = on
        self.canvas.update()

    def _resize(self, value: int) -> None:
        self.canvas.radius = value / 100
        self.canvas.update()

    def _changed(self) -> None:
        dots = len(self.canvas.dots)
        self.train_button.setEnabled(dots > 0)
        self.undo_button.setEnabled(self.canvas.can_undo)
        self.clear_button.setEnabled(dots > 0)
        self.count.setText(f"{dots:,} dots" if dots else "")

    def _train(self) -> None:
        self.done.emit(tuple((round(x, 4), round(y, 4)) for x, y in self.canvas.dots))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Z takes a stroke back, Escape goes back."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.canvas.undo()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = self.canvas.theme = theme
        self.canvas.update()
        self.lead.setStyleSheet(f"color: {theme.muted};")
        self.count.setStyleSheet(f"color: {theme.muted};")
        for button in (self.brush, self.eraser, self.mirror, self.undo_button, self.clear_button):
            button.setIcon(icon(button.property("sign"), theme))
