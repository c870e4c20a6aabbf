"""The scalar history on disk: fixed-size binary rows that are only ever appended.

Beside the rows lie coarser levels: buckets of 8, 64, 512 … rows with the smallest, the largest
and the mean value of each column. They are appended to as their rows come in, and begin once a
run is long enough to need them; so a run of any length opens by reading the ends of a few files.
Files are read by position and never mapped: one that is cut while it is read gives fewer rows
instead of ending the process.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganstudio.runs.errors import RunError
from ganstudio.runs.levels import FOLD, LONG, Level, folded
from ganstudio.training.frames import SCALARS, ScalarChunk, ScalarPart

ROW = np.dtype([("step", "<i8"), *((name, "<f4") for name in SCALARS)])
Rows = NDArray[np.void]


class ScalarHistory:
    """Rows of ``ROW`` in one file, in order of step, and their levels."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[Rows] = []

    @property
    def count(self) -> int:
        """Whole rows on disk."""
        return self.path.stat().st_size // ROW.itemsize if self.path.exists() else 0

    # ---- writing -----------------------------------------------------------------------------

    def add(self, chunk: ScalarChunk) -> None:
        """Take rows in; they reach the disk at the next ``flush``."""
        if len(chunk.steps) == 0:
            return
        rows = np.empty(len(chunk.steps), ROW)
        rows["step"] = chunk.steps
        for column, name in enumerate(SCALARS):
            rows[name] = chunk.values[:, column]
        self._waiting.append(rows)

    def flush(self) -> None:
        """Append what waits, and the buckets that it completes.

        Raises:
            OSError: the disk is full or the folder cannot be written; nothing that waits is lost.
        """
        if not self._waiting:
            return
        data = memoryview(np.concatenate(self._waiting).tobytes())
        # Unbuffered: a buffer would try to write its rest again when the file is cut or closed.
        with self.path.open("ab", buffering=0) as file:
            start = file.seek(0, os.SEEK_END)
            # A torn row from an earlier crash would shift every row after it.
            whole = start - start % ROW.itemsize
            if whole != start:
                file.truncate(whole)
            try:
                while data:
                    data = data[file.write(data):]
            except OSError:
                # Half of it may be there: take it back, so that a later try writes it once.
                file.truncate(whole)
                raise
        self._waiting.clear()
        self.catch_up()

    def sync(self) -> None:
        """Return when the disk has every row that was flushed.

        Raises:
            OSError: it cannot take them.
        """
        if self.path.exists():
            with self.path.open("rb+") as file:
                os.fsync(file.fileno())

    def catch_up(self) -> None:
        """Append the buckets that are complete and not there yet.

        Raises:
            OSError: the disk is full or the folder cannot be written.
            RunError: the rows are damaged.
        """
        finer, k = self.count, 1
        while finer >= LONG:
            level = self._level(k)
            finer = level.catch_up(finer, partial(self._finer, k))
            k += 1

    def cut_after(self, step: int) -> None:
        """Drop every row later than ``step``, those that wait too: the run went back to it.

        Raises:
            OSError: the file cannot be changed.
            RunError: the rows are damaged.
        """
        self._waiting = [rows[rows["step"] <= step] for rows in self._waiting]
        keep = self.index_of(step)
        if keep and int(self.rows(keep - 1, 1)["step"][0]) < keep:
            raise self._damaged()
        if keep < self.count:
            with self.path.open("r+b") as file:
                file.truncate(keep * ROW.itemsize)
        k = 1
        while (level := self._level(k)).path.exists():
            keep //= FOLD
            level.cut(keep)
            k += 1

    # ---- reading -----------------------------------------------------------------------------

    def rows(self, first: int = 0, count: int = -1) -> Rows:
        """Rows on disk from the ``first`` on, at most ``count`` (-1: all there are)."""
        if not self.path.exists():
            return np.empty(0, ROW)
        count = min(max(self.count - first, 0), count if count >= 0 else 2**62)
        return np.fromfile(self.path, ROW, count, offset=first * ROW.itemsize)

    def index_of(self, step: int) -> int:
        """How many rows on disk are not later than ``step``, found in a few short reads."""
        # Steps rise from 1, so a row with that step cannot stand further back than this.
        low, high = 0, min(self.count, max(step, 0))
        if high == 0 or int(self.rows(high - 1, 1)["step"][0]) <= step:
            return high
        while low < high:
            middle = (low + high) // 2
            if int(self.rows(middle, 1)["step"][0]) <= step:
                low = middle + 1
            else:
                high = middle
        return low

    def between(self, first: int, last: int) -> ScalarChunk:
        """The rows of steps ``first`` to ``last``, both included."""
        start = self.index_of(first - 1)
        return as_chunk(self.rows(start, self.index_of(last) - start))

    def past(self, raw: int = 131_072, buckets: int = 65_536) -> tuple[ScalarPart, ...]:
        """The newest ``raw`` rows and the newest ``buckets`` of each level; of the last level all.

        So what is read and held does not grow with the run.

        Raises:
            RunError: the rows are damaged.
        """
        count = self.count
        if count == 0:
            return ()
        first = max(count - raw, 0)
        rows = as_chunk(self.rows(first))
        parts = [ScalarPart(1, first, rows.steps, (rows.values,))]
        k = 1
        while count >= LONG:
            count //= FOLD
            # Of the coarsest level all is taken: from it the window makes the still coarser ones.
            first = max(count - buckets, 0) if count >= LONG else 0
            found = self._entries(k, first, count - first)
            parts.append(_part(k, first, found))
            k += 1
        for part in parts:
            if not (np.diff(part.steps) > 0).all() or part.steps[0] < 1:
                raise self._damaged()
        return tuple(parts)

    def _level(self, k: int) -> Level:
        return Level(self.path.with_name(f"{self.path.stem}-{FOLD ** k}.bin"), len(SCALARS))

    def _entries(self, k: int, first: int, count: int) -> Rows:
        """``count`` buckets of level ``k``; those that are not on the disk are made."""
        have = self._level(k).read(first, count)
        if len(have) == count:
            return have
        pieces, at, end = [have], first + len(have), first + count
        while at < end:
            some = min(end - at, LONG)
            pieces.append(folded(self._finer(k, at * FOLD, some * FOLD)))
            if not len(pieces[-1]):
                break  # the file was cut meanwhile
            at += len(pieces[-1])
        return np.concatenate(pieces)

    def _finer(self, k: int, first: int, count: int) -> Rows:
        """Entries of the level below ``k``, as buckets."""
        if k > 1:
            return self._entries(k - 1, first, count)
        rows = as_chunk(self.rows(first, count))
        if len(rows.steps) and not (np.diff(rows.steps) > 0).all():
            raise self._damaged()
        return _as_buckets(rows)

    def _damaged(self) -> RunError:
        return RunError(f"{self.path} is damaged: its steps do not rise from row to row")


