"""The plane: points, D's surface, arrows and a warped lattice, each drawn by one call."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_paint import (
    Marks,
    coloured,
    draw_mark,
    lent_lines,
    mixed,
    thin,
    upsampled,
)
from ganstudio.studio.docks.plotting_range import SteadyRange, SteadyScale, plain
from ganstudio.studio.theme import Theme
from ganstudio.training.frames import (
    ArrowsFrame,
    LatentMapFrame,
    PointsFrame,
    SurfaceFrame,
)

ARROW = 28.0
"""Pixels of an arrow whose length is the scale's."""

LAYERS = ("real", "fake", "surface", "push", "gradient", "grid")
NAMES = {"real": "real", "fake": "generated", "surface": "D", "push": "push on G(z)",
         "gradient": "gradient of D", "grid": "latent grid"}
Numbers = NDArray[np.floating]


class Arrows:
    """A bundle of arrows with one shared scale that changes seldom."""

    def __init__(self) -> None:
        self.scale = SteadyScale()
        self._lines = lent_lines()

    def fit(self, vectors: Numbers) -> bool:
        """Let the scale follow these; whether it changed."""
        before = self.scale.value
        return self.scale.fit(np.hypot(vectors[:, 0], vectors[:, 1])) != before

    def draw(self, painter: QPainter, x: Numbers, y: Numbers, vectors: Numbers,
             colour: QColor) -> None:
        """Arrows from pixels (x, y); three strokes each, at most half as long again as the
        scale's.
        """
        length = np.hypot(vectors[:, 0], vectors[:, 1])
        seen = np.isfinite(length) & (length > 0)
        pixels = ARROW * np.minimum(length / (self.scale.value or 1.0), 1.5)
        seen &= pixels >= 1.5
        x, y, vectors, length, pixels = x[seen], y[seen], vectors[seen], length[seen], pixels[seen]
        n = len(x)
        ux, uy = vectors[:, 0] / length, -vectors[:, 1] / length
        tip_x, tip_y = x + ux * pixels, y + uy * pixels
        barb = np.minimum(0.4 * pixels, 5.0)
        lines = self._lines.resized(3 * n)
        lines[:n, 0], lines[:n, 1] = x, y
        lines[n:, 0], lines[n:, 1] = np.tile(tip_x, 2), np.tile(tip_y, 2)
        lines[:n, 2], lines[:n, 3] = tip_x, tip_y
        for part, turn in ((slice(n, 2 * n), 0.5), (slice(2 * n, 3 * n), -0.5)):
            lines[part, 2] = tip_x - barb * (0.85 * ux - turn * uy)
            lines[part, 3] = tip_y - barb * (0.85 * uy + turn * ux)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(thin(colour))
        if n:
            painter.drawLines(*self._lines.args())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class PlaneView(Plot):
    """Layers over the plane; ``layers`` says which are drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.equal_aspect = True
        self.layers = {"real", "fake", "surface"}
        self.d_range = (0.0, 1.0)
        self.equilibrium: float | None = 0.5
        self._steady = SteadyRange()
        self._points: PointsFrame | None = None
        self._surface: SurfaceFrame | None = None
        self._arrows: ArrowsFrame | None = None
        self._map: LatentMapFrame | None = None
        self._picture: QImage | None = None
        self._real, self._fake = Marks(), Marks()
        self._push, self._gradient = Arrows(), Arrows()
        self._grid = lent_lines()
        self._fit_header()

    def clear(self) -> None:
        """Forget everything that was drawn."""
        self._points = self._surface = self._arrows = self._map = self._picture = None
        self._steady.reset()
        self._push, self._gradient = Arrows(), Arrows()
        self.update()

    def show_frame(self, frame: object) -> None:
        """Take in one layer's newest frame."""
        if isinstance(frame, PointsFrame):
            self._points = frame
        elif isinstance(frame, ArrowsFrame):
            self._arrows = frame
            changed = [self._push.fit(frame.push), self._gradient.fit(frame.d_gradient)]
            if any(changed):
                self.stale()
        elif isinstance(frame, LatentMapFrame):
            self._map = frame
        elif isinstance(frame, SurfaceFrame):
            self._surface = frame
            self._fit_colours(frame)
        self.update()

    def _fit_colours(self, frame: SurfaceFrame) -> None:
        finite = frame.d[np.isfinite(frame.d)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        self.equilibrium = frame.rest
        if frame.output == "probability":
            self.d_range = (0.0, 1.0)
        elif frame.output == "score":
            # About one half, so that the middle colour stands for it.
            reach = max(self._steady.fit(0, max(high - 0.5, 0.5 - low, 0.5))[1], 0.5)
            self.d_range = (0.5 - reach, 0.5 + reach)
        else:
            self.d_range = self._steady.fit(low, high)
        self._colour()

    def _colour(self) -> None:
        if self._surface is not None:
            self._picture = coloured(upsampled(self._surface.d), *self.d_range, self.theme)

    def set_layers(self, layers: set[str]) -> None:
        """Draw these layers."""
        self.layers = set(layers)
        self._fit_header()
        self.stale()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        super().set_theme(theme)
        self._colour()

    def d_at(self, x: float, y: float) -> float | None:
        """D's output at a position, from the newest surface; None outside it."""
        if self._surface is None:
            return None
        x0, x1, y0, y1 = self._surface.extent
        rows, columns = self._surface.d.shape
        column = int(np.floor((x - x0) / (x1 - x0) * columns))
        row = int(np.floor((y - y0) / (y1 - y0) * rows))
        if not (0 <= column < columns and 0 <= row < rows):
            return None
        return float(self._surface.d[row, column])

    # ---- painting

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """The layers from the ground up."""
        theme, on = self.theme, self.layers
        if "surface" in on and self._picture is not None and self._surface is not None:
            x0, x1, y0, y1 = self._surface.extent
            left, right = self.to_x([x0, x1])
            bottom, top = self.to_y([y0, y1])
            painter.drawImage(QRectF(left, top, right - left, bottom - top), self._picture)
        if "grid" in on and self._map is not None:
            self._draw_grid(painter)
        edge = QColor(theme.plot)
        if self._points is not None:
            if "real" in on:
                self._marks(painter, self._real, self._points.real, "circle", 5.0, theme.real,
                            edge)
            if "fake" in on:
                self._marks(painter, self._fake, self._points.fake, "diamond", 6.0, theme.fake,
                            edge)
        if self._arrows is not None:
            x, y = self.to_x(self._arrows.at[:, 0]), self.to_y(self._arrows.at[:, 1])
            if "gradient" in on:
                self._gradient.draw(painter, x, y, self._arrows.d_gradient,
                                    QColor(theme.marker))
            if "push" in on:
                self._push.draw(painter, x, y, self._arrows.push, QColor(theme.text))

    def _marks(self, painter: QPainter, marks: Marks, points: Numbers, shape: str, size: float,
               colour: str, edge: QColor) -> None:
        x, y = self.to_x(points[:, 0]), self.to_y(points[:, 1])
        frame = self.frame()
        near = ((x > frame.left() - 9) & (x < frame.right() + 9)
                & (y > frame.top() - 9) & (y < frame.bottom() + 9))
        marks.draw(painter, x[near], y[near], shape, size, QColor(colour), edge)

    def _draw_grid(self, painter: QPainter) -> None:
        nodes = self._map.image if self._map is not None else np.empty((0, 0, 2))
        x, y = self.to_x(nodes[..., 0]), self.to_y(nodes[..., 1])
        rows, columns = x.shape
        across = rows * (columns - 1)
        lines = self._grid.resized(across + (rows - 1) * columns)
        for i, axis in ((0, x), (1, y)):
            lines[:across, i], lines[:across, i + 2] = axis[:, :-1].ravel(), axis[:, 1:].ravel()
            lines[across:, i], lines[across:, i + 2] = axis[:-1].ravel(), axis[1:].ravel()
        np.nan_to_num(lines, copy=False)
        np.clip(lines, -20_000, 20_000, out=lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(thin(mixed(self.theme.fake, self.theme.text, 0.55)))
        if len(self._grid):
            painter.drawLines(*self._grid.args())

    # ---- the legend above the plot

    def legend(self) -> list[tuple[str, str]]:
        """Each drawn layer and its words; arrows state their scale."""
        words = {}
        for layer, arrows in (("push", self._push), ("gradient", self._gradient)):
            length = arrows.scale.value
            words[layer] = NAMES[layer] + (f": {plain(length, 2)}" if length else "")
        return [(layer, words.get(layer, NAMES[layer])) for layer in LAYERS
                if layer in self.layers and layer != "surface"]

    def _legend_places(self) -> list[tuple[str, str, float, float]]:
        metrics, places = self.metrics(), []
        frame, line = self.frame(), self.metrics().height() + 3
        x, y = frame.left(), 2.0
        for layer, text in self.legend():
            symbol = ARROW + 8 if layer in ("push", "gradient") else 16.0
            room = metrics.horizontalAdvance(NAMES[layer] + ": 0.00e−00"
                                             if layer in ("push", "gradient") else text)
            if x > frame.left() and x + symbol + room > frame.right():
                x, y = frame.left(), y + line
            places.append((layer, text, x, y))
            x += symbol + room + 14
        return places

    def _fit_header(self) -> None:
        line = self.metrics().height() + 3
        places = self._legend_places()
        header = (places[-1][3] if places else 0) + line + 5
        if header != self.header:
            self.header = header
            self.stale()

    def resizeEvent(self, event: object) -> None:
        """The legend may need more lines."""
        super().resizeEvent(event)
        self._fit_header()

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """The legend."""
        line = self.metrics().height() + 3
        for layer, text, x, y in self._legend_places():
            middle = y + line / 2
            colour, symbol = QColor(self.theme.text), 16.0
            if layer in ("real", "fake"):
                draw_mark(painter, x + 6, middle, "circle" if layer == "real" else "diamond", 7,
                          QColor(self.theme.real if layer == "real" else self.theme.fake),
                          QColor(self.theme.plot))
            elif layer == "grid":
                painter.setPen(thin(mixed(self.theme.fake, self.theme.text, 0.55)))
                for k in (2, 6, 10):
                    painter.drawLine(QPointF(x + k, middle - 4), QPointF(x + k, middle + 4))
                    painter.drawLine(QPointF(x + 2, middle + k - 6), QPointF(x + 10,
                                                                             middle + k - 6))
            else:
                symbol = ARROW + 8
                key = Arrows()
                key.scale.value = 1.0
                key.draw(painter, np.array([x]), np.array([middle]), np.array([[1.0, 0.0]]),
                         QColor(self.theme.text if layer == "push" else self.theme.marker))
            painter.setPen(colour)
            painter.drawText(QPointF(x + symbol, y + line - 4), text)


def extent_of(view: Extent) -> tuple[float, float, float, float]:
    """As wants write it."""
    return (view.x0, view.x1, view.y0, view.y1)
