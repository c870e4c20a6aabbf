"""A long sitting in little time: whether anything stalls, and whether anything grows for ever."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path

from ganstudio.bench.figures import Figure
from ganstudio.bench.recipes import tiny_recipe
from ganstudio.bench.soak_showing import images, rows, scrubbing
from ganstudio.bench.soak_tools import FULL, Load
from ganstudio.bench.soak_training import flat_out, million, opened_again, slider, tweaks
from ganstudio.bench.window import Bench
from ganstudio.session.messages import State

PARTS = ("running", "dragging", "tweaking", "scrubbing", "rows", "rounds", "images")


def soak(full: bool, parts: Collection[str] = ()) -> list[Figure]:
    """Everything after the other, or some of ``PARTS``: a run, a dragged slider, tweaks, the past
    of them, history, rounds, images.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _soak(FULL if full else Load(), Path(folder), parts or PARTS)


def _soak(load: Load, folder: Path, parts: Collection[str]) -> list[Figure]:
    figures: list[Figure] = []

    def part(name: str, *measures: Callable[[], list[Figure]]) -> None:
        if name not in parts:
            return
        begun = time.monotonic()
        print(f"  {name} …", end="", file=sys.stderr, flush=True)
        for measure in measures:
            figures.extend(measure())
        print(f" {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)

    bench = Bench(tiny_recipe(), folder)
    try:
        bench.alone.close()  # the run beside the window is for other parts of the bench
        bench.window.ticker.start()
        run, long = bench.window.controller, folder / "million.run"
        run.run()
        part("running", lambda: flat_out(bench, load))
        part("dragging", lambda: slider(bench, load))
        part("tweaking", lambda: tweaks(bench, load), lambda: opened_again(
            bench, run.folder, "tweaks", f"{load.tweaks:,} tweaks"))
        part("scrubbing", lambda: scrubbing(bench, load))
        run.pause()
        bench.until(lambda: run.state is State.PAUSED)
        part("rows", lambda: rows(bench, load))
        part("rounds", lambda: million(long, load), lambda: opened_again(
            bench, long, "million", f"{load.rounds:,} rounds"))
        part("images", lambda: images(bench, folder, load))
    finally:
        bench.close()
    return figures
