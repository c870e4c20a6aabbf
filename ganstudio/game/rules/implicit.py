"""The implicit step (proximal point) for games of two numbers."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ganstudio.game.products import field_at, fresh, pulled_back
from ganstudio.game.protocol import Game, Point, State
from ganstudio.game.rules.base import settled

NEWTON_STEPS = 6


@dataclass(frozen=True)
class Implicit:
    """w_next = w + h·v(w_next) (Rockafellar 1976), solved by Newton's method from w."""

    rates: tuple[float, float]
    smooth: bool = True

    def init(self, game: Game, point: Point) -> State:
        """No memory.

        Raises:
            ValueError: the game is not one of two numbers.
        """
        if any(len(t) != 1 or t[0].numel() != 1 for t in point):
            raise ValueError("the implicit rule is for toy games of two numbers only")
        return State(point, {})

    def step(self, game: Game, state: State, keep: bool = False) -> State:
        """One step of both players."""
        game.turn("both")
        start = state.point
        guess = start.map(torch.Tensor.detach)
        for _ in range(NEWTON_STEPS - 1):
            guess = self._newton(game, start.map(torch.Tensor.detach), guess, False)
        # By the implicit function theorem one more step at the (fixed) solution carries the
        # whole derivative with respect to the start.
        return settled(game, self._newton(game, start, guess, keep), {}, keep)

    def _newton(self, game: Game, start: Point, guess: Point, keep: bool) -> Point:
        """guess − F′⁻¹F with F(z) = z − w − h·v(z), by Cramer's rule."""
        h_g, h_d = self.rates
        w = fresh(guess, keep)
        v = field_at(game, w, keep=True)
        (by_theta, by_psi), (to_theta, to_psi) = (  # the rows of J
            pulled_back(part, w.all, (torch.ones_like(part[0]),), keep) for part in v)
        f_g = guess.theta[0] - start.theta[0] - h_g * v.theta[0]
        f_d = guess.psi[0] - start.psi[0] - h_d * v.psi[0]
        a, b = 1 - h_g * by_theta, -h_g * by_psi
        c, d = -h_d * to_theta, 1 - h_d * to_psi
        room = a * d - b * c
        return Point((guess.theta[0] - (d * f_g - b * f_d) / room,),
                     (guess.psi[0] - (a * f_d - c * f_g) / room,))
