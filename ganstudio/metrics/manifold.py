"""Precision, recall, density and coverage: how fakes and reals lie among each other's neighbours.

Each point of a set owns a ball that reaches its k-th nearest neighbour in the same set, itself
left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from ganstudio.metrics.checks import Array, MetricsError, as_pair, as_points, distance_blocks


@dataclass(frozen=True, slots=True)
class Manifold:
    """The four scores; all are shares in [0, 1] but density, which has no upper bound."""

    precision: float
    recall: float
    density: float
    coverage: float
    k: int


def kth_neighbour(x: npt.ArrayLike, k: int, name: str = "the sample set") -> Array:
    """Distance from each of n points to its k-th nearest neighbour, itself left out: shape (n,).

    Raises:
        MetricsError: k below 1, or no more than k points.
    """
    points = as_points(x, name)
    if k < 1:
        raise MetricsError(f"k is {k}; at least 1 neighbour is needed.")
    if len(points) <= k:
        raise MetricsError(f"{name} has {len(points)} points; with k = {k} neighbours at least "
                           f"{k + 1} are needed.")
    radii = np.empty(len(points))
    for rows, block in distance_blocks(points, points):
        # A point's own distance, 0, is among the smallest, so the k-th other is at index k.
        radii[rows] = np.partition(block, k, axis=1)[:, k]
    return radii


def manifold_scores(real: npt.ArrayLike, fake: npt.ArrayLike, k: int = 3) -> Manifold:
    """All four scores of fakes (M, d) against reals (N, d).

    Precision: share of fakes inside some real's ball (≤); recall: share of reals inside some
    fake's ball (≤), both of Kynkäänniemi et al. 2019 (k = 3). Density: balls of reals that hold
    a fake (<), counted over all fakes and divided by kM; coverage: share of reals whose ball
    holds a fake (<), both of Naeem et al. 2020 (k = 5).
    """
    x, y = as_pair(real, fake)
    real_radii, fake_radii = kth_neighbour(x, k, "REAL"), kth_neighbour(y, k, "FAKE")
    in_real = np.zeros(len(y), dtype=bool)
    recalled, covered, inside = 0, 0, 0
    for rows, block in distance_blocks(x, y):
        radii = real_radii[rows, None]
        in_real |= (block <= radii).any(axis=0)
        recalled += int((block <= fake_radii).any(axis=1).sum())
        strictly = block < radii
        covered += int(strictly.any(axis=1).sum())
        inside += int(strictly.sum())
    return Manifold(
        precision=float(in_real.mean()),
        recall=recalled / len(x),
        density=inside / (k * len(y)),
        coverage=covered / len(x),
        k=k,
    )


def self_precision(x: npt.ArrayLike, k: int = 3) -> float:
    """Share of points (n, d) that lie in the ball of another point of the same set.

    This is the precision that a fresh real point scores against n − 1 reals, each point left
    out in turn: dropping a point widens only balls that hold it already, so one pass is enough.
    """
    points = as_points(x, "REAL")
    radii = kth_neighbour(points, k, "REAL")
    inside = np.zeros(len(points), dtype=bool)
    for rows, block in distance_blocks(points, points):
        block[np.arange(rows.stop - rows.start), np.arange(rows.start, rows.stop)] = np.inf
        inside |= (block <= radii[rows, None]).any(axis=0)
    return float(inside.mean())


def expected_coverage(n_real: int, n_fake: int, k: int) -> float:
    """Coverage that N reals and M fakes of one continuous distribution score on average.

    1 − C(N−1, k)/C(N+M−1, k), whatever the distribution (Naeem et al. 2020, appendix).
    """
    return 1 - comb(n_real - 1, k) / comb(n_real + n_fake - 1, k)
