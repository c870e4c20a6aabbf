"""Planes in the space of both players' parameters, and the game's field on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ganstudio.game.products import field
from ganstudio.game.protocol import Game, Point, flatten, unflatten
from ganstudio.game.spectrum import Spectrum

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """w₀ + a·d₁ + b·d₂. The directions need be neither of unit length nor at right angles."""

    origin: Point
    first: Point
    second: Point

    def at(self, a: float, b: float) -> Point:
        """The point with coordinates (a, b)."""
        return self.origin.plus(self.first, a, a).plus(self.second, b, b)

    def gram(self) -> Array:
        """Inner products of the directions, (2, 2)."""
        d = (self.first, self.second)
        return np.array([[float(p.dot(q)) for q in d] for p in d])

    def project(self, direction: Point) -> tuple[float, float, float]:
        """(a, b, seen): the coordinates of a direction's shadow, and ‖shadow‖/‖direction‖.

        Raises:
            ValueError: the two directions are one line.
        """
        gram = self.gram()
        if np.linalg.matrix_rank(gram, tol=1e-12 * max(gram[0, 0], gram[1, 1], 1e-300)) < 2:
            raise ValueError("the two directions of a plane must not lie on one line")
        along = np.array([float(self.first.dot(direction)), float(self.second.dot(direction))])
        a, b = np.linalg.solve(gram, along)
        whole = float(direction.dot(direction))
        shadow = max(float(along @ (a, b)), 0.0)
        return float(a), float(b), min((shadow / whole) ** 0.5, 1.0) if whole > 0 else 1.0

    def coordinates(self, point: Point) -> tuple[float, float, float]:
        """Where the shadow of a point lies, and what share of its way from the origin is seen."""
        return self.project(point.plus(self.origin, -1.0, -1.0))


@dataclass(frozen=True)
class Arrow:
    """The field's shadow at (a, b): (va, vb) in plane coordinates; ``seen`` is ‖Pv‖/‖v‖."""

    a: float
    b: float
    va: float
    vb: float
    seen: float
    norm: float


def arrow(game: Game, plane: Plane, a: float, b: float) -> Arrow:
    """The game's field at one point of a plane."""
    v = field(game, plane.at(a, b))
    va, vb, seen = plane.project(v)
    return Arrow(a, b, va, vb, seen, float(v.dot(v)) ** 0.5)


def coarse_to_fine(columns: int, rows: int) -> Iterator[tuple[int, int]]:
    """All cells (row, column) of a grid, each once: a coarse lattice first, then what lies between.

    So a picture can be shown early and filled in as time allows.
    """
    stride = 1
    while stride * 2 < max(columns, rows):
        stride *= 2
    done = set()
    while stride:
        for row in range(0, rows, stride):
            for column in range(0, columns, stride):
                if (row, column) not in done:
                    done.add((row, column))
                    yield row, column
        stride //= 2


# ---- directions ---------------------------------------------------------------------------


def player_plane(origin: Point, g: Sequence[torch.Tensor], d: Sequence[torch.Tensor]) -> Plane:
    """One direction per player, each of unit length: d₁ moves θ alone, d₂ ψ alone.

    Raises:
        ValueError: a player's direction is zero.
    """
    zero = origin.map(torch.zeros_like)
    return Plane(origin, _unit(Point(tuple(g), zero.psi), "generator"),
                 _unit(Point(zero.theta, tuple(d)), "discriminator"))


def _unit(direction: Point, whose: str) -> Point:
    length = float(direction.dot(direction)) ** 0.5
    if not length > 0:
        raise ValueError(f"the {whose}'s direction is zero: it has not moved, or feels no gradient")
    return direction.times(1.0 / length)


def random_direction(at: Point, seed: int = 0) -> Point:
    """Normal numbers, each filter (row of a weight) scaled to the length of the one it stands for
    (Li et al. 2018); biases and other single numbers are scaled as one.
    """
    random = torch.Generator().manual_seed(seed)

    def draw(tensor: torch.Tensor) -> torch.Tensor:
        noise = torch.randn(tensor.shape, generator=random, dtype=torch.float64).to(tensor)
        rows = tensor.shape[0] if tensor.dim() > 1 else 1
        flat, like = noise.reshape(rows, -1), tensor.detach().reshape(rows, -1)
        scale = like.norm(dim=1, keepdim=True) / flat.norm(dim=1, keepdim=True).clamp_min(1e-12)
        out: torch.Tensor = (flat * scale).reshape(tensor.shape)
        return out

    return at.map(draw)


def principal_directions(path: Sequence[Point], count: int = 2) -> tuple[list[Point], Array]:
    """The principal directions of a path and the variance each explains, of 1 in all.

    High explained variance alone is no sign of structure: a random walk in many dimensions
    explains .608, .152, .068 (Antognini & Sohl-Dickstein 2018).

    Raises:
        ValueError: fewer than two different points.
    """
    rows = torch.stack([flatten(p).detach().double() for p in path])
    rows = rows - rows.mean(0)
    # The small (n, n) matrix has the same variances as the large one, and there are few points.
    values, vectors = torch.linalg.eigh(rows @ rows.T)
    values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
    if len(path) < 2 or not float(values[0]) > 0:
        raise ValueError("principal directions need a path of at least two different points")
    kept = [i for i in range(min(count, len(path))) if values[i] > 1e-14 * values[0]]
    directions = [rows.T @ vectors[:, i] / values[i].sqrt() for i in kept]
    like = path[0]
    return ([unflatten(d.to(like.all[0]), like) for d in directions],
            (values / values.sum())[kept].cpu().numpy())


def rotation_plane(origin: Point, spectrum: Spectrum, index: int) -> Plane:
    """span{Re, Im} of a complex eigenvector: the field's linear part turns it into itself.

    The two directions are made orthonormal; the span stays the same.

    Raises:
        ValueError: that eigenvalue is real.
    """
    vector = spectrum.vectors[:, index]
    basis, triangle = np.linalg.qr(np.stack([vector.real, vector.imag], axis=1))
    if abs(triangle[1, 1]) < 1e-9:
        raise ValueError("a real eigenvalue turns no plane; choose one of a complex pair")
    first, second = (unflatten(torch.from_numpy(basis[:, i].copy()).to(origin.all[0]), origin)
                     for i in range(2))
    return Plane(origin, first, second)
