"""The optimal discriminator beside the learned one: over a line, and over the plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_paint import (
    Bars,
    LentPoints,
    coloured,
    mixed,
    stroke,
    thin,
    upsampled,
)
from ganstudio.studio.docks.plotting_range import SteadyRange, plain
from ganstudio.studio.theme import Theme
from ganstudio.training.field_frames import TheoryFrame

Numbers = NDArray[np.floating]
STAR_DASH: tuple[float, ...] = ()
LEARNED_DASH = (7.0, 4.0)


class TheoryLine(Plot):
    """1-D: D* and D over both densities; with ``difference`` D − D* instead."""

    def __init__(self, difference: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.difference = difference
        self.seen: TheoryFrame | None = None
        self._range, self._bars, self._points = SteadyRange(), Bars(), LentPoints()
        self.header = self.metrics().height() + 8

    def show_frame(self, f: TheoryFrame) -> None:
        """Draw this."""
        self.seen = f
        values = f.difference if self.difference else np.concatenate([f.d, f.d_star])
        finite = values[np.isfinite(values)]
        low, high = ((float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0))
        if self.difference:
            reach = max(abs(low), abs(high), 1e-3)
            low, high = self._range.fit(-reach, reach)
        elif f.output == "probability":
            low, high = -0.02, 1.02  # so that the extremes do not hide in the border
        else:
            low, high = self._range.fit(low, high)
        self.set_extent(Extent(f.extent[0], f.extent[1], low, high))
        self.update()

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """Densities as ground, then the curves."""
        f, theme = self.seen, self.theme
        if f is None or not len(f.x):
            return
        x = self.to_x(f.x)
        top = max(float(np.nanmax(f.p, initial=0)), 1e-12)
        for density, colour in ((f.p, theme.real), (f.q, theme.fake)):
            share = np.clip(np.nan_to_num(density) / top, 0, 1.4)
            level = frame.bottom() - share * 0.55 * frame.height()
            wide = float(x[1] - x[0]) if len(x) > 1 else 1.0
            self._bars.draw(painter, x, wide, level, np.full(len(x), frame.bottom()),
                            mixed(colour, theme.plot, 0.16))
        rest = 0.0 if self.difference else f.rest
        if rest is not None:
            y = round(float(self.to_y(rest)))
            painter.setPen(thin(theme.muted, (1, 3)))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
        if self.difference:
            self._curve(painter, x, f.difference, theme.marker, ())
        else:
            self._curve(painter, x, f.d_star, theme.text, STAR_DASH)
            self._curve(painter, x, f.d, theme.accent, LEARNED_DASH)

    def _curve(self, painter: QPainter, x: Numbers, values: Numbers, colour: str,
               dash: tuple[float, ...]) -> None:
        known = np.isfinite(values)
        points = self._points.resized(int(known.sum()))
        points[:, 0], points[:, 1] = x[known], np.clip(self.to_y(values[known]), -4000, 9000)
        stroke(painter, self._points, QColor(colour), dash)

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """The legend."""
        metrics, left = self.metrics(), frame.left()
        base = metrics.ascent() + 3
        items = ([("D − D*", self.theme.marker, ())] if self.difference else
                 [("D* optimal", self.theme.text, STAR_DASH),
                  ("D learned", self.theme.accent, LEARNED_DASH)])
        for text, colour, dash in items:
            points = self._points.resized(2)
            points[:] = [[left, base - 4], [left + 24, base - 4]]
            stroke(painter, self._points, QColor(colour), dash)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(QPointF(left + 30, base), text)
            left += 44 + metrics.horizontalAdvance(text)
        for text, colour in (("data", self.theme.real), ("generated", self.theme.fake)):
            if left + 20 + metrics.horizontalAdvance(text) > frame.right():
                break
            painter.fillRect(QRectF(left, base - 9, 12, 10), mixed(colour, self.theme.plot, 0.3))
            painter.drawText(QPointF(left + 17, base), text)
            left += 32 + metrics.horizontalAdvance(text)


class HeatPlane(Plot):
    """2-D: one quantity as colour."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.equal_aspect = self.snug = True
        self.range = (0.0, 1.0)
        self._picture: QImage | None = None
        self._values: Numbers = np.empty((0, 0))
        self._box = (0.0, 1.0, 0.0, 1.0)
        self.header = self.metrics().height() + 8

    def show_values(self, values: Numbers, extent: tuple[float, float, float, float],
                    low: float, high: float) -> None:
        """Draw these, rows from low y to high y, over ``extent``."""
        self._values, self._box = values, extent
        if (low, high) != self.range:
            self.range = (low, high)
            self.stale()
        self.set_extent(Extent(*extent))
        self._colour()
        self.update()

    def _colour(self) -> None:
        self._picture = (coloured(upsampled(self._values, 240), *self.range, self.theme, True)
                         if self._values.size else None)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        super().set_theme(theme)
        self._colour()

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """The picture."""
        if self._picture is not None:
            left, right = self.to_x(self._box[:2])
            bottom, top = self.to_y(self._box[2:])
            painter.drawImage(QRectF(left, top, right - left, bottom - top), self._picture)

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """The title, and what the ends of the colours stand for."""
        metrics = self.metrics()
        base, low = metrics.ascent() + 3, plain(self.range[0], 2)
        high, bar = plain(self.range[1], 2), min(54.0, 0.2 * frame.width())
        painter.setPen(QColor(self.theme.text))
        painter.drawText(QPointF(frame.left(), base), self.title)
        right = frame.right() - metrics.horizontalAdvance(high)
        needed = metrics.horizontalAdvance(self.title + low + high) + bar + 30
        if needed > frame.width():
            return
        ramp = coloured(np.tile(np.linspace(0, 1, 64), (2, 1)), 0, 1, self.theme, vivid=True)
        box = QRectF(right - bar - 5, base - metrics.ascent() * 0.7, bar, metrics.ascent() * 0.6)
        painter.drawImage(box, ramp)
        painter.setPen(thin(self.theme.line))
        painter.drawRect(box)
        painter.setPen(QColor(self.theme.muted))
        painter.drawText(QPointF(right, base), high)
        painter.drawText(QPointF(box.left() - metrics.horizontalAdvance(low) - 5, base), low)
