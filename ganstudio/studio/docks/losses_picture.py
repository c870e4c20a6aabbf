"""What of a history is drawn: the range in sight, its columns, and the smooth lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.studio.docks.history import History, View, smoothed
from ganstudio.studio.docks.plotting_range import nice_step


@dataclass(frozen=True, slots=True)
class Picture:
    """``view`` and the smooth ``lines`` (columns, n) over the steps ``x0`` to ``x1``."""

    x0: float
    x1: float
    view: View
    lines: NDArray[np.floating]


def picture_of(history: History, x0: float, x1: float, pixels: int, beta: float) -> Picture:
    """The picture of a range; lines are smoothed over what came before it too."""
    view, memory = history.query(x0, x1, pixels), 7 / (1 - beta)
    if not len(view) or memory < view.width or x0 <= float(history.first or 0):
        return Picture(x0, x1, view, smoothed(view, beta))
    before = history.query(x0 - memory, np.nextafter(view.x[0] - view.width / 2, -1), 256)
    return Picture(x0, x1, view, smoothed(before.joined(view), beta)[:, len(before):])


def followed(history: History, window: int) -> tuple[float, float]:
    """The range in sight while following the newest ``window`` steps, or (0) the whole run; its
    right end moves in steps, not all the time.
    """
    first, last = float(history.first or 0), float(history.last or 0)
    if window:
        step = window / 10
        x1 = max(float(np.ceil((last + 1) / step)) * step, first + window)
        return x1 - window, x1
    span = max(last - first, 100.0)
    step = nice_step(span, 20)
    return first, first + float(np.ceil((span + 0.25 * step) / step)) * step
