"""Does it converge, cycle or diverge, and how fast: from the eigenvalues, confirmed by the run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.game.protocol import Rule
from ganstudio.game.spectrum import Complex
from ganstudio.game.toys import Toy
from ganstudio.game.walk import Walk

LONG = 20_000
"""How many steps a run is watched for a verdict."""

CONVERGES = "converges"
DIVERGES = "diverges"
CYCLES = "bounded, does not converge (cycle)"
SETTLES = "settles in a small neighbourhood of the equilibrium"
GROWING = f"norm still increasing after {LONG} steps"
SHRINKING = f"norm still decreasing after {LONG} steps (sublinear at best)"

_EDGE = 1e-9
"""A spectral radius nearer to one than this counts as one: then the linear part cannot tell."""


@dataclass(frozen=True)
class Linear:
    """What the eigenvalues say of a small displacement from the equilibrium.

    ``factor`` is the spectral radius: what a step multiplies the distance by, in the long run.
    ``halving`` (or ``doubling`` where it grows) and ``period`` are in steps; None where there is no
    such thing.
    """

    kind: Literal["converges", "cycles", "diverges"]
    factor: float
    halving: float | None
    doubling: float | None
    period: float | None

    def sentence(self) -> str:
        """In words, for a person."""
        turn = f", turning once in {self.period:.3g} steps" if self.period else ""
        if self.halving is not None:
            return (f"Near the equilibrium it converges: ×{self.factor:.6g} a step, "
                    f"half the distance in {self.halving:.3g} steps{turn}.")
        if self.doubling is not None:
            return (f"Near the equilibrium it diverges: ×{self.factor:.6g} a step, "
                    f"twice the distance in {self.doubling:.3g} steps{turn}.")
        return f"Near the equilibrium it neither comes nearer nor leaves{turn}."


def linear_verdict(eigenvalues: Complex) -> Linear:
    """What the update map's eigenvalues say, the largest deciding.

    An eigenvalue of exactly one modulus is taken to cycle, though a defective one would drift.
    """
    radius = float(np.abs(eigenvalues).max())
    leader = max(eigenvalues, key=lambda z: (round(abs(z), 9), abs(z.imag)))
    angle = abs(math.atan2(leader.imag, leader.real))
    period = 2 * math.pi / angle if angle > 1e-9 else None
    if abs(radius - 1) <= _EDGE:
        return Linear("cycles", radius, None, None, period)
    steps = math.log(2) / abs(math.log(radius)) if radius > 0 else 0.0
    if radius < 1:
        return Linear("converges", radius, steps, None, period)
    return Linear("diverges", radius, None, steps, period)


@dataclass(frozen=True)
class Watched:
    """Distances to the equilibrium over a long run: its mean early (the second to fourth eighth)
    and late (the last three), its largest in the last eighth, and at the start.
    """

    steps: int
    start: float
    early: float
    late: float
    last: float
    ended: bool


def watch(toy: Toy, rule: Rule, start: tuple[float, float], steps: int = LONG,
          between: Callable[[], None] | None = None) -> Watched:
    """Run for ``steps`` steps, or until it is plain that it has arrived or is lost.

    ``between`` is called before each eighth; it may raise to give up.
    """
    walk = Walk(toy, rule, start)
    begin = max(toy.distance(*start), 1e-300)
    eighth = max(steps // 8, 1)
    means: list[float] = []
    last, taken = begin, 0
    for _ in range(8):
        if between is not None:
            between()
        places = walk.advance(eighth)
        taken += len(places)
        if len(places):
            distances = _distances(toy, places)
            means.append(float(np.minimum(distances, 1e150).mean()))
            last = float(distances[-eighth:].max())
        lost = walk.ended or last > 1e9 * max(1.0, begin)
        # A stretch's largest distance is at its start while it shrinks.
        here = float(_distances(toy, places[-64:]).max()) if len(places) else last
        if lost or here < 1e-13 * begin:
            return Watched(taken, begin, means[0] if means else begin, here, here, lost)
    return Watched(taken, begin, float(np.mean(means[1:4])), float(np.mean(means[5:])), last,
                   False)


def _distances(toy: Toy, places: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(over="ignore"):
        each = [np.hypot(places[:, 0] - x, places[:, 1] - y)
                for x, y in toy.equilibria or (toy.centre,)]
    nearest: NDArray[np.float64] = np.min(each, axis=0)
    return nearest


def verdict(seen: Watched, linear: Linear | None) -> str:
    """The verdict on a run, as one of this module's constants.

    The eigenvalues say what to expect near the equilibrium; the run says whether it got there:
    a locally stable rule may escape from where it was started, and an unstable one may
    end on a cycle.
    """
    expected = linear.kind if linear else None
    if seen.ended:
        return DIVERGES
    if seen.last <= 1e-6 * seen.start:
        return CONVERGES
    ratio = seen.late / seen.early if seen.early > 0 else 1.0
    if expected == "diverges" and ratio > 1.001 and linear is not None:
        # Slow growth is told from a cycle's ripple by keeping the pace the eigenvalues set.
        paced = 0.5 * math.expm1(min(math.log(linear.factor) * 0.5 * seen.steps, 50.0))
        if ratio - 1 > min(paced, 1e3):
            return DIVERGES
    if expected == "converges" and ratio < 0.999:
        return CONVERGES
    if ratio > 1e3:
        return DIVERGES
    if ratio > 1.03:
        return GROWING
    if ratio < 0.97:
        return SHRINKING
    return SETTLES if seen.last < 0.02 * seen.start else CYCLES


def confirmed(text: str, linear: Linear | None) -> bool | None:
    """Whether the run bore out what the eigenvalues said; None where they say nothing.

    Of a spectral radius of one the linear part leaves the outcome open.
    """
    if linear is None or linear.kind == "cycles":
        return None
    return text == (CONVERGES if linear.kind == "converges" else DIVERGES)
