"""Painting many things with one call each: arrays lent to Qt, markers, colours."""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF
from shiboken6 import Shiboken, VoidPtr

from ganstudio.studio.theme import Theme

Pair = tuple[NDArray[np.floating], NDArray[np.floating]]


class Lent:
    """A reused float64 array whose memory Qt reads as lines or fragments.

    Building a Python object for each would cost more than drawing it.
    """

    def __init__(self, kind: type, fields: int) -> None:
        self._kind = kind
        self._array = np.empty((64, fields))
        self._lent: Any = None
        self._size = 0

    def resized(self, size: int) -> NDArray[np.float64]:
        """The array to fill, (size, fields)."""
        if size > len(self._array):
            self._array = np.empty((max(size, 2 * len(self._array)), self._array.shape[1]))
            self._lent = None
        self._size = size
        return self._array[:size]

    def __len__(self) -> int:
        return self._size

    def args(self) -> tuple[Any, int]:
        """What to give to drawLines or drawPixmapFragments."""
        if self._lent is None:
            self._lent = Shiboken.wrapInstance(self._array.ctypes.data, self._kind)
        return self._lent, self._size


class LentPoints:
    """The same for the corners of a line or polygon, rows (x, y): Qt wants those in its own."""

    def __init__(self) -> None:
        self.polygon = QPolygonF()

    def resized(self, size: int) -> NDArray[np.float64]:
        """The array to fill, (size, 2)."""
        if size != len(self):
            self.polygon.resize(size)
        if not size:
            return np.empty((0, 2))
        # The stub of VoidPtr leaves out its size and whether it may be written to.
        memory: Any = VoidPtr(self.polygon.data(), size * 16, True)  # type: ignore[call-arg]
        array: NDArray[np.float64] = np.frombuffer(memory, np.float64).reshape(size, 2)
        return array

    def __len__(self) -> int:
        return self.polygon.size()


def lent_lines() -> Lent:
    """Lines, rows (x1, y1, x2, y2)."""
    return Lent(QLineF, 4)


@lru_cache(maxsize=256)
def mixed(colour: str, other: str, share: float) -> QColor:
    """``share`` of ``colour`` in ``other``, opaque: blending while painting costs ten times."""
    a, b = QColor(colour), QColor(other)
    parts = [round(share * x + (1 - share) * y) for x, y in
             ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))]
    return QColor(*parts)


def thin(colour: str | QColor, dash: tuple[float, ...] = ()) -> QPen:
    """A cosmetic pen one pixel wide: the only width with a quick way through the painter.

    It is kept for the next time and must not be changed.
    """
    return _thin(colour if isinstance(colour, str) else colour.rgba(), dash)


@lru_cache(maxsize=256)
def _thin(colour: str | int, dash: tuple[float, ...]) -> QPen:
    pen = QPen(QColor(colour) if isinstance(colour, str) else QColor.fromRgba(colour), 1)
    pen.setCosmetic(True)
    if dash:
        pen.setDashPattern(list(dash))
    return pen


VIVID = 0.8
"""How much of a player's colour there is at the ends of a vivid ramp."""


@lru_cache(maxsize=8)
def ramp(theme: Theme, vivid: bool = False) -> NDArray[np.uint32]:
    """256 colours (0xffRRGGBB) from ``low`` over ``middle`` to ``high``; ``vivid`` ones are the
    whole picture and no ground for another.
    """
    low, high = QColor(theme.low), QColor(theme.high)
    if vivid:
        low, high = (mixed(c, theme.plot, VIVID) for c in (theme.fake, theme.real))
    ends = np.array([[c.red(), c.green(), c.blue()] for c in
                     (low, QColor(theme.middle), high)], float)
    at = np.linspace(0, 1, 256)
    r, g, b = (np.interp(at, [0, 0.5, 1], ends[:, i]).round().astype(np.uint32)
               for i in range(3))
    colours: NDArray[np.uint32] = np.uint32(0xFF000000) | (r << 16) | (g << 8) | b
    return colours


