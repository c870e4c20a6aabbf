"""What turns a direction into a step: plain SGD, RMSprop and Adam, with explicit memory.

One player at a time: each returns the shift of that player's tensors and its new memory.
RMSprop and Adam follow torch.optim's definitions, applied to minus the direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch

from ganstudio.game.protocol import Point, State, Tensors, Who

Memory = dict[str, Tensors]


class Optimizer(Protocol):
    """Scales one player's direction."""

    @property
    def smooth(self) -> bool:
        """Whether it can be linearised where the direction vanishes."""

    def init(self, tensors: Tensors) -> Memory:
        """Memory before the first step."""

    def shift(self, rate: float, direction: Tensors, memory: Memory) -> tuple[Tensors, Memory]:
        """By how much the player moves, and its memory after."""


@dataclass(frozen=True)
class Sgd:
    """Rate times direction."""

    smooth: bool = True

    def init(self, tensors: Tensors) -> Memory:
        """Nothing to remember."""
        return {}

    def shift(self, rate: float, direction: Tensors, memory: Memory) -> tuple[Tensors, Memory]:
        """Rate times direction."""
        return tuple(rate * d for d in direction), memory


@dataclass(frozen=True)
class Velocity:
    """SGD with momentum as torch.optim.SGD has it (Polyak 1964; negative: Gidel et al. 2019)."""

    beta: float = 0.9
    smooth: bool = True

    def init(self, tensors: Tensors) -> Memory:
        """At rest."""
        return {"velocity": tuple(torch.zeros_like(t) for t in tensors)}

    def shift(self, rate: float, direction: Tensors, memory: Memory) -> tuple[Tensors, Memory]:
        """Rate times the new velocity."""
        velocity = tuple(self.beta * v + d
                         for v, d in zip(memory["velocity"], direction, strict=True))
        return tuple(rate * v for v in velocity), {"velocity": velocity}


@dataclass(frozen=True)
class RmsProp:
    """Divides by the root of a running mean square (Tieleman & Hinton 2012)."""

    alpha: float = 0.99
    eps: float = 1e-8
    smooth: bool = False

    def init(self, tensors: Tensors) -> Memory:
        """A mean square of zero."""
        return {"square": tuple(torch.zeros_like(t) for t in tensors)}

    def shift(self, rate: float, direction: Tensors, memory: Memory) -> tuple[Tensors, Memory]:
        """One step of RMSprop."""
        square = tuple(self.alpha * s + (1 - self.alpha) * d * d
                       for s, d in zip(memory["square"], direction, strict=True))
        moved = tuple(rate * d / (s.sqrt() + self.eps)
                      for s, d in zip(square, direction, strict=True))
        return moved, {"square": square}


@dataclass(frozen=True)
class Adam:
    """Running mean over running root mean square, corrected for their start (Kingma & Ba 2014)."""

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    smooth: bool = False

    def init(self, tensors: Tensors) -> Memory:
        """Zero moments; ``rest1`` and ``rest2`` are βᵗ, the share of the start still in them."""
        zero = tuple(torch.zeros_like(t) for t in tensors)
        one = (torch.ones((), dtype=tensors[0].dtype, device=tensors[0].device),) if tensors else ()
        return {"mean": zero, "square": zero, "rest1": one, "rest2": one}

    def shift(self, rate: float, direction: Tensors, memory: Memory) -> tuple[Tensors, Memory]:
        """One step of Adam."""
        if not direction:
            return (), memory
        mean = tuple(self.beta1 * m + (1 - self.beta1) * d
                     for m, d in zip(memory["mean"], direction, strict=True))
        square = tuple(self.beta2 * s + (1 - self.beta2) * d * d
                       for s, d in zip(memory["square"], direction, strict=True))
        rest1, rest2 = memory["rest1"][0] * self.beta1, memory["rest2"][0] * self.beta2
        root = (1 - rest2).sqrt()
        moved = tuple(rate / (1 - rest1) * m / (s.sqrt() / root + self.eps)
                      for m, s in zip(mean, square, strict=True))
        return moved, {"mean": mean, "square": square, "rest1": (rest1,), "rest2": (rest2,)}


@dataclass(frozen=True)
class Pair:
    """An optimizer for each player. Rules take it where they take one for both."""

    g: Optimizer
    d: Optimizer

    @property
    def smooth(self) -> bool:
        """Where both are."""
        return self.g.smooth and self.d.smooth


def _each(optimizer: Optimizer | Pair) -> tuple[Optimizer, Optimizer]:
    """The generator's and the discriminator's."""
    return (optimizer.g, optimizer.d) if isinstance(optimizer, Pair) else (optimizer, optimizer)


def _both(g: Memory, d: Memory) -> dict[str, Point]:
    """Two players' memories as one; a player's part is empty where only the other has it."""
    return {name: Point(g.get(name, ()), d.get(name, ())) for name in {**g, **d}}


def start(optimizer: Optimizer | Pair, point: Point) -> dict[str, Point]:
    """Both players' optimizer memory before the first step."""
    of_g, of_d = _each(optimizer)
    return _both(of_g.init(point.theta), of_d.init(point.psi))


def shifts(optimizer: Optimizer | Pair, rates: tuple[float, float], memory: dict[str, Point],
           direction: Point, who: Who = "both") -> tuple[Point, dict[str, Point]]:
    """How far each player moves (nothing for one whose turn it is not), and the memory after."""
    of_g, of_d = _each(optimizer)
    g = {name: part.theta for name, part in memory.items()}
    d = {name: part.psi for name, part in memory.items()}
    move_g: Tensors = ()
    move_d: Tensors = ()
    if who != "d":
        move_g, g = of_g.shift(rates[0], direction.theta, g)
    if who != "g":
        move_d, d = of_d.shift(rates[1], direction.psi, d)
    return Point(move_g, move_d), _both(g, d)


def moved(point: Point, shift: Point) -> Point:
    """The point after a shift; a player with an empty shift stays where it is."""
    return Point(tuple(a + b for a, b in zip(point.theta, shift.theta, strict=True))
                 if shift.theta else point.theta,
                 tuple(a + b for a, b in zip(point.psi, shift.psi, strict=True))
                 if shift.psi else point.psi)


def detached(state: State) -> State:
    """The same numbers without the graph that made them."""
    return state.map(lambda t: t.detach())
