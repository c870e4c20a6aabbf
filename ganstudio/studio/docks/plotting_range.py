"""Ranges that do not jump, and numbers written plainly: arithmetic only, no Qt."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil, floor, isfinite, log10

import numpy as np
from numpy.typing import ArrayLike, NDArray

LINEAR_BELOW = 1e-3
"""The symmetric logarithm is close to linear for values much smaller than this."""
MOST_DECADES = 300
"""Farther out floats end, so a log axis that was zoomed out that far reads this there."""


def symlog(value: ArrayLike) -> NDArray[np.float64]:
    """sign(y)·log₁₀(1 + |y|/c) with c = ``LINEAR_BELOW``: a log axis that has room for ≤ 0."""
    y = np.asarray(value, np.float64)
    return np.sign(y) * np.log10(1 + np.abs(y) / LINEAR_BELOW)


def symexp(value: ArrayLike) -> NDArray[np.float64]:
    """The inverse of ``symlog``, within ``MOST_DECADES`` of zero."""
    y = np.asarray(value, np.float64)
    return np.sign(y) * (10.0 ** np.minimum(np.abs(y), MOST_DECADES) - 1) * LINEAR_BELOW


SMALLEST_SPAN = 1e-290
"""Below this a span divided by its ticks is no longer a normal number."""


def nice_step(span: float, parts: int = 8) -> float:
    """The smallest of 1, 2 or 5 times a power of ten that is at least ``span / parts``."""
    if not isfinite(span) or span < SMALLEST_SPAN:
        return 1.0
    rough = span / parts
    unit = 10.0 ** floor(log10(rough))
    for factor in (1.0, 2.0, 5.0):
        if rough <= factor * unit * (1 + 1e-9):
            return factor * unit
    return 10.0 * unit


class SteadyRange:
    """A range for an axis that grows at once, shrinks late, and moves in nice steps only.

    It shrinks when for ``patience`` seconds on end the data would have fitted into ``enough`` of
    it, so a curve that calms down is looked at more closely, but never twitches.
    """

    def __init__(self, patience: float = 2.0, enough: float = 0.6, smallest: float = 1e-6,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._patience, self._enough, self._smallest = patience, enough, smallest
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Forget the range: the next one fits its data."""
        self.low: float | None = None
        self.high: float | None = None
        self._loose_since: float | None = None

    def fit(self, low: float, high: float) -> tuple[float, float]:
        """A range that holds ``low`` to ``high``; what is not finite leaves it as it was."""
        if not (isfinite(low) and isfinite(high)) or high < low:
            return (0.0, 1.0) if self.low is None or self.high is None else (self.low, self.high)
        want_low, want_high = self._rounded(low, high)
        if self.low is None or self.high is None:
            self.low, self.high = want_low, want_high
        elif low < self.low or high > self.high:
            # Only the side that is too tight moves: the other stays where the eye has it.
            self.low = want_low if low < self.low else self.low
            self.high = want_high if high > self.high else self.high
            self._loose_since = None
        elif want_high - want_low <= self._enough * (self.high - self.low):
            now = self._clock()
            if self._loose_since is None:
                self._loose_since = now
            elif now - self._loose_since >= self._patience:
                self.low, self.high = want_low, want_high
                self._loose_since = None
        else:
            self._loose_since = None
        return self.low, self.high

    def _rounded(self, low: float, high: float) -> tuple[float, float]:
        span = max(high - low, self._smallest, 1e-9 * max(abs(low), abs(high)))
        step = nice_step(1.1 * span)
        below = floor((low - 0.03 * span) / step) * step
        above = ceil((high + 0.03 * span) / step) * step
        return min(below, low), max(above, high)


class SteadyScale:
    """One length for many arrows: a robust size that follows slowly and in steps.

    ``fit`` returns the gradient length that is drawn at full arrow length: the 90th percentile,
    rounded up to 1, 2 or 5 times a power of ten, held until it is a factor two off.
    """

    def __init__(self) -> None:
        self.value: float | None = None

    def fit(self, lengths: NDArray[np.floating]) -> float:
        """The scale for these lengths."""
        finite = lengths[np.isfinite(lengths)]
        typical = float(np.percentile(finite, 90)) if len(finite) else 0.0
        if typical <= 1e-30:
            return self.value or 1.0
        if self.value is None or not 0.25 <= typical / self.value <= 1.5:
            self.value = nice_step(typical, 1)
        return self.value


def places(value: float, digits: int) -> int:
    """Decimals that show so many significant digits of a finite number."""
    return max(digits - 1 - floor(log10(abs(value))), 0) if value else 0


def plain(value: float, digits: int = 4) -> str:
    """A number for a readout: at most ``digits`` significant ones, a true minus sign.

    >>> plain(-0.69314718)
    '−0.6931'
    """
    if not isfinite(value):
        return "–"
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.{max(digits - 2, 0)}e}".split("e")
        text = f"{mantissa}e{int(exponent)}"
    else:
        text = f"{value:.{places(value, digits)}f}"
    return text.replace("-", "−")


def fixed(value: float, places: int = 3) -> str:
    """A number with so many decimals (so that columns do not dance), a true minus sign."""
    if not isfinite(value):
        return "–"
    if abs(value) >= 1e5:
        return plain(value)
    return f"{value:.{places}f}".replace("-", "−")


def grouped(step: int) -> str:
    """A whole number in groups of three digits: 12,345."""
    return f"{step:,}".replace("-", "−")
