"""Modes captured, the share of samples near a mode, and the balance between modes.

The rule is that of Srivastava et al. 2017 (VEEGAN) and Lin et al. 2018 (PacGAN): each sample
goes to its nearest centre; it is *high quality* when it lies within 3σ of it; a mode counts as
captured with at least one high-quality sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc, rel_entr

from ganstudio.metrics.checks import Array, MetricsError, as_points, distance_blocks

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ModeSet:
    """Centres (K, d), standard deviation (K,) and probability (K,) of each mode."""

    centres: Array
    sigma: Array
    weights: Array

    def __len__(self) -> int:
        return len(self.centres)

    @property
    def dim(self) -> int:
        """Dimensions of the space that the modes stand in."""
        return int(self.centres.shape[1])


@dataclass(frozen=True, slots=True)
class ModeReport:
    """How ``n`` samples fall on K modes; every ``_se`` is a standard error of sampling."""

    n: int
    counts: Counts
    high_quality_counts: Counts
    captured: int
    high_quality: float
    high_quality_se: float
    reverse_kl: float
    reverse_kl_se: float


def mode_set(
    centres: npt.ArrayLike, sigma: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> ModeSet:
    """Build a mode set: centres (K, d), σ one number or K, weights K numbers (None: equal).

    Raises:
        MetricsError: shapes that do not fit, a σ or a weight that is not above 0.
    """
    c = as_points(centres, "the list of centres")
    k = len(c)
    return ModeSet(c, _per_mode(sigma, k, "σ"),
                   np.full(k, 1 / k) if weights is None else _normalised(weights, k))


def _per_mode(values: npt.ArrayLike, k: int, name: str) -> Array:
    """One positive number per mode, from one for all or from K of them."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise MetricsError(f"The modes' {name} is not a number or a list of numbers.") from None
    if array.shape not in ((), (1,), (k,)):
        raise MetricsError(f"The modes' {name} has shape {array.shape}; "
                           f"one number, or one for each of the {k} centres, is needed.")
    if not (np.isfinite(array).all() and (array > 0).all()):
        raise MetricsError(f"The modes' {name} must be finite and above 0.")
    return np.broadcast_to(array, (k,)).copy()


def _normalised(weights: npt.ArrayLike, k: int) -> Array:
    array = _per_mode(weights, k, "weights")
    return np.asarray(array / array.sum())


def assign(samples: npt.ArrayLike, centres: npt.ArrayLike) -> tuple[Counts, Array]:
    """Nearest centre of each sample, and the distance to it: shapes (n,) and (n,)."""
    x, c = as_points(samples, "the samples"), as_points(centres, "the list of centres")
    if x.shape[1] != c.shape[1]:
        raise MetricsError(f"The samples have {x.shape[1]} dimensions and the modes "
                           f"{c.shape[1]}; both must have the same.")
    nearest, distance = np.empty(len(x), dtype=np.int64), np.empty(len(x))
    for rows, block in distance_blocks(x, c):
        nearest[rows] = block.argmin(axis=1)
        distance[rows] = block.min(axis=1)
    return nearest, distance


def mode_report(samples: npt.ArrayLike, modes: ModeSet, radius: float = 3.0) -> ModeReport:
    """Score samples (n, d) against the modes; ``radius`` in σ (Lin et al. 2018: 3).

    The reverse KL counts every sample at its nearest mode, of high quality or not.
    """
    nearest, distance = assign(samples, modes.centres)
    good = distance <= radius * modes.sigma[nearest]
    counts = np.bincount(nearest, minlength=len(modes))
    good_counts = np.bincount(nearest[good], minlength=len(modes))
    n, share = len(nearest), float(good.mean())
    return ModeReport(
        n=n,
        counts=counts,
        high_quality_counts=good_counts,
        captured=int((good_counts > 0).sum()),
        high_quality=share,
        high_quality_se=float(np.sqrt(share * (1 - share) / n)),
        reverse_kl=reverse_kl(counts, modes.weights),
        reverse_kl_se=reverse_kl_se(counts, modes.weights),
    )


def reverse_kl(counts: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """KL(generated ‖ data) over modes, in nats: Σ q log(q/p) with q the shares of ``counts``.

    ``weights`` are the data's shares p; None means equal. 0 at best; log(K/c) when c of K equal
    modes are covered evenly (Srivastava et al. 2017; Lin et al. 2018).
    """
    q, p = _shares(counts, weights)
    return max(0.0, float(rel_entr(q, p).sum()))


def reverse_kl_se(counts: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Standard error of :func:`reverse_kl` by the delta method: sd(log q/p) / √n."""
    q, p = _shares(counts, weights)
    seen = q > 0
    ratio = np.log(q[seen] / p[seen])
    variance = float(q[seen] @ ratio**2 - (q[seen] @ ratio) ** 2)
    return float(np.sqrt(max(variance, 0.0) / np.sum(counts)))


def _shares(counts: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Array, Array]:
    c = np.asarray(counts, dtype=np.float64)
    if c.ndim != 1 or c.sum() <= 0:
        raise MetricsError("The counts over modes must be a list with at least one sample in it.")
    p = np.full(len(c), 1 / len(c)) if weights is None else _normalised(weights, len(c))
    return c / c.sum(), p


def kl_floor(modes: int, n: int) -> float:
    """Mean reverse KL that n samples of the true modes score: about (K − 1)/2n nats (n ≫ K).

    The large-sample law of 2n·KL is χ² with K − 1 degrees of freedom (Wilks 1938).
    """
    return (modes - 1) / (2 * n)


def true_high_quality(dim: int, radius: float = 3.0) -> float:
    """Share of a d-dimensional Gaussian within ``radius`` σ: 0.98889 for 3σ in the plane."""
    # The χ² distribution function with d degrees of freedom, without the weight of scipy.stats.
    return float(gammainc(dim / 2, radius**2 / 2))


def standard_error(values: npt.ArrayLike) -> float:
    """Standard error of the mean of independent values (say, one per seed): sd (ddof 1) / √n."""
    v = np.asarray(values, dtype=np.float64)
    if v.ndim != 1 or len(v) < 2:
        raise MetricsError("A standard error needs at least two values.")
    return float(v.std(ddof=1) / np.sqrt(len(v)))
