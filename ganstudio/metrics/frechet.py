"""The Fréchet distance between Gaussians fitted to two sets: FID's formula on any features."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import svdvals

from ganstudio.metrics.checks import Array, MetricsError, as_pair


def frechet_distance(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """|Δμ|² + Tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½), covariances with ddof 1 (Dowson & Landau 1982).

    Heusel et al. 2017 called it FID on the published Inception features, and only there is it
    one. With Σ = RᵀR, the trace of the root is the sum of the singular values of R₁R₂ᵀ: real,
    never negative, and sound when the covariances are singular. Sets need at least 2 points.
    """
    a, b = as_pair(x, y, 2)
    shift = a.mean(axis=0) - b.mean(axis=0)
    return from_roots(shift, sample_root(a), sample_root(b))


def frechet_from_moments(
    mean_1: npt.ArrayLike, cov_1: npt.ArrayLike, mean_2: npt.ArrayLike, cov_2: npt.ArrayLike
) -> float:
    """The same from means (d,) and covariances (d, d), which must be symmetric and not negative."""
    m1, m2 = np.atleast_1d(np.asarray(mean_1, float)), np.atleast_1d(np.asarray(mean_2, float))
    if m1.shape != m2.shape or m1.ndim != 1:
        raise MetricsError(f"The means have shapes {m1.shape} and {m2.shape}; "
                           "both must be of one length.")
    return from_roots(m1 - m2, _matrix_root(cov_1, len(m1)), _matrix_root(cov_2, len(m1)))


def sample_root(x: Array) -> Array:
    """R with RᵀR the sample covariance, shape (min(n, d), d)."""
    centred = x - x.mean(axis=0)
    return np.asarray(np.linalg.qr(centred, mode="r") / np.sqrt(len(x) - 1))


def _matrix_root(cov: npt.ArrayLike, dim: int) -> Array:
    """R with RᵀR = cov, from its eigenvalues; tiny negative ones are rounding and count as 0."""
    c = np.atleast_2d(np.asarray(cov, float))
    if c.shape != (dim, dim) or not np.allclose(c, c.T):
        raise MetricsError(f"A covariance must be a symmetric {dim} by {dim} matrix.")
    values, vectors = np.linalg.eigh((c + c.T) / 2)
    if values[0] < -1e-8 * max(1.0, abs(values[-1])):
        raise MetricsError(f"A covariance has the negative eigenvalue {values[0]:.3g}.")
    return np.asarray(np.sqrt(np.clip(values, 0, None))[:, None] * vectors.T)


def from_roots(shift: Array, root_1: Array, root_2: Array) -> float:
    """The distance from Δμ (d,) and roots R with RᵀR = Σ, each (any, d)."""
    trace = float((root_1**2).sum() + (root_2**2).sum())
    cross = float(svdvals(root_1 @ root_2.T).sum())
    return max(0.0, float(shift @ shift) + trace - 2 * cross)
