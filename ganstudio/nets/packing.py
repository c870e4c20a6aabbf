"""A discriminator that judges several samples at once (PacGAN, Lin et al. 2018)."""

from __future__ import annotations

import torch
from torch import Tensor

from ganstudio.nets.base import Discriminator

COMPANIES = 4
"""Sets of companions beside which a lone sample is judged at test time."""


class PackedDiscriminator(Discriminator):
    """Samples (n, *sample_shape) to logits (n/m,), one for each pack of m.

    Samples that follow each other make a pack, side by side along the first axis of the
    sample (coordinates or channels); every one of a batch is drawn apart, so every slot of a
    pack is. An input that is m times as wide is a pack already and goes straight through.

    At test time it is single samples that are asked about: each is put into the first slot
    beside ``company`` (k·(m−1), *sample_shape), real samples that never change, and the logits
    (n,) are means over the k. They are a buffer, so a run that resumes shows the same.
    """

    company: Tensor

    def __init__(self, inner: Discriminator, sample_shape: tuple[int, ...], pack: int,
                 company: Tensor) -> None:
        super().__init__()
        self.inner = inner
        self.sample_shape = sample_shape
        self.pack = pack
        self.register_buffer("company", company)
        self.note_state()

    def packed(self, x: Tensor) -> Tensor:
        """Samples (n, c, …) side by side: (n/m, m·c, …). Raises ValueError if m is no divisor."""
        if len(x) % self.pack:
            raise ValueError(f"{len(x)} samples cannot be split into packs of {self.pack}.")
        return x.reshape(len(x) // self.pack, self.pack * x.shape[1], *x.shape[2:])

    def _input(self, x: Tensor) -> Tensor:
        whole = x.shape[1] != self.sample_shape[0]
        return x if whole else self.packed(x)

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer for each pack."""
        return self.inner.features(self._input(x))

    def head(self, features: Tensor) -> Tensor:
        """Logits from the last hidden layer."""
        return self.inner.head(features)

    def forward(self, x: Tensor) -> Tensor:
        """Logits for packs of samples ``x``, or at test time for each sample."""
        if not self.training and x.shape[1] == self.sample_shape[0]:
            return self._alone(x)
        logits: Tensor = self.inner(self._input(x))
        return logits

    def _alone(self, x: Tensor) -> Tensor:
        sets, shape = len(self.company) // (self.pack - 1), self.sample_shape
        beside = self.company.reshape(1, sets, self.pack - 1, *shape).expand(
            len(x), sets, self.pack - 1, *shape)
        first = x.reshape(len(x), 1, 1, *shape).expand(len(x), sets, 1, *shape)
        whole = torch.cat((first, beside), 2).reshape(len(x) * sets * self.pack, *shape)
        logits: Tensor = self.inner(self.packed(whole))
        return logits.view(len(x), sets).mean(1)
