"""Where the players have been of late: kept only while somebody looks, and never for much memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ganstudio.training.run_game import TwoPlayers

MOST_MOMENTS = 64
MOST_NUMBERS = 1 << 24
"""Together all moments hold at most this many numbers (64 MB in float32), but always two."""
LONGEST_STRIDE = 32


def flat_weights(players: TwoPlayers) -> Tensor:
    """All weights in one new vector, the generator's first."""
    return torch.cat([w.detach().reshape(-1) for w in [*players.weights_g, *players.weights_d]])


@dataclass(frozen=True, slots=True)
class Moment:
    """The weights (n,) after ``step`` steps."""

    step: int
    weights: Tensor


class Trace:
    """The latest moments of a run.

    At first every chance is taken to keep one, so that a path shows at once. When it is full,
    every second moment goes and twice the steps lie between, up to ``LONGEST_STRIDE``; from
    then on the oldest goes for each that comes.
    """

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.first: Moment | None = None
        """The moment at which the watching began."""
        self._stride = 1

    def note(self, players: TwoPlayers, step: int) -> None:
        """Keep this moment, unless it is too near to the last."""
        self.cut_after(step)
        if self.moments and step - self.moments[-1].step < self._stride:
            return
        moment = Moment(step, flat_weights(players))
        self.first = self.first or moment
        self.moments.append(moment)
        limit = min(MOST_MOMENTS, max(2, MOST_NUMBERS // moment.weights.numel()))
        if len(self.moments) <= limit:
            return
        if self._stride < LONGEST_STRIDE:
            self._stride *= 2
            self.moments = self.moments[::-2][::-1]
        else:
            del self.moments[0]

    def cut_after(self, step: int) -> None:
        """The run went back: forget what came after."""
        while self.moments and self.moments[-1].step > step:
            self.moments.pop()
        if self.first is not None and self.first.step > step:
            self.first = None

    def clear(self) -> None:
        """Nobody looks any more."""
        self.moments.clear()
        self.first = None
        self._stride = 1

    def nearest(self, step: int) -> Moment | None:
        """The kept moment next to ``step``."""
        known = [*self.moments, *((self.first,) if self.first else ())]
        return min(known, key=lambda m: abs(m.step - step), default=None)
