"""How high a plot of the losses must be."""

from __future__ import annotations

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
    lows, highs = [r.y for r in plot.references], [r.y for r in plot.references]
    for curve in plot.curves:
        lows += [np.fmin.reduce(curve.line, initial=np.inf), _ranked(curve.low, RARE)]
        highs += [np.fmax.reduce(curve.line, initial=-np.inf), _ranked(curve.high, 1 - RARE)]
    low = min((y for y in lows if np.isfinite(y)), default=np.nan)
    high = max((y for y in highs if np.isfinite(y)), default=np.nan)
    return (float(low), float(high)) if low <= high else (0.0, 1.0)


def _ranked(values: Numbers, share: float) -> float:
    """The finite value that so large a share is below; NaN where there is none."""
    seen = np.isfinite(values)
    finite = values if seen.all() else values[seen]
    if not len(finite):
        return float("nan")
    k = round(share * (len(finite) - 1))
    return float(np.partition(finite, k)[k])
