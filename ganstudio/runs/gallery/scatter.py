"""Pictures of points: real beside fake in the plane, or two densities on the line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.runs.gallery.data import GalleryData
from ganstudio.runs.gallery.scene import (
    Area,
    Dots,
    Field,
    Line,
    Mark,
    Points,
    Role,
    Scene,
    Text,
    nice_ticks,
    segment,
    tick_text,
)
from ganstudio.training.frames import SurfaceFrame

MOST_DOTS, SMALL_DOTS = 3000, 600
BINS = 240


@dataclass(frozen=True, slots=True)
class View:
    """Where the plot stands in the picture, and which part of the plane it shows.

    ``extent`` is in the units of training; ticks are written in the user's.
    """

    extent: tuple[float, float, float, float]
    left: float
    top: float
    width: float
    height: float
    small: bool

    def place(self, points: NDArray[Any]) -> Points:
        """Points (n, 2) in pixels."""
        x0, x1, y0, y1 = self.extent
        share = (np.asarray(points, np.float64) - (x0, y0)) / (x1 - x0, y1 - y0)
        return np.stack([self.left + share[:, 0] * self.width,
                         self.top + (1 - share[:, 1]) * self.height], -1)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the whole picture."""
        return self.left + self.width + 14, self.top + self.height + (26 if self.small else 58)


def make_view(data: GalleryData, *, small: bool) -> View:
    """The view that the sheet (large) and the frames of the time-lapse (small) share."""
    x0, x1, y0, y1 = data.extent or own_extent(data)
    side = 420.0 if small else 640.0
    if data.samples.shape[1] == 1:
        width, height = (520.0, 280.0) if small else (820.0, 420.0)
    else:
        shape = min(max((y1 - y0) / (x1 - x0), 0.4), 2.5)
        width, height = (side, side * shape) if shape <= 1 else (side / shape, side)
    return View((x0, x1, y0, y1), 50, 14 if small else 66, width, height, small)


def own_extent(data: GalleryData) -> tuple[float, float, float, float]:
    """A view that holds the data with a margin, where none was given."""
    base = data.samples if data.real is None or not len(data.real) else data.real
    finite = base[np.isfinite(base).all(axis=1)]
    if not len(finite):
        return -1.0, 1.0, -1.0, 1.0
    low, high = finite.min(axis=0).astype(float), finite.max(axis=0).astype(float)
    # Points that all coincide, however far out, still get a view with some width.
    span, size = high - low, np.abs(high)
    margin = np.where(span > 1e-4 * size, 0.15 * span, 0.01 * size + 0.1)
    low, high = low - margin, high + margin
    return float(low[0]), float(high[0]), float(low[-1]), float(high[-1])


def points_scene(data: GalleryData, view: View) -> Scene:
    """The sheet of points: title, axes, D's surface, the real points and the samples."""
    marks = (*backdrop(data, view).marks, *generated(data, data.samples, view).marks,
             *_heading(data, view))
    return Scene(*view.size, marks)


def backdrop(data: GalleryData, view: View) -> Scene:
    """What stays the same while the fakes move: axes, real data and, in a large view, D."""
    x0, x1, y0, y1 = view.extent
    if data.samples.shape[1] == 1:
        marks = _ticks(view, data.to_user(np.array([[x0], [x1]])), sides=(0,))
        if data.real is not None and len(data.real):
            marks += _bell(data, data.real, view, "real")
        return Scene(*view.size, tuple(marks))
    marks = []
    if data.d_surface is not None and not view.small:
        marks += _surface(data.d_surface, view)
    marks += _ticks(view, data.to_user(np.array([[x0, y0], [x1, y1]])), sides=(0, 1))
    if data.real is not None:
        marks.append(_cloud(data.real, view, "real", 0.4))
    return Scene(*view.size, tuple(marks))


def generated(data: GalleryData, fake: NDArray[Any], view: View) -> Scene:
    """The fakes (n, d) of some step, and nothing else."""
    if data.samples.shape[1] == 1:
        return Scene(*view.size, tuple(_bell(data, fake, view, "fake")))
    return Scene(*view.size, (_cloud(fake, view, "fake", 0.75),))


def even_rows(array: NDArray[Any], most: int) -> NDArray[Any]:
    """At most so many rows, evenly chosen."""
    if len(array) <= most:
        return array
    chosen: NDArray[Any] = array[np.linspace(0, len(array) - 1, most).round().astype(int)]
    return chosen


def _cloud(points: NDArray[Any], view: View, role: Role, opacity: float) -> Dots:
    inside = points[_inside(points, view.extent)]
    some = even_rows(inside, SMALL_DOTS if view.small else MOST_DOTS)
    return Dots(view.place(some), role, 2.0 if view.small else 2.4, opacity)


