"""The pictures of a walk through the latent space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_paint import (
    LentPoints,
    Marks,
    draw_mark,
    image_of,
    mixed,
    stroke,
    thin,
)
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.frames import WalkFrame

Numbers = NDArray[np.floating]


def tiled(stops: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images (count, h, w[, 3]) side by side as one (h, count·w[, 3])."""
    return np.ascontiguousarray(np.concatenate(list(stops), axis=1))


class PathView(Plot):
    """Where a walk leads: through the plane, or for 1-D samples over t."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dimensions = 2
        self.walk: WalkFrame | None = None
        self.t = 0.5
        self._line, self._marks = LentPoints(), Marks()

    def begin(self, dimensions: int, extent: tuple[float, float, float, float]) -> None:
        """Forget the last run's walk."""
        self.walk, self.dimensions = None, dimensions
        self.equal_aspect = dimensions == 2
        self.extent = (Extent(*extent) if dimensions == 2
                       else Extent(-0.03, 1.03, extent[0], extent[1]))
        self.x_title, self.y_title = ("", "") if dimensions == 2 else ("t", "G(z)")
        self.stale()

    def show_walk(self, walk: WalkFrame, t: float) -> None:
        """Draw this."""
        self.walk, self.t = walk, t
        self.update()

    def _path(self) -> tuple[Numbers, Numbers]:
        assert self.walk is not None
        stops = np.asarray(self.walk.stops, float).reshape(len(self.walk.stops), -1)
        if self.dimensions == 1:
            return self.to_x(np.linspace(0, 1, len(stops))), self.to_y(stops[:, 0])
        return self.to_x(stops[:, 0]), self.to_y(stops[:, 1])

    def here(self) -> tuple[float, float]:
        """The pixel of the sample at t."""
        assert self.walk is not None
        at = np.asarray(self.walk.at, float).ravel()
        if self.dimensions == 1:
            return float(self.to_x(self.t)), float(self.to_y(at[0]))
        return float(self.to_x(at[0])), float(self.to_y(at[1]))

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """The way, its ends named, and where t is."""
        if self.walk is None or not len(self.walk.stops):
            return
        x, y = self._path()
        seen = np.isfinite(x) & np.isfinite(y)
        x, y = np.clip(x[seen], -9000, 9000), np.clip(y[seen], -9000, 9000)
        theme = self.theme
        points = self._line.resized(len(x))
        points[:, 0], points[:, 1] = x, y
        stroke(painter, self._line, QColor(theme.fake))
        every = max(1, (len(x) - 1) // 7)
        self._marks.draw(painter, x[::every], y[::every], "diamond", 6.0, QColor(theme.fake),
                         QColor(theme.plot))
        if len(x):
            for name, k in (("A", 0), ("B", -1)):
                self._name(painter, name, float(x[k]), float(y[k]), frame)
        at = self.here()
        if np.isfinite(at).all():
            draw_mark(painter, *at, "circle", 11, QColor(theme.plot), QColor(theme.text))
            draw_mark(painter, *at, "circle", 6, QColor(theme.fake), QColor(theme.plot))

    def _name(self, painter: QPainter, name: str, x: float, y: float, frame: QRectF) -> None:
        high = self.metrics().height()
        box = QRectF(min(max(x - high / 2, frame.left() + 1), frame.right() - high - 1),
                     y - high - 7 if y - high - 7 > frame.top() else y + 7, high, high)
        painter.setPen(thin(self.theme.line))
        painter.setBrush(QColor(self.theme.panel))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QColor(self.theme.text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), name)


