"""The rows of the log: what happened, how grave it was, in words and as a sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from ganstudio.session.messages import Event
from ganstudio.studio.docks.plotting_range import grouped
from ganstudio.studio.theme import LIGHT, Theme

MOST_ROWS = 5_000
TRIM = 250
"""The oldest go so many at a time, so that a full log is not moved at every new row."""

NO_DATA: Mapping[str, Any] = {}

COLUMNS = ("Time", "Step", "Kind", "What happened")


class Severity(IntEnum):
    """How grave an event is."""

    INFO = 0
    CHANGE = 1
    WARNING = 2
    ERROR = 3


WORDS = {Severity.INFO: "Note", Severity.CHANGE: "Change", Severity.WARNING: "Warning",
         Severity.ERROR: "Error"}
KINDS = {"tweaked": Severity.CHANGE, "diagnosis": Severity.WARNING, "refused": Severity.WARNING,
         "nonfinite": Severity.ERROR, "error": Severity.ERROR, "export_failed": Severity.ERROR,
         "export_cancelled": Severity.WARNING, "restored": Severity.CHANGE}
UNHEARD = ("progress",)
"""Kinds that come in floods and are shown elsewhere."""


def severity_of(event: Event) -> Severity:
    """How grave; kinds that are not known count as notes."""
    return KINDS.get(event.kind, Severity.INFO)


def line_of(event: Event) -> str:
    """One event as a line of plain text, its details below it."""
    stamp = datetime.fromtimestamp(event.time).strftime("%Y-%m-%d %H:%M:%S")
    line = f"{stamp}  step {event.step}  {WORDS[severity_of(event)]}: {event.text}"
    return line + ("\n" + event.details.rstrip() if event.details else "")


def colour_of(severity: Severity, theme: Theme) -> QColor:
    """The colour of a sign."""
    return QColor({Severity.INFO: theme.muted, Severity.CHANGE: theme.marker,
                   Severity.WARNING: theme.warning, Severity.ERROR: theme.error}[severity])


@lru_cache(maxsize=16)
def sign(severity: Severity, theme: Theme) -> QIcon:
    """A sign that is told by its shape: dot, diamond, triangle, cross in a disc."""
    picture = QPixmap(32, 32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = colour_of(severity, theme)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if severity == Severity.INFO:
        painter.drawEllipse(QPointF(16, 16), 5, 5)
    elif severity == Severity.CHANGE:
        painter.drawPolygon(QPolygonF([QPointF(16, 4), QPointF(28, 16), QPointF(16, 28),
                                       QPointF(4, 16)]))
    elif severity == Severity.WARNING:
        painter.drawPolygon(QPolygonF([QPointF(16, 3), QPointF(30, 28), QPointF(2, 28)]))
        painter.fillRect(QRectF(14.5, 11, 3, 9), QColor(theme.panel))
        painter.fillRect(QRectF(14.5, 22, 3, 3), QColor(theme.panel))
    else:
        painter.drawEllipse(QPointF(16, 16), 14, 14)
        painter.setPen(QPen(QColor(theme.panel), 4, Qt.PenStyle.SolidLine,
                            Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(11, 11), QPointF(21, 21))
        painter.drawLine(QPointF(21, 11), QPointF(11, 21))
    painter.end()
    return QIcon(picture)


class LogModel(QAbstractTableModel):
    """The newest events, ``MOST_ROWS`` at most."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.theme: Theme = LIGHT

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """See QAbstractTableModel."""
        return 0 if parent is not None and parent.isValid() else len(self.events)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """See QAbstractTableModel."""
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation,
                   role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See QAbstractTableModel."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 1:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See QAbstractTableModel."""
        event = self.events[index.row()]
        severity, column = severity_of(event), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (datetime.fromtimestamp(event.time).strftime("%H:%M:%S"), grouped(event.step),
                    WORDS[severity], event.text.replace("\n", " "))[column]
        if role == Qt.ItemDataRole.DecorationRole and column == 2:
            return sign(severity, self.theme)
        if role == Qt.ItemDataRole.ForegroundRole:
            if column < 2:
                return QColor(self.theme.muted)
            return colour_of(severity, self.theme) if column == 2 and severity else None
        if role == Qt.ItemDataRole.TextAlignmentRole and column == 1:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return line_of(event)
        if role == Qt.ItemDataRole.AccessibleTextRole and column == 3:
            return f"{WORDS[severity]} at step {event.step}: {event.text}"
        return None

    def add(self, events: Sequence[Event]) -> None:
        """Append; the oldest go when there are too many."""
        # Without what only programs read: Python's search for dead cycles goes through it all.
        new = [replace(e, data=NO_DATA) for e in events if e.kind not in UNHEARD][-MOST_ROWS:]
        if not new:
            return
        over = len(self.events) + len(new) - MOST_ROWS
        if over > 0:
            drop = min(len(self.events), max(over, TRIM))
            self.beginRemoveRows(QModelIndex(), 0, drop - 1)
            del self.events[:drop]
            self.endRemoveRows()
        first = len(self.events)
        self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
        self.events.extend(new)
        self.endInsertRows()

    def clear(self) -> None:
        """Forget everything."""
        self.beginResetModel()
        self.events = []
        self.endResetModel()

    def set_theme(self, theme: Theme) -> None:
        """Signs and words in these colours."""
        self.theme = theme
        if self.events:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.events) - 1, 3))
