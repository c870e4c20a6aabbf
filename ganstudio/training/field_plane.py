"""The plane on which a real game is shown: its two directions, their names and how wide it is."""

from __future__ import annotations

from collections.abc import Generator
from math import floor, log10

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.game.planes import (
    Plane,
    plane_of,
    principal_directions,
    random_direction,
    rotation_directions,
)
from ganstudio.game.protocol import Point
from ganstudio.training.field_frames import Direction, PlaneKind, WantField
from ganstudio.training.spectrum_look import Effort, Search
from ganstudio.training.still_game import StillGame

Array = NDArray[np.float64]
WHO = ("generator", "discriminator")
NONE_YET = {"last_step": "step seen", "recent_path": "path", "random": "direction"}
ALONE_SPAN = 0.02
"""Half-width, as a share of a player's own length, where there is no path to go by."""
ROOM = 1.3
MOST_OBLONG = 1.25
EIGEN = Effort(40, 1e-3)
MOST_ROWS = 32
"""Places by which principal directions are told: what they cost grows with the square."""
FEW = 16
"""Places of the path that are found in one piece of work."""


def make_plane(still: StillGame, want: WantField, v: Tensor) -> Generator[None, None, Plane]:
    """Returns the plane that is wanted; yields after each piece of work. ``v`` is the field."""
    kinds = [want.direction_g or want.plane, want.direction_d or want.plane]
    instead = ""
    if kinds == ["eigen", "eigen"]:
        found = yield from _rotation(still, want.seed)
        if found is not None:
            return found
        instead = "no complex pair leads; "
    made = []
    for player, kind in enumerate(kinds):
        direction, label = _direction(still, player, "gradients" if kind == "eigen" else kind,
                                      want.seed, v)
        made.append((direction, f"{WHO[player]}: {instead}{label}"))
        yield
    return plane_of(made[0][0], made[1][0], (made[0][1], made[1][1]))


def _rotation(still: StillGame, seed: int) -> Generator[None, None, Plane | None]:
    """span{Re, Im} of the leading complex eigenvector, made orthonormal; None if there is none."""
    search = Search(still, "game", 8, EIGEN, seed)
    while not search.settled:
        yield from search.some()
    ritz = search.found()
    turning = [i for i, value in enumerate(ritz.values) if value.imag > 1e-6 * abs(value)]
    if not turning:
        return None
    value = ritz.values[turning[0]]
    axes = rotation_directions(*search.space.vector(ritz, turning[0]))
    if axes is None:
        return None
    name = f"{value.real:.3g} ± {value.imag:.3g}i".replace("-", "−")
    return plane_of(*axes, (f"both players: Re of the eigenvector to {name}",
                            f"both players: Im of the eigenvector to {name}"))


def _direction(still: StillGame, player: int, kind: PlaneKind | Direction, seed: int, v: Tensor
               ) -> tuple[Tensor, str]:
    """One player's direction (n,) of unit length, zero for the other; and its name."""
    part = slice(0, still.n_g) if player == 0 else slice(still.n_g, None)
    label = {"gradients": "gradient", "random": "random, filter-normalised",
             "last_step": "last step", "recent_path": "recent path"}[kind]
    direction: Tensor | None = None
    if kind == "last_step" and still.before is not None:
        direction = (still.flat - still.before)[part]
    elif kind == "recent_path":
        direction, explained = _principal(still, part)
        if direction is not None:
            label = f"recent path ({explained:.0%} of its variance)"
    elif kind == "random":
        direction = _random(still, player, seed)
    if direction is None or not float(direction.norm()) > 0:
        if kind != "gradients":
            label = f"gradient (no {NONE_YET[kind]} yet)"
        direction = v[part]
    if not float(direction.norm()) > 0 or not bool(direction.isfinite().all()):
        direction, label = _random(still, player, seed), "random (it feels no gradient)"
    whole = torch.zeros_like(still.flat)
    whole[part] = direction / direction.norm()
    return whole, label


def _random(still: StillGame, player: int, seed: int) -> Tensor:
    drawn = random_direction(still.here, seed)
    return torch.cat([t.reshape(-1) for t in (drawn.theta if player == 0 else drawn.psi)])


def _principal(still: StillGame, part: slice) -> tuple[Tensor | None, float]:
    every = 1 + len(still.moments) // MOST_ROWS
    rows = [m.weights[part].cpu() for m in still.moments[::every]] + [still.flat[part].cpu()]
    try:
        (point,), explained = principal_directions([Point((row,), ()) for row in rows], 1)
    except ValueError:  # it has not moved
        return None, 0.0
    direction = point.theta[0]
    ahead = float(direction @ (rows[-1] - rows[0]))
    return (-direction if ahead < 0 else direction).to(still.flat), float(explained[0])


# ---- how wide -----------------------------------------------------------------------------


def path_shadow(still: StillGame, plane: Plane) -> Generator[None, None, tuple[Array, Array]]:
    """Returns (path (m, 2), distance (m,)): the recent path on the plane, and how far it lies off
    it; yields after every few places.
    """
    places, distances = [], []
    for k, moment in enumerate(still.moments):
        if k % FEW == 0:
            yield
        if moment.step < still.step:
            a, b, seen = plane.shadow(moment.weights - still.flat)
            places.append((a, b))
            distances.append(max(0.0, 1 - seen**2) ** 0.5)
    return np.array([*places, (0.0, 0.0)]), np.array([*distances, 0.0])


def half_widths(still: StillGame, plane: Plane, path: Array, span: float | None
                ) -> tuple[float, float]:
    """Half-widths along both axes: ``span``, or round numbers that hold the path with room.

    Neither is much wider than the other, so that there is a picture to look at.
    """
    if span is not None:
        return span, span
    widths = []
    for axis, direction in enumerate(plane.directions):
        reach = float(np.abs(path[:, axis]).max())
        own = float(still.flat[direction != 0].norm())
        widths.append(_rounded_up(ROOM * reach or ALONE_SPAN * own or 1.0))
    least = max(widths) / MOST_OBLONG
    return max(widths[0], least), max(widths[1], least)


def _rounded_up(number: float) -> float:
    """The next of 1, 2, 5, 10, … times a power of ten, so that axes change seldom."""
    power = 10.0 ** floor(log10(number))
    return next(m * power for m in (1, 2, 5, 10) if number <= m * power * (1 + 1e-9))
