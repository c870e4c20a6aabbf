"""Small pictures of presets, made from their real data. No widgets; numpy comes in late."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from ganstudio.recipe import PRESETS, Recipe
from ganstudio.studio.theme import Theme

POINTS = 1600
LINE_POINTS = 20_000
LINE_BINS = 60
TILES = (7, 4)
MARGIN = 0.1


@dataclass(frozen=True, slots=True)
class Scatter:
    """Points in a square from 0 to 1, y downward."""

    points: QPolygonF

    def draw(self, painter: QPainter, area: QRectF, theme: Theme) -> None:
        """Small dots, see-through, so that density shows."""
        side = min(area.width(), area.height()) * (1 - 2 * MARGIN)
        place = QTransform(side, 0, 0, side, area.center().x() - side / 2,
                           area.center().y() - side / 2)
        colour = QColor(theme.real)
        colour.setAlphaF(0.55)
        pen = QPen(colour, max(1.8, side / 62))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(place.map(self.points))


@dataclass(frozen=True, slots=True)
class Hill:
    """Heights from 0 to 1 over an even line."""

    heights: tuple[float, ...]

    def draw(self, painter: QPainter, area: QRectF, theme: Theme) -> None:
        """The outline of the heights, filled softly."""
        inset = area.adjusted(area.width() * MARGIN, area.height() * .16,
                              -area.width() * MARGIN, -area.height() * .16)
        step = inset.width() / (len(self.heights) - 1)
        path = QPainterPath(QPointF(inset.left(), inset.bottom()))
        for i, height in enumerate(self.heights):
            path.lineTo(inset.left() + i * step, inset.bottom() - height * inset.height())
        path.lineTo(inset.right(), inset.bottom())
        fill = QColor(theme.real)
        fill.setAlphaF(0.25)
        painter.fillPath(path, fill)
        painter.setPen(QPen(QColor(theme.real), max(1.5, area.height() / 70)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)


@dataclass(frozen=True, slots=True)
class Tiles:
    """Grey pictures, ink as transparency, (n, h, w) in one strip."""

    strip: QImage
    side: int

    def draw(self, painter: QPainter, area: QRectF, theme: Theme) -> None:
        """The tiles on a lattice, in the colour of real data, pixels kept sharp when large."""
        columns, rows = TILES
        scale = min(area.width() * .88 / columns, area.height() * .84 / rows)
        step, size = scale, scale * 0.78
        left = area.center().x() - step * columns / 2 + (step - size) / 2
        top = area.center().y() - step * rows / 2 + (step - size) / 2
        layer = QImage(self.strip.size(), QImage.Format.Format_ARGB32_Premultiplied)
        layer.fill(QColor(theme.real))
        ink = QPainter(layer)
        ink.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        ink.drawImage(0, 0, self.strip)
        ink.end()
        smooth = self.side > 12
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        count = self.strip.width() // self.side
        for k in range(min(count, columns * rows)):
            target = QRectF(left + step * (k % columns), top + step * (k // columns), size, size)
            painter.drawImage(target, layer, QRectF(QRect(k * self.side, 0, self.side, self.side)))


Thumbnail = Scatter | Hill | Tiles


def preset_thumbnail(name: str, path: str = "") -> Thumbnail | None:
    """The picture of a preset, or None where its data is not at hand."""
    found = PRESETS[name]
    if found.needs_data and not path:
        return None
    try:
        return recipe_thumbnail(found.make(path))
    except Exception:
        # A picture is a nicety: whatever is wrong with the data is said when it is opened.
        return None


def recipe_thumbnail(recipe: Recipe) -> Thumbnail | None:
    """The picture of a recipe's data."""
    from ganstudio.data import catalogue
    kind = recipe.data.kind
    if kind == "digits":
        return tiles(catalogue.preset_thumbnail_images(TILES[0] * TILES[1]))
    if kind == "images":
        return _idx_tiles(Path(recipe.data.path))
    count = LINE_POINTS if kind == "gaussian-1d" else POINTS
    return points(catalogue.thumbnail_points(recipe.data, count))


def _idx_tiles(path: Path) -> Tiles | None:
    from itertools import islice

    import numpy as np

    from ganstudio.data.idx import images_in_folder, looks_like_idx, open_idx
    file = images_in_folder(path) if path.is_dir() else path
    if file is None or not looks_like_idx(file):
        return None
    wanted, found = TILES[0] * TILES[1], []
    for piece in islice(open_idx(file).pieces(), 1):
        found.append(np.asarray(piece)[:wanted])
    return tiles(np.concatenate(found)) if found else None


def points(values: Any) -> Thumbnail:
    """A scatter of (n, 2) points, or the hill of (n, 1)."""
    import numpy as np
    if values.shape[1] == 1:
        heights, _ = np.histogram(values[:, 0], bins=LINE_BINS)
        kernel = np.hanning(7)[1:-1]
        smooth = np.convolve(heights, kernel / kernel.sum(), mode="same")
        return Hill(tuple(float(h) for h in smooth / max(smooth.max(), 1)))
    low, high = np.percentile(values, [0.2, 99.8], axis=0)
    middle, span = (low + high) / 2, max(float((high - low).max()), 1e-9)
    unit = (values - middle) / span + 0.5
    keep = unit[((unit > -0.1) & (unit < 1.1)).all(axis=1)]
    return Scatter(QPolygonF([QPointF(float(x), 1 - float(y)) for x, y in keep]))


def tiles(images: Any) -> Tiles:
    """A strip from uint8 images (n, side, side[, channels])."""
    import numpy as np
    grey = images if images.ndim == 3 else images.mean(-1).astype(np.uint8)
    height = grey.shape[1]
    strip = np.ascontiguousarray(np.moveaxis(grey, 0, 1).reshape(height, -1))
    made = QImage(strip.data, strip.shape[1], height, strip.strides[0],
                  QImage.Format.Format_Alpha8).copy()
    return Tiles(made, height)
