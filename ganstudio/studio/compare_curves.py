"""Curves of several runs over one another, one colour each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ganstudio.studio.docks.history import View, smoothed
from ganstudio.studio.docks.plotting_canvas import Plot
from ganstudio.studio.docks.plotting_extent import Extent
from ganstudio.studio.docks.plotting_paint import LentPoints, mixed, stroke, thin
from ganstudio.studio.docks.plotting_range import plain
from ganstudio.studio.docks.plotting_ticks import Whole

Numbers = NDArray[np.floating]
Line = tuple[NDArray[np.float64], NDArray[np.float64]]
MEMORIES = 60
"""The moving average of a noisy curve forgets within this share of what is in sight."""
LEAST_MEMORY = 3.0


@dataclass(frozen=True, slots=True)
class Curve:
    """``values`` (n,) at the rising ``steps`` (n,); ``dots`` marks each (few, far apart)."""

    name: str
    colour: str
    steps: NDArray[np.integer]
    values: Numbers
    dots: bool = False


class CurvesView(Plot):
    """Several curves in one plot, with a legend above and a reading under the pointer."""

    def __init__(self) -> None:
        super().__init__()
        self.curves: list[Curve] = []
        self.floor: tuple[float, float] | None = None
        """Mean and standard deviation of a metric's noise floor."""
        self.last = 0
        self.pointer: float | None = None
        self.moment: float | None = None
        self.x_scale = Whole()
        self._points = LentPoints()
        self._whole = self.extent
        self.header = self.metrics().height() + 10
        self.setMinimumSize(160, 110)
        self.home.connect(self.show_all)
        self.hovered.connect(self._on_hover)

    def show_curves(self, curves: Sequence[Curve], floor: tuple[float, float] | None = None,
                    last: int = 0, message: str = "") -> None:
        """Draw these; the view follows unless the person has moved it, and reaches from the
        start to step ``last`` at least, so that plots above each other can be read together.
        ``message`` stands where there is nothing to draw.
        """
        at_home = self.extent == self._whole
        self.curves, self.floor, self.last = list(curves), floor, last
        self._whole = self._fitting()
        self.set_message("" if any(len(c.steps) for c in curves) else message)
        if at_home:
            self.set_extent(self._whole)
        self.setAccessibleDescription("; ".join(self.said()))
        self.stale()

    def show_all(self) -> None:
        """The whole of all curves."""
        self.set_extent(self._whole)

    def set_moment(self, step: float | None) -> None:
        """Mark a step on all curves."""
        if step != self.moment:
            self.moment = step
            self.update()

    def _fitting(self) -> Extent:
        steps = [c.steps[[0, -1]] for c in self.curves if len(c.steps)]
        if not steps:
            return Extent(0, 1, 0, 1)
        x0, x1 = float(np.min(steps)), float(np.max(steps))
        x0, x1 = min(x0, 1.0) if self.last else x0, max(x1, float(self.last))
        seen = np.concatenate([c.values[np.isfinite(c.values)] for c in self.curves])
        low, high = (np.percentile(seen, (0.5, 99.5)) if len(seen) else (0.0, 1.0))
        if self.floor is not None:
            mean, sd = self.floor
            around = 2 * sd if np.isfinite(sd) else 0.0
            low, high = min(low, mean - around), max(high, mean + around)
        room = 0.06 * (high - low) or 0.5
        x1 = max(x1, x0 + 1)
        aside = (x1 - x0) / 50  # so that the dots at both ends are seen whole
        return Extent(x0 - aside, x1 + aside, float(low - room), float(high + room))

    def _on_hover(self, at: tuple[float, float] | None) -> None:
        self.pointer = at[0] if at is not None else None
        self.update()

    def said(self) -> list[str]:
        """Each curve's reading at the cursor, at the moment, or at its end."""
        at = self.pointer if self.pointer is not None else self.moment
        words = []
        for curve in self.curves:
            if not len(curve.steps):
                words.append(f"{curve.name} –")
                continue
            k = len(curve.steps) - 1 if at is None else int(np.argmin(np.abs(curve.steps - at)))
            words.append(f"{curve.name} {plain(float(curve.values[k]))}")
        return words

    # ---- painting

    def draw_over(self, painter: QPainter, frame: QRectF) -> None:
        """The legend, each name with its reading, shortened where there is little room."""
        if not self.curves:
            return
        metrics = self.metrics()
        share = (self.width() - 12) / len(self.curves)
        for k, (curve, words) in enumerate(zip(self.curves, self.said(), strict=True)):
            left = 6 + k * share
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(curve.colour))
            middle = 4 + metrics.height() / 2
            painter.drawEllipse(QPointF(left + 4, middle), 4, 4)
            painter.setPen(QColor(self.theme.text))
            text = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, share - 22)
            painter.drawText(QRectF(left + 13, 4, share - 16, metrics.height()),
                             int(Qt.AlignmentFlag.AlignVCenter), text)

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """Floor, curves, moment and cursor."""
        if self.floor is not None and np.isfinite(self.floor[0]):
            mean, sd = self.floor
            top, bottom = (float(self.to_y(mean + s * 2 * (sd if np.isfinite(sd) else 0)))
                           for s in (1, -1))
            painter.fillRect(QRectF(frame.left(), top, frame.width(), max(bottom - top, 1)),
                             mixed(self.theme.muted, self.theme.plot, 0.2))
            painter.setPen(thin(self.theme.muted, (4, 3)))
            middle = round(float(self.to_y(mean)))
            painter.drawLine(QPointF(frame.left(), middle), QPointF(frame.right(), middle))
        memory = self._memory()
        lines = [self._line(curve, frame, memory) for curve in self.curves]
        for curve, (x, y, smooth) in zip(self.curves, lines, strict=True):
            if smooth is not None:
                self._draw_line(painter, frame, x, y, mixed(curve.colour, self.theme.plot, 0.35))
        for curve, (x, y, smooth) in zip(self.curves, lines, strict=True):
            along, across = (x, y) if smooth is None else smooth
            self._draw_line(painter, frame, along, across, QColor(curve.colour))
            if curve.dots:
                self._draw_dots(painter, x, y, QColor(curve.colour))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for at, colour in ((self.moment, self.theme.accent), (self.pointer, self.theme.muted)):
            if at is not None:
                x = round(float(self.to_x(at)))
                painter.setPen(thin(colour))
                painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))

    def _memory(self) -> float:
        """Values over which all curves are averaged: one number, so that equal pasts look equal."""
        e = self.visible()
        return max((np.count_nonzero((c.steps >= e.x0) & (c.steps <= e.x1))
                    for c in self.curves if not c.dots), default=0) / MEMORIES

    def _line(self, curve: Curve, frame: QRectF, memory: float
              ) -> tuple[Numbers, Numbers, Line | None]:
        """Pixels of a curve, at most a few for each column, and of what is left of it without its
        noise (None where there are too few values to have any).
        """
        seen = np.isfinite(curve.values)
        x, y = self.to_x(curve.steps[seen]), self.to_y(curve.values[seen])
        plain_one = curve.dots or memory < LEAST_MEMORY or not len(x)
        smooth = None if plain_one else averaged(x, y, memory)
        return *thinned(x, y, int(frame.width())), smooth

    def _draw_line(self, painter: QPainter, frame: QRectF, x: Numbers, y: Numbers, colour: QColor
                   ) -> None:
        corners = self._points.resized(len(x))
        if len(x):
            corners[:, 0] = x
            corners[:, 1] = np.clip(y, frame.top() - 4000, frame.bottom() + 4000)
            stroke(painter, self._points, colour)

    def _draw_dots(self, painter: QPainter, x: Numbers, y: Numbers, colour: QColor) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for at_x, at_y in zip(x, y, strict=True):
            painter.drawEllipse(QPointF(at_x, at_y), 2.5, 2.5)


def averaged(x: NDArray[np.float64], y: NDArray[np.float64], memory: float) -> Line:
    """The moving average of ``y`` over about ``memory`` values, one entry for each pixel column."""
    edges = np.flatnonzero(np.diff(np.floor(x), prepend=x[0] - 1))
    rows = np.diff(edges, append=len(x)).astype(float)
    mean = (np.add.reduceat(y, edges) / rows)[None]
    middle = np.add.reduceat(x, edges) / rows
    return middle, smoothed(View(middle, mean, mean, mean, rows, 1.0), 1 - 1 / memory)[0]


def thinned(x: NDArray[np.float64], y: NDArray[np.float64], columns: int
            ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """At most the smallest and the largest of each pixel column, in order."""
    if len(x) <= 4 * max(columns, 1):
        return x, y
    edges = np.flatnonzero(np.diff(np.floor(x), prepend=x[0] - 1))
    low, high = np.minimum.reduceat(y, edges), np.maximum.reduceat(y, edges)
    return np.repeat(x[edges], 2), np.stack([low, high], axis=1).ravel()
