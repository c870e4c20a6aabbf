"""How far from 0 the coordinates of a point set go, told from its numbers alone."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, radians, sin
from typing import Any

from ganstudio.recipe.data import DataPart

TAIL = 3
"""Gaussian noise is taken to end at so many deviations: .3 % of it goes further."""


def _line(part: Any) -> float:
    turn = radians(part.angle)
    return float(part.length / 2 * max(abs(cos(turn)), abs(sin(turn))))


_MIDDLES: dict[str, Callable[[Any], float]] = {
    "gaussian-1d": lambda p: abs(p.mean), "two-gaussians": lambda p: p.separation / 2,
    "line": _line, "moons": lambda p: 1.5, "spiral": lambda p: 1.0, "swiss-roll": lambda p: 1.0,
    "drawn": lambda p: max(abs(x) for dot in p.strokes for x in dot),
}
"""Before noise is added."""
_WHOLE: dict[str, Callable[[Any], float]] = {
    "ring": lambda p: (p.radius + TAIL * p.sigma) * p.scale,
    "grid": lambda p: ((p.side - 1) / 2 * p.spacing + TAIL * p.sigma) * p.scale,
    "disjoint": lambda p: (1 + p.radius) * p.scale, "checkerboard": lambda p: 1.0,
}
"""Noise included."""


def reach(part: DataPart) -> float | None:
    """The largest coordinate's size, but for the tails of noise; None where a file decides it."""
    if part.kind in _WHOLE:
        return _WHOLE[part.kind](part)
    if part.kind in _MIDDLES:
        middle: Any = part
        return _MIDDLES[part.kind](part) + TAIL * float(middle.sigma)
    return None
