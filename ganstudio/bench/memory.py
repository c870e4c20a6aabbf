"""Whether anything grows with the number of steps."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from ganstudio.bench.figures import Figure, at_most
from ganstudio.bench.recipes import tiny_recipe
from ganstudio.bench.window import Bench
from ganstudio.session.messages import Run, Update
from ganstudio.training.frames import SCALARS, ScalarChunk

MADE_UP_STEPS = 10_000_000
CHUNK = 20_000


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)


def memory(seconds: float) -> list[Figure]:
    """(e) of the bench: a tiny run flat out in a window; then ten million made-up rows."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(tiny_recipe(), Path(folder))
        try:
            bench.window.ticker.start()
            bench.shown.send(Run())
            bench.turn(seconds / 2)  # caches fill
            marks = []
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                bench.turn(0.5)
                marks.append((bench.shown.step, _resident()))
            steps, sizes = np.array(marks, float).T
            slope = float(np.polyfit(steps, sizes, 1)[0])
            bench.window.controller.pause()
            grown = _feed(bench, int(steps[-1]))
        finally:
            bench.close()
    million = slope * 1e6 / 2**20
    return [
        at_most("memory_slope", f"growth per million steps, from {steps[-1] - steps[0]:,.0f} real "
                "steps", [million], None, "MiB"),
        at_most("memory_measured", "    growth measured over them",
                [(sizes[-1] - sizes[0]) / 2**20], 16, "MiB"),
        at_most("memory_rows", "growth over ten million rows of history drawn",
                [grown / 2**20], 64, "MiB"),
    ]


def _feed(bench: Bench, step: int) -> int:
    """Bytes that the window grew by while it took in ten million rows of history."""
    rng = np.random.default_rng(0)
    values = rng.normal(1.0, 0.1, (CHUNK, len(SCALARS))).astype(np.float32)
    status = bench.shown.poll().status
    before = _resident()
    for start in range(step, step + MADE_UP_STEPS, CHUNK):
        steps = np.arange(start + 1, start + 1 + CHUNK, dtype=np.int64)
        bench.window.workspace.receive(
            Update(status, (ScalarChunk(steps, values),), {}, (), None))
        if start // CHUNK % 25 == 0:
            bench.turn(0.01)
    return _resident() - before
