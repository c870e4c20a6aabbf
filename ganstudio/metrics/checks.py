"""What every metric asks of its arrays, and the one error that tells a user what was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

Array = npt.NDArray[np.float64]

BLOCK_ELEMENTS = 2_000_000  # numbers in one block of distances: 16 MB
MANY_DIMENSIONS = 32


class MetricsError(ValueError):
    """A sample set that cannot be scored; the message is one sentence for the user."""


def as_points(x: npt.ArrayLike, name: str = "the sample set", least: int = 1) -> Array:
    """Return ``x`` as float64 points of shape (n, d); a flat array is n points on the line.

    Raises:
        MetricsError: not numbers, not a table, fewer than ``least`` rows, NaN or infinite.
    """
    try:
        points = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError):
        raise MetricsError(f"{name} does not hold numbers only.") from None
    if points.ndim == 1:
        points = points[:, None]
    if points.ndim != 2 or points.shape[1] == 0:
        raise MetricsError(f"{name} has shape {points.shape}, where points by dimensions are "
                           "needed.")
    if len(points) < least:
        noun = "point" if len(points) == 1 else "points"
        raise MetricsError(f"{name} has {len(points)} {noun}; at least {least} are needed.")
    bad = ~np.isfinite(points).all(axis=1)
    if bad.any():
        raise MetricsError(
            f"{name} holds NaN or infinite values in {int(bad.sum())} of its {len(points)} rows, "
            f"the first of them row {int(np.argmax(bad)) + 1}."
        )
    return points


def as_pair(
    x: npt.ArrayLike, y: npt.ArrayLike, least: int = 1, names: tuple[str, str] = ("REAL", "FAKE")
) -> tuple[Array, Array]:
    """Return both as points of one dimension; raises MetricsError as :func:`as_points` does."""
    a, b = as_points(x, names[0], least), as_points(y, names[1], least)
    if a.shape[1] != b.shape[1]:
        raise MetricsError(
            f"{names[0]} has {a.shape[1]} dimensions and {names[1]} has {b.shape[1]}; "
            "both must have the same."
        )
    return a, b


def one_thread() -> AbstractContextManager[object]:
    """Hold linear algebra to one thread: on a machine that also trains, more fight for cores.

    Measured on two busy cores, a Fréchet distance of 128 features took 436 ms with two threads
    and 13 ms with one.
    """
    limiter: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limiter


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looks through the loaded libraries: once is enough


def positive(value: float, name: str) -> float:
    """Return ``value`` if it is a finite number above 0; raises MetricsError otherwise."""
    if not (np.isfinite(value) and value > 0):
        raise MetricsError(f"{name} is {value:g}; it must be a finite number above 0.")
    return float(value)


def row_slices(rows: int, width: int) -> Iterator[slice]:
    """Cut ``rows`` rows of ``width`` numbers into slices of about BLOCK_ELEMENTS numbers."""
    step = max(1, BLOCK_ELEMENTS // max(width, 1))
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))


def distance_blocks(
    x: Array, y: Array, kind: str = "euclidean"
) -> Iterator[tuple[slice, Array]]:
    """Yield (rows of x, distances of those rows to all of y), a block at a time.

    Differences are taken directly, not by ‖x‖² + ‖y‖² − 2x·y, so that equal points are at
    distance exactly 0 and the distance from a to b is exactly that from b to a.
    """
    for rows in row_slices(len(x), len(y)):
        yield rows, cdist(x[rows], y, kind)


def squared_distance_blocks(x: Array, y: Array) -> Iterator[tuple[slice, Array]]:
    """Yield (rows of x, squared distances to all of y), for sums where the last digits are free.

    In many dimensions this is ‖x‖² + ‖y‖² − 2x·y about the mean of y, which a product of matrices
    does ten times as fast as differences.
    """
    if x.shape[1] <= MANY_DIMENSIONS:
        yield from distance_blocks(x, y, "sqeuclidean")
        return
    centre = y.mean(axis=0)
    a, b = x - centre, y - centre
    norms = np.einsum("ij,ij->i", b, b)
    for rows in row_slices(len(a), len(b)):
        block = a[rows] @ b.T
        block *= -2
        block += norms
        block += np.einsum("ij,ij->i", a[rows], a[rows])[:, None]
        yield rows, np.maximum(block, 0, out=block)
