"""The scalar history in memory: every spike kept, memory bounded, any range drawn quickly.

Level 0 holds the newest rows as they came. Level k holds the newest buckets of 8^k rows, each
with its smallest, largest and mean value. A query reads the coarsest level that is still finer
than a pixel, so its cost depends on the width of the picture and not on the length of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ganstudio.training.frames import ScalarChunk, ScalarPart

Steps = NDArray[np.int64]
Values = NDArray[np.float32]
Stats = tuple[Values, Values, Values]
"""Low, high and mean, each (columns, n)."""

FOLD = 8
"""Entries of one level that make one bucket of the next."""


CHEAP = 4096
"""So many entries are read without looking for coarser ones."""


@dataclass(frozen=True, slots=True)
class View:
    """What there is to draw of a range: one entry per occupied pixel column.

    ``x`` (n,) is the mean step of an entry, ``first`` (n,) its first step; ``low``, ``high`` and
    ``mean`` are (columns, n), NaN where no finite value was seen. ``rows`` (n,) says how many
    rows an entry stands for; ``width`` is the width of a pixel column in steps.
    """

    x: NDArray[np.float64]
    low: Values
    high: Values
    mean: Values
    rows: NDArray[np.float64]
    width: float

    def __len__(self) -> int:
        return len(self.x)

    def joined(self, later: View) -> View:
        """This and a later view as one."""
        x, rows = (np.concatenate(pair) for pair in ((self.x, later.x), (self.rows, later.rows)))
        low, high, mean = (np.concatenate(pair, axis=1) for pair in (
            (self.low, later.low), (self.high, later.high), (self.mean, later.mean)))
        return View(x, low, high, mean, rows, later.width)


_Kept = TypeVar("_Kept", Steps, Values)


class _Level:
    """The newest entries of one coarseness: at least ``cap`` are held, at most twice as many.

    ``start`` and ``end`` count all entries ever made.
    """

    def __init__(self, columns: int, cap: int, span: int) -> None:
        self.cap = cap
        self.span = span
        """Rows that one entry stands for."""
        self.start = self.end = 0
        self._at = 0
        size = 1024
        self._steps = np.empty(size, np.int64)
        # A raw row is its own low, high and mean: three names for one array.
        shared = np.empty((columns, size), np.float32)
        self._stats: list[Values] = (
            [shared] if span == 1 else [shared, shared.copy(), shared.copy()])

    @property
    def nbytes(self) -> int:
        return self._steps.nbytes + sum(stat.nbytes for stat in self._stats)

    def steps(self) -> Steps:
        return self._steps[self._at:self._at + self.end - self.start]

    def stats(self) -> Stats:
        here = slice(self._at, self._at + self.end - self.start)
        views = [stat[:, here] for stat in self._stats]
        return (views[0], views[0], views[0]) if len(views) == 1 else (
            views[0], views[1], views[2])

    def append(self, steps: Steps, stats: tuple[Values, ...]) -> None:
        new = len(steps)
        if self._at + (self.end - self.start) + new > len(self._steps):
            self._make_room(new)
        at = self._at + self.end - self.start
        self._steps[at:at + new] = steps
        for mine, given in zip(self._stats, stats, strict=False):
            mine[:, at:at + new] = given
        self.end += new

    def _make_room(self, new: int) -> None:
        """Move the newest entries to the front, in arrays that grow to twice ``cap``.

        At twice the cap a move of ``cap`` entries makes room for ``cap`` more: O(1) an entry.
        """
        stay = min(self.end - self.start, self.cap)
        size = len(self._steps)
        while size < stay + new and size < 2 * self.cap:
            size = min(2 * size, 2 * self.cap)
        size = max(size, stay + new)
        old = slice(self._at + (self.end - self.start) - stay, self._at + self.end - self.start)
        self._steps = _moved(self._steps, old, size)
        self._stats = [_moved(stat, old, size) for stat in self._stats]
        self._at, self.start = 0, self.end - stay

    def cut(self, end: int) -> None:
        """Forget every entry from ``end`` on."""
        self.end = min(self.end, end)
        if self.start >= self.end:
            self.start, self._at = self.end, 0


def _finite(values: Values) -> Values:
    """The values in one piece, NaN where they are not finite."""
    values = np.ascontiguousarray(values, np.float32)
    if not np.isfinite(values).all():
        values = np.where(np.isfinite(values), values, np.float32(np.nan))
    return values


def _joined(chunks: list[ScalarChunk]) -> ScalarChunk:
    return chunks[0] if len(chunks) == 1 else ScalarChunk(
        np.concatenate([chunk.steps for chunk in chunks]),
        np.concatenate([chunk.values for chunk in chunks]))


def _moved(array: _Kept, old: slice, size: int) -> _Kept:
    stay = old.stop - old.start
    if size == array.shape[-1]:
        array[..., :stay] = array[..., old].copy()
        return array
    fresh = np.empty((*array.shape[:-1], size), array.dtype)
    fresh[..., :stay] = array[..., old]
    return fresh


class History:
    """Rows of ``columns`` numbers by step, without end.

    ``raw`` rows are kept as they came; of what is older each level keeps up to ``buckets``.
    Values that are not finite count as absent. Steps that go back (a restored run) first drop
    what came after.
    """

    def __init__(self, columns: int = 4, raw: int = 131_072, buckets: int = 65_536) -> None:
        self.columns = columns
        self._raw, self._buckets = raw, max(buckets, raw // FOLD, 4 * FOLD)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._levels = [_Level(self.columns, self._raw, 1)]
        self._first: int | None = None

    def __len__(self) -> int:
        """How many rows were taken in (and not dropped again)."""
        return self._levels[0].end

    @property
    def nbytes(self) -> int:
        """Memory held by the numbers."""
        return sum(level.nbytes for level in self._levels)

    @property
    def first(self) -> int | None:
        """The first step, None when empty."""
        return self._first if len(self) else None

    @property
    def last(self) -> int | None:
        """The newest step, None when empty."""
        steps = self._levels[0].steps()
        if len(steps):
            return int(steps[-1])
        return self._first if len(self) else None

    def append(self, chunk: ScalarChunk) -> None:
        """Take in rows with rising steps: amortised O(1) each."""
        if not len(chunk.steps):
            return
        if self.last is not None and chunk.steps[0] <= self.last:
            self._drop_from(int(chunk.steps[0]))
        if not len(self):
            self._first = int(chunk.steps[0])
        values = _finite(chunk.values[:, :self.columns].T)
        # In pieces, so that every bucket is made while its rows are still held.
        for at in range(0, len(chunk.steps), self._raw // 2 or 1):
            piece = slice(at, at + (self._raw // 2 or 1))
            self._levels[0].append(chunk.steps[piece], (values[:, piece],))
            self._fold()

    def extend(self, chunks: Sequence[ScalarChunk]) -> None:
        """Take in many chunks, those that rise from one to the next in one go."""
        together: list[ScalarChunk] = []
        for chunk in chunks:
            if not len(chunk.steps):
                continue
            if together and chunk.steps[0] <= together[-1].steps[-1]:
                self.append(_joined(together))
                together = []
            together.append(chunk)
        if together:
            self.append(_joined(together))

    def load(self, parts: Sequence[ScalarPart]) -> None:
        """Take over what a run folder holds, from single rows to its coarsest level."""
        self.clear()
        for part in parts:
            if part.span > 1:
                self._levels.append(_Level(self.columns, self._buckets, part.span))
            level = self._levels[-1]
            level.start = level.end = part.start
            level.append(part.steps, tuple(_finite(stat[:, :self.columns].T)
                                           for stat in part.stats))
        if parts:
            self._first = int(parts[-1].steps[0])
            self._fold(len(parts) - 1)

    def _fold(self, k: int = 0) -> None:
        """Make the buckets that level ``k`` has completed, and those that they complete."""
        while k < len(self._levels):
            fine = self._levels[k]
            if k + 1 == len(self._levels):
                if fine.end < 2 * FOLD:
                    return
                self._levels.append(_Level(self.columns, self._buckets, fine.span * FOLD))
            coarse = self._levels[k + 1]
            done, todo = coarse.end, fine.end // FOLD
            if todo == done:
                return
            edges = np.maximum(np.arange(done, todo) * FOLD, fine.start) - fine.start
            upto = todo * FOLD - fine.start
            low, high, mean = (stat[:, :upto] for stat in fine.stats())
            coarse.append(fine.steps()[edges], _reduced(low, high, mean, edges))
            k += 1

    def _drop_from(self, step: int) -> None:
        raw = self._levels[0]
        at = int(np.searchsorted(raw.steps(), step))
        end = raw.start + at
        if at == 0:  # further back than the raw rows: to the nearest bucket
            end = 0
            for level in self._levels[1:]:
                keep = level.start + int(np.searchsorted(level.steps(), step)) - 1
                if keep >= level.start:
                    end = keep * level.span
                    break
        if end <= 0:
            self.clear()
            return
        for level in self._levels:
            level.cut(end // level.span)
            if level.span == 1 and level.end < end:
                level.start = level.end = end

    def query(self, x0: float, x1: float, pixels: int) -> View:
        """Smallest, largest and mean value per pixel column over steps ``x0`` to ``x1``.

        Pixel columns are a power of two steps wide, and stand at multiples of that, so that the
        picture does not shimmer while it scrolls; so there may be up to twice fewer entries than
        ``pixels``. A bucket that reaches over an end of the range is counted in: no extreme is
        lost.
        """
        pixels = max(int(pixels), 1)
        width = 2.0 ** max(0, int(np.ceil(np.log2(max(x1 - x0, 1) / pixels))))
        steps, (low, high, mean), spans = self._entries(x0, x1, width)
        if not len(steps):
            none = np.empty((self.columns, 0), np.float32)
            return View(np.empty(0), none, none, none, np.empty(0), width)
        column = steps // int(width)
        edges = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
        sizes = np.diff(edges, append=len(steps))
        x = np.add.reduceat(steps + (spans - 1) / 2, edges) / sizes
        rows = np.add.reduceat(spans, edges)
        if len(edges) < len(steps):
            low, high, mean = _reduced(low, high, mean, edges)
        return View(x, low, high, mean, rows, width)

    def _entries(self, x0: float, x1: float,
                 width: float) -> tuple[Steps, Stats, NDArray[np.float64]]:
        """Steps, stats and spans of the level that suits ``width``, and of the finer levels for
        the newest rows, which that level has not folded yet (at most seven entries of each).
        """
        k = self._level_for(x0, x1, width)
        found: list[tuple[Steps, Stats, int]] = []
        for j in range(k, -1, -1):
            level = self._levels[j]
            at = 0 if j == k else max(self._levels[j + 1].end * FOLD - level.start, 0)
            steps = level.steps()[at:]
            begin = int(np.searchsorted(steps, x0, "left"))
            if level.span > 1:
                begin = max(begin - 1, 0)
            piece = slice(begin, int(np.searchsorted(steps, x1, "right")))
            low, high, mean = (stat[:, at:][:, piece] for stat in level.stats())
            if j == k or len(steps[piece]):
                found.append((steps[piece], (low, high, mean), level.span))
        spans = np.repeat([float(span) for _, _, span in found], [len(s) for s, _, _ in found])
        if len(found) == 1:
            return found[0][0], found[0][1], spans
        steps = np.concatenate([s for s, _, _ in found])
        low, high, mean = (np.concatenate([stats[i] for _, stats, _ in found], axis=1)
                           for i in range(3))
        return steps, (low, high, mean), spans

    def _level_for(self, x0: float, x1: float, width: float) -> int:
        """The finest level that reaches back to ``x0`` and is cheap enough to read: few entries,
        or so coarse already that the next would have less than two to a pixel.
        """
        for k, level in enumerate(self._levels[:-1]):
            steps = level.steps()
            if level.start > 0 and (not len(steps) or steps[0] > x0):
                continue
            count = int(np.diff(np.searchsorted(steps, (x0, x1)))[0])
            if count <= CHEAP or self._levels[k + 1].span * 2 > width:
                return k
        return len(self._levels) - 1

    def at(self, step: float) -> tuple[int, Values, int] | None:
        """The entry nearest to ``step``: its step, its values (columns,) and how many rows it
        stands for (1 is exact, more is a mean). None when empty.
        """
        for level in self._levels:
            steps = level.steps()
            if len(steps) and (level.start == 0 or steps[0] <= step):
                k = int(np.searchsorted(steps, step))
                if level.span > 1:
                    k = max(int(np.searchsorted(steps, step, "right")) - 1, 0)
                elif k == len(steps) or (k and step - steps[k - 1] < steps[k] - step):
                    k -= 1
                return int(steps[k]), level.stats()[2][:, k].copy(), level.span
        return None


def _reduced(low: Values, high: Values, mean: Values, edges: NDArray[np.integer]) -> Stats:
    """Low, high and mean of the groups that begin at ``edges``; NaN counts as absent."""
    lows = np.fmin.reduceat(low, edges, axis=1)
    highs = np.fmax.reduceat(high, edges, axis=1)
    absent = np.isnan(mean)
    if absent.any():
        total = np.add.reduceat(np.where(absent, 0, mean), edges, axis=1, dtype=np.float64)
        seen = np.add.reduceat((~absent).astype(np.float64), edges, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return lows, highs, (total / seen).astype(np.float32)
    total = np.add.reduceat(mean, edges, axis=1, dtype=np.float64)
    sizes = np.diff(edges, append=mean.shape[1])
    return lows, highs, (total / sizes).astype(np.float32)


def smoothed(view: View, smoothing: float) -> NDArray[np.float64]:
    """Exponential moving average with bias correction over a view: (columns, n).

    ``smoothing`` β is per row, 0 ≤ β < 1; an entry of n rows moves the average by 1 − βⁿ. The
    recurrence is run as a scan of log₂ n passes over all columns at once. Absent values leave
    the average where it was; NaN before the first.
    """
    present = np.isfinite(view.mean)
    keep = np.where(present, float(smoothing) ** view.rows, 1.0)
    weight = 1 - keep
    sums = np.stack((np.where(present, view.mean, 0.0) * weight, weight))
    shift = 1
    while shift < keep.shape[1]:
        sums[..., shift:] += keep[:, shift:] * sums[..., :-shift]
        keep[:, shift:] = keep[:, shift:] * keep[:, :-shift]
        shift *= 2
    value, weight = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        average: NDArray[np.float64] = value / weight
    return average
