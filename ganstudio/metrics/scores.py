"""The catalogue's metrics worked out together, family by family, so that work is shared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ganstudio.metrics.checks import Array
from ganstudio.metrics.frechet import frechet_distance
from ganstudio.metrics.manifold import manifold_scores
from ganstudio.metrics.mmd import energy_distance, kid, mmd2_rbf
from ganstudio.metrics.modes import ModeSet, mode_report
from ganstudio.metrics.transport import sliced_wasserstein, wasserstein_1d

MANIFOLD = ("precision", "recall", "density", "coverage")


@dataclass(frozen=True, slots=True)
class Options:
    """What to score and with which settings; ``keys`` are names in the catalogue."""

    keys: tuple[str, ...]
    modes: ModeSet | None
    k: int
    bandwidth: float
    seed: int


def mode_scores(fake: Array, options: Options) -> dict[str, float]:
    """Modes captured, high-quality share and reverse KL of one set."""
    if options.modes is None:
        return {}
    report = mode_report(fake, options.modes)
    scores = {"modes": report.captured, "high_quality": report.high_quality,
              "reverse_kl": report.reverse_kl}
    return {key: value for key, value in scores.items() if key in options.keys}


def sorted_scores(real: Array, fake: Array, options: Options) -> dict[str, float]:
    """The metrics that cost a sort or a product: fit for large sets."""
    ways: dict[str, Callable[[], float]] = {
        "frechet": lambda: frechet_distance(real, fake),
        "sliced_w1": lambda: sliced_wasserstein(real, fake, 1, seed=options.seed),
        "sliced_w2": lambda: sliced_wasserstein(real, fake, 2, seed=options.seed),
        "w1": lambda: wasserstein_1d(real, fake, 1),
    }
    return {key: way() for key, way in ways.items() if key in options.keys}


def pair_scores(real: Array, fake: Array, options: Options) -> dict[str, float]:
    """The metrics that look at every pair of points: time grows as the square of the size."""
    ways: dict[str, Callable[[], float]] = {
        "kid": lambda: kid(real, fake),
        "mmd_rbf": lambda: mmd2_rbf(real, fake, options.bandwidth),
        "energy": lambda: energy_distance(real, fake),
    }
    out = {key: way() for key, way in ways.items() if key in options.keys}
    if any(key in MANIFOLD for key in options.keys):
        scores = manifold_scores(real, fake, options.k)
        out.update({key: getattr(scores, key) for key in MANIFOLD if key in options.keys})
    return out
