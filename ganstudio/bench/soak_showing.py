"""The parts of the soak in which the window is shown much: rows, mosaics, colour images."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from ganstudio.bench.figures import Figure, at_least, at_most
from ganstudio.bench.recipes import dcgan_recipe
from ganstudio.bench.soak_tools import GROWTH_MIB, MIB, Gaps, Growth, Kept, Load, resident
from ganstudio.bench.window import Bench
from ganstudio.recipe import Recipe, with_value
from ganstudio.recipe.data import Images
from ganstudio.recipe.networks import Dcgan
from ganstudio.session.messages import Run, State, Update
from ganstudio.training.frames import SCALARS, MosaicFrame, RunInfo, ScalarChunk

ROWS_AT_ONCE = 5_000
LEAST_PAST = 500
SCRUB_S = 0.04
"""Between two places of the cursor, as a hand moves it."""


def scrubbing(bench: Bench, load: Load) -> list[Figure]:
    """The cursor drawn to and fro over the second half of the past while the run stands."""
    run, gaps = bench.window.controller, Gaps()
    if bench.shown.step < LEAST_PAST:
        run.run()
        bench.until(lambda: bench.shown.step >= LEAST_PAST)
    run.pause()
    bench.until(lambda: run.state is State.PAUSED)
    dock, last = bench.window.workspace.dock("timeline"), bench.shown.step
    shown: list[int] = []

    def note(update: Update) -> None:
        if update.timeline is not None and update.timeline.looking is not None:
            shown.append(update.timeline.looking.step)

    heard = run.updated.connect(note)
    gaps.start()
    end, moves = time.monotonic() + load.seconds / 2, 0
    while time.monotonic() < end:
        moves += 1
        dock.view.scrubbed.emit(dock.branch, round(last * (0.75 - 0.25 * np.cos(moves / 15))))
        bench.turn(SCRUB_S)
    told = gaps.stop("scrub", "scrubbing")
    run.updated.disconnect(heard)
    dock.go_live()
    bench.until(lambda: dock.told.looking is None)
    seen = sum(a != b for a, b in pairwise(shown)) / (load.seconds / 2)
    return [at_least("soak_scrub", f"scrubbing: moments shown, of {1 / SCRUB_S:.0f} a second",
                     [seen], None, "/s"), *told]


def rows(bench: Bench, load: Load) -> list[Figure]:
    """Rows of history, far more a second than any run makes."""
    rng, gaps, took = np.random.default_rng(0), Gaps(), []
    values = rng.normal(1.0, 0.1, (ROWS_AT_ONCE, len(SCALARS))).astype(np.float32)
    status, start, growth = bench.shown.poll().status, bench.shown.step, Growth()
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
            *growth.figures("rows"), *gaps.stop("rows", "taking them in")]


def mosaics(bench: Bench, load: Load) -> list[Figure]:
    """Pictures of 512 × 512 pixels, one after the other."""
    rng, gaps, took = np.random.default_rng(1), Gaps(), []
    pictures = [rng.integers(0, 256, (512, 512, 3), dtype=np.uint8) for _ in range(4)]
    empty = np.empty((0, 0), np.float32)
    status, step, growth = bench.shown.poll().status, bench.shown.step, Growth()
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
            *growth.figures("mosaics"), *gaps.stop("mosaics", "showing them")]


def images(bench: Bench, folder: Path, load: Load) -> list[Figure]:
    """A small DCGAN in the window on made-up colour images that are read from a file."""
    run, gaps, kept = bench.window.controller, Gaps(), Kept(bench)
    ready: list[RunInfo] = []
    path = folder / "images.npy"
    made = np.random.default_rng(2).integers(0, 256, (load.images, 32, 32, 3), dtype=np.uint8)
    size = made.nbytes
    np.save(path, made)
    del made
    before = resident()
    heard = run.ready.connect(ready.append)
    gaps.start()
    begun = time.perf_counter()
    run.start(_on_images(path), run=False)
    bench.until(lambda: bool(ready))
    took = time.perf_counter() - begun
    told = gaps.stop("images_open", "while they are read")
    held = (resident() - before - size) / MIB
    bench.show_every_dock()
    bench.shown.send(Run())
    bench.turn(1.0)
    gaps.start()
    growth = Growth(kept)
    bench.turn(load.seconds)
    figures = [*growth.figures("images_run"), *gaps.stop("images", "training on them")]
    run.pause()
    bench.until(lambda: run.state is State.PAUSED)
    run.ready.disconnect(heard)
    return [at_most("soak_images_ready", f"{load.images:,} colour images: until ready", [took],
                    10.0, "s"), *told,
            at_most("soak_images_memory", "    memory, over what the pixels take once", [held],
                    4 * GROWTH_MIB, "MiB"), *figures, *mosaics(bench, load)]


def _on_images(path: Path) -> Recipe:
    small = Dcgan(width=8)
    recipe = dcgan_recipe().model_copy(update={
        "data": Images(path=os.fspath(path)), "generator": small,
        "discriminator": small.model_copy(update={"activation": "leaky_relu"})})
    return with_value(recipe, "batch", 32)
