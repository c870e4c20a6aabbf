"""What the three pictures of samples have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from ganstudio.studio.docks.plotting_widgets import tool
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.frames import Frame, RunInfo, Want

NO_AVERAGE = "This run keeps no averaged generator: set the EMA decay above 0 first."


class Page(QWidget):
    """One picture of samples: says what it wants, draws what it gets."""

    wants_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.averaged: QToolButton = tool(
            "Averaged", "Samples of the averaged generator (EMA) in place of the one in training.",
            True)
        self._averaged_tip = self.averaged.toolTip()
        self.averaged.toggled.connect(lambda _: self.wants_changed.emit())

    def set_average(self, there: bool) -> None:
        """Whether the run keeps an averaged generator."""
        if there != self.averaged.isEnabled():
            self.averaged.setEnabled(there)
            self.averaged.setToolTip(self._averaged_tip if there else NO_AVERAGE)
            self.wants_changed.emit()

    def take_average(self) -> bool:
        """Whether averaged samples are to be asked for."""
        return self.averaged.isChecked() and self.averaged.isEnabled()

    def begin(self, info: RunInfo) -> None:
        """Clear; a run with these facts begins."""

    def wants(self) -> dict[str, Want]:
        """What is to be looked at, without the dock's prefix."""
        return {}

    def receive(self, frames: Mapping[str, Frame]) -> None:
        """Draw these, by the keys of ``wants``."""

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme

    def save_state(self) -> dict[str, Any]:
        """Choices as plain data."""
        return {}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Take up choices; what makes no sense is ignored."""


class Readout(QWidget):
    """A line of figures below a plot: of a fixed height, so that nothing moves, never wider than
    its dock; where it does not fit, its short form stands there if that fits, or its beginning
    if it has none, and the tooltip tells the whole.

    Not a QLabel: each new text of one has the whole window laid out again (measured: 160 size
    questions a frame).
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.full = self.short = self._shown = ""
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setContentsMargins(8, 2, 8, 4)

    def text(self) -> str:
        """What is shown, perhaps shortened."""
        return self._shown

    def say(self, text: str, short: str = "") -> None:
        """Show this, or ``short`` where there is no room for it."""
        if (text, short) != (self.full, self.short):
            self.full, self.short = text, short
            self._fit()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(40, self.fontMetrics().height() + 6)

    def _fit(self) -> None:
        metrics, room = self.fontMetrics(), self.contentsRect().width()
        fitting = [text for text in (self.full, self.short)
                   if metrics.horizontalAdvance(text) <= room]
        self._shown = fitting[0] if fitting else "" if self.short else metrics.elidedText(
            self.full, Qt.TextElideMode.ElideRight, room)
        self.setToolTip(self.full if self._shown != self.full else "")
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """The line, in the palette's own colour."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(Qt.AlignmentFlag.AlignVCenter), self._shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less of it fits."""
        super().resizeEvent(event)
        self._fit()
