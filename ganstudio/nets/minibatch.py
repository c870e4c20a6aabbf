"""Layers that let a discriminator see how alike the samples of one batch are.

At test time a sample is asked about by itself, and the pictures are made of samples that no
batch would hold together. Like batch norm these layers then say what they said of late: the
running mean of what they appended in training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ganstudio.nets.mixed import in_full

if TYPE_CHECKING:
    from ganstudio.recipe.stabilisers import Minibatch

MOMENTUM = 0.1
"""Share of each training batch in the running mean."""


class MinibatchDiscrimination(nn.Module):
    """Appends to each sample's features how close it is to the rest (Salimans et al. 2016, 3.2).

    With M_i = f(x_i)·T seen as ``kernels`` rows of ``size`` numbers, feature b of sample i is
    o_b(i) = Σ_{j≠i} exp(−‖M_ib − M_jb‖₁). T is drawn N(0, std²) from ``rng``. Takes memory of
    n²·kernels·size numbers for a batch of n.
    """

    usual: Tensor

    def __init__(
        self, features: int, kernels: int, size: int, rng: torch.Generator, *,
        std: float = 0.05, dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.kernels, self.size = kernels, size
        projection = torch.empty(features, kernels * size, dtype=dtype)
        self.projection = nn.Parameter(projection.normal_(0.0, std, generator=rng))
        self.register_buffer("usual", torch.zeros(kernels, dtype=dtype))

    def closeness(self, f: Tensor) -> Tensor:
        """o (n, kernels) for features ``f`` (n, features)."""
        m = (f @ self.projection).view(-1, self.kernels, self.size)
        apart = m.unsqueeze(0) - m.unsqueeze(1)
        # |x| as x·sign(x): the second derivative of abs makes torch import its compiler.
        distance = (apart * apart.detach().sign()).sum(-1)
        return torch.exp(-distance).sum(1) - 1.0  # exp(0) = 1 is the sample itself

    def forward(self, f: Tensor) -> Tensor:
        """(n, features) to (n, features + kernels)."""
        if not self.training:
            return torch.cat([f, self.usual.expand(len(f), -1)], dim=1)
        closeness = in_full(self.closeness, f)
        with torch.no_grad():
            self.usual.lerp_(closeness.mean(0), MOMENTUM)
        return torch.cat([f, closeness], dim=1)


class MinibatchStddev(nn.Module):
    """Appends the spread within groups of samples as one extra map (Karras et al. 2017).

    In each group of ``group`` samples: √(variance + 1e-8) of every feature, averaged over the
    features. Where the group's size does not divide the batch the next smaller one that does is
    taken, and failing that the whole batch is one group.
    """

    usual: Tensor

    def __init__(self, group: int = 4, *, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        if group < 2:
            raise ValueError(f"Minibatch stddev needs groups of at least 2 samples, not {group}.")
        self.group = group
        self.register_buffer("usual", torch.zeros((), dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, H, W) to (n, C+1, H, W), or (n, features) to (n, features+1)."""
        n = x.shape[0]
        spread = in_full(self._spread, x) if self.training else self.usual.expand(n)
        extra = spread.view(n, *(1,) * (x.dim() - 1)).expand(n, 1, *x.shape[2:])
        return torch.cat([x, extra], dim=1)

    def _spread(self, x: Tensor) -> Tensor:
        """That of each sample's group, (n,)."""
        n = x.shape[0]
        size = next((g for g in range(self.group, 1, -1) if n % g == 0), n)
        groups = x.reshape(size, n // size, -1)  # members stand n/size apart
        variance = (groups - groups.mean(0)).square().mean(0)
        spread = torch.sqrt(variance + 1e-8).mean(1)
        with torch.no_grad():
            self.usual.lerp_(spread.mean().to(self.usual), MOMENTUM)
        return spread.repeat(size)


Company = MinibatchDiscrimination | MinibatchStddev
"""A layer that tells D of a sample's company."""


def company_of(part: Minibatch | None, features: int, rng: torch.Generator, dtype: torch.dtype,
               ) -> Company | None:
    """The layer that the recipe asks for, for ``features`` numbers a sample, or None."""
    if part is None or part.layer == "none":
        return None
    if part.layer == "stddev":
        return MinibatchStddev(part.group, dtype=dtype)
    return MinibatchDiscrimination(features, part.kernels, part.size, rng, dtype=dtype)


def added_by(part: Minibatch | None, places: int = 1) -> int:
    """How many numbers that layer appends to a sample's, where a map has ``places`` places."""
    if part is None or part.layer == "none":
        return 0
    return part.kernels if part.layer == "discrimination" else places
