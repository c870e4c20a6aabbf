"""The field of two networks on a plane in the space of their parameters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ganstudio.studio.docks.dynamics_gauges import LINES, Gauge, draw_gauges
from ganstudio.studio.docks.dynamics_look import SHADES, SpeedScale, haloed, speed_colours
from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_paint import Arrows, draw_mark, lent_lines, mixed, thin
from ganstudio.studio.docks.plotting_range import plain
from ganstudio.training.field_frames import FieldFrame

FAR = 9_000.0
LEAST_GAUGE = 12
"""Font heights that gauges need in width."""

CENTRE, BARB = 26.0, 6.0
"""Pixels: the arrow of the present move, and the head of any arrow at the most."""

ROOT = 0.4
"""Length and colour of an arrow go by this power of its speed."""

FAINTEST = 0.45
"""How strong an arrow is of which the plane sees nothing."""

FADES = 5
"""Classes of how much of an arrow the plane sees."""

Numbers = NDArray[np.floating]


class RealPlane(Plot):
    """Arrows by speed; one that the plane sees little of is faint, as its share is small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.equal_aspect = self.snug = True
        self.field: FieldFrame | None = None
        self.scale = SpeedScale()
        self._lines, self._arrow_lines = lent_lines(), Arrows()
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
            ux, uy = unit[:1], -unit[1:]
            self._arrow_lines.draw(painter, (np.array([x]), np.array([y])),
                              (x + CENTRE * ux, y + CENTRE * uy), (ux, uy), np.array([BARB]),
                              QColor(self.theme.accent), heavy=True)
        draw_mark(painter, x, y, "circle", 11, QColor(self.theme.accent), QColor(self.theme.plot))

    def _arrows(self, painter: QPainter, f: FieldFrame) -> None:
        a, b = np.meshgrid(f.a, f.b)
        v = between_nodes(f.v).reshape(-1, 2)
        speed = np.hypot(v[:, 0], v[:, 1])
        known = np.isfinite(speed) & (speed > 0)
        if not known.any():
            return
        v, speed = v[known], speed[known]
        seen = between_nodes(f.share[..., None]).ravel()[known]
        x, y = self.to_x(a.ravel()[known]), self.to_y(b.ravel()[known])
        ux, uy = v[:, 0] / speed, -v[:, 1] / speed
        # Speeds of networks differ by powers of ten; a root shows slow and fast ones together.
        level = np.minimum(speed / (self.scale.value or 1.0), 1.0) ** ROOT
        cell = abs(float(self.to_x(f.a[1]) - self.to_x(f.a[0]))) if len(f.a) > 1 else 30.0
        half = 0.46 * cell * level
        dx, dy, barb = ux * half, uy * half, np.minimum(0.62 * half, BARB)
        shade = np.minimum((level * SHADES).astype(int), SHADES - 1)
        fade = np.clip(np.ceil(np.nan_to_num(seen) * FADES).astype(int), 1, FADES)
        for k, colour in enumerate(speed_colours(self.theme.dark)):
            for j in range(1, FADES + 1):
                here = (shade == k) & (fade == j)
                if here.any():
                    strength = FAINTEST + (1 - FAINTEST) * j / FADES
                    tint = mixed(colour.name(), self.theme.plot, strength)
                    self._arrow_lines.draw(painter, (x[here] - dx[here], y[here] - dy[here]),
                                      (x[here] + dx[here], y[here] + dy[here]),
                                      (ux[here], uy[here]), barb[here], tint)

    def _path(self, painter: QPainter, f: FieldFrame) -> None:
        """The training path's shadow; what lies far outside the plane is faint."""
        if len(f.path) < 2:
            return
        x = within(self.to_x(f.path[:, 0]))
        y = within(self.to_y(f.path[:, 1]))
        away = np.clip(np.nan_to_num(f.path_distance[:-1], nan=1.0), 0.0, 1.0)
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
        """How much of the motion the picture can see: always; and more where there is room."""
        f = self.field
        if f is None or self.message:
            return
        unit = self.metrics().height()
        beside = QRectF(frame.right() + 2 * unit, frame.top() + 4,
                        self.width() - frame.right() - 3 * unit, frame.height())
        gauges = self.gauges(f)
        if beside.width() < LEAST_GAUGE * unit or beside.height() < LINES * unit * len(gauges):
            haloed(painter, frame.left() + 9, frame.bottom() - 9,
                   f"‖Pv‖/‖v‖ = {plain(f.centre_share, 2)}", self.theme)
            return
        beside.setWidth(min(beside.width(), 1.5 * LEAST_GAUGE * unit))
        draw_gauges(painter, beside, gauges, self.theme)
        if beside.height() >= LINES * unit * len(gauges) + 5 * unit:
            self._legend(painter, beside.left(),
                         beside.top() + LINES * unit * len(gauges) + unit)

    def gauges(self, f: FieldFrame) -> list[Gauge]:
        """What is seen of the motion at the centre, and how much of the field turns."""
        found = [Gauge(f"This plane sees {100 * f.centre_share:.0f} % of the motion",
                       f.centre_share, self.theme.accent,
                       left=f"‖Pv‖/‖v‖ = {plain(f.centre_share, 2)}")]
        if np.isfinite(f.turning_share):
            found.append(Gauge(
                f"{100 * f.turning_share:.0f} ± {100 * f.turning_error:.0f} % of the field turns",
                f.turning_share, self.theme.marker, f.turning_error, "turns", "descends",
                self.theme.running))
        return found

    def _legend(self, painter: QPainter, left: float, top: float) -> None:
        metrics = self.metrics()
        rows = (("circle", self.theme.accent, "the networks now, and their field"),
                ("", self.theme.text, "path of training; faint off the plane"),
                ("", speed_colours(self.theme.dark)[SHADES // 2].name(),
                 "field; faint where mostly unseen"))
        for k, (mark, colour, words) in enumerate(rows):
            middle = top + (k + 0.5) * 1.3 * metrics.height()
            if mark:
                draw_mark(painter, left + 9, middle, mark, 10, QColor(colour),
                          QColor(self.theme.plot))
            else:
                painter.setPen(QPen(QColor(colour), 2))
                painter.drawLine(QPointF(left, middle), QPointF(left + 18, middle))
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(QPointF(left + 26, middle + metrics.ascent() / 2 - 1),
                             metrics.elidedText(words, Qt.TextElideMode.ElideRight,
                                                self.width() - left - 34))


def within(pixels: Numbers) -> Numbers:
    """Pixels that can be painted; where a number is none, far outside."""
    return np.clip(np.nan_to_num(pixels, nan=FAR, posinf=FAR, neginf=-FAR), -FAR, FAR)


def between_nodes(values: Numbers) -> Numbers:
    """(n, n, k) with what is not known yet filled in between the nodes of the finest lattice that
    is; NaN beyond its last row and column, and where a known node holds no number.
    """
    known = np.asarray(np.isfinite(values).all(axis=-1))
    n = len(values)
    stride = 1
    while stride < n and not known[::stride, ::stride].all():
        stride *= 2
    if stride == 1 or stride >= n:
        return np.where(known[..., None], values, np.nan).astype(float)
    nodes = np.arange(0, n, stride)
    share = np.arange(nodes[-1] + 1) / stride
    low = np.minimum(share.astype(int), len(nodes) - 2)
    part = share - low
    coarse = values[::stride, ::stride].astype(float)
    rows = coarse[low] + part[:, None, None] * (coarse[low + 1] - coarse[low])
    found = np.full(values.shape, np.nan)
    found[:nodes[-1] + 1, :nodes[-1] + 1] = (
        rows[:, low] + part[None, :, None] * (rows[:, low + 1] - rows[:, low]))
    found[known] = values[known]
    return found
