"""What theory says of each loss, in plain numbers: no torch, so that a window can read it."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Literal


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
