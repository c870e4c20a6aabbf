"""How weights are drawn before the first step, from one given generator and nothing else."""

from __future__ import annotations

import math

import torch
from torch import Tensor

BATCH_NORM_STD = 0.02
"""Deviation of batch norm's gains about one where weights are drawn normally (DCGAN's code)."""


@torch.no_grad()
def init_weight(
    weight: Tensor, rng: torch.Generator, *, kind: str, std: float, gain: float,
    fan_in: float, fan_out: float,
) -> None:
    """Fill ``weight`` in place.

    ``kind`` is one of recipe.networks.Init: ``default`` U(±1/√fan_in) as torch's layers do,
    ``normal`` N(0, std²) (Radford et al. 2015), ``xavier`` U(±√(6/(fan_in+fan_out))) (Glorot &
    Bengio 2010), ``kaiming`` N(0, gain²/fan_in) (He et al. 2015), ``orthogonal`` gain times a
    matrix with orthonormal rows or columns (Saxe et al. 2013), where the matrix has the weight's
    first axis as its rows. Fans are connections per unit. Raises ValueError for another kind.
    """
    if kind == "default":
        bound = 1.0 / math.sqrt(fan_in)
        weight.uniform_(-bound, bound, generator=rng)
    elif kind == "normal":
        weight.normal_(0.0, std, generator=rng)
    elif kind == "xavier":
        bound = math.sqrt(6.0 / (fan_in + fan_out))
        weight.uniform_(-bound, bound, generator=rng)
    elif kind == "kaiming":
        weight.normal_(0.0, gain / math.sqrt(fan_in), generator=rng)
    elif kind == "orthogonal":
        rows = weight.shape[0]
        draw = torch.empty(rows, weight.numel() // rows, dtype=weight.dtype)
        weight.copy_(gain * _orthonormal(draw.normal_(generator=rng)).view_as(weight))
    else:
        raise ValueError(f"There is no initialisation {kind!r}; use 'default', 'normal', "
                         "'xavier', 'kaiming' or 'orthogonal'.")


def _orthonormal(draw: Tensor) -> Tensor:
    """Uniform (Haar) orthonormal rows, or columns where there are fewer columns than rows."""
    tall = draw if draw.shape[0] >= draw.shape[1] else draw.T
    q, r = torch.linalg.qr(tall)
    signs = torch.where(r.diagonal() < 0, -1.0, 1.0).to(q.dtype)
    uniform: Tensor = q * signs  # QR alone prefers some signs
    return (uniform if draw.shape[0] >= draw.shape[1] else uniform.T).contiguous()


@torch.no_grad()
def init_bias(bias: Tensor | None, rng: torch.Generator, *, kind: str, fan_in: float) -> None:
    """Zero, save for ``default``, which draws U(±1/√fan_in) as torch's layers do."""
    if bias is None:
        return
    if kind == "default":
        bound = 1.0 / math.sqrt(fan_in)
        bias.uniform_(-bound, bound, generator=rng)
    else:
        bias.zero_()


@torch.no_grad()
def init_batch_norm(gain: Tensor, rng: torch.Generator, *, kind: str) -> None:
    """N(1, .02²) with ``normal`` weights, as DCGAN does; otherwise one."""
    if kind == "normal":
        gain.normal_(1.0, BATCH_NORM_STD, generator=rng)
    else:
        gain.fill_(1.0)
