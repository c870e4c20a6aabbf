"""Scales of axes and where their ticks stand. A scale turns a position on the axis into the
number written beside it: the plots themselves know only positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

import numpy as np

from ganstudio.studio.docks.plotting_range import (
    LINEAR_BELOW,
    MOST_DECADES,
    nice_step,
    symexp,
    symlog,
)

Ticks = list[tuple[float, str]]
"""Position on the axis and the label there, from low to high."""


@dataclass(frozen=True, slots=True)
class Linear:
    """number = offset + factor · position."""

    offset: float = 0.0
    factor: float = 1.0

    def number(self, position: float) -> float:
        """What is written at ``position``."""
        return self.offset + self.factor * position

    def ticks(self, low: float, high: float, most: int) -> Ticks:
        """At most about ``most`` ticks at round numbers within ``low`` to ``high``."""
        if not (isfinite(low) and isfinite(high)) or high <= low or not self.factor:
            return []
        ends = sorted((self.number(low), self.number(high)))
        numbers, step = _round_numbers(ends[0], ends[1], most)
        found = [((n - self.offset) / self.factor, _written(n, step)) for n in numbers]
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Whole(Linear):
    """Whole numbers, such as steps: no ticks between them, thousands grouped or shortened."""

    def ticks(self, low: float, high: float, most: int) -> Ticks:
        """See ``Linear``."""
        if not (isfinite(low) and isfinite(high)) or high <= low:
            return []
        numbers, _ = _round_numbers(low, high, most)
        most_shown = max((abs(n) for n in numbers), default=0)
        unit, letter = next(((u, c) for u, c in ((1e9, "G"), (1e6, "M"), (1e3, "k"))
                             if most_shown >= 10 * u), (1.0, ""))
        return [(n, _short(n / unit) + (letter if n else "")) for n in numbers if n == round(n)]


@dataclass(frozen=True, slots=True)
class SymLog:
    """Positions are ``symlog`` of the numbers over ``unit``, a power of ten."""

    unit: float = 1.0

    def number(self, position: float) -> float:
        """What is written at ``position``."""
        return float(symexp(position)) * self.unit

    def ticks(self, low: float, high: float, most: int) -> Ticks:
        """Decades where there are several in sight, else round numbers."""
        if not (isfinite(low) and isfinite(high)) or high <= low:
            return []
        top = ceil(min(max(abs(low), abs(high)), MOST_DECADES) + log10(LINEAR_BELOW))
        bottom = round(log10(LINEAR_BELOW))
        every = max(1, ceil((high - low) / max(most, 1)))
        decades = [10.0 ** k for k in range(bottom, top + 1, every)]
        between = [f * 10.0 ** k for k in range(bottom, top + 1) for f in (1, 2, 5)]
        for sizes in (between, decades):
            numbers = [-s for s in reversed(sizes)] + [0.0, *sizes]
            found = [(float(symlog(n)), _powered(n * self.unit)) for n in numbers]
            found = [(at, text) for at, text in found if low <= at <= high]
            if 3 <= len(found) <= most + 1:
                return found
        if len(found) >= 3:
            return found
        numbers, step = _round_numbers(self.number(low), self.number(high), most)
        return [(float(symlog(n / self.unit)), _written(n, step)) for n in numbers]


Scale = Linear | SymLog


def two_at_least(scale: Scale, low: float, high: float, usual: int, most: int) -> Ticks:
    """About ``usual`` ticks, or up to ``most`` if there were fewer than two: one number alone
    tells no scale, so on a low axis they may stand closer.
    """
    found = scale.ticks(low, high, usual)
    for count in range(usual + 1, most + 1):
        if len(found) >= 2:
            break
        closer = scale.ticks(low, high, count)
        found = closer if len(closer) <= count + 1 else found
    return found


def _round_numbers(low: float, high: float, most: int) -> tuple[list[float], float]:
    step = nice_step(high - low, max(most, 1))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    if last - first > 1000:
        return [], step
    return [float(n) for n in np.arange(first, last + 1) * step], step


def _written(number: float, step: float) -> str:
    places = max(0, -floor(log10(step) + 1e-9))
    if places > 6 or abs(number) >= 1e5:
        return _powered(number)
    if abs(number) < step * 1e-6:
        number = 0.0
    return f"{number:.{places}f}".replace("-", "−")


def _powered(number: float) -> str:
    """Very large and very small numbers with a power of ten, as short as can be: 5e5, 1e−7."""
    head, _, power = f"{number:.3g}".partition("e")
    return (f"{head}e{int(power)}" if power else head).replace("-", "−")


def _short(number: float) -> str:
    text = f"{number:,.6g}" if number == round(number) else f"{number:.6g}"
    return text.replace("-", "−")
