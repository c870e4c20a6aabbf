"""What the two players minimise, as pure functions of logits.

``r`` are the logits of real samples, ``q`` those of fakes, each (n,). A positive logit says real,
and both players descend their own loss. softplus is written sp. Every form stays finite for
logits of any size, since none takes the logarithm of a sigmoid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

from ganstudio.recipe.game import Loss as Settings


@dataclass(frozen=True, slots=True)
class Loss:
    """One game: a loss for each player.

    ``d_loss(r, q, w)`` and ``g_each(q)`` are the formulas, w weighing D's term of the real
    samples (``real_weight``, 1 where the recipe asks for nothing else); ``output`` turns a logit
    into what D says in the terms of :class:`ganstudio.game.facts.LossFacts`. ``each(x, y)`` is
    what D pays for the logit x of one sample whose label is y (1 real, 0 fake, or between), and
    ``labelled`` makes the logits and labels of both sides into D's loss.
    """

    kind: str
    d_loss: Callable[[Tensor, Tensor, float], Tensor]
    g_loss: Callable[[Tensor], Tensor]
    g_each: Callable[[Tensor], Tensor]
    output: Callable[[Tensor], Tensor]
    each: Callable[[Tensor, Tensor], Tensor]
    real_weight: float = 1.0

    @property
    def compares(self) -> bool:
        """Whether the generator's loss needs the logits of real samples."""
        return False

    def d(self, r: Tensor, q: Tensor) -> Tensor:
        """The discriminator's loss, a scalar."""
        return self.d_loss(r, q, self.real_weight)

    def g(self, q: Tensor, r: Tensor | None = None) -> Tensor:
        """The generator's loss, a scalar; ``r`` is for losses that compare with real logits."""
        return self.g_loss(q)

    def pull(self, q: Tensor, r: Tensor | None = None) -> Tensor:
        """Each fake's share (n,) of G's loss, whose slope is where that fake is drawn to."""
        return self.g_each(q)

    def labelled(self, r: Tensor, q: Tensor, label_r: Tensor, label_q: Tensor) -> Tensor:
        """D's loss where labels (n,) differ from 1 on real and 0 on fake, a scalar."""
        return (_times(self.real_weight, self.each(r, label_r).mean())
                + self.each(q, label_q).mean())


def _same(logit: Tensor) -> Tensor:
    return logit


def _times(weight: float, term: Tensor) -> Tensor:
    """The weighted term; a weight of 1 costs no operation."""
    return term if weight == 1 else weight * term


# softplus(x, -1) is −sp(−x): the minus signs cost no operation of their own.
def _cross_entropy(r: Tensor, q: Tensor, w: float = 1.0) -> Tensor:
    """w·sp(−r) + sp(q): the cross-entropy of telling real from fake, 2·(mean over both)."""
    return softplus(q).mean() - _times(w, softplus(r, -1).mean())


def _cross_entropy_each(x: Tensor, y: Tensor) -> Tensor:
    """−y·log σ(x) − (1−y)·log σ(−x)."""
    return softplus(x) - y * x


def _side(y: Tensor) -> Tensor:
    """+1 for a sample called real, −1 for one called fake."""
    return 2 * y - 1


MINIMAX = Loss(
    "minimax", _cross_entropy,
    g_loss=lambda q: -softplus(q).mean(), g_each=lambda q: -softplus(q), output=torch.sigmoid,
    each=_cross_entropy_each)
"""The game as first stated: G minimises log(1 − D(G(z))) (Goodfellow et al. 2014, eq. 1)."""

NON_SATURATING = Loss(
    "non_saturating", _cross_entropy,
    g_loss=lambda q: -softplus(q, -1).mean(), g_each=lambda q: -softplus(q, -1),
    output=torch.sigmoid, each=_cross_entropy_each)
"""G minimises −log D(G(z)), which keeps its gradient where D is sure (Goodfellow et al. 2014)."""

HINGE = Loss(
    "hinge", lambda r, q, w: _times(w, relu(1 - r).mean()) + relu(1 + q).mean(),
    g_loss=lambda q: -q.mean(), g_each=torch.neg, output=_same,
    each=lambda x, y: relu(1 - _side(y) * x))
"""D stops caring once it is right by a margin of one (Lim & Ye 2017; Tran et al. 2017)."""

WASSERSTEIN = Loss(
    "wasserstein", lambda r, q, w: q.mean() - r.mean(),
    g_loss=lambda q: -q.mean(), g_each=torch.neg, output=_same,
    each=lambda x, y: -_side(y) * x)
