"""Competitive gradient descent: each plays the equilibrium of the local bilinear game."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ganstudio.game.products import cross_jvp, field
from ganstudio.game.protocol import Game, Point, State, flatten, unflatten
from ganstudio.game.rules.base import settled
from ganstudio.game.rules.krylov import gmres

DENSE = 64
"""Up to this many numbers the system is formed and solved outright."""


@dataclass(frozen=True)
class Competitive:
    """w + (I + hH)⁻¹hv, H the off-diagonal blocks of the loss gradient's Jacobian
    (Schäfer & Anandkumar 2019). With ``linearised``, w + (I − hH)hv.

    Networks are solved by GMRES to a relative residual of ``tolerance``: where the players' losses
    are not opposite (non-saturating, least squares) the system is not symmetric, and
    conjugate gradients would not do.
    """

    rates: tuple[float, float]
    linearised: bool = False
    tolerance: float = 1e-8
    smooth: bool = True

    def init(self, game: Game, point: Point) -> State:
        """No memory."""
        return State(point, {})

    def step(self, game: Game, state: State, keep: bool = False) -> State:
        """One step of both players from the same point."""
        game.turn("both")
        here = state.point
        plain = field(game, here, keep).times(*self.rates)
        if self.linearised:
            feel = cross_jvp(game, here, plain, keep)
            return settled(game, here.plus(plain.plus(feel, *self.rates)), {}, keep)
        return settled(game, here.plus(self._solved(game, here, plain, keep)), {}, keep)

    def _solved(self, game: Game, here: Point, plain: Point, keep: bool) -> Point:
        """x with x + hHx = hv. (−Hu is what ``cross_jvp`` returns.)"""
        if len(here.all) == 2 and all(t.dim() == 0 for t in here.all):
            return self._two_numbers(game, here, plain, keep)

        def apply(vector: Tensor) -> Tensor:
            u = unflatten(vector, here)
            return vector - flatten(cross_jvp(game, here, u, keep).times(*self.rates))

        right = flatten(plain)
        if right.numel() <= DENSE:
            eye = torch.eye(right.numel(), dtype=right.dtype, device=right.device)
            matrix = torch.stack([apply(row) for row in eye], dim=1)
            return unflatten(torch.linalg.solve(matrix, right), here)
        return unflatten(gmres(apply, right, self.tolerance), here)

    def _two_numbers(self, game: Game, here: Point, plain: Point, keep: bool) -> Point:
        feel = cross_jvp(game, here, here.map(torch.ones_like), keep).times(*self.rates)
        (b,), (c,) = feel  # x − b·y = p, y − c·x = q
        (p,), (q,) = plain
        room = 1 - b * c
        return Point(((p + b * q) / room,), ((q + c * p) / room,))
