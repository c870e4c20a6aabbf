"""What the window costs the training, and the training the window."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from ganstudio.bench.event_gaps import EventGaps
from ganstudio.bench.figures import Figure, at_least, at_most
from ganstudio.bench.recipes import points_recipe
from ganstudio.bench.waiting import waited
from ganstudio.recipe import Recipe
from ganstudio.session.messages import Event, Pause, Run, State, UseTier
from ganstudio.session.session import Session
from ganstudio.studio.settings import Settings
from ganstudio.studio.style import Appearance
from ganstudio.studio.window import MainWindow
from ganstudio.training.tiers.choose import Wanted

SIZE = (1600, 1000)


class Bench:
    """A real window with every dock in sight, and the same training without one."""

    def __init__(self, recipe: Recipe, folder: Path, tier: Wanted = "auto") -> None:
        os.environ["GANSTUDIO_CONFIG"] = os.environ["GANSTUDIO_RUNS"] = str(folder)
        if sys.platform == "linux" and not (os.environ.get("DISPLAY")
                                            or os.environ.get("WAYLAND_DISPLAY")):
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        app = QApplication.instance()
        self.app = app if isinstance(app, QApplication) else QApplication(sys.argv[:1])
        self.window: Any = MainWindow(Settings(), Appearance(self.app, "light"))
        self.window.resize(*SIZE)
        self.window.show()
        self.until(lambda: self.window.controller is not None)
        self.window.controller.start(recipe, run=False)
        self.until(lambda: self.window.controller.is_ready)
        self.show_every_dock()
        self.alone = Session(recipe, folder / "alone.run")
        self.alone.start()
        self.until(lambda: self.alone.poll().status.state is State.PAUSED)
        for session in (self.shown, self.alone):
            session.send(UseTier(tier))

    @property
    def shown(self) -> Session:
        """The session behind the window."""
        return self.window.controller.session  # type: ignore[no-any-return]

    def until(self, reached: Callable[[], bool], seconds: float = 60.0) -> None:
        """Let the event loop turn until something holds."""
        end = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there in time")
            self.turn(0.001)  # not one busy turn after the other, which training would wait for

    def turn(self, seconds: float) -> None:
        """Let the event loop turn for this long, asleep between events as a program is."""
        # A loop of its own: QApplication.quit would close the window first.
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def show_every_dock(self) -> None:
        """All docks in three columns, none behind a tab."""
        space = self.window.workspace
        frames = list(space.frames.values())
        for frame in frames:
            space.removeDockWidget(frame)
        heads, rest = frames[:3], frames[3:]
        space.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, heads[0])
        for before, after in pairwise(heads):
            space.splitDockWidget(before, after, Qt.Orientation.Horizontal)
        for index, frame in enumerate(rest):
            space.splitDockWidget(heads[1 + index % 2], frame, Qt.Orientation.Vertical)
        for frame in frames:
            frame.show()
        width = SIZE[0] - 300
        space.resizeDocks(heads, [300, width // 2, width // 2], Qt.Orientation.Horizontal)
        self.turn(0.3)

    def close(self) -> None:
        """End both."""
        self.alone.close()
        self.window.close()


class _Clock:
    """Steps of a session from now on."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._from = session.step, time.perf_counter(), waited(session.thread)

    def rates(self) -> tuple[float, float]:
        """Steps a second: by the clock, and by it less the time that there was no core to run on.
        """
        step, begun, before = self._from
        done, passed = self.session.step - step, time.perf_counter() - begun
        return done / passed, done / (passed - (waited(self.session.thread) - before))


def _alone_rate(bench: Bench, seconds: float) -> tuple[float, float]:
    bench.window.ticker.stop()
    bench.alone.send(Run())
    time.sleep(0.3)  # as long as the window is given to settle
    clock = _Clock(bench.alone)
    time.sleep(seconds)
    rates = clock.rates()
    bench.alone.send(Pause())
    bench.alone.poll()
    return rates