def as_chunk(rows: Rows) -> ScalarChunk:
    """Rows from disk as a chunk of the live stream."""
    values = np.stack([np.asarray(rows[name]) for name in SCALARS], axis=1)
    return ScalarChunk(np.array(rows["step"], np.int64), values.astype(np.float32))


def parts_of(rows: Rows, raw: int = 131_072) -> tuple[ScalarPart, ...]:
    """Rows in memory as ``ScalarHistory.past`` gives those of a file."""
    if not len(rows):
        return ()
    first = max(len(rows) - raw, 0)
    newest = as_chunk(rows[first:])
    parts = [ScalarPart(1, first, newest.steps, (newest.values,))]
    buckets, k = _as_buckets(as_chunk(rows)), 0
    while len(buckets) >= LONG:
        buckets, k = folded(buckets), k + 1
        parts.append(_part(k, 0, buckets))
    return tuple(parts)


def _as_buckets(rows: ScalarChunk) -> Rows:
    found = np.empty(len(rows.steps), Level.dtype(len(SCALARS)))
    found["step"] = rows.steps
    values = np.where(np.isfinite(rows.values), rows.values, np.float32(np.nan))
    for name in ("low", "high", "mean"):
        found[name] = values
    return found


def _part(k: int, first: int, buckets: Rows) -> ScalarPart:
    return ScalarPart(FOLD ** k, first, buckets["step"].copy(), tuple(
        buckets[name].copy() for name in ("low", "high", "mean")))
