"""Games of two numbers whose dynamics are known, as games like any other.

Each player holds one tensor. A tensor of any shape stands for that many independent games
played side by side, so one evaluation gives the field on a whole grid.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from ganstudio.game.catalogue import GAMES, Entry, Value
from ganstudio.game.dirac import Each, Number, dirac_family
from ganstudio.game.protocol import Point, Tensors, Who
from ganstudio.game.spec import SpecError, check_params
from ganstudio.game.xor import xor_loss

Numbers = tuple[float, float]
Family = Callable[..., tuple[Each, Each]]
"""From a game's own numbers to its losses on θ and ψ of one shape, element by element.

Families that compare equal compute alike, so that one recorded step serves all their games.
"""


@dataclass(frozen=True)
class Toy:
    """A game of two numbers; satisfies ``Game``.

    ``each_g`` and ``each_d`` are the players' losses element by element, which ``family`` makes of
    ``numbers``. ``low`` and ``high`` bound (θ, ψ), infinite where they are free. ``equilibria``
    lists the known rest points, the one at which the update map is linearised first; ``smooth``
    tells whether it can be there. ``centre`` is where distances are measured from if there is no
    equilibrium to list.
    """

    entry: Entry
    family: Family
    numbers: tuple[float, ...]
    each_g: Each
    each_d: Each
    equilibria: tuple[Numbers, ...] = ((0.0, 0.0),)
    centre: Numbers = (0.0, 0.0)
    low: Numbers = (-math.inf, -math.inf)
    high: Numbers = (math.inf, math.inf)
    smooth: bool = True
    start: Numbers = (1.0, 1.0)

    def at(self, theta: float, psi: float) -> Toy:
        """The same game with the players standing elsewhere."""
        return replace(self, start=(theta, psi))

    def under(self, numbers: Sequence[Number]) -> Toy:
        """The same game with other numbers, which may be tensors, in its losses."""
        each_g, each_d = self.family(*numbers)
        return replace(self, each_g=each_g, each_d=each_d)

    def point(self) -> Point:
        """Where the players stand, as float64 scalars."""
        return point(*self.start)

    def loss_g(self, theta: Tensors, psi: Tensors) -> Tensor:
        """The generator's loss, summed over games played side by side."""
        return self.each_g(theta[0], psi[0]).sum()

    def loss_d(self, theta: Tensors, psi: Tensors) -> Tensor:
        """The discriminator's loss, summed over games played side by side."""
        return self.each_d(theta[0], psi[0]).sum()

    def project(self, point: Point) -> Point:
        """Clamp each number into its bounds."""
        if not any(map(math.isfinite, (*self.low, *self.high))):
            return point
        return Point((_clamped(point.theta[0], self.low[0], self.high[0]),),
                     (_clamped(point.psi[0], self.low[1], self.high[1]),))

    def turn(self, who: Who) -> None:
        """A toy has no batches to draw."""

    def distance(self, theta: float, psi: float) -> float:
        """How far (θ, ψ) is from the nearest equilibrium (or the centre)."""
        return min(math.hypot(theta - x, psi - y) for x, y in self.equilibria or (self.centre,))


def point(theta: float, psi: float) -> Point:
    """Two numbers as a point of a toy game, float64."""
    return Point((torch.tensor(theta, dtype=torch.float64),),
                 (torch.tensor(psi, dtype=torch.float64),))


def _clamped(value: Tensor, low: float, high: float) -> Tensor:
    return value if math.isinf(low) and math.isinf(high) else value.clamp(low, high)


def _toy(entry: Entry, family: Family, numbers: tuple[float, ...] = (), **rest: Any) -> Toy:
    return Toy(entry, family, numbers, *family(*numbers), **rest)


def _zero_sum(value: Each) -> tuple[Each, Each]:
    """θ descends ``value`` and ψ climbs it."""
    return value, lambda x, y: -value(x, y)


