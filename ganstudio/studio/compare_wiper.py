"""Samples of two runs in one picture, parted by a line that can be dragged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.studio.docks.plotting_paint import Marks, image_of, mixed
from ganstudio.studio.theme import LIGHT, Theme

BINS = 80


@dataclass(frozen=True, slots=True)
class Side:
    """What one half shows: points (n, 1) or (n, 2), or a mosaic (h, w[, 3]) of bytes."""

    name: str
    colour: str
    step: int
    samples: NDArray[np.generic]

    @property
    def is_image(self) -> bool:
        """Whether it is a mosaic."""
        return self.samples.dtype == np.uint8


class WiperView(QWidget):
    """Left of the line one run, right of it the other: drag, or use the arrow keys."""

    moved = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.share = 0.5
        """Where the line stands, from 0 (all right) to 1 (all left)."""
        self.left: Side | None = None
        self.right: Side | None = None
        self.real: NDArray[np.floating] | None = None
        self.message = "Choose two runs"
        self._marks = [Marks(), Marks(), Marks()]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 110)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName("Samples of two runs, parted by a line")
        self.setToolTip("Drag the line, or move it by the arrow keys; Home and End go all the way")

    def sizeHint(self) -> QSize:
        """A comfortable square."""
        return QSize(420, 420)

    def show_sides(self, left: Side | None, right: Side | None,
                   real: NDArray[np.floating] | None, message: str = "") -> None:
        """Draw these; ``message`` stands where there is nothing to draw."""
        self.left, self.right, self.real, self.message = left, right, real, message
        self.setAccessibleDescription(" and ".join(
            f"{s.name} at step {s.step:,}" for s in (left, right) if s is not None) or message)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.update()

    # ---- geometry

    def area(self) -> QRectF:
        """Where the picture goes: below a line of names. Images take no more height than they
        need, so that the names stand close above them.
        """
        head = self.fontMetrics().height() + 10
        room = QRectF(self.rect()).adjusted(1, head, -1, -1)
        shapes = [s.samples.shape for s in (self.left, self.right) if s is not None and s.is_image]
        if not shapes:
            return room
        high = max(min(room.height(), room.width() * shape[0] / shape[1]) for shape in shapes)
        return QRectF(room.left(), round(room.top() + (room.height() - high) / 2), room.width(),
                      high)

    def _line_x(self) -> float:
        area = self.area()
        return area.left() + self.share * area.width()

    def _fitted(self) -> tuple[float, float, float]:
        """Middle and half of the side of the square that holds all points."""
        clouds = [s.samples for s in (self.left, self.right) if s is not None and not s.is_image]
        source = self.real if self.real is not None and len(self.real) else np.concatenate(clouds)
        low, high = source.min(axis=0), source.max(axis=0)
        middle = (low + high) / 2
        half = float(max((high - low).max() / 2, 1e-9)) * 1.35
        return float(middle[0]), float(middle[-1]), half

    # ---- painting

    def paintEvent(self, _: QPaintEvent) -> None:
        """Both halves, the line, the names."""
        painter = QPainter(self)
        area = self.area()
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        painter.fillRect(area, QColor(self.theme.plot))
        if self.left is None and self.right is None:
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
                             self.message)
            return
        line = self._line_x()
        halves = ((self.left, QRectF(area.left(), area.top(), line - area.left(), area.height())),
                  (self.right, QRectF(line, area.top(), area.right() - line, area.height())))
        for k, (side, half) in enumerate(halves):
            if side is not None:
                painter.save()
                painter.setClipRect(half)
                self._draw_side(painter, area, side, k)
                painter.restore()
        self._draw_line(painter, area, line)
        self._draw_names(painter, area)

    def _draw_side(self, painter: QPainter, area: QRectF, side: Side, k: int) -> None:
        if side.is_image:
            picture = image_of(side.samples)
            scale = min(area.width() / picture.width(), area.height() / picture.height())
            wide, high = picture.width() * scale, picture.height() * scale
            place = QRectF(area.center().x() - wide / 2, area.center().y() - high / 2, wide, high)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
            painter.drawImage(place, picture)
        elif side.samples.shape[1] == 1:
            self._draw_line_density(painter, area, side)
        else:
            self._draw_points(painter, area, side, k)

    def _draw_points(self, painter: QPainter, area: QRectF, side: Side, k: int) -> None:
        x0, y0, half = self._fitted()
        unit = min(area.width(), area.height()) / (2 * half)

        def draw(points: NDArray[np.generic], marks: Marks, shape: str, size: float, fill: QColor
                 ) -> None:
            where = np.asarray(points, float)
            where = where[np.isfinite(where).all(axis=1)]
            marks.draw(painter, area.center().x() + (where[:, 0] - x0) * unit,
                       area.center().y() - (where[:, 1] - y0) * unit, shape, size, fill, fill)
        if self.real is not None:
            draw(self.real, self._marks[2], "circle", 3,
                 mixed(self.theme.muted, self.theme.plot, 0.45))
        draw(side.samples, self._marks[k], "diamond" if k else "circle", 5, QColor(side.colour))

    def _draw_line_density(self, painter: QPainter, area: QRectF, side: Side) -> None:
        x0, _, half = self._fitted()
        shapes = [] if self.real is None else [(self.real[:, 0], QColor(self.theme.muted), False)]
        shapes.append((np.asarray(side.samples, float)[:, 0], QColor(side.colour), True))
        edges = np.linspace(x0 - half, x0 + half, BINS + 1)
        counts = [np.histogram(values, edges)[0] / max(len(values), 1) for values, _, _ in shapes]
        top = max(max(c.max() for c in counts), 1e-9) * 1.1
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for count, (_, colour, filled) in zip(counts, shapes, strict=True):
            x = area.left() + (np.repeat(edges, 2) - edges[0]) / (2 * half) * area.width()
            y = area.bottom() - np.concatenate([[0], np.repeat(count, 2), [0]]) / top * (
                area.height() - 8)
            painter.setPen(QPen(colour, 1.5))
            painter.setBrush(mixed(colour.name(), self.theme.plot, 0.3) if filled
                             else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)]))

    def _draw_line(self, painter: QPainter, area: QRectF, x: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        colour = QColor(self.theme.accent if self.hasFocus() else self.theme.text)
        painter.setPen(QPen(colour, 2))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        middle = QPointF(x, area.center().y())
        painter.setBrush(QColor(self.theme.panel))
        painter.drawEllipse(middle, 11, 11)
        painter.setBrush(colour)
        for way in (-1, 1):
            tip = QPointF(x + way * 8, middle.y())
            painter.drawPolygon(QPolygonF([tip, QPointF(x + way * 3, middle.y() - 4),
                                           QPointF(x + way * 3, middle.y() + 4)]))

    def _draw_names(self, painter: QPainter, area: QRectF) -> None:
        metrics = self.fontMetrics()
        room = area.width() / 2 - 8
        row = QRectF(area.left(), area.top() - metrics.height() - 6, area.width(),
                     metrics.height() + 2)
        for side, way in ((self.left, Qt.AlignmentFlag.AlignLeft),
                          (self.right, Qt.AlignmentFlag.AlignRight)):
            if side is None:
                continue
            end = f" · step {side.step:,}"
            name = metrics.elidedText(side.name, Qt.TextElideMode.ElideMiddle,
                                      int(room - metrics.horizontalAdvance(end)) - 16)
            box = QRectF(row).adjusted(16, 0, -16, 0)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(box, int(way | Qt.AlignmentFlag.AlignVCenter), name + end)
            x = row.left() + 6 if way == Qt.AlignmentFlag.AlignLeft else row.right() - 6
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(side.colour))
            painter.drawEllipse(QPointF(x, row.center().y()), 5, 5)

    # ---- hands

    def set_share(self, share: float) -> None:
        """Put the line somewhere else."""
        share = min(max(share, 0.0), 1.0)
        if share != self.share:
            self.share = share
            self.moved.emit(share)
            self.update()

    def _follow(self, event: QMouseEvent) -> None:
        area = self.area()
        self.set_share((event.position().x() - area.left()) / max(area.width(), 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the line."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)

    def mouseDoubleClickEvent(self, _: QMouseEvent) -> None:
        """Back to the middle."""
        self.set_share(0.5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End."""
        moves = {Qt.Key.Key_Left: self.share - 0.05, Qt.Key.Key_Right: self.share + 0.05,
                 Qt.Key.Key_Home: 0.0, Qt.Key.Key_End: 1.0}
        if event.key() in moves:
            self.set_share(moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
