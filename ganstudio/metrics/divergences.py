"""Kullback-Leibler and Jensen-Shannon divergence where the true density is known, in nats.

No histograms: with few samples and many bins they score a perfect generator badly. Two densities
are compared by Monte Carlo or on a grid; samples are compared with a density after both have
been blurred by one Gaussian kernel, whose width is part of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import rel_entr

from ganstudio.metrics.checks import Array, MetricsError, as_points, positive

LogPdf = Callable[[Array], Array]  # points (n, d) -> log density (n,)
Bounds = Sequence[tuple[float, float]]  # one (low, high) for each dimension

MASS_TOLERANCE = 0.02
SMALLEST = 1e-300  # a blurred density is nowhere 0, but far from all points it underflows


@dataclass(frozen=True, slots=True)
class Estimate:
    """A Monte-Carlo estimate in nats and its standard error."""

    value: float
    se: float


@dataclass(frozen=True, slots=True)
class KernelEstimate:
    """Divergences in nats between samples and a density, both blurred by ``bandwidth`` (d,)."""

    js: float
    kl_fake_real: float
    kl_real_fake: float
    bandwidth: tuple[float, ...]


def _mean(values: Array) -> tuple[float, float]:
    """Mean of the values and the variance of that mean."""
    if len(values) < 2:
        raise MetricsError("A Monte-Carlo estimate needs at least two samples.")
    return float(values.mean()), float(values.var(ddof=1) / len(values))


def kl_monte_carlo(samples: npt.ArrayLike, log_p: LogPdf, log_q: LogPdf) -> Estimate:
    """KL(p ‖ q) = E_p[log p − log q] from samples (n, d) of p (Kullback & Leibler 1951)."""
    x = as_points(samples, "the sample set", 2)
    value, variance = _mean(np.asarray(log_p(x) - log_q(x)))
    return Estimate(value, float(np.sqrt(variance)))


def js_monte_carlo(
    samples_p: npt.ArrayLike, samples_q: npt.ArrayLike, log_p: LogPdf, log_q: LogPdf
) -> Estimate:
    """Jensen-Shannon divergence from samples of p and of q, in [0, log 2] up to noise (Lin 1991).

    This is ½KL(p ‖ m) + ½KL(q ‖ m) with m = (p + q)/2, each mean taken over its own samples.
    """
    x, y = as_points(samples_p, "the samples of p", 2), as_points(samples_q, "the samples of q", 2)
    a, va = _mean(_against_mixture(log_p(x), log_q(x)))
    b, vb = _mean(_against_mixture(log_q(y), log_p(y)))
    return Estimate((a + b) / 2, float(np.sqrt(va + vb)) / 2)


def _against_mixture(log_own: Array, log_other: Array) -> Array:
    """log own − log((own + other)/2), safe where the other density is 0."""
    return np.asarray(log_own - np.logaddexp(log_own, log_other) + np.log(2))


def axes(bounds: Bounds, points: int) -> list[Array]:
    """The grid's midpoints along each dimension; one or two dimensions only."""
    if len(bounds) not in (1, 2):
        raise MetricsError(f"A grid of {len(bounds)} dimensions was asked for; 1 and 2 are done.")
    out: list[Array] = []
    for low, high in bounds:
        if not (np.isfinite([low, high]).all() and low < high):
            raise MetricsError(f"The grid's bounds ({low:g}, {high:g}) must be finite and rising.")
        step = (high - low) / points
        out.append(np.asarray(low + step * (np.arange(points) + 0.5), dtype=np.float64))
    return out


def grid_masses(log_pdf: LogPdf, bounds: Bounds, points: int) -> Array:
    """Probability in each cell of the grid, by the midpoint rule; shape (points,) per dimension.

    Raises:
        MetricsError: the cells do not add up to 1 within 2 %, so the grid is too small or coarse.
    """
    line = axes(bounds, points)
    nodes = np.stack([g.ravel() for g in np.meshgrid(*line, indexing="ij")], axis=1)
    cell = float(np.prod([(high - low) / points for low, high in bounds]))
    masses = np.exp(np.asarray(log_pdf(nodes), dtype=np.float64)).reshape([points] * len(line))
    masses *= cell
    total = float(masses.sum())
    if not abs(total - 1) <= MASS_TOLERANCE:
        raise MetricsError(f"The density adds up to {total:.3g} on the grid, where 1 is expected: "
                           "widen its bounds or give it more points.")
    return np.asarray(masses / total)


def kl_masses(p: Array, q: Array) -> float:
    """KL(p ‖ q) of two tables of probabilities; infinite where q is 0 and p is not."""
    return max(0.0, float(rel_entr(p, q).sum()))