class Pad(Plot):
    """A small square on which a latent of one or two numbers is picked."""

    picked = Signal(float, float)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.letter = name
        self.dimensions = 2
        self.z = (0.0, 0.0)
        self.middle = 0.0
        self.setFixedSize(132, 96)
        self.setAccessibleName(f"Pick z {name}")
        self.setToolTip(f"Click or drag to pick z {name}; arrow keys move it.")

    def begin(self, dimensions: int, low: float, high: float) -> None:
        """A latent of so many numbers, most of them from ``low`` to ``high``."""
        self.dimensions = dimensions
        self.middle = (low + high) / 2
        self.extent = Extent(low, high, low, high)
        self.setFixedSize(132, 96 if dimensions == 2 else 52)
        self.stale()

    def _measured_frame(self) -> QRectF:
        return QRectF(4, 4, self.width() - 8, self.height() - 8)

    def x_ticks(self) -> list[tuple[float, str]]:
        """Only the middle."""
        return [(self.middle, "")]

    def y_ticks(self) -> list[tuple[float, str]]:
        """Only the middle."""
        return [(self.middle, "")]

    def set_z(self, z: tuple[float, ...]) -> None:
        """Mark this latent."""
        self.z = (z[0], z[1] if len(z) > 1 else self.middle)
        self.update()

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """The latent as a lettered mark."""
        x, y = float(self.to_x(self.z[0])), float(self.to_y(self.z[1]))
        x = min(max(x, frame.left() + 5), frame.right() - 5)
        y = min(max(y, frame.top() + 5), frame.bottom() - 5)
        draw_mark(painter, x, y, "circle", 10, QColor(self.theme.accent),
                  QColor(self.theme.plot))
        painter.setPen(QColor(self.theme.text))
        painter.drawText(QPointF(frame.left() + 4, frame.top() + self.metrics().ascent() + 1),
                         self.letter)

    def _pick(self, pixel: QPointF) -> None:
        frame = self.frame()
        inside = QPointF(min(max(pixel.x(), frame.left()), frame.right()),
                         min(max(pixel.y(), frame.top()), frame.bottom()))
        x, y = self.position(inside)
        self.picked.emit(x, y if self.dimensions == 2 else 0.0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pick(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._pick(event.position())

    def wheelEvent(self, event: object) -> None:
        """The pad does not zoom."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the latent by a twentieth of the pad."""
        step = (self.extent.x1 - self.extent.x0) / 20
        move = {Qt.Key.Key_Left: (-step, 0.0), Qt.Key.Key_Right: (step, 0.0),
                Qt.Key.Key_Up: (0.0, step), Qt.Key.Key_Down: (0.0, -step)}.get(
                    Qt.Key(event.key()))
        if move is None:
            event.ignore()
            return
        low, high = self.extent.x0, self.extent.x1
        x, y = (min(max(z + d, low), high) for z, d in zip(self.z, move, strict=True))
        self.picked.emit(x, y if self.dimensions == 2 else 0.0)


class Strip(QWidget):
    """The stops of a walk as a row of images; clicking one goes there."""

    went = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.count = 1
        self.t = 0.5
        self.theme: Theme = LIGHT
        self.setAccessibleName("Stops between A and B")
        self.setToolTip("Click a stop to go there.")
        self.setMinimumHeight(28)

    def show_walk(self, stops: NDArray[np.uint8], t: float) -> None:
        """Draw these images."""
        self.image = image_of(tiled(stops)) if len(stops) else None
        self.count, self.t = max(len(stops), 1), t
        self.update()

    def clear(self) -> None:
        """Draw nothing."""
        self.image = None
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.update()

    def picture_rect(self) -> QRectF:
        """Where the row is: as large as fits, in the middle."""
        if self.image is None:
            return QRectF(4, 4, self.width() - 8, self.height() - 12)
        scale = min((self.width() - 8) / self.image.width(),
                    (self.height() - 12) / self.image.height())
        wide, high = self.image.width() * scale, self.image.height() * scale
        return QRectF((self.width() - wide) / 2, max((self.height() - 8 - high) / 2, 2), wide,
                      high)

    def paintEvent(self, event: object) -> None:
        """The row, and a mark below it where t is."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        if self.image is not None:
            box = self.picture_rect()
            painter.drawImage(box, self.image)
            # Stop k stands at t = k / (count − 1), its middle at (k + 1/2) / count.
            place = (self.t * (self.count - 1) + 0.5) / self.count
            x = box.left() + place * box.width()
            draw_mark(painter, x, box.bottom() + 5, "circle", 6, QColor(self.theme.accent),
                      mixed(self.theme.text, self.theme.panel, 0.6))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the stop under the pointer."""
        box = self.picture_rect()
        if self.image is not None and box.contains(event.position()) and self.count > 1:
            k = int((event.position().x() - box.left()) / box.width() * self.count)
            self.went.emit(min(k, self.count - 1) / (self.count - 1))
