"""The players take turns: k_g generator steps and k_d discriminator steps a round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ganstudio.game.products import field_d, field_g
from ganstudio.game.protocol import Game, Point, State
from ganstudio.game.rules.optimizers import Optimizer, Pair, detached, moved, shifts, start


@dataclass(frozen=True)
class Alternating:
    """Each player sees the other's newest move (Goodfellow et al. 2014, Alg. 1)."""

    rates: tuple[float, float]
    optimizer: Optimizer | Pair
    k_g: int = 1
    k_d: int = 1
    order: Literal["g_first", "d_first"] = "g_first"

    @property
    def smooth(self) -> bool:
        """As its optimizer is."""
        return self.optimizer.smooth

    def init(self, game: Game, point: Point) -> State:
        """The optimizer's memory alone."""
        return State(point, start(self.optimizer, point))

    def step(self, game: Game, state: State, keep: bool = False) -> State:
        """One round: all of the first player's steps, then all of the other's."""
        if self.order == "g_first":
            return self._turns_d(game, self._turns_g(game, state, keep), keep)
        return self._turns_g(game, self._turns_d(game, state, keep), keep)

    def _turns_g(self, game: Game, state: State, keep: bool) -> State:
        for _ in range(self.k_g):
            game.turn("g")
            shift, memory = shifts(self.optimizer, self.rates, state.memory,
                                   field_g(game, state.point, keep), "g")
            state = State(game.project(moved(state.point, shift)), memory)
        return state if keep else detached(state)

    def _turns_d(self, game: Game, state: State, keep: bool) -> State:
        for _ in range(self.k_d):
            game.turn("d")
            shift, memory = shifts(self.optimizer, self.rates, state.memory,
                                   field_d(game, state.point, keep), "d")
            state = State(game.project(moved(state.point, shift)), memory)
        return state if keep else detached(state)
