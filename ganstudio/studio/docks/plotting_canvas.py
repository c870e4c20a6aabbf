"""The plot that every 2-D view is: one widget with axes, zoom and pan, painted in one go.

Axes, grid and labels are kept as a picture and drawn anew only when the view changes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.studio.docks.plotting_extent import Extent
from ganstudio.studio.docks.plotting_paint import mixed, thin
from ganstudio.studio.docks.plotting_ticks import Linear, Scale, two_at_least
from ganstudio.studio.theme import LIGHT, Theme


class Plot(QWidget):
    """Axes about a picture that subclasses paint in ``draw``; pixels are widget pixels.

    Wheel zooms about the pointer, over an axis that axis alone; dragging moves; a double click
    or Home asks for the original view; arrow keys, + and − do the same by hand.
    """

    moved = Signal(bool, bool)
    """The person changed the view: along x, along y."""

    home = Signal()
    hovered = Signal(object)
    """(x, y) under the pointer as positions, or None when it left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.extent = Extent(0, 1, 0, 1)
        self.x_scale: Scale = Linear()
        self.y_scale: Scale = Linear()
        self.x_title = self.y_title = ""
        self.equal_aspect = False
        self.zoom_y = True
        self.show_x = True
        self.show_y = True
        self.snug = False
        """With equal units: the frame takes the shape of ``extent``, at the left and above."""
        self.header = 0.0
        """Room above the plot for a legend."""
        self.right = 10.0
        """Room to the right, for a second axis."""
        self.message = ""
        self._still: QPixmap | None = None
        self._frame: QRectF | None = None
        self._font: QFont | None = None
        self._metrics: QFontMetricsF | None = None
        self._drag: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 90)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # ---- geometry

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(480, 320)

    def small_font(self) -> QFont:
        """The font of ticks and labels."""
        if self._font is None:
            self._font = QFont(self.font())
            if self._font.pointSizeF() > 0:
                self._font.setPointSizeF(self._font.pointSizeF() * 0.9)
        return self._font

    def metrics(self) -> QFontMetricsF:
        """Metrics of ``small_font``."""
        if self._metrics is None:
            self._metrics = QFontMetricsF(self.small_font())
        return self._metrics

    def frame(self) -> QRectF:
        """The rectangle of the plot itself, on whole pixels so that lines are crisp."""
        if self._frame is None:
            self._frame = self._measured_frame()
        return self._frame

    def _measured_frame(self) -> QRectF:
        metrics = self.metrics()
        line = metrics.height()
        left = round(metrics.horizontalAdvance("−0.000") + 10) if self.show_y else 6
        if self.y_title and self.show_y:
            left += round(line)
        bottom = round(line + 8 if self.show_x else 6)
        if self.x_title and self.show_x:
            bottom += round(line)
        top = round(max(self.header, line / 2 + 2))
        wide = max(self.width() - left - round(self.right), 8)
        high = max(self.height() - top - bottom, 8)
        if self.snug and self.equal_aspect:
            e = self.extent
            unit = max((e.x1 - e.x0) / wide, (e.y1 - e.y0) / high)
            wide, high = round((e.x1 - e.x0) / unit), round((e.y1 - e.y0) / unit)
        return QRectF(left, top, wide, high)

    def visible(self) -> Extent:
        """What is in sight: ``extent``, widened on one axis where units must be equal."""
        e = self.extent
        if not self.equal_aspect:
            return e
        frame = self.frame()
        unit = max((e.x1 - e.x0) / frame.width(), (e.y1 - e.y0) / frame.height())
        dx = (unit * frame.width() - (e.x1 - e.x0)) / 2
        dy = (unit * frame.height() - (e.y1 - e.y0)) / 2
        return Extent(e.x0 - dx, e.x1 + dx, e.y0 - dy, e.y1 + dy)

    def to_x(self, x: ArrayLike) -> NDArray[np.float64]:
        """Positions to pixels."""
        e, f = self.visible(), self.frame()
        return f.left() + (np.asarray(x, float) - e.x0) * (f.width() / (e.x1 - e.x0))

    def to_y(self, y: ArrayLike) -> NDArray[np.float64]:
        """Positions to pixels, counted downward."""
        e, f = self.visible(), self.frame()
        return f.bottom() - (np.asarray(y, float) - e.y0) * (f.height() / (e.y1 - e.y0))

    def position(self, pixel: QPointF) -> tuple[float, float]:
        """The position under a pixel."""
        e, f = self.visible(), self.frame()
        return (e.x0 + (pixel.x() - f.left()) * (e.x1 - e.x0) / f.width(),
                e.y0 + (f.bottom() - pixel.y()) * (e.y1 - e.y0) / f.height())

    # ---- what is shown

    def set_extent(self, extent: Extent) -> bool:
        """Show this part; False where it is refused or the same."""
        if extent == self.extent or not extent.sane():
            return False
        self.extent = extent
        self.stale()
        return True

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.stale()

    def set_message(self, text: str) -> None:
        """Words in the middle, in place of a picture; empty for none."""
        if text != self.message:
            self.message = text
            self.update()

    def stale(self) -> None:
        """Axes must be drawn anew."""
        self._still = self._frame = None
        self.update()

    # ---- painting

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """Paint the picture; clipped to ``frame``."""

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """Paint what changes seldom, such as a legend; drawn anew after ``stale``."""

    def draw_over(self, painter: QPainter, frame: QRectF) -> None:
        """Paint what may leave the frame, each time: readouts."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axes from memory, then the picture."""
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatio() != ratio:
            self._still = self._drawn_axes(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still)
        self._paint_live(painter, self.theme.accent if self.hasFocus() else self.theme.line)
        painter.end()

    def paint_whole(self, painter: QPainter) -> None:
        """Everything at once on any painter, from (0, 0) at the widget's size: for exports."""
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        self._paint_still(painter)
        self._paint_live(painter, self.theme.line)

    def _paint_live(self, painter: QPainter, border: str) -> None:
        frame = self.frame()
        painter.setFont(self.small_font())
        if self.message:
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(frame.adjusted(6, 6, -6, -6),
                             int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
                             self.message)
        else:
            painter.save()
            painter.setClipRect(frame)
            self.draw(painter, frame)
            painter.restore()
            # An SVG would go on with the frame's clip.
            painter.setClipRect(QRectF(self.rect()))
        self.draw_over(painter, frame)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(thin(border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame.adjusted(0, 0, -1, -1))

    def x_ticks(self) -> list[tuple[float, str]]:
        """Where the x axis is labelled."""
        e, f = self.visible(), self.frame()
        room = self.metrics().horizontalAdvance("000 000") * 1.6
        return two_at_least(self.x_scale, e.x0, e.x1, max(1, int(f.width() / room)),
                            int(f.width() / (0.45 * room)))

    def y_ticks(self) -> list[tuple[float, str]]:
        """Where the y axis is labelled."""
        e, f = self.visible(), self.frame()
        room = self.metrics().height() * 2.8
        if self.equal_aspect:  # then equal steps along both axes
            room = max(room, self.metrics().horizontalAdvance("000 000") * 1.6)
        return two_at_least(self.y_scale, e.y0, e.y1, max(1, int(f.height() / room)),
                            int(f.height() / (1.25 * self.metrics().height())))

    def _drawn_axes(self, ratio: float) -> QPixmap:
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self.theme.panel))
        painter = QPainter(picture)
        self._paint_still(painter)
        painter.end()
        return picture

    def _paint_still(self, painter: QPainter) -> None:
        painter.setFont(self.small_font())
        frame = self.frame()
        painter.fillRect(frame, QColor(self.theme.plot))
        if not self.message:
            self._draw_x_axis(painter, frame)
            self._draw_y_axis(painter, frame)
            self.draw_still(painter, frame)

    def _grid_pen(self) -> QPen:
        return thin(mixed(self.theme.line, self.theme.plot, 0.6))

    def _draw_x_axis(self, painter: QPainter, frame: QRectF) -> None:
        metrics = self.metrics()
        line = metrics.height()
        end = -1e9
        for at, text in self.x_ticks():
            x = round(float(self.to_x(at)))
            painter.setPen(self._grid_pen())
            painter.drawLine(x, int(frame.top()), x, int(frame.bottom()) - 1)
            if not self.show_x:
                continue
            wide = metrics.horizontalAdvance(text)
            left = min(max(x - wide / 2, 2), self.width() - wide - 2)
            if left < end + 4:
                continue
            end = left + wide
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(QRectF(left, frame.bottom() + 4, wide + 2, line),
                             int(Qt.AlignmentFlag.AlignLeft), text)
        if self.x_title and self.show_x:
            painter.setPen(QColor(self.theme.muted))
            wide = max(frame.width(), metrics.horizontalAdvance(self.x_title) + 2)
            left = max(min(frame.left(), self.width() - wide), 0)
            painter.drawText(QRectF(left, frame.bottom() + 4 + line, wide, line),
                             int(Qt.AlignmentFlag.AlignCenter), self.x_title)

    def _draw_y_axis(self, painter: QPainter, frame: QRectF) -> None:
        line = self.metrics().height()
        for at, text in self.y_ticks():
            y = round(float(self.to_y(at)))
            painter.setPen(self._grid_pen())
            painter.drawLine(int(frame.left()), y, int(frame.right()) - 1, y)
            if not self.show_y:
                continue
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(QRectF(0, y - line / 2, frame.left() - 6, line),
                             int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                             text)
        if self.y_title and self.show_y:
            high = min(max(frame.height(), self.metrics().horizontalAdvance(self.y_title) + 2),
                       self.height())
            middle = min(max(frame.center().y(), high / 2), self.height() - high / 2)
            painter.save()
            painter.translate(2, middle)
            painter.rotate(-90)
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(QRectF(-high / 2, 0, high, line),
                             int(Qt.AlignmentFlag.AlignCenter), self.y_title)
            painter.restore()

    # ---- hands

    def _zoom(self, factor: float, pixel: QPointF, along_x: bool, along_y: bool) -> None:
        x, y = self.position(pixel)
        start = self.visible() if self.equal_aspect else self.extent
        if self.set_extent(start.zoomed(factor if along_x else 1, factor if along_y else 1, x, y)):
            self.moved.emit(along_x, along_y)

    def _axes_at(self, pixel: QPointF) -> tuple[bool, bool]:
        """Which axes a wheel or drag there is about."""
        if self.equal_aspect:
            return True, True
        frame = self.frame()
        if pixel.x() < frame.left():
            return False, True
        return True, self.zoom_y and pixel.y() <= frame.bottom()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        if not turn or self.message:
            event.ignore()
            return
        self._zoom(1.0015 ** -turn, event.position(), *self._axes_at(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._drag = event.position()
            self._drag_axes = self._axes_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or tell where the pointer is."""
        here = event.position()
        if self._drag is not None and event.buttons() and not self.message:
            step = here - self._drag
            if abs(step.x()) + abs(step.y()) >= 1:
                self._pan(step, *self._drag_axes)
                self._drag = here
        inside = self.frame().contains(here) and not self.message
        self.hovered.emit(self.position(here) if inside else None)

    def _pan(self, step: QPointF, along_x: bool, along_y: bool) -> None:
        e, f = self.visible(), self.frame()
        dx = -step.x() * (e.x1 - e.x0) / f.width() if along_x else 0.0
        dy = step.y() * (e.y1 - e.y0) / f.height() if along_y else 0.0
        start = e if self.equal_aspect else self.extent
        if self.set_extent(start.moved(dx, dy)):
            self.moved.emit(along_x, along_y)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the original view."""
        self.home.emit()

    def leaveEvent(self, event: object) -> None:
        """The pointer is gone."""
        self.hovered.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home, +, − and arrows."""
        key, centre = event.key(), self.frame().center()
        steps = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (0, 1),
                 Qt.Key.Key_Down: (0, -1)}
        if key == Qt.Key.Key_Home:
            self.home.emit()
        elif self.message:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(0.8, centre, *self._axes_at(centre))
        elif key == Qt.Key.Key_Minus:
            self._zoom(1.25, centre, *self._axes_at(centre))
        elif key in steps:
            dx, dy = steps[Qt.Key(key)]
            self._pan(QPointF(40 * dx, 40 * dy), *self._axes_at(centre))
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The axes no longer fit."""
        self.stale()

    def changeEvent(self, event: QEvent) -> None:
        """A new font changes every measure."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._font = self._metrics = None
            self.stale()
