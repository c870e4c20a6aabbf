"""One coarser level of a history on disk: buckets, only ever appended."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLD = 8
"""Entries of one level that make one bucket of the next."""
LONG = 65_536
"""A level that has so many entries gets a coarser one beside it."""
PIECE = 32_768
"""Buckets made at a time: it bounds the memory."""

Buckets = NDArray[np.void]


class Level:
    """A file of buckets: first step, and the smallest, largest and mean value of each column."""

    def __init__(self, path: Path, columns: int) -> None:
        self.path = path
        self.bucket = self.dtype(columns)

    @staticmethod
    def dtype(columns: int) -> np.dtype[np.void]:
        """How a bucket lies on the disk."""
        return np.dtype([("step", "<i8"),
                         *((name, "<f4", (columns,)) for name in ("low", "high", "mean"))])

    @property
    def count(self) -> int:
        """Whole buckets on disk."""
        return self.path.stat().st_size // self.bucket.itemsize if self.path.exists() else 0

    def read(self, first: int, count: int) -> Buckets:
        """At most ``count`` buckets from the ``first`` on."""
        count = min(count, self.count - first)
        if count <= 0:
            return np.empty(0, self.bucket)
        return np.fromfile(self.path, self.bucket, count, offset=first * self.bucket.itemsize)

    def catch_up(self, finer: int, read: Callable[[int, int], Buckets]) -> int:
        """Append every bucket that ``finer`` entries of the level below complete.

        ``read(first, count)`` gives those entries. Returns how many buckets there are then.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        have, want = self.count, finer // FOLD
        if have > want or (have and self._stale(have, read)):
            have = 0  # after a crash, or not ours: make it anew
        while have < want:
            some = min(want - have, PIECE)
            made = folded(read(have * FOLD, some * FOLD))
            if not len(made):
                break
            self._append(have, made)
            have += len(made)
        return have

    def _stale(self, have: int, read: Callable[[int, int], Buckets]) -> bool:
        entry = read((have - 1) * FOLD, 1)
        last = self.read(have - 1, 1)
        return len(entry) != 1 or len(last) != 1 or entry["step"][0] != last["step"][0]

    def _append(self, have: int, made: Buckets) -> None:
        data = memoryview(made.tobytes())
        with self.path.open("ab", buffering=0) as file:
            file.truncate(have * self.bucket.itemsize)  # a torn bucket, or all
            file.seek(0, os.SEEK_END)
            while data:
                data = data[file.write(data):]

    def cut(self, count: int) -> None:
        """Keep the first ``count`` buckets.

        Raises:
            OSError: the file cannot be changed.
        """
        if self.count > count:
            with self.path.open("r+b") as file:
                file.truncate(count * self.bucket.itemsize)


def folded(entries: Buckets) -> Buckets:
    """The buckets of each ``FOLD`` entries; a rest is left out. NaN counts as absent."""
    n = len(entries) // FOLD
    made = np.empty(n, entries.dtype)
    groups = entries[:n * FOLD].reshape(n, FOLD)
    made["step"] = groups["step"][:, 0]
    made["low"] = np.fmin.reduce(groups["low"], axis=1)
    made["high"] = np.fmax.reduce(groups["high"], axis=1)
    means = groups["mean"].astype(np.float64)
    seen = ~np.isnan(means)
    total = np.where(seen, means, 0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        made["mean"] = total / seen.sum(axis=1)
    return made
