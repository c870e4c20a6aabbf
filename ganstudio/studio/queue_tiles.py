"""Small multiples: the newest samples of every run of the queue, in the table's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.studio.docks.plotting_paint import Marks, image_of, mixed
from ganstudio.studio.theme import LIGHT, Theme


@dataclass(frozen=True, slots=True)
class Tile:
    """``samples``: points (n, d), a mosaic of bytes, or None where there are none yet."""

    run: str
    title: str
    samples: NDArray[np.generic] | None
    state: str


class Tiles(QWidget):
    """A row of small pictures that wraps. Click or arrow keys choose, Return opens."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.tiles: list[Tile] = []
        self.selected: set[str] = set()
        self._marks = Marks()
        self._view = (np.zeros(1), 1.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Samples of the runs")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Draw these."""
        self.tiles = list(tiles)
        self._view = _shared_view([t.samples for t in self.tiles if t.samples is not None])
        self.updateGeometry()
        self.update()

    def select(self, runs: set[str]) -> None:
        """Frame these."""
        if runs != self.selected:
            self.selected = runs
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.update()

    # ---- geometry

    def side(self) -> int:
        """The side of a picture."""
        return self.fontMetrics().height() * 7

    def _columns(self, width: int) -> int:
        return max(1, width // (self.side() + 8))

    def place(self, k: int) -> QRect:
        """Where the picture of the k-th run stands; its name is below it."""
        columns, side = self._columns(self.width()), self.side()
        line = self.fontMetrics().height()
        row, column = divmod(k, columns)
        return QRect(column * (side + 8) + 2, row * (side + line + 10) + 2, side, side)

    def hasHeightForWidth(self) -> bool:
        """Fewer columns need more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all rows."""
        rows = -(-len(self.tiles) // self._columns(width))
        return rows * (self.side() + self.fontMetrics().height() + 10)

    def sizeHint(self) -> QSize:
        """All of them."""
        return QSize(400, self.heightForWidth(self.width() or 400))

    # ---- painting

    def paintEvent(self, _: QPaintEvent) -> None:
        """Every picture with its name."""
        painter = QPainter(self)
        for k, tile in enumerate(self.tiles):
            place = self.place(k)
            painter.fillRect(place, QColor(self.theme.plot))
            painter.save()
            painter.setClipRect(place)
            self._draw(painter, QRectF(place), tile)
            painter.restore()
            chosen = tile.run in self.selected
            painter.setPen(QPen(QColor(self.theme.accent if chosen else self.theme.line),
                                2 if chosen else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place)
            painter.setPen(QColor(self.theme.error if tile.state == "failed" else self.theme.text))
            metrics = self.fontMetrics()
            name = metrics.elidedText(tile.title, Qt.TextElideMode.ElideMiddle, place.width())
            painter.drawText(place.left(), place.bottom() + 3 + metrics.ascent(), name)

    def _draw(self, painter: QPainter, place: QRectF, tile: Tile) -> None:
        samples = tile.samples
        if samples is None or not samples.size:
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), tile.state)
        elif samples.dtype == np.uint8:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
            painter.drawImage(place, image_of(samples))
        else:
            self._draw_points(painter, place, np.asarray(samples, float))

    def _draw_points(self, painter: QPainter, place: QRectF, points: NDArray[np.float64]) -> None:
        points = points[np.isfinite(points).all(axis=1)]
        if points.shape[1] == 1:
            middle, half = self._view
            counts, _ = np.histogram(points, 40, (middle[0] - half, middle[0] + half))
            wide = place.width() / 40
            for k, count in enumerate(counts / max(counts.max(initial=1), 1)):
                high = count * (place.height() - 6)
                painter.fillRect(QRectF(place.left() + k * wide, place.bottom() - high,
                                        max(wide - 1, 1), high), QColor(self.theme.fake))
            return
        middle, half = self._view
        x = place.center().x() + (points[:, 0] - middle[0]) / half * place.width() / 2
        y = place.center().y() - (points[:, 1] - middle[-1]) / half * place.height() / 2
        colour = mixed(self.theme.fake, self.theme.plot, 0.85)
        self._marks.draw(painter, x, y, "circle", 2.2, colour, colour)

    # ---- hands

    def _at(self, where: QPoint) -> str:
        return next((t.run for k, t in enumerate(self.tiles) if self.place(k).contains(where)), "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a run."""
        run = self._at(event.position().toPoint())
        if run:
            self.chosen.emit(run)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open it."""
        run = self._at(event.position().toPoint())
        if run:
            self.opened.emit(run)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right choose, Return opens."""
        runs = [t.run for t in self.tiles]
        at = next((k for k, run in enumerate(runs) if run in self.selected), -1)
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and runs:
            self.chosen.emit(runs[min(max(at + steps[Qt.Key(event.key())], 0), len(runs) - 1)])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and at >= 0:
            self.opened.emit(runs[at])
        else:
            super().keyPressEvent(event)


def _shared_view(samples: Sequence[NDArray[np.generic]]) -> tuple[NDArray[np.float64], float]:
    """Middle and half width of one view for all clouds, so that they can be compared; a few
    that ran away do not shrink the others.
    """
    clouds = [np.asarray(s, float) for s in samples if s.dtype != np.uint8]
    clouds = [c[np.isfinite(c).all(axis=1)] for c in clouds]
    clouds = [c for c in clouds if len(c)]
    if not clouds or len({c.shape[1] for c in clouds}) > 1:
        return np.zeros(1), 1.5
    middle = np.median([np.median(c, axis=0) for c in clouds], axis=0)
    reaches = [float(np.percentile(np.abs(c - middle), 98)) for c in clouds]
    return middle, max(float(np.median(reaches)) * 1.4, 1e-6)
