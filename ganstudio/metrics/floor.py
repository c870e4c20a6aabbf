"""Noise floors: what fresh real data scores against real data at the same sample size.

Fresh data is not at hand, so REAL has to stand in for it. Two ways, each where it is right:

* *Bootstrap*: N and M points drawn from REAL with replacement (Efron & Tibshirani 1993). The
  sizes are the very ones asked about. For modes, Fréchet and Wasserstein.
* *Disjoint parts*, for what is dear or would be spoilt by repeated points (neighbours, unbiased
  kernel sums, the Fréchet distance of few points in many dimensions): REAL is cut at random in
  two parts in the ratio N : M. What shrinks with size is brought to the full size by its law for
  two sets of one distribution: with h = NM/(N + M), Fréchet and squared kernel distances go as
  1/h and the energy distance as h^−½ (Gretton et al. 2012), density and coverage not at all,
  their scatter as h^−½ (Naeem et al. 2020).

Both are repeated; the floor is the mean of the values and their standard deviation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ganstudio.metrics.checks import Array
from ganstudio.metrics.table import Law

REPEATS = 20

Score = Callable[[Array, Array], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Floor:
    """Mean and standard deviation of a metric between real and real, at the sets' own sizes."""

    mean: float
    sd: float


def effective_size(n: int, m: int) -> float:
    """h = nm/(n + m), the size that the noise between two sets goes by."""
    return n * m / (n + m)


def bootstrap_floor(
    real: Array,
    n_fake: int,
    score: Score,
    laws: Mapping[str, Law],
    *,
    repeats: int = REPEATS,
    most: int | None = None,
    seed: int = 0,
) -> dict[str, Floor]:
    """Floors of what ``score(real, fake)`` returns, both drawn from ``real`` with replacement.

    Sets of more than ``most`` points are thinned to that and the law does the rest.
    """
    n, m = len(real), n_fake
    cut = 1.0 if most is None else min(1.0, most / max(n, m))
    a, b = max(2, round(n * cut)), max(2, round(m * cut))
    rng = np.random.default_rng(seed)
    runs = [score(real[rng.integers(n, size=a)], real[rng.integers(n, size=b)])
            for _ in range(repeats)]
    return _summary(runs, laws, 1.0 if cut == 1 else effective_size(a, b) / effective_size(n, m))


def split_floor(
    real: Array,
    n_fake: int,
    score: Score,
    laws: Mapping[str, Law],
    *,
    repeats: int = REPEATS,
    most: int = 1000,
    least: int = 2,
    n_real: int | None = None,
    seed: int = 0,
) -> dict[str, Floor]:
    """Floors of what ``score(real, fake)`` returns, on disjoint parts of ``real`` (N, d).

    They hold for ``n_real`` reals (None: N) against ``n_fake`` fakes; at most ``most`` points
    are used in a repeat. Empty where REAL cannot be cut in two parts of ``least`` points.
    """
    n = len(real) if n_real is None else n_real
    pool = min(len(real), most)
    if pool < 2 * least:
        return {}
    b = min(max(round(pool * n_fake / (n + n_fake)), least), pool - least)
    rng, runs = np.random.default_rng(seed), []
    for _ in range(repeats):
        order = rng.permutation(len(real))[:pool]
        runs.append(score(real[order[b:]], real[order[:b]]))
    return _summary(runs, laws, effective_size(pool - b, b) / effective_size(n, n_fake))


def _summary(
    runs: list[Mapping[str, float]], laws: Mapping[str, Law], shrink: float
) -> dict[str, Floor]:
    """Mean and sd of each metric, taken to the full size: ``shrink`` is h used over h wanted."""
    out = {}
    for key in runs[0]:
        values = np.array([run[key] for run in runs])
        out[key] = Floor(float(values.mean()) * shrink ** laws[key].mean,
                         float(values.std(ddof=1)) * shrink ** laws[key].sd)
    return out
