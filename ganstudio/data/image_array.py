"""Images that come as one array: from NPY and NPZ, IDX, or memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.data.arrays import ArrayFile, choose_array, list_arrays
from ganstudio.data.dataset import Bytes, DataError, Labels, Monitor
from ganstudio.data.images import MAX_PIXELS, Plan, fit_image

IMAGE_ARRAYS = ("images", "x", "data", "x_train", "train_images", "arr_0")
LABEL_ARRAYS = ("labels", "y", "target", "y_train", "train_labels", "arr_1")
_BATCH = 512

Pieces = Callable[[], Iterator[NDArray[Any]]]
ToBytes = Callable[[NDArray[Any]], Bytes]


def channels_last(title: str, shape: tuple[int, ...]) -> tuple[int, int, int, bool]:
    """Height, width, channels, and whether channels stand last, for (n, …) images.

    Raises:
        DataError: these are no images.
    """
    if len(shape) == 2:
        raise DataError(f"{title} has the shape {shape}; images come as (n, height, width), "
                        "(n, height, width, channels) or (n, channels, height, width)")
    if len(shape) == 3:
        found = (shape[1], shape[2], 1, True)
    elif len(shape) == 4:
        last, first = shape[3] in (1, 3, 4), shape[1] in (1, 3, 4)
        if last and first:
            # Both readings are possible: real images are nearer to square.
            last = abs(shape[1] - shape[2]) <= abs(shape[2] - shape[3])
        if not (last or first):
            raise DataError(f"{title} has the shape {shape}; images have 1, 3 or 4 channels, as "
                            "the second or the last number")
        height, width = (shape[1], shape[2]) if last else (shape[2], shape[3])
        found = (height, width, shape[3] if last else shape[1], last)
    else:
        raise DataError(f"{title} has {len(shape)} dimensions; a set of images has 3 or 4")
    if min(shape) < 1:
        raise DataError(f"{title} has the shape {shape} and so holds no image")
    if found[0] * found[1] > MAX_PIXELS:
        raise DataError(f"{title} holds images of {found[1]} x {found[0]}; at most "
                        f"{MAX_PIXELS // 1_000_000} megapixels are read")
    return found


class ArraySource:
    """Images of one size from ``pieces`` (m, …) that ``to_bytes`` brings to uint8."""

    def __init__(self, title: str, shape: tuple[int, ...], pieces: Pieces, *, limit: int = 0,
                 to_bytes: ToBytes | None = None) -> None:
        self._height, self._width, self._channels, self._last = channels_last(title, shape)
        self._pieces = pieces
        self._to_bytes = to_bytes
        self._stored = shape[0]
        self.count = min(shape[0], limit) if limit else shape[0]
        self.sizes = Counter({(self._height, self._width): self.count})
        self.grey = self._channels == 1
        self.labels: Labels | None = None
        self.skipped: list[tuple[str, str]] = []
        self.notes: list[str] = []
        if self._channels == 4:
            self.notes.append("The images' fourth channel was taken as transparency and laid on "
                              "white.")

    def batches(self, plan: Plan, monitor: Monitor) -> Iterator[Bytes]:
        """Finished images in order, uint8 (m, channels, side, side) at a time."""
        done = 0
        limit = self.count if self.count < self._stored else -1
        for piece in self._pieces():
            for i in range(0, len(piece), _BATCH):
                monitor.report(done, self.count)
                some = piece[i:i + min(_BATCH, self.count - done)]
                yield self._fitted(self._to_bytes(some) if self._to_bytes else some, plan)
                done += len(some)
                if done == limit:
                    break
            # Without a limit the pieces are run through to the end, which checks the file's.
            if done == limit:
                break
        monitor.report(done, self.count)

    def _fitted(self, some: Bytes, plan: Plan) -> Bytes:
        if some.ndim == 3:
            some = some[..., None]
        elif not self._last:
            some = np.moveaxis(some, 1, 3)
        same = self._channels == plan.channels or (self._channels == 1 and plan.channels == 3)
        if same and (self._height, self._width) == (plan.side, plan.side):
            out = np.empty((len(some), *plan.shape), np.uint8)
            out[:] = np.moveaxis(some, 3, 1)
            return out
        return np.stack([fit_image(_picture(one), plan) for one in some])


def _picture(pixels: Bytes) -> Any:
    from PIL import Image

    return Image.fromarray(np.ascontiguousarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels))


def _range(source: ArrayFile, monitor: Monitor, count: int) -> tuple[float, float]:
    low, high, done = np.inf, -np.inf, 0
    for piece in source.pieces():
        monitor.report(0, source.shape[0])
        piece = piece[:count - done]
        low, high = min(low, float(piece.min())), max(high, float(piece.max()))
        if not (np.isfinite(low) and np.isfinite(high) and np.isfinite(piece.max())):
            raise DataError(f"{source.title} holds NaN or infinite values")
        done += len(piece)
        if done >= count:
            break
    return low, high


def _scaling(source: ArrayFile, low: float, high: float) -> tuple[ToBytes | None, str]:
    """How the values become 0 to 255, and a sentence on it unless they already are.

    Raises:
        DataError: a range that no common convention has.
    """
    whole = source.dtype.kind in "biu"
    if low >= 0 and high <= 1:
        return _linear(255.0, 0.0), "Values from 0 to 1 were scaled to 0 to 255."
    if low >= -1 and high <= 1:
        return _linear(127.5, 127.5), "Values from −1 to 1 were scaled to 0 to 255."
    if low >= 0 and high <= 255:
        if source.dtype == np.uint8:
            return None, ""
        return _linear(1.0, 0.0), "" if whole else "Values were taken to run from 0 to 255."
    if whole and low >= 0 and high <= 65535:
        return _linear(1 / 257, 0.0), "16-bit values were reduced to 8 bits."
    raise DataError(f"{source.title} holds values from {low:g} to {high:g}; images have 0 to 255, "
                    "0 to 1 or −1 to 1")


def _linear(factor: float, shift: float) -> ToBytes:
    def convert(values: NDArray[Any]) -> Bytes:
        return np.rint(values.astype(np.float64) * factor + shift).astype(np.uint8)
    return convert


def open_image_array(path: Path, limit: int, monitor: Monitor) -> ArraySource:
    """The images in an NPY or NPZ file, with labels if it has them.

    Raises:
        DataError: one sentence on what is wrong.
    """
    source = choose_array(path, IMAGE_ARRAYS)
    channels_last(source.title, source.shape)
    count = min(source.shape[0], limit) if limit else source.shape[0]
    convert, note = _scaling(source, *_range(source, monitor, count))
    images = ArraySource(source.title, source.shape, source.pieces, limit=limit, to_bytes=convert)
    if note:
        images.notes.append(note)
    if source.member is not None:
        images.labels = _labels(path, source.shape[0], count)
    return images


def _labels(path: Path, total: int, count: int) -> Labels | None:
    found = list_arrays(path)
    for name in LABEL_ARRAYS:
        labels = found.get(name)
        if labels and labels.shape in ((total,), (total, 1)) and labels.dtype.kind in "iu":
            return labels.whole().reshape(-1)[:count].astype(np.int64)
    return None
