"""A grid of images on screen, cut from one picture, its tiles told apart by narrow gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.studio.docks.plotting_paint import image_of, mixed
from ganstudio.studio.docks.plotting_range import fixed
from ganstudio.studio.theme import LIGHT, Theme

GAP = 3
"""Pixels between two tiles."""


def fitted(width: float, height: float, room_width: float, room_height: float,
           ratio: float = 1.0) -> tuple[float, float]:
    """The size at which to show a picture: whole multiples of device pixels where it can grow.

    Below its own size it shrinks smoothly to fit.
    """
    scale = min(room_width / max(width, 1), room_height / max(height, 1))
    if scale * ratio >= 1:
        scale = int(scale * ratio) / ratio
    return width * scale, height * scale


class Mosaic(QWidget):
    """``rows`` by ``columns`` tiles; one of them may be chosen by mouse or keyboard."""

    chosen = Signal(int)

    def __init__(self, name: str, title: str = "") -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.title = title
        self.image: QImage | None = None
        self.rows = self.columns = 1
        self.scores: NDArray[np.floating] = np.empty(0)
        self.focus_tile = 0
        self._texts: list[str] = []
        self._badges: dict[str, QPixmap] = {}
        self._badge_key: tuple[object, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 80)
        self.setAccessibleName(name)
        self.setToolTip("Click a tile, or move with the arrow keys and press Enter, "
                        "to see it large.")

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(320, 320)

    def set_picture(self, image: NDArray[np.uint8], rows: int, columns: int,
                    scores: NDArray[np.floating]) -> None:
        """Show this picture of tiles; ``scores`` may be empty."""
        self.image = image_of(image)
        self.rows, self.columns = max(rows, 1), max(columns, 1)
        self.scores = scores
        self._texts = self._badge_texts() if len(scores) == self.rows * self.columns else []
        self.focus_tile = min(self.focus_tile, self.rows * self.columns - 1)
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.image, self.scores, self.focus_tile = None, np.empty(0), 0
        self._texts = []
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.update()

    # ---- geometry

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(self.font())

    def picture_rect(self) -> QRectF:
        """Where the grid is, gaps between its tiles included: in the middle, its title above it."""
        top = self._metrics().height() + 4 if self.title else 0
        room = QRectF(4, top + 4, max(self.width() - 8, 1), max(self.height() - top - 8, 1))
        if self.image is None:
            return room
        wide, high = self._grid_size(room.width(), room.height())
        left = room.left() + (room.width() - wide) / 2
        above = room.top() + (room.height() - high) / 2
        return QRectF(round(left), round(above), wide, high)

    def _grid_size(self, room_width: float, room_height: float) -> tuple[float, float]:
        assert self.image is not None
        across, down = GAP * (self.columns - 1), GAP * (self.rows - 1)
        wide, high = fitted(self.image.width(), self.image.height(), room_width - across,
                            room_height - down, self.devicePixelRatioF())
        return wide + across, high + down

    def scale_in(self, width: float, height: float) -> float:
        """How large a pixel of the picture would be in a widget of this size."""
        if self.image is None:
            return 0.0
        top = self._metrics().height() + 4 if self.title else 0
        wide, _ = self._grid_size(max(width - 8, 1), max(height - top - 8, 1))
        return (wide - GAP * (self.columns - 1)) / self.image.width()

    def _pitch(self, box: QRectF) -> tuple[float, float]:
        """From one tile to the next, gap included."""
        return (box.width() + GAP) / self.columns, (box.height() + GAP) / self.rows

    def tile_rect(self, k: int) -> QRectF:
        """Where tile ``k`` is."""
        box = self.picture_rect()
        across, down = self._pitch(box)
        return QRectF(box.left() + (k % self.columns) * across,
                      box.top() + (k // self.columns) * down, across - GAP, down - GAP)

    def tile_at(self, pixel: QPointF) -> int | None:
        """The tile under a pixel, or nearest to it between two."""
        box = self.picture_rect()
        if self.image is None or not box.contains(pixel):
            return None
        across, down = self._pitch(box)
        column = int((pixel.x() - box.left()) / across)
        row = int((pixel.y() - box.top()) / down)
        return min(row, self.rows - 1) * self.columns + min(column, self.columns - 1)

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tiles, then badges and the mark of the focused one."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        box = self.picture_rect()
        if self.title:
            painter.setPen(QColor(self.theme.muted))
            left = box.left() if self.image is not None else 4
            small = "" if self.scores_fit() else " (tiles too small for scores)"
            room = self.width() - left - 4
            text = self._metrics().elidedText(self.title + small, Qt.TextElideMode.ElideRight,
                                              room)
            line = self._metrics().height()
            painter.drawText(QRectF(left, box.top() - line - 4, room + 4, line), text)
        if self.image is not None:
            shrunk = box.width() * self.devicePixelRatioF() < self.image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
            self._draw_tiles(painter, self.image)
            if self._texts:
                self._draw_scores(painter)
            if self.hasFocus():
                self._draw_focus(painter)
        painter.end()

    def _draw_tiles(self, painter: QPainter, image: QImage) -> None:
        """Each tile by itself: touching, small pictures run into one another."""
        first = self.tile_rect(0)
        across, down = self._pitch(self.picture_rect())
        wide, high = image.width() / self.columns, image.height() / self.rows
        for row in range(self.rows):
            for column in range(self.columns):
                painter.drawImage(first.translated(column * across, row * down), image,
                                  QRectF(column * wide, row * high, wide, high))

    def _badge_font(self, tile: QRectF, widest: str) -> QFont | None:
        """The font, up to the widget's own size, in which scores fit a tile; None where that
        would be too small to read.
        """
        font = QFont(self.font())
        size = min(0.9 * QFontMetricsF(font).height(), 0.42 * tile.height()) * 0.8
        while size >= 8:
            font.setPixelSize(int(size))
            if QFontMetricsF(font).horizontalAdvance(widest) <= tile.width() - 5:
                return font
            size -= 1
        return None

    def _badge_texts(self) -> list[str]:
        largest = float(np.nanmax(np.abs(self.scores), initial=0))
        texts = [fixed(float(s), 2 if largest < 10 else 1 if largest < 100 else 0)
                 for s in self.scores]
        # A probability needs no nought before its point.
        return [t.replace("0.", ".") if t.startswith(("0.", "−0.")) else t for t in texts]

    def _draw_scores(self, painter: QPainter) -> None:
        first = self.tile_rect(0)
        font = self._badge_font(first, max(self._texts, key=len))
        if font is None:
            return
        metrics, ratio = QFontMetricsF(font), self.devicePixelRatioF()
        across, down = self._pitch(self.picture_rect())
        key = (font.pixelSize(), self.theme.name, ratio)
        if key != self._badge_key or len(self._badges) > 1000:
            self._badge_key, self._badges = key, {}
        for k, text in enumerate(self._texts):
            badge = self._badges.get(text)
            if badge is None:
                badge = self._badges[text] = self._badge(text, font, ratio)
            row, column = divmod(k, self.columns)
            painter.drawPixmap(QPointF(first.left() + column * across + 1,
                                       first.bottom() + row * down - metrics.height() - 1), badge)

    def _badge(self, text: str, font: QFont, ratio: float) -> QPixmap:
        """A score on its ground. Kept, since drawing text is what costs."""
        metrics = QFontMetricsF(font)
        wide, high = metrics.horizontalAdvance(text) + 4, metrics.height()
        badge = QPixmap(round(wide * ratio), round(high * ratio))
        badge.setDevicePixelRatio(ratio)
        badge.fill(QColor(self.theme.panel))
        painter = QPainter(badge)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.text))
        painter.drawText(QRectF(0, 0, wide, high), int(Qt.AlignmentFlag.AlignCenter), text)
        painter.end()
        return badge

    def scores_fit(self) -> bool:
        """Whether the tiles are large enough for their scores."""
        widest = max(self._texts, key=len, default="")
        return not widest or self._badge_font(self.tile_rect(0), widest) is not None

    def _draw_focus(self, painter: QPainter) -> None:
        box = self.tile_rect(self.focus_tile)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.panel), 4))
        painter.drawRect(box)
        painter.setPen(QPen(QColor(self.theme.accent), 2))
        painter.drawRect(box)

    # ---- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the tile under the pointer."""
        tile = self.tile_at(event.position())
        if tile is not None and event.button() == Qt.MouseButton.LeftButton:
            self.focus_tile = tile
            self.update()
            self.chosen.emit(tile)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the focus; Enter chooses."""
        row, column = divmod(self.focus_tile, self.columns)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.image is not None:
                self.chosen.emit(self.focus_tile)
            return
        moves = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0),
                 Qt.Key.Key_Down: (1, 0)}
        if key not in moves:
            super().keyPressEvent(event)
            return
        down, across = moves[Qt.Key(key)]
        row = min(max(row + down, 0), self.rows - 1)
        column = min(max(column + across, 0), self.columns - 1)
        self.focus_tile = row * self.columns + column
        self.setAccessibleDescription(f"Row {row + 1}, column {column + 1}")
        self.update()

    def focusInEvent(self, event: object) -> None:
        """Show which tile the keys are about."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: object) -> None:
        """Hide it again."""
        super().focusOutEvent(event)
        self.update()


class Picture(QWidget):
    """One image, large."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.image: QImage | None = None
        self.setAccessibleName(name)
        self.setMinimumSize(64, 64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(200, 200)

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        """Show this, or nothing."""
        self.image = None if image is None else image_of(image)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The image in the middle, pixels as squares."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        if self.image is not None:
            wide, high = fitted(self.image.width(), self.image.height(), self.width() - 4,
                                self.height() - 4, self.devicePixelRatioF())
            box = QRectF(round((self.width() - wide) / 2), round((self.height() - high) / 2),
                         wide, high)
            painter.drawImage(box, self.image)
            painter.setPen(mixed(self.theme.line, self.theme.panel, 1.0))
            painter.drawRect(box.adjusted(-1, -1, 0, 0))
        painter.end()
