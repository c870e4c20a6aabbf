"""The loss over the plane as a surface with height, seen from a side that can be chosen."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.session.toy_frames import ToyPicture
from ganstudio.studio.docks.dynamics_look import draw_rest, haloed
from ganstudio.studio.docks.plotting_paint import draw_mark, mixed, thin
from ganstudio.studio.theme import LIGHT, Theme

Numbers = NDArray[np.floating]
Item = tuple[Any, ...]
"""How near it is, how it is painted, and with what."""

FLAT = 1e-4
"""Bends that are smaller beside the height of all in sight are none."""

YAW, PITCH = -0.62, 0.52
RELIEF = 0.62
"""Height of the surface beside its width."""


class SurfaceView(QWidget):
    """Parallel projection; dragging or arrow keys turn it, the wheel brings it nearer.

    Faces are painted from the back to the front. Through the equilibrium run two curves: along θ,
    where the generator looks for a minimum, and along ψ, where the discriminator climbs.
    """

    turned = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.picture: ToyPicture | None = None
        self.yaw, self.pitch, self.near = YAW, PITCH, 1.0
        self._drag: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Generator's loss as a surface over θ and ψ")
        self.setAccessibleDescription("Drag or use arrow keys to turn it, wheel or + and − to "
                                      "come nearer, Home resets.")

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(480, 360)

    def show_picture(self, picture: ToyPicture) -> None:
        """Draw this picture's surface."""
        self.picture = picture
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.update()

    # ---- projection

    def _prepare(self, picture: ToyPicture) -> None:
        surface = picture.surface
        assert surface is not None
        h = surface.height_g
        low, high = float(np.nanmin(h)), float(np.nanmax(h))
        self._middle = (0.5 * (surface.x[0] + surface.x[-1]), 0.5 * (surface.y[0] + surface.y[-1]),
                        0.5 * (low + high))
        self._wide = max(float(surface.x[-1] - surface.x[0]), 1e-9)
        self._tall = max(high - low, 1e-12)
        self._low = low
        # The same from every side, so that it does not breathe as it is turned.
        upright = RELIEF * math.cos(self.pitch) + math.sqrt(2) * math.sin(self.pitch)
        room = self.height() - self._head()
        self._unit = min(0.92 * self.width() / math.sqrt(2), 0.94 * room / upright) * self.near

    def project(self, x: Numbers, y: Numbers, z: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Pixels right and down, and nearness, of places in θ, ψ and height."""
        u = (x - self._middle[0]) / self._wide
        v = (y - self._middle[1]) / self._wide
        w = (z - self._middle[2]) / self._tall * RELIEF
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        across, away = u * cos - v * sin, u * sin + v * cos
        up = w * math.cos(self.pitch) + away * math.sin(self.pitch)
        near = w * math.sin(self.pitch) - away * math.cos(self.pitch)
        return (self.width() / 2 + self._unit * across,
                0.5 * (self.height() + self._head()) - self._unit * up, near)

    def _head(self) -> float:
        """The room of the legend, so that it hides no summit."""
        return min(3.0 * (self.fontMetrics().height() + 4) + 6, 0.2 * self.height())

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The whole picture."""
        painter = QPainter(self)
        self.paint_whole(painter)
        painter.setPen(thin(self.theme.accent if self.hasFocus() else self.theme.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def paint_whole(self, painter: QPainter) -> None:
        """On any painter, from (0, 0) at the widget's size: for exports too."""
        font = QFont(self.font())
        painter.setFont(font)
        painter.fillRect(QRectF(self.rect()), QColor(self.theme.plot))
        picture = self.picture
        if picture is None or picture.surface is None or not np.isfinite(
                picture.surface.height_g).all():
            return
        self._prepare(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._ground(painter, picture)
        items = [*self._faces(picture), *self._curves(picture)]
        items.sort(key=lambda item: item[0])
        for _, paint, *arguments in items:
            paint(painter, *arguments)
        self._marks(painter, picture)
        self._words(painter, picture)

    def _ground(self, painter: QPainter, picture: ToyPicture) -> None:
        """The square below, so that height can be told."""
        s, low = picture.surface, np.full(4, self._low)
        px, py, _ = self.project(np.array([s.x[0], s.x[-1], s.x[-1], s.x[0]]),
                                 np.array([s.y[0], s.y[0], s.y[-1], s.y[-1]]), low)
        painter.setPen(thin(self.theme.line))
        painter.setBrush(QColor(self.theme.soft))
        painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in zip(px, py, strict=True)]))

    def _faces(self, picture: ToyPicture) -> list[Item]:
        s = picture.surface
        xx, yy = np.meshgrid(s.x, s.y)
        px, py, near = self.project(xx, yy, s.height_g)
        depth = 0.25 * (near[:-1, :-1] + near[1:, :-1] + near[:-1, 1:] + near[1:, 1:])
        level = 0.25 * (s.height_g[:-1, :-1] + s.height_g[1:, :-1] + s.height_g[:-1, 1:]
                        + s.height_g[1:, 1:])
        slope_x = np.diff(s.height_g, axis=1)[:-1] / self._tall * len(s.x) * RELIEF
        slope_y = np.diff(s.height_g, axis=0)[:, :-1] / self._tall * len(s.y) * RELIEF
        light = (0.45 * slope_x + 0.35 * slope_y + 1.0) / np.sqrt(1 + slope_x**2 + slope_y**2)
        share = np.clip((level - self._low) / self._tall, 0, 1)
        colours = self._shades(share, np.clip(0.72 + 0.3 * light, 0.5, 1.12))
        items: list[Item] = []
        grid = np.stack([px, py], axis=-1)
        corners = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], axis=2)
        flat = zip(depth.ravel().tolist(), corners.reshape(-1, 8).tolist(), colours, strict=True)
        for d, c, colour in flat:
            items.append((d, _face, QPolygonF([QPointF(c[0], c[1]), QPointF(c[2], c[3]),
                                               QPointF(c[4], c[5]), QPointF(c[6], c[7])]),
                          QColor(*colour)))
        return items

    def _shades(self, share: Numbers, light: Numbers) -> list[list[int]]:
        """Low is the generator's colour, high the discriminator's: what each of them wants."""
        ends = []
        for colour, keep in ((self.theme.player_g, 0.62), (self.theme.plot, 0.0),
                             (self.theme.player_d, 0.62)):
            c = mixed(colour, self.theme.plot, keep) if keep else mixed(
                self.theme.muted, self.theme.plot, 0.16)
            ends.append([c.red(), c.green(), c.blue()])
        table = np.array(ends, float)
        rgb = np.stack([np.interp(share.ravel(), [0, 0.5, 1], table[:, i]) for i in range(3)],
                       axis=1)
        lit: list[list[int]] = np.clip(rgb * light.ravel()[:, None], 0, 255).astype(int).tolist()
        return lit

    def _height(self, picture: ToyPicture, x: Numbers, y: Numbers) -> Numbers:
        """The surface between its nodes."""
        s = picture.surface
        i = np.clip((x - s.x[0]) / (s.x[-1] - s.x[0]) * (len(s.x) - 1), 0, len(s.x) - 1.001)
        j = np.clip((y - s.y[0]) / (s.y[-1] - s.y[0]) * (len(s.y) - 1), 0, len(s.y) - 1.001)
        a, b = i.astype(int), j.astype(int)
        f, g, h = i - a, j - b, s.height_g
        between: Numbers = ((1 - f) * (1 - g) * h[b, a] + f * (1 - g) * h[b, a + 1]
                            + (1 - f) * g * h[b + 1, a] + f * g * h[b + 1, a + 1])
        return between

    def _curves(self, picture: ToyPicture) -> list[Item]:
        s, theme = picture.surface, self.theme
        items: list[Item] = []
        if picture.equilibria and not one_player(picture):
            x0, y0 = picture.equilibria[0]
            fine = np.linspace(s.x[0], s.x[-1], 90), np.linspace(s.y[0], s.y[-1], 90)
            items += self._line(picture, fine[0], np.full(90, y0), QPen(QColor(theme.player_g), 3))
            items += self._line(picture, np.full(90, x0), fine[1], QPen(QColor(theme.player_d), 3))
            if self._is_crossed(picture, x0, y0):
                reach = np.linspace(-1, 1, 90) * min(
                    x0 - s.x[0], s.x[-1] - x0, y0 - s.y[0], s.y[-1] - y0)
                for turn in (1, -1):
                    items += self._line(picture, x0 + reach, y0 + turn * reach,
                                        QPen(QColor(theme.text), 1.6, Qt.PenStyle.DotLine))
        for track in picture.tracks[:1]:
            x, y = track.path[:600, 0], track.path[:600, 1]
            inside = (x >= s.x[0]) & (x <= s.x[-1]) & (y >= s.y[0]) & (y <= s.y[-1])
            out = int(np.argmin(inside)) if not inside.all() else len(x)
            items += self._line(picture, x[:out], y[:out], QPen(QColor(theme.text), 2))
        return items

    def _line(self, picture: ToyPicture, x: Numbers, y: Numbers, pen: QPen) -> list[Item]:
        px, py, near = self.project(x, y, self._height(picture, x, y))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        # A little nearer than the face it lies on.
        return [(max(near[k], near[k + 1]) + 0.03, _piece, QPointF(px[k], py[k]),
                 QPointF(px[k + 1], py[k + 1]), pen) for k in range(len(x) - 1)]

    def _marks(self, painter: QPainter, picture: ToyPicture) -> None:
        for x, y in picture.equilibria:
            at = np.array([x]), np.array([y])
            px, py, _ = self.project(*at, self._height(picture, *at))
            draw_rest(painter, float(px[0]), float(py[0]), self.theme)
        for track in picture.tracks[:1]:
            here = track.path[track.here:track.here + 1]
            px, py, _ = self.project(here[:, 0], here[:, 1],
                                     self._height(picture, here[:, 0], here[:, 1]))
            draw_mark(painter, float(px[0]), float(py[0]), "circle", 11, QColor(self.theme.accent),
                      QColor(self.theme.plot))

    def _words(self, painter: QPainter, picture: ToyPicture) -> None:
        s, metrics, theme = picture.surface, QFontMetricsF(painter.font()), self.theme
        one = one_player(picture)
        x0, y0 = picture.equilibria[0] if picture.equilibria else self._middle[:2]
        ends = [(s.x[-1], y0, "a" if one else "θ"), (x0, s.y[-1], "b" if one else "ψ")]
        for x, y, text in ends:
            at = np.array([x]), np.array([y])
            px, py, _ = self.project(*at, self._height(picture, *at))
            haloed(painter, float(px[0]) + 8, float(py[0]) + 4, text, self.theme)
        lines = [("height: the one loss that both descend", self.theme.text)]
        if not one:
            rises = self._bends(picture, x0, y0)
            lines = [(f"along θ, which G moves: {_shape(rises[0])}", self.theme.player_g),
                     (f"along ψ, which D moves: {_shape(rises[1])}", self.theme.player_d)]
            if self._is_crossed(picture, x0, y0):
                lines.append(("dotted: a minimum along one diagonal, a maximum along the other",
                              theme.text))
        for k, (text, colour) in enumerate(lines):
            y = 10 + metrics.ascent() + k * (metrics.height() + 4)
            dotted = text.startswith("dotted")
            painter.setPen(QPen(QColor(colour), 1.6, Qt.PenStyle.DotLine) if dotted
                           else QPen(QColor(colour), 3))
            painter.drawLine(QPointF(12, y - metrics.ascent() / 3),
                             QPointF(30, y - metrics.ascent() / 3))
            haloed(painter, 38, y, text, self.theme)

    def _is_crossed(self, picture: ToyPicture, x0: float, y0: float) -> bool:
        """Whether it is a saddle across the axes, along which it is flat."""
        s = picture.surface
        d = 0.1 * float(s.x[-1] - s.x[0])
        h = self._height(picture, np.array([x0 + d, x0 + d, x0 - d, x0 - d]),
                         np.array([y0 + d, y0 - d, y0 + d, y0 - d]))
        twist = float(h[0] - h[1] - h[2] + h[3]) / self._tall
        return all(abs(b) < FLAT for b in self._bends(picture, x0, y0)) and abs(twist) > 100 * FLAT

    def _bends(self, picture: ToyPicture, x0: float, y0: float) -> tuple[float, float]:
        """How far G's loss rises (or falls) from the equilibrium along θ and along ψ, beside the
        height of all in sight.
        """
        s = picture.surface
        step = 0.1 * float(s.x[-1] - s.x[0])
        rises = []
        for dx, dy in ((step, 0.0), (0.0, step)):
            h = self._height(picture, np.array([x0 - dx, x0, x0 + dx]),
                             np.array([y0 - dy, y0, y0 + dy]))
            rises.append(float(h[0] + h[2] - 2 * h[1]) / self._tall)
        return rises[0], rises[1]

    # ---- hands

    def _turn(self, yaw: float, pitch: float) -> None:
        self.yaw = (self.yaw + yaw + math.pi) % (2 * math.pi) - math.pi
        self.pitch = min(max(self.pitch + pitch, 0.05), math.pi / 2)
        self.update()
        self.turned.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        self._drag = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn."""
        if self._drag is not None and event.buttons():
            step = event.position() - self._drag
            self._drag = event.position()
            self._turn(0.008 * step.x(), 0.006 * step.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """As at first."""
        self.yaw, self.pitch, self.near = YAW, PITCH, 1.0
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nearer or farther."""
        self.near = min(max(self.near * 1.0012 ** event.angleDelta().y(), 0.5), 3.0)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys turn, + and − come nearer, Home resets."""
        steps = {Qt.Key.Key_Left: (-0.1, 0.0), Qt.Key.Key_Right: (0.1, 0.0),
                 Qt.Key.Key_Up: (0.0, -0.08), Qt.Key.Key_Down: (0.0, 0.08)}
        key = event.key()
        if key in steps:
            self._turn(*steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.near = min(max(self.near * (0.85 if key == Qt.Key.Key_Minus else 1.18), 0.5), 3.0)
            self.update()
        elif key == Qt.Key.Key_Home:
            self.mouseDoubleClickEvent(None)
        else:
            super().keyPressEvent(event)


def one_player(picture: ToyPicture) -> bool:
    """Whether both numbers descend one loss."""
    surface = picture.surface
    return surface is not None and bool(np.array_equal(surface.height_g, surface.height_d))


def _shape(rise: float) -> str:
    if abs(rise) < FLAT:
        return "flat here"
    return "a minimum" if rise > 0 else "a maximum"


def _face(painter: QPainter, polygon: QPolygonF, colour: QColor) -> None:
    painter.setPen(QPen(colour.darker(112), 0.6))
    painter.setBrush(colour)
    painter.drawPolygon(polygon)


def _piece(painter: QPainter, begin: QPointF, end: QPointF, pen: QPen) -> None:
    painter.setPen(pen)
    painter.drawLine(begin, end)
