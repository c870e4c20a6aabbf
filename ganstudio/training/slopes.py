"""How much of a gradient the generator feels, whatever loss it would follow."""

from __future__ import annotations

import torch

from ganstudio.game.losses import LOSSES
from ganstudio.training.still_game import StillGame

SLOPE_LOSSES = ("minimax", "non_saturating", "wasserstein")
"""The losses compared when D is trained to optimality (Arjovsky & Bottou 2017)."""


def generator_slopes(still: StillGame) -> dict[str, float]:
    """‖∂L_G/∂θ‖ under each of ``SLOPE_LOSSES`` at the D that there is, on the fixed batch."""
    game, found = still.game, {}
    kept = game.loss
    for kind in SLOPE_LOSSES:
        game.loss = LOSSES[kind]
        theta = tuple(t.detach().requires_grad_() for t in still.here.theta)
        slope = torch.autograd.grad(game.loss_g(theta, still.here.psi), theta)
        found[kind] = float(torch.cat([s.reshape(-1) for s in slope]).norm())
    game.loss = kept
    return found


def discriminator_loss(still: StillGame) -> float:
    """D's own loss on the fixed batch."""
    with torch.no_grad():
        return float(still.game.loss_d(*still.here))
