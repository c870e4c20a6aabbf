"""Wasserstein distances: exact on the line, sliced elsewhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ganstudio.metrics.checks import Array, MetricsError, as_pair

Index = npt.NDArray[np.int64]

PROJECTIONS = 128
BLOCK = 64  # directions projected at once


def _coupling(n: int, m: int) -> tuple[Index, Index, Array]:
    """The monotone coupling of n and m equally weighted sorted points.

    Returns the indices into each sorted set and the weights of the pairs. Levels i/n and j/m are
    compared as the integers i·m and j·n, so that no rounding tears equal levels apart.
    """
    if n == m:
        same = np.arange(n)
        return same, same, np.full(n, 1 / n)
    levels = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)
    widths = np.diff(levels, prepend=0)
    starts = levels - widths
    return starts // m, starts // n, widths / (n * m)


def _power_costs(a: Array, b: Array, p: int) -> Array:
    """W_p^p of each column: sets (n, c) and (m, c) give (c,)."""
    i, j, weights = _coupling(len(a), len(b))
    gaps = np.abs(np.sort(a, axis=0)[i] - np.sort(b, axis=0)[j])
    return np.asarray(weights @ (gaps if p == 1 else gaps**p))


def wasserstein_1d(x: npt.ArrayLike, y: npt.ArrayLike, p: int = 1) -> float:
    """Exact W_p (p = 1 or 2) of two sets on the line; their sizes may differ (Villani 2003)."""
    _check_order(p)
    a, b = as_pair(x, y)
    if a.shape[1] != 1:
        raise MetricsError(f"Exact Wasserstein is for the line; the sets have {a.shape[1]} "
                           "dimensions: use the sliced distance.")
    return float(_power_costs(a, b, p)[0] ** (1 / p))


def directions(dim: int, number: int = PROJECTIONS, seed: int = 0) -> Array:
    """Unit vectors (number, dim) to project on; the same for the same seed.

    On the line there is one; in the plane they are evenly spaced over the half circle; above
    that they come in random orthonormal sets (Rowland et al. 2019), which spread better than
    independent draws.
    """
    if number < 1:
        raise MetricsError(f"{number} projections were asked for; at least 1 is needed.")
    if dim == 1:
        return np.ones((1, 1))
    if dim == 2:
        angles = np.pi * (np.arange(number) + 0.5) / number
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)
    rng, rows = np.random.default_rng(seed), []
    for start in range(0, number, dim):
        q, r = np.linalg.qr(rng.standard_normal((dim, min(dim, number - start))))
        rows.append((q * np.sign(np.diag(r))).T)
    return np.concatenate(rows)


def sliced_wasserstein(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    p: int = 1,
    projections: int = PROJECTIONS,
    seed: int = 0,
) -> float:
    """Sliced distance SW_p = (mean over directions of W_p^p)^(1/p) (Bonneel et al. 2015).

    A shift by μ scores SW2 = |μ|/√d, and SW1 = (2/π)·|μ| in the plane. On the line it is W_p.
    """
    _check_order(p)
    a, b = as_pair(x, y)
    lines = directions(a.shape[1], projections, seed)
    total = 0.0
    for start in range(0, len(lines), BLOCK):
        block = lines[start:start + BLOCK].T
        total += float(_power_costs(a @ block, b @ block, p).sum())
    return float((total / len(lines)) ** (1 / p))


def _check_order(p: int) -> None:
    if p not in (1, 2):
        raise MetricsError(f"The order p is {p}; 1 and 2 are done.")
