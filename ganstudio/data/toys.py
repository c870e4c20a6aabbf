"""The sets that are drawn from a formula: each recipe part's exact density and modes."""

from __future__ import annotations

from collections.abc import Callable
from math import erf, exp, pi, sin, sqrt
from typing import Any

import numpy as np

from ganstudio.data.curves import CurveNoise, line, moons, spiral, swiss_roll
from ganstudio.data.dataset import DataError, Dataset, Density, Floats, Modes, Monitor
from ganstudio.data.densities import GaussianMixture, UniformDiscs, UniformSquares
from ganstudio.recipe.data import (
    Checkerboard,
    DataPart,
    Disjoint,
    Drawn,
    Gaussian1D,
    Grid,
    Line,
    Moons,
    Ring,
    Spiral,
    SwissRoll,
    TwoGaussians,
)

_DATA_STREAM = 0xDA7A
_CHUNK = 1 << 18


def data_rng(seed: int) -> np.random.Generator:
    """The generator of everything random in a run's data, apart from its other streams."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, _DATA_STREAM])))


def circle(count: int, radius: float) -> Floats:
    """``count`` distinct places evenly round a circle, from angle 0, (count, 2)."""
    angle = 2 * pi * np.arange(count) / count
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _gaussian_1d(part: Gaussian1D) -> GaussianMixture:
    return GaussianMixture(np.array([[part.mean]], dtype=np.float64), part.sigma)


def _two_gaussians(part: TwoGaussians) -> GaussianMixture:
    half = part.separation / 2
    return GaussianMixture(np.array([[-half, 0.0], [half, 0.0]]), part.sigma)


def _ring(part: Ring) -> GaussianMixture:
    return GaussianMixture(circle(part.modes, part.radius * part.scale), part.sigma * part.scale)


def _grid(part: Grid) -> GaussianMixture:
    line = (np.arange(part.side) - (part.side - 1) / 2) * part.spacing * part.scale
    x, y = np.meshgrid(line, line, indexing="ij")
    return GaussianMixture(np.stack([x.ravel(), y.ravel()], axis=1), part.sigma * part.scale)


def _drawn(part: Drawn) -> GaussianMixture:
    return GaussianMixture(np.array(part.strokes, dtype=np.float64), part.sigma)


_DENSITIES: dict[str, Callable[[Any], Density]] = {
    "gaussian-1d": _gaussian_1d,
    "two-gaussians": _two_gaussians,
    "ring": _ring,
    "grid": _grid,
    "line": lambda part: CurveNoise(line(part.length, part.angle), part.sigma),
    "moons": lambda part: CurveNoise(moons(), part.sigma),
    "spiral": lambda part: CurveNoise(spiral(part.arms, part.turns), part.sigma),
    "swiss-roll": lambda part: CurveNoise(swiss_roll(), part.sigma),
    "checkerboard": lambda part: UniformSquares(part.side),
    "disjoint": lambda part: UniformDiscs(circle(part.blobs, part.scale), part.radius * part.scale),
    "drawn": _drawn,
}
TOY_KINDS = tuple(_DENSITIES)


def density_of(part: DataPart) -> Density:
    """The exact density of a toy set.

    Raises:
        DataError: the part reads a file, whose density nobody knows.
    """
    make = _DENSITIES.get(part.kind)
    if make is None:
        raise DataError(f"data of kind {part.kind!r} comes from a file and has no known density")
    return make(part)


def modes_of(part: DataPart) -> Modes | None:
    """The modes that a generator ought to find, where a set has such.

    Discs count as modes with 3σ = their radius, so that high quality means inside one.
    """
    if not isinstance(part, Gaussian1D | TwoGaussians | Ring | Grid | Disjoint):
        return None
    density = density_of(part)
    if isinstance(density, UniformDiscs):
        return Modes(density.centres, density.radius / 3, 1.0)
    assert isinstance(density, GaussianMixture)
    # Two Gaussians without separation are one mode.
    centres = density.centres if len(density.centres) == 1 else _distinct(density.centres)
    quality = erf(3 / sqrt(2)) if density.dim == 1 else 1 - exp(-4.5)
    return Modes(centres, density.sigma, quality)


def _distinct(centres: Floats) -> Floats:
    _, first = np.unique(centres, axis=0, return_index=True)
    return centres[np.sort(first)]


def _notes(part: DataPart) -> tuple[str, ...]:
    if isinstance(part, Disjoint):
        apart = sin(pi / part.blobs)
        if part.radius >= apart:
            return (f"{part.blobs} discs of radius {part.radius:g} touch or overlap; below a "
                    f"radius of {apart:.3g} they would be disjoint.",)
    return ()


def draw(density: Density, n: int, rng: np.random.Generator, monitor: Monitor,
         ) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """``n`` draws as float32 (n, d), some at a time: ten million points need no more memory."""
    out = np.empty((n, density.dim), dtype=np.float32)
    for start in range(0, n, _CHUNK):
        monitor.report(start, n)
        stop = min(n, start + _CHUNK)
        out[start:stop] = density.sample(stop - start, rng)
    monitor.report(n, n)
    return out


def load_toy(part: DataPart, seed: int, monitor: Monitor) -> Dataset:
    """The training set of a toy part: the same bytes for the same part and seed."""
    assert isinstance(part, Gaussian1D | TwoGaussians | Ring | Grid | Line | Moons | Spiral
                      | SwissRoll | Checkerboard | Disjoint | Drawn)
    density = density_of(part)
    return Dataset(
        name=part.title, items=draw(density, part.points, data_rng(seed), monitor),
        density=density, modes=modes_of(part), notes=_notes(part),
        offset=np.zeros(density.dim), scale=np.ones(density.dim))