def _inside(points: NDArray[Any], extent: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    x0, x1, y0, y1 = extent
    x, y = points[:, 0], points[:, -1]
    held = (x >= x0) & (x <= x1)
    return held & (y >= y0) & (y <= y1) if points.shape[1] == 2 else held


def _surface(surface: SurfaceFrame, view: View) -> list[Mark]:
    values = np.asarray(surface.d, np.float64)[::-1]
    if surface.output == "critic":
        # A critic's values have no zero of their own: centred on their middle.
        finite = values[np.isfinite(values)]
        middle = float(np.median(finite)) if finite.size else 0.0
        reach = float(np.quantile(np.abs(finite - middle), 0.98)) if finite.size else 1.0
        values = 0.5 + 0.5 * (values - middle) / (reach or 1.0)
    x0, x1, y0, y1 = surface.extent
    corners = view.place(np.array([[x0, y1], [x1, y0]]))
    (left, top), (right, bottom) = corners.tolist()
    if abs(left - view.left) > 1 or abs(right - view.left - view.width) > 1:
        return []  # it was looked at through another window
    return [Field(left, top, right - left, bottom - top, values)]


def _ticks(view: View, corners: NDArray[np.float64], sides: tuple[int, ...]) -> list[Mark]:
    marks: list[Mark] = []
    right, base = view.left + view.width, view.top + view.height
    for axis in sides:
        low, high = float(corners[0, axis]), float(corners[1, axis])
        span = high - low or 1.0
        for value in nice_ticks(low, high, 5):
            share = (value - low) / span
            if axis == 0:
                x = view.left + share * view.width
                marks.append(Line(segment(x, view.top, x, base), "line", 0.75, (), 0.7))
                marks.append(Text(x, base + 17, tick_text(value), "muted", 10.5, "middle"))
            else:
                y = base - share * view.height
                marks.append(Line(segment(view.left, y, right, y), "line", 0.75, (), 0.7))
                marks.append(Text(view.left - 8, y + 3.6, tick_text(value), "muted", 10.5, "end"))
    return marks


def density(points: NDArray[Any], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kernel estimate on a regular ``x``: Gaussian kernel, Scott's rule (Scott 1979).

    The bandwidth is at least the spacing of ``x``, so that one repeated value stays visible.
    """
    finite = np.asarray(points[np.isfinite(points)], np.float64)
    step = x[1] - x[0]
    if not len(finite):
        return np.zeros_like(x)
    width = max(float(finite.std()) * len(finite) ** -0.2, 1.2 * step)
    edges = np.concatenate([x - step / 2, [x[-1] + step / 2]])
    counts = np.histogram(finite, edges)[0]
    reach = int(np.ceil(4 * width / step))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / width) ** 2)
    kernel /= kernel.sum()
    full = np.convolve(counts, kernel)
    return np.asarray(full[reach:reach + len(x)] / (len(finite) * step))


def _bell(data: GalleryData, points: NDArray[Any], view: View, role: Role) -> list[Mark]:
    """A density with its area, and a row of dots below it."""
    x0, x1 = view.extent[:2]
    x = np.linspace(x0, x1, BINS)
    base = view.top + view.height - 14
    # Every frame of a time-lapse has the scale of the real data, so that heights compare.
    scale = data.samples if data.real is None or not len(data.real) else data.real
    top = 1.6 * float(density(scale[:, 0], x).max() or 1)
    heights = np.clip(density(points[:, 0], x) / top, 0, 1) * (view.height - 20)
    pixels = np.stack([view.left + (x - x0) / (x1 - x0) * view.width, base - heights], -1)
    ends = np.array([[pixels[-1, 0], base], [pixels[0, 0], base]])
    some = even_rows(points[_inside(points, view.extent)], 300)[:, 0]
    at = view.left + (some - x0) / (x1 - x0) * view.width
    row = np.stack([at, np.full(len(at), base + (4 if role == "real" else 10))], -1)
    return [Area(np.concatenate([pixels, ends]), role, 0.16),
            Line(pixels, role, 2, () if role == "real" else (6, 3.5)),
            Dots(row, role, 1.6, 0.5)]


def _heading(data: GalleryData, view: View) -> list[Mark]:
    marks: list[Mark] = [Text(view.left, 26, data.name, size=16)]
    x = view.left
    legend: list[tuple[Role, str]] = [("fake", "generated")]
    if data.real is not None:
        legend.insert(0, ("real", "real"))
    for role, label in legend:
        marks.append(Dots(np.array([[x + 4, 44.0]]), role, 4))
        marks.append(Text(x + 14, 48, label, "text", 12))
        x += 60
    outside = int((~_inside(data.samples, view.extent)).sum())
    note = f"step {data.step:,} · seed {data.seed} · {len(data.samples):,} generated"
    if outside:
        note += f", {outside:,} outside this view"
    marks.append(Text(view.left, view.size[1] - 14, note, "muted", 11.5))
    return marks
