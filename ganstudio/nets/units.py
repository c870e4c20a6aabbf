"""What stands between two linear layers: activations, their gains, norms and dropout."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from ganstudio.recipe.networks import Dcgan, Mlp

Activation = Callable[[Tensor], Tensor]


def pieces_of(part: Mlp | Dcgan) -> int:
    """How many linear pieces each unit needs: more than one for maxout only."""
    return part.pieces if part.kind == "mlp" and part.activation == "maxout" else 1


def activation_of(part: Mlp | Dcgan) -> Activation:
    """The hidden units' function.

    It overwrites its argument where autograd allows it, so hand it a tensor that nobody else
    holds, such as a linear layer's output.
    """
    if part.activation == "relu":
        return torch.relu_
    if part.activation == "leaky_relu":
        return partial(functional.leaky_relu_, negative_slope=part.slope)
    if part.activation == "tanh":
        return torch.tanh_
    if part.activation == "silu":
        return functional.silu
    return partial(_maxout, pieces=pieces_of(part))


def _maxout(x: Tensor, pieces: int) -> Tensor:
    """Largest of each unit's pieces; piece p of unit j is column p·width + j."""
    return x.view(x.shape[0], pieces, -1).amax(1)


@lru_cache
def gain_of(activation: str, slope: float = 0.0, pieces: int = 1) -> float:
    """Factor that keeps a signal's second moment through the activation (He et al. 2015).

    1/√E[f(x)²] for x ~ N(0, 1), where maxout takes the largest of ``pieces`` such draws. tanh
    and SiLU keep no scale exactly: tanh takes the customary 5/3 and SiLU the gain of ReLU,
    which it resembles for large inputs (its own at x ~ N(0, 1) makes deep stacks explode).
    """
    if activation in ("relu", "silu"):
        return math.sqrt(2.0)
    if activation == "leaky_relu":
        return math.sqrt(2.0 / (1.0 + slope**2))
    if activation == "tanh":
        return 5.0 / 3.0
    x = torch.linspace(-10, 10, 4001, dtype=torch.float64)
    density = torch.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    of_largest = pieces * torch.special.ndtr(x) ** (pieces - 1) * density
    return 1.0 / math.sqrt(torch.trapezoid(x * x * of_largest, x).item())


class Dropout(nn.Module):
    """Silences each unit with probability ``p`` and scales the others by 1/(1−p), in training only.

    ``rng`` is where the coins come from: None is torch's global generator. It must live on the
    same device as the data. Source: Srivastava et al. 2014.
    """

    rng: torch.Generator | None

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p
        self.rng = None

    def forward(self, x: Tensor) -> Tensor:
        """The same shape as ``x``."""
        if not self.training:
            return x
        keep = 1.0 - self.p
        mask = torch.empty_like(x).bernoulli_(keep, generator=self.rng)
        return x * mask.div_(keep)


def norm_layer(kind: str, features: int, image: bool, dtype: torch.dtype) -> nn.Module:
    """Norm over ``features`` units or channels; ``kind`` is ``batch`` or ``layer``.

    On images layer norm runs over channels and pixels with one gain per channel.
    """
    if kind == "batch":
        cls = nn.BatchNorm2d if image else nn.BatchNorm1d
        return cls(features, dtype=dtype)
    if image:
        return nn.GroupNorm(1, features, dtype=dtype)
    return nn.LayerNorm(features, dtype=dtype)
