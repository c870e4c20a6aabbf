"""A folder of image files of any size and kind, read safely and in natural order."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np

from ganstudio.data.dataset import Bytes, DataError, Labels, Monitor
from ganstudio.data.image_file import ImageFile, decode, read_header
from ganstudio.data.images import Plan

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
_BATCH = 128
_THREADS = min(4, os.cpu_count() or 1)

_T = TypeVar("_T")
_R = TypeVar("_R")

_MARKS = {
    "alpha": "{} had transparency, which was laid on white.",
    "deep": "{} had more than 8 bits a channel and {} reduced to 8.",
    "turned": "{} {} turned upright as the camera noted.",
    "frames": "{} {} animated; the first frame was taken.",
}


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sorts img2 before img10, whatever the case."""
    return [(0, int(part), "") if part[0] in "0123456789" else (1, 0, part.casefold())
            for part in re.split(r"([0-9]+)", name) if part]


def list_images(folder: Path, monitor: Monitor | None = None) -> list[ImageFile]:
    """Every file below ``folder`` that is named as an image, in natural order.

    Hidden files and folders are passed over; links to folders are not followed.

    Raises:
        DataError: the folder cannot be read.
    """
    return sorted(walk_images(folder, monitor or Monitor()),
                  key=lambda file: (natural_key(file.name), file.name))


def walk_images(folder: Path, monitor: Monitor) -> Iterator[ImageFile]:
    """What ``list_images`` lists, as it is met."""
    def refuse(error: OSError) -> None:
        if Path(error.filename or folder) == folder:
            raise DataError(f"{folder} cannot be read: {error.strerror or error}")

    for parent, folders, names in os.walk(folder, onerror=refuse):
        monitor.report(0, 1)
        folders[:] = [f for f in folders if not f.startswith((".", "__MACOSX"))]
        for name in names:
            if name.startswith(".") or not name.lower().endswith(SUFFIXES):
                continue
            path = Path(parent, name)
            try:
                status = path.stat()
            except OSError:
                continue
            # A pipe or a device that is named like an image would block whoever opens it.
            if stat.S_ISREG(status.st_mode):
                yield ImageFile(path, path.relative_to(folder).as_posix(), status.st_size,
                                status.st_mtime_ns)


class FolderSource:
    """The images of ``files``; headers are read at once, pixels when ``batches`` is run through.

    Raises:
        DataError: none of the files has a usable header.
    """

    def __init__(self, title: str, files: list[ImageFile], limit: int, monitor: Monitor) -> None:
        self.labels: Labels | None = None
        self.skipped: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.sizes: Counter[tuple[int, int]] = Counter()
        self.grey = True
        self._files: list[ImageFile] = []
        self._scan(files, limit or len(files), monitor)
        self.count = len(self._files)
        if not self.count:
            raise nothing_usable(title, self.skipped)

    def _scan(self, files: list[ImageFile], limit: int, monitor: Monitor) -> None:
        most = min(limit, len(files))
        done = 0
        for file, header in _in_order(files, read_header):
            if done % _BATCH == 0:
                monitor.report(min(done, most), 2 * most)
            done += 1
            if header.reason:
                self.skipped.append((file.name, header.reason))
                continue
            self._files.append(file)
            self.sizes[header.size] += 1
            self.grey = self.grey and header.grey
            if len(self._files) == limit:
                return

    def batches(self, plan: Plan, monitor: Monitor) -> Iterator[Bytes]:
        """Finished images in order, uint8 (m, channels, side, side) at a time."""
        marks: Counter[str] = Counter()
        batch: list[Bytes] = []
        pairs = _in_order(self._files, lambda file: decode(file, plan, alone=False))
        for done, (file, early) in enumerate(pairs, start=1):
            # Large images are decoded here, one at a time, to bound the memory that they take.
            decoded = early or decode(file, plan)
            assert decoded is not None
            if decoded.pixels is None:
                self.skipped.append((file.name, decoded.reason))
            else:
                batch.append(decoded.pixels)
                marks.update(decoded.marks)
            if done % _BATCH == 0 or done == self.count:
                monitor.report(self.count + done, 2 * self.count)
                if batch:
                    yield np.stack(batch)
                batch = []
        for mark, sentence in _MARKS.items():
            if marks[mark]:
                many = marks[mark] > 1
                self.notes.append(sentence.format(f"{marks[mark]} image{'s' if many else ''}",
                                                  "were" if many else "was"))


def nothing_usable(title: str, skipped: list[tuple[str, str]]) -> DataError:
    """The refusal of a folder in which no image can be read."""
    if not skipped:
        return DataError(f"{title} holds no images: a folder of png, jpg, bmp, gif, webp or tif "
                         "files is expected, or an IDX file")
    name, reason = skipped[0]
    return DataError(f"{title} holds no usable image: all {len(skipped)} were skipped, the first, "
                     f"{name}, because it is {reason}" if len(skipped) > 1 else
                     f"{title} holds no usable image: its only one, {name}, is {reason}")


def _in_order(things: list[_T], work: Callable[[_T], _R]) -> Iterator[tuple[_T, _R]]:
    """``work`` done by a few threads, the results in order and never many of them waiting."""
    with ThreadPoolExecutor(_THREADS) as pool:
        for i in range(0, len(things), _BATCH):
            some = things[i:i + _BATCH]
            yield from zip(some, pool.map(work, some), strict=True)
