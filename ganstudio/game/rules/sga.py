"""Symplectic gradient adjustment: the turning part of the field is bent inward."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ganstudio.game.products import field_and_rise, jvp
from ganstudio.game.protocol import Game, Point
from ganstudio.game.rules.base import DirectionRule

ALIGN_MARGIN = 0.1
"""ε of the alignment criterion (Balduzzi et al. 2018, Alg. 1)."""


@dataclass(frozen=True)
class Sga(DirectionRule):
    """v − λAᵀv with A = (J − Jᵀ)/2 (Balduzzi et al. 2018).

    ``align`` chooses the sign of λ so that stable points attract and unstable ones repel.
    """

    weight: float = 1.0
    align: bool = False

    def direction(self, game: Game, point: Point, keep: bool) -> Point:
        """The adjusted field."""
        v, uphill = field_and_rise(game, point, keep)  # v, and Jᵀv
        turned = uphill.plus(jvp(game, point, v, keep), -1.0, -1.0).times(0.5)  # Aᵀv
        if not self.align:
            return v.plus(turned, -self.weight, -self.weight)
        size = sum(t.numel() for t in point.all)
        alignment = -v.dot(uphill) * turned.dot(uphill) / size + ALIGN_MARGIN
        sign = torch.where(alignment >= 0, 1.0, -1.0).to(alignment.dtype)
        return v.plus(turned.map(lambda t: t * sign), -self.weight, -self.weight)
