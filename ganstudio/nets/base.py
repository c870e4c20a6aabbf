"""What every generator and discriminator tells the trainer about itself."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganstudio.nets.spectral import SpectralNorm
from ganstudio.nets.units import Dropout


class Network(nn.Module):
    """A player's network.

    ``uses_batch_statistics``: a sample's output depends on the rest of its batch in training.
    ``has_dropout``: training forwards draw random numbers.
    ``stateful_forward``: a training forward changes buffers (running statistics, or the vectors
    of spectral norm), so how often it is called is part of the run.
    """

    uses_batch_statistics: bool = False
    has_dropout: bool = False
    stateful_forward: bool = False

    def note_state(self) -> None:
        """Set the three flags from the modules inside; the builders call it once."""
        modules = list(self.modules())
        batch = any(isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d) for m in modules)
        self.uses_batch_statistics = batch
        self.has_dropout = any(isinstance(m, Dropout) for m in modules)
        self.stateful_forward = batch or any(isinstance(m, SpectralNorm) for m in modules)

    def use_dropout_rng(self, rng: torch.Generator | None) -> None:
        """Draw dropout's masks from ``rng`` (on the data's device); None is the global one."""
        for module in self.modules():
            if isinstance(module, Dropout):
                module.rng = rng


class Generator(Network):
    """Maps latents (n, latent_dim) to samples (n, *sample_shape).

    Points come out linear, images in [−1, 1] through tanh.
    """

    latent_dim: int
    sample_shape: tuple[int, ...]


class Discriminator(Network):
    """Maps samples (n, *sample_shape) to logits (n,), positive for real."""

    sample_shape: tuple[int, ...]

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer for samples ``x``, flattened to (n, features)."""
        raise NotImplementedError
