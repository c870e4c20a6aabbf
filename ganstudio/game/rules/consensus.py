"""Consensus optimisation: the game's own field plus the descent of its squared length."""

from __future__ import annotations

from dataclasses import dataclass

from ganstudio.game.products import field_and_rise
from ganstudio.game.protocol import Game, Point
from ganstudio.game.rules.base import DirectionRule


@dataclass(frozen=True)
class Consensus(DirectionRule):
    """v − γJᵀv (Mescheder, Nowozin & Geiger 2017)."""

    gamma: float = 1.0

    def direction(self, game: Game, point: Point, keep: bool) -> Point:
        """The weighted sum of the two fields."""
        own, conservative = consensus_fields(game, point, keep)
        return own.plus(conservative, self.gamma, self.gamma)


def consensus_fields(game: Game, point: Point, keep: bool = False) -> tuple[Point, Point]:
    """(v, −∇½‖v‖²): the game's own field and the conservative one."""
    v, rise = field_and_rise(game, point, keep)
    return v, rise.times(-1.0)
