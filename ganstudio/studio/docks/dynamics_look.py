"""Colours and dashes of the pictures of dynamics, for either theme and for colour-blind eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from ganstudio.studio.docks.plotting_paint import mixed, thin
from ganstudio.studio.theme import Theme

SHADES = 9
"""Classes of speed that are told apart by colour."""

_LIGHT = ("#b5cfd6", "#6fb0b8", "#3a86a0", "#31588f", "#3a2a6d")
_DARK = ("#303c55", "#35657f", "#3b949a", "#6cc79b", "#dcef9c")


@lru_cache(maxsize=4)
def speed_colours(dark: bool) -> tuple[QColor, ...]:
    """From slow, close to the ground, to fast."""
    stops = [QColor(c) for c in (_DARK if dark else _LIGHT)]
    at = np.linspace(0, len(stops) - 1, SHADES)
    parts = [np.interp(at, range(len(stops)), [getattr(c, name)() for c in stops])
             for name in ("red", "green", "blue")]
    return tuple(QColor(*(round(float(p[k])) for p in parts)) for k in range(SHADES))


@dataclass(frozen=True, slots=True)
class Look:
    """How one of several paths is told from the others: colour, dash and mark."""

    light: str
    dark: str
    dash: tuple[float, ...]
    mark: str

    def colour(self, theme: Theme) -> QColor:
        """Its colour in a theme."""
        return QColor(self.dark if theme.dark else self.light)


LOOKS = (
    Look("#16191d", "#f2f4f7", (), "circle"),
    Look("#c2410c", "#ff9a5c", (9, 4), "diamond"),
    Look("#0b62b8", "#62b6f5", (), "square"),
    Look("#0d7a5f", "#4fd1a5", (2, 3), "circle"),
    Look("#93278f", "#e08be0", (12, 4, 2, 4), "diamond"),
    Look("#8a6100", "#f0c64f", (5, 3), "square"),
    Look("#b3123f", "#ff7d97", (), "circle"),
    Look("#4a5563", "#a9b4c2", (3, 6), "diamond"),
)
PREVIEW = (1.0, 4.0)


def ink(theme: Theme) -> QColor:
    """The one path of the plain picture."""
    return QColor(theme.text)


def haloed(painter: QPainter, x: float, y: float, text: str, theme: Theme) -> None:
    """Words over a picture, legible on whatever is below."""
    metrics = QFontMetricsF(painter.font())
    wide, high = metrics.horizontalAdvance(text), metrics.height()
    ground = QColor(theme.plot)
    ground.setAlpha(225)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(x - 4, y - metrics.ascent() - 1, wide + 8, high + 2), 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(theme.text))
    painter.drawText(QPointF(x, y), text)


def longest(texts: Sequence[str], metrics: QFontMetricsF, room: float) -> str:
    """The first of ``texts``, from long to short, that fits ``room`` pixels; else the last, cut."""
    for text in texts:
        if metrics.horizontalAdvance(text) <= room:
            return text
    return metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, room)


def draw_rest(painter: QPainter, x: float, y: float, theme: Theme) -> None:
    """An equilibrium: a ring with a cross, on a patch of ground."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.plot))
    painter.drawEllipse(QPointF(x, y), 9, 9)
    painter.setPen(QPen(QColor(theme.text), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(x, y), 6.5, 6.5)
    for dx, dy in ((3.5, 0.0), (0.0, 3.5)):
        painter.drawLine(QPointF(x - dx, y - dy), QPointF(x + dx, y + dy))


def draw_start(painter: QPainter, x: float, y: float, theme: Theme, held: bool) -> None:
    """Where the path begins: a handle to drag."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    if held:
        painter.setPen(thin(theme.accent))
        painter.setBrush(mixed(theme.accent, theme.plot, 0.25))
        painter.drawEllipse(QPointF(x, y), 14, 14)
    painter.setPen(QPen(QColor(theme.plot), 2))
    painter.setBrush(QColor(theme.accent))
    painter.drawEllipse(QPointF(x, y), 7, 7)
    painter.setBrush(QColor(theme.plot))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(x, y), 2.2, 2.2)
    painter.setBrush(Qt.BrushStyle.NoBrush)


class SpeedScale:
    """The speed that is drawn in the last colour: a round number just above nearly all that is in
    sight, held while it still suits.
    """

    STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)

    def __init__(self) -> None:
        self.value: float | None = None

    def fit(self, speeds: NDArray[np.floating]) -> bool:
        """Follow these; whether it changed."""
        finite = speeds[np.isfinite(speeds)]
        top = float(np.percentile(finite, 97)) if len(finite) else 0.0
        if top <= 1e-30 or (self.value is not None and 0.6 <= top / self.value <= 1.05):
            return False
        unit = 10.0 ** np.floor(np.log10(top))
        self.value = float(next(s for s in self.STEPS if s * unit >= top * 0.999) * unit)
        return True
