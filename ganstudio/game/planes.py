"""Planes through the space of both players' parameters, and directions to span them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.game.protocol import Point, flatten, unflatten

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """w₀ + a·d₁ + b·d₂: ``directions`` (2, n), with their Gram matrix's inverse (2, 2)."""

    directions: Tensor
    inverse: Array
    labels: tuple[str, str]

    def shadow(self, vector: Tensor) -> tuple[float, float, float]:
        """(a, b, seen): coordinates of a vector's shadow and ‖shadow‖/‖vector‖."""
        found = torch.cat((self.directions @ vector, vector.square().sum()[None]))
        numbers = found.cpu().double().numpy()  # at once: each reading waits for a GPU
        along, whole = numbers[:2], float(numbers[2])
        place = self.inverse @ along
        length = max(float(along @ place), 0.0)
        seen = min((length / whole) ** 0.5, 1.0) if whole > 0 else 1.0
        return float(place[0]), float(place[1]), seen


def plane_of(first: Tensor, second: Tensor, labels: tuple[str, str] = ("", "")) -> Plane:
    """The plane of two directions (n,), which need not be of unit length or at right angles."""
    directions = torch.stack([first, second])
    gram = (directions @ directions.T).cpu().double()
    return Plane(directions, np.linalg.inv(gram.numpy()), labels)


def rotation_directions(real: Tensor, imag: Tensor) -> tuple[Tensor, Tensor] | None:
    """span{Re, Im} of a complex eigenvector, made orthonormal: the field's linear part turns it
    into itself. None for a real one, which spans no plane.
    """
    first = real / real.norm()
    second = imag - (imag @ first) * first
    if not float(second.norm()) >= 1e-6 * float(imag.norm()) > 0:
        return None
    return first, second / second.norm()


def random_direction(at: Point, seed: int = 0) -> Point:
    """Normal numbers, each filter (row of a weight) scaled to the length of the one it stands for
    (Li et al. 2018); biases and other single numbers are scaled as one.
    """
    random = torch.Generator().manual_seed(seed)

    def draw(tensor: Tensor) -> Tensor:
        noise = torch.randn(tensor.shape, generator=random, dtype=torch.float64).to(tensor)
        rows = tensor.shape[0] if tensor.dim() > 1 else 1
        flat, like = noise.reshape(rows, -1), tensor.detach().reshape(rows, -1)
        scale = like.norm(dim=1, keepdim=True) / flat.norm(dim=1, keepdim=True).clamp_min(1e-12)
        out: Tensor = (flat * scale).reshape(tensor.shape)
        return out

    return at.map(draw)


def principal_directions(path: Sequence[Point], count: int = 2) -> tuple[list[Point], Array]:
    """The principal directions of a path and the variance each explains, of 1 in all.

    High explained variance alone is no sign of structure: a random walk in many dimensions
    explains .608, .152, .068 (Antognini & Sohl-Dickstein 2018).

    Raises:
        ValueError: fewer than two different points.
    """
    rows = torch.stack([flatten(p).detach() for p in path])
    rows = rows - rows.mean(0)
    # The small (n, n) matrix has the same variances as the large one, and there are few points.
    values, vectors = torch.linalg.eigh((rows @ rows.T).double())
    values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
    if len(path) < 2 or not float(values[0]) > 0:
        raise ValueError("principal directions need a path of at least two different points")
    kept = [i for i in range(min(count, len(path))) if values[i] > 1e-14 * values[0]]
    directions = [rows.T @ (vectors[:, i] / values[i].sqrt()).to(rows) for i in kept]
    like = path[0]
    return ([unflatten(d.to(like.all[0]), like) for d in directions],
            (values / values.sum())[kept].cpu().numpy())
