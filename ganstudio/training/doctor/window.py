"""Reading a history of symptoms: medians, trends, and how long something has held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from ganstudio.training.doctor.record import Symptoms

Array = NDArray[np.float64]
LAST = 8
"""Examinations that a finding must have held for."""
MOST_ERRANT = 0.25
"""Share of those in which it may have been absent."""


def ramp(x: float, none: float, full: float) -> float:
    """0 at ``none``, 1 at ``full``, straight between, either way round; 0 for NaN."""
    if np.isnan(x):
        return 0.0
    return float(min(1.0, max(0.0, (x - none) / (full - none))))


def log_ramp(x: float, none: float, full: float) -> float:
    """``ramp`` on a logarithmic scale."""
    return ramp(log(max(x, 1e-300)), log(none), log(full)) if not np.isnan(x) else 0.0


class Window:
    """A history, oldest first, and its newest ``LAST`` examinations."""

    def __init__(self, history: Sequence[Symptoms]) -> None:
        self.all = list(history)
        self.last = self.all[-LAST:]

    def series(self, name: str, count: int = 0) -> tuple[Array, Array]:
        """(steps, values) of one symptom, the newest ``count`` (0: all)."""
        some = self.all[-count:] if count else self.all
        return (np.array([s.step for s in some], float),
                np.array([getattr(s, name) for s in some], float))

    def median(self, name: str, count: int = LAST) -> float:
        """Median over the newest, NaN where there is none."""
        values = self.series(name, count)[1]
        values = values[~np.isnan(values)]
        return float(np.median(values)) if len(values) else float("nan")

    def holds(self, member: Callable[[Symptoms], float], count: int = LAST) -> float:
        """To what degree ``member`` (0 … 1) has held: all but ``MOST_ERRANT`` reach it."""
        degrees = [member(s) for s in self.all[-count:]]
        return float(np.quantile(degrees, MOST_ERRANT, method="lower")) if degrees else 0.0

    def halves(self, name: str, count: int = 2 * LAST) -> tuple[Array, Array]:
        """Finite values of the older and the newer half of the newest ``count``."""
        values = self.series(name, count)[1]
        middle = len(values) // 2
        old, new = values[:middle], values[middle:]
        return old[np.isfinite(old)], new[np.isfinite(new)]

    def change(self, name: str) -> float:
        """Median of the newer half over that of the older; NaN where it cannot be said."""
        old, new = self.halves(name)
        if len(old) < 3 or len(new) < 3 or np.median(old) == 0:
            return float("nan")
        return float(np.median(new) / np.median(old))

    def certain_change(self, name: str) -> float:
        """Change of the median between the halves in units of its own standard error."""
        old, new = self.halves(name)
        if len(old) < 4 or len(new) < 4:
            return 0.0
        scatter = np.concatenate([old - np.median(old), new - np.median(new)])
        # 1.4826·MAD estimates the deviation; a median's error is 1.2533/√n of that.
        sd = 1.4826 * float(np.median(np.abs(scatter)))
        error = 1.2533 * sd * (1 / len(old) + 1 / len(new)) ** 0.5
        gone = float(np.median(new) - np.median(old))
        return gone / error if error > 0 else float(np.sign(gone)) * 99.0

    # ---- gradients ---------------------------------------------------------------------------

    def gradient_course(self) -> Array:
        """Share of G's gradient that is left at each examination: of its best so far under the
        same loss and, for minimax, of what the non-saturating loss would give; the smaller.
        """
        best: dict[str, float] = {}
        left = np.full(len(self.all), np.nan)
        for i, s in enumerate(self.all):
            if not s.grad_g >= 0:
                continue
            best[s.loss] = max(best.get(s.loss, 0.0), s.grad_g)
            beside = s.grad_ns if s.loss == "minimax" else best[s.loss]
            most = max(best[s.loss], beside)
            left[i] = s.grad_g / most if most > 0 else 0.0
        return left

    def gradient_left(self) -> float:
        """Median of that over the newest."""
        left = self.gradient_course()[-LAST:]
        left = left[np.isfinite(left)]
        return float(np.median(left)) if len(left) else float("nan")

    # ---- cells -------------------------------------------------------------------------------

    def missing(self, count: int = LAST + 2, least: float = 0.02) -> float:
        """Share of real data in cells that fakes have left out throughout the newest ``count``.

        A cell is left out where it gets less than a tenth of its share; cells that hold less
        than ``least`` of the reals are not judged.
        """
        some = [s for s in self.all[-count:] if s.occupancy and s.expected]
        if len(some) < count:
            return 0.0
        expected = np.array(some[-1].expected)
        seen = np.array([s.occupancy for s in some])
        out = (seen < 0.1 * expected).mean(0) >= 0.9
        return float(expected[out & (expected >= least)].sum())

    def jumps(self, count: int = LAST) -> float:
        """Median total variation between the cells of one examination and of the next."""
        rows = [np.array(s.occupancy) for s in self.all[-count:] if s.occupancy]
        gone = [0.5 * float(np.abs(b - a).sum()) for a, b in pairwise(rows)]
        return float(np.median(gone)) if gone else 0.0

    # ---- swinging ----------------------------------------------------------------------------

    def swing(self, count: int = 20) -> tuple[float, int]:
        """(size, crossings): how far the fakes' mean swings along its main direction, in the
        data's deviations, and how often it crosses its own middle.
        """
        places = [s.centre for s in self.all[-count:] if s.centre]
        if len(places) < count // 2:
            return 0.0, 0
        x = np.array(places)
        x = x - x.mean(0)
        along = x @ np.linalg.svd(x, full_matrices=False)[2][0]
        size = float(along.std())
        far = along[np.abs(along) > 0.4 * size]
        return size, int((np.diff(np.sign(far)) != 0).sum())

    def turns_of_favour(self, count: int = 20) -> int:
        """How often D went from plainly right to plainly fooled, or back."""
        values = self.series("auc", count)[1]
        sided = np.sign(values - 0.5)[np.abs(values - 0.5) > 0.25]
        return int((np.diff(sided) != 0).sum())
