"""What eigenvalues and a run say, in words. No torch."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ganstudio.session.toy_frames import Judgement

EDGE = 1e-9
"""A modulus nearer to one than this is one."""


def number(value: float, digits: int = 4) -> str:
    """A number with so many significant digits and a true minus sign."""
    return f"{value:.{digits}g}".replace("-", "−")


def modulus(radius: float) -> str:
    """Enough digits to tell it from one, at least four."""
    off = abs(radius - 1)
    places = min(max(3, -math.floor(math.log10(off))) if off > EDGE else 3, 9)
    return f"{radius:.{places}f}" if radius < 100 else number(radius)


def rate(radius: float) -> str:
    """What a step does to the distance: ``+0.5 % a step``."""
    change = 100 * (radius - 1)
    if change > 1000:
        return f"×{number(radius, 3)} a step"
    sign = "+" if change > 0 else "−"
    return f"{sign}{abs(change):.2g} % a step" if abs(change) < 100 else (
        f"{sign}{abs(change):.0f} % a step")


def judge(eigenvalues: NDArray[np.complex128] | None, one_player: bool = False) -> Judgement:
    """The headline and the detail that the update map's eigenvalues support."""
    if eigenvalues is None or not len(eigenvalues):
        return Judgement("No eigenvalues: the rule has no derivative at rest, or no rest is known.")
    radius = float(np.abs(eigenvalues).max())
    leader = max(eigenvalues, key=lambda z: (round(abs(z), 9), abs(z.imag)))
    angle = abs(math.atan2(leader.imag, leader.real))
    turns = 1e-9 < angle < math.pi - 1e-9
    flips = angle >= math.pi - 1e-9
    turn = f"turns once in {number(2 * math.pi / angle, 3)} steps" if turns else ""
    if abs(radius - 1) <= EDGE:
        words = "Circles" if turns else ("Flips and keeps its distance" if flips else "Stays")
        return Judgement(f"{words}: |λ| = 1, neither in nor out", turn, kind="cycles")
    inward = radius < 1
    manner = "Spirals" if turns else ("Flips its way" if flips else
                                      "Descends" if one_player and inward else "Goes straight")
    where = ("to the end" if one_player and inward and not turns and not flips
             else "in" if inward else "out")
    headline = f"{manner} {where}: |λ| = {modulus(radius)}, {rate(radius)}"
    steps = math.log(2) / abs(math.log(radius)) if radius > 0 else 0.0
    pace = f"{'half' if inward else 'twice'} the distance in {number(steps, 3)} steps"
    return Judgement(headline, "; ".join(filter(None, (pace, turn))),
                     kind="converges" if inward else "diverges")
