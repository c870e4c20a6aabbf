"""The field of two networks on a plane in the space of their parameters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.studio.docks.dynamics_look import SHADES, SpeedScale, haloed, speed_colours
from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_paint import draw_mark, lent_lines, mixed, thin
from ganstudio.studio.docks.plotting_range import plain
from ganstudio.training.field_frames import FieldFrame

FADES = 5
"""Classes of how much of an arrow the plane sees."""

Numbers = NDArray[np.floating]


class RealPlane(Plot):
    """Arrows by speed; one that the plane sees little of is faint, as its share is small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.equal_aspect = True
        self.field: FieldFrame | None = None
        self.scale = SpeedScale()
        self._lines = lent_lines()
        self._free = False
        self.header = self.metrics().height() + 8
        self.moved.connect(self._on_moved)
        self.home.connect(self.go_home)

    def show_frame(self, frame: FieldFrame) -> None:
        """Draw this."""
        self.field = frame
        self.x_title, self.y_title = frame.label_a, frame.label_b
        self.scale.fit(np.hypot(frame.v[..., 0], frame.v[..., 1]).ravel())
        if not self._free:
            self._fit()
        self.set_message("")
        self.stale()

    def clear(self) -> None:
        """Forget everything."""
        self.field, self.scale, self._free = None, SpeedScale(), False
        self.stale()

    def _fit(self) -> None:
        f = self.field
        if f is None or len(f.a) < 2:
            return
        gap = float(f.a[1] - f.a[0]) * 0.7
        self.set_extent(Extent(float(f.a[0]) - gap, float(f.a[-1]) + gap,
                               float(f.b[0]) - gap, float(f.b[-1]) + gap))

    def _on_moved(self, *_: object) -> None:
        self._free = True

    def go_home(self) -> None:
        """All of it again."""
        self._free = False
        self._fit()

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """Arrows, the path of training, and where it is now."""
        f = self.field
        if f is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._arrows(painter, f)
        self._path(painter, f)
        x, y = float(self.to_x(0.0)), float(self.to_y(0.0))
        length = float(np.hypot(*f.centre_v))
        if np.isfinite(length) and length > 0:
            unit = f.centre_v / length
            self._bundle(painter, np.array([x]), np.array([y]), unit[:1], -unit[1:],
                         np.array([26.0]), QColor(self.theme.accent), from_tail=True)
        draw_mark(painter, x, y, "circle", 11, QColor(self.theme.accent), QColor(self.theme.plot))

    def _arrows(self, painter: QPainter, f: FieldFrame) -> None:
        a, b = np.meshgrid(f.a, f.b)
        v = f.v.reshape(-1, 2).astype(float)
        speed = np.hypot(v[:, 0], v[:, 1])
        known = np.isfinite(speed) & (speed > 0)
        if not known.any():
            return
        v, speed, seen = v[known], speed[known], f.share.ravel()[known]
        x, y = self.to_x(a.ravel()[known]), self.to_y(b.ravel()[known])
        ux, uy = v[:, 0] / speed, -v[:, 1] / speed
        level = np.minimum(speed / (self.scale.value or 1.0), 1.0)
        cell = abs(float(self.to_x(f.a[1]) - self.to_x(f.a[0]))) if len(f.a) > 1 else 30.0
        half = 0.46 * cell * np.sqrt(level)
        shade = np.minimum((level * SHADES).astype(int), SHADES - 1)
        fade = np.clip(np.ceil(np.nan_to_num(seen) * FADES).astype(int), 1, FADES)
        for k, colour in enumerate(speed_colours(self.theme.dark)):
            for j in range(1, FADES + 1):
                here = (shade == k) & (fade == j)
                if here.any():
                    tint = mixed(colour.name(), self.theme.plot, 0.12 + 0.88 * j / FADES)
                    self._bundle(painter, x[here], y[here], ux[here], uy[here], half[here], tint)

    def _bundle(self, painter: QPainter, x: Numbers, y: Numbers, ux: Numbers, uy: Numbers,
                half: Numbers, colour: QColor, from_tail: bool = False) -> None:
        n, dx, dy = len(x), ux * half, uy * half
        barb = np.minimum(0.62 * half, 6.0)
        tip_x, tip_y = x + dx, y + dy
        rows = self._lines.resized(3 * n)
        rows[:n, 0], rows[:n, 1] = (x, y) if from_tail else (x - dx, y - dy)
        rows[:n, 2], rows[:n, 3] = tip_x, tip_y
        rows[n:, 0], rows[n:, 1] = np.tile(tip_x, 2), np.tile(tip_y, 2)
        for part, turn in ((slice(n, 2 * n), 0.55), (slice(2 * n, 3 * n), -0.55)):
            rows[part, 2] = tip_x - barb * (0.85 * ux - turn * uy)
            rows[part, 3] = tip_y - barb * (0.85 * uy + turn * ux)
        painter.setPen(thin(colour))
        for shift in ((0.0, 0.8) if from_tail else (0.0,)):
            painter.translate(shift, shift)
            painter.drawLines(*self._lines.args())
        if from_tail:
            painter.translate(-0.8, -0.8)

    def _path(self, painter: QPainter, f: FieldFrame) -> None:
        """The training path's shadow; what lies far outside the plane is faint."""
        if len(f.path) < 2:
            return
        x = np.clip(self.to_x(f.path[:, 0]), -9_000, 9_000)
        y = np.clip(self.to_y(f.path[:, 1]), -9_000, 9_000)
        away = np.nan_to_num(f.path_distance[:-1], nan=1.0)
        for j in range(FADES):
            here = np.flatnonzero(np.minimum((away * FADES).astype(int), FADES - 1) == j)
            if not len(here):
                continue
            rows = self._lines.resized(len(here))
            rows[:, 0], rows[:, 1] = x[here], y[here]
            rows[:, 2], rows[:, 3] = x[here + 1], y[here + 1]
            painter.setPen(thin(mixed(self.theme.text, self.theme.plot, 1 - 0.8 * j / FADES)))
            for shift in (0.0, 0.7):
                painter.translate(0, shift)
                painter.drawLines(*self._lines.args())
            painter.translate(0, -0.7)

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """The scale of speeds, and what faint arrows mean."""
        metrics = self.metrics()
        base = metrics.ascent() + 3
        words = f"‖Pv‖ {plain(self.scale.value, 2)}" if self.scale.value else ""
        wide, bar = metrics.horizontalAdvance(words), min(70.0, 0.25 * frame.width())
        painter.setPen(QColor(self.theme.muted))
        painter.drawText(QPointF(frame.right() - wide, base), words)
        left = frame.right() - wide - bar - 6
        for k, colour in enumerate(speed_colours(self.theme.dark)):
            painter.fillRect(QRectF(left + k * bar / SHADES, base - metrics.ascent() * 0.62,
                                    bar / SHADES + 0.5, metrics.ascent() * 0.5), colour)
        if left - frame.left() > metrics.horizontalAdvance("faint: mostly unseen") + 12:
            painter.drawText(QPointF(frame.left(), base), "faint: mostly unseen")

    def draw_over(self, painter: QPainter, frame: QRectF) -> None:
        """How much of the motion the picture can see: always."""
        f = self.field
        if f is None or self.message:
            return
        haloed(painter, frame.left() + 9, frame.bottom() - 9,
               f"‖Pv‖/‖v‖ = {plain(f.centre_share, 2)}", self.theme)
