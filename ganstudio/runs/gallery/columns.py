"""Thinning a long history to a curve's width without losing a spike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Columns:
    """One series, one entry per column that holds a finite value.

    ``x``: mean step; ``low``, ``high``, ``mean`` of the values; ``rising``: whether the low
    came first. ``breaks``: positions before which values that are not finite interrupt the curve.
    """

    x: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean: NDArray[np.float64]
    rising: NDArray[np.bool_]
    breaks: NDArray[np.intp]

    def pieces(self) -> list[slice]:
        """The stretches without a break."""
        edges = [0, *self.breaks.tolist(), len(self.x)]
        return [slice(a, b) for a, b in pairwise(edges) if b > a]


def thin(steps: NDArray[Any], values: NDArray[Any], count: int) -> Columns:
    """``values`` over rising ``steps``, in at most ``count`` equal columns of the steps' span."""
    steps = np.asarray(steps, np.float64)
    values = np.asarray(values, np.float64)
    finite = np.isfinite(values)
    span = steps[-1] - steps[0] if len(steps) else 0.0
    column = np.zeros(len(steps), np.int64)
    if span > 0:
        column = np.minimum(((steps - steps[0]) / span * count).astype(np.int64), count - 1)
    x, y, column_of = steps[finite], values[finite], column[finite]
    starts = np.flatnonzero(np.diff(column_of, prepend=-1))
    if not len(starts):
        none = np.empty(0)
        return Columns(none, none, none, none, np.empty(0, np.bool_), np.empty(0, np.intp))
    ends = np.append(starts[1:], len(y))
    size = ends - starts
    low, high = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    rising = np.array([y[a:b].argmin() <= y[a:b].argmax()
                       for a, b in zip(starts, ends, strict=True)], np.bool_)
    # A column with nothing finite in it interrupts; one with a few bad values among good does not.
    lost = np.setdiff1d(column[~finite], column_of)
    breaks = np.unique(np.searchsorted(column_of[starts], lost))
    return Columns(np.add.reduceat(x, starts) / size, low, high,
                   np.add.reduceat(y, starts) / size, rising,
                   breaks[(breaks > 0) & (breaks < len(starts))])


def smooth(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The centred mean over ``reach`` neighbours on either side, fewer at the ends."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(len(values))
    first, last = np.maximum(at - reach, 0), np.minimum(at + reach, len(values) - 1)
    return np.asarray((total[last + 1] - total[first]) / (last - first + 1))


def shown_range(*series: Columns) -> tuple[float, float]:
    """The values that a picture should span: all, unless a few spikes would flatten the rest."""
    lows = np.concatenate([s.low for s in series]) if series else np.empty(0)
    highs = np.concatenate([s.high for s in series]) if series else np.empty(0)
    if not len(lows):
        return 0.0, 1.0
    low, high = float(lows.min()), float(highs.max())
    inner_low, inner_high = float(np.quantile(lows, 0.02)), float(np.quantile(highs, 0.98))
    room = inner_high - inner_low
    if room > 0 and high - low > 6 * room:
        low, high = max(low, inner_low - 0.5 * room), min(high, inner_high + 0.5 * room)
    if high <= low:
        pad = abs(low) * 0.1 or 0.5
        return low - pad, high + pad
    return low, high
