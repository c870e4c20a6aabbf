"""How fakes compare with reals: spread, match, cells, copies. Numpy alone, (n, d) points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NEIGHBOURS = 5
CELLS = 24
MOST_ITEMS = 1024
"""Training items among which copies are looked for."""


def distances(x: Array, y: Array) -> Array:
    """All distances (n, m) between two sets."""
    # In place: fresh memory for each step would cost more than the arithmetic.
    square: Array = x @ (-2 * y).T
    square += (x**2).sum(1)[:, None]
    square += (y**2).sum(1)
    np.maximum(square, 0, out=square)
    return np.sqrt(square, out=square)


def nearest_other(x: Array) -> Array:
    """Distance of each point to the nearest other point of its set, (n,)."""
    d = distances(x, x)
    np.fill_diagonal(d, np.inf)
    return np.asarray(d.min(1))


def auc(high: Array, low: Array) -> float:
    """P(a value of ``high`` > one of ``low``), ties counted half (Mann & Whitney 1947)."""
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, "left") + np.searchsorted(ordered, high, "right")
    return float(below.mean() / (2 * len(low)))


@dataclass(frozen=True, slots=True)
class Compared:
    """See ``record.Symptoms``."""

    spread: float
    mismatch: float
    precision: float
    coverage: float
    reach: float
    centre: Array
    occupancy: Array
    expected: Array
    effective: float


class Reference:
    """Reals (n, d) that fakes are compared with; what depends on them alone is worked out once.

    ``cells`` (k, d) are the places by which occupancy is counted: the modes where they are
    known, else some of the reals.
    """

    def __init__(self, reals: Array, cells: Array | None = None) -> None:
        self.reals = reals
        own = distances(reals, reals)
        self._mean = float(own.mean())
        np.fill_diagonal(own, np.inf)
        k = min(NEIGHBOURS, len(reals) - 1)
        self._radius = np.partition(own, k - 1, axis=1)[:, k - 1] if k else np.zeros(len(reals))
        self.middle = reals.mean(0)
        self._reach = float(np.median(np.linalg.norm(reals - self.middle, axis=1)))
        self.cells = _spread_out(reals, CELLS) if cells is None else cells
        self._expected = self._shares(reals)
        self._effective = effective_number(self._expected)
        self._scale = float(np.sqrt(((reals - self.middle) ** 2).sum(1).mean()))

    def _shares(self, x: Array) -> Array:
        nearest = distances(x, self.cells).argmin(1)
        return np.bincount(nearest, minlength=len(self.cells)) / len(x)

    def compare(self, fakes: Array) -> Compared:
        """Measure fakes (m, d), finite."""
        across = distances(self.reals, fakes)
        own = distances(fakes, fakes)
        n, m = len(self.reals), len(fakes)
        energy = 2 * across.mean() - self._mean - own.mean()
        floor = self._mean * (1 / n + 1 / m)
        inside = across <= self._radius[:, None]
        shares = self._shares(fakes)
        reach = np.median(np.linalg.norm(fakes - self.middle, axis=1))
        return Compared(
            spread=_ratio(own.mean() * m / max(1, m - 1), self._mean * n / max(1, n - 1)),
            mismatch=_ratio(energy, floor), precision=float(inside.any(0).mean()),
            coverage=float(inside.any(1).mean()), reach=_ratio(reach, self._reach),
            centre=(fakes.mean(0) - self.middle)[:8] / max(self._scale, 1e-12),
            occupancy=shares, expected=self._expected,
            effective=effective_number(shares) / self._effective)


def _ratio(a: float, b: float) -> float:
    return float(a / b) if b > 0 else float("nan")


def effective_number(shares: Array) -> float:
    """exp of the entropy: how many cells, evenly used, would be as mixed."""
    p = shares[shares > 0]
    return float(np.exp(-(p * np.log(p)).sum()))


def _spread_out(points: Array, count: int) -> Array:
    """Some points far from one another: each next is the farthest from those chosen."""
    chosen = [0]
    gap = np.linalg.norm(points - points[0], axis=1)
    while len(chosen) < min(count, len(points)) and gap.max() > 0:
        chosen.append(int(gap.argmax()))
        gap = np.minimum(gap, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return points[chosen]


class Items:
    """Training items (n, d) among which copies are looked for.

    ``held`` (m, d) are reals that were not trained on; without them each item is held against
    the others.
    """

    def __init__(self, items: Array, held: Array | None = None) -> None:
        self.items = items
        if held is not None:
            usual = distances(held, items).min(1)
        else:
            usual = nearest_other(items) if len(items) > 1 else np.zeros(1)
        self.usual = float(np.median(usual))

    def copies(self, fakes: Array) -> tuple[float, float]:
        """(median distance to the nearest item over the reals' own, share of distinct nearest).

        The ratio is NaN where reals repeat themselves: then a repetition says nothing.
        """
        d = distances(fakes, self.items)
        hit = np.bincount(d.argmin(1), minlength=len(self.items)) / len(fakes)
        most = min(len(self.items), len(fakes))
        return (_ratio(float(np.median(d.min(1))), self.usual),
                effective_number(hit) / most)
