"""Trivial cues: what gives fakes away whatever else they look like, and whether D goes by it.

A cue is tested by handing it on: what the fakes lack of one trait (the constant border, the range
or the levels of the values) is taken from the reals too, and D judges those spoilt reals. Where D
then tells them from whole reals, that trait alone gives a sample away. A cue that D does not use
is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ganstudio.training.doctor.samples import auc

Array = NDArray[np.float64]
Judge = Callable[[Array], Array]
MOST_LEVELS = 64
"""Values with more levels than this have no visible steps."""
CONSTANT = 1e-6
NAMES = {"border": "a constant border", "constant": "values that never change in real data",
         "range": "the range of values", "levels": "the steps between values (quantisation)"}


class Cues:
    """The traits of reals (n, …) that fakes may lack."""

    def __init__(self, reals: Array) -> None:
        flat = reals.reshape(len(reals), -1)
        self.low, self.high = flat.min(0), flat.max(0)
        self.fixed = self.high - self.low <= CONSTANT * max(1.0, float(np.abs(flat).max()))
        self.levels = _levels(flat)
        self.is_image = reals.ndim == 4

    def repaired(self, fakes: Array) -> Iterator[tuple[str, Array]]:
        """Each trait that the fakes lack, with the fakes repaired to have it."""
        flat = fakes.reshape(len(fakes), -1)
        if self.fixed.any() and not self.fixed.all():
            name = "border" if self.is_image else "constant"
            yield name, np.where(self.fixed, self.low, flat).reshape(fakes.shape)
        # Of points out of range it is the place that is wrong, which is no trivial matter.
        inside = np.clip(flat, self.low.min(), self.high.max())
        if self.is_image and (inside != flat).any():
            yield "range", inside.reshape(fakes.shape)
        if self.levels is not None:
            at = np.clip(np.searchsorted(self.levels, flat), 1, len(self.levels) - 1)
            under, over = self.levels[at - 1], self.levels[at]
            yield "levels", np.where(flat - under < over - flat, under, over).reshape(fakes.shape)


def _levels(flat: Array) -> Array | None:
    """The values that occur, where they are so few that they show as steps."""
    some = flat[:256].ravel()
    values = np.unique(some)
    if 2 <= len(values) <= MOST_LEVELS and len(some) > 8 * len(values):
        return values
    return None


def strongest(cues: Cues, reals: Array, fakes: Array, real_logits: Array, judge: Judge
              ) -> tuple[str, float]:
    """The trait by which D goes most, and P(real logit > spoilt real's) − ½; ("", 0) for none."""
    best, gain = "", 0.0
    count = min(len(reals), len(fakes))
    for name, repaired in cues.repaired(fakes[:count]):
        spoilt = reals[:count] + (fakes[:count] - repaired)
        found = auc(real_logits[:count], judge(spoilt)) - 0.5
        if found > gain:
            best, gain = name, found
    return best, gain
