"""IDX, the format of MNIST's own files, packed with gzip or not (LeCun et al. 1998)."""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from ganstudio.data.dataset import Bytes, DataError, Labels
from ganstudio.data.image_array import ArraySource

_GZIP = b"\x1f\x8b"
_MOST_SQUEEZED = 1040
"""DEFLATE packs at most 1032 bytes into one; a header that promises more is lying."""
_PIECE = 1 << 22
_IMAGE_NAME = re.compile(r"(images?[-.]idx[34]-ubyte|[-.]idx[34](-ubyte)?)(\.gz)?$", re.IGNORECASE)


@dataclass(frozen=True)
class IdxFile:
    """An IDX file of unsigned bytes with its header checked; ``shape`` has the count first."""

    path: Path
    shape: tuple[int, ...]
    packed: bool

    def pieces(self) -> Iterator[Bytes]:
        """The array along its first axis, some megabytes at a time, and never more than promised.

        Raises:
            DataError: the file is damaged, too short or too long.
        """
        row = prod(self.shape[1:])
        step = max(1, _PIECE // row)
        try:
            with _opened(self.path, self.packed) as stream:
                stream.read(4 + 4 * len(self.shape))
                for done in range(0, self.shape[0], step):
                    count = min(step, self.shape[0] - done)
                    data = stream.read(count * row)
                    if len(data) != count * row:
                        raise _too_short(self.path, self.shape, done + len(data) // row)
                    yield np.frombuffer(data, np.uint8).reshape(count, *self.shape[1:])
                if stream.read(1):
                    raise DataError(f"{self.path.name} goes on after the {self.shape[0]:,} items "
                                    "that its header promises")
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{self.path.name} is damaged: {error}") from None


def _opened(path: Path, packed: bool) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb") if packed else path.open("rb"))


def _too_short(path: Path, shape: tuple[int, ...], found: int) -> DataError:
    kind = f"items of {' x '.join(map(str, shape[1:]))} bytes" if len(shape) > 1 else "labels"
    return DataError(f"{path.name} promises {shape[0]:,} {kind} but ends after {found:,}")


def looks_like_idx(path: Path) -> bool:
    """Whether the file starts as an IDX file does, packed or not."""
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == _GZIP
        with _opened(path, packed) as stream:
            head = stream.read(4)
    except (OSError, EOFError, zlib.error):
        return False
    return len(head) == 4 and head[:2] == b"\0\0" and 8 <= head[2] <= 14 and 1 <= head[3] <= 4


def open_idx(path: Path) -> IdxFile:
    """Read and check a header.

    Raises:
        DataError: no IDX file, not of unsigned bytes, or shorter or longer than it says.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            packed = stream.read(2) == _GZIP
        with _opened(path, packed) as stream:
            head = stream.read(4)
            if len(head) < 4 or head[:2] != b"\0\0":
                raise DataError(f"{path.name} is not an IDX file: it does not start with two zero "
                                "bytes")
            if head[2] != 8:
                raise DataError(f"{path.name} holds IDX values of type {head[2]:#04x}; images are "
                                "unsigned bytes (0x08)")
            if not 1 <= head[3] <= 4:
                raise DataError(f"{path.name} is an IDX file of {head[3]} dimensions; images have "
                                "3 or 4")
            counts = stream.read(4 * head[3])
    except FileNotFoundError:
        raise DataError(f"{path} does not exist") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from None
    if len(counts) != 4 * head[3]:
        raise DataError(f"{path.name} ends within its IDX header")
    shape = struct.unpack(f">{head[3]}I", counts)
    if prod(shape) == 0:
        raise DataError(f"{path.name} has the shape {shape} and so holds nothing")
    start, promised = 4 + len(counts), prod(shape)
    if packed and promised > _MOST_SQUEEZED * size:
        raise DataError(f"{path.name} promises {promised:,} bytes, more than its {size:,} packed "
                        "bytes can hold")
    if not packed and size - start < promised:
        raise _too_short(path, shape, (size - start) // prod(shape[1:]))
    if not packed and size - start > promised:
        raise DataError(f"{path.name} goes on after the {shape[0]:,} items that its header "
                        "promises")
    return IdxFile(path, shape, packed)


def labels_beside(path: Path) -> Path | None:
    """The labels file that goes with an images file by MNIST's naming, if it is there."""
    name = path.name.removesuffix(".gz")
    other = name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
    if other == name or "labels" not in other:
        return None
    candidates = (path.with_name(other), path.with_name(other + ".gz"))
    return next((c for c in candidates if c.is_file()), None)


def read_labels(path: Path, count: int) -> Labels:
    """The first ``count`` labels.

    Raises:
        DataError: damaged, or not that many.
    """
    found = open_idx(path)
    if len(found.shape) != 1 or found.shape[0] < count:
        raise DataError(f"{path.name} has the shape {found.shape}, which does not go with "
                        f"{count:,} images")
    labels = np.empty(count, np.int64)
    done = 0
    for piece in found.pieces():
        piece = piece[:count - done]
        labels[done:done + len(piece)] = piece
        done += len(piece)
        if done == count:
            break
    return labels


def images_in_folder(folder: Path) -> Path | None:
    """The IDX images file of a folder, if it holds one; a training set goes before others."""
    try:
        names = sorted(p for p in folder.iterdir()
                       if _IMAGE_NAME.search(p.name) and p.is_file() and looks_like_idx(p))
    except OSError:
        return None
    return min(names, key=lambda p: (not p.name.lower().startswith("train"), p.name), default=None)


def open_idx_images(path: Path, limit: int) -> ArraySource:
    """The images of an IDX file, with the labels that lie beside it.

    Labels that cannot be used are left out, with a note.

    Raises:
        DataError: one sentence on what is wrong.
    """
    found = open_idx(path)
    if len(found.shape) < 3:
        what = "labels" if len(found.shape) == 1 else "rows"
        raise DataError(f"{path.name} holds {what}, not images: give the file of images")
    images = ArraySource(path.name, found.shape, found.pieces, limit=limit)
    labels = labels_beside(path)
    if labels is not None:
        try:
            images.labels = read_labels(labels, images.count)
        except DataError as error:
            images.notes.append(f"Labels were left out: {error}.")
    return images
