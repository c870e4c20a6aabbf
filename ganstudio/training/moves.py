"""One move of one player: the innermost loop, where every small operation counts.

What makes it quick: fakes for D are made without a graph; real and fake go through D as one
batch unless D's batch statistics would mix them; gradients are asked for one player's weights
only, so nothing is computed for the other; losses stay on the device until a chunk is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganstudio.game.losses import LOSSES

if TYPE_CHECKING:
    from ganstudio.recipe.tree import Recipe
    from ganstudio.training.players import Players


class NonFiniteLossError(ArithmeticError):
    """A player's loss is NaN or infinite; the move that would have followed was not made."""

    def __init__(self, player: str, value: float) -> None:
        super().__init__(f"the {player}'s loss is {value}")
        self.player = player
        self.value = value
        self.step = 0
        """The step in which it happened."""


@dataclass(slots=True)
class Reading:
    """The newest numbers of a round, on the device; see ``frames.SCALARS``."""

    loss_d: Tensor
    loss_g: Tensor
    outputs: Tensor
    """D's mean output on (real, fake)."""


def check_loss(loss: Tensor, player: str) -> None:
    """Raise NonFiniteLossError if a loss on the CPU is no number."""
    # On a GPU reading the value would wait for the device, so the chunk's end looks instead.
    if loss.device.type == "cpu":
        value = loss.item()
        if not isfinite(value):
            raise NonFiniteLossError(player, value)


def _logits(players: Players, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    if players.d_mixes_batch:
        return players.d(real), players.d(fake)
    count = real.shape[0]
    both = players.d(torch.cat((real, fake)))
    return both[:count], both[count:]


@torch.no_grad()
def outputs(kind: str, r: Tensor, q: Tensor) -> Tensor:
    """D's mean output on (real, fake), (2,), as the loss reads it."""
    return LOSSES[kind].output(torch.stack((r, q)).detach()).mean(1)


def move_d(players: Players, recipe: Recipe, real: Tensor, z: Tensor, reading: Reading,
           keep: bool = False) -> Tensor:
    """One discriminator step on ``real`` and G(``z``); returns the fakes.

    With ``keep`` they come with the graph that made them, for a generator step on the same fakes.
    """
    with torch.set_grad_enabled(keep):
        fake: Tensor = players.g(z)
    r, q = _logits(players, real, fake.detach())
    loss = LOSSES[recipe.loss.kind].d(r, q)
    check_loss(loss, "discriminator")
    players.optimizer_d.step(torch.autograd.grad(loss, players.weights_d), recipe.optimizer_d)
    clip_weights(players, recipe.loss.clip)
    reading.loss_d = loss.detach()
    reading.outputs = outputs(recipe.loss.kind, r, q)
    return fake


def move_g(players: Players, recipe: Recipe, fake: Tensor, reading: Reading) -> None:
    """One generator step on ``fake``, G's samples with the graph that made them."""
    loss = LOSSES[recipe.loss.kind].g(players.d(fake))
    check_loss(loss, "generator")
    players.optimizer_g.step(torch.autograd.grad(loss, players.weights_g), recipe.optimizer_g)
    players.average_step(recipe.average.decay)
    reading.loss_g = loss.detach()


def move_both(players: Players, recipe: Recipe, real: Tensor, z: Tensor,
              reading: Reading) -> None:
    """Both players from the same point, on the same batch: neither sees the other's move."""
    loss_pair = LOSSES[recipe.loss.kind]
    r, q = _logits(players, real, players.g(z))
    loss_d, loss_g = loss_pair.d(r, q), loss_pair.g(q)
    check_loss(loss_d, "discriminator")
    check_loss(loss_g, "generator")
    gradients_d = torch.autograd.grad(loss_d, players.weights_d, retain_graph=True)
    gradients_g = torch.autograd.grad(loss_g, players.weights_g)
    if recipe.update.train_d:
        players.optimizer_d.step(gradients_d, recipe.optimizer_d)
        clip_weights(players, recipe.loss.clip)
    if recipe.update.train_g:
        players.optimizer_g.step(gradients_g, recipe.optimizer_g)
        players.average_step(recipe.average.decay)
    reading.loss_d, reading.loss_g = loss_d.detach(), loss_g.detach()
    reading.outputs = outputs(recipe.loss.kind, r, q)


@torch.no_grad()
def read_d(players: Players, recipe: Recipe, real: Tensor, z: Tensor, reading: Reading) -> None:
    """D's loss on a batch without a move, for a discriminator that is held still."""
    r, q = _logits(players, real, players.g(z))
    loss = LOSSES[recipe.loss.kind].d(r, q)
    check_loss(loss, "discriminator")
    reading.loss_d = loss
    reading.outputs = outputs(recipe.loss.kind, r, q)


@torch.no_grad()
def read_g(players: Players, recipe: Recipe, z: Tensor, reading: Reading) -> None:
    """G's loss on a batch without a move, for a generator that is held still."""
    loss = LOSSES[recipe.loss.kind].g(players.d(players.g(z)))
    check_loss(loss, "generator")
    reading.loss_g = loss


@torch.no_grad()
def clip_weights(players: Players, clip: float) -> None:
    """Clamp every weight of D to ± ``clip`` (Arjovsky et al. 2017); 0 does nothing."""
    if clip:
        torch._foreach_clamp_min_(players.weights_d, -clip)
        torch._foreach_clamp_max_(players.weights_d, clip)
