"""How diverse the fakes are, and whether they are copies: of one another or of training data."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, log, sqrt

import numpy as np
import numpy.typing as npt

from ganstudio.metrics.checks import Array, MetricsError, as_pair, as_points, distance_blocks

Index = npt.NDArray[np.int64]
PAIRS_KEPT = 20


def mean_pairwise_distance(x: npt.ArrayLike) -> float:
    """Mean distance between two different points of a set (n, d); 0 is total collapse."""
    points = as_points(x, "the sample set", 2)
    total = sum(float(block.sum()) for _, block in distance_blocks(points, points))
    return total / (len(points) * (len(points) - 1))


def nearest_training(fake: npt.ArrayLike, train: npt.ArrayLike) -> tuple[Array, Index]:
    """Distance from each fake to its nearest training point, and that point's index: (M,), (M,)."""
    x, y = as_pair(fake, train, names=("FAKE", "the training set"))
    distance, index = np.empty(len(x)), np.empty(len(x), dtype=np.int64)
    for rows, block in distance_blocks(x, y):
        index[rows] = block.argmin(axis=1)
        distance[rows] = block.min(axis=1)
    return distance, index


@dataclass(frozen=True, slots=True)
class Memorisation:
    """Fakes' nearest-training distances beside those of held-out reals.

    ``ratio``: median of the fakes' over that of the held-out; near 1 for fresh samples, near 0
    for copies. ``share``: fakes that are closer to training data than all but ``level`` of the
    held-out are; about ``level`` for fresh samples, near 1 for copies.
    """

    ratio: float
    share: float
    level: float
    threshold: float
    distances: Array
    indices: Index


def memorisation(
    fake: npt.ArrayLike, train: npt.ArrayLike, held_out: npt.ArrayLike, level: float = 0.05
) -> Memorisation:
    """Is the generator repeating its training set? (the data-copying view of Meehan et al. 2020).

    ``held_out`` are reals that were not trained on: their distances are the floor. All three in
    one feature space. ``level`` in (0, 1).
    """
    if not 0 < level < 1:
        raise MetricsError(f"level is {level:g}; it must lie between 0 and 1.")
    distances, indices = nearest_training(fake, train)
    fresh, _ = nearest_training(held_out, train)
    threshold = float(np.quantile(fresh, level))
    floor = float(np.median(fresh))
    ratio = float(np.median(distances)) / floor if floor > 0 else 1.0
    return Memorisation(ratio, float((distances < threshold).mean()), level, threshold,
                        distances, indices)


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Near-duplicates among n samples: ``pairs`` of them, and the ``share`` of samples in one.

    ``closest``: (i, j) of the closest pairs, nearest first; ``support``: the number of equally
    likely outcomes that would give as many pairs (infinite for none).
    """

    n: int
    pairs: int
    share: float
    threshold: float
    support: float
    closest: tuple[tuple[int, int], ...]


def near_duplicates(x: npt.ArrayLike, threshold: float, keep: int = PAIRS_KEPT) -> Duplicates:
    """The birthday test: pairs of samples at most ``threshold`` apart (Arora & Zhang 2017)."""
    points = as_points(x, "the sample set", 2)
    if not (np.isfinite(threshold) and threshold >= 0):
        raise MetricsError(f"The threshold is {threshold:g}; it must be a finite number from 0 up.")
    pairs, touched = 0, np.zeros(len(points), dtype=bool)
    best: list[tuple[float, int, int]] = []
    for rows, block in distance_blocks(points, points):
        first = np.arange(rows.start, rows.stop)[:, None]
        block[first >= np.arange(len(points))[None, :]] = np.inf  # each pair once, self left out
        near = block <= threshold
        pairs += int(near.sum())
        touched[rows] |= near.any(axis=1)
        touched |= near.any(axis=0)
        best = sorted(best + _smallest(block, rows.start, keep))[:keep]
    n = len(points)
    return Duplicates(n, pairs, float(touched.mean()), threshold,
                      n * (n - 1) / (2 * pairs) if pairs else float("inf"),
                      tuple((i, j) for _, i, j in best))


def _smallest(block: Array, offset: int, keep: int) -> list[tuple[float, int, int]]:
    """The ``keep`` smallest finite entries of a block as (distance, row, column)."""
    flat = block.ravel()
    some = np.argpartition(flat, keep)[:keep] if flat.size > keep else np.arange(flat.size)
    rows, columns = np.unravel_index(some[np.isfinite(flat[some])], block.shape)
    return [(float(block[i, j]), int(i) + offset, int(j))
            for i, j in zip(rows, columns, strict=True)]


def duplicate_threshold(real: npt.ArrayLike, level: float = 0.01) -> float:
    """A distance below which two samples count as duplicates, read off the reals (n, d).

    The ``level`` quantile of the reals' own nearest-neighbour distances: fresh real data of the
    same size then has about that share of points in a near-duplicate pair.
    """
    points = as_points(real, "REAL", 2)
    nearest = np.empty(len(points))
    for rows, block in distance_blocks(points, points):
        block[np.arange(rows.stop - rows.start), np.arange(rows.start, rows.stop)] = np.inf
        nearest[rows] = block.min(axis=1)
    return float(np.quantile(nearest, level))


def collision_probability(samples: int, support: int) -> float:
    """Chance that s draws from n equally likely outcomes hold at least one repeat.

    One half at about s = 1.1774·√n, the square root of 2 log 2 times √n.
    """
    if samples > support:
        return 1.0
    if samples < 2:
        return 0.0
    return float(-expm1(np.log1p(-np.arange(samples) / support).sum()))


def half_collision_samples(support: float) -> float:
    """Samples at which a repeat is as likely as not: √(2 log 2 · n) = 1.1774·√n."""
    return sqrt(2 * log(2) * support)
