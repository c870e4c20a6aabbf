"""A long sitting in little time: whether anything stalls, and whether anything grows for ever."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ganstudio.bench.figures import Figure
from ganstudio.bench.recipes import tiny_recipe
from ganstudio.bench.soak_showing import images, rows
from ganstudio.bench.soak_tools import FULL, Load
from ganstudio.bench.soak_training import flat_out, million, opened_again, slider, tweaks
from ganstudio.bench.window import Bench
from ganstudio.session.messages import State


def soak(full: bool) -> list[Figure]:
    """Everything after the other: a run, a dragged slider, tweaks, history, images, rounds."""
    with tempfile.TemporaryDirectory() as folder:
        return _soak(FULL if full else Load(), Path(folder))


def _soak(load: Load, folder: Path) -> list[Figure]:
    figures: list[Figure] = []

    def part(name: str, measure: Callable[[], list[Figure]]) -> None:
        begun = time.monotonic()
        print(f"  {name} …", end="", file=sys.stderr, flush=True)
        figures.extend(measure())
        print(f" {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)

    bench = Bench(tiny_recipe(), folder)
    try:
        bench.alone.close()  # the run beside the window is for other parts of the bench
        bench.window.ticker.start()
        run = bench.window.controller
        part("running", lambda: flat_out(bench, load))
        part("dragging", lambda: slider(bench, load))
        part("tweaking", lambda: tweaks(bench, load))
        run.pause()
        bench.until(lambda: run.state is State.PAUSED)
        part("rows", lambda: rows(bench, load))
        part("opening", lambda: opened_again(
            bench, run.folder, "tweaks", f"{load.tweaks:,} tweaks"))
        long = folder / "million.run"
        part("rounds", lambda: million(long, load))
        part("opening", lambda: opened_again(bench, long, "million", f"{load.rounds:,} rounds"))
        part("images", lambda: images(bench, folder, load))
    finally:
        bench.close()
    return figures
