"""What both players minimise in one round: the recipe's losses with everything that steadies them.

Training and every picture of the game take their losses from here, so that they are one game.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ganstudio.game.losses import loss_of
from ganstudio.game.penalties import DRAWS, PENALTIES
from ganstudio.recipe.game import LABELLED
from ganstudio.recipe.schedules import sigma_at
from ganstudio.recipe.tree import Recipe
from ganstudio.training.chance import Chance
from ganstudio.training.streams import Stream

Due = tuple[tuple[str, float], ...]
"""Penalties to be paid in this move, each with its weight."""


@dataclass(frozen=True, slots=True)
class View:
    """D at some weights, as the losses see it.

    ``judge`` maps samples to logits and ``read`` to (logits, features); ``packed`` puts samples
    side by side as D takes them in. ``mixes``: real and fake must not be judged as one batch.
    ``attached``: penalties stay functions of the fakes, for derivatives by G's parameters.
    """

    judge: Callable[[Tensor], Tensor]
    read: Callable[[Tensor], tuple[Tensor, Tensor]]
    packed: Callable[[Tensor], Tensor]
    mixes: bool
    attached: bool = False

    def both(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of reals and fakes, from one pass where that may be."""
        if self.mixes:
            return self.judge(real), self.judge(fake)
        logits = self.judge(torch.cat((real, fake)))
        share = len(logits) * len(real) // (len(real) + len(fake))
        return logits[:share], logits[share:]


@dataclass(frozen=True, slots=True)
class Judged:
    """A player's losses on a batch and the logits that they were made of.

    ``total`` is what the player descends; ``own`` is the game's loss alone, which can be held
    against theory. ``real`` is None where no real samples were looked at.
    """

    total: Tensor
    own: Tensor
    fake: Tensor
    real: Tensor | None


class Objective:
    """The losses of a recipe in the round after ``step`` rounds.

    Random numbers come from the ``chance`` handed in; those for fakes are drawn before those for
    reals, so that both players' losses meet the same noise when the streams begin anew.
    """

    def __init__(self, recipe: Recipe, step: int = 0) -> None:
        loss = recipe.loss
        self.loss = loss_of(loss)
        self.smooth = loss.smooth if loss.kind in LABELLED else 0.0
        self.flip = loss.flip
        self.matching = loss.feature_matching
        self.adversarial = loss.adversarial if loss.feature_matching else 1.0
        self.sigma = sigma_at(recipe.instance_noise, step)
        self.level: float | Tensor = self.sigma
        """The same, where a recorded graph reads it."""
        self.penalties: Due = tuple((name, getattr(recipe.penalty, name)) for name in PENALTIES
                                    if getattr(recipe.penalty, name))

    @property
    def g_needs_real(self) -> bool:
        """Whether the generator's loss looks at real samples."""
        return self.loss.compares or self.matching > 0

    @property
    def plain(self) -> bool:
        """Whether the losses are functions of the logits of clean samples, and no more."""
        return not (self.smooth or self.flip or self.matching or self.sigma or self.penalties
                    or self.loss.compares)

    @property
    def random(self) -> bool:
        """Whether the losses draw random numbers."""
        return bool(self.flip or self.sigma or any(name in DRAWS for name, _ in self.penalties))

    # ---- the discriminator -------------------------------------------------------------------

    def of_d(self, view: View, real: Tensor, fake: Tensor, chance: Chance, due: Due) -> Judged:
        """The discriminator's loss with the penalties that are ``due``."""
        fake, real = self.blurred(fake, chance), self.blurred(real, chance)
        r, q = view.both(real, fake)
        total = own = self._d_loss(r, q, chance)
        for name, weight in due:
            total = total + weight * PENALTIES[name](
                view.judge, view.packed(real), view.packed(fake),
                partial(chance.stream, Stream.PENALTIES), view.attached)
        return Judged(total, own, q, r)

    def _d_loss(self, r: Tensor, q: Tensor, chance: Chance) -> Tensor:
        if not (self.smooth or self.flip):
            return self.loss.d(r, q)
        label_r, label_q = torch.full_like(r, 1.0 - self.smooth), torch.zeros_like(q)
        if self.flip:
            rng = chance.stream(Stream.LABELS)
            wrong_q = torch.empty_like(q).bernoulli_(self.flip, generator=rng)
            wrong_r = torch.empty_like(r).bernoulli_(self.flip, generator=rng)
            label_r, label_q = label_r * (1 - wrong_r), wrong_q * (1.0 - self.smooth)
        return self.loss.labelled(r, q, label_r.detach(), label_q.detach())

    def blurred(self, x: Tensor, chance: Chance) -> Tensor:
        """Samples under this round's instance noise."""
        if not self.sigma:
            return x
        noise = torch.empty_like(x).normal_(generator=chance.stream(Stream.INSTANCE_NOISE))
        return x + self.level * noise.detach()

    # ---- the generator -----------------------------------------------------------------------

    def of_g(self, view: View, fake: Tensor, real: Tensor | None, chance: Chance) -> Judged:
        """The generator's loss; ``real`` may be None unless ``g_needs_real``."""
        fake = self.blurred(fake, chance)
        if not self.g_needs_real:
            q = view.judge(fake)
            own = self.loss.g(q)
            return Judged(own, own, q, None)
        assert real is not None
        real = self.blurred(real, chance)
        if not self.matching:
            q, r = view.judge(fake), self._of_real(view.judge, view, real)
            own = self.loss.g(q, r)
            return Judged(own, own, q, r)
        q, made = view.read(fake)
        r, seen = self._of_real(view.read, view, real)
        own = self.loss.g(q, r)
        apart = (seen.mean(0) - made.mean(0)).square().sum()
        total = self.matching * apart
        if self.adversarial:
            total = total + self.adversarial * own
        return Judged(total, own, q, r)

    @staticmethod
    def _of_real(function: Callable[[Tensor], Any], view: View, real: Tensor) -> Any:
        # G's parameters do not reach the reals; only D's do, and only a Jacobian asks for those.
        with torch.set_grad_enabled(view.attached and torch.is_grad_enabled()):
            return function(real)
