"""Layers that let a discriminator see how alike the samples of one batch are."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MinibatchDiscrimination(nn.Module):
    """Appends to each sample's features how close it is to the rest (Salimans et al. 2016, 3.2).

    With M_i = f(x_i)·T seen as ``kernels`` rows of ``size`` numbers, feature b of sample i is
    o_b(i) = Σ_{j≠i} exp(−‖M_ib − M_jb‖₁). T is drawn N(0, std²) from ``rng``. Takes memory of
    n²·kernels·size numbers for a batch of n.
    """

    def __init__(
        self, features: int, kernels: int, size: int, rng: torch.Generator, *,
        std: float = 0.05, dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.kernels, self.size = kernels, size
        projection = torch.empty(features, kernels * size, dtype=dtype)
        self.projection = nn.Parameter(projection.normal_(0.0, std, generator=rng))

    def closeness(self, f: Tensor) -> Tensor:
        """o (n, kernels) for features ``f`` (n, features)."""
        m = (f @ self.projection).view(-1, self.kernels, self.size)
        distance = (m.unsqueeze(0) - m.unsqueeze(1)).abs().sum(-1)
        return torch.exp(-distance).sum(1) - 1.0  # exp(0) = 1 is the sample itself

    def forward(self, f: Tensor) -> Tensor:
        """(n, features) to (n, features + kernels)."""
        return torch.cat([f, self.closeness(f)], dim=1)


class MinibatchStddev(nn.Module):
    """Appends the spread within groups of samples as one extra map (Karras et al. 2017).

    In each group of ``group`` samples: √(variance + 1e-8) of every feature, averaged over the
    features. Where the group's size does not divide the batch the next smaller one that does is
    taken, and failing that the whole batch is one group.
    """

    def __init__(self, group: int = 4) -> None:
        super().__init__()
        if group < 2:
            raise ValueError(f"Minibatch stddev needs groups of at least 2 samples, not {group}.")
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        """(n, C, H, W) to (n, C+1, H, W), or (n, features) to (n, features+1)."""
        n = x.shape[0]
        size = next((g for g in range(self.group, 1, -1) if n % g == 0), n)
        groups = x.reshape(size, n // size, -1)  # members stand n/size apart
        variance = (groups - groups.mean(0)).square().mean(0)
        spread = torch.sqrt(variance + 1e-8).mean(1)
        extra = spread.repeat(size).view(n, *(1,) * (x.dim() - 1)).expand(n, 1, *x.shape[2:])
        return torch.cat([x, extra], dim=1)
