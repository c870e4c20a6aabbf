"""Curves of several runs over one another, one colour each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ganstudio.studio.docks.plotting_canvas import Plot
from ganstudio.studio.docks.plotting_extent import Extent
from ganstudio.studio.docks.plotting_paint import LentPoints, mixed, stroke, thin
from ganstudio.studio.docks.plotting_range import plain
from ganstudio.studio.docks.plotting_ticks import Whole

Numbers = NDArray[np.floating]


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
        self.pointer: float | None = None
        self.moment: float | None = None
        self.x_scale = Whole()
        self._points = LentPoints()
        self._whole = self.extent
        self.header = self.metrics().height() + 10
        self.setMinimumSize(160, 110)
        self.home.connect(self.show_all)
        self.hovered.connect(self._on_hover)

    def show_curves(self, curves: Sequence[Curve], floor: tuple[float, float] | None = None
                    ) -> None:
        """Draw these; the view follows unless the person has moved it."""
        at_home = self.extent == self._whole
        self.curves, self.floor = list(curves), floor
        self._whole = self._fitting()
        self.set_message("" if any(len(c.steps) for c in curves) else
                         "Nothing is recorded of this yet")
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
        seen = np.concatenate([c.values[np.isfinite(c.values)] for c in self.curves])
        low, high = (np.percentile(seen, (0.5, 99.5)) if len(seen) else (0.0, 1.0))
        if self.floor is not None:
            low, high = min(low, self.floor[0]), max(high, self.floor[0])
        room = 0.06 * (high - low) or 0.5
        return Extent(x0, max(x1, x0 + 1), float(low - room), float(high + room))

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
        for curve in self.curves:
            self._draw_curve(painter, frame, curve)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for at, colour in ((self.moment, self.theme.accent), (self.pointer, self.theme.muted)):
            if at is not None:
                x = round(float(self.to_x(at)))
                painter.setPen(thin(colour))
                painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))

    def _draw_curve(self, painter: QPainter, frame: QRectF, curve: Curve) -> None:
        seen = np.isfinite(curve.values)
        x, y = self.to_x(curve.steps[seen]), self.to_y(curve.values[seen])
        x, y = thinned(x, y, int(frame.width()))
        y = np.clip(y, frame.top() - 4000, frame.bottom() + 4000)
        corners = self._points.resized(len(x))
        if not len(x):
            return
        corners[:, 0], corners[:, 1] = x, y
        colour = QColor(curve.colour)
        stroke(painter, self._points, colour)
        if curve.dots:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for at_x, at_y in zip(x, y, strict=True):
                painter.drawEllipse(QPointF(at_x, at_y), 2.5, 2.5)


def thinned(x: NDArray[np.float64], y: NDArray[np.float64], columns: int
            ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """At most the smallest and the largest of each pixel column, in order."""
    if len(x) <= 4 * max(columns, 1):
        return x, y
    edges = np.flatnonzero(np.diff(np.floor(x), prepend=x[0] - 1))
    low, high = np.minimum.reduceat(y, edges), np.maximum.reduceat(y, edges)
    return np.repeat(x[edges], 2), np.stack([low, high], axis=1).ravel()
