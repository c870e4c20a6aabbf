"""Extragradient and its past variant: the field is taken where a first step would lead."""

from __future__ import annotations

from dataclasses import dataclass

from ganstudio.game.products import field
from ganstudio.game.protocol import Game, Point, State
from ganstudio.game.rules.base import settled
from ganstudio.game.rules.optimizers import Optimizer, Pair, moved, shifts, start


@dataclass(frozen=True)
class Extragradient:
    """w_half = w + h·v(w); w_next = w + h·v(w_half) (Korpelevich 1976).

    Under RMSprop or Adam both looks feed the moments, as in ExtraAdam (Gidel et al. 2019, Alg. 4).
    """

    rates: tuple[float, float]
    optimizer: Optimizer | Pair

    @property
    def smooth(self) -> bool:
        """As its optimizer is."""
        return self.optimizer.smooth

    def init(self, game: Game, point: Point) -> State:
        """The optimizer's memory alone."""
        return State(point, start(self.optimizer, point))

    def step(self, game: Game, state: State, keep: bool = False) -> State:
        """Look, then step from where it stood."""
        game.turn("both")
        shift, memory = shifts(self.optimizer, self.rates, state.memory,
                               field(game, state.point, keep))
        half = game.project(moved(state.point, shift))
        game.turn("both")
        shift, memory = shifts(self.optimizer, self.rates, memory, field(game, half, keep))
        return settled(game, moved(state.point, shift), memory, keep)


@dataclass(frozen=True)
class PastExtragradient:
    """Extragradient whose look ahead reuses the field of the last look (Popov 1980)."""

    rates: tuple[float, float]
    smooth: bool = True

    def init(self, game: Game, point: Point) -> State:
        """The last look was at the start itself."""
        return State(point, {"half": point})

    def step(self, game: Game, state: State, keep: bool = False) -> State:
        """Look along the last look's field, then step."""
        game.turn("both")
        past = field(game, state.memory["half"], keep)
        half = game.project(state.point.plus(past, *self.rates))
        game.turn("both")
        point = state.point.plus(field(game, half, keep), *self.rates)
        return settled(game, point, {"half": half}, keep)
