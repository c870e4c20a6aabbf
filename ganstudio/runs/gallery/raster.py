"""A scene as pixels, drawn twice as large and reduced, which smooths every edge."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ganstudio.runs.gallery.palette import LIGHT, Palette
from ganstudio.runs.gallery.scene import Area, Field, Line, Mark, Points, Scene, Text

SMOOTH = 2
# The font that comes with Pillow knows ASCII only; what we ourselves write is spelt out in it.
_SPELLING = {"−": "-", "–": "-", "—": "-", "→": "to", "×": "x", "β": "beta", "σ": "sigma",
             "α": "alpha", "ε": "eps", "λ": "lambda", "½": "1/2", "¼": "1/4", "⅛": "1/8", "’": "'"}


def render(scene: Scene, palette: Palette = LIGHT, scale: float = 2,
           under: Image.Image | None = None) -> Image.Image:
    """The scene as an RGB image, ``scale`` pixels of it to one of the layout.

    ``under`` is what ``lay`` made of marks that lie below, where many pictures share them.
    """
    image = lay(scene, palette, scale, under)
    return image.reduce(SMOOTH)


def lay(scene: Scene, palette: Palette, scale: float,
        under: Image.Image | None = None) -> Image.Image:
    """The scene still at the size at which it is drawn."""
    big = scale * SMOOTH
    size = (round(scene.width * scale) * SMOOTH, round(scene.height * scale) * SMOOTH)
    image = under.copy() if under is not None else Image.new("RGB", size, palette.paper)
    # In this mode a colour's alpha blends with what lies below.
    draw = ImageDraw.Draw(image, "RGBA")
    for mark in scene.marks:
        _draw(image, draw, mark, palette, big)
    return image


def _draw(image: Image.Image, draw: ImageDraw.ImageDraw, mark: Mark, palette: Palette,
          big: float) -> None:
    if isinstance(mark, Field):
        _draw_field(image, mark, palette, big)
        return
    opacity = 1 if isinstance(mark, Text) else mark.opacity
    colour = (*palette.rgb(mark.role), round(255 * opacity))
    if isinstance(mark, Text):
        anchor = {"start": "ls", "middle": "ms", "end": "rs"}[mark.anchor]
        draw.text((mark.x * big, mark.y * big), spell(mark.text), fill=colour, anchor=anchor,
                  font=font(round(mark.size * big)),
                  stroke_width=round(1.5 * big) if mark.halo else 0,
                  stroke_fill=palette.paper if mark.halo else None)
    elif isinstance(mark, Area):
        if len(mark.points) > 2:
            draw.polygon(_flat(mark.points * big), fill=colour)
    elif isinstance(mark, Line):
        width = max(1, round(mark.width * big))
        for piece in dashes(mark.points * big, tuple(d * big for d in mark.dash)):
            draw.line(_flat(piece), fill=colour, width=width, joint="curve" if width > 2 else None)
    else:
        radius = mark.radius * big
        for x, y in (mark.points * big).tolist():
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _flat(points: Points) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points.tolist()]


def _draw_field(image: Image.Image, mark: Field, palette: Palette, big: float) -> None:
    stops = np.array([palette.rgb("low"), palette.rgb("middle"), palette.rgb("high")], np.float64)
    values = np.clip(np.nan_to_num(mark.values, nan=0.5), 0, 1)
    channels = [np.interp(values, (0, 0.5, 1), stops[:, c]) for c in range(3)]
    small = Image.fromarray(np.stack(channels, -1).round().astype(np.uint8))
    size = (round(mark.width * big), round(mark.height * big))
    image.paste(small.resize(size, Image.Resampling.BICUBIC),
                (round(mark.x * big), round(mark.y * big)))


def dashes(points: Points, pattern: tuple[float, ...]) -> Iterator[Points]:
    """The pieces of a polyline that a dash pattern leaves; all of it where there is none."""
    if len(points) < 2:
        return
    if not pattern:
        yield points
        return
    lengths = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    at, turn = 0.0, 0
    while at < along[-1]:
        end = min(at + pattern[turn % len(pattern)], along[-1])
        if turn % 2 == 0:
            inner = points[(along > at) & (along < end)]
            ends = np.stack([np.interp([at, end], along, points[:, c]) for c in (0, 1)], -1)
            yield np.concatenate([ends[:1], inner, ends[1:]])
        at, turn = end, turn + 1


@lru_cache(maxsize=32)
def font(size: int) -> Any:
    """The font that comes with Pillow, at ``size`` pixels."""
    return ImageFont.load_default(max(size, 1))


def spell(text: str) -> str:
    """Text in the characters that Pillow's font has; others lose their accents or drop out."""
    out = []
    for char in text:
        char = _SPELLING.get(char, char)
        if char not in "·…" and not char.isascii():
            char = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
        out.append(char if char.isprintable() else " ")
    return "".join(out).strip()


def text_width(text: str, size: float) -> float:
    """About how wide the text is, in pixels of the layout."""
    return float(font(32).getlength(spell(text))) * size / 32 * 1.16


def to_image(array: NDArray[Any]) -> Image.Image:
    """A uint8 picture (H, W) or (H, W, 3) as a Pillow image."""
    return Image.fromarray(np.ascontiguousarray(array))


def png(image: Image.Image) -> bytes:
    """PNG bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()
