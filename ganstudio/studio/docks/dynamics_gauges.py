"""Shares as bars beside a picture: how much of the motion it sees, and what turns of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from ganstudio.studio.docks.plotting_paint import mixed, thin
from ganstudio.studio.theme import Theme

LINES = 3.6
"""Font heights that one gauge takes."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """``share`` in 0…1 with its error; ``words`` above the bar, ``left`` and ``right`` below it."""

    words: str
    share: float
    colour: str
    error: float = 0.0
    left: str = ""
    right: str = ""
    rest: str = ""
    """The colour of what is not the share; empty for the ground's."""


def draw_gauges(painter: QPainter, box: QRectF, gauges: Sequence[Gauge], theme: Theme) -> None:
    """One below the other, from the top of ``box``."""
    metrics = QFontMetricsF(painter.font())
    line = metrics.height()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for k, gauge in enumerate(gauges):
        top = box.top() + k * LINES * line
        painter.setPen(QColor(theme.text))
        painter.drawText(QPointF(box.left(), top + metrics.ascent()), gauge.words)
        bar = QRectF(box.left(), top + line + 3, box.width(), 0.62 * line)
        _draw_bar(painter, bar, gauge, theme)
        painter.setPen(QColor(theme.muted))
        base = bar.bottom() + 2 + metrics.ascent()
        painter.drawText(QPointF(bar.left(), base), gauge.left)
        painter.drawText(QPointF(bar.right() - metrics.horizontalAdvance(gauge.right), base),
                         gauge.right)


def _draw_bar(painter: QPainter, bar: QRectF, gauge: Gauge, theme: Theme) -> None:
    ground = mixed(gauge.rest, theme.plot, 0.55) if gauge.rest else QColor(theme.soft)
    painter.fillRect(bar, ground)
    share = min(max(gauge.share, 0.0), 1.0)
    edge = bar.left() + share * bar.width()
    painter.fillRect(QRectF(bar.left(), bar.top(), edge - bar.left(), bar.height()),
                     mixed(gauge.colour, theme.plot, 0.85))
    if gauge.error > 0:
        reach = gauge.error * bar.width()
        painter.setPen(thin(theme.text))
        middle = bar.center().y()
        painter.drawLine(QPointF(max(edge - reach, bar.left()), middle),
                         QPointF(min(edge + reach, bar.right()), middle))
    painter.setPen(thin(theme.line))
    painter.drawRect(bar)
