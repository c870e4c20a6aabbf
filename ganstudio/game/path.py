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


def read_path(angle: PathAngle) -> str:
    """The path angle in words: attraction, rotation, both or neither.

    Read relative to the largest cosine on the way: between many numbers two directions that have
    much to do with each other are still nearly orthogonal.
    """
    near = angle.alpha >= 0.5
    scale = float(np.nanmax(np.abs(angle.cosine), initial=0.0))
    cosine = angle.cosine[near & np.isfinite(angle.cosine)]
    if not len(cosine) or scale < LEAST_COSINE:
        return "The field vanishes along the path, or is orthogonal to it."
    far = angle.cosine[(angle.alpha <= 0.5) & np.isfinite(angle.cosine)]
    level = float(np.median(far)) if len(far) else float(cosine[0])
    switch = bool(cosine.max() > 0.1 * scale and cosine[-1] < -0.1 * scale)
    peak = int(np.argmax(cosine))
    inside = 0 < peak < len(cosine) - 1
    bump = bool(inside and cosine[peak] > level + 0.2 * scale
                and cosine[peak] > cosine[-1] + 0.2 * scale)
    if switch and bump:
        return "Attraction and rotation: the angle switches sign near the end, after a bump."
    if switch:
        return "Attraction: the field points to the end point from either side."
    if bump:
        return "Rotation: the field crosses the path, with a bump near the end."
    return "Neither attraction nor rotation can be read off this path."
