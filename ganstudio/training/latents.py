"""Latents that do not change while a run lasts: what the sample grids are made of."""

from __future__ import annotations

import torch
from torch import Tensor

from ganstudio.nets.latent import LatentSampler
from ganstudio.training.streams import Stream, generator

BLOCK = 64


class FixedLatents:
    """The same z's whenever asked, in the same order, however many are wanted.

    Drawn in blocks with a stream of their own each, so that the first k of n are the same for
    every n, and no draw touches the trainer's randomness.
    """

    def __init__(self, seed: int, sampler: LatentSampler,
                 stream: Stream = Stream.FIXED_LATENTS) -> None:
        self.seed = seed
        self.sampler = sampler
        self.stream = stream
        self._drawn: list[Tensor] = []

    def first(self, count: int) -> Tensor:
        """The first ``count`` latents, (count, dim)."""
        while len(self._drawn) * BLOCK < count:
            stream = generator(self.seed, self.stream, self.sampler.device,
                               index=len(self._drawn))
            self._drawn.append(self.sampler.draw(BLOCK, stream))
        return torch.cat(self._drawn)[:count] if self._drawn else torch.empty(
            (0, self.sampler.dim), device=self.sampler.device)
