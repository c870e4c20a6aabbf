"""The fixed-latent grid over training, as a moving picture with its step written underneath."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ganstudio.runs.gallery.data import GalleryData
from ganstudio.runs.gallery.meter import Meter
from ganstudio.runs.gallery.palette import DARK, Palette
from ganstudio.runs.gallery.raster import font, lay, render, to_image
from ganstudio.runs.gallery.scatter import backdrop, generated, make_view

MOST_FRAMES = 96
SIDE = 512
STRIP = 34
MIN_WIDTH = 160
PLAY_MS = 9000
LAST_MS = 2500


def choose(timelapse: Sequence[tuple[int, NDArray[Any]]],
           most: int = MOST_FRAMES) -> list[tuple[int, NDArray[Any]]]:
    """At most so many frames, evenly over the list, the first and the last among them.

    Frames come out in the order of their steps; of several at one step the last is kept.
    """
    by_step = dict(timelapse)
    steps = sorted(by_step)
    if len(steps) > most:
        kept = np.linspace(0, len(steps) - 1, most).round().astype(int)
        steps = [steps[k] for k in kept.tolist()]
    return [(step, by_step[step]) for step in steps]


def draw_frames(data: GalleryData, frames: Sequence[tuple[int, NDArray[Any]]], palette: Palette,
                meter: Meter) -> list[Image.Image]:
    """The frames as RGB pictures of one size, each with its step and how far along it is.

    Pictures get a dark strip, points the colours of ``palette``.
    """
    if not frames:
        return []
    pictures = (_image_frames(data, frames) if data.is_image
                else _point_frames(data, frames, palette))
    last = max(frames[-1][0], 1)
    done = []
    for (step, _), picture in zip(frames, pictures, strict=True):
        done.append(stamp(picture, step, step / last, DARK if data.is_image else palette))
        meter.tick("Drawing the time-lapse")
    return done


def _image_frames(data: GalleryData, frames: Sequence[tuple[int, NDArray[Any]]],
                  ) -> Iterator[Image.Image]:
    tile = (data.samples.shape[1], data.samples.shape[2])
    longest = max(frames[-1][1].shape[:2])
    zoom = max(1, SIDE // longest)
    size = spread(frames[-1][1], tile, zoom).size
    if max(size) > SIDE + 80:
        share = SIDE / max(size)
        size = (max(1, round(size[0] * share)), max(1, round(size[1] * share)))
    for _, frame in frames:
        picture = spread(frame, tile, zoom)
        yield picture if picture.size == size else picture.resize(size, Image.Resampling.BOX)


def spread(mosaic: NDArray[Any], tile: tuple[int, int], zoom: int) -> Image.Image:
    """Touching tiles, ``zoom`` times as large and drawn apart, so that each is seen for itself.

    A mosaic that is not made of such tiles is only enlarged.
    """
    big = mosaic.repeat(zoom, 0).repeat(zoom, 1)
    image = to_image(big).convert("RGB")
    high, wide = tile[0] * zoom, tile[1] * zoom
    rows, columns = image.height // high, image.width // wide
    if (rows * high, columns * wide) != (image.height, image.width):
        return image
    gutter = max(2, min(high, wide) // 16)
    apart = Image.new("RGB", (image.width + (columns - 1) * gutter,
                              image.height + (rows - 1) * gutter), DARK.line)
    for row in range(rows):
        for column in range(columns):
            left, top = column * wide, row * high
            apart.paste(image.crop((left, top, left + wide, top + high)),
                        (left + column * gutter, top + row * gutter))
    return apart


def _point_frames(data: GalleryData, frames: Sequence[tuple[int, NDArray[Any]]],
                  palette: Palette) -> Iterator[Image.Image]:
    view = make_view(data, small=True)
    under = lay(backdrop(data, view), palette, 1)
    for _, points in frames:
        yield render(generated(data, points, view), palette, 1, under)


def stamp(picture: Image.Image, step: int, share: float, palette: Palette) -> Image.Image:
    """The picture with a strip beneath it: the step, and a bar for how far training has come."""
    width = max(picture.width, MIN_WIDTH)
    out = Image.new("RGB", (width, picture.height + STRIP), palette.paper)
    out.paste(picture, ((width - picture.width) // 2, 0))
    draw = ImageDraw.Draw(out)
    top = picture.height
    draw.rectangle((0, top, width, top + 2), fill=palette.line)
    draw.rectangle((0, top, round(share * (width - 1)), top + 2), fill=palette.fake)
    draw.text((12, top + 24), f"step {step:,}", fill=palette.text, font=font(16), anchor="ls")
    return out


def durations(count: int) -> list[int]:
    """Milliseconds for each frame: about nine seconds in all, and a rest on the last."""
    each = max(40, min(500, PLAY_MS // max(count, 1))) // 10 * 10
    return [each] * (count - 1) + [LAST_MS]


def to_gif(frames: list[Image.Image], colour: bool, meter: Meter) -> bytes:
    """GIF bytes: one palette for all frames, so that nothing flickers.

    Without ``colour`` the palette is made for greys; with it, for the last frame and the first.
    """
    sheet = Image.new("RGB", (frames[0].width, frames[0].height * 2))
    sheet.paste(frames[0], (0, 0))
    sheet.paste(frames[-1], (0, frames[0].height))
    palette = sheet.quantize(256, Image.Quantize.MEDIANCUT) if colour else _greys(frames[-1])
    indexed = []
    for frame in frames:
        dither = Image.Dither.FLOYDSTEINBERG if colour else Image.Dither.NONE
        indexed.append(frame.quantize(palette=palette, dither=dither))
        meter.tick("Writing the GIF")
    return _animate(indexed, "GIF", disposal=1, optimize=False)


def _greys(frame: Image.Image) -> Image.Image:
    """All greys but a few, and in their place the colours of the strip."""
    strip = np.asarray(frame.crop((0, frame.height - STRIP, frame.width, frame.height)))
    colours, counts = np.unique(strip.reshape(-1, 3), axis=0, return_counts=True)
    coloured = np.ptp(colours.astype(int), axis=1) > 0
    accents = colours[coloured][np.argsort(-counts[coloured])][:56]
    greys = np.linspace(0, 255, 256 - len(accents)).round().astype(int)
    table = [*np.repeat(greys, 3).tolist(), *accents.ravel().tolist()]
    palette = Image.new("P", (1, 1))
    palette.putpalette(table)
    return palette


def to_webp(frames: list[Image.Image], exact: bool) -> bytes:
    """WebP bytes; ``exact`` keeps every pixel, which for flat or enlarged pictures is smaller."""
    return _animate(frames, "WEBP", lossless=exact, quality=20 if exact else 82, method=1,
                    kmin=9, kmax=24)


def _animate(frames: list[Image.Image], kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], loop=0,
                   duration=durations(len(frames)), **options)
    return buffer.getvalue()
