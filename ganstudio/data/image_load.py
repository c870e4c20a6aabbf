"""From a recipe's folder or file to decoded images, through the cache."""

from __future__ import annotations

import shutil
import warnings
from math import prod
from pathlib import Path

import numpy as np

from ganstudio.data import cache
from ganstudio.data.dataset import Bytes, DataError, Dataset, Monitor
from ganstudio.data.idx import images_in_folder, labels_beside, looks_like_idx, open_idx_images
from ganstudio.data.image_array import open_image_array
from ganstudio.data.image_file import ImageFile
from ganstudio.data.image_folder import FolderSource, list_images, nothing_usable
from ganstudio.data.images import ImageSource, describe, make_plan
from ganstudio.recipe.data import Images

MAX_IMAGES = 10_000_000
MAX_WITHOUT_DISK = 2 << 30


def load_images(part: Images, monitor: Monitor, cache_dir: Path | None,
                allowed: tuple[int, ...] | None) -> Dataset:
    """The images of a folder or file, decoded now or taken from the cache.

    Raises:
        DataError: nothing usable, or a file that is damaged; one sentence.
        Cancelled: the monitor said so.
    """
    path = Path(part.path).expanduser()
    folder = cache.default_cache_dir() if cache_dir is None else cache_dir
    try:
        if not path.exists():
            raise DataError(f"{path} does not exist")
        target = (images_in_folder(path) or path) if path.is_dir() else path
        files = list_images(target, monitor) if target.is_dir() else []
        key = _key(part, target, files, allowed)
        found = cache.load(folder, key)
        if found is None:
            with warnings.catch_warnings():
                # Oversized and oddly written images are judged, listed and skipped by us.
                warnings.simplefilter("ignore")
                source = _open(part, target, files, monitor)
                found = _Decoding(part, source, folder, key, allowed, monitor).run()
        else:
            monitor.report(len(found.items), len(found.items))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
    return Dataset(name=path.name or str(path), items=found.items, labels=found.labels,
                   skipped=found.skipped, notes=found.notes)


def _key(part: Images, target: Path, files: list[ImageFile],
         allowed: tuple[int, ...] | None) -> str:
    if target.is_dir():
        listed = [(file.name, file.size, file.changed) for file in files]
    else:
        beside = labels_beside(target)
        listed = [(p.name, p.stat().st_size, p.stat().st_mtime_ns)
                  for p in (target, beside) if p is not None]
    settings = part.model_dump(mode="json") | {"path": str(target.resolve())}
    # What the networks can make only matters where it chooses the size.
    settings["allowed"] = sorted(allowed) if allowed is not None and part.size == 0 else None
    return cache.cache_key(listed, settings)


def _open(part: Images, target: Path, files: list[ImageFile], monitor: Monitor) -> ImageSource:
    if target.is_dir():
        return FolderSource(str(target), files, part.limit, monitor)
    if target.suffix.lower() in (".npy", ".npz"):
        return open_image_array(target, part.limit, monitor)
    if looks_like_idx(target) or target.suffix.lower() == ".gz" or "ubyte" in target.name:
        return open_idx_images(target, part.limit)
    with target.open("rb") as stream:
        magic = stream.read(6)
    if magic == b"\x93NUMPY" or magic[:4] == b"PK\x03\x04":
        return open_image_array(target, part.limit, monitor)
    raise DataError(f"{target.name} is not a set of images; give a folder of images, an IDX file "
                    "(.gz or not), or an .npz or .npy array")


class _Decoding:
    """Brings a source's images to one size, in memory or, where there are too many, on disk."""

    def __init__(self, part: Images, source: ImageSource, folder: Path, key: str,
                 allowed: tuple[int, ...] | None, monitor: Monitor) -> None:
        if source.count > MAX_IMAGES:
            raise DataError(f"{part.path} holds {source.count:,} images, more than {MAX_IMAGES:,}; "
                            "set 'At most' to use the first of them")
        self.plan = make_plan(source.sizes, source.grey, size=part.size, fit=part.fit,
                              colour=part.colour, allowed=allowed)
        # Grey pictures are often stored as colour; that shows only in the pixels.
        self.watch_grey = part.colour == "auto" and self.plan.channels == 3
        self.part, self.source, self.folder, self.key = part, source, folder, key
        self.monitor = monitor

    def run(self) -> cache.Decoded:
        """Decode, keep in the cache if it can be, and hand over."""
        size = self.source.count * prod(self.plan.shape)
        if size > cache.IN_MEMORY_BYTES and _room(self.folder, size):
            found = self._on_disk()
            if found is not None:
                return found
        if size > MAX_WITHOUT_DISK:
            raise DataError(f"{self.source.count:,} images of {self.plan.side} x {self.plan.side} "
                            f"need {size / 2**30:.1f} GB, for which {self.folder} has no room; "
                            "choose a smaller size or set 'At most'")
        decoded = self._in_memory()
        cache.save(self.folder, self.key, decoded)
        return decoded

    def _in_memory(self) -> cache.Decoded:
        items = np.empty((self.source.count, *self.plan.shape), np.uint8)
        count = 0
        grey = self.watch_grey
        for batch in self.source.batches(self.plan, self.monitor):
            grey = grey and _is_grey(batch)
            items[count:count + len(batch)] = batch
            count += len(batch)
        items = items[:count]
        if grey and count:
            items = np.ascontiguousarray(items[:, :1])
        return cache.Decoded(items, self._labels(count), *self._words(count, grey))

    def _on_disk(self) -> cache.Decoded | None:
        try:
            spool = cache.Spool(self.folder, self.plan.shape)
        except OSError:
            return None
        try:
            grey = self.watch_grey
            for batch in self.source.batches(self.plan, self.monitor):
                grey = grey and _is_grey(batch)
                spool.add(batch)
            if grey and spool.count:
                spool = spool.one_channel()
            spool.seal(self.key, self._labels(spool.count), *self._words(spool.count, grey))
        finally:
            spool.discard()
        cache.trim(self.folder, keep=self.key)
        return cache.load(self.folder, self.key)

    def _labels(self, count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
        labels = self.source.labels
        return labels if labels is not None and len(labels) == count else None

    def _words(self, count: int, grey: bool,
               ) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
        """What was skipped, and the notes. Refuses a set of which nothing is left."""
        skipped = self.source.skipped
        if not count:
            raise nothing_usable(self.part.path, skipped)
        notes = [*describe(self.source.sizes, self.plan), *self.source.notes]
        if grey:
            notes.append("Every image was grey though stored as colour, so one channel was kept.")
        return tuple(skipped), tuple(notes)


def _is_grey(batch: Bytes) -> bool:
    return bool(np.array_equal(batch[:, 0], batch[:, 1])
                and np.array_equal(batch[:, 0], batch[:, 2]))


def _room(folder: Path, size: int) -> bool:
    """Whether the disk under ``folder`` has twice ``size`` left, for it and for a rewrite."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free > 2 * size
    except OSError:
        return False
