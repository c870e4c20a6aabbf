"""What theory says of each loss, in plain numbers: no torch, so that a window can read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log
from typing import Literal

from ganstudio.recipe.game import Loss


@dataclass(frozen=True, slots=True)
class LossFacts:
    """A loss at its equilibrium, where fakes and reals have one distribution.

    ``output`` tells how D's output is read: ``probability`` (the sigmoid of its logit),
    ``score`` (the output itself, trained towards 1 on real and 0 on fake) or ``critic``
    (a number without a scale of its own). ``d_output`` is what it then is at equilibrium.
    """

    title: str
    output: Literal["probability", "score", "critic"]
    loss_d: float
    loss_g: float | None
    d_output: float | None
    formula_d: str
    formula_g: str


LOSS_FACTS: dict[str, LossFacts] = {
    "minimax": LossFacts("Minimax", "probability", log(4), -log(2), 0.5,
                         "sp(−r) + sp(q)", "−sp(q)"),
    "non_saturating": LossFacts("Non-saturating", "probability", log(4), log(2), 0.5,
                                "sp(−r) + sp(q)", "sp(−q)"),
    "least_squares": LossFacts("Least squares", "score", 0.25, 0.125, 0.5,
                               "½(r−1)² + ½q²", "½(q−1)²"),
    "hinge": LossFacts("Hinge", "critic", 2.0, None, None,
                       "relu(1−r) + relu(1+q)", "−q"),
    "wasserstein": LossFacts("Wasserstein", "critic", 0.0, None, None, "q − r", "−q"),
    "relativistic_average": LossFacts("Relativistic average", "critic", log(4), log(4), None,
                                      "sp(−(r−q̄)) + sp(q−r̄)", "sp(r−q̄) + sp(−(q−r̄))"),
    "relativistic_paired": LossFacts("Relativistic paired", "critic", log(2), log(2), None,
                                     "sp(−(r−q))", "sp(−(q−r))"),
}


def at_rest(loss: Loss) -> LossFacts:
    """The facts of a recipe's loss, with its labels and the weight w of its real term.

    D then says ``loss.rest``, d, and pays (w + 1) times the entropy of d under cross-entropy and
    ½(w + 1)·d(1 − s − d) under least squares, real labels being 1 − s.
    """
    facts, w, d = LOSS_FACTS[loss.kind], loss.weight, loss.rest
    if loss.kind == "hinge":  # its answer is at one edge of the margin, or anywhere within
        return replace(facts, loss_d=2 * min(w + (1 - w) * loss.flip, 1 - (1 - w) * loss.flip))
    if facts.output == "critic" or (w == 1 and not loss.smooth and not loss.flip):
        return facts
    if facts.output == "score":
        return replace(facts, d_output=d, loss_d=0.5 * (w + 1) * d * (1 - loss.smooth - d),
                       loss_g=0.5 * (1 - d) ** 2)
    return replace(facts, d_output=d, loss_d=-(w + 1) * (d * log(d) + (1 - d) * log(1 - d)),
                   loss_g=log(1 - d) if loss.kind == "minimax" else -log(d))
