"""Optimistic gradient descent: the last change of the field is expected to come again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

from ganstudio.game.products import field
from ganstudio.game.protocol import Game, Point, State
from ganstudio.game.rules.base import settled
from ganstudio.game.rules.optimizers import Optimizer, Pair, moved, shifts, start


@dataclass(frozen=True)
class Optimistic:
    """w + 2·s_t − s_(t−1), s the step that the optimizer would take (Daskalakis et al. 2018).

    Under plain SGD s = h·v, under Adam it is optimistic Adam (their Alg. 1). ``first`` says what
    stands for the step before the first one.
    """

    rates: tuple[float, float]
    optimizer: Optimizer | Pair
    first: Literal["field", "zero"] = "field"

    @property
    def smooth(self) -> bool:
        """As its optimizer is."""
        return self.optimizer.smooth

    def init(self, game: Game, point: Point) -> State:
        """The optimizer's memory, and ``last``: the step before the first."""
        memory = start(self.optimizer, point)
        if self.first == "zero":
            last = point.map(torch.zeros_like)
        else:
            last, _ = shifts(self.optimizer, self.rates, memory, field(game, point))
        return State(point, {**memory, "last": last.map(lambda t: t.detach())})

    def step(self, game: Game, state: State, keep: bool = False) -> State:
        """One optimistic step."""
        game.turn("both")
        memory = {name: part for name, part in state.memory.items() if name != "last"}
        now, memory = shifts(self.optimizer, self.rates, memory,
                             field(game, state.point, keep))
        point = moved(state.point, now.times(2.0).plus(state.memory["last"], -1.0, -1.0))
        return settled(game, point, {**memory, "last": now}, keep)
