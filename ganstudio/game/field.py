"""The field as a picture: on a toy's grid, and what turns in it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ganstudio.game.products import Curvature, field
from ganstudio.game.protocol import Point
from ganstudio.game.rules.consensus import consensus_fields
from ganstudio.game.toys import Toy

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """Arrows at the crossings of ``x`` (n,) and ``y`` (m,); ``vx`` and ``vy`` are (m, n)."""

    x: Array
    y: Array
    vx: Array
    vy: Array

    @property
    def speed(self) -> Array:
        """The arrows' lengths, (m, n)."""
        return np.hypot(self.vx, self.vy)


def lattice(view: tuple[float, float, float, float], columns: int, rows: int
            ) -> tuple[Array, Array]:
    """Even coordinates (columns,) and (rows,) over ``view`` = (x0, x1, y0, y1), edges included."""
    return np.linspace(view[0], view[1], columns), np.linspace(view[2], view[3], rows)


def _points(x: Array, y: Array) -> Point:
    xx, yy = np.meshgrid(x, y)
    return Point((torch.from_numpy(xx.ravel()),), (torch.from_numpy(yy.ravel()),))


def _grid(x: Array, y: Array, v: Point) -> Grid:
    shape = (len(y), len(x))
    return Grid(x, y, v.theta[0].detach().numpy().reshape(shape),
                v.psi[0].detach().numpy().reshape(shape))


def field_on_grid(toy: Toy, x: Array, y: Array) -> Grid:
    """A toy's field on a grid, in one vectorised evaluation."""
    return _grid(x, y, field(toy, _points(x, y)))


def three_fields(toy: Toy, x: Array, y: Array, gamma: float) -> tuple[Grid, Grid, Grid]:
    """Consensus side by side: the game's own field, the conservative −∇½‖v‖², and their sum
    own + γ·conservative.
    """
    own, conservative = consensus_fields(toy, _points(x, y))
    return (_grid(x, y, own), _grid(x, y, conservative),
            _grid(x, y, own.plus(conservative, gamma, gamma)))


def heights(toy: Toy, x: Array, y: Array) -> tuple[Array, Array]:
    """(L_G, L_D) on a grid, each (m, n): the saddle as a surface."""
    theta, psi = (torch.from_numpy(a) for a in np.meshgrid(x, y))
    shape = (len(y), len(x))
    return (np.broadcast_to(toy.each_g(theta, psi).numpy(), shape),
            np.broadcast_to(toy.each_d(theta, psi).numpy(), shape))


@dataclass(frozen=True)
class Turning:
    """How much of the field turns rather than descends, at one point.

    ``share`` is ‖A‖²/(‖A‖² + ‖S‖²), A and S the antisymmetric and symmetric parts of J and
    ‖·‖ Frobenius' norm; ``error`` its standard error over ``probes`` random directions.
    """

    share: float
    error: float
    probes: int


def turning_probe(curve: Curvature, random: torch.Generator
                  ) -> Generator[None, None, tuple[float, float]]:
    """Returns (‖Au‖², ‖Su‖²) for one random direction u; yields after each part of a product.

    For u with independent unit normals E‖Au‖² = ‖A‖², and likewise for S.
    """
    u = curve.at.map(
        lambda t: torch.randn(t.shape, generator=random, dtype=torch.float64).to(t))
    of_g = curve.row_g(u)
    yield
    forth = Point(of_g, curve.row_d(u))
    yield
    back = curve.back(u)
    a, s = forth.plus(back, -1.0, -1.0).times(0.5), forth.plus(back).times(0.5)
    return float(a.dot(a)), float(s.dot(s))


def turning_of(probes: Sequence[tuple[float, float]]) -> Turning:
    """The share and its standard error from some probes."""
    a2, s2 = np.array([a for a, _ in probes]), np.array([s for _, s in probes])
    whole = float((a2 + s2).mean())
    if whole == 0:
        return Turning(0.0, 0.0, len(probes))
    share = float(a2.mean()) / whole
    # The ratio's spread, by its first-order expansion in the two means.
    spread = (a2 - share * (a2 + s2)) / whole
    error = (float(spread.std(ddof=1) / np.sqrt(len(probes))) if len(probes) > 1
             else float("nan"))
    return Turning(share, error, len(probes))
