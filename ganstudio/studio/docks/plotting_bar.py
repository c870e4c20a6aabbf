"""The colour bar beside D's surface: what the colours mean, with the equilibrium marked."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.studio.docks.plotting_paint import image_of, ramp, thin
from ganstudio.studio.docks.plotting_range import plain
from ganstudio.studio.theme import LIGHT, Theme


class ColourBar(QWidget):
    """An upright ramp from ``low`` to ``high`` with labels at its right."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.low, self.high = 0.0, 1.0
        self.mark: float | None = None
        """D's output at equilibrium, marked where it is within the bar."""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Colour bar of D's output")

    def small_font(self) -> QFont:
        """The font of the labels."""
        font = QFont(self.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * 0.9)
        return font

    def sizeHint(self) -> QSize:
        """Room for the widest label."""
        metrics = QFontMetricsF(self.small_font())
        return QSize(round(metrics.horizontalAdvance("−0.000") + 28), 120)

    def set_range(self, low: float, high: float, mark: float | None) -> None:
        """What the ends of the ramp stand for."""
        if (low, high, mark) != (self.low, self.high, self.mark):
            self.low, self.high, self.mark = low, high, mark
            said = f", equilibrium at {plain(mark)}" if mark is not None else ""
            self.setToolTip(f"D's output: {plain(low)} (generated) to {plain(high)} (real){said}.")
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.update()

    def ramp_rect(self) -> QRectF:
        """Where the colours are."""
        line = QFontMetricsF(self.small_font()).height()
        return QRectF(6, round(line + 6), 12, max(self.height() - round(2 * line + 14), 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ramp, its ends, and the equilibrium or else the middle."""
        painter = QPainter(self)
        painter.setFont(self.small_font())
        line = QFontMetricsF(self.small_font()).height()
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        box = self.ramp_rect()
        painter.setPen(QColor(self.theme.text))
        painter.drawText(QRectF(4, 1, self.width() - 4, line), "D")
        painter.drawImage(box, image_of(np.ascontiguousarray(ramp(self.theme)[::-1, None])))
        painter.setPen(thin(self.theme.line))
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        ends = [(self.high, box.top()), (self.low, box.bottom() - 1)]
        if self.mark is not None and self.low < self.mark < self.high:
            share = (self.mark - self.low) / (self.high - self.low)
            at = round(box.bottom() - share * box.height())
            painter.setPen(thin(self.theme.text))
            painter.drawLine(int(box.left()) - 2, at, int(box.right()) + 2, at)
            ends.append((self.mark, float(at)))
        if self.mark is None:  # two numbers alone do not say that the ramp is even
            ends.append(((self.low + self.high) / 2, round(box.center().y())))
        painter.setPen(QColor(self.theme.muted))
        taken: list[float] = []
        for value, y in ends:
            if all(abs(y - other) > line for other in taken):
                taken.append(y)
                painter.drawText(QRectF(box.right() + 4, y - line / 2, self.width(), line),
                                 int(Qt.AlignmentFlag.AlignVCenter), plain(value, 3))
        painter.end()
