"""Images as every extractor wants them: float32 (n, channels, height, width) in [−1, 1]."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.extractor import Images

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"}


def from_array(array: npt.NDArray[Any], name: str) -> Images:
    """Bring an array of images to (n, c, h, w) in [−1, 1].

    Shapes: (n, h, w) grey, (n, c, h, w) or (n, h, w, c) with 1 or 3 channels. Integers run from
    0 to 255; fractions from −1 to 1 if any is negative, else from 0 to 1 or to 255 by their
    largest. Raises MetricsError for other shapes, NaN and values outside.
    """
    images = _channels_first(array, name)
    if array.dtype.kind == "b":
        return np.where(images, 1, -1).astype(np.float32)
    if not np.isfinite(images).all():
        raise MetricsError(f"{name} holds NaN or infinite values.")
    low, high = float(images.min()), float(images.max())
    if low < -1.001 or high > 255 or (low < 0 and high > 1.001):
        raise MetricsError(f"{name} holds values from {low:g} to {high:g}; images must run from "
                           "−1 to 1, from 0 to 1 or from 0 to 255.")
    out = images.astype(np.float32)
    if low < 0:
        return np.asarray(np.clip(out, -1, 1))
    whole = array.dtype.kind in "iu" or high > 1
    return np.asarray(out / np.float32(127.5) - 1 if whole else out * 2 - 1)


def _channels_first(array: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    if array.ndim == 3:
        array = array[:, None]
    elif array.ndim == 4 and array.shape[1] not in (1, 3) and array.shape[3] in (1, 3):
        array = array.transpose(0, 3, 1, 2)
    if array.ndim != 4 or array.shape[1] not in (1, 3) or 0 in array.shape:
        raise MetricsError(f"{name} has shape {array.shape}; images are n by height by width, "
                           "with 1 or 3 channels before or after them.")
    return array


def matched(real: Images, fake: Images) -> tuple[Images, Images]:
    """Give both the same channels (grey is repeated) and check that their sizes agree."""
    if real.shape[2:] != fake.shape[2:]:
        (h, w), (g, v) = real.shape[2:], fake.shape[2:]
        raise MetricsError(f"REAL's images are {w} by {h} pixels and FAKE's {v} by {g}; "
                           "both must have the same size.")
    channels = max(real.shape[1], fake.shape[1])
    return _with_channels(real, channels), _with_channels(fake, channels)


def _with_channels(images: Images, channels: int) -> Images:
    return images if images.shape[1] == channels else np.repeat(images, channels, axis=1)


def read_folder(folder: Path) -> tuple[Images, list[str] | None]:
    """Read every image under ``folder``, in order of name, and a label for each.

    The label is the name of the image's own folder; None where all lie in ``folder`` itself.
    Hidden files are passed over. Raises MetricsError where none is found, one cannot be read, or
    their sizes differ.
    """
    files = sorted(path for path in folder.rglob("*")
                   if path.suffix.lower() in SUFFIXES and path.is_file()
                   and not any(part.startswith(".") for part in path.relative_to(folder).parts))
    if not files:
        raise MetricsError(f"{folder} holds no images ({', '.join(sorted(SUFFIXES))}).")
    pixels = [_read(path) for path in files]
    height, width = pixels[0].shape[1:]
    for path, image in zip(files, pixels, strict=True):
        if image.shape[1:] != (height, width):
            raise MetricsError(
                f"{path} is {image.shape[2]} by {image.shape[1]} pixels where {files[0].name} is "
                f"{width} by {height}; all images must have one size.")
    channels = max(len(image) for image in pixels)
    stack = np.stack([np.repeat(i, channels, axis=0) if len(i) < channels else i for i in pixels])
    labels = None if all(path.parent == folder for path in files) else [
        path.parent.name for path in files]
    return stack.astype(np.float32) / np.float32(127.5) - 1, labels


def _read(path: Path) -> npt.NDArray[np.float32]:
    """One image (c, h, w) from 0 to 255, grey or colour as it was stored."""
    try:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened)
            if image.mode.startswith("I"):  # 16 bits of grey
                return np.asarray(image, dtype=np.float32)[None] / np.float32(257)
            grey = image.mode in ("1", "L", "LA")
            array = np.asarray(image.convert("L" if grey else "RGB"), dtype=np.float32)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise MetricsError(f"{path} cannot be read as an image ({error}).") from None
    return array[None] if grey else array.transpose(2, 0, 1)
