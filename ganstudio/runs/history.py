"""The scalar history on disk: fixed-size binary rows that are only ever appended."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganstudio.training.frames import SCALARS, ScalarChunk

ROW = np.dtype([("step", "<i8"), *((name, "<f4") for name in SCALARS)])


class ScalarHistory:
    """Rows of ``ROW`` in one file, in order of step; ten million take 240 MB and open at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[NDArray[np.void]] = []

    def add(self, chunk: ScalarChunk) -> None:
        """Take rows in; they reach the disk at the next ``flush``."""
        if len(chunk.steps) == 0:
            return
        rows = np.empty(len(chunk.steps), ROW)
        rows["step"] = chunk.steps
        for column, name in enumerate(SCALARS):
            rows[name] = chunk.values[:, column]
        self._waiting.append(rows)

    def flush(self, durable: bool = False) -> None:
        """Append what waits; ``durable`` also waits until the disk has it.

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
                if durable:
                    os.fsync(file.fileno())
            except OSError:
                # Half of it may be there: take it back, so that a later try writes it once.
                file.truncate(whole)
                raise
        self._waiting.clear()

    def rows(self) -> NDArray[np.void]:
        """All whole rows on disk, as a read-only map of the file."""
        size = self.path.stat().st_size if self.path.exists() else 0
        count = size // ROW.itemsize
        if count == 0:
            return np.empty(0, ROW)
        return np.memmap(self.path, ROW, "r", shape=(count,))

    def cut_after(self, step: int) -> None:
        """Drop every row later than ``step``, those that wait too: the run went back to it.

        Raises:
            OSError: the file cannot be changed.
        """
        self._waiting = [rows[rows["step"] <= step] for rows in self._waiting]
        rows = self.rows()
        keep = int(np.searchsorted(rows["step"], step, side="right"))
        cut = keep < len(rows)
        del rows
        if cut:
            with self.path.open("r+b") as file:
                file.truncate(keep * ROW.itemsize)


def as_chunk(rows: NDArray[np.void]) -> ScalarChunk:
    """Rows from disk as a chunk of the live stream."""
    values = np.stack([np.asarray(rows[name]) for name in SCALARS], axis=1)
    return ScalarChunk(np.array(rows["step"], np.int64), values.astype(np.float32))
