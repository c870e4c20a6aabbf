"""The parts of the soak in which a run is trained: flat out, dragged, tweaked, a million rounds."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer

from ganstudio.bench.figures import Figure, at_least, at_most
from ganstudio.bench.recipes import tiny_recipe
from ganstudio.bench.soak_tools import (
    GROWTH_MIB,
    MIB,
    PATIENCE_S,
    Gaps,
    Growth,
    Kept,
    Load,
    resident,
    slope,
)
from ganstudio.bench.window import Bench
from ganstudio.runs.history import ROW
from ganstudio.runs.journal import Journal
from ganstudio.session.messages import Run, State, Update
from ganstudio.session.session import Session
from ganstudio.training.frames import RunInfo

SLIDER_MS = 5
"""200 changes a second, as a slider that is dragged sends them."""
SLOPE_MIB = 16.0
"""Goal for a million rounds: a day of them must not cost more than a browser's tab."""


def flat_out(bench: Bench, load: Load) -> list[Figure]:
    """A tiny run as fast as it goes, with every dock in sight."""
    gaps, kept = Gaps(), Kept(bench)
    bench.shown.send(Run())
    bench.turn(load.seconds / 2)  # caches fill
    gaps.start()
    growth, steps, sizes = Growth(kept), [], []
    end = time.monotonic() + load.seconds
    while time.monotonic() < end:
        bench.turn(0.25)
        steps.append(bench.shown.step)
        sizes.append(resident() - kept.bytes)
    return [at_most("soak_slope",
                    f"run: growth per million steps, from {steps[-1] - steps[0]:,} steps",
                    [slope(steps, sizes)], None, "MiB"),
            *growth.figures("grown", goal=32), *gaps.stop("run", "running")]


def slider(bench: Bench, load: Load) -> list[Figure]:
    """A learning rate dragged to and fro: one gesture, 200 changes a second."""
    run, gaps, growth, sent = bench.window.controller, Gaps(), Growth(Kept(bench)), [0]
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
    told = gaps.stop("slider", "dragging")
    passed = time.perf_counter() - begun
    rate = (bench.shown.step - first) / passed
    settled = time.perf_counter()
    bench.until(lambda: not run.waiting)
    return [at_least("soak_slider", "slider: changes taken", [sent[0] / passed], None, "/s"),
            at_least("soak_slider_steps", "    training meanwhile", [rate], None, "steps/s"),
            at_most("soak_slider_lag", "    until the last change is in force",
                    [1000 * (time.perf_counter() - settled)], 1000, "ms"),
            at_most("soak_slider_undo", "    steps to undo", [run.undo_stack.count() - undo], 1),
            *growth.figures("slider"), *told]


def tweaks(bench: Bench, load: Load) -> list[Figure]:
    """Changes one by one, each taken up and journaled on its own; the first against the last.

    What one costs the window is its thread's processor time, which other programs do not change.
    """
    run, gaps, growth, took = bench.window.controller, Gaps(), Growth(Kept(bench)), []
    before, worst = _journaled(run.folder), 0.0
    gaps.start()
    for number in range(load.tweaks):
        begun, spent = time.perf_counter(), time.thread_time()
        run.edit("optimizer_g.lr", 1e-3 * (1.01 + (number % 97) / 100))
        took.append(1000 * (time.thread_time() - spent))
        worst = max(worst, 1000 * (time.perf_counter() - begun))
        # The next would join one that still waits.
        bench.until(lambda: not bench.shown.inbox.pending())
    told = gaps.stop("tweaks", "tweaking")
    bench.until(lambda: not run.waiting)
    part = max(1, load.tweaks // 10)
    first, last = float(np.median(took[:part])), float(np.median(took[-part:]))
    return [at_least("soak_tweaks", "tweaks: in the journal, one by one",
                     [_journaled(run.folder) - before], load.tweaks, ""),
            at_most("soak_tweak_first", f"    each of the first {part:,}", [first], None, "ms"),
            at_most("soak_tweak_last", f"    each of the last {part:,} of {load.tweaks:,}",
                    [last], None, "ms"),
            at_most("soak_tweak_ratio", "    the last against the first", [last / first], 1.5,
                    "×"),
            at_most("soak_tweak_worst", "    the slowest", [worst], None, "ms"),
            *growth.figures("tweak"), *told]


def _journaled(folder: Path) -> int:
    return len(Journal(folder / "journal.jsonl").tweaks())


def opened_again(bench: Bench, folder: Path, key: str, what: str) -> list[Figure]:
    """A run that has all this behind it, opened: until it is ready, its past drawn soon after."""
    run, gaps = bench.window.controller, Gaps()
    ready: list[RunInfo] = []
    bench.window.controller.close_now()
    heard = run.ready.connect(ready.append)
    gaps.start()
    begun = time.perf_counter()
    run.resume(folder)
    bench.until(lambda: bool(ready))
    took = time.perf_counter() - begun
    bench.turn(1.0)
    run.ready.disconnect(heard)
    return [at_most(f"soak_{key}_open", f"opened again, {what}: until ready", [took], PATIENCE_S,
                    "s"), *gaps.stop(f"{key}_open", "while it opens")]


def million(folder: Path, load: Load) -> list[Figure]:
    """So many rounds as they are trained, with no window: memory and what lies on the disk."""
    session = Session(tiny_recipe(), folder)
    session.start()
    steps, sizes, kept, rows = [], [], 0, 0
    begun = 0.0
    while True:
        update = session.poll()
        rows += sum(len(chunk.steps) for chunk in update.scalars)
        kept = _kept(update, kept)
        if update.status.state is State.PAUSED:
            if session.step >= load.rounds:
                break
            if not begun:
                begun = time.perf_counter()
                session.send(Run(until=load.rounds))
        if session.step >= load.rounds // 10:  # caches are full
            steps.append(session.step)
            sizes.append(resident() - kept)
        time.sleep(0.05)
    passed = time.perf_counter() - begun
    session.close()
    grown = (sizes[-1] - sizes[0]) / MIB
    return [at_least("soak_million", f"{load.rounds:,} rounds, no window", [rows / passed], None,
                     "rounds/s"),
            at_least("soak_million_rows", "    rows of history handed over", [rows], load.rounds,
                     ""),
            at_most("soak_million_slope", "    growth per million, after the first tenth",
                    [slope(steps, sizes)], SLOPE_MIB if load.rounds >= 1_000_000 else None,
                    "MiB"),
            at_most("soak_million_memory", "    growth measured", [grown], GROWTH_MIB, "MiB"),
            at_most("soak_million_kept", "    beside it, states kept to go back to", [kept / MIB],
                    None, "MiB"),
            at_most("soak_million_disk", "    history and its levels on disk, a round",
                    [sum(p.stat().st_size for p in folder.glob("scalars*")) / load.rounds],
                    2 * ROW.itemsize, "bytes"),
            at_most("soak_million_states", "    checkpoints and time-lapse on disk",
                    [sum(p.stat().st_size for p in folder.glob("*/*")) / MIB], 1024, "MiB")]


def _kept(update: Update, before: int) -> int:
    return before if update.timeline is None else update.timeline.memory_bytes
