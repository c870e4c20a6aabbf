"""The shape that most rules share: a direction found at one point, then stepped along."""

from __future__ import annotations

from dataclasses import dataclass

from ganstudio.game.protocol import Game, Point, State
from ganstudio.game.rules.optimizers import Optimizer, Pair, detached, moved, shifts, start


@dataclass(frozen=True)
class DirectionRule:
    """Both players move at once along ``direction``. ``rates`` are (of G, of D)."""

    rates: tuple[float, float]
    optimizer: Optimizer | Pair

    @property
    def smooth(self) -> bool:
        """As its optimizer is."""
        return self.optimizer.smooth

    def direction(self, game: Game, point: Point, keep: bool) -> Point:
        """Where to go from ``point``, before rates."""
        raise NotImplementedError

    def init(self, game: Game, point: Point) -> State:
        """The optimizer's memory alone."""
        return State(point, start(self.optimizer, point))

    def step(self, game: Game, state: State, keep: bool = False) -> State:
        """One step of both players from the same point."""
        game.turn("both")
        direction = self.direction(game, state.point, keep)
        shift, memory = shifts(self.optimizer, self.rates, state.memory, direction)
        return settled(game, moved(state.point, shift), memory, keep)


def settled(game: Game, point: Point, memory: dict[str, Point], keep: bool) -> State:
    """The state after a round, projected, and without a graph unless it was asked for."""
    state = State(game.project(point), memory)
    return state if keep else detached(state)
