"""Path angle and path norm between two moments of a run (Berard et al. 2020).

Along ω_α = α·ω′ + (1 − α)·ω: the cosine between the way to ω′ and the field, and the field's
length. Attraction shows as a change of sign near α = 1, rotation as a bump, both as both.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

LEAST_COSINE = 1e-3
CHANCE = 3.0
"""Standard deviations: the cosine of unrelated directions among n numbers has 1/√n."""
RAGGED = 0.35
BUMP = 0.3
"""How far in α a bump reaches to either side at the most."""
NEITHER = "Neither attraction nor rotation can be read off this path."
Array = NDArray[np.float64]


@dataclass(frozen=True)
class PathAngle:
    """``alpha``, ``cosine`` and ``norm``, each (n,); the cosine is NaN where the field vanishes."""

    alpha: Array
    cosine: Array
    norm: Array


def path_angle(field: Callable[[Tensor], Tensor], begin: Tensor, end: Tensor, alpha: Array
               ) -> Generator[None, None, PathAngle]:
    """Returns path angle and norm of ``field`` from ``begin`` (α = 0) to ``end`` (α = 1), each
    (n,), at every ``alpha``; yields after each. All is NaN where the two moments are one place.
    """
    way = end - begin
    length = float(way.norm())
    tiny = 1e-14 * max(1.0, length)
    cosine, norm = np.full(len(alpha), np.nan), np.full(len(alpha), np.nan)
    for i, share in enumerate(alpha if length > 0 else ()):
        v = field(begin + float(share) * way)
        norm[i] = float(v.norm())
        if norm[i] > tiny:  # what rounding alone leaves of the field has no direction
            cosine[i] = float(way @ v) / (length * norm[i])
        yield
    return PathAngle(np.asarray(alpha, np.float64), cosine, norm)


def read_path(angle: PathAngle, size: int = 2) -> str:
    """The path angle in words: attraction, rotation, both or neither. ``size`` counts parameters.

    Attraction: along the way before the end, against it after. Rotation: a bump, of either sign,
    narrower than ``BUMP`` to a side. Heights are read relative to the largest cosine, since between
    many numbers two directions that have much to do with each other are still nearly orthogonal;
    but nothing is read where it is no larger than chance makes it, or where the curve is ragged.
    """
    known = np.isfinite(angle.cosine)
    alpha, cosine = angle.alpha[known], angle.cosine[known]
    scale = float(np.abs(cosine).max(initial=0.0))
    if scale < LEAST_COSINE or len(cosine) < 4:
        return "The field vanishes along the path, or is orthogonal to it."
    if scale < min(CHANCE / size**0.5, 0.1) or _ragged(cosine):
        return NEITHER
    switch = _switches(alpha, cosine, 0.1 * scale)
    bump = any(_bumps(alpha, sign * cosine, 0.3 * scale) for sign in (1, -1))
    if switch and bump:
        return "Attraction and rotation: the angle switches sign near the end, after a bump."
    if switch:
        return "Attraction: the field points to the end point from either side."
    if bump:
        return "Rotation: the field crosses the path, and the angle has a bump."
    return NEITHER


def _ragged(cosine: Array) -> bool:
    """Whether neighbours differ as if they were unrelated: for normal noise the median step is .95
    of the standard deviation, for a smooth curve it is near 0, whatever one leap there is in it.
    """
    return float(np.median(np.abs(np.diff(cosine)))) > RAGGED * float(cosine.std())


def _switches(alpha: Array, cosine: Array, least: float) -> bool:
    """From above ``least`` to below −``least`` near α = 1, and so on both sides."""
    before = cosine[(alpha >= 0.8) & (alpha < 1)]
    after = cosine[alpha > 1]
    if not len(before) or not len(after):
        return False
    return bool(before.max() > least and np.median(after[-(-len(after) // 2):]) < -least
                and np.median(cosine[(alpha >= 0.5) & (alpha < 1)]) > 0)


def _bumps(alpha: Array, cosine: Array, least: float) -> bool:
    """Whether the highest place is inside and rises by ``least`` over both sides near by. One
    place alone is no bump: in a narrow valley the angle leaps at the very end.
    """
    cosine = np.median([cosine[:-2], cosine[1:-1], cosine[2:]], axis=0)
    alpha = alpha[1:-1]
    peak = int(np.argmax(cosine))
    left = cosine[(alpha >= alpha[peak] - BUMP) & (alpha < alpha[peak])]
    right = cosine[(alpha <= alpha[peak] + BUMP) & (alpha > alpha[peak])]
    if not len(left) or not len(right) or cosine[peak] <= 0:
        return False
    return bool(cosine[peak] - max(left.min(), right.min()) > least)
