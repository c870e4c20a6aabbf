"""The exact Wasserstein-1 distance in the plane, between samples, with its noise floor."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.data.dataset import Density
from ganstudio.training.aside import bring_in
from ganstudio.training.still_game import StillGame
from ganstudio.training.theory_density import mapped

Array = NDArray[np.float64]
MATCHED = 256
"""Points on either side: as many as are matched within about a frame."""
PAIRS = 8
"""Pairs of real sets that the floor is taken from."""
SEED = 31


@dataclass(frozen=True)
class Matched:
    """W1 of ``count`` generated and ``count`` real points, and of real from real (mean, sd)."""

    w1: float = nan
    count: int = 0
    floor: float = nan
    floor_sd: float = nan


def matched(still: StillGame, density: Density, latents: Callable[[int], Tensor],
            known: dict[tuple[float, ...], Array]) -> Generator[None, None, Matched]:
    """Returns the distance of samples; yields between pieces.

    Latents, reals and noise are the same at every look, so that what changes is the generator.
    Under instance noise both sides have it. ``known`` keeps the floor. NaN where the generator's
    samples are not finite.
    """
    yield from bring_in("ganstudio.metrics.assignment")  # scipy takes long to import
    from ganstudio.metrics.assignment import matched_w1

    sigma = still.game.objective.sigma
    rng = np.random.default_rng(SEED)

    def noisy(points: Array) -> Array:
        return points + sigma * rng.standard_normal(points.shape) if sigma else points

    fake = noisy((yield from mapped(still.copies.g, latents(MATCHED))))
    real = noisy(density.sample(MATCHED, rng))
    w1 = matched_w1(real, fake) if np.isfinite(fake).all() else nan
    yield
    key = (float(MATCHED), sigma)
    if key not in known:
        pairs = []
        for _ in range(PAIRS):
            pairs.append(matched_w1(noisy(density.sample(MATCHED, rng)),
                                    noisy(density.sample(MATCHED, rng))))
            yield
        known[key] = np.array(pairs)
    return Matched(w1, MATCHED, float(known[key].mean()), float(known[key].std(ddof=1)))