def _values(params: Mapping[str, Value], *names: str) -> tuple[float, ...]:
    return tuple(float(params[name]) for name in names)


def _bilinear_losses(a: Number) -> tuple[Each, Each]:
    return _zero_sum(lambda x, y: a * x * y)


def _bilinear(entry: Entry, params: Mapping[str, Value]) -> Toy:
    c = float(params.get("c", math.inf))
    return _toy(entry, _bilinear_losses, _values(params, "a"), low=(-math.inf, -c),
                high=(math.inf, c))


def _quadratic_losses(p: Number, a: Number, q: Number) -> tuple[Each, Each]:
    return _zero_sum(lambda x, y: 0.5 * p * x * x + a * x * y - 0.5 * q * y * y)


def _quadratic(entry: Entry, params: Mapping[str, Value]) -> Toy:
    return _toy(entry, _quadratic_losses, _values(params, "p", "a", "q"))


def _pennies_losses(stake: Number) -> tuple[Each, Each]:
    return _zero_sum(lambda x, y: stake * (2 * x - 1) * (2 * y - 1))


def _matching_pennies(entry: Entry, params: Mapping[str, Value]) -> Toy:
    return _toy(entry, _pennies_losses, _values(params, "stake"), equilibria=((0.5, 0.5),),
                low=(0.0, 0.0), high=(1.0, 1.0))


def payoffs(stake: float = 1.0) -> tuple[tuple[float, float], tuple[float, float]]:
    """What ψ wins in matching pennies: rows θ's heads and tails, columns ψ's heads and tails."""
    return (stake, -stake), (-stake, stake)


def _forsaken_losses() -> tuple[Each, Each]:
    def phi(z: Tensor) -> Tensor:
        square = z * z
        return square * (0.25 + square * (square / 6 - 0.5))

    return _zero_sum(lambda x, y: x * (y - 0.45) + phi(x) - phi(y))


def _forsaken(entry: Entry, params: Mapping[str, Value]) -> Toy:
    return _toy(entry, _forsaken_losses, equilibria=())


FORSAKEN_SOLUTION: Numbers = (0.07802666873846009, 0.41193385136581984)
"""The one rest point of the forsaken game (roots of y − 0.45 + φ′(x) and x − φ′(y))."""


def _dirac(entry: Entry, params: Mapping[str, Value]) -> Toy:
    family, numbers = dirac_family(entry.name, params)
    clip = float(params.get("clip", 0.0)) or math.inf
    # |ψ| has a corner at rest, unless the slope is held to nought or not held at all.
    corner = params.get("lambda", 0.0) != 0 and params.get("target", 0.0) != 0
    return _toy(entry, family, numbers, low=(-math.inf, -clip), high=(math.inf, clip),
                smooth=not corner)


def _xor_losses() -> tuple[Each, Each]:
    return xor_loss, xor_loss


def _xor(entry: Entry, params: Mapping[str, Value]) -> Toy:
    return _toy(entry, _xor_losses, equilibria=((0.0, 0.0), (1.0, 0.0)))


_MAKERS: dict[str, Callable[[Entry, Mapping[str, Value]], Toy]] = {
    "bilinear": _bilinear,
    "bilinear_clipped": _bilinear,
    "quadratic": _quadratic,
    "matching_pennies": _matching_pennies,
    "forsaken": _forsaken,
    "xor": _xor,
    **{name: _dirac for name in GAMES if name.startswith("dirac")},
}


def make_toy(name: str, params: Mapping[str, Value] | None = None) -> Toy:
    """The toy game called ``name``, standing at its usual start.

    Raises:
        SpecError: an unknown game (the message lists them) or parameter.
    """
    if name not in GAMES:
        raise SpecError(f"there is no game {name!r}; the games are {', '.join(GAMES)}")
    entry = GAMES[name]
    toy = _MAKERS[name](entry, check_params("game", entry, params or {}))
    return toy.at(*entry.start)
