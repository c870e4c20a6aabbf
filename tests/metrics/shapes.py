"""Sets with known answers, shared by the tests of the metrics."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from scipy.stats import norm

quick = settings(max_examples=25, deadline=None)  # a busy machine is no failure


def ring_centres(modes: int = 8, radius: float = 1.0) -> np.ndarray:
    angles = 2 * np.pi * np.arange(modes) / modes
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def ring(n: int, seed: int, sigma: float = 0.01) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return ring_centres()[rng.integers(8, size=n)] + sigma * rng.standard_normal((n, 2))


def normal(n: int, dim: int, seed: int, shift: float = 0.0, scale: float = 1.0) -> np.ndarray:
    return shift + scale * np.random.default_rng(seed).standard_normal((n, dim))


def even_normal(n: int, shift: float = 0.0) -> np.ndarray:
    """n points at the normal's own quantiles: the law itself with almost no noise."""
    return shift + norm.ppf((np.arange(n) + 0.5) / n)[:, None]
