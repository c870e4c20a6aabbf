"""Heavy-ball momentum, positive or negative."""

from __future__ import annotations

from dataclasses import dataclass

from ganstudio.game.products import field, field_d, field_g
from ganstudio.game.protocol import Game, Point, State, Tensors
from ganstudio.game.rules.base import settled


@dataclass(frozen=True)
class Momentum:
    """w + h·v + β(w − w_before) (Polyak 1964; negative β: Gidel et al. 2019).

    ``alternating`` lets ψ see θ's new place.
    """

    rates: tuple[float, float]
    beta: float = 0.9
    alternating: bool = False
    smooth: bool = True

    def init(self, game: Game, point: Point) -> State:
        """Nothing has moved yet."""
        return State(point, {"before": point})

    def step(self, game: Game, state: State, keep: bool = False) -> State:
        """One round."""
        here, before = state
        past = before["before"]
        if not self.alternating:
            game.turn("both")
            v = field(game, here, keep)
            point = Point(self._moved(here.theta, past.theta, v.theta, self.rates[0]),
                          self._moved(here.psi, past.psi, v.psi, self.rates[1]))
            return settled(game, point, {"before": here}, keep)
        game.turn("g")
        v_g = field_g(game, here, keep).theta
        point = game.project(Point(self._moved(here.theta, past.theta, v_g, self.rates[0]),
                                   here.psi))
        game.turn("d")
        v_d = field_d(game, point, keep).psi
        point = Point(point.theta, self._moved(here.psi, past.psi, v_d, self.rates[1]))
        return settled(game, point, {"before": here}, keep)

    def _moved(self, here: Tensors, past: Tensors, v: Tensors, rate: float) -> Tensors:
        return tuple(w + rate * d + self.beta * (w - p)
                     for w, p, d in zip(here, past, v, strict=True))
