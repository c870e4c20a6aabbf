"""Leading eigenvalues of a real game's Jacobian, product by product."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np

from ganstudio.game.arnoldi import Arnoldi, Ritz
from ganstudio.game.protocol import flatten
from ganstudio.game.spectrum import Block, jacobian_product
from ganstudio.training.arrays import Floats, frozen
from ganstudio.training.field_frames import SpectrumFrame, WantSpectrum
from ganstudio.training.still_game import StillGame

MOST_PRODUCTS = 60
MOST_NUMBERS = 1 << 25
"""The Krylov basis holds at most this many numbers (128 MB in float32)."""
TOLERANCE = 1e-3
"""Values are taken as found once their residual is this share of their modulus."""


def krylov(still: StillGame, block: Block, count: int, limit: int, seed: int = 0
           ) -> Generator[None, None, Arnoldi]:
    """Returns a space that holds the ``count`` leading pairs; yields after each product."""
    product, like = jacobian_product(still.game, still.here, block)
    flat = flatten(like)
    space = Arnoldi(flat, max(count + 2, min(limit, MOST_NUMBERS // flat.numel())), seed)
    while True:
        space.grow(lambda u: product(u).detach())
        yield
        if space.settled(count, TOLERANCE):
            return space


def spectrum_frames(still: StillGame, want: WantSpectrum) -> Iterator[SpectrumFrame | None]:
    """None after each product, and at last the frame."""
    found: dict[Block, Ritz] = {}
    products = 0
    blocks: tuple[Block, ...] = ("game", "g", "d")
    for block in blocks:
        space = yield from krylov(still, block, want.count, MOST_PRODUCTS)
        products += space.done
        found[block] = space.ritz(want.count)
    game, of_g, of_d = found["game"], found["g"], found["d"]
    yield SpectrumFrame(
        still.step, _pairs(game), frozen(game.residuals), _pairs(of_g), frozen(of_g.residuals),
        _pairs(of_d), frozen(of_d.residuals), products, still.spent())


def _pairs(found: Ritz) -> Floats:
    return frozen(np.stack([found.values.real, found.values.imag], axis=1))
