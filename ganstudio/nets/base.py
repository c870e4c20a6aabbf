"""What every generator and discriminator tells the trainer about itself."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganstudio.nets.minibatch import MinibatchDiscrimination, MinibatchStddev
from ganstudio.nets.spectral import SpectralNorm
from ganstudio.nets.units import Dropout

_USE_THE_BATCH = (nn.BatchNorm1d, nn.BatchNorm2d, MinibatchDiscrimination, MinibatchStddev)


class Network(nn.Module):
    """A player's network.

    ``uses_batch_statistics``: a sample's output depends on the rest of its batch in training.
    ``has_dropout``: training forwards draw random numbers.
    ``stateful_forward``: a training forward changes buffers (running statistics, or the vectors
    of spectral norm), so how often it is called is part of the run.
    ``mixed``: products are made in bfloat16 from float32 weights, and what comes out is float32
    again, for losses and penalties (mixed precision, Micikevicius et al. 2018).
    """

    uses_batch_statistics: bool = False
    has_dropout: bool = False
    stateful_forward: bool = False
    mixed: bool = False

    def __call__(self, x: Tensor) -> Tensor:
        """The forward pass, in mixed precision if that is wanted."""
        if not self.mixed:
            return super().__call__(x)  # type: ignore[no-any-return]
        with torch.autocast(x.device.type, torch.bfloat16):
            return super().__call__(x).float()  # type: ignore[no-any-return]

    def note_state(self) -> None:
        """Set the three flags from the modules inside; the builders call it once."""
        modules = list(self.modules())
        batch = any(isinstance(m, _USE_THE_BATCH) for m in modules)
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

    Images come out in [−1, 1] through tanh, points as the recipe says.
    """

    latent_dim: int
    sample_shape: tuple[int, ...]


class Discriminator(Network):
    """Maps samples (n, *sample_shape) to logits (n,), positive for real.

    ``pack`` samples are judged at once; where that is more than 1 there are n/pack logits.
    """

    sample_shape: tuple[int, ...]
    pack: int = 1

    def packed(self, x: Tensor) -> Tensor:
        """Samples ``x`` as D takes them in, one row for each logit."""
        return x

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer for samples ``x``, flattened to (n, features)."""
        raise NotImplementedError

    def head(self, features: Tensor) -> Tensor:
        """Logits (n,) from what :meth:`features` gave."""
        raise NotImplementedError

    def read(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and features for samples ``x``, from one pass."""
        if not self.mixed:
            features = self.features(x)
            return self.head(features), features
        with torch.autocast(x.device.type, torch.bfloat16):
            features = self.features(x)
            return self.head(features).float(), features.float()
