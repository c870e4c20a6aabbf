"""Convolutional networks for images in the manner of DCGAN (Radford et al. 2015).

The image is halved, rounding down, until its side is at most seven; the generator climbs from
there with transposed convolutions and the discriminator descends the same stairs with strided
ones, both of kernel 4 and stride 2. Channels double with each halving, up to eight times the width.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganstudio.nets.base import Discriminator, Generator
from ganstudio.nets.init import init_batch_norm, init_bias, init_weight
from ganstudio.nets.minibatch import MinibatchStddev, added_by, company_of
from ganstudio.nets.sizes import halvings
from ganstudio.nets.spectral import SpectralNorm
from ganstudio.nets.units import Dropout, activation_of, gain_of, norm_layer

if TYPE_CHECKING:
    from ganstudio.recipe.networks import Dcgan
    from ganstudio.recipe.stabilisers import Minibatch

KERNEL, STRIDE, WIDEST = 4, 2, 8
Apply = Callable[[Tensor, Tensor, Tensor | None], Tensor]


class _Layer(nn.Module):
    """One linear map with an optional bias and the spectral norm of its weight."""

    def __init__(
        self, shape: tuple[int, ...], apply: Apply, part: Dcgan, rng: torch.Generator,
        dtype: torch.dtype, *, gain: float, bias: bool, transposed: bool = False,
    ) -> None:
        super().__init__()
        self._apply_map = apply
        self.weight = nn.Parameter(torch.empty(shape, dtype=dtype))
        outputs = shape[1] if transposed else shape[0]
        self.bias = nn.Parameter(torch.empty(outputs, dtype=dtype)) if bias else None
        fan_in, fan_out = _fans(shape, transposed)
        if part.init == "default":  # torch's layers count axis 1, transposed or not
            fan_in = float(self.weight[0].numel())
        matrix = self.weight.detach().transpose(0, 1) if transposed else self.weight.detach()
        init_weight(matrix, rng, kind=part.init, std=part.init_std, gain=gain,
                    fan_in=fan_in, fan_out=fan_out)
        init_bias(self.bias, rng, kind=part.init, fan_in=fan_in)
        self.spectral = (SpectralNorm(self.weight, rng, 1 if transposed else 0)
                         if part.norm == "spectral" else None)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight if self.spectral is None else self.spectral(self.weight)
        return self._apply_map(x, weight, self.bias)


def _fans(shape: tuple[int, ...], transposed: bool) -> tuple[float, float]:
    """Connections into each output and out of each input, of which a stride skips some."""
    if len(shape) == 2:
        return float(shape[1]), float(shape[0])
    every, strided = KERNEL**2, (KERNEL / STRIDE) ** 2
    if transposed:
        return shape[0] * strided, float(shape[1] * every)
    return float(shape[1] * every), shape[0] * strided


class _After(nn.Module):
    """Norm, activation and dropout behind a hidden layer."""

    def __init__(
        self, part: Dcgan, channels: int, rng: torch.Generator, dtype: torch.dtype,
        normed: bool = True,
    ) -> None:
        super().__init__()
        self.norm = (norm_layer(part.norm, channels, True, dtype)
                     if normed and part.norm in ("batch", "layer") else None)
        if isinstance(self.norm, nn.BatchNorm2d):
            init_batch_norm(self.norm.weight, rng, kind=part.init)
        self.dropout = Dropout(part.dropout) if part.dropout > 0 else None
        self._act = activation_of(part)

    def forward(self, x: Tensor) -> Tensor:
        x = self._act(x if self.norm is None else self.norm(x))
        return x if self.dropout is None else self.dropout(x)


def _channels(part: Dcgan, stages: int) -> list[int]:
    """Channels after each halving of the image, the first at half the image's side."""
    return [part.width * min(2**stage, WIDEST) for stage in range(stages)]


class DcganGenerator(Generator):
    """z (n, latent_dim) to images (n, C, H, W) in [−1, 1]."""

    def __init__(
        self, part: Dcgan, latent_dim: int, sample_shape: tuple[int, ...], rng: torch.Generator,
        dtype: torch.dtype,
    ) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.sample_shape = sample_shape
        sides = halvings(sample_shape[-1])[::-1]
        channels = _channels(part, len(sides) - 1)[::-1]
        gain = gain_of(part.activation, part.slope)
        bias = part.norm != "batch"
        self._base = (channels[0], sides[0], sides[0])
        self.project = _Layer((channels[0] * sides[0] ** 2, latent_dim), functional.linear, part,
                              rng, dtype, gain=gain, bias=bias)
        self.after = nn.ModuleList([_After(part, channels[0], rng, dtype)])
        self.up = nn.ModuleList()
        for stage, (below, above) in enumerate(zip(channels, [*channels[1:], sample_shape[0]],
                                                   strict=True)):
            last = stage == len(channels) - 1
            # An odd side was rounded down on the way; the extra row and column come back here.
            odd = sides[stage + 1] - 2 * sides[stage]
            apply = partial(functional.conv_transpose2d, stride=STRIDE, padding=1,
                            output_padding=odd)
            self.up.append(_Layer((below, above, KERNEL, KERNEL), apply, part, rng, dtype,
                                  gain=1.0 if last else gain, bias=bias or last, transposed=True))
            if not last:
                self.after.append(_After(part, above, rng, dtype))
        self.note_state()

    def forward(self, z: Tensor) -> Tensor:
        """Images for latents ``z``."""
        x = self.project(z).view(-1, *self._base)
        for after, up in zip(self.after, self.up, strict=True):
            x = up(after(x))
        return torch.tanh_(x)


class DcganDiscriminator(Discriminator):
    """Images (n, C, H, W) to logits (n,)."""

    def __init__(
        self, part: Dcgan, sample_shape: tuple[int, ...], rng: torch.Generator,
        dtype: torch.dtype, minibatch: Minibatch | None = None,
    ) -> None:
        super().__init__()
        self.sample_shape = sample_shape
        sides = halvings(sample_shape[-1])
        channels = _channels(part, len(sides) - 1)
        gain = gain_of(part.activation, part.slope)
        apply = partial(functional.conv2d, stride=STRIDE, padding=1)
        self.down, self.after = nn.ModuleList(), nn.ModuleList()
        for stage, (before, behind) in enumerate(zip([sample_shape[0], *channels], channels,
                                                     strict=False)):
            first = stage == 0
            self.down.append(_Layer((behind, before, KERNEL, KERNEL), apply, part, rng, dtype,
                                    gain=gain, bias=first or part.norm != "batch"))
            self.after.append(_After(part, behind, rng, dtype, normed=not first))
        places = sides[-1] ** 2
        hidden = channels[-1] * places
        self.logit = _Layer((1, hidden + added_by(minibatch, places)), functional.linear, part,
                            rng, dtype, gain=1.0, bias=True)
        self.company = company_of(minibatch, hidden, rng, dtype)
        self._last_map = (channels[-1], sides[-1], sides[-1])
        self.note_state()

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer, (n, channels·side²)."""
        for down, after in zip(self.down, self.after, strict=True):
            x = after(down(x))
        return x.flatten(1)

    def head(self, features: Tensor) -> Tensor:
        """Logits from the last hidden layer; the spread of a batch comes as one more map."""
        if isinstance(self.company, MinibatchStddev):
            features = self.company(features.view(-1, *self._last_map)).flatten(1)
        elif self.company is not None:
            features = self.company(features)
        return self.logit(features).view(-1)  # type: ignore[no-any-return]

    def forward(self, x: Tensor) -> Tensor:
        """Logits for images ``x``."""
        return self.head(self.features(x))
