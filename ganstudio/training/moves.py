"""One move of one player: the innermost loop, where every small operation counts.

What makes it quick: fakes for D are made without a graph; real and fake go through D as one
batch unless D's batch statistics would mix them; gradients are asked for one player's weights
only, so nothing is computed for the other; losses stay on the device until a chunk is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganstudio.game.losses import LOSSES
from ganstudio.training.objective import Judged, View

if TYPE_CHECKING:
    from ganstudio.recipe.tree import Recipe
    from ganstudio.training.players import Players
    from ganstudio.training.stabilisers import Stabilisers


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
    """The newest numbers of a round, on the device; see ``frames.SCALARS``.

    The losses are the game's own, without penalties and the like, so that they can be held
    against theory and do not jump when a lazy penalty is due.
    """

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


def _view(players: Players) -> View:
    d = players.d
    return View(d, d.read, d.packed, players.d_mixes_batch)


@torch.no_grad()
def outputs(kind: str, r: Tensor, q: Tensor) -> Tensor:
    """D's mean output on (real, fake), (2,), as the loss reads it."""
    return LOSSES[kind].output(torch.stack((r, q)).detach()).mean(1)


def move_d(players: Players, recipe: Recipe, real: Tensor, z: Tensor, reading: Reading,
           extra: Stabilisers, keep: bool = False) -> Tensor:
    """One discriminator step on ``real`` and G(``z``); returns the fakes.

    With ``keep`` they come with the graph that made them, for a generator step on the same fakes.
    """
    with torch.set_grad_enabled(keep):
        fake: Tensor = players.g(z)
    if recipe.loss.clip_before:
        clip_weights(players, recipe.loss.clip)
    seen = extra.objective.of_d(_view(players), real, fake.detach(), extra.chance, extra.due())
    check_loss(seen.total, "discriminator")
    _step_d(players, recipe, torch.autograd.grad(seen.total, players.weights_d), extra)
    _note_d(recipe, reading, seen)
    return fake


def _step_d(players: Players, recipe: Recipe, gradients: Sequence[Tensor],
            extra: Stabilisers) -> None:
    gradients = extra.drift("d", players.weights_d, gradients)
    players.optimizer_d.step(gradients, recipe.optimizer_d, extra.rate_d)
    if not recipe.loss.clip_before:
        clip_weights(players, recipe.loss.clip)
    extra.moved("d", players.weights_d)


def _note_d(recipe: Recipe, reading: Reading, seen: Judged) -> None:
    assert seen.real is not None
    reading.loss_d = seen.own.detach()
    reading.outputs = outputs(recipe.loss.kind, seen.real, seen.fake)


def move_g(players: Players, recipe: Recipe, fake: Tensor, reading: Reading,
           extra: Stabilisers, real: Tensor | None = None) -> None:
    """One generator step on ``fake``, G's samples with the graph that made them.

    ``real`` is for losses that look at real samples too.
    """
    seen = extra.objective.of_g(_view(players), fake, real, extra.chance)
    check_loss(seen.total, "generator")
    _step_g(players, recipe, torch.autograd.grad(seen.total, players.weights_g), extra)
    reading.loss_g = seen.own.detach()


def _step_g(players: Players, recipe: Recipe, gradients: Sequence[Tensor],
            extra: Stabilisers) -> None:
    gradients = extra.drift("g", players.weights_g, gradients)
    players.optimizer_g.step(gradients, recipe.optimizer_g, extra.rate_g)
    players.average_step(recipe.average.decay)
    extra.moved("g", players.weights_g)


def move_both(players: Players, recipe: Recipe, real: Tensor, z: Tensor,
              reading: Reading, extra: Stabilisers) -> None:
    """Both players from the same point, on the same batch: neither sees the other's move."""
    if recipe.loss.clip_before:
        clip_weights(players, recipe.loss.clip)
    of_d, of_g = _both_losses(players, real, players.g(z), extra)
    check_loss(of_d.total, "discriminator")
    check_loss(of_g.total, "generator")
    gradients_d = torch.autograd.grad(of_d.total, players.weights_d, retain_graph=True)
    gradients_g = torch.autograd.grad(of_g.total, players.weights_g)
    if recipe.update.train_d:
        _step_d(players, recipe, gradients_d, extra)
    if recipe.update.train_g:
        _step_g(players, recipe, gradients_g, extra)
    reading.loss_g = of_g.own.detach()
    _note_d(recipe, reading, of_d)


def _both_losses(players: Players, real: Tensor, fake: Tensor, extra: Stabilisers,
                 ) -> tuple[Judged, Judged]:
    objective, view = extra.objective, _view(players)
    if objective.plain:  # one pass through D serves both
        r, q = view.both(real, fake)
        loss_d, loss_g = objective.loss.d(r, q), objective.loss.g(q)
        return Judged(loss_d, loss_d, q, r), Judged(loss_g, loss_g, q, None)
    return (objective.of_d(view, real, fake.detach(), extra.chance, extra.due()),
            objective.of_g(view, fake, real, extra.chance))


@torch.no_grad()
def read_d(players: Players, recipe: Recipe, real: Tensor, z: Tensor, reading: Reading,
           extra: Stabilisers) -> None:
    """D's loss on a batch without a move, for a discriminator that is held still."""
    seen = extra.objective.of_d(_view(players), real, players.g(z), extra.chance, ())
    check_loss(seen.own, "discriminator")
    _note_d(recipe, reading, seen)


@torch.no_grad()
def read_g(players: Players, z: Tensor, reading: Reading, extra: Stabilisers,
           real: Tensor | None = None) -> None:
    """G's loss on a batch without a move, for a generator that is held still."""
    seen = extra.objective.of_g(_view(players), players.g(z), real, extra.chance)
    check_loss(seen.own, "generator")
    reading.loss_g = seen.own


@torch.no_grad()
def clip_weights(players: Players, clip: float) -> None:
    """Clamp every weight of D to ± ``clip`` (Arjovsky et al. 2017); 0 does nothing."""
    if clip:
        torch._foreach_clamp_min_(players.weights_d, -clip)
        torch._foreach_clamp_max_(players.weights_d, clip)