def _shown_rate(bench: Bench, seconds: float, seen: _Seen) -> tuple[float, float]:
    bench.window.ticker.start()
    bench.shown.send(Run())
    bench.turn(0.3)  # the drawing settles
    pictures: list[int] = []
    count = bench.window.controller.updated.connect(
        lambda update: pictures.append(sum(key.startswith("samples.") for key in update.frames)))
    clock, begun = _Clock(bench.shown), time.perf_counter()
    bench.turn(seconds)
    rates, passed = clock.rates(), time.perf_counter() - begun
    bench.window.controller.updated.disconnect(count)
    wanted = sum(key.startswith("samples.") for key in bench.window.workspace.wants())
    seen.ticks.append(bench.window.ticker.rate)
    seen.pictures.append(sum(pictures) / max(wanted, 1) / passed)
    # The timer wakes the window 200 times a second, which no window does: not beside the rates.
    gaps = EventGaps()
    gaps.start()
    bench.turn(seconds / 2)
    seen.gaps += gaps.end()
    return rates


@dataclass(slots=True)
class _Seen:
    """What the window did meanwhile: gaps of its loop (ms), ticks a second, and how many frames a
    second came of each picture of the samples.
    """

    gaps: list[float] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Pause:
    """From Pause pressed: milliseconds until training stood and until the window knew."""

    stood: float
    shown: float


def _pause(bench: Bench) -> _Pause:
    run = bench.window.controller
    said: list[Event] = []
    hear = run.happened.connect(said.append)
    begun, pressed = time.perf_counter(), time.time()
    run.pause()
    bench.until(lambda: run.state is State.PAUSED)
    shown = time.perf_counter() - begun
    run.happened.disconnect(hear)
    stood = next(e.time for e in said if e.kind == "paused")
    return _Pause(1000 * (stood - pressed), 1000 * shown)


def window(rounds: int, seconds: float) -> list[Figure]:
    """(b) and (c) of the bench, and the pause, in each tier."""
    return [*_window("auto", rounds, seconds, goal=0.95, gap=16),
            *_window("eager", rounds, seconds, goal=0.8, gap=33)]


def _to_neighbours(rate: float, alone: list[float], k: int) -> float:
    """The k-th rate with the window to those just before and after it: a machine drifts."""
    return 2 * rate / (alone[k] + alone[k + 1])


def _window(tier: Wanted, rounds: int, seconds: float, goal: float, gap: float) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(points_recipe(256), Path(folder), tier)
        seen = _Seen()
        pauses: list[_Pause] = []
        with_, without = [], []
        try:
            _shown_rate(bench, seconds, _Seen())
            _pause(bench)
            without.append(_alone_rate(bench, seconds))
            for _ in range(rounds):
                with_.append(_shown_rate(bench, 2 * seconds, seen))
                pauses.append(_pause(bench))
                without.append(_alone_rate(bench, seconds))
        finally:
            platform = bench.app.platformName()
            name = bench.shown.poll().status.tier
            threads = [float(recipe.machine.threads) for recipe in
                       (bench.shown.recipe, bench.alone.recipe) if recipe is not None]
            bench.close()
    ms = np.array(seen.gaps)
    shown, alone = [r for r, _ in with_], [r for r, _ in without]
    ratios = [_to_neighbours(rate, alone, k) for k, rate in enumerate(shown)]
    own = [_to_neighbours(rate, [r for _, r in without], k) for k, (_, rate) in enumerate(with_)]

    def percentile(key: str, share: float, goal: float | None) -> Figure:
        return at_most(f"{name}_gap_{key}", f"    event loop, 5 ms timer: {key}",
                       [float(np.percentile(ms, share))], goal, "ms")

    return [
        at_least(f"{name}_window_ratio",
                 f"{name}: training with window ({platform}) / headless", ratios, goal),
        at_least(f"{name}_window_own", "    the same, less the time without a core", own, None),
        at_least(f"{name}_window_shown", "    with every dock drawing", shown, None, "steps/s"),
        at_least(f"{name}_window_ticks", "    drawing", seen.ticks, None, "Hz"),
        at_least(f"{name}_window_pictures", "    new pictures of the samples", seen.pictures, None,
                 "/s each"),
        at_least(f"{name}_window_alone", "    headless", alone, None, "steps/s"),
        at_most(f"{name}_threads", "    torch's threads, with window and without", threads, None),
        percentile("median", 50, None), percentile("p95", 95, None), percentile("p99", 99, gap),
        percentile("max", 100, None),
        at_most(f"{name}_pause_ms", "    from Pause pressed until training stands",
                [p.stood for p in pauses], max(20, 1000 / float(np.median(shown))), "ms"),
        at_most(f"{name}_pause_shown_ms", "    until the window knows",
                [p.shown for p in pauses], None, "ms"),
    ]
