"""The distance to equilibrium against steps, on a logarithmic axis; one line for each rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.session.toy_frames import Track
from ganstudio.studio.docks.dynamics_look import LOOKS
from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_paint import LentPoints, draw_mark, mixed, stroke, thin
from ganstudio.studio.docks.plotting_range import SteadyRange
from ganstudio.studio.docks.plotting_ticks import Whole

FLOOR = 1e-16
"""Below this a distance is rounding."""

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Log:
    """Positions are common logarithms of the numbers."""

    def number(self, position: float) -> float:
        """What is written at ``position``."""
        return float(10.0 ** position)

    def ticks(self, low: float, high: float, most: int) -> list[tuple[float, str]]:
        """Decades; 1, 2 and 5 between them where few decades are in sight."""
        if not (isfinite(low) and isfinite(high)) or high <= low:
            return []
        first, last = ceil(low - 1e-9), floor(high + 1e-9)
        every = max(1, ceil((last - first + 1) / max(most, 1)))
        decades = [(float(k), _power(k)) for k in range(first, last + 1) if k % every == 0]
        if len(decades) >= 3 or high - low > 3:
            return decades
        for factors in ((1, 2, 5), range(1, 10), [k / 5 for k in range(5, 50)]):
            found = [(at, f"{factor * 10.0 ** k:g}") for k in range(floor(low), ceil(high) + 1)
                     for factor in factors
                     if low <= (at := k + float(np.log10(factor))) <= high]
            if len(found) >= 3:
                break
        return found[::max(1, ceil(len(found) / max(most, 1)))]


def _power(k: int) -> str:
    return f"{10.0 ** k:g}" if -2 <= k <= 3 else "10" + str(k).translate(_SUPERSCRIPT)


class DistancePlot(Plot):
    """One curve per track, in the track's colour and dash."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tracks: tuple[Track, ...] = ()
        self.looks: Sequence[int] = range(len(LOOKS))
        self.x_scale, self.y_scale = Whole(), Log()  # type: ignore[assignment]
        self.x_title, self.y_title = "step", "‖w − w*‖"
        self.header = self.metrics().height() + 8
        self._free = False
        self._range, self._steps = SteadyRange(), SteadyRange()
        self._points = LentPoints()
        self.moved.connect(self._on_moved)
        self.home.connect(self.go_home)

    def show_tracks(self, tracks: tuple[Track, ...], looks: Sequence[int]) -> None:
        """Draw these."""
        self.tracks, self.looks = tracks, looks
        if not self._free:
            self._fit()
        self.update()

    def _fit(self) -> None:
        if not self.tracks:
            return
        values = np.concatenate([t.distance for t in self.tracks])
        logs = np.log10(np.clip(values[np.isfinite(values)], FLOOR, 1e12))
        low, high = self._range.fit(float(logs.min(initial=0)), float(logs.max(initial=0)))
        low = max(low, np.log10(FLOOR) - 0.5)
        first = float(min(t.first for t in self.tracks))
        last = float(max(t.first + len(t.path) - 1 for t in self.tracks))
        taken = max(t.taken for t in self.tracks)
        if taken:  # while it is played the axis moves in steps, not with every frame
            first, last = self._steps.fit(first, last)
        else:
            self._steps.reset()
        self.set_extent(Extent(first, max(last, first + 1), low, high))

    def _on_moved(self, *_: object) -> None:
        self._free = True

    def go_home(self) -> None:
        """All of it again."""
        self._free = False
        self._range.reset()
        self._steps.reset()
        self._fit()

    def clear(self) -> None:
        """Forget ranges: another game begins."""
        self.tracks = ()
        self.go_home()
        self.update()

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """The curves; what is still to be played is marked off."""
        for k, track in enumerate(self.tracks):
            look = LOOKS[self.looks[k] % len(LOOKS)]
            steps = track.first + np.arange(len(track.distance))
            with np.errstate(all="ignore"):
                level = np.log10(np.clip(np.nan_to_num(track.distance, nan=FLOOR, posinf=1e12),
                                         FLOOR, 1e12))
            x, y = self.to_x(steps), np.clip(self.to_y(level), -9_000, 9_000)
            points = self._points.resized(len(x))
            points[:, 0], points[:, 1] = x, y
            colour = look.colour(self.theme)
            stroke(painter, self._points, colour, look.dash)
            if track.taken:
                here = track.here
                painter.setPen(thin(mixed(colour.name(), self.theme.plot, 0.4)))
                if k == 0:
                    painter.drawLine(QPointF(x[here], frame.top()),
                                     QPointF(x[here], frame.bottom()))
                draw_mark(painter, float(x[here]), float(y[here]), look.mark, 9, colour,
                          QColor(self.theme.plot))

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """The title above."""
        painter.setPen(QColor(self.theme.text))
        painter.drawText(QPointF(frame.left(), self.metrics().ascent() + 3),
                         "Distance to equilibrium")
