"""What theory says where the densities are known: the optimal discriminator, and divergences.

Densities on a 1-D grid are arrays p, q (n,) with spacing dx; integrals are sums, which for
smooth densities that vanish at both ends are exact to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LogDensity = Callable[[Array], Array]
TINY = 1e-300


def normal_log_density(mean: float, sd: float) -> LogDensity:
    """log of a normal density."""
    return lambda x: -0.5 * ((x - mean) / sd) ** 2 - log(sd * sqrt(2 * pi))


def optimal_logit(log_p: Array, log_q: Array) -> Array:
    """The logit log p − log q of the optimal discriminator, element by element."""
    return log_p - log_q


def optimal_discriminator(p: Array, q: Array) -> Array:
    """D* = p/(p + q) (Goodfellow et al. 2014, Prop. 1); one half where neither has density."""
    both = p + q
    return np.where(both > 0, p / np.where(both > 0, both, 1.0), 0.5)


def jsd_bound(loss_d: float) -> float:
    """log 2 − L_D/2: what a discriminator's loss proves of the Jensen-Shannon divergence, in nats.

    Any D's loss gives a lower bound; the optimal one's is the divergence itself.
    """
    return log(2) - loss_d / 2


@dataclass(frozen=True)
class Theory:
    """Figures for a pair of densities p (data) and q (generator), in nats.

    ``loss_d_optimal``, ``loss_g_minimax`` and ``loss_g_non_saturating`` are the losses at D*.
    ``least_squares_*`` are for the targets 0, 1; ``least_squares_chi2`` is the generator's value
    for the targets −1, 1, 0, half of ``chi2`` = ∫(p+q−2q)²/(p+q). ``hinge_d_optimal`` = 2(1 − TV).
    """

    jsd: float
    kl: float
    tv: float
    loss_d_optimal: float
    loss_g_minimax: float
    loss_g_non_saturating: float
    least_squares_d: float
    least_squares_g: float
    least_squares_chi2: float
    chi2: float
    hinge_d_optimal: float
    w1: float
    w2: float
    frechet: float
    mmd2_rbf: float


def normal_theory(p: tuple[float, float], q: tuple[float, float], nodes: int = 200_001) -> Theory:
    """All figures for two normals given as (mean, standard deviation), by quadrature."""
    reach = 40.0 * max(p[1], q[1])
    low, high = min(p[0], q[0]) - reach, max(p[0], q[0]) + reach
    x = np.linspace(low, high, nodes)
    return theory(x, normal_log_density(*p)(x), normal_log_density(*q)(x))


def theory(x: Array, log_p: Array, log_q: Array) -> Theory:
    """All figures for two densities given by their logarithms on an even grid ``x`` (n,).

    The grid must reach to where both densities vanish.
    """
    dx = float(x[1] - x[0])

    def mean(weight: Array, value: Array) -> float:
        return float(np.where(weight > 0, weight * value, 0.0).sum() * dx)

    p, q = np.exp(log_p), np.exp(log_q)
    logit = optimal_logit(log_p, log_q)
    real, fake = np.logaddexp(0.0, -logit), np.logaddexp(0.0, logit)  # −log D*, −log(1 − D*)
    both = p + q
    d_star = optimal_discriminator(p, q)
    loss_d = mean(p, real) + mean(q, fake)
    tv = 0.5 * float(np.abs(p - q).sum() * dx)
    chi2 = float(((p - q) ** 2 / np.maximum(both, TINY)).sum() * dx)
    mean_p, mean_q = mean(p, x), mean(q, x)
    sd_p, sd_q = sqrt(mean(p, (x - mean_p) ** 2)), sqrt(mean(q, (x - mean_q) ** 2))
    return Theory(
        jsd=log(2) - loss_d / 2, kl=mean(p, logit), tv=tv, loss_d_optimal=loss_d,
        loss_g_minimax=-mean(q, fake), loss_g_non_saturating=mean(q, real),
        least_squares_d=0.5 * (mean(p, (d_star - 1) ** 2) + mean(q, d_star ** 2)),
        least_squares_g=0.5 * mean(q, (d_star - 1) ** 2),
        least_squares_chi2=0.5 * mean(both, ((p - q) / np.maximum(both, TINY)) ** 2),
        chi2=chi2, hinge_d_optimal=2 * (1 - tv), w1=w1_on_grid(p, q, dx),
        w2=w2_on_grid(x, p, q, dx), frechet=(mean_p - mean_q) ** 2 + (sd_p - sd_q) ** 2,
        mmd2_rbf=_mmd2(x, p - q, dx))


def w1_on_grid(p: Array, q: Array, dx: float) -> float:
    """The Wasserstein-1 distance of two 1-D densities: ∫|F_p − F_q|."""
    return float(np.abs(np.cumsum(p - q)).sum() * dx * dx)


def w2_on_grid(x: Array, p: Array, q: Array, dx: float) -> float:
    """The Wasserstein-2 distance of two 1-D densities, through their quantiles.

    Matched by F_q⁻¹(F_p(x)), each distribution function being used from the nearer tail.
    """
    middle = int(np.searchsorted(np.cumsum(p) * dx, 0.5))
    lower = _transport_cost(x, p, q, dx, middle)
    upper = _transport_cost(x[::-1], p[::-1], q[::-1], dx, len(x) - middle)
    return sqrt(lower + upper)


def _transport_cost(x: Array, p: Array, q: Array, dx: float, count: int) -> float:
    """∫ p (x − F_q⁻¹(F_p(x)))² over the first ``count`` nodes, mass counted from that side."""
    mass_p = (np.cumsum(p[:count]) - 0.5 * p[:count]) * dx
    mass_q = (np.cumsum(q) - 0.5 * q) * dx
    rising = (mass_q > 0) & (np.diff(mass_q, prepend=-1.0) > 0)
    kept = mass_p > 1e-280
    image = np.interp(np.log(mass_p[kept]), np.log(mass_q[rising]), x[rising])
    return float((p[:count][kept] * (x[:count][kept] - image) ** 2).sum() * dx)


def _mmd2(x: Array, difference: Array, dx: float, width: float = 1.0) -> float:
    """∬ k(x, y)(p−q)(x)(p−q)(y) with a Gaussian kernel, as a convolution on a thinned grid."""
    thin = max(1, len(x) // 4000)
    coarse, gap = difference[::thin], dx * thin
    offsets = (np.arange(2 * len(coarse) - 1) - (len(coarse) - 1)) * gap
    smooth = np.convolve(coarse, np.exp(-0.5 * (offsets / width) ** 2), mode="valid")
    return float((coarse * smooth).sum() * gap * gap)
