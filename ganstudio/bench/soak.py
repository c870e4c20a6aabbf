"""A long sitting in little time: whether anything stalls, and whether anything grows for ever."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from PySide6.QtCore import Qt, QTimer

from ganstudio.bench.figures import Figure, at_least, at_most
from ganstudio.bench.recipes import dcgan_recipe, tiny_recipe
from ganstudio.bench.window import Bench
from ganstudio.recipe import Recipe, with_value
from ganstudio.recipe.data import Images
from ganstudio.recipe.networks import Dcgan
from ganstudio.session.messages import Run, State, Update
from ganstudio.training.frames import SCALARS, MosaicFrame, ScalarChunk

MIB = 2 ** 20
ROWS_AT_ONCE = 5_000
SLIDER_MS = 5
"""200 changes a second, as a slider that is dragged sends them."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much of everything."""

    rows: int = 1_000_000
    seconds: float = 10.0
    tweaks: int = 1_000
    mosaics: int = 100
    images: int = 6_000


FULL = Load(rows=10_000_000, seconds=300.0, tweaks=10_000, mosaics=2_000, images=60_000)


class Gaps:
    """How long the event loop was held up, by a 5 ms timer; milliseconds."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._note)
        self._last: float | None = None
        self.found: list[float] = []

    def _note(self) -> None:
        now = time.perf_counter()
        if self._last is not None:
            self.found.append(1000 * (now - self._last))
        self._last = now

    def start(self) -> None:
        """Forget and begin."""
        self._last, self.found = None, []
        self._timer.start()

    def stop(self, key: str, what: str) -> list[Figure]:
        """The worst and the 99th percentile since ``start``."""
        self._timer.stop()
        gaps = self.found or [float("nan")]
        return [at_most(f"soak_{key}_p99", f"    event loop, {what}: p99",
                        [float(np.percentile(gaps, 99))], None, "ms"),
                at_most(f"soak_{key}_max", "    worst", [max(gaps)], None, "ms")]


def resident() -> int:
    """Bytes in use."""
    return int(psutil.Process().memory_info().rss)


def soak(full: bool) -> list[Figure]:
    """Everything after the other: a run, a dragged slider, tweaks, history, mosaics, images."""
    load = FULL if full else Load()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(tiny_recipe(), Path(folder))
        try:
            bench.window.ticker.start()
            figures = [*_run(bench, load), *_slider(bench, load), *_tweaks(bench, load)]
            bench.window.controller.pause()
            bench.until(lambda: bench.window.controller.state is State.PAUSED)
            figures += _rows(bench, load)
        finally:
            bench.close()
    return [*figures, *_images(load)]


def _run(bench: Bench, load: Load) -> list[Figure]:
    """A tiny run flat out, with every dock in sight."""
    gaps = Gaps()
    bench.shown.send(Run())
    bench.turn(load.seconds / 2)  # caches fill
    gaps.start()
    marks, end = [], time.monotonic() + load.seconds
    while time.monotonic() < end:
        bench.turn(0.25)
        marks.append((bench.shown.step, resident()))
    steps, sizes = np.array(marks, float).T
    slope = float(np.polyfit(steps, sizes, 1)[0]) * 1e6 / MIB
    return [at_most("soak_slope", f"run: growth per million steps, from {np.ptp(steps):,.0f} steps",
                    [slope], None, "MiB"),
            at_most("soak_grown", "    growth measured", [(sizes[-1] - sizes[0]) / MIB], 32, "MiB"),
            *gaps.stop("run", "running")]


def _slider(bench: Bench, load: Load) -> list[Figure]:
    """A learning rate dragged to and fro: one gesture, 200 changes a second."""
    run, gaps, sent = bench.window.controller, Gaps(), [0]
    drag = QTimer()
    drag.setTimerType(Qt.TimerType.PreciseTimer)
    drag.setInterval(SLIDER_MS)

    def move() -> None:
        sent[0] += 1
        run.edit("optimizer_d.lr", 1e-3 * (1 + 0.5 * float(np.sin(sent[0] / 50))), gesture=1)

    drag.timeout.connect(move)
    undo, first, begun = run.undo_stack.count(), bench.shown.step, time.perf_counter()
    gaps.start()
    drag.start()
    bench.turn(load.seconds / 2)
    drag.stop()
    passed = time.perf_counter() - begun
    rate = (bench.shown.step - first) / passed
    settled = time.perf_counter()
    bench.until(lambda: not run.waiting)
    return [at_least("soak_slider", "slider: changes taken", [sent[0] / passed], None, "/s"),
            at_least("soak_slider_steps", "    training meanwhile", [rate], None, "steps/s"),
            at_most("soak_slider_lag", "    until the last change is in force",
                    [1000 * (time.perf_counter() - settled)], 1000, "ms"),
            at_most("soak_slider_undo", "    steps to undo", [run.undo_stack.count() - undo], 1),
            *gaps.stop("slider", "dragging")]


def _tweaks(bench: Bench, load: Load) -> list[Figure]:
    """Changes one by one, each taken up and journaled on its own; the first against the last."""
    run, gaps, took = bench.window.controller, Gaps(), []
    before = resident()
    gaps.start()
    for number in range(load.tweaks):
        begun = time.perf_counter()
        run.edit("optimizer_g.lr", 1e-3 * (1 + (number % 97) / 100))
        took.append(1000 * (time.perf_counter() - begun))
        bench.app.processEvents()
        if number % 10 == 9:
            bench.until(lambda: not run.waiting)
    part = max(1, load.tweaks // 10)
    return [at_most("soak_tweak_first", f"tweaks: each of the first {part:,}",
                    [float(np.median(took[:part]))], None, "ms"),
            at_most("soak_tweak_last", f"    each of the last {part:,} of {load.tweaks:,}",
                    [float(np.median(took[-part:]))], None, "ms"),
            at_most("soak_tweak_worst", "    the slowest", [max(took)], None, "ms"),
            at_most("soak_tweak_memory", "    growth", [(resident() - before) / MIB], 64, "MiB"),
            *gaps.stop("tweaks", "tweaking")]


def _rows(bench: Bench, load: Load) -> list[Figure]:
    """Rows of history, far more a second than any run makes."""
    rng, gaps, took = np.random.default_rng(0), Gaps(), []
    values = rng.normal(1.0, 0.1, (ROWS_AT_ONCE, len(SCALARS))).astype(np.float32)
    status, start, before = bench.shown.poll().status, bench.shown.step, resident()
    gaps.start()
    for first in range(start, start + load.rows, ROWS_AT_ONCE):
        steps = np.arange(first + 1, first + 1 + ROWS_AT_ONCE, dtype=np.int64)
        begun = time.perf_counter()
        bench.window.workspace.receive(
            Update(status, (ScalarChunk(steps, values),), {}, (), None))
        took.append(1000 * (time.perf_counter() - begun))
        bench.turn(0.002)
    return [at_most("soak_rows_each", f"{load.rows:,} rows: each {ROWS_AT_ONCE:,}", took, None,
                    "ms"),
            at_most("soak_rows_memory", "    growth", [(resident() - before) / MIB], 64, "MiB"),
            *gaps.stop("rows", "taking them in")]


def _mosaics(bench: Bench, load: Load) -> list[Figure]:
    """Pictures of 512 × 512 pixels, one after the other."""
    rng, gaps, took = np.random.default_rng(1), Gaps(), []
    pictures = [rng.integers(0, 256, (512, 512, 3), dtype=np.uint8) for _ in range(4)]
    empty = np.empty((0, 0), np.float32)
    status, step, before = bench.shown.poll().status, bench.shown.step, resident()
    gaps.start()
    for number in range(load.mosaics):
        frame = MosaicFrame(step, pictures[number % 4], 16, 16, (32, 32), empty.ravel(), empty)
        begun = time.perf_counter()
        bench.window.workspace.receive(
            Update(status, (), {"samples.mosaic": frame}, (), None))
        took.append(1000 * (time.perf_counter() - begun))
        bench.turn(0.01)
    return [at_most("soak_mosaics_each", f"{load.mosaics:,} mosaics of 512 × 512: each", took, None,
                    "ms"),
            at_most("soak_mosaics_memory", "    growth", [(resident() - before) / MIB], 64, "MiB"),
            *gaps.stop("mosaics", "showing them")]


def _images(load: Load) -> list[Figure]:
    """A small DCGAN in the window on made-up colour images that are read from a file."""
    size = load.images * 3 * 32 * 32
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"
        rng = np.random.default_rng(2)
        np.save(path, rng.integers(0, 256, (load.images, 32, 32, 3), dtype=np.uint8))
        before = resident()
        bench, took = _timed(lambda: Bench(_on_images(path), Path(folder)))
        gaps = Gaps()
        try:
            bench.window.ticker.start()
            bench.shown.send(Run())
            bench.turn(1.0)
            gaps.start()
            bench.turn(load.seconds)
            grown = resident() - before
            figures = gaps.stop("images", "training on them")
            bench.window.controller.pause()
            bench.until(lambda: bench.window.controller.state is State.PAUSED)
            figures += _mosaics(bench, load)
        finally:
            bench.close()
    return [at_most("soak_images_ready", f"{load.images:,} colour images: two runs ready", [took],
                    None, "s"),
            at_most("soak_images_memory", "    memory, over what the pixels take twice",
                    [(grown - 2 * size) / MIB], None, "MiB"), *figures]


def _timed(make: Callable[[], Bench]) -> tuple[Bench, float]:
    begun = time.perf_counter()
    return make(), time.perf_counter() - begun


def _on_images(path: Path) -> Recipe:
    small = Dcgan(width=8)
    recipe = dcgan_recipe().model_copy(update={
        "data": Images(path=os.fspath(path)), "generator": small,
        "discriminator": small.model_copy(update={"activation": "leaky_relu"})})
    return with_value(recipe, "batch", 32)
