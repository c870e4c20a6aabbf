"""The classic picture of 1-D data: two densities, D over them, and the lines z → x below."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_paint import (
    Bars,
    LentPoints,
    lent_lines,
    mixed,
    stroke,
    thin,
)
from ganstudio.studio.docks.plotting_range import SteadyRange, plain
from ganstudio.studio.docks.plotting_ticks import Linear
from ganstudio.training.frames import LineFrame

DASH = (7.0, 4.0)
D_DASH = (2.0, 3.0)
Numbers = NDArray[np.floating]


class LineView(Plot):
    """Densities on the left axis, D on the right one; below, where each z is taken to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.zoom_y = False
        self.line: LineFrame | None = None
        self.d_extent = (0.0, 1.0)
        self.z_extent = (-1.0, 1.0)
        self._density, self._critic = SteadyRange(), SteadyRange()
        self._points, self._threads, self._bars = LentPoints(), lent_lines(), Bars()
        self._fit_margins()

    def clear(self, x0: float, x1: float) -> None:
        """Forget the last run; show this range."""
        self.line = None
        self._density.reset()
        self._critic.reset()
        self.extent = Extent(x0, x1, 0, 1)
        self.stale()

    def show_frame(self, frame: LineFrame) -> None:
        """Draw this."""
        told = self.line is not None and self.line.data_exact == frame.data_exact
        self.line = frame
        if not told:
            self._fit_margins()
        data = float(np.nanmax(frame.data, initial=0))
        made = float(np.nanmax(frame.generated, initial=0))
        # A collapsed generator makes a needle: it may leave the picture, the data may not.
        top = max(data, min(made, 2.5 * data) if data > 0 else made, 1e-6)
        _, high = self._density.fit(0.0, 1.05 * top)
        d_extent = self._fit_d(frame)
        z_extent = (float(frame.z[0]), float(frame.z[-1])) if len(frame.z) else self.z_extent
        if (d_extent, z_extent) != (self.d_extent, self.z_extent):
            self.d_extent, self.z_extent = d_extent, z_extent
            self.stale()
        self.set_extent(Extent(self.extent.x0, self.extent.x1, 0.0, high))
        self.update()

    def _fit_d(self, frame: LineFrame) -> tuple[float, float]:
        if frame.output == "probability":
            return 0.0, 1.0
        d = frame.d[np.isfinite(frame.d)]
        low, high = (float(d.min()), float(d.max())) if len(d) else (0.0, 1.0)
        if frame.output == "score":
            low, high = min(low, 0.0), max(high, 1.0)
        return self._critic.fit(low, high)

    # ---- geometry

    def _strip(self) -> float:
        """The height of the part with the lines z → x."""
        return round(max(min(self.height() * 0.3, 200), 36))

    def _measured_frame(self) -> QRectF:
        frame = super()._measured_frame()
        line = self.metrics().height()
        return frame.adjusted(0, 0, 0, -min(self._strip() + line + 4, frame.height() - 24))

    def strip(self) -> QRectF:
        """Where the lines z → x are: x at the top, z at the bottom."""
        frame, line = self.frame(), self.metrics().height()
        return QRectF(frame.left(), frame.bottom() + line + 6, frame.width(),
                      self.height() - frame.bottom() - 2 * line - 14)

    def d_to_y(self, d: object) -> Numbers:
        """D's output to pixels, on the right axis."""
        low, high = self.d_extent
        frame = self.frame()
        return frame.bottom() - (np.asarray(d, float) - low) / (high - low) * frame.height()

    def z_to_x(self, z: object) -> Numbers:
        """Latents to pixels along the bottom."""
        low, high = self.z_extent
        strip = self.strip()
        return strip.left() + (np.asarray(z, float) - low) / max(high - low, 1e-12) * strip.width()

    def _fit_margins(self) -> None:
        metrics = self.metrics()
        self.right = metrics.horizontalAdvance("−00.0") + 12
        rows = len({round(y) for _, _, _, y in self._legend_places()})
        self.header = rows * (metrics.height() + 3) + 5
        self.stale()

    def resizeEvent(self, event: object) -> None:
        """Everything is placed anew."""
        self._frame = None
        self._fit_margins()
        super().resizeEvent(event)

    # ---- painting

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """The data as a filled shape, the generated density dashed, D dotted."""
        line = self.line
        if line is None:
            return
        x, theme = self.to_x(line.x), self.theme
        base = np.full(len(x), frame.bottom())
        data = np.clip(self.to_y(line.data), frame.top() - 9, frame.bottom())
        wide = float(np.median(np.diff(x))) if len(x) > 1 else 1.0
        self._bars.draw(painter, x, wide, data, base, mixed(theme.real, theme.plot, 0.18))
        if line.rest is not None:
            y = round(float(self.d_to_y(line.rest)))
            painter.setPen(thin(theme.muted, (1, 3)))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
        self._curve(painter, x, self.to_y(line.data), theme.real, ())
        self._curve(painter, x, self.to_y(line.generated), theme.fake, DASH)
        self._curve(painter, x, self.d_to_y(line.d), theme.text, D_DASH)

    def _curve(self, painter: QPainter, x: Numbers, y: Numbers, colour: str,
               dash: tuple[float, ...]) -> None:
        seen = np.isfinite(y)
        points = self._points.resized(int(seen.sum()))
        points[:, 0] = x[seen]
        np.clip(y[seen], -4000, 9000, out=points[:, 1])
        stroke(painter, self._points, QColor(colour), dash)

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """Legend, right axis and the axis of z."""
        self._draw_legend(painter)
        self._draw_right_axis(painter, frame)
        self._draw_strip(painter)

    def draw_over(self, painter: QPainter, frame: QRectF) -> None:
        """The lines z → x."""
        if self.line is None or self.message:
            return
        strip = self.strip()
        x, z = self.to_x(self.line.gz), self.z_to_x(self.line.z)
        seen = np.isfinite(x)
        lines = self._threads.resized(int(seen.sum()))
        lines[:, 0], lines[:, 1] = z[seen], strip.bottom() - 1
        lines[:, 2], lines[:, 3] = np.clip(x[seen], -9000, 9000), strip.top()
        painter.save()
        painter.setClipRect(strip.adjusted(1, 1, -1, -1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(thin(mixed(self.theme.fake, self.theme.plot, 0.75)))
        if len(lines):
            painter.drawLines(*self._threads.args())
        painter.restore()

    def _legend_places(self) -> list[tuple[str, str, float, float]]:
        metrics, frame = self.metrics(), super()._measured_frame()
        exact = self.line is None or self.line.data_exact
        x, y, places = frame.left(), 2.0, []
        for key, text in (("data", "data" if exact else "data (estimated)"),
                          ("generated", "generated"), ("d", "D (right axis)")):
            wide = 30 + metrics.horizontalAdvance(text)
            if x > frame.left() and x + wide > frame.right():
                x, y = frame.left(), y + metrics.height() + 3
            places.append((key, text, x, y))
            x += wide + 14
        return places

    def _draw_legend(self, painter: QPainter) -> None:
        line = self.metrics().height() + 3
        look = {"data": (self.theme.real, ()), "generated": (self.theme.fake, DASH),
                "d": (self.theme.text, D_DASH)}
        for key, text, x, y in self._legend_places():
            points = self._points.resized(2)
            points[:] = [[x, y + line / 2], [x + 24, y + line / 2]]
            stroke(painter, self._points, QColor(look[key][0]), look[key][1])
            painter.setPen(QColor(self.theme.text))
            painter.drawText(QPointF(x + 30, y + line - 4), text)

    def _draw_right_axis(self, painter: QPainter, frame: QRectF) -> None:
        line = self.metrics().height()
        painter.setPen(QColor(self.theme.muted))
        most = max(1, int(frame.height() / (2.8 * line)))
        for at, text in Linear().ticks(*self.d_extent, most):
            y = round(float(self.d_to_y(at)))
            painter.drawText(QRectF(frame.right() + 5, y - line / 2, self.right, line),
                             int(Qt.AlignmentFlag.AlignVCenter), text)

    def _draw_strip(self, painter: QPainter) -> None:
        strip, line = self.strip(), self.metrics().height()
        painter.fillRect(strip, QColor(self.theme.plot))
        painter.setPen(thin(self.theme.line))
        painter.drawRect(strip.adjusted(0, 0, -1, -1))
        painter.setPen(QColor(self.theme.muted))
        metrics = self.metrics()
        painter.drawText(QRectF(0, strip.bottom() - line, strip.left() - 6, line),
                         int(Qt.AlignmentFlag.AlignRight), "z")
        painter.drawText(QRectF(0, strip.top(), strip.left() - 6, line),
                         int(Qt.AlignmentFlag.AlignRight), "x")
        for at, text in Linear().ticks(*self.z_extent, max(1, int(strip.width() / 70))):
            wide = metrics.horizontalAdvance(text)
            left = min(max(float(self.z_to_x(at)) - wide / 2, strip.left()),
                       strip.right() - wide)
            painter.drawText(QPointF(left, strip.bottom() + line), text)

    def reading(self, x: float) -> str:
        """The figures at a position: densities in training units, and D. Short where narrow."""
        line = self.line
        if line is None or not len(line.x):
            return ""
        k = int(np.clip(np.searchsorted(line.x, x), 0, len(line.x) - 1))
        if self.width() < 420:
            return "  ".join(f"{name} {plain(float(value), 3)}" for name, value in (
                ("x", self.x_scale.number(x)), ("p", line.data[k]), ("pɢ", line.generated[k]),
                ("D", line.d[k])))
        return (f"x {plain(self.x_scale.number(x))}   data {plain(float(line.data[k]), 3)}   "
                f"generated {plain(float(line.generated[k]), 3)}   "
                f"D {plain(float(line.d[k]), 3)}")
