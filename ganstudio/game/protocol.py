"""The two-player game as every rule, field and spectrum sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, Protocol

import torch
from torch import Tensor

Tensors = tuple[Tensor, ...]
Who = Literal["g", "d", "both"]


class Point(NamedTuple):
    """A place in the space of both players' parameters, or a direction there."""

    theta: Tensors
    psi: Tensors

    @property
    def all(self) -> Tensors:
        """Both players' tensors in one row, θ before ψ."""
        return self.theta + self.psi

    def map(self, function: Callable[[Tensor], Tensor]) -> Point:
        """``function`` of each tensor."""
        return Point(tuple(map(function, self.theta)), tuple(map(function, self.psi)))

    def plus(self, other: Point, scale_g: float = 1.0, scale_d: float = 1.0) -> Point:
        """This plus ``other`` times a number for each player."""
        return Point(tuple(a + scale_g * b for a, b in zip(self.theta, other.theta, strict=True)),
                     tuple(a + scale_d * b for a, b in zip(self.psi, other.psi, strict=True)))

    def times(self, scale_g: float, scale_d: float | None = None) -> Point:
        """This times a number, or one for each player."""
        d = scale_g if scale_d is None else scale_d
        return Point(tuple(t * scale_g for t in self.theta), tuple(t * d for t in self.psi))

    def dot(self, other: Point) -> Tensor:
        """The inner product over all numbers of both players, a scalar tensor."""
        return total((a * b).sum() for a, b in zip(self.all, other.all, strict=True))


class Game(Protocol):
    """Two players who each descend their own loss.

    The losses are functions of any parameters given, not only of those held now, and
    differentiable as often as a rule needs. ``loss_g`` and ``loss_d`` return scalars.
    """

    def point(self) -> Point:
        """Where the players stand now."""

    def loss_g(self, theta: Tensors, psi: Tensors) -> Tensor:
        """What the generator descends."""

    def loss_d(self, theta: Tensors, psi: Tensors) -> Tensor:
        """What the discriminator descends."""

    def project(self, point: Point) -> Point:
        """The nearest allowed point (clipping); called after every sub-step."""

    def turn(self, who: Who) -> None:
        """Told before every sub-step, so that a trainer's game can draw a fresh batch."""


class State(NamedTuple):
    """All that an update rule needs to go on: the point and the rule's memory by name."""

    point: Point
    memory: dict[str, Point]

    def map(self, function: Callable[[Tensor], Tensor]) -> State:
        """``function`` of each tensor, the memory's too."""
        return State(self.point.map(function),
                     {name: part.map(function) for name, part in self.memory.items()})


class Rule(Protocol):
    """An update rule: it moves a game and keeps its memory in the state, never in itself."""

    @property
    def smooth(self) -> bool:
        """Whether the update map can be linearised at an equilibrium."""

    def init(self, game: Game, point: Point) -> State:
        """The state before the first step at ``point``."""

    def step(self, game: Game, state: State, keep: bool = False) -> State:
        """One round. With ``keep`` the result can be differentiated with respect to ``state``."""


def total(terms: Iterable[Tensor]) -> Tensor:
    """The sum of scalar tensors, without a spurious zero at the start."""
    row = list(terms)
    out = row[0]
    for term in row[1:]:
        out = out + term
    return out


def flatten(point: Point) -> Tensor:
    """All numbers of a point in one vector, θ before ψ."""
    return torch.cat([t.reshape(-1) for t in point.all])


def unflatten(vector: Tensor, like: Point) -> Point:
    """The inverse of ``flatten``, with the shapes of ``like``."""
    sizes = [t.numel() for t in like.all]
    pieces = [piece.reshape(t.shape) for piece, t in
              zip(torch.split(vector, sizes), like.all, strict=True)]
    n = len(like.theta)
    return Point(tuple(pieces[:n]), tuple(pieces[n:]))


def flatten_state(state: State) -> Tensor:
    """Point and memory in one vector, the memory's parts in alphabetical order."""
    parts = [state.point, *(state.memory[name] for name in sorted(state.memory))]
    return torch.cat([flatten(part) for part in parts])


def unflatten_state(vector: Tensor, like: State) -> State:
    """The inverse of ``flatten_state``."""
    names = sorted(like.memory)
    parts = [like.point, *(like.memory[name] for name in names)]
    pieces = torch.split(vector, [sum(t.numel() for t in part.all) for part in parts])
    made = [unflatten(piece, part) for piece, part in zip(pieces, parts, strict=True)]
    return State(made[0], dict(zip(names, made[1:], strict=True)))


def state_tensors(state: State) -> dict[str, Tensor]:
    """A flat dictionary of tensors to be saved, such as ``memory.mean.psi.0``."""
    out = {}
    for prefix, part in (("point", state.point),
                         *((f"memory.{n}", p) for n, p in state.memory.items())):
        for player, tensors in zip(("theta", "psi"), part, strict=True):
            for i, tensor in enumerate(tensors):
                out[f"{prefix}.{player}.{i}"] = tensor.detach().clone()
    return out


def state_from_tensors(saved: dict[str, Tensor]) -> State:
    """The state that ``state_tensors`` saved.

    Raises:
        ValueError: a name that no state has.
    """
    parts: dict[str, dict[str, dict[int, Tensor]]] = {}
    for name, tensor in saved.items():
        pieces = name.rsplit(".", 2)
        if len(pieces) != 3 or pieces[1] not in ("theta", "psi") or not pieces[2].isdigit():
            raise ValueError(f"{name!r} is not a tensor of a rule's state")
        players = parts.setdefault(pieces[0], {"theta": {}, "psi": {}})
        players[pieces[1]][int(pieces[2])] = tensor.clone()
    points = {name: Point(*(tuple(players[p][i] for i in sorted(players[p]))
                            for p in ("theta", "psi"))) for name, players in parts.items()}
    if "point" not in points:
        raise ValueError("a rule's state needs its point")
    return State(points["point"], {name.removeprefix("memory."): part
                                   for name, part in points.items() if name != "point"})
