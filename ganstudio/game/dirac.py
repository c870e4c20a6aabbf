"""The Dirac-GAN: data at 0, fakes at θ, a linear discriminator D(x) = ψx (Mescheder et al. 2018).

Its losses are those of the real GANs, element by element; it is the same game in the smallest room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from ganstudio.game.catalogue import Value
from ganstudio.game.losses import LOSSES, Loss

NODES = 64
"""Gauss-Hermite nodes for expectations over instance noise."""

_KIND = {"dirac": "minimax", "dirac_instance_noise": "minimax",
         "dirac_wasserstein_gp": "wasserstein"}

Each = Callable[[Tensor, Tensor], Tensor]


def gauss_hermite(sigma: float) -> tuple[Tensor, Tensor]:
    """Nodes and weights, each (n,), for the mean over a normal of standard deviation ``sigma``.

    One node at 0 where ``sigma`` is 0.
    """
    if sigma == 0:
        return torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return (torch.from_numpy(nodes * sigma), torch.from_numpy(weights / weights.sum()))


def _each_d(loss: Loss, r: Tensor, q: Tensor) -> Tensor:
    """D's loss for every pair of logits on its own: each is a batch of one."""
    if q.numel() == 1:
        return loss.d(r.reshape(1), q.reshape(1)).reshape(q.shape)
    pairs = torch.vmap(loss.d)(r.reshape(-1, 1), q.reshape(-1, 1))
    return pairs.reshape(q.shape)


def dirac_losses(name: str, params: Mapping[str, Value]) -> tuple[Each, Each]:
    """(L_G, L_D) of the Dirac game ``name`` as functions of θ and ψ of one shape."""
    kind = _KIND.get(name) or name.removeprefix("dirac_")
    loss = LOSSES[kind]
    nodes, weights = gauss_hermite(float(params.get("sigma", 0.0)))
    r1, slope_weight = float(params["r1_gamma"]), float(params.get("lambda", 0.0))
    target = float(params.get("target", 0.0))
    # A linear D without a bias says 0 at the data. Least squares has its equilibrium at ½.
    rest = 0.5 if kind == "least_squares" else 0.0

    def mean(values: Tensor) -> Tensor:
        return values.squeeze(-1) if len(weights) == 1 else (values * weights).sum(-1)

    def fake(theta: Tensor, psi: Tensor) -> Tensor:
        return psi[..., None] * (theta[..., None] + nodes) + rest

    def each_g(theta: Tensor, psi: Tensor) -> Tensor:
        return mean(loss.g_each(fake(theta, psi)))

    def each_d(theta: Tensor, psi: Tensor) -> Tensor:
        q = fake(theta, psi)
        r = (psi[..., None] * nodes + rest).expand_as(q)
        value = mean(_each_d(loss, r, q))
        if slope_weight:
            # |ψ|, with slope 0 at 0. (Torch's own abs imports its compiler when derived twice.)
            size = psi * psi.detach().sign()
            value = value + (0.5 * slope_weight) * (size - target).square()
        if r1:
            value = value + (0.5 * r1) * psi.square()
        return value

    return each_g, each_d