def coloured(values: NDArray[np.floating], low: float, high: float, theme: Theme,
             vivid: bool = False) -> QImage:
    """A finite field (rows from low y to high y) as a picture with high y at the top."""
    share = (values[::-1] - low) * (255 / max(high - low, 1e-30)) + 0.5
    return image_of(ramp(theme, vivid)[np.clip(share, 0, 255).astype(np.uint8)])


def image_of(pixels: NDArray[np.generic]) -> QImage:
    """A QImage with its own memory, from uint32 (h, w), uint8 (h, w) or uint8 (h, w, 3)."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    if pixels.dtype == np.uint32:
        form = QImage.Format.Format_RGB32
    else:
        form = (QImage.Format.Format_Grayscale8 if pixels.ndim == 2
                else QImage.Format.Format_RGB888)
    return QImage(pixels.data, width, height, pixels.strides[0], form).copy()


@lru_cache(maxsize=16)
def _between(size: int, fine: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """For the centres of ``fine`` cells: the cell of ``size`` to the left, the share beyond it."""
    at = np.clip((np.arange(fine) + 0.5) * size / fine - 0.5, 0, size - 1)
    left = np.minimum(at.astype(np.intp), max(size - 2, 0))
    return left, (at - left).astype(np.float32)


def upsampled(field: NDArray[np.floating], fine: int = 192) -> NDArray[np.floating]:
    """A field interpolated to (fine, fine): a smooth picture that is then drawn by the quick
    nearest-neighbour path. Absent values become 0.
    """
    if not np.isfinite(field).all():
        field = np.nan_to_num(field, nan=0.0, posinf=0.0, neginf=0.0)
    rows, columns = field.shape
    if not (2 <= rows < fine and 2 <= columns < fine):
        return field
    left, share = _between(rows, fine)
    tall = field[left]
    tall = tall + (field[left + 1] - tall) * share[:, None]
    left, share = _between(columns, fine)
    wide = tall[:, left]
    return wide + (tall[:, left + 1] - wide) * share


class Marks:
    """Many equal small marks, drawn from one picture of the mark."""

    def __init__(self) -> None:
        self._fragments = Lent(QPainter.PixmapFragment, 10)
        self._picture: QPixmap | None = None
        self._key: tuple[object, ...] = ()

    def draw(self, painter: QPainter, x: NDArray[np.floating], y: NDArray[np.floating],
             shape: str, size: float, fill: QColor, edge: QColor) -> None:
        """Marks at pixels ``x``, ``y``; ``shape`` as in ``draw_mark``."""
        ratio = painter.device().devicePixelRatioF()
        key = (shape, size, fill.rgba(), edge.rgba(), ratio)
        if key != self._key or self._picture is None:
            self._key, self._picture = key, mark_picture(shape, size, fill, edge, ratio)
        rows = self._fragments.resized(len(x))
        rows[:, 0], rows[:, 1] = x, y
        rows[:, 2:4] = 0
        rows[:, 4], rows[:, 5] = self._picture.width(), self._picture.height()
        rows[:, 6:8] = 1 / ratio
        rows[:, 8], rows[:, 9] = 0, 1
        if len(rows):
            painter.drawPixmapFragments(*self._fragments.args(), self._picture)


class Arrows:
    """Many straight arrows of one colour, drawn in one call."""

    def __init__(self) -> None:
        self._lines = lent_lines()

    def draw(self, painter: QPainter, tail: Pair, tip: Pair, unit: Pair,
             barb: NDArray[np.floating], colour: QColor, *, heavy: bool = False) -> None:
        """From ``tail`` to ``tip``, pixels as (x, y) arrays, which point along ``unit``.

        ``barb`` is the length of each head in pixels; ``heavy`` is drawn twice, a little apart.
        """
        n, (ux, uy) = len(tip[0]), unit
        rows = self._lines.resized(3 * n)
        rows[:n, 0], rows[:n, 1] = tail
        rows[:n, 2], rows[:n, 3] = tip
        rows[n:, 0], rows[n:, 1] = np.tile(tip[0], 2), np.tile(tip[1], 2)
        for part, turn in ((slice(n, 2 * n), 0.55), (slice(2 * n, 3 * n), -0.55)):
            rows[part, 2] = tip[0] - barb * (0.85 * ux - turn * uy)
            rows[part, 3] = tip[1] - barb * (0.85 * uy + turn * ux)
        painter.setPen(thin(colour))
        painter.drawLines(*self._lines.args())
        if heavy:
            painter.translate(0.8, 0.8)
            painter.drawLines(*self._lines.args())
            painter.translate(-0.8, -0.8)


class Bars:
    """Many upright bars of one colour: stretched copies of one dot, which Qt paints three times
    as fast as rectangles.
    """

    def __init__(self) -> None:
        self._fragments = Lent(QPainter.PixmapFragment, 10)
        self._dot: QPixmap | None = None
        self._colour = QColor()

    def draw(self, painter: QPainter, x: NDArray[np.floating], width: float,
             top: NDArray[np.floating], bottom: NDArray[np.floating], colour: QColor) -> None:
        """Bars about ``x`` from ``top`` down to ``bottom``, in pixels, one high at least."""
        if self._dot is None or colour != self._colour:
            self._dot, self._colour = QPixmap(2, 2), colour
            self._dot.fill(colour)
        wide = max(1.0, ceil(width))
        above = np.floor(top)
        half = np.maximum(np.ceil(bottom) - above, 1) / 2
        rows = self._fragments.resized(len(x))
        rows[:] = (0, 0, 0, 0, 2, 2, wide / 2, 0, 0, 1)
        rows[:, 0] = np.floor(x - width / 2) + wide / 2
        rows[:, 1] = above + half
        rows[:, 7] = half
        if len(rows):
            painter.drawPixmapFragments(*self._fragments.args(), self._dot)


def mark_picture(shape: str, size: float, fill: QColor, edge: QColor, ratio: float) -> QPixmap:
    """One mark, ``size`` pixels across, on a transparent ground."""
    side = int(np.ceil((size + 3) * ratio))
    side += 1 - side % 2  # an odd side has a middle pixel
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.scale(ratio, ratio)
    draw_mark(painter, side / ratio / 2, side / ratio / 2, shape, size, fill, edge)
    painter.end()
    return picture


def draw_mark(painter: QPainter, x: float, y: float, shape: str, size: float, fill: QColor,
              edge: QColor) -> None:
    """A ``circle``, ``diamond`` or ``square`` about (x, y), with a thin edge."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(edge, 0.8))
    painter.setBrush(fill)
    half = size / 2
    if shape == "circle":
        painter.drawEllipse(QPointF(x, y), half, half)
    elif shape == "square":
        painter.drawRect(QRectF(x - half, y - half, size, size))
    else:
        half *= 1.2
        painter.drawPolygon(QPolygonF([QPointF(x - half, y), QPointF(x, y - half),
                                       QPointF(x + half, y), QPointF(x, y + half)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def stroke(painter: QPainter, points: LentPoints, colour: QColor, dash: tuple[float, ...] = (),
           heavy: bool = True) -> None:
    """A smooth line; ``heavy`` draws it two or three times, a little apart: two pixels wide at the
    price of as many thin lines, where a wide pen would cost thirty.
    """
    if len(points) < 2:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(thin(colour, dash))
    painter.drawPolyline(points.polygon)
    if heavy:
        step = 0.7 / painter.device().devicePixelRatioF()
        times = round(0.7 / step)
        for _ in range(times):
            painter.translate(0, step)
            painter.drawPolyline(points.polygon)
        painter.translate(0, -step * times)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
