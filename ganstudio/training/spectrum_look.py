"""Leading eigenvalues of a real game's Jacobian, product by product."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from ganstudio.game.arnoldi import Arnoldi, Ritz
from ganstudio.game.protocol import flatten, unflatten
from ganstudio.game.spectrum import Block, block_rows
from ganstudio.training.arrays import Floats, frozen
from ganstudio.training.field_frames import SpectrumFrame, WantSpectrum
from ganstudio.training.still_game import StillGame

MOST_NUMBERS = 1 << 25
"""The Krylov basis holds at most this many numbers (128 MB in float32)."""
ROUGH = 0.2
"""In a picture that still grows, values with a larger residual (over their modulus) are left out.
"""
EVERY = 3
"""Products between two looks at what has been found."""


@dataclass(frozen=True)
class Effort:
    """When values count as found: once their residual is ``tolerance`` of their modulus, or after
    ``products``.
    """

    products: int
    tolerance: float


GAME, OWN = Effort(60, 1e-3), Effort(28, 3e-2)
"""The players' own values lie close together: to know them better would take most of the time. And
their blocks are symmetric, where a value is far nearer than its residual: its square over the gap.
"""


class Search:
    """The ``count`` leading pairs of a block of J, found one product at a time."""

    def __init__(self, still: StillGame, block: Block, count: int, effort: Effort, seed: int = 0
                 ) -> None:
        self._rows, self._like = block_rows(still.curve, block)
        flat = flatten(self._like)
        limit = max(count + 2, min(effort.products, MOST_NUMBERS // flat.numel()))
        self.space = Arnoldi(flat, limit, seed)
        self.count, self.effort = count, effort
        self.settled = False

    def some(self) -> Generator[None, None, None]:
        """A few products; yields after each part of one."""
        for _ in range(EVERY):
            if self.settled:
                return
            u = unflatten(self.space.last, self._like)
            image = []
            for row in self._rows:
                image += [t.detach().reshape(-1) for t in row(u)]
                yield
            self.space.add(torch.cat(image))
            self.settled = self.space.closed or self.space.done >= self.space.limit
        self.settled = self.settled or self.space.settled(self.count, self.effort.tolerance)

    def found(self) -> Ritz:
        """The pairs as known: all of them once settled, else those that begin to show."""
        if not self.space.done:
            none = np.empty(0, complex)
            return Ritz(none, none.real, none[None])
        ritz = self.space.ritz(self.count)
        if self.settled:
            return ritz
        good = ritz.residuals <= ROUGH * np.abs(ritz.values)
        return Ritz(ritz.values[good], ritz.residuals[good], ritz.inner[:, good])


def spectrum_frames(still: StillGame, want: WantSpectrum) -> Iterator[SpectrumFrame | None]:
    """None after each part of a product, a frame after every few: first the whole game's values,
    then the players' own by turns. The last frame is complete.
    """
    game = Search(still, "game", want.count, GAME)
    own = [Search(still, "g", want.count, OWN), Search(still, "d", want.count, OWN)]
    searches = [game, *own]
    while not all(search.settled for search in searches):
        for search in own if game.settled else [game]:
            yield from search.some()
        yield _frame(still, searches)


def _frame(still: StillGame, searches: list[Search]) -> SpectrumFrame:
    game, of_g, of_d = (search.found() for search in searches)
    return SpectrumFrame(
        still.step, _pairs(game), frozen(game.residuals), _pairs(of_g), frozen(of_g.residuals),
        _pairs(of_d), frozen(of_d.residuals), sum(search.space.done for search in searches),
        still.spent(), all(search.settled for search in searches))


def _pairs(found: Ritz) -> Floats:
    return frozen(np.stack([found.values.real, found.values.imag], axis=1))