def js_masses(p: Array, q: Array) -> float:
    """Jensen-Shannon divergence of two tables of probabilities, in [0, log 2] (Lin 1991)."""
    m = (p + q) / 2
    return (kl_masses(p, m) + kl_masses(q, m)) / 2


def kl_grid(log_p: LogPdf, log_q: LogPdf, bounds: Bounds, points: int = 1000) -> float:
    """KL(p ‖ q) of two densities in 1-D or 2-D, on a grid of ``points`` cells per dimension."""
    return kl_masses(grid_masses(log_p, bounds, points), grid_masses(log_q, bounds, points))


def js_grid(log_p: LogPdf, log_q: LogPdf, bounds: Bounds, points: int = 1000) -> float:
    """Jensen-Shannon divergence of two densities in 1-D or 2-D, on a grid."""
    return js_masses(grid_masses(log_p, bounds, points), grid_masses(log_q, bounds, points))


def scott_bandwidth(samples: npt.ArrayLike) -> Array:
    """Scott's rule for a Gaussian kernel: sd · n^(−1/(d+4)) in each dimension (Scott 1992)."""
    x = as_points(samples, "the sample set", 2)
    return np.asarray(x.std(axis=0, ddof=1) * len(x) ** (-1 / (x.shape[1] + 4)))


def kernel_divergences(
    samples: npt.ArrayLike,
    log_pdf: LogPdf,
    bounds: Bounds,
    *,
    bandwidth: float | None = None,
    points: int = 256,
) -> KernelEstimate:
    """Compare samples (n, d), d ≤ 2, with the exact density they should have.

    The samples' kernel density is held against the true density *blurred by the same kernel*, so
    that a perfect generator tends to 0 however wide the kernel is; by the data-processing
    inequality what is left is a lower bound of the unblurred divergence. ``bandwidth`` is one
    width for all dimensions (None: Scott's rule, per dimension). Samples beyond ``bounds`` count
    only by the part of their kernel that reaches inside. Where a blurred density underflows it
    counts as 1e-300, so that both KLs stay finite; KL(real ‖ fake) is then ruled by tails that no
    sample reached, and grows as the kernel narrows. The kernel estimate is Parzen's (1962).
    """
    x = as_points(samples, "the sample set", 2)
    if x.shape[1] != len(bounds):
        raise MetricsError(f"The samples have {x.shape[1]} dimensions and the grid {len(bounds)}.")
    widths = (scott_bandwidth(x) if bandwidth is None
              else np.full(x.shape[1], positive(bandwidth, "The bandwidth")))
    line = axes(bounds, points)
    for width, grid in zip(widths, line, strict=True):
        if width < (grid[1] - grid[0]) / 2:
            raise MetricsError(f"The bandwidth {width:.3g} is under half the grid's step "
                               f"{grid[1] - grid[0]:.3g}: give the grid more points.")
    truth = grid_masses(log_pdf, bounds, points)
    p, q = blur(truth, line, widths), kernel_masses(x, line, widths)
    if q is None:
        raise MetricsError("No sample lies near the grid, so there is no density to compare.")
    p_seen, q_seen = np.maximum(p, SMALLEST), np.maximum(q, SMALLEST)
    return KernelEstimate(js_masses(p, q), kl_masses(q, p_seen), kl_masses(p, q_seen),
                          tuple(float(w) for w in widths))


def _kernel(at: Array, centres: Array, width: float) -> Array:
    """Gaussian kernel matrix (len(at), len(centres)), left unnormalised."""
    return np.asarray(np.exp(-0.5 * ((at[:, None] - centres[None, :]) / width) ** 2))


def kernel_masses(x: Array, line: list[Array], widths: Array) -> Array | None:
    """Kernel estimate on the grid, summing to 1; a product kernel, so one product of matrices."""
    kernels = [_kernel(g, x[:, i], float(widths[i])) for i, g in enumerate(line)]
    masses = kernels[0].sum(axis=1) if len(kernels) == 1 else kernels[0] @ kernels[1].T
    total = float(masses.sum())
    return np.asarray(masses / total) if total > 0 else None


def blur(masses: Array, line: list[Array], widths: Array) -> Array:
    """The masses blurred by the same kernel as the samples, summing to 1."""
    kernels = [_kernel(g, g, float(widths[i])) for i, g in enumerate(line)]
    out = kernels[0] @ masses if len(kernels) == 1 else kernels[0] @ masses @ kernels[1].T
    return np.asarray(out / out.sum())