"""The gap of a critic that something else must keep Lipschitz (Arjovsky et al. 2017)."""


def least_squares(a: float = 0.0, b: float = 1.0, c: float = 1.0) -> Loss:
    """D aims at ``b`` on real and ``a`` on fake, G at ``c`` (Mao et al. 2016, eq. 2).

    The defaults are the paper's 0–1 coding; (−1, 1, 0) makes the game minimise Pearson's χ².
    """
    def d_loss(r: Tensor, q: Tensor, w: float) -> Tensor:
        fake = (q - a) if a else q
        return (_times(w, (r - b).square().mean()) + fake.square().mean()) * 0.5

    return Loss("least_squares", d_loss,
                g_loss=lambda q: (q - c).square().mean() * 0.5,
                g_each=lambda q: (q - c).square() * 0.5, output=_same,
                each=lambda x, y: (x - a - y * (b - a)).square() * 0.5)


class RelativisticAverage(Loss):
    """How much more real than the mean of the other side (Jolicoeur-Martineau 2018, eq. 4).

    D's loss is sp(−(r−q̄)) + sp(q−r̄) and G's the same with the sides exchanged.
    """

    __slots__ = ()

    @property
    def compares(self) -> bool:
        """G's loss holds fakes against reals."""
        return True

    def d(self, r: Tensor, q: Tensor) -> Tensor:
        """The discriminator's loss, a scalar."""
        return _cross_entropy(r - q.mean(), q - r.mean())

    def g(self, q: Tensor, r: Tensor | None = None) -> Tensor:
        """The generator's loss, a scalar."""
        assert r is not None
        return _cross_entropy(q - r.mean(), r - q.mean())

    def pull(self, q: Tensor, r: Tensor | None = None) -> Tensor:
        """Each fake's share: its own term, and its pull on the mean that reals are held against."""
        assert r is not None
        through_mean = torch.sigmoid(r - q.mean()).mean().detach()
        return softplus(r.mean() - q) - through_mean * q

    def labelled(self, r: Tensor, q: Tensor, label_r: Tensor, label_q: Tensor) -> Tensor:
        """D's loss under other labels, a scalar."""
        return (self.each(r - q.mean(), label_r).mean()
                + self.each(q - r.mean(), label_q).mean())


class RelativisticPaired(Loss):
    """How much more real than one sample of the other side (Jolicoeur-Martineau 2018, eq. 3).

    D's loss is sp(−(r−q)) over pairs and G's sp(−(q−r)). D's optimum is log p/q up to a constant.
    """

    __slots__ = ()

    @property
    def compares(self) -> bool:
        """G's loss holds fakes against reals."""
        return True

    def d(self, r: Tensor, q: Tensor) -> Tensor:
        """The discriminator's loss, a scalar."""
        return softplus(q - r).mean()

    def g(self, q: Tensor, r: Tensor | None = None) -> Tensor:
        """The generator's loss, a scalar."""
        assert r is not None
        return softplus(r - q).mean()

    def pull(self, q: Tensor, r: Tensor | None = None) -> Tensor:
        """Each fake's loss against all reals."""
        assert r is not None
        return softplus(r.unsqueeze(0) - q.unsqueeze(1)).mean(1)

    def labelled(self, r: Tensor, q: Tensor, label_r: Tensor, label_q: Tensor) -> Tensor:
        """D's loss under other labels: a pair has one, that of its real sample."""
        return self.each(r - q, label_r).mean()


def _relativistic(kind: str) -> Loss:
    made = RelativisticPaired if kind.endswith("paired") else RelativisticAverage
    return made(kind, _cross_entropy, g_loss=_same, g_each=_same, output=_same,
                each=_cross_entropy_each)


LOSSES: dict[str, Loss] = {
    loss.kind: loss for loss in (
        MINIMAX, NON_SATURATING, least_squares(), HINGE, WASSERSTEIN,
        _relativistic("relativistic_average"), _relativistic("relativistic_paired"))
}
"""Every loss by its name in the recipe (``recipe.game.LossKind``)."""


def loss_of(part: Settings) -> Loss:
    """The loss that a recipe asks for, its real term weighted where that means something.

    With weight w the best D is w p/(w p + q) (for hinge sign(w p − q)): what it would be had there
    been w real samples to each fake. One-sided label smoothing, whose best D is
    (1 − s) p/(p + q), is another thing: it changes what D is asked for, not how much an answer
    counts (Goodfellow 2016, sec. 4.2).
    """
    loss = LOSSES[part.kind]
    return loss if part.weight == 1 else replace(loss, real_weight=part.weight)
