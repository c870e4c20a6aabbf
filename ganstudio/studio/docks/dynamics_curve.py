"""A plain curve over α: path angle and path norm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.studio.docks.dynamics_look import haloed
from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_paint import LentPoints, mixed, stroke, thin
from ganstudio.studio.docks.plotting_range import SteadyRange

REACHES = (0.05, 0.1, 0.2, 0.5, 1.08)
Numbers = NDArray[np.floating]


class AlphaPlot(Plot):
    """One curve; upright lines mark the two moments, α = 0 and α = 1.

    With ``cosine`` the height is −1 to 1, and above zero the field points on along the way.
    """

    def __init__(self, title: str, cosine: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.cosine = title, cosine
        self.x_title = "α: 0 the earlier moment, 1 the later"
        self.header = self.metrics().height() + 8
        self._x, self._y = np.empty(0), np.empty(0)
        self._range, self._points = SteadyRange(), LentPoints()

    def show_curve(self, x: Numbers, y: Numbers) -> None:
        """Draw this."""
        self._x, self._y = np.asarray(x, float), np.asarray(y, float)
        finite = self._y[np.isfinite(self._y)]
        if self.cosine:  # between many numbers even a telling angle is nearly a right one
            reach = 1.25 * float(np.abs(finite).max(initial=0.0))
            high = next((r for r in REACHES if r >= reach), REACHES[-1])
            low = -high
        if not self.cosine:
            low, high = self._range.fit(0.0, float(finite.max()) if len(finite) else 1.0)
            low = 0.0
        if len(self._x) > 1:
            self.set_extent(Extent(float(self._x[0]), float(self._x[-1]), low, high))
        self.update()

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """Marks, then the curve; where the field vanishes there is a gap."""
        theme = self.theme
        if self.cosine:
            zero = round(float(self.to_y(0.0)))
            painter.fillRect(QRectF(frame.left(), frame.top(), frame.width(), zero - frame.top()),
                             mixed(theme.running, theme.plot, 0.07))
            painter.setPen(thin(theme.muted))
            painter.drawLine(QPointF(frame.left(), zero), QPointF(frame.right(), zero))
        painter.setPen(thin(theme.marker, (4, 4)))
        for at in (0.0, 1.0):
            x = round(float(self.to_x(at)))
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
        seen = np.isfinite(self._y)
        cuts = np.flatnonzero(np.diff(seen.astype(int))) + 1
        for part in np.split(np.arange(len(seen)), cuts):
            if len(part) > 1 and seen[part[0]]:
                points = self._points.resized(len(part))
                points[:, 0], points[:, 1] = self.to_x(self._x[part]), self.to_y(self._y[part])
                stroke(painter, self._points, QColor(theme.accent))

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """The title."""
        painter.setPen(QColor(self.theme.text))
        painter.drawText(QPointF(frame.left(), self.metrics().ascent() + 3), self.title)

    def draw_over(self, painter: QPainter, frame: QRectF) -> None:
        """What above and below mean."""
        if self.cosine and not self.message and frame.height() > 90:
            line = self.metrics().height()
            haloed(painter, frame.left() + 8, frame.top() + line + 2, "onward", self.theme)
            haloed(painter, frame.left() + 8, frame.bottom() - 8, "back", self.theme)
