"""Which images the convolutional networks can make and judge; no torch, so that forms can ask."""

from __future__ import annotations

ALLOWED_IMAGE_SIZES: tuple[int, ...] = tuple(range(8, 129, 4))
"""Sides, in pixels, of the square images that a DCGAN handles."""

_LARGEST_BASE = 7


def halvings(size: int) -> list[int]:
    """Sides of an image of ``size`` pixels as it is halved, rounding down, to a base of 4 to 7.

    >>> halvings(28)
    [28, 14, 7]
    """
    sides = [size]
    while sides[-1] > _LARGEST_BASE:
        sides.append(sides[-1] // 2)
    return sides


def check_dcgan_shape(sample_shape: tuple[int, ...]) -> None:
    """Raise ValueError, one sentence, unless a DCGAN can make samples (C, H, W) of this shape."""
    if len(sample_shape) != 3:
        raise ValueError(
            f"A DCGAN makes images, and these samples are points of {sample_shape[0]} "
            "coordinates; use an MLP." if len(sample_shape) == 1 else
            f"A DCGAN needs samples of shape (channels, height, width), not {sample_shape}.")
    channels, height, width = sample_shape
    if channels < 1 or height != width or height not in ALLOWED_IMAGE_SIZES:
        raise ValueError(
            f"A DCGAN handles square images with a side of {ALLOWED_IMAGE_SIZES[0]}, "
            f"{ALLOWED_IMAGE_SIZES[1]}, … {ALLOWED_IMAGE_SIZES[-1]} pixels (multiples of 4), and "
            f"these are {height}×{width} with {channels} channel(s); resize them or use an MLP.")
