"""Figures with their spread."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import torch

Steps = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several timings with the smallest and the largest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """From raw values; NaN where there are none."""
        if not values:
            return cls(float("nan"), float("nan"), float("nan"))
        return cls(median(values), min(values), max(values))

    def plain(self) -> dict[str, float]:
        """For JSON."""
        return {"median": self.median, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: what was measured, how much it is, and what it must be."""

    key: str
    title: str
    spread: Spread
    unit: str = ""
    goal: str = ""
    holds: bool | None = None

    def line(self) -> str:
        """As text."""
        s = self.spread
        mark = {True: "ok", False: "MISSED", None: ""}[self.holds]
        spread = "" if s.low == s.high else f"  ({s.low:.4g} to {s.high:.4g})"
        goal = f"  goal {self.goal}" if self.goal else ""
        return f"  {self.title:<58} {s.median:>9.4g} {self.unit}{spread}{goal}  {mark}".rstrip()

    def plain(self) -> dict[str, object]:
        """For JSON."""
        return {"key": self.key, "title": self.title, "unit": self.unit, **self.spread.plain(),
                "goal": self.goal, "holds": self.holds}


def at_least(key: str, title: str, values: Sequence[float], goal: float | None,
             unit: str = "×") -> Figure:
    """A figure whose median must reach ``goal``."""
    spread = Spread.of(values)
    return Figure(key, title, spread, unit, "" if goal is None else f"≥ {goal:g}",
                  None if goal is None else spread.median >= goal)


def at_most(key: str, title: str, values: Sequence[float], goal: float | None,
            unit: str = "") -> Figure:
    """A figure whose median must stay at or under ``goal``."""
    spread = Spread.of(values)
    return Figure(key, title, spread, unit, "" if goal is None else f"≤ {goal:g}",
                  None if goal is None else spread.median <= goal)


def rate(steps: Steps, seconds: float, chunk: int = 16) -> float:
    """Steps a second over about this long, taken ``chunk`` at once."""
    done, begun = 0, perf_counter()
    while True:
        steps(chunk)
        done += chunk
        passed = perf_counter() - begun
        if passed >= seconds:
            return done / passed


def interleaved(loops: dict[str, Steps], rounds: int, seconds: float, chunk: int = 16,
                warm: int = 0) -> dict[str, list[float]]:
    """Rates of several loops timed in turn, so that a drifting machine drifts for all alike.

    ``warm`` steps are taken before (0: ten, or one chunk).
    """
    for steps in loops.values():
        steps(warm or min(10, chunk))
    rates: dict[str, list[float]] = {name: [] for name in loops}
    for number in range(rounds):
        names = list(loops) if number % 2 == 0 else list(reversed(loops))
        for name in names:
            rates[name].append(rate(loops[name], seconds, chunk))
    return rates


def ratios(rates: dict[str, list[float]], of: str, to: str) -> list[float]:
    """One loop's rates by another's, round for round."""
    return [a / b for a, b in zip(rates[of], rates[to], strict=True)]


def machine_line() -> str:
    """On what this was measured."""
    return (f"{platform.platform()}, Python {platform.python_version()}, torch "
            f"{torch.__version__}, {torch.get_num_threads()} thread(s)")
