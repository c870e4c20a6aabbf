"""How much of a gradient the generator feels, whatever loss it would follow."""

from __future__ import annotations

import torch
from torch import Tensor

from ganstudio.recipe.game import Loss, LossKind
from ganstudio.training.objective import Objective
from ganstudio.training.run_game import RunGame
from ganstudio.training.still_game import StillGame

SLOPE_LOSSES: tuple[LossKind, ...] = ("minimax", "non_saturating", "wasserstein")
"""The losses compared when D is trained to optimality (Arjovsky & Bottou 2017)."""


def generator_slopes(still: StillGame) -> dict[str, float]:
    """‖∂L_G/∂θ‖ under each of ``SLOPE_LOSSES`` at the D that there is, on the fixed batch."""
    game = still.game
    found: dict[str, float] = {}
    kept, means = game.objective, game.means
    game.means = {}
    for kind in SLOPE_LOSSES:
        bare = still.recipe.model_copy(update={"loss": Loss(kind=kind)})
        game.objective = Objective(bare, still.step)
        theta = tuple(t.detach().requires_grad_() for t in still.here.theta)
        slope = torch.autograd.grad(game.loss_g(theta, still.here.psi), theta)
        found[kind] = float(torch.cat([s.reshape(-1) for s in slope]).norm())
    game.objective, game.means = kept, means
    return found


def discriminator_loss(still: StillGame) -> float:
    """D's own loss on the fixed batch, without penalties."""
    still.game.seen_d = None
    with torch.no_grad():
        still.game.loss_d(*still.here)
    return float(_own(still.game))


def _own(game: RunGame) -> Tensor:
    assert game.seen_d is not None
    return game.seen_d.own
