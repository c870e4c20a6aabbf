"""The nearest of very many points, found in pieces short enough for a live run."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ganstudio.metrics.checks import Array

Index = npt.NDArray[np.int64]
Found = tuple[Array, Index]

FEW_DIMENSIONS = 8
IN_TREE = 16_384
"""Points in one tree: more would take longer to build than a piece may."""
MOST_PRODUCTS = 32_000_000
"""Multiplications in one piece: a few milliseconds."""
AT_ONCE = 500_000
"""Numbers that are prepared in one piece."""


class Neighbours:
    """Points (m, d) among which others look for their nearest.

    In few dimensions the search goes down trees. Elsewhere it takes ‖x‖² − 2x·y about the points'
    mean, in single precision and a block at a time, and then measures the distance to the point
    found again by the difference: the distance is right for that point, and another can only be
    nearer by rounding.
    """

    def __init__(self, points: npt.NDArray[np.floating]) -> None:
        self._points = points
        self._few = points.shape[1] <= FEW_DIMENSIONS
        self._trees: list[cKDTree] = []
        self._centre = np.zeros(points.shape[1])
        self._scale = 1.0
        self._lengths = np.empty(0, np.float32)

    def __len__(self) -> int:
        return len(self._points)

    def _brought(self, x: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """About the mean and to about 1, where single precision has all its digits."""
        return ((x - self._centre) / self._scale).astype(np.float32)

    def prepare(self) -> Iterator[None]:
        """Build what the search needs, a piece at a time."""
        points = self._points
        if self._few:
            for start in range(0, len(points), IN_TREE):
                self._trees.append(cKDTree(points[start:start + IN_TREE]))
                yield
            return
        step = max(1, AT_ONCE // points.shape[1])
        blocks = [slice(start, start + step) for start in range(0, len(points), step)]
        for rows in blocks:
            self._centre += points[rows].sum(axis=0, dtype=np.float64) / len(points)
            yield
        self._scale = max(float(np.abs(points[rows]).max()) for rows in blocks) or 1.0
        yield
        brought = np.empty(points.shape, np.float32)
        for rows in blocks:
            brought[rows] = self._brought(points[rows])
            yield
        self._points = brought
        self._lengths = np.einsum("ij,ij->i", brought, brought)
        yield

    def nearest(self, x: Array, own: bool = False) -> Generator[None, None, Found]:
        """Distance (n,) of each of ``x`` (n, d) to its nearest point, and that point's index.

        ``own``: ``x`` are the first n of the points, and none counts as its own neighbour.
        """
        if self._trees:
            return (yield from self._down_trees(x, own))
        return (yield from self._by_products(x, own))

    def _down_trees(self, x: Array, own: bool) -> Generator[None, None, Found]:
        best, place = np.full(len(x), np.inf), np.zeros(len(x), np.int64)
        for number, tree in enumerate(self._trees):
            offset = number * IN_TREE
            apart, found = tree.query(x, k=2 if own else 1)
            if own:  # the second, unless the first is another at the same place
                other = np.where(found[:, 0] + offset == np.arange(len(x)), 1, 0)
                rows = np.arange(len(x))
                apart, found = apart[rows, other], found[rows, other]
            nearer = apart < best
            best[nearer], place[nearer] = apart[nearer], found[nearer] + offset
            yield
        return best, place

    def _by_products(self, x: Array, own: bool) -> Generator[None, None, Found]:
        at = self._brought(x)
        best, place = np.full(len(at), np.inf, np.float32), np.zeros(len(at), np.int64)
        rows = np.arange(len(at))
        step = max(1, MOST_PRODUCTS // max(at.size, 1))
        for start in range(0, len(self), step):
            block = at @ self._points[start:start + step].T
            block *= -2
            block += self._lengths[start:start + step]
            if own:
                mine = rows[(rows >= start) & (rows < start + step)]
                block[mine, mine - start] = np.inf
            found = block.argmin(axis=1)
            least = block[rows, found]
            nearer = least < best
            best[nearer], place[nearer] = least[nearer], found[nearer] + start
            yield
        away = at.astype(np.float64) - self._points[place]
        return self._scale * np.sqrt(np.einsum("ij,ij->i", away, away)), place
