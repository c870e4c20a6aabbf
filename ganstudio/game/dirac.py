"""The Dirac-GAN: data at 0, fakes at θ, a linear discriminator D(x) = ψx (Mescheder et al. 2018).

Its losses are those of the real GANs, element by element; it is the same game in the smallest room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ganstudio.game.catalogue import Value
from ganstudio.game.losses import LOSSES, Loss

NODES, FEW_NODES = 64, 32
"""Gauss-Hermite nodes for expectations over instance noise: of one game, and of each of many side
by side, as for a picture. For σ|ψ| up to 2 they are right to 1e-10 and 2e-7.
"""
NEGLIGIBLE = 1e-16
"""Nodes of less weight are left out, a third of 64. The losses grow at most as their logits do, by
c(1 + |x|); what is left out of Σw(1 + |x|) is below 2e-15, which is what rounding leaves anyhow.
"""

_KIND = {"dirac": "minimax", "dirac_instance_noise": "minimax",
         "dirac_wasserstein_gp": "wasserstein"}

Each = Callable[[Tensor, Tensor], Tensor]
Number = float | Tensor


@lru_cache
def gauss_hermite(count: int) -> tuple[Tensor, Tensor]:
    """Nodes and weights of the rule with ``count`` nodes for the mean over a standard normal, less
    those that are negligible.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    weights = weights / weights.sum()
    kept = weights > NEGLIGIBLE
    return torch.from_numpy(nodes[kept]), torch.from_numpy(weights[kept])


def _each_d(loss: Loss, r: Tensor, q: Tensor) -> Tensor:
    """D's loss for every pair of logits on its own: each is a batch of one."""
    if q.numel() == 1:
        return loss.d(r.reshape(1), q.reshape(1)).reshape(q.shape)
    pairs = torch.vmap(loss.d)(r.reshape(-1, 1), q.reshape(-1, 1))
    return pairs.reshape(q.shape)


@dataclass(frozen=True)
class DiracFamily:
    """The Dirac games of one ``kind`` of loss, as far as they are computed alike.

    ``noisy``, ``sloped`` and ``r1`` say which of the numbers below are not nought.
    """

    kind: str
    noisy: bool
    sloped: bool
    r1: bool

    def __call__(self, sigma: Number, weight: Number, target: Number, r1: Number
                 ) -> tuple[Each, Each]:
        """(L_G, L_D) of θ and ψ of one shape: instance noise of deviation ``sigma`` on real and
        fake, ``weight``/2·(|ψ| − ``target``)² and ``r1``/2·ψ² on D.
        """
        loss = LOSSES[self.kind]
        # A linear D without a bias says 0 at the data. Least squares has its equilibrium at ½.
        rest = 0.5 if self.kind == "least_squares" else 0.0

        def rule(theta: Tensor) -> tuple[Tensor, Tensor]:
            return gauss_hermite(NODES if theta.numel() == 1 else FEW_NODES)

        def mean(values: Tensor, theta: Tensor) -> Tensor:
            return (values * rule(theta)[1]).sum(-1) if self.noisy else values

        def logits(theta: Tensor, psi: Tensor) -> tuple[Tensor, Tensor]:
            """Of real and of fake, with the nodes of the noise as a last axis."""
            if not self.noisy:
                fake = psi * theta + rest
                return rest * torch.ones_like(fake), fake
            spread, slope = rule(theta)[0] * sigma, psi[..., None]
            return slope * spread + rest, slope * (theta[..., None] + spread) + rest

        def each_g(theta: Tensor, psi: Tensor) -> Tensor:
            return mean(loss.g_each(logits(theta, psi)[1]), theta)

        def each_d(theta: Tensor, psi: Tensor) -> Tensor:
            value = mean(_each_d(loss, *logits(theta, psi)), theta)
            if self.sloped:
                # |ψ|, with slope 0 at 0. (Torch's own abs imports its compiler when derived twice.)
                size = psi * psi.detach().sign()
                value = value + (0.5 * weight) * (size - target).square()
            if self.r1:
                value = value + (0.5 * r1) * psi.square()
            return value

        return each_g, each_d


def dirac_family(name: str, params: Mapping[str, Value]
                 ) -> tuple[DiracFamily, tuple[float, float, float, float]]:
    """The family of the Dirac game ``name``, and the numbers that single out this game."""
    kind = _KIND.get(name) or name.removeprefix("dirac_")
    sigma, weight, target = (float(params.get(k, 0.0)) for k in ("sigma", "lambda", "target"))
    r1 = float(params["r1_gamma"])
    return DiracFamily(kind, sigma != 0, weight != 0, r1 != 0), (sigma, weight, target, r1)
