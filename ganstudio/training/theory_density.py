"""The generator's density on a lattice: exact where its map allows it, else a kernel estimate."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.recipe.data import LATENT_BOXES
from ganstudio.recipe.tree import Recipe

Array = NDArray[np.float64]
Generate = Callable[[Tensor], Tensor]
MESH = 4096
"""Stretches into which a 1-D latent is cut; the map is taken as straight within each."""
TAIL = 8.3
"""Beyond this many standard deviations a normal latent has less mass than rounding."""
MOST_PIECES = 4_000_000
CHUNK = 2048
NODES = 3
ROUNDING = 1e-15


@dataclass(frozen=True)
class CellMass:
    """Probability in each cell of a lattice; ``bandwidth`` is 0 where it is exact."""

    mass: Array
    exact: bool
    bandwidth: float


@dataclass(frozen=True)
class Lattice:
    """Equal cells: ``edges`` along each dimension, one or two of them."""

    edges: tuple[Array, ...]

    @property
    def cell(self) -> tuple[float, ...]:
        """Side lengths of a cell."""
        return tuple(float(e[1] - e[0]) for e in self.edges)

    @property
    def volume(self) -> float:
        """Length or area of a cell."""
        return float(np.prod(self.cell))

    def centres(self) -> Array:
        """(n, d), in 2-D rows of x from low y to high y."""
        middles = [(e[1:] + e[:-1]) / 2 for e in self.edges]
        if len(middles) == 1:
            return middles[0][:, None]
        x, y = np.meshgrid(*middles)
        return np.stack([x.ravel(), y.ravel()], axis=1)


def density_mass(pdf: Callable[[Array], Array], lattice: Lattice) -> Generator[None, None, Array]:
    """Returns a known density's mass in each cell (n,); yields between pieces.

    By Gauss and Legendre's rule with ``NODES`` places to a side, so that a mode narrower than a
    cell is not missed.
    """
    places, weights = np.polynomial.legendre.leggauss(NODES)
    centres, half = lattice.centres(), np.array(lattice.cell) / 2
    mass = np.zeros(len(centres))
    dimensions = len(lattice.edges)
    for index in np.ndindex(*(NODES,) * dimensions):
        chosen = np.array(index)
        share = float(np.prod(weights[chosen] / 2))
        mass += share * np.asarray(pdf(centres + places[chosen] * half))
        yield
    return mass * lattice.volume


def is_affine_normal(recipe: Recipe) -> bool:
    """Whether the generator's density is a normal one: normal latents through a linear map."""
    return (recipe.latent.kind == "normal" and recipe.generator.kind == "mlp"
            and recipe.generator.depth == 0 and recipe.generator.out == "linear")


def is_line_map(recipe: Recipe) -> bool:
    """Whether a 1-D latent with a density is what is mapped."""
    return recipe.latent.dim == 1 and recipe.latent.kind in ("normal", *LATENT_BOXES)


def mapped(generate: Generate, z: Tensor) -> Generator[None, None, Array]:
    """Returns G(z) (n, d) in float64; yields between pieces."""
    parts = []
    for start in range(0, len(z), CHUNK):
        with torch.no_grad():
            parts.append(generate(z[start:start + CHUNK]).cpu().double().numpy())
        yield
    return np.concatenate(parts)


# ---- exact ----------------------------------------------------------------------------------


def latent_mesh(recipe: Recipe, like: Tensor) -> Tensor:
    """Nodes (MESH + 1, 1) over all of a 1-D latent's range."""
    low, high = LATENT_BOXES.get(recipe.latent.kind, (-TAIL, TAIL))
    return torch.linspace(low, high, MESH + 1, dtype=torch.float64).to(like)[:, None]


def _latent_share(kind: str, z: Array) -> Array:
    """The latent's distribution function."""
    if kind == "normal":
        return np.asarray(torch.special.ndtr(torch.from_numpy(np.ascontiguousarray(z))))
    low, high = LATENT_BOXES[kind]
    return np.clip((z - low) / (high - low), 0, 1)


def line_mass(kind: str, z: Array, x: Array, edges: Array) -> Array | None:
    """Mass in each cell of ``edges`` (n + 1,) when z (m,) goes to x (m,), straight in between.

    The change of variables Σ p(z)/|G′(z)| over all preimages, integrated over each cell, so that
    nothing is lost where the map is flat. None where the map folds too often to follow.
    """
    cells, width = len(edges) - 1, edges[1] - edges[0]
    forward = x[1:] >= x[:-1]
    x_low, x_high = np.minimum(x[1:], x[:-1]), np.maximum(x[1:], x[:-1])
    z_low, z_high = np.where(forward, z[:-1], z[1:]), np.where(forward, z[1:], z[:-1])
    inside = (x_high >= edges[0]) & (x_low < edges[-1])
    x_low, x_high, z_low, z_high = (a[inside] for a in (x_low, x_high, z_low, z_high))
    first, last = (np.clip(np.floor((a - edges[0]) / width), 0, cells - 1).astype(np.int64)
                   for a in (x_low, x_high))
    count = last - first + 1
    if count.sum() > MOST_PIECES:
        return None
    piece = np.repeat(np.arange(len(count)), count)
    cell = first[piece] + np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    length = np.maximum(x_high - x_low, 1e-300)

    def back(place: Array) -> Array:
        share = np.clip((place - x_low[piece]) / length[piece], 0, 1)
        found: Array = z_low[piece] + share * (z_high - z_low)[piece]
        return found

    start = back(np.maximum(edges[cell], x_low[piece]))
    end = back(np.minimum(edges[cell + 1], x_high[piece]))
    flat = (x_high <= x_low)[piece]
    start, end = np.where(flat, z_low[piece], start), np.where(flat, z_high[piece], end)
    mass = np.abs(_latent_share(kind, end) - _latent_share(kind, start))
    held: Array = np.bincount(cell, mass, cells).astype(np.float64)
    return held


