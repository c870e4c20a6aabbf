"""Decoded images kept on disk, so that a set is decoded once. Doing without it always works."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from ganstudio.data.dataset import Bytes, Labels

VERSION = 2
MAX_CACHE_BYTES = 4 << 30
IN_MEMORY_BYTES = 512 << 20
"""Up to here items lie in memory; above, they stay on disk and the system pages them in."""
_MAGIC = b"GANSIMG\x01"
_SUFFIX = ".images"
_PARTIAL = ".part"
_PIECE = 1 << 24
_STALE_SECONDS = 24 * 3600


@dataclass(frozen=True, eq=False)
class Decoded:
    """What decoding a set of images gave."""

    items: Bytes
    labels: Labels | None
    skipped: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def default_cache_dir() -> Path:
    """The platform's folder for what can be made again."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "ganstudio"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "ganstudio"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "ganstudio"


def cache_key(files: Iterable[tuple[str, int, int]], settings: dict[str, Any]) -> str:
    """A name for what decoding ``files`` (name, length, time changed) with ``settings`` gives."""
    text = json.dumps([VERSION, list(files), settings], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


class Spool:
    """Items on their way to the disk, under a name that nobody takes for a finished one.

    Raises:
        OSError: the folder cannot be written to, or is full. Also from ``add`` and ``seal``.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.count = 0
        self._folder = folder
        self._shape = shape
        self._sum = 0
        number, name = tempfile.mkstemp(_PARTIAL, dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(number, "w+b")

    def add(self, items: Bytes) -> None:
        """Append images (m, channels, side, side)."""
        data = np.ascontiguousarray(items).data.cast("B")
        self._file.write(data)
        self._sum = zlib.crc32(data, self._sum)
        self.count += len(items)

    def one_channel(self) -> Spool:
        """The same images with only their first channel; this spool is then gone."""
        grey = Spool(self._folder, (1, *self._shape[1:]))
        try:
            self._file.seek(0)
            step = max(1, _PIECE // prod(self._shape))
            for done in range(0, self.count, step):
                data = self._file.read(min(step, self.count - done) * prod(self._shape))
                grey.add(np.frombuffer(data, np.uint8).reshape(-1, *self._shape)[:, :1])
        except OSError:
            grey.discard()
            raise
        self.discard()
        return grey

    def seal(self, key: str, labels: Labels | None, skipped: tuple[tuple[str, str], ...],
             notes: tuple[str, ...]) -> Path:
        """Finish the file and give it its name."""
        about = {"shape": [self.count, *self._shape], "sum": self._sum,
                 "labels": labels is not None, "skipped": skipped, "notes": notes}
        text = json.dumps(about).encode("utf-8", "surrogatepass")
        if labels is not None:
            self._file.write(labels.astype("<i8").tobytes())
        self._file.write(text + len(text).to_bytes(8, "little") + _MAGIC)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        finished = self._folder / (key + _SUFFIX)
        self._path.replace(finished)
        return finished

    def discard(self) -> None:
        """Leave nothing behind. Harmless after ``seal``."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def save(folder: Path, key: str, decoded: Decoded) -> bool:
    """Keep a set that lies in memory; False if the folder does not let us."""
    try:
        spool = Spool(folder, decoded.items.shape[1:])
    except OSError:
        return False
    try:
        step = max(1, _PIECE // prod(decoded.items.shape[1:]))
        for i in range(0, len(decoded.items), step):
            spool.add(decoded.items[i:i + step])
        spool.seal(key, decoded.labels, decoded.skipped, decoded.notes)
    except OSError:
        return False
    finally:
        spool.discard()
    trim(folder, keep=key)
    return True


def load(folder: Path, key: str) -> Decoded | None:
    """The set kept under ``key``; None if there is none, or it is damaged (and then removed)."""
    path = folder / (key + _SUFFIX)
    try:
        found = _read(path)
        # The oldest are removed first: what is used counts as new.
        os.utime(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    return found


def _read(path: Path) -> Decoded:
    with path.open("rb") as file:
        end = file.seek(-len(_MAGIC) - 8, os.SEEK_END)
        length = int.from_bytes(file.read(8), "little")
        if file.read() != _MAGIC or length > end:
            raise ValueError("no cache file")
        file.seek(end - length)
        about = json.loads(file.read(length))
        shape = tuple(int(n) for n in about["shape"])
        size = prod(shape)
        if size + (8 * shape[0] if about["labels"] else 0) != end - length:
            raise ValueError("wrong length")
        file.seek(size)
        labels = np.frombuffer(file.read(8 * shape[0]), "<i8").astype(np.int64) \
            if about["labels"] else None
        if size > IN_MEMORY_BYTES:
            # Copy on write: writable to whoever insists, and never changed on disk.
            items: Bytes = np.memmap(path, np.uint8, "c", shape=shape)
        else:
            items = np.empty(shape, np.uint8)
            file.seek(0)
            read = file.readinto(items.data.cast("B"))
            if read != size or zlib.crc32(items.data) != about["sum"]:
                raise ValueError("damaged")
    skipped = tuple((str(name), str(reason)) for name, reason in about["skipped"])
    return Decoded(items, labels, skipped, tuple(str(note) for note in about["notes"]))


def trim(folder: Path, keep: str = "", most: int = MAX_CACHE_BYTES) -> None:
    """Remove the oldest sets until ``most`` bytes are left, and what a crash left half-written."""
    kept = []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                status = path.stat()
                if path.suffix == _PARTIAL and status.st_mtime < time.time() - _STALE_SECONDS:
                    path.unlink()
                elif path.suffix == _SUFFIX:
                    kept.append((path.stem == keep, status.st_mtime_ns, status.st_size, path))
    total = sum(size for _, _, size, _ in kept)
    for wanted, _, size, path in sorted(kept, key=lambda entry: entry[:2]):
        if total <= most or wanted:
            break
        # On Windows a set that is in use cannot be removed; the next time will do.
        with contextlib.suppress(OSError):
            path.unlink()
            total -= size
