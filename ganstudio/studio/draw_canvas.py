"""A canvas on which a distribution is drawn, dot by dot."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, hypot, pi, sin, sqrt

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.studio.theme import LIGHT

Dot = tuple[float, float]
MOST_DOTS = 20_000
DAB = 12
"""Dots in one dab of the brush."""
SPACING = 0.5
"""Of the brush's radius, between dabs along a stroke."""
SIGMA = 0.03
GOLDEN = pi * (3 - sqrt(5))


def dab(x: float, y: float, radius: float) -> list[Dot]:
    """Dots evenly over a disc, as the seeds of a sunflower stand (Vogel 1979)."""
    found = []
    for k in range(DAB):
        r, angle = radius * sqrt((k + 0.5) / DAB), k * GOLDEN
        px, py = x + r * cos(angle), y + r * sin(angle)
        if abs(px) <= 1 and abs(py) <= 1:
            found.append((px, py))
    return found


class Canvas(QWidget):
    """The plane from −1 to 1, y upward. Drag to draw; or arrows move a cursor and Space dabs."""

    changed = Signal()
    full = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.dots: list[Dot] = []
        self.radius = 0.06
        self.erasing = False
        self.symmetric = False
        self.theme = LIGHT
        self._history: list[list[Dot]] = []
        self._last: Dot | None = None
        self._pointer: Dot | None = None
        self.cursor_at: Dot = (0.0, 0.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("Drag to draw. Arrows move the cursor, Space draws there, "
                                      "Backspace erases there.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 200)

    def sizeHint(self) -> QSize:
        """A good square."""
        unit = self.fontMetrics().height()
        return QSize(unit * 34, unit * 34)

    def area(self) -> QRectF:
        """The square that is drawn on."""
        side = min(self.width(), self.height()) - 2
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def to_plane(self, point: QPointF) -> Dot:
        """Pixels to the plane."""
        area = self.area()
        return (2 * (point.x() - area.left()) / area.width() - 1,
                1 - 2 * (point.y() - area.top()) / area.height())

    # ---- drawing -------------------------------------------------------------------------------

    def begin_stroke(self, at: Dot) -> None:
        """Press: from here everything until release is one step of undo."""
        self._history.append(list(self.dots))
        del self._history[:-50]
        self._last = None
        self.stroke_to(at)

    def stroke_to(self, at: Dot) -> None:
        """Dabs along the way from the last place, evenly spaced."""
        step = max(self.radius * SPACING, 0.008)
        if self._last is None:
            self._touch(at)
            self._last = at
        x, y = self._last
        distance = hypot(at[0] - x, at[1] - y)
        for k in range(1, int(distance / step) + 1):
            share = k * step / distance
            place = (x + (at[0] - x) * share, y + (at[1] - y) * share)
            self._touch(place)
            self._last = place
        self.update()
        self.changed.emit()

    def _touch(self, at: Dot) -> None:
        for x, y in ((at, (-at[0], at[1])) if self.symmetric else (at,)):
            if self.erasing:
                reach = self.radius * 1.3
                self.dots = [d for d in self.dots if hypot(d[0] - x, d[1] - y) > reach]
                continue
            fresh = dab(x, y, self.radius)
            if len(self.dots) + len(fresh) > MOST_DOTS:
                self.full.emit()
                return
            self.dots.extend(fresh)

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._history:
            self.dots = self._history.pop()
            self.update()
            self.changed.emit()

    def clear(self) -> None:
        """An empty canvas; can be undone."""
        if self.dots:
            self._history.append(list(self.dots))
            self.dots = []
            self.update()
            self.changed.emit()

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back."""
        return bool(self._history)

    # ---- mouse and keys --------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke; the right button erases."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._with_button(event, lambda at: self.begin_stroke(at))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a stroke; show the brush."""
        self._pointer = self.to_plane(event.position())
        if event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton):
            self._with_button(event, lambda at: self.stroke_to(at))
        self.update()

    def _with_button(self, event: QMouseEvent, act: Callable[[Dot], None]) -> None:
        chosen = self.erasing
        pressed = event.buttons() | event.button()
        self.erasing = chosen or bool(pressed & Qt.MouseButton.RightButton)
        act(self.to_plane(event.position()))
        self.erasing = chosen

    def leaveEvent(self, _: object) -> None:
        """No brush without a pointer."""
        self._pointer = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Space or Enter draws, Backspace erases."""
        by = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1),
              Qt.Key.Key_Down: (0, -1)}.get(event.key())
        if by is not None:
            x, y = (c + d * 0.04 for c, d in zip(self.cursor_at, by, strict=True))
            self.cursor_at = (min(max(x, -1), 1), min(max(y, -1), 1))
            self._pointer = self.cursor_at
            self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.begin_stroke(self.cursor_at)
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            chosen, self.erasing = self.erasing, True
            self.begin_stroke(self.cursor_at)
            self.erasing = chosen
        else:
            super().keyPressEvent(event)

    # ---- painting ------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        """Ground, axes, dots as wide as their noise, brush."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, theme = self.area(), self.theme
        painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.line), 1))
        painter.setBrush(QColor(theme.plot))
        painter.drawRoundedRect(area, 6, 6)
        painter.setPen(QPen(QColor(theme.line), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(area.center().x(), area.top() + 4),
                         QPointF(area.center().x(), area.bottom() - 4))
        if not self.symmetric:
            painter.drawLine(QPointF(area.left() + 4, area.center().y()),
                             QPointF(area.right() - 4, area.center().y()))
        self._paint_dots(painter, area)
        if self._pointer is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.error if self.erasing else theme.text), 1))
            radius = self.radius * area.width() / 2 * (1.3 if self.erasing else 1)
            x, y = self._pointer
            for px in ((x, -x) if self.symmetric else (x,)):
                painter.drawEllipse(self._pixel((px, y), area), radius, radius)

    def _pixel(self, dot: Dot, area: QRectF) -> QPointF:
        return QPointF(area.left() + (dot[0] + 1) / 2 * area.width(),
                       area.top() + (1 - dot[1]) / 2 * area.height())

    def _paint_dots(self, painter: QPainter, area: QRectF) -> None:
        if not self.dots:
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "Drag to draw where samples "
                             "should fall")
            return
        painter.save()
        painter.setClipRect(area)
        colour = QColor(self.theme.real)
        colour.setAlphaF(0.22)
        pen = QPen(colour, max(2.0, SIGMA * area.width()))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(QPolygonF([self._pixel(d, area) for d in self.dots]))
        painter.restore()
