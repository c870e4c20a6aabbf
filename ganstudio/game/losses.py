"""What the two players minimise, as pure functions of logits.

``r`` are the logits of real samples, ``q`` those of fakes, each (n,). A positive logit says real,
and both players descend their own loss. softplus is written sp. Every form stays finite for
logits of any size, since none takes the logarithm of a sigmoid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus


@dataclass(frozen=True, slots=True)
class Loss:
    """One game: a loss for each player.

    ``d_loss(r, q)`` and ``g_each(q)`` are the formulas; ``output`` turns a logit into what D
    says in the terms of :class:`ganstudio.game.facts.LossFacts`.
    """

    kind: str
    d_loss: Callable[[Tensor, Tensor], Tensor]
    g_loss: Callable[[Tensor], Tensor]
    g_each: Callable[[Tensor], Tensor]
    output: Callable[[Tensor], Tensor]

    def d(self, r: Tensor, q: Tensor) -> Tensor:
        """The discriminator's loss, a scalar."""
        return self.d_loss(r, q)

    def g(self, q: Tensor, r: Tensor | None = None) -> Tensor:
        """The generator's loss, a scalar; ``r`` is for losses that compare with real logits."""
        return self.g_loss(q)


def _same(logit: Tensor) -> Tensor:
    return logit


# softplus(x, -1) is −sp(−x): the minus signs cost no operation of their own.
def _cross_entropy(r: Tensor, q: Tensor) -> Tensor:
    """sp(−r) + sp(q): the cross-entropy of telling real from fake, 2·(mean over both)."""
    return softplus(q).mean() - softplus(r, -1).mean()


MINIMAX = Loss(
    "minimax", _cross_entropy,
    g_loss=lambda q: -softplus(q).mean(), g_each=lambda q: -softplus(q), output=torch.sigmoid)
"""The game as first stated: G minimises log(1 − D(G(z))) (Goodfellow et al. 2014, eq. 1)."""

NON_SATURATING = Loss(
    "non_saturating", _cross_entropy,
    g_loss=lambda q: -softplus(q, -1).mean(), g_each=lambda q: -softplus(q, -1),
    output=torch.sigmoid)
"""G minimises −log D(G(z)), which keeps its gradient where D is sure (Goodfellow et al. 2014)."""

HINGE = Loss(
    "hinge", lambda r, q: relu(1 - r).mean() + relu(1 + q).mean(),
    g_loss=lambda q: -q.mean(), g_each=torch.neg, output=_same)
"""D stops caring once it is right by a margin of one (Lim & Ye 2017; Tran et al. 2017)."""

WASSERSTEIN = Loss(
    "wasserstein", lambda r, q: q.mean() - r.mean(),
    g_loss=lambda q: -q.mean(), g_each=torch.neg, output=_same)
"""The gap of a critic that something else must keep Lipschitz (Arjovsky et al. 2017)."""


def least_squares(a: float = 0.0, b: float = 1.0, c: float = 1.0) -> Loss:
    """D aims at ``b`` on real and ``a`` on fake, G at ``c`` (Mao et al. 2016, eq. 2).

    The defaults are the paper's 0–1 coding; (−1, 1, 0) makes the game minimise Pearson's χ².
    """
    def d_loss(r: Tensor, q: Tensor) -> Tensor:
        fake = (q - a) if a else q
        return ((r - b).square().mean() + fake.square().mean()) * 0.5

    return Loss("least_squares", d_loss,
                g_loss=lambda q: (q - c).square().mean() * 0.5,
                g_each=lambda q: (q - c).square() * 0.5, output=_same)


LOSSES: dict[str, Loss] = {
    loss.kind: loss for loss in (MINIMAX, NON_SATURATING, least_squares(), HINGE, WASSERSTEIN)
}
"""Every loss by its name in the recipe (``recipe.game.LossKind``)."""
