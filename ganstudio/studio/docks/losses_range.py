"""How high a plot of the losses must be."""

from __future__ import annotations

from math import inf, isfinite, nan

import numpy as np
from numpy.typing import NDArray

from ganstudio.studio.docks.losses_plot import CurvePlot

Numbers = NDArray[np.floating]
RARE = 0.015
"""The share of raw values that may stand out of the plot, above and below."""


def needed(plot: CurvePlot) -> tuple[float, float]:
    """The height to show: smooth lines and references in full, raw but for rare spikes.

    A single spike would press everything else flat; it still leaves the plot visibly.
    """
    lows = [r.y for r in plot.references]
    highs = lows.copy()
    for curve in plot.curves:
        lows += [float(np.fmin.reduce(curve.line, initial=inf)), _ranked(curve.low, RARE)]
        highs += [float(np.fmax.reduce(curve.line, initial=-inf)), _ranked(curve.high, 1 - RARE)]
    low, high = (end((y for y in ys if isfinite(y)), default=nan)
                 for end, ys in ((min, lows), (max, highs)))
    return (low, high) if low <= high else (0.0, 1.0)


def _ranked(values: Numbers, share: float) -> float:
    """The finite value that so large a share is below; NaN where there is none."""
    seen = np.isfinite(values)
    finite = values if seen.all() else values[seen]
    if not len(finite):
        return nan
    k = round(share * (len(finite) - 1))
    return float(np.partition(finite, k)[k])
