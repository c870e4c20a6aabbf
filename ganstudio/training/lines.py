"""What the 1-D picture and the latent map are made of."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.recipe.data import LATENT_BOXES


def _levels(kind: str, count: int) -> Tensor:
    """``count`` values of one latent coordinate, evenly spaced in probability."""
    share = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    if kind == "normal":
        levels: Tensor = torch.special.ndtri(share)
        return levels
    low, high = LATENT_BOXES[kind]
    return (high - low) * share + low


def _middle(kind: str) -> float:
    """The median of a latent coordinate."""
    return sum(LATENT_BOXES.get(kind, (0.0, 0.0))) / 2


def spread(kind: str, dim: int, count: int) -> Tensor:
    """Latents (count, dim) along the first coordinate, the others at their median.

    On the sphere the first two coordinates go once round a circle; in one dimension the sphere
    is the two points ±1.
    """
    z = torch.full((count, dim), _middle(kind), dtype=torch.float64)
    if kind != "sphere":
        z[:, 0] = _levels(kind, count)
    elif dim == 1:
        z[:, 0] = torch.where(torch.arange(count) < count / 2, -1.0, 1.0)
    else:
        angle = torch.linspace(0, 2 * torch.pi, count, dtype=torch.float64)
        z[:, 0], z[:, 1] = torch.cos(angle), torch.sin(angle)
    return z


def lattice(kind: str, dim: int, lines: int) -> Tensor:
    """Latents (lines², dim) on a lattice in the first two coordinates, the others at their median.

    With one coordinate, or on a circle, every row of the lattice is the same line. On a sphere
    of three or more dimensions the lattice lies on the half with positive third coordinate.
    """
    if dim == 1 or (kind == "sphere" and dim == 2):
        return spread(kind, dim, lines).repeat(lines, 1)
    z = torch.full((lines * lines, dim), _middle(kind), dtype=torch.float64)
    across = _levels("uniform" if kind == "sphere" else kind, lines)
    second, first = torch.meshgrid(across, across, indexing="ij")
    z[:, 0], z[:, 1] = first.reshape(-1), second.reshape(-1)
    if kind == "sphere":
        # Squeeze the square into the disc, then lift it onto the sphere.
        largest = z[:, :2].abs().max(dim=1).values
        radius = z[:, :2].norm(dim=1)
        z[:, :2] *= (largest / radius.clamp(min=1e-12))[:, None]
        z[:, 2] = (1 - z[:, :2].square().sum(1)).clamp(min=0).sqrt()
    return z


def kernel_density(sample: NDArray[np.floating], x: NDArray[np.float64]
                   ) -> tuple[NDArray[np.float64], float]:
    """A Gaussian kernel estimate of ``sample``'s density on the even lattice ``x``.

    The bandwidth is Silverman's robust rule of thumb (1986, eq. 3.31), and at least one cell of
    the lattice and at most its length (a generator that runs away would ask for a lattice
    without end). Points are first shared between their two neighbouring nodes, on a lattice
    that goes four bandwidths beyond ``x``, which costs one convolution whatever the sample's
    size. Returns the density and the bandwidth.
    """
    values = sample[np.isfinite(sample)].astype(np.float64)
    cell = float(x[1] - x[0])
    if len(values) == 0:
        return np.zeros_like(x), cell
    low, high = np.percentile(values, [25, 75])
    spread_ = min(float(values.std()), float(high - low) / 1.34) or float(values.std())
    bandwidth = min(max(0.9 * spread_ * len(values) ** -0.2, cell), cell * len(x))
    margin = int(np.ceil(4 * bandwidth / cell))
    count = len(x) + 2 * margin
    place = (values - (x[0] - margin * cell)) / cell
    inside = place[(place >= 0) & (place < count - 1)]
    left = inside.astype(np.int64)
    share = inside - left
    mass = np.bincount(left, 1 - share, count) + np.bincount(left + 1, share, count)
    offsets = np.arange(-margin, margin + 1) * cell / bandwidth
    kernel = np.exp(-0.5 * offsets**2)
    # Normalised by its own sum on the lattice, so that the estimate's total is exact.
    kernel /= kernel.sum() * cell * len(values)
    smooth = np.convolve(mass, kernel, mode="same")
    return smooth[margin:margin + len(x)], bandwidth
