"""What every part of the soak needs: how much of everything, gaps of the event loop, memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import psutil

from ganstudio.bench.event_gaps import EventGaps
from ganstudio.bench.figures import Figure, at_most
from ganstudio.bench.window import Bench
from ganstudio.session.messages import Update

MIB = 2 ** 20
P99_MS = 33.0
"""Goal: one picture at 30 Hz comes late, and no more."""
WORST_MS = 100.0
"""Goal: up to here an answer still feels as if it came at once (Miller, "Response time in
man-computer conversational transactions", 1968)."""
PATIENCE_S = 1.0
"""Goal for opening: up to here a person's train of thought goes on (the same)."""
GROWTH_MIB = 64.0
"""Goal: a tenth of what the program takes with torch and a window open."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much of everything; ``seconds`` of training, the slider is dragged for half as long."""

    rows: int = 1_000_000
    seconds: float = 10.0
    tweaks: int = 1_000
    mosaics: int = 100
    images: int = 6_000
    rounds: int = 20_000


FULL = Load(rows=10_000_000, seconds=60.0, tweaks=10_000, mosaics=2_000, images=60_000,
            rounds=1_000_000)


class Gaps(EventGaps):
    """Gaps of the event loop as the soak prints them."""

    def stop(self, key: str, what: str) -> list[Figure]:
        """The worst and the 99th percentile since ``start``."""
        gaps = self.end() or [float("nan")]
        return [at_most(f"soak_{key}_p99", f"    event loop, {what}: p99",
                        [float(np.percentile(gaps, 99))], P99_MS, "ms"),
                at_most(f"soak_{key}_max", "    worst", [max(gaps)], WORST_MS, "ms")]


class Kept:
    """Bytes of the states that the run in the window keeps to be rewound to, as it last told.

    They have a budget of their own that the person sets, so they are no growth without bound.
    """

    def __init__(self, bench: Bench) -> None:
        self.bytes = 0
        bench.window.controller.updated.connect(self._hear)

    def _hear(self, update: Update) -> None:
        if update.timeline is not None:
            self.bytes = update.timeline.memory_bytes


class Growth:
    """Memory from now on; ``kept`` is told apart."""

    def __init__(self, kept: Kept | None = None) -> None:
        self._kept = kept
        self._before, self._kept_before = resident(), self._kept_now()

    def _kept_now(self) -> int:
        return self._kept.bytes if self._kept is not None else 0

    def figures(self, key: str, goal: float | None = GROWTH_MIB) -> list[Figure]:
        """How much it has grown by, in MiB."""
        kept = (self._kept_now() - self._kept_before) / MIB
        grown = (resident() - self._before) / MIB - kept
        told = [at_most(f"soak_{key}_memory", "    growth", [grown], goal, "MiB")]
        if self._kept is not None:
            told.append(at_most(f"soak_{key}_kept", "    beside it, states kept to go back to",
                                [kept], None, "MiB"))
        return told


def resident() -> int:
    """Bytes in use."""
    return int(psutil.Process().memory_info().rss)


def slope(steps: list[int], sizes: list[int]) -> float:
    """MiB that memory grows by in a million steps; 0 where no step was taken."""
    if len(set(steps)) < 2:
        return 0.0
    return float(np.polyfit(np.array(steps, float), np.array(sizes, float), 1)[0]) * 1e6 / MIB
