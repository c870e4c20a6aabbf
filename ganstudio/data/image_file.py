"""One image file read safely: its header without its pixels, then its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.data.dataset import Bytes
from ganstudio.data.images import MAX_PIXELS, Plan, fit_image

if TYPE_CHECKING:
    from PIL import Image

# Only these decoders are ever tried, whatever a file's name says.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
_MAX_FILE_BYTES = 256 << 20
_LARGE_PIXELS = 16_000_000
_SIDEWAYS = (5, 6, 7, 8)
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One file of a folder: its path below it, its length and when it was changed (ns)."""

    path: Path
    name: str
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Header:
    """What an image's header says, or why it cannot be used."""

    reason: str = ""
    size: tuple[int, int] = (0, 0)
    grey: bool = False


@dataclass(frozen=True, slots=True)
class Decoding:
    """Pixels (channels, side, side) or the reason for none; ``marks`` name what was special."""

    pixels: Bytes | None
    reason: str = ""
    marks: tuple[str, ...] = ()


@cache
def _formats() -> tuple[str, ...]:
    """Those of our formats that this build of Pillow has."""
    from PIL import Image

    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def read_header(file: ImageFile) -> Header:
    """Size and kind of an image, without decoding it. Never raises: a reason is in the answer."""
    from PIL import Image

    if file.size == 0:
        return Header("empty")
    if file.size > _MAX_FILE_BYTES:
        return Header(f"{file.size >> 20} MB long, more than {_MAX_FILE_BYTES >> 20} MB")
    try:
        with Image.open(file.path, formats=_formats()) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                return Header(f"{width} x {height} pixels large, more than "
                               f"{MAX_PIXELS // 1_000_000} megapixels")
            if min(width, height) < 1:
                return Header("without pixels")
            if _sideways(image):
                width, height = height, width
            grey = image.mode in ("1", "L", "LA", "La", "I", "F") or image.mode.startswith("I;16")
            return Header(size=(height, width), grey=grey)
    except Exception as error:
        # Decoders raise nearly anything on hostile bytes; whatever it is, the file is skipped.
        return Header(_reason(error))


def _reason(error: BaseException) -> str:
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, Image.DecompressionBombError):
        return f"far more than {MAX_PIXELS // 1_000_000} megapixels large"
    if isinstance(error, UnidentifiedImageError):
        return "not an image that can be read"
    if isinstance(error, PermissionError):
        return "not permitted to be read"
    if isinstance(error, MemoryError):
        return "too large for the memory that is free"
    text = (str(error) or type(error).__name__).splitlines()[0][:120]
    return f"damaged ({text})"


def _sideways(image: Image.Image) -> bool:
    """Whether the camera noted that width and height change places. Reads the header only."""
    if image.format == "PNG" and "exif" not in image.info:
        return False
    try:
        return image.getexif().get(_ORIENTATION) in _SIDEWAYS
    except Exception:
        # A damaged note is no reason to lose the picture.
        return False


def decode(file: ImageFile, plan: Plan, *, alone: bool = True) -> Decoding | None:
    """The finished pixels of one image. Never raises: a reason is in the answer.

    None if the image is too large to be decoded unless ``alone``, with no other thread beside.
    """
    from PIL import Image

    try:
        with Image.open(file.path, formats=_formats()) as image:
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                return Decoding(None, "changed while it was read")
            return _pixels(image, plan) if alone or pixels <= _LARGE_PIXELS else None
    except Exception as error:
        return Decoding(None, _reason(error))


def _pixels(image: Image.Image, plan: Plan) -> Decoding:
    marks = []
    if getattr(image, "n_frames", 1) > 1 and image.format in ("GIF", "WEBP", "PNG"):
        marks.append("frames")
    # JPEG can be decoded at a half, a quarter or an eighth of its size, much faster.
    image.draft(None, (4 * plan.side, 4 * plan.side))
    image.load()
    upright = _upright(image)
    if upright is not image:
        marks.append("turned")
    plain, deep = _plain(upright)
    if deep:
        marks.append("deep")
    if plain.mode in ("LA", "RGBA") and _minimum(plain.getchannel("A")) < 255:
        marks.append("alpha")
    return Decoding(fit_image(plain, plan), marks=tuple(marks))


def _minimum(channel: Image.Image) -> float:
    low = channel.getextrema()[0]
    return low if isinstance(low, int | float) else low[0]


def _upright(image: Image.Image) -> Image.Image:
    from PIL import ImageOps

    try:
        turn = image.getexif().get(_ORIENTATION, 1)
        return ImageOps.exif_transpose(image) if turn in range(2, 9) else image
    except Exception:
        # A damaged note is no reason to lose the picture.
        return image


def _plain(image: Image.Image) -> tuple[Image.Image, bool]:
    """The image in one of L, LA, RGB, RGBA, and whether its depth was reduced."""
    mode = image.mode
    if mode in ("L", "RGB", "LA", "RGBA") and "transparency" not in image.info:
        return image, False
    if mode in ("I", "F") or mode.startswith("I;16"):
        return _reduced(image), True
    if "transparency" in image.info or mode in ("PA", "RGBa", "La"):
        return image.convert("LA" if mode in ("L", "La") else "RGBA"), False
    return image.convert("L" if mode == "1" else "RGB"), False


def _reduced(image: Image.Image) -> Image.Image:
    """16-bit grey by its high byte; whole or real numbers without a declared range by their own."""
    from PIL import Image

    values = np.asarray(image, dtype=np.float32)
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("it holds NaN or infinite values")
    scaled: NDArray[np.floating[Any]] = values
    if image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and 255 < high <= 65535):
        scaled = values / 257
    elif image.mode == "F" and low >= 0 and high <= 1:
        scaled = values * 255
    elif low < 0 or high > 255:
        scaled = (values - low) * (255 / (high - low))
    return Image.fromarray(np.rint(scaled).astype(np.uint8))
