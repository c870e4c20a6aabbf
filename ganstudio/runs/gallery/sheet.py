"""Contact sheets: many small images on one page with gutters between them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ganstudio.runs.gallery.data import GalleryData
from ganstudio.runs.gallery.meter import Meter
from ganstudio.runs.gallery.palette import LIGHT
from ganstudio.runs.gallery.raster import font, spell

TILE = 56
PREVIEW_SIDE = 1600


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet's measures in pixels: tiles ``zoom`` times as large as the images."""

    rows: int
    columns: int
    tile: tuple[int, int]
    zoom: int
    gutter: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the tiles with the gutters between them."""
        high, wide = (side * self.zoom for side in self.tile)
        return (self.rows * (high + self.gutter) - self.gutter,
                self.columns * (wide + self.gutter) - self.gutter)


def make_grid(count: int, columns: int, tile: tuple[int, int]) -> Grid:
    """Small images are enlarged by whole numbers, as long as the sheet stays handy."""
    columns = min(columns, count)
    rows = -(-count // columns)
    most = 2400 // max(1, columns * tile[1], rows * tile[0])
    zoom = max(1, min(-(-TILE // max(tile)), most))
    return Grid(rows, columns, tile, zoom, max(2, min(tile) * zoom // 14))


def lay_out(images: NDArray[Any], grid: Grid, canvas: Image.Image, left: int, top: int,
            meter: Meter) -> None:
    """Paste images (n, h, w[, 3]) on the canvas, one by one, so that little memory is needed."""
    high, wide = (side * grid.zoom for side in grid.tile)
    for k, array in enumerate(images):
        row, column = divmod(k, grid.columns)
        if column == 0:
            meter.tick("Laying out samples", 0)
        # A copy of the array: a frozen one must not be lent to Pillow.
        image = Image.fromarray(np.array(array))
        if image.size != (wide, high):
            bigger = wide > image.width
            image = image.resize((wide, high), Image.Resampling.NEAREST if bigger
                                 else Image.Resampling.BOX)
        # Converted, since a canvas with alpha would keep its own where a tile has none.
        canvas.paste(image.convert(canvas.mode), (left + column * (wide + grid.gutter),
                                                  top + row * (high + grid.gutter)))


def sheet_page(images: NDArray[Any], columns: int, title: str, note: str,
               meter: Meter) -> Image.Image:
    """The finished page: margins, the grid on white paper, and what it is underneath."""
    grid = make_grid(len(images), columns, images.shape[1:3])
    margin, caption_height = 28, 52
    height, width = grid.size
    page = Image.new("RGB" if images.ndim == 4 else "L",
                     (max(width, 320) + 2 * margin, height + 2 * margin + caption_height),
                     LIGHT.paper)
    lay_out(images, grid, page, (page.width - width) // 2, margin, meter)
    draw = ImageDraw.Draw(page)
    base = margin + height + 30
    large = page.width > 900
    for text, size, role in ((title, 22 if large else 16, "text"),
                             (note, 16 if large else 12, "muted")):
        draw.text((margin, base), shorten(text, size, page.width - 2 * margin),
                  fill=getattr(LIGHT, role), font=font(size), anchor="ls")
        base += 24 if large else 20
    return page


def shorten(text: str, size: int, width: int) -> str:
    """The text as far as it fits, in characters that the font has."""
    text = spell(text)
    if font(size).getlength(text) <= width:
        return text
    while text and font(size).getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def caption(data: GalleryData) -> str:
    """What a sheet of samples shows, in one line."""
    parts = [f"step {data.step:,}", f"seed {data.seed}"]
    if data.averaged:
        parts.append("averaged generator")
    return " · ".join(parts)


def preview(images: NDArray[Any], columns: int, meter: Meter) -> bytes:
    """The bare grid as WebP for a web page, with clear gutters: exact while it is small."""
    grid = make_grid(len(images), columns, images.shape[1:3])
    reduction = -(-max(grid.size) // PREVIEW_SIDE)
    if reduction > 1:
        high, wide = (max(1, side * grid.zoom // reduction) for side in grid.tile)
        grid = Grid(grid.rows, grid.columns, (high, wide), 1, max(1, grid.gutter // reduction))
    image = Image.new("RGBA", (grid.size[1], grid.size[0]))
    lay_out(images, grid, image, 0, 0, meter)
    buffer = io.BytesIO()
    exact = image.width * image.height <= 700_000
    image.save(buffer, "WEBP", lossless=exact, quality=60 if exact else 85, method=2)
    return buffer.getvalue()
