"""How an image of any size becomes a square of the size that is trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from ganstudio.data.dataset import Bytes, DataError, Labels, Monitor

if TYPE_CHECKING:
    from PIL import Image

Fit = Literal["crop", "pad", "stretch"]
Colour = Literal["auto", "grey", "rgb"]
LARGEST_SIDE = 128
CHOSEN_SIDE = 64
"""The most that is chosen unasked, DCGAN's own size: at 128 a CPU takes seconds a step."""
MAX_PIXELS = 50_000_000
_DONE = {"crop": "cropped to {0}", "pad": "padded to {0} in the colour of their border",
         "stretch": "stretched to {0}"}


@dataclass(frozen=True)
class Plan:
    """What every image is brought to: (channels, side, side), by the rule ``fit``."""

    side: int
    channels: Literal[1, 3]
    fit: Fit

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of one finished image."""
        return (self.channels, self.side, self.side)


class ImageSource(Protocol):
    """Anything that images come from. ``batches`` may add to ``skipped`` and ``notes``.

    ``sizes`` counts the native (height, width); ``grey`` tells whether all are stored as grey.
    """

    sizes: Counter[tuple[int, int]]
    grey: bool
    count: int
    labels: Labels | None
    skipped: list[tuple[str, str]]
    notes: list[str]

    def batches(self, plan: Plan, monitor: Monitor) -> Iterator[Bytes]:
        """Finished images in order, uint8 (m, channels, side, side) at a time."""


def square_side(native: tuple[int, int], fit: Fit) -> int:
    """The side of the square that ``fit`` makes of an image (height, width) before any scaling."""
    return max(native) if fit == "pad" else min(native)


def choose_size(native: tuple[int, int], allowed: tuple[int, ...] | None, fit: Fit = "crop") -> int:
    """The side to train on for images (height, width): the native one if it is allowed.

    Else the nearest allowed, the smaller of two equally near. ``allowed`` None means 1 to 128.
    Larger images than ``CHOSEN_SIDE`` count as of that side: whoever wants more asks for it.
    """
    side = min(square_side(native, fit), CHOSEN_SIDE)
    sizes = range(1, LARGEST_SIDE + 1) if allowed is None else allowed
    return min((s for s in sizes if s <= LARGEST_SIDE), key=lambda s: (abs(s - side), s))


def make_plan(sizes: Counter[tuple[int, int]], grey: bool, *, size: int, fit: Fit,
              colour: Colour = "auto", allowed: tuple[int, ...] | None = None) -> Plan:
    """What to bring images of these native ``sizes`` to. ``size`` 0 chooses by the commonest.

    Raises:
        DataError: a size was asked for that the networks cannot make.
    """
    if size == 0:
        size = choose_size(_commonest(sizes), allowed, fit)
    elif allowed is not None and size not in allowed:
        near = sorted(sorted(allowed, key=lambda s: abs(s - size))[:2])
        raise DataError(f"these networks cannot make images of {size} x {size}; set the size to "
                        f"{' or '.join(map(str, near))}, or to 0 to have it chosen")
    channels: Literal[1, 3] = 1 if colour == "grey" or (colour == "auto" and grey) else 3
    return Plan(size, channels, fit)


def _commonest(sizes: Counter[tuple[int, int]]) -> tuple[int, int]:
    """The commonest size; of equally common ones the largest, to throw less away."""
    return max(sizes, key=lambda s: (sizes[s], s[0] * s[1], s))


def describe(sizes: Counter[tuple[int, int]], plan: Plan) -> tuple[str, ...]:
    """One sentence on what was done, or none if every image was left as it was."""
    side = plan.side
    if set(sizes) == {(side, side)}:
        return ()
    if len(sizes) > 1:
        how = _DONE[plan.fit].format("squares")
        return (f"Images of {len(sizes)} different sizes were {how}, then resized to "
                f"{side} x {side}.",)
    height, width = next(iter(sizes))
    square = square_side((height, width), plan.fit)
    steps = []
    if height != width:
        shape = side if plan.fit == "stretch" else square
        steps.append(_DONE[plan.fit].format(f"{shape} x {shape}"))
    if square != side and not (plan.fit == "stretch" and steps):
        steps.append(f"{'shrunk' if square > side else 'enlarged'} to {side} x {side}")
    return (f"{width} x {height} images were {', then '.join(steps)}.",)


def fit_image(image: Image.Image, plan: Plan) -> Bytes:
    """One image of mode L, LA, RGB or RGBA as uint8 (channels, side, side).

    Transparency is laid on white.
    """
    fitted = _pad(image, plan.side) if plan.fit == "pad" else _fill(image, plan)
    plain = flatten(fitted)
    mode = "L" if plan.channels == 1 else "RGB"
    pixels = np.asarray(plain if plain.mode == mode else plain.convert(mode))
    return pixels[None] if plan.channels == 1 else np.moveaxis(pixels, 2, 0)


def _resized(image: Image.Image, size: tuple[int, int],
             box: tuple[int, int, int, int]) -> Image.Image:
    from PIL.Image import Resampling

    if size == (box[2] - box[0], box[3] - box[1]):
        return image if box == (0, 0, *image.size) else image.crop(box)
    # Bicubic widens its kernel when it shrinks, so that nothing aliases.
    return image.resize(size, Resampling.BICUBIC, box=box, reducing_gap=3.0)


def _fill(image: Image.Image, plan: Plan) -> Image.Image:
    width, height = image.size
    box = (0, 0, width, height)
    if plan.fit == "crop":
        square = min(width, height)
        left, top = (width - square) // 2, (height - square) // 2
        box = (left, top, left + square, top + square)
    return _resized(image, (plan.side, plan.side), box)


def _pad(image: Image.Image, side: int) -> Image.Image:
    from PIL import Image

    factor = side / max(image.size)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    inner = flatten(_resized(image, size, (0, 0, *image.size)))
    if inner.size == (side, side):
        return inner
    canvas = Image.new(inner.mode, (side, side), _border(inner))
    canvas.paste(inner, ((side - size[0]) // 2, (side - size[1]) // 2))
    return canvas


def _border(image: Image.Image) -> Any:
    """The median colour of the outermost pixels."""
    pixels = np.asarray(image).reshape(image.height, image.width, -1)
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colour = tuple(int(c) for c in np.median(rim, axis=0))
    return colour if len(colour) > 1 else colour[0]


def flatten(image: Image.Image) -> Image.Image:
    """The image without its transparency, which is laid on white."""
    from PIL import Image

    if image.mode not in ("LA", "RGBA"):
        return image
    opaque = image.mode[:-1]
    white = Image.new(opaque, image.size, 255 if opaque == "L" else (255, 255, 255))
    white.paste(image.convert(opaque), mask=image.getchannel("A"))
    return white
