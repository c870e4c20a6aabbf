"""Whether fakes are copies: of one another, or of REAL where the generator was trained on it."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np

from ganstudio.metrics.checks import Array
from ganstudio.metrics.diversity import duplicate_threshold, mean_pairwise_distance, near_duplicates
from ganstudio.metrics.neighbours import Found, Neighbours
from ganstudio.metrics.reference import COPY_LEVEL, DUPLICATE_LEVEL
from ganstudio.metrics.scores import Options

MOST = 2000
"""Points of each set that are looked at; memorised ones are looked for among all of REAL."""


def copy_scores(real: Array, fake: Array, options: Options) -> dict[str, float]:
    """Pairwise diversity, near-duplicates and copies of REAL, for reals (N, d) and fakes (M, d).

    The thresholds are read off the reals. What nearest neighbours are at goes by the number of
    points, so both sets are thinned to one size first. ``memorised`` is left out where so many
    reals coincide that nothing can be nearer to them than they are to one another.
    """
    size = min(len(real), len(fake), MOST)
    rng = np.random.default_rng(options.seed)
    shuffled = real[rng.permutation(len(real))]
    x, y = shuffled[:size], fake[rng.permutation(len(fake))[:size]]
    ways: dict[str, Callable[[], float]] = {
        "diversity": lambda: mean_pairwise_distance(y),
        "duplicates": lambda: near_duplicates(y, duplicate_threshold(x, DUPLICATE_LEVEL)).share,
        "memorised": lambda: _memorised(shuffled, size, y),
    }
    found = {key: way() for key, way in ways.items() if key in options.keys}
    return {key: value for key, value in found.items() if value == value}


def _memorised(real: Array, size: int, fake: Array) -> float:
    """Share of fakes nearer to a real than all but a few reals are to another; NaN for no such
    distance.
    """
    among = Neighbours(real)
    for _ in among.prepare():
        pass
    threshold = float(np.quantile(_whole(among.nearest(real[:size], own=True))[0], COPY_LEVEL))
    if threshold <= 0:
        return float("nan")
    return float((_whole(among.nearest(fake))[0] < threshold).mean())


def _whole(pieces: Generator[None, None, Found]) -> Found:
    """All the pieces at once."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            found: Found = end.value
            return found
