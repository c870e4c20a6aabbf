"""The generator descends through steps of the discriminator that are yet to come."""

from __future__ import annotations

from dataclasses import dataclass

from ganstudio.game.products import field_d, fresh, gradient, negated
from ganstudio.game.protocol import Game, Point
from ganstudio.game.rules.base import DirectionRule


@dataclass(frozen=True)
class Unrolled(DirectionRule):
    """G minimises its loss against D after ``k`` more steps of size ``eta``, and the gradient runs
    through those steps; D itself takes one plain step (Metz et al. 2017).
    """

    k: int = 5
    eta: float = 0.1

    def direction(self, game: Game, point: Point, keep: bool) -> Point:
        """The generator's whole gradient and the discriminator's own."""
        w = fresh(point, keep)
        psi = w.psi
        for _ in range(self.k):
            # An alias, so that the step takes the partial derivative by ψ alone.
            here = tuple(t.view_as(t) for t in psi)
            slope = gradient(game.loss_d(w.theta, here), here, True)
            psi = tuple(p - self.eta * s for p, s in zip(here, slope, strict=True))
        return Point(negated(gradient(game.loss_g(w.theta, psi), w.theta, keep)),
                     field_d(game, point, keep).psi)
