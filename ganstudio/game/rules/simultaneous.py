"""Both players follow their own gradient from the same point."""

from __future__ import annotations

from dataclasses import dataclass

from ganstudio.game.products import field
from ganstudio.game.protocol import Game, Point
from ganstudio.game.rules.base import DirectionRule


@dataclass(frozen=True)
class Simultaneous(DirectionRule):
    """w + h·v."""

    def direction(self, game: Game, point: Point, keep: bool) -> Point:
        """The game's own field."""
        return field(game, point, keep)
