"""Kernel two-sample distances: RBF MMD, the polynomial KID, and the energy distance.

Sums over pairs are taken a block of rows at a time, so that memory stays small.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import pdist

from ganstudio.metrics.checks import (
    Array,
    MetricsError,
    as_pair,
    as_points,
    positive,
    row_slices,
    squared_distance_blocks,
)

PairSum = Callable[[Array, Array, bool], float]  # sum of k over pairs; True leaves i = j out


def median_bandwidth(x: npt.ArrayLike, most: int = 1000, seed: int = 0) -> float:
    """Median distance between points (n, d): the usual width of an RBF (Gretton et al. 2012).

    Sets of more than ``most`` points are thinned by ``seed``. Where more than half of the pairs
    coincide the mean distance stands in for the median.

    Raises:
        MetricsError: all points coincide, so that no width can be found.
    """
    points = as_points(x, "the sample set", 2)
    if len(points) > most:
        points = points[np.random.default_rng(seed).choice(len(points), most, replace=False)]
    distances = pdist(points)
    width = float(np.median(distances)) or float(distances.mean())
    if width <= 0:
        raise MetricsError("All points coincide, so that no bandwidth can be found: give one.")
    return width


def _rbf_sum(bandwidth: float) -> PairSum:
    scale = -0.5 / bandwidth**2

    def total(x: Array, y: Array, leave_out_self: bool) -> float:
        out = 0.0
        for _, block in squared_distance_blocks(x, y):
            np.multiply(block, scale, out=block)
            np.exp(block, out=block)
            out += float(block.sum())
        return out - len(x) if leave_out_self else out

    return total


def _polynomial_sum(x: Array, y: Array, leave_out_self: bool) -> float:
    dim, out = x.shape[1], 0.0
    for rows in row_slices(len(x), len(y)):
        block = x[rows] @ y.T / dim + 1
        out += float((block * block * block).sum())  # ten times as fast as ** 3
    if leave_out_self:
        out -= float(((np.einsum("ij,ij->i", x, x) / dim + 1) ** 3).sum())
    return out


def _distance_sum(x: Array, y: Array, leave_out_self: bool) -> float:
    # A square root near 0 magnifies rounding: a point's pair with itself is put at 0 by hand.
    out = 0.0
    for rows, block in squared_distance_blocks(x, y):
        if x is y:
            block[np.arange(rows.stop - rows.start), np.arange(rows.start, rows.stop)] = 0
        out += float(np.sqrt(block, out=block).sum())
    return out


def _mmd2(x: Array, y: Array, pair_sum: PairSum, unbiased: bool) -> float:
    """E k(x, x') + E k(y, y') − 2 E k(x, y); unbiased leaves each point's pair with itself out."""
    n, m = len(x), len(y)
    own_n, own_m = (n * (n - 1), m * (m - 1)) if unbiased else (n * n, m * m)
    within = pair_sum(x, x, unbiased) / own_n + pair_sum(y, y, unbiased) / own_m
    return within - 2 * pair_sum(x, y, False) / (n * m)


def mmd2_rbf(
    x: npt.ArrayLike, y: npt.ArrayLike, bandwidth: float, *, unbiased: bool = True
) -> float:
    """MMD² with k = exp(−‖x − y‖²/2h²), h the ``bandwidth`` (Gretton et al. 2012).

    The unbiased form averages to the population's MMD² and may fall below 0; the biased one,
    which keeps each point's pair with itself, never does, and is 0 for a set against itself.
    """
    width = positive(bandwidth, "The bandwidth")
    a, b = as_pair(x, y, 2 if unbiased else 1)
    return _mmd2(a, b, _rbf_sum(width), unbiased)


def kid(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Unbiased MMD² with k = (x·y/d + 1)³, over all pairs at once (Bińkowski et al. 2018).

    The name "kernel Inception distance" is only right on the published Inception features; on
    others say which.
    """
    a, b = as_pair(x, y, 2)
    return _mmd2(a, b, _polynomial_sum, True)


def kid_subsets(
    x: npt.ArrayLike, y: npt.ArrayLike, subsets: int = 100, size: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """KID as published: mean and sd over ``subsets`` random pairs of subsets of ``size`` points.

    Each subset is drawn without replacement; ``size`` falls to the smaller set's size.
    """
    if subsets < 1:
        raise MetricsError(f"{subsets} subsets were asked for; at least 1 is needed.")
    a, b = as_pair(x, y, 2)
    size, rng = min(size, len(a), len(b)), np.random.default_rng(seed)
    if size < 2:
        raise MetricsError(f"Subsets of {size} points were asked for; at least 2 are needed.")
    values = [
        _mmd2(a[rng.choice(len(a), size, replace=False)],
              b[rng.choice(len(b), size, replace=False)], _polynomial_sum, True)
        for _ in range(subsets)
    ]
    return float(np.mean(values)), float(np.std(values))


def energy_distance(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """√(2E‖x − y‖ − E‖x − x'‖ − E‖y − y'‖) over all pairs, self included (Székely & Rizzo 2013).

    A metric: 0 for a set against itself, in the data's own unit to the power ½.
    """
    a, b = as_pair(x, y)
    squared = -_mmd2(a, b, _distance_sum, False)
    return float(np.sqrt(max(squared, 0.0)))
