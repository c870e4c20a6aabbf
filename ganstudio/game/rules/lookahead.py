"""Players who foresee each other's next step: look-ahead and LOLA."""

from __future__ import annotations

from dataclasses import dataclass

from ganstudio.game.products import cross_jvp, field, shaping
from ganstudio.game.protocol import Game, Point
from ganstudio.game.rules.base import DirectionRule


@dataclass(frozen=True)
class LookAhead(DirectionRule):
    """v_i + η·J_ij v_j − η·J_jiᵀ ∂L_i/∂w_j, the two terms switched on one by one.

    ``answer`` (the first) replies to the other's next move (Zhang & Lesser 2010); ``shape``
    (the second) bends that move to one's own good (LOLA, Foerster et al. 2018); both together
    are the whole gradient through the other's step.
    """

    eta: float = 0.1
    answer: bool = True
    shape: bool = False

    def direction(self, game: Game, point: Point, keep: bool) -> Point:
        """The field with the terms that are on."""
        v = field(game, point, keep)
        out = v
        if self.answer:
            out = out.plus(cross_jvp(game, point, v, keep), self.eta, self.eta)
        if self.shape:
            out = out.plus(shaping(game, point, keep), -self.eta, -self.eta)
        return out
