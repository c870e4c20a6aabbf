"""The plane of two numbers: the field as arrows, what follows from it, and the paths on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.session.toy_frames import ToyPicture, Track
from ganstudio.studio.docks.dynamics_look import (
    LOOKS,
    PREVIEW,
    SHADES,
    SpeedScale,
    draw_rest,
    draw_start,
    haloed,
    longest,
    speed_colours,
)
from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_paint import (
    Arrows,
    LentPoints,
    draw_mark,
    lent_lines,
    mixed,
    stroke,
    thin,
)
from ganstudio.studio.docks.plotting_range import plain

GRIP = 14.0
"""Pixels within which the start can be taken hold of."""

FAR = 30_000.0
NULL_DASH = (9.0, 6.0)
Numbers = NDArray[np.floating]


class FieldPlane(Plot):
    """Draws a toy picture. The start can be dragged, or moved with the arrow keys.

    ``part`` says which of the picture's fields is drawn, ``shown`` which of its tracks.
    """

    start_moved = Signal(float, float)
    """The person took the start to (θ, ψ)."""

    def __init__(self, parent: QWidget | None = None, part: int = 0) -> None:
        super().__init__(parent)
        self.equal_aspect = True
        self.part = part
        self.picture: ToyPicture | None = None
        self.start: tuple[float, float] | None = None
        self.movable = True
        self.shown: frozenset[int] | None = None
        self.looks: Sequence[int] = range(len(LOOKS))
        self.titles: tuple[str, ...] = ("",)
        self.scale = SpeedScale()
        self.show_scale = True
        """Follow the speeds in sight, and say what the colours mean."""
        self._held = False
        self._lines, self._heads, self._arrow_lines = lent_lines(), lent_lines(), Arrows()
        self._points = LentPoints()
        self._fit_header()

    # ---- what is shown

    def show_picture(self, picture: ToyPicture) -> None:
        """Draw this."""
        self.picture = picture
        if self.part < len(picture.fields) and self.show_scale:
            field = picture.fields[self.part]
            if self.scale.fit(np.hypot(field.vx, field.vy)):
                self.stale()
        self.update()

    def clear(self) -> None:
        """Forget the picture and its scale."""
        self.picture = None
        self.scale.value = None
        self.stale()

    def set_title(self, *texts: str) -> None:
        """Words above the plot: the longest of these that fits."""
        if texts != self.titles:
            self.titles = texts
            self.stale()

    def _fit_header(self) -> None:
        self.header = self.metrics().height() + 8
        self.stale()

    # ---- painting

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """From the ground up: contours, arrows, lines, paths, marks."""
        picture, theme = self.picture, self.theme
        if picture is None:
            return
        self._bounds(painter, frame, picture)
        self._segments(painter, picture.contours, mixed(theme.marker, theme.plot, 0.5))
        self._segments(painter, picture.streams, mixed(theme.muted, theme.plot, 0.55))
        self._chevrons(painter, picture.heads, mixed(theme.muted, theme.plot, 0.8))
        if self.part < len(picture.fields) and "arrows" in picture.spec.layers:
            self._arrows(painter, picture)
        self._segments(painter, picture.null_g, QColor(theme.player_g), True)
        self._dashed(painter, picture.null_d, QColor(theme.player_d))
        for k, track in enumerate(picture.tracks):
            if self.shown is None or k in self.shown:
                self._track(painter, k, track)
        for x, y in picture.equilibria:
            draw_rest(painter, float(self.to_x(x)), float(self.to_y(y)), theme)
        if self.start is not None and self.shown != frozenset():
            x, y = float(self.to_x(self.start[0])), float(self.to_y(self.start[1]))
            draw_start(painter, x, y, theme, self._held or (self.hasFocus() and self.movable))

    def _bounds(self, painter: QPainter, frame: QRectF, picture: ToyPicture) -> None:
        """Where the players cannot go is shaded."""
        if not np.isfinite([*picture.low, *picture.high]).any():
            return
        low, high = np.nan_to_num([picture.low, picture.high], posinf=1e9, neginf=-1e9)
        x0, x1 = (float(np.clip(v, -FAR, FAR)) for v in self.to_x([low[0], high[0]]))
        y1, y0 = (float(np.clip(v, -FAR, FAR)) for v in self.to_y([low[1], high[1]]))
        painter.fillRect(frame, QColor(self.theme.soft))
        painter.fillRect(QRectF(x0, y0, x1 - x0, y1 - y0), QColor(self.theme.plot))
        painter.setPen(thin(self.theme.muted))
        painter.drawRect(QRectF(x0, y0, x1 - x0, y1 - y0))

    def _segments(self, painter: QPainter, lines: Numbers, colour: QColor,
                  heavy: bool = False) -> None:
        """Short pieces of lines, in no order."""
        if not len(lines):
            return
        rows = self._lines.resized(len(lines))
        rows[:] = np.stack([self.to_x(lines[:, 0]), self.to_y(lines[:, 1]),
                            self.to_x(lines[:, 2]), self.to_y(lines[:, 3])], axis=1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(thin(colour))
        for shift in ((0.0, 0.0), (0.7, 0.7)) if heavy else ((0.0, 0.0),):
            painter.translate(*shift)
            painter.drawLines(*self._lines.args())
        if heavy:
            painter.translate(-0.7, -0.7)

    def _dashed(self, painter: QPainter, lines: Numbers, colour: QColor) -> None:
        """Pieces of lines that follow each other, each line with dashes of one length."""
        if not len(lines):
            return
        cuts = np.flatnonzero((lines[1:, :2] != lines[:-1, 2:]).any(axis=1)) + 1
        for line in np.split(lines, cuts):
            stroke(painter, self._taken(self.to_x(np.append(line[:, 0], line[-1, 2])),
                                        self.to_y(np.append(line[:, 1], line[-1, 3]))),
                   colour, NULL_DASH)

    def _chevrons(self, painter: QPainter, heads: Numbers, colour: QColor) -> None:
        if not len(heads):
            return
        x, y = self.to_x(heads[:, 0]), self.to_y(heads[:, 1])
        ux, uy, n = heads[:, 2], -heads[:, 3], len(heads)
        rows = self._heads.resized(2 * n)
        rows[:, 0], rows[:, 1] = np.tile(x + 2.5 * ux, 2), np.tile(y + 2.5 * uy, 2)
        for part, turn in ((slice(0, n), 3.0), (slice(n, 2 * n), -3.0)):
            rows[part, 2] = x - 3 * ux - turn * uy
            rows[part, 3] = y - 3 * uy + turn * ux
        painter.setPen(thin(colour))
        painter.drawLines(*self._heads.args())

    def cell(self, picture: ToyPicture) -> float:
        """Pixels between arrows."""
        e, f = self.visible(), self.frame()
        return picture.spec.spacing * f.width() / (e.x1 - e.x0)

    def _arrows(self, painter: QPainter, picture: ToyPicture) -> None:
        """Length and colour by speed; each arrow is centred on its place."""
        field, full = picture.fields[self.part], self.scale.value or 1.0
        speed = np.hypot(field.vx, field.vy)
        seen = np.isfinite(speed) & (speed > 1e-12 * full)
        speed, vx, vy = speed[seen], field.vx[seen] / speed[seen], -field.vy[seen] / speed[seen]
        x, y = self.to_x(field.x[seen]), self.to_y(field.y[seen])
        share = np.minimum(speed / full, 1.0)
        # The square root keeps slow arrows long enough to show where they point.
        half = 0.46 * self.cell(picture) * np.sqrt(share)
        dx, dy, barb = vx * half, vy * half, np.minimum(0.62 * half, 5.0)
        shade = np.minimum((share * SHADES).astype(np.intp), SHADES - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for k, colour in enumerate(speed_colours(self.theme.dark)):
            here = shade == k
            if here.any():
                self._arrow_lines.draw(painter, (x[here] - dx[here], y[here] - dy[here]),
                                  (x[here] + dx[here], y[here] + dy[here]),
                                  (vx[here], vy[here]), barb[here], colour)

    def _track(self, painter: QPainter, k: int, track: Track) -> None:
        look = LOOKS[self.looks[k] % len(LOOKS)]
        colour = look.colour(self.theme)
        x = np.clip(self.to_x(track.path[:, 0]), -FAR, FAR)
        y = np.clip(self.to_y(track.path[:, 1]), -FAR, FAR)
        here, single = track.here, len(self.picture.tracks) == 1
        begin = 0 if here == 0 else here
        faint = mixed(colour.name(), self.theme.plot, 0.75 if single else 0.9)
        played = here > 0
        ahead = self._taken(x[begin:], y[begin:])
        stroke(painter, ahead, faint if played else colour,
               PREVIEW if played else look.dash, heavy=not played)
        if played:
            stroke(painter, self._taken(x[:here + 1], y[:here + 1]), colour, look.dash)
        if len(x) <= 160:
            self._beads(painter, x, y, colour)
        draw_mark(painter, float(x[here if played else -1]), float(y[here if played else -1]),
                  look.mark, 10 if played else 7, colour, QColor(self.theme.plot))

    def _taken(self, x: Numbers, y: Numbers) -> LentPoints:
        points = self._points.resized(len(x))
        points[:, 0], points[:, 1] = x, y
        return self._points

    def _beads(self, painter: QPainter, x: Numbers, y: Numbers, colour: QColor) -> None:
        """Single steps, where they are far enough apart to be told."""
        if len(x) < 2 or np.median(np.hypot(np.diff(x), np.diff(y))) < 7:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for px, py in zip(x.tolist(), y.tolist(), strict=True):
            painter.drawEllipse(QPointF(px, py), 2.2, 2.2)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """The title at the left above, and the scale of speeds at the right."""
        metrics = self.metrics()
        words = (f"speed {plain(self.scale.value, 2)}"
                 if self.scale.value and self.show_scale else "")
        wide = metrics.horizontalAdvance(words)
        base = metrics.ascent() + 3
        bar = min(70.0, 0.25 * frame.width())
        room = frame.width() - wide - bar - 20
        painter.setPen(QColor(self.theme.text))
        title = longest(self.titles, metrics, max(room, 0) if words else frame.width())
        painter.drawText(QPointF(frame.left(), base), title)
        if not words or room < 20:
            return
        colours = speed_colours(self.theme.dark)
        left = frame.right() - wide - bar - 6
        for k, colour in enumerate(colours):
            painter.fillRect(QRectF(left + k * bar / SHADES, base - metrics.ascent() * 0.62,
                                    bar / SHADES + 0.5, metrics.ascent() * 0.5), colour)
        painter.setPen(QColor(self.theme.muted))
        painter.drawText(QPointF(frame.right() - wide, base), words)
        painter.drawText(QPointF(left - metrics.horizontalAdvance("0 ") - 1, base), "0")

    def draw_over(self, painter: QPainter, frame: QRectF) -> None:
        """The step that is reached, while it is played."""
        picture = self.picture
        if self.message or picture is None or not picture.tracks:
            return
        taken = max(t.taken for t in picture.tracks)
        if taken:
            haloed(painter, frame.left() + 9, frame.bottom() - 9, f"step {taken:,}", self.theme)

    # ---- hands

    def over_start(self, pixel: QPointF) -> bool:
        """Whether a pixel is on the start's handle."""
        if self.start is None or not self.movable or self.message:
            return False
        dx = float(self.to_x(self.start[0])) - pixel.x()
        dy = float(self.to_y(self.start[1])) - pixel.y()
        return bool(np.hypot(dx, dy) <= GRIP)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the start, or of the view; Shift brings the start here."""
        brought = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self.movable and (brought or self.over_start(event.position())):
            self._held = True
            self._bring(event.position())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is held."""
        if self._held:
            self._bring(event.position())
            return
        self.setCursor(Qt.CursorShape.SizeAllCursor if self.over_start(event.position())
                       else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held = False
        super().mouseReleaseEvent(event)
        self.update()

    def _bring(self, pixel: QPointF) -> None:
        frame = self.frame()
        inside = QPointF(min(max(pixel.x(), frame.left()), frame.right()),
                         min(max(pixel.y(), frame.top()), frame.bottom()))
        self._move_start(*self.position(inside))

    def _move_start(self, x: float, y: float) -> None:
        e = self.visible()
        digits = max(2, 2 - int(np.floor(np.log10(max(e.x1 - e.x0, 1e-9)))))
        self.start = (round(x, digits + 1), round(y, digits + 1))
        self.start_moved.emit(*self.start)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the start (Shift finely); with Ctrl they move the view."""
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1),
                 Qt.Key.Key_Down: (0, -1)}
        way = steps.get(event.key())
        free = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if way and free and self.movable and self.start is not None and not self.message:
            fine = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            e = self.visible()
            unit = (e.x1 - e.x0) / (400 if fine else 60)
            self._move_start(self.start[0] + way[0] * unit, self.start[1] + way[1] * unit)
        else:
            super().keyPressEvent(event)

    def frame_view(self, view: tuple[float, float, float, float]) -> None:
        """Show this square and a little more."""
        x0, x1, y0, y1 = view
        margin = 0.06 * (x1 - x0)
        self.set_extent(Extent(x0 - margin, x1 + margin, y0 - margin, y1 + margin))
