"""Exact densities of the toy sets: Gaussian mixtures and uniform shapes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log, pi
from typing import Any

import numpy as np

from ganstudio.data.dataset import Floats

_CELLS = 1 << 17
"""At most so many (point, centre) pairs are held at once."""
_TREE_FROM = 1024
_BLOCK = 512
_REACH = 80.0
"""Squared distance in σ² past the nearest centre beyond which exp(−40) may be left out."""


def as_points(x: Floats, dim: int) -> Floats:
    """``x`` as float64 (n, dim); a flat array is taken as n points on the line."""
    points = np.asarray(x, dtype=np.float64)
    if points.ndim == 1 and dim == 1:
        points = points[:, None]
    if points.ndim != 2 or points.shape[1] != dim:
        raise ValueError(f"points must have shape (n, {dim}), not {points.shape}")
    return points


@dataclass(frozen=True, eq=False)
class GaussianMixture:
    """Round Gaussians of one ``sigma`` round ``centres`` (k, d), equal or with ``weights`` (k,).

    Centres may coincide. Evaluation holds a bounded number of pairs whatever n and k are; with
    many centres, those too far from a point to change its float64 result are left out.
    """

    centres: Floats
    sigma: float
    weights: Floats | None = None

    @property
    def dim(self) -> int:
        """1 or 2."""
        return int(self.centres.shape[1])

    def log_pdf(self, x: Floats) -> Floats:
        """Logarithm of the density at ``x`` (n, d), as (n,)."""
        points = as_points(x, self.dim)
        out = np.empty(len(points))
        if len(self.centres) < _TREE_FROM:
            self._all_pairs(points, out)
        else:
            for i in range(0, len(points), _BLOCK):
                self._near_pairs(points[i:i + _BLOCK], out[i:i + _BLOCK])
        return out - 0.5 * self.dim * log(2 * pi * self.sigma**2)

    def pdf(self, x: Floats) -> Floats:
        """The density at ``x`` (n, d), as (n,)."""
        return np.exp(self.log_pdf(x))

    def sample(self, n: int, rng: np.random.Generator) -> Floats:
        """``n`` draws, (n, d)."""
        if self.weights is None:
            chosen = rng.integers(len(self.centres), size=n)
        else:
            chosen = rng.choice(len(self.centres), size=n, p=self.weights)
        return self.centres[chosen] + self.sigma * rng.standard_normal((n, self.dim))

    @cached_property
    def _log_weights(self) -> Floats:
        if self.weights is None:
            return np.full(len(self.centres), -log(len(self.centres)))
        with np.errstate(divide="ignore"):
            return np.log(self.weights)

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(self.centres)

    def _all_pairs(self, points: Floats, out: Floats) -> None:
        """Write log Σ w exp(−r²/2σ²) for every point, over all centres."""
        step = max(1, _CELLS // len(self.centres))
        for i in range(0, len(points), step):
            exponent = np.zeros((len(points[i:i + step]), len(self.centres)))
            with np.errstate(over="ignore"):
                for axis in range(self.dim):
                    gap = points[i:i + step, axis, None] - self.centres[None, :, axis]
                    exponent -= (gap / self.sigma) ** 2 / 2
            exponent += self._log_weights
            top = exponent.max(axis=1)
            safe = np.where(np.isfinite(top), top, 0.0)
            with np.errstate(divide="ignore"):
                out[i:i + step] = np.log(np.exp(exponent - safe[:, None]).sum(axis=1)) + safe

    def _near_pairs(self, points: Floats, out: Floats) -> None:
        """The same over the centres that matter, unless nearly all of them do."""
        nearest, _ = self._tree.query(points)
        radius = np.sqrt(nearest**2 + _REACH * self.sigma**2) * (1 + 1e-9)
        if not np.isfinite(radius).all():
            return self._all_pairs(points, out)
        counts = self._tree.query_ball_point(points, radius, return_length=True)
        if counts.min() < 1 or counts.sum() > len(points) * len(self.centres) / 8:
            return self._all_pairs(points, out)
        index = np.concatenate(self._tree.query_ball_point(points, radius)).astype(np.intp)
        owner = np.repeat(np.arange(len(points)), counts)
        gaps = (points[owner] - self.centres[index]) / self.sigma
        exponent = self._log_weights[index] - (gaps**2).sum(axis=1) / 2
        starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        top = np.maximum.reduceat(exponent, starts)
        out[:] = np.log(np.add.reduceat(np.exp(exponent - top[owner]), starts)) + top
        return None


@dataclass(frozen=True)
class UniformSquares:
    """Uniform on every other square of a ``side`` × ``side`` board over [−1, 1]²."""

    side: int

    @property
    def dim(self) -> int:
        """Always 2."""
        return 2

    @cached_property
    def _squares(self) -> Floats:
        """Column and row of each square in use, (m, 2)."""
        column, row = np.divmod(np.arange(self.side**2), self.side)
        used = (column + row) % 2 == 0
        return np.stack([column[used], row[used]], axis=1).astype(np.float64)

    def pdf(self, x: Floats) -> Floats:
        """The density at ``x`` (n, 2), as (n,)."""
        cell = np.floor((as_points(x, 2) + 1) * (self.side / 2))
        inside = ((cell >= 0) & (cell < self.side)).all(axis=1) & (cell.sum(axis=1) % 2 == 0)
        return np.where(inside, self.side**2 / (4 * len(self._squares)), 0.0)

    def log_pdf(self, x: Floats) -> Floats:
        """Logarithm of the density at ``x`` (n, 2), −inf off the squares."""
        with np.errstate(divide="ignore"):
            return np.log(self.pdf(x))

    def sample(self, n: int, rng: np.random.Generator) -> Floats:
        """``n`` draws, (n, 2)."""
        chosen = rng.integers(len(self._squares), size=n)
        return (self._squares[chosen] + rng.random((n, 2))) * (2 / self.side) - 1


@dataclass(frozen=True, eq=False)
class UniformDiscs:
    """An equal mixture of uniform discs of one ``radius`` round ``centres`` (k, 2)."""

    centres: Floats
    radius: float

    @property
    def dim(self) -> int:
        """Always 2."""
        return 2

    def pdf(self, x: Floats) -> Floats:
        """The density at ``x`` (n, 2), as (n,); where discs overlap they add up."""
        points = as_points(x, 2)
        covers = np.zeros(len(points))
        for centre in self.centres:
            covers += ((points - centre) ** 2).sum(axis=1) <= self.radius**2
        return covers / (len(self.centres) * pi * self.radius**2)

    def log_pdf(self, x: Floats) -> Floats:
        """Logarithm of the density at ``x`` (n, 2), −inf outside the discs."""
        with np.errstate(divide="ignore"):
            return np.log(self.pdf(x))

    def sample(self, n: int, rng: np.random.Generator) -> Floats:
        """``n`` draws, (n, 2)."""
        centre = self.centres[rng.integers(len(self.centres), size=n)]
        angle = 2 * pi * rng.random(n)
        # The square root makes equal areas equally likely.
        distance = self.radius * np.sqrt(rng.random(n))
        around = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return np.asarray(centre + distance[:, None] * around)
