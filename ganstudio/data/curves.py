"""Curves in the plane and what Gaussian noise makes of them: lines, moons, spirals, Swiss roll."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import ceil, cos, pi, radians, sin

import numpy as np

from ganstudio.data.dataset import Floats
from ganstudio.data.densities import GaussianMixture

_NODES = 12
_LEAST_PANELS = 16


def _uniform(v: Floats) -> Floats:
    return np.ones_like(v)


def _same(u: Floats) -> Floats:
    return u


@dataclass(frozen=True)
class Curve:
    """A smooth curve over v in [0, 1].

    ``point`` maps v (n,) to the plane (n, 2); v has the density ``weight`` on [0, 1], and
    ``quantile`` turns uniform numbers into such v.
    """

    point: Callable[[Floats], Floats]
    weight: Callable[[Floats], Floats] = _uniform
    quantile: Callable[[Floats], Floats] = _same

    def top_speed(self) -> float:
        """An upper estimate of the arc length per unit of v."""
        at = self.point(np.linspace(0, 1, 1025))
        return float(np.hypot(*np.diff(at, axis=0).T).max()) * 1024 * 1.01


@dataclass(frozen=True)
class CurveNoise:
    """Equal ``branches``, each smeared by round Gaussian noise of deviation ``sigma``.

    The density is the integral of Gaussians along the curves. Gauss-Legendre panels no longer
    than 2σ take it to better than 1e-9 of itself.
    """

    branches: tuple[Curve, ...]
    sigma: float

    @property
    def dim(self) -> int:
        """Always 2."""
        return 2

    @cached_property
    def _quadrature(self) -> GaussianMixture:
        """The integral as a mixture over its nodes. Built when a density is first asked for."""
        node, node_weight = np.polynomial.legendre.leggauss(_NODES)
        points, weights = [], []
        for curve in self.branches:
            panels = max(_LEAST_PANELS, ceil(curve.top_speed() / (2 * self.sigma)))
            v = ((np.arange(panels)[:, None] + (node + 1) / 2) / panels).ravel()
            points.append(curve.point(v))
            weights.append(np.tile(node_weight, panels) * curve.weight(v))
        weight = np.concatenate(weights)
        return GaussianMixture(np.concatenate(points), self.sigma, weight / weight.sum())

    def log_pdf(self, x: Floats) -> Floats:
        """Logarithm of the density at ``x`` (n, 2), as (n,)."""
        return self._quadrature.log_pdf(x)

    def pdf(self, x: Floats) -> Floats:
        """The density at ``x`` (n, 2), as (n,)."""
        return self._quadrature.pdf(x)

    def sample(self, n: int, rng: np.random.Generator) -> Floats:
        """``n`` draws, (n, 2)."""
        branch = rng.integers(len(self.branches), size=n)
        u = rng.random(n)
        out = self.sigma * rng.standard_normal((n, 2))
        for i, curve in enumerate(self.branches):
            mine = branch == i
            out[mine] += curve.point(curve.quantile(u[mine]))
        return out


def _polar(radius: Floats, angle: Floats) -> Floats:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def line(length: float, angle: float) -> tuple[Curve, ...]:
    """A stroke through the origin, ``angle`` degrees from the horizontal."""
    along: Floats = length * np.array([cos(radians(angle)), sin(radians(angle))])
    return (Curve(lambda v: (v - 0.5)[:, None] * along),)


def moons() -> tuple[Curve, ...]:
    """Two half circles of radius 1, each ending inside the other, about the origin."""
    middle: Floats = np.array([0.5, 0.25])

    def upper(v: Floats) -> Floats:
        return _polar(np.ones_like(v), pi * v) - middle

    def lower(v: Floats) -> Floats:
        return middle - _polar(np.ones_like(v), pi * v)

    return Curve(upper), Curve(lower)


def spiral(arms: int, turns: float) -> tuple[Curve, ...]:
    """Archimedean arms from the centre to radius 1; as many points per area near in as far out."""

    def arm(phase: float) -> Curve:
        # r = v with density 2v crowds no points at the centre, where the arms meet.
        return Curve(lambda v: _polar(v, 2 * pi * turns * v + phase), lambda v: 2 * v, np.sqrt)

    return tuple(arm(2 * pi * i / arms) for i in range(arms))


def swiss_roll() -> tuple[Curve, ...]:
    """r = angle, uniform from 1.5π to 4.5π, scaled to radius 1 (Tenenbaum et al. 2000)."""
    end = 4.5 * pi

    def point(v: Floats) -> Floats:
        angle = 1.5 * pi * (1 + 2 * v)
        return _polar(angle / end, angle)

    return (Curve(point),)
