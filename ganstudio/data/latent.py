"""The generator's noise in numpy: draws, and the way from one latent to another."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

LatentKind = Literal["normal", "uniform", "sphere"]
_TINY = 1e-12


def sample_latent(kind: LatentKind, dim: int, n: int, rng: np.random.Generator,
                  ) -> NDArray[np.float32]:
    """``n`` latents, float32 (n, dim).

    ``normal`` is N(0, I), ``uniform`` each coordinate on [−1, 1], ``sphere`` uniform on the unit
    sphere (in one dimension: −1 or 1).

    Raises:
        ValueError: an unknown kind.
    """
    if kind == "uniform":
        return rng.uniform(-1, 1, (n, dim)).astype(np.float32)
    if kind not in ("normal", "sphere"):
        raise ValueError(f"latent noise {kind!r} is not known; use normal, uniform or sphere")
    z = rng.standard_normal((n, dim))
    if kind == "sphere":
        length = np.linalg.norm(z, axis=1, keepdims=True)
        z = np.where(length > 0, z / np.where(length > 0, length, 1), np.eye(1, dim))
    return z.astype(np.float32)


def between(kind: LatentKind, z0: ArrayLike, z1: ArrayLike, t: ArrayLike) -> NDArray[np.float64]:
    """Latents on the way from ``z0`` to ``z1`` (dim,) at ``t`` in [0, 1].

    Straight for uniform noise. Along a great circle for normal noise and the sphere, the length
    going evenly from one to the other, so that what lies between is as likely as the ends
    (White 2016). Opposite ends are joined through an arbitrary but fixed right angle; a zero
    vector has no direction, and its way is straight. Shape (dim,) for a single ``t``, (m, dim)
    for ``t`` of shape (m,).
    """
    start, end = np.asarray(z0, dtype=np.float64), np.asarray(z1, dtype=np.float64)
    when = np.asarray(t, dtype=np.float64)[..., None]
    straight = (1 - when) * start + when * end
    length0, length1 = float(np.linalg.norm(start)), float(np.linalg.norm(end))
    if kind == "uniform" or min(length0, length1) < _TINY:
        return straight
    unit0, unit1 = start / length0, end / length1
    cosine = float(unit0 @ unit1)
    across = unit1 - cosine * unit0
    sine = float(np.linalg.norm(across))
    length = (1 - when) * length0 + when * length1
    if sine < _TINY:
        if cosine > 0:
            return straight
        if len(start) == 1:
            # A line offers no way round zero: normal noise crosses it, the sphere jumps.
            return np.where(when < 0.5, start, end) if kind == "sphere" else straight
        across, sine = _right_angle(unit0), 1.0
        angle = np.pi
    else:
        angle = float(np.arctan2(sine, cosine))
    ways: NDArray[np.float64] = length * (
        np.cos(when * angle) * unit0 + np.sin(when * angle) * across / sine)
    return ways


def _right_angle(unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """A unit vector perpendicular to ``unit``: the axis it leans on least, made so."""
    axis = np.zeros_like(unit)
    axis[int(np.argmin(np.abs(unit)))] = 1
    axis -= (axis @ unit) * unit
    turned: NDArray[np.float64] = axis / np.linalg.norm(axis)
    return turned
