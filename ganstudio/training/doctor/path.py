"""The run's recent path through weight space, kept as short sketches that preserve distances."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float64]
BUCKETS = 256
KEPT = 16
LEAST_LAG = 3


class Sketch:
    """A random projection that takes one addition a weight.

    Each weight is added, with a random sign, to one of ``BUCKETS`` sums, so distances keep to
    about √(2/BUCKETS) of themselves (Charikar et al. 2002; Achlioptas 2003).
    """

    def __init__(self, count: int) -> None:
        rng = torch.Generator().manual_seed(count)
        self._bucket = torch.randint(BUCKETS, (count,), generator=rng)
        self._sign = torch.randint(2, (count,), generator=rng, dtype=torch.int8) * 2 - 1

    def __call__(self, flat: Tensor) -> Array:
        """The sketch (BUCKETS,) of a vector (count,)."""
        flat = flat.detach().to("cpu", torch.float64)
        sums = torch.zeros(BUCKETS, dtype=torch.float64)
        return np.asarray(sums.index_add_(0, self._bucket, flat * self._sign).numpy())


class Path:
    """Sketches of the moments that were examined, each relative to the weights' size."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.places: list[Array] = []

    def add(self, step: int, place: Array) -> None:
        """Come to a place; what came after ``step`` is forgotten."""
        while self.steps and self.steps[-1] >= step:
            self.steps.pop()
            self.places.pop()
        self.steps.append(step)
        self.places.append(place)
        del self.steps[:-KEPT], self.places[:-KEPT]

    def turn(self) -> float:
        """Cosine between the last two updates; −1 is straight back."""
        if len(self.places) < 3:
            return float("nan")
        a, b = self.places[-2] - self.places[-3], self.places[-1] - self.places[-2]
        size = float(np.linalg.norm(a) * np.linalg.norm(b))
        return float(a @ b) / size if size > 0 else float("nan")

    def recurrence(self) -> float:
        """How near the path has come back: smallest distance to an earlier place, over the
        farthest it had gone in between. 0 is back again; a drift stays above 1.
        """
        if len(self.places) < KEPT // 2:
            return float("nan")
        gone = np.linalg.norm(np.stack(self.places[-2::-1]) - self.places[-1], axis=1)
        farthest = np.maximum.accumulate(gone)
        return float((gone[LEAST_LAG:] / np.maximum(farthest[LEAST_LAG - 1:-1], 1e-300)).min())
