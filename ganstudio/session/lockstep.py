"""Runs trained side by side: equal steps in turn on one thread, each as it would be alone.

Runs of one seed and one recipe but for what is compared draw the same batches at the same steps,
since every run keeps its own random streams. Nothing is shared but the data.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.session.failures import sentence
from ganstudio.session.worker_thread import OWNER, WorkerThread
from ganstudio.training.frames import Frame, ScalarChunk, WantMosaic, WantPoints
from ganstudio.training.metrics_frames import MetricsFrame

if TYPE_CHECKING:
    from ganstudio.session.conductor import Conductor

TURN_SECONDS = 0.05
"""About how long one run has the thread before it is the next one's turn."""
LOOK_SHARE = 0.1
"""The share of the time that looking may take."""
MOST = 64


class Pair:
    """Conductors that advance by equal steps; those behind are brought up first.

    One that fails stops where it is and the others go on: ``failed`` holds its sentence.
    """

    def __init__(self, conductors: Sequence[Conductor]) -> None:
        self.conductors = list(conductors)
        self.failed: dict[int, str] = {}
        self._rate = 0.0

    def alive(self) -> list[int]:
        """Those that have not failed."""
        return [k for k in range(len(self.conductors)) if k not in self.failed]

    @property
    def step(self) -> int:
        """Where the one stands that is furthest behind."""
        return min((self.conductors[k].step for k in self.alive()), default=0)

    def advance(self, count: int = 0, until: int | None = None,
                interrupted: Callable[[], object] = lambda: False,
                heard: Callable[[int, ScalarChunk], object] = lambda *_: None) -> None:
        """A turn each: ``count`` steps (0: as many as fit a turn) from the hindmost's on.

        ``heard`` gets the rows of each as they come. Interrupted in the middle, one may be ahead;
        the next call brings the other up first.
        """
        count = count or max(1, min(MOST, int(self._rate * TURN_SECONDS)))
        target = self.step + count
        if until is not None:
            target = min(target, until)
        for k in self.alive():
            conductor = self.conductors[k]
            begun, first = time.perf_counter(), conductor.step
            while conductor.step < target and not interrupted():
                try:
                    conductor.advance(target - conductor.step, interrupted)
                except Exception as error:
                    self.failed[k] = sentence(error)
                    break
                finally:
                    heard(k, conductor.finished)
            seconds = time.perf_counter() - begun
            if seconds > 0 and conductor.step > first:
                self._rate = (conductor.step - first) / seconds


@dataclass(frozen=True, slots=True)
class SideNews:
    """What is new of one run; ``failed`` is a sentence once it has stopped for good."""

    step: int
    scalars: tuple[ScalarChunk, ...] = ()
    frame: Frame | None = None
    metrics: tuple[MetricsFrame, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class PairNews:
    """All that is new since the last poll; ``state`` is preparing, running, paused, failed or
    closed, and ``error`` the sentence of a pair that could not begin.
    """

    state: str
    sides: tuple[SideNews, ...]
    error: str = ""


@dataclass(slots=True)
class _Side:
    scalars: list[ScalarChunk] = field(default_factory=list)
    metrics: list[MetricsFrame] = field(default_factory=list)
    frame: Frame | None = None
    step: int = 0
    failed: str = ""


class LockstepSession(WorkerThread):
    """Run folders trained side by side on a thread of its own, from where each stands.

    Torch is imported in the thread.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__("ganstudio-lockstep")
        self.paths = list(paths)
        self._sides = [_Side() for _ in paths]
        self._state, self._error = "preparing", ""
        self._until: int | None = None

    # ---- the window's side

    def start(self, until: int | None = None) -> None:
        """Begin to train, to the step ``until`` if given."""
        self._going, self._until = True, until
        super().start()

    def run(self, until: int | None = None) -> None:
        """Train on."""
        with self._wake:
            self._until = until
            super().run()

    def poll(self) -> PairNews:
        """Everything new since the last call."""
        with self._wake:
            sides = tuple(SideNews(s.step, tuple(s.scalars), s.frame, tuple(s.metrics), s.failed)
                          for s in self._sides)
            for side in self._sides:
                side.scalars, side.metrics, side.frame = [], [], None
            return PairNews(self._state, sides, self._error)

    # ---- the thread's side

    def _work(self) -> None:
        conductors: list[Conductor] = []
        try:
            self._prepare(conductors)
            self._serve(conductors)
        except Exception as error:
            self._tell("failed", sentence(error))
        finally:
            for conductor in conductors:
                conductor.close()
            if self._state != "failed":
                self._tell("closed")

    def _prepare(self, conductors: list[Conductor]) -> None:
        from ganstudio.session.conductor import Conductor
        known: dict[str, Conductor] = {}
        for path in self.paths:
            made = Conductor(None, path, cancelled=lambda: self._stop, owner=OWNER)
            conductors.append(made)
            recipe = made.recipe
            key = (f"{recipe.data!r} {recipe.seed} {recipe.generator.kind} "
                   f"{recipe.discriminator.kind}")
            if key in known:  # one copy of the data serves both
                made.dataset = made.trainer.dataset = known[key].dataset
            known[key] = made

    def _serve(self, conductors: list[Conductor]) -> None:
        from ganstudio.session.measuring import next_metrics_step
        pair = Pair(conductors)
        due = next_metrics_step(pair.step)
        look_at = 0.0
        self._look(pair)
        while not self._stop:
            going = self._going and bool(pair.alive()) and (
                self._until is None or pair.step < self._until)
            if not going:
                self._going = False
                self._look(pair)
                self._tell("paused")
                with self._wake:
                    self._wake.wait_for(lambda: self._stop or self._going)
                continue
            self._tell("running")
            until = due if self._until is None else min(due, self._until)
            pair.advance(until=until, interrupted=lambda: not self._going, heard=self._heard)
            for k, why in pair.failed.items():
                self._sides[k].failed = why
            if pair.step >= due:
                due = next_metrics_step(pair.step)
                self._measure(pair)
            now = time.monotonic()
            if now >= look_at:
                self._look(pair)
                look_at = time.monotonic() + (time.monotonic() - now) / LOOK_SHARE

    def _heard(self, k: int, chunk: ScalarChunk) -> None:
        if len(chunk.steps):
            with self._wake:
                self._sides[k].scalars.append(chunk)

    def _measure(self, pair: Pair) -> None:
        for k in pair.alive():
            frame = pair.conductors[k].measuring.measure()
            if frame is not None:
                with self._wake:
                    self._sides[k].metrics.append(frame)

    def _look(self, pair: Pair) -> None:
        for k, conductor in enumerate(pair.conductors):
            image = conductor.dataset.is_image
            frame = conductor.observer.look(WantMosaic() if image else WantPoints(averaged=True))
            with self._wake:
                self._sides[k].frame, self._sides[k].step = frame, conductor.step

    def _tell(self, state: str, error: str = "") -> None:
        with self._wake:
            self._state, self._error = state, error or self._error