def affine_mass(generate: Generate, dim: int, like: Tensor, lattice: Lattice) -> CellMass | None:
    """The normal density of an affine map of normal latents; None where it is degenerate."""
    nodes = torch.cat([torch.zeros(1, dim), torch.eye(dim)]).to(like)
    with torch.no_grad():
        image = generate(nodes).cpu().double().numpy()
    mean, spread = image[0], image[1:] - image[0]
    covariance = spread.T @ spread
    if not np.isfinite(covariance).all() or np.linalg.cond(covariance) > 1e10:
        return None
    if len(lattice.edges) == 1:
        share = _latent_share("normal", (lattice.edges[0] - mean[0]) / covariance[0, 0] ** 0.5)
        return CellMass(np.diff(share), True, 0.0)
    away = lattice.centres() - mean
    exponent: Array = -0.5 * ((away @ np.linalg.inv(covariance)) * away).sum(axis=1)
    peak = lattice.volume / (2 * np.pi * np.linalg.det(covariance) ** 0.5)
    return CellMass(peak * np.exp(exponent), True, 0.0)


def noisy(mass: Array, lattice: Lattice, sigma: float) -> Array:
    """What a density's masses (n,) become when Gaussian noise is added to its samples."""
    shape = [len(e) - 1 for e in lattice.edges][::-1]
    widths = sigma / np.array(lattice.cell[::-1])
    return blurred(mass.reshape(shape), widths).ravel()


# ---- estimated ------------------------------------------------------------------------------


def kernel_mass(samples: Array, lattice: Lattice) -> Generator[None, None, CellMass]:
    """Returns a Gaussian kernel estimate from ``samples`` (n, d); yields between pieces.

    One bandwidth, chosen between half a cell and Silverman's rule as that under which one half
    of the samples makes the other half likeliest (Habbema et al. 1974; Duin 1976).
    """
    samples = samples[np.isfinite(samples).all(axis=1)]
    n, d = samples.shape
    cell = np.array(lattice.cell)
    if n < 4:
        empty = np.zeros([len(e) - 1 for e in lattice.edges])
        return CellMass(empty.T.ravel(), False, float(cell.max()))
    halves = [_binned(half, lattice) for half in (samples[::2], samples[1::2])]
    yield
    rule = float(samples.std(axis=0).mean()) * (4 / (d + 2)) ** (1 / (d + 4)) * n ** (-1 / (d + 4))
    low, high = 0.5 * float(cell.max()), float(min(len(e) for e in lattice.edges) * cell.min()) / 8
    candidates = np.geomspace(low, min(max(rule, 2 * low), max(high, 2 * low)), 8)
    scores = []
    for bandwidth in candidates:
        smooth = blurred(halves[0], bandwidth / cell)
        scores.append(float((halves[1] * np.log(smooth + 1e-12)).sum()))
        yield
    best = float(candidates[int(np.argmax(scores))]) * 2 ** (-1 / (d + 4))
    mass = blurred(halves[0] + halves[1], best / cell) / n
    return CellMass(mass.T.ravel(), False, best)


def blurred(mass: Array, widths: Array) -> Array:
    """``mass`` with a Gaussian of these widths (in cells) laid over each dimension."""
    for axis, width in enumerate(widths):
        size = mass.shape[axis]
        offset = np.minimum(np.arange(2 * size), 2 * size - np.arange(2 * size))
        kernel = np.exp(-0.5 * (offset / width) ** 2)
        shape = [1] * mass.ndim
        shape[axis] = -1
        wave = np.fft.rfft(kernel / kernel.sum()).reshape(shape)
        # Twice the room, so that nothing comes in again at the other edge.
        wide = np.fft.irfft(np.fft.rfft(mass, 2 * size, axis) * wave, 2 * size, axis)
        mass = np.take(wide, range(size), axis)
    # What is left of the transform's rounding differs from cell to cell: it is made one level.
    levelled: Array = np.maximum(mass, ROUNDING * mass.max(initial=0.0))
    return levelled


def _binned(samples: Array, lattice: Lattice) -> Array:
    counts: Array = np.histogramdd(samples, bins=list(lattice.edges))[0]
    return counts
