"""Lines read off a field on a lattice: streamlines and level sets, in numpy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

CELLS = 44
"""Streamlines keep apart by about a side of the view over this."""

STEPS = 36
"""Steps of a streamline either way."""

CLEAR = 4
"""Steps after which a streamline has left its own beginning behind."""


def level_lines(x: Array, y: Array, z: Array, level: float = 0.0) -> Array:
    """Where ``z`` (m, n) on the lattice ``x`` (n,), ``y`` (m,) equals ``level``: rows
    (x1, y1, x2, y2), by marching squares with linear interpolation.

    A square whose opposite corners agree is resolved by the mean of its corners. Cells with a
    value that is not finite are left out.
    """
    with np.errstate(all="ignore"):
        f = np.where(np.isfinite(z), z - level, np.nan)
        a, b, c, d = f[:-1, :-1], f[:-1, 1:], f[1:, 1:], f[1:, :-1]  # counter-clockwise
        whole = np.isfinite(a + b + c + d)
        up = [corner > 0 for corner in (a, b, c, d)]
        crossed = np.stack([up[k] != up[(k + 1) % 4] for k in range(4)], axis=-1)
        rows, columns = np.nonzero(crossed.any(-1) & whole)
        if not len(rows):
            return np.empty((0, 4))
        crossed = crossed[rows, columns]
        corners = np.stack([v[rows, columns] for v in (a, b, c, d)], axis=-1)
        share = corners / (corners - np.roll(corners, -1, axis=-1))  # along each side
    wide, high = np.diff(x)[columns], np.diff(y)[rows]
    left, low = x[columns], y[rows]
    px = np.stack([left + share[:, 0] * wide, left + wide, left + (1 - share[:, 2]) * wide, left],
                  axis=-1)
    py = np.stack([low, low + share[:, 1] * high, low + high, low + (1 - share[:, 3]) * high],
                  axis=-1)
    first, last = np.argmax(crossed, axis=1), 3 - np.argmax(crossed[:, ::-1], axis=1)
    four = crossed.all(axis=1)
    # Sides are 0 below, 1 right, 2 above, 3 left. Corner a keeps to itself (sides 0 and 3)
    # unless the middle sides with it.
    joined = (corners.mean(axis=1) > 0) == (corners[:, 0] > 0)
    last = np.where(four, np.where(joined, 1, 3), last)
    lines = [_between(px, py, first, last)]
    if four.any():
        rest = np.where(joined[four], 3, 1)
        lines.append(_between(px[four], py[four], np.full(len(rest), 2), rest))
    return np.concatenate(lines)


def _between(px: Array, py: Array, first: NDArray[np.intp], last: NDArray[np.intp]) -> Array:
    k = np.arange(len(px))
    return np.stack([px[k, first], py[k, first], px[k, last], py[k, last]], axis=1)


class _Bilinear:
    """Unit vectors of a field between the nodes of an even lattice; places are x + iy."""

    def __init__(self, x: Array, y: Array, vx: Array, vy: Array) -> None:
        self._origin = complex(x[0], y[0])
        self._per_x = (len(x) - 1) / (x[-1] - x[0])
        self._per_y = (len(y) - 1) / (y[-1] - y[0])
        self._columns, self._rows = len(x), len(y)
        self._v = np.nan_to_num(vx + 1j * vy).ravel()
        self.tiny = 1e-6 * float(np.abs(self._v).max(initial=0.0)) + 1e-300

    def inside(self, at: Complex) -> NDArray[np.bool_]:
        u, w = self._cells(at)
        return (u >= 0) & (w >= 0) & (u <= self._columns - 1) & (w <= self._rows - 1)

    def _cells(self, at: Complex) -> tuple[Array, Array]:
        shifted = at - self._origin
        return shifted.real * self._per_x, shifted.imag * self._per_y

    def __call__(self, at: Complex) -> Complex:
        u, w = self._cells(at)
        i = np.clip(u, 0, self._columns - 2).astype(np.intp)
        j = np.clip(w, 0, self._rows - 2).astype(np.intp)
        s, t, k = u - i, w - j, j * self._columns + i
        v, n = self._v, self._columns
        below = v[k] + s * (v[k + 1] - v[k])
        above = v[k + n] + s * (v[k + n + 1] - v[k + n])
        mixed: Complex = below + t * (above - below)
        length = np.abs(mixed)
        return np.where(length > self.tiny, mixed / np.maximum(length, 1e-300), 0)


def streamlines(x: Array, y: Array, vx: Array, vy: Array) -> tuple[Array, Array]:
    """Lines along a field given on an even lattice, ``vx`` and ``vy`` (m, n), evenly apart.

    Returns their pieces, rows (x1, y1, x2, y2), and one head per line, rows (x, y, dx, dy)
    with a unit direction. Midpoint steps of equal length; a line ends where it leaves the lattice,
    the field vanishes or turns back on itself, or it would come too near to an earlier one or to
    its own beginning.
    """
    side = max(x[-1] - x[0], y[-1] - y[0]) / CELLS
    flow = _Bilinear(x, y, vx, vy)
    seeds = _seeds(x, y, 3.0 * side)
    both = np.concatenate([seeds, seeds])
    sign = np.repeat([1.0, -1.0], len(seeds))
    way = np.empty((STEPS + 1, len(both)), np.complex128)
    way[0], here = both, both
    step = 0.6 * side * sign
    with np.errstate(all="ignore"):
        for k in range(STEPS):
            here = here + step * flow(here + 0.5 * step * flow(here))
            way[k + 1] = here
        moved = np.diff(way, axis=0)
        ended = (np.abs(moved) < 0.05 * side) | ~flow.inside(way[1:])
        ended[1:] |= (moved[1:] * moved[:-1].conj()).real < 0
        dead = np.vstack([np.zeros(len(both), bool), ended])
    length = np.where(dead.any(0), dead.argmax(0), STEPS + 1)
    return _apart(way, length, side, complex(x[0], y[0]))


def _seeds(x: Array, y: Array, gap: float) -> Complex:
    """Even places, those in the middle first: the best lines get the most room."""
    across = np.arange(x[0] + gap / 2, x[-1], gap)
    up = np.arange(y[0] + gap / 2, y[-1], gap)
    places = (across[None, :] + 1j * up[:, None]).ravel()
    middle = complex((x[0] + x[-1]) / 2, (y[0] + y[-1]) / 2)
    return places[np.argsort(np.abs(places - middle), kind="stable")]


def _apart(way: Complex, length: NDArray[np.intp], side: float, corner: complex
           ) -> tuple[Array, Array]:
    cells = (way - corner) / side
    columns = 4 * CELLS
    cell = (np.floor(cells.imag).clip(-1, columns) * columns
            + np.floor(cells.real).clip(-1, columns)).astype(np.intp) + 2 * columns
    taken = np.zeros(columns * (columns + 4) * 2, bool)
    half = way.shape[1] // 2
    length = np.minimum(length, _own_way(cell, half))
    lines: list[Complex] = []
    for k in range(half):
        parts = []
        for one in (half + k, k):
            used = taken[cell[:length[one], one]]
            parts.append(int(used.argmax()) if used.any() else len(used))
        if min(parts) == 0 or sum(parts) < 8:
            continue
        line = np.concatenate([way[parts[0] - 1:0:-1, half + k], way[:parts[1], k]])
        lines.append(line)
        taken[cell[:parts[0], half + k]] = True
        taken[cell[:parts[1], k]] = True
    if not lines:
        return np.empty((0, 4)), np.empty((0, 4))
    begin = np.concatenate([line[:-1] for line in lines])
    end = np.concatenate([line[1:] for line in lines])
    pieces = np.stack([begin.real, begin.imag, end.real, end.imag], axis=1)
    at = np.array([line[len(line) // 2] for line in lines])
    along = np.array([line[len(line) // 2] - line[len(line) // 2 - 1] for line in lines])
    along = along / np.maximum(np.abs(along), 1e-300)
    return pieces, np.stack([at.real, at.imag, along.real, along.imag], axis=1)


def _own_way(cell: NDArray[np.intp], half: int) -> NDArray[np.intp]:
    """How many places of each line, (2·half,) of ``cell`` (k, 2·half), come before it returns to
    where it has been: a line around a centre closes once.
    """
    steps = len(cell)
    again = np.zeros(cell.shape, bool)
    for lag in range(CLEAR, steps):
        again[lag:] |= cell[lag:] == cell[:-lag]
    # The way back from the seed ends where the way forth has been.
    forth, back = cell[:, :half], again[:, half:]
    for k in range(CLEAR, steps):
        back[CLEAR:] |= cell[CLEAR:, half:] == forth[k]
    return np.where(again.any(0), again.argmax(0), steps)


def in_order(lines: Array) -> Array:
    """The same pieces (n, 4) so that each goes on where the one before ends, as far as they do."""
    ends: dict[tuple[float, ...], list[int]] = {}
    rows = [tuple(row) for row in lines.tolist()]
    scale = float(np.abs(lines).max(initial=0.0)) or 1.0
    marks = [tuple(row) for row in np.round(lines / scale, 11).tolist()]
    for k, (x1, y1, x2, y2) in enumerate(marks):
        ends.setdefault((x1, y1), []).append(k)
        ends.setdefault((x2, y2), []).append(k)
    # Open lines first, from one of their ends; then what is closed, from anywhere.
    begins = [k for pieces in ends.values() if len(pieces) == 1 for k in pieces]
    left = set(range(len(rows)))
    found: list[tuple[float, ...]] = []
    for first in (*begins, *range(len(rows))):
        k, flip = first, len(ends[marks[first][:2]]) > 1 and len(ends[marks[first][2:]]) == 1
        while k in left:
            left.discard(k)
            begin, end = (rows[k][2:], rows[k][:2]) if flip else (rows[k][:2], rows[k][2:])
            found.append((*(begin if k == first else found[-1][2:]), *end))
            tip = marks[k][:2] if flip else marks[k][2:]
            k = next((j for j in ends[tip] if j in left), k)
            flip = marks[k][2:] == tip
    return np.array(found).reshape(-1, 4)
