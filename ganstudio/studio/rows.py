"""Rows of two lines that are buttons: recent runs, published recipes."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from ganstudio.studio.button_grid import ButtonGrid
from ganstudio.studio.recent import RecentRun, ago
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT

MOST_COLUMNS = 3


class TwoLineRow(QAbstractButton):
    """A bold line and a muted one below it, both cut short where they are too long."""

    def __init__(self, title: str, detail: str) -> None:
        super().__init__()
        self.detail = detail
        self.theme = LIGHT
        self.setText(title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Two lines."""
        unit = self.fontMetrics().height()
        return QSize(unit * 12, round(unit * 2.9))

    def paintEvent(self, _: QPaintEvent) -> None:
        """Title above, detail below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        unit = self.fontMetrics().height()
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(self.theme.accent), 1) if self.hasFocus()
                           else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(.5, .5, -.5, -.5),
                                    unit * .35, unit * .35)
        room = QRect(self.rect()).adjusted(unit // 2, round(unit * .3), -unit // 2, 0)
        self._line(painter, room, self.text(), self.theme.text, bold=True)
        self._line(painter, room.translated(0, round(unit * 1.15)), self.detail, self.theme.muted)

    def _line(self, painter: QPainter, room: QRect, text: str, colour: str, *,
              bold: bool = False) -> None:
        painter.setFont(scaled(self.font(), 1, bold=True) if bold else self.font())
        painter.setPen(QColor(colour))
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignTop, cut)


def recent_row(run: RecentRun) -> TwoLineRow:
    """One run: its name, and how far and how long ago."""
    row = TwoLineRow(run.name, f"step {run.step:,} · {run.standing or ago(run.when)}")
    row.run = run
    row.setToolTip(str(run.path))
    row.setAccessibleName(f"Open run {run.name}, step {run.step}")
    return row


class RowGrid(ButtonGrid):
    """Rows in as many columns as fit."""

    @property
    def rows(self) -> list[TwoLineRow]:
        """The rows in order."""
        return self.items

    def plan(self, width: int) -> tuple[int, int, int, int]:
        """Columns, row width, row height, no gap."""
        columns = max(1, min(MOST_COLUMNS, width // (self.fontMetrics().height() * 16)))
        height = self.rows[0].sizeHint().height() if self.rows else 0
        return columns, width // columns, height, 0
