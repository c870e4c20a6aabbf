"""One metric over the steps, its noise floor behind it, its latest value in large figures."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ganstudio.metrics.table import METRICS
from ganstudio.studio.docks.plotting_canvas import Plot
from ganstudio.studio.docks.plotting_extent import Extent
from ganstudio.studio.docks.plotting_paint import LentPoints, mixed, stroke, thin
from ganstudio.studio.docks.plotting_range import SteadyRange, fixed, nice_step, places, plain
from ganstudio.studio.docks.plotting_ticks import Whole
from ganstudio.training.metrics_frames import MetricValue

HINTS = {"higher": "↑ higher is better", "lower": "↓ lower is better",
         "floor": "→ the floor is best"}
SHORT_HINTS = {"higher": "↑", "lower": "↓", "floor": "→"}
DIGITS = 3
MOST_PLACES = 5
BAND = 2.0
"""Half the band's height in standard deviations of the floor."""


class MetricPlot(Plot):
    """A small plot: name, value, floor and direction above it."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.name = METRICS[key].title
        self.steps: list[int] = []
        self.values: list[MetricValue] = []
        self.cursor_step: float | None = None
        self.moment: float | None = None
        """The past step that all panels show; None is the present."""
        self.x_scale = Whole()
        self.zoom_y = False
        self._range = SteadyRange()
        self._points = LentPoints()
        self.right = 10
        self.setMinimumSize(150, 110)
        self._fit_header()

    # ---- what is shown

    def show_values(self, name: str, steps: Sequence[int], values: Sequence[MetricValue],
                    x0: float, x1: float) -> None:
        """Draw these; values of one metric in rising order of step."""
        if name != self.name:
            self.name = name
            self.stale()
        if not steps:
            self._range.reset()
        self.steps, self.values = list(steps), list(values)
        self.set_message("" if steps else "Measuring…")
        ends = METRICS[self.key].ends
        if set(ends) == {0.0, 1.0} or not steps:  # a share is always seen whole
            y0, y1 = -0.04, 1.04
        else:
            y0, y1 = self._range.fit(*self._needed())
        if y1 > y0 and x1 > x0:
            self.set_extent(Extent(x0, x1, y0, y1))
        self.setAccessibleDescription(self.said())
        self.update()

    def _needed(self) -> tuple[float, float]:
        seen = [v.value for v in self.values if isfinite(v.value)]
        floor = self.floor_for(self.values[-1])
        if isfinite(floor.floor):
            reach = BAND * floor.floor_sd if isfinite(floor.floor_sd) else 0.0
            seen += [floor.floor - reach, floor.floor + reach]
        if not seen:
            return 0.0, 1.0
        low, high = min(seen), max(seen)
        around = 0.0 if high > low else abs(low) / 2 or 0.5
        return low - around, high + around

    def read(self) -> tuple[int, MetricValue] | None:
        """Step and value at the cursor, or the newest."""
        if not self.steps:
            return None
        at = self.moment if self.cursor_step is None else self.cursor_step
        if at is None:
            return self.steps[-1], self.values[-1]
        k = int(np.argmin(np.abs(np.asarray(self.steps) - at)))
        return self.steps[k], self.values[k]

    def floor_for(self, value: MetricValue) -> MetricValue:
        """The value, or the newest of as many samples whose floor is known: floors belong to the
        data and not to a step, so one that is known holds for every step.
        """
        if isfinite(value.floor):
            return value
        return next((v for v in reversed(self.values) if isfinite(v.floor) and v.n == value.n),
                    value)

    def said(self) -> str:
        """The reading in words."""
        found = self.read()
        if found is None:
            return "nothing measured yet"
        step, value = found
        return (f"step {step:,}: {self.name} {figures(self.key, value.value)}, "
                f"{floor_text(self.floor_for(value))}")

    def explanation(self) -> str:
        """What the metric is, how it was taken, and whose it is: for a hover."""
        metric = METRICS[self.key]
        value = self.values[-1] if self.values else None
        lines = [self.name, metric.help]
        if value is not None:
            lines.append(f"{value.n:,} generated samples. {value.note}".strip())
            lines.append(f"The band is what {value.n:,} fresh real samples score: mean ± "
                         f"{BAND:g} standard deviations.")
        return "\n".join([*lines, f"{HINTS[metric.better][2:].capitalize()}. {metric.source}."])

    # ---- painting

    def _large(self) -> QFont:
        font = QFont(self.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * 1.45)
        font.setBold(True)
        # Figures of one width, so that a number that changes does not dance.
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _fit_header(self) -> None:
        self.header = self.metrics().height() + QFontMetricsF(self._large()).height() + 10

    def stale(self) -> None:
        """See Plot."""
        super().stale()
        if hasattr(self, "_range"):
            self._fit_header()

    def draw_over(self, painter: QPainter, frame: QRectF) -> None:
        """Name and hint on one line; value and floor on the next."""
        small, left, wide = self.metrics(), 6.0, self.width() - 12.0
        better = METRICS[self.key].better
        hint = HINTS[better]
        if small.horizontalAdvance(self.name + "   " + hint) > wide:
            hint = SHORT_HINTS[better]
        room = wide - small.horizontalAdvance(hint) - 8
        top = QRectF(left, 3, wide, small.height())
        upright = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(QColor(self.theme.text))
        painter.drawText(top, upright | int(Qt.AlignmentFlag.AlignLeft),
                         small.elidedText(self.name, Qt.TextElideMode.ElideRight, room))
        painter.setPen(QColor(self.theme.muted))
        painter.drawText(top, upright | int(Qt.AlignmentFlag.AlignRight), hint)
        found = self.read()
        if found is None:
            return
        large = self._large()
        metrics = QFontMetricsF(large)
        box = QRectF(left, top.bottom() + 1, wide, metrics.height())
        text = figures(self.key, found[1].value)
        painter.setFont(large)
        painter.setPen(QColor(self.theme.text))
        painter.drawText(box, upright | int(Qt.AlignmentFlag.AlignLeft), text)
        painter.setFont(self.small_font())
        painter.setPen(QColor(self.theme.muted))
        # A fixed place, so that the words stand still while the figures change.
        beside = box.adjusted(metrics.horizontalAdvance("−0.0000 "), 0, 0, 0)
        words = floor_text(self.floor_for(found[1]))
        if self.cursor_step is not None or self.moment is not None:
            longer = f"{words}  ·  step {found[0]:,}"
            words = longer if small.horizontalAdvance(longer) <= beside.width() else words
        painter.drawText(beside, upright | int(Qt.AlignmentFlag.AlignLeft),
                         small.elidedText(words, Qt.TextElideMode.ElideRight, beside.width()))

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """The floor's band and line, the curve over them, the cursor."""
        self._draw_floor(painter, frame)
        x = self.to_x(np.asarray(self.steps, float))
        y = self.to_y(np.array([v.value for v in self.values], float))
        seen = np.isfinite(y)
        points = self._points.resized(int(seen.sum()))
        if seen.any():
            points[:, 0], points[:, 1] = x[seen], y[seen]
            stroke(painter, self._points, QColor(self.theme.fake))
            self._draw_dot(painter, points[-1])
        found = self.read()
        if self.moment is not None:
            x = round(float(self.to_x(self.moment)))
            painter.setPen(QPen(QColor(self.theme.accent), 2))
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
        if self.cursor_step is not None and found is not None:
            at = round(float(self.to_x(found[0])))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(thin(self.theme.muted))
            painter.drawLine(QPointF(at, frame.top()), QPointF(at, frame.bottom()))
            if isfinite(found[1].value):
                self._draw_dot(painter, (at, float(self.to_y(found[1].value))))

    def _draw_dot(self, painter: QPainter, at: Sequence[float]) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.fake))
        painter.drawEllipse(QPointF(at[0], at[1]), 3.0, 3.0)

    def _draw_floor(self, painter: QPainter, frame: QRectF) -> None:
        value = self.floor_for(self.values[-1]) if self.values else None
        if value is None or not isfinite(value.floor):
            return
        reach = BAND * value.floor_sd if isfinite(value.floor_sd) else 0.0
        top, bottom = (float(self.to_y(value.floor + s * reach)) for s in (1, -1))
        band = QRectF(frame.left(), top, frame.width(), max(bottom - top, 1.0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(band, mixed(self.theme.real, self.theme.plot, 0.22))
        painter.setPen(thin(mixed(self.theme.real, self.theme.plot, 0.8), (4, 3)))
        at = round(float(self.to_y(value.floor)))
        painter.drawLine(QPointF(frame.left(), at), QPointF(frame.right(), at))


def figures(key: str, number: float, digits: int = DIGITS) -> str:
    """A value in figures; modes are counted."""
    if key == "modes" and isfinite(number) and number == round(number):
        return str(round(number))
    return plain(number, digits)


def floor_text(value: MetricValue) -> str:
    """The floor in figures."""
    if not isfinite(value.floor):
        return "floor not yet known"
    if not isfinite(value.floor_sd) or value.floor_sd == 0:
        return f"floor {figures(value.key, value.floor)}"
    # The spread to one figure and the floor to the same place: more would be noise, and too long.
    shown = places(value.floor_sd, 1)
    if shown > MOST_PLACES:
        return f"floor {figures(value.key, value.floor)} ± {plain(value.floor_sd, 1)}"
    return f"floor {fixed(value.floor, shown)} ± {fixed(value.floor_sd, shown)}"


def whole_run(first: float, last: float) -> tuple[float, float]:
    """The range of steps to show; its right end moves in steps, not all the time. A little room
    before the first, so that its dot is seen whole.
    """
    span = max(last - first, 20.0)
    step = nice_step(span, 20)
    end = first + float(np.ceil(span / step)) * step
    return first - (end - first) / 40, end
