"""Path angle and path norm between two moments of a run (Berard et al. 2020).

Along ω_α = α·ω′ + (1 − α)·ω: the cosine between the way to ω′ and the field, and the field's
length. Attraction shows as a change of sign near α = 1, rotation as a bump, both as both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.game.protocol import Point

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PathAngle:
    """``alpha``, ``cosine`` and ``norm``, each (n,); the cosine is NaN where the field vanishes."""

    alpha: Array
    cosine: Array
    norm: Array


def path_angle(field: Callable[[Point], Point], begin: Point, end: Point,
               alphas: Sequence[float]) -> PathAngle:
    """Path angle and norm of ``field`` from ``begin`` (α = 0) to ``end`` (α = 1).

    Raises:
        ValueError: the two moments are one place.
    """
    way = end.plus(begin, -1.0, -1.0)
    length = float(way.dot(way)) ** 0.5
    if length == 0:
        raise ValueError("a path needs two different moments: nothing moved between these two")
    cosines, norms = [], []
    for alpha in alphas:
        v = field(begin.plus(way, alpha, alpha))
        norm = float(v.dot(v)) ** 0.5
        norms.append(norm)
        # What rounding alone leaves of the field has no direction worth the name.
        tiny = norm <= 1e-14 * max(1.0, length)
        cosines.append(float("nan") if tiny else float(way.dot(v)) / (length * norm))
    return PathAngle(np.array(alphas, dtype=np.float64), np.array(cosines), np.array(norms))


def read_path(angle: PathAngle) -> str:
    """The path angle in words: attraction, rotation, both or neither."""
    near = angle.alpha >= 0.5
    cosine = angle.cosine[near & np.isfinite(angle.cosine)]
    if not len(cosine):
        return "The field vanishes along the path."
    far = angle.cosine[(angle.alpha <= 0.5) & np.isfinite(angle.cosine)]
    level = float(np.median(far)) if len(far) else float(cosine[0])
    switch = bool(cosine.max() > 0.1 and cosine[-1] < -0.1)
    peak = int(np.argmax(cosine))
    inside = 0 < peak < len(cosine) - 1
    bump = bool(inside and cosine[peak] > level + 0.2 and cosine[peak] > cosine[-1] + 0.2)
    if switch and bump:
        return "Attraction and rotation: the angle switches sign near the end, after a bump."
    if switch:
        return "Attraction: the field points to the end point from either side."
    if bump:
        return "Rotation: the field crosses the path, with a bump near the end."
    return "Neither attraction nor rotation can be read off this path."
