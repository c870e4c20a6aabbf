"""The parts of the soak, in small: each runs, tells what it should, and knows what it misses."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ganstudio.bench import soak
from ganstudio.bench.recipes import tiny_recipe
from ganstudio.bench.soak_showing import images, rows, scrubbing
from ganstudio.bench.soak_tools import FULL, Gaps, Growth, Load, slope
from ganstudio.bench.soak_training import (
    SLIDER_MS,
    flat_out,
    million,
    opened_again,
    slider,
    tweaks,
)
from ganstudio.bench.window import Bench
from ganstudio.recipe import with_value
from ganstudio.session.messages import Pause, Run, State
from ganstudio.studio.edits import MOST_EDITS

LOAD = Load(rows=10_000, seconds=1.0, tweaks=40, mosaics=3, images=64, rounds=300)


@pytest.fixture
def bench(tmp_path, monkeypatch, qtbot: QtBot):
    for name in ("GANSTUDIO_CONFIG", "GANSTUDIO_RUNS"):
        monkeypatch.setenv(name, str(tmp_path))  # the bench sets them; put back afterwards
    made = Bench(with_value(tiny_recipe(), "data.points", 50_000), tmp_path)
    made.alone.close()
    yield made
    made.close()


def lines(bench: Bench) -> list[dict]:
    return [entry for entry in bench.window.controller.session._worker.conductor.folder
            .journal.read() if entry["kind"] == "tweak"]


def by_key(figures):
    return {figure.key: figure for figure in figures}


def test_a_drag_and_tweaks(bench: Bench) -> None:
    run = bench.window.controller
    bench.window.ticker.start()
    bench.shown.send(Run())
    figures = by_key(slider(bench, LOAD))
    assert figures["soak_slider_undo"].spread.high == 1
    assert figures["soak_slider_lag"].spread.high < 60_000 and not run.waiting
    told = lines(bench)
    assert 1 <= len(told) <= 0.5 * 1000 / 33 + 2  # no oftener than can be seen
    assert told[-1]["changes"]["optimizer_d.lr"][1] == run.recipe.optimizer_d.lr
    figures = by_key(tweaks(bench, LOAD))
    assert set(figures) >= {"soak_tweak_first", "soak_tweak_last", "soak_tweak_memory"}
    assert figures["soak_tweaks"].spread.median == len(lines(bench)) - len(told) == LOAD.tweaks
    assert run.running.optimizer_g.lr == run.recipe.optimizer_g.lr
    bench.shown.send(Pause())
    bench.until(lambda: bench.shown.poll().status.state is State.PAUSED)
    # The order of 50,000 points takes 400 kB: were it kept with each state, this would be MB.
    memory = bench.shown._worker.timeline.memory
    assert len(memory.steps("")) >= 2
    assert memory.nbytes < 400_000 * (bench.shown._worker.conductor.trainer.epoch + 2) + 40_000 * (
        len(memory.steps("")))
    assert run.undo_stack.undoLimit() == MOST_EDITS


def test_a_run_its_history_and_opening_a_longer_one(bench: Bench, tmp_path) -> None:
    bench.window.ticker.start()
    run = bench.window.controller
    assert by_key(flat_out(bench, LOAD))["soak_grown_memory"].goal == "≤ 32"
    run.pause()
    bench.until(lambda: run.state is State.PAUSED)
    assert by_key(rows(bench, LOAD))["soak_rows_memory"].holds is not None
    long = tmp_path / "long.run"
    figures = by_key(million(long, LOAD))
    assert figures["soak_million_rows"].spread.median == LOAD.rounds
    assert figures["soak_million_rows"].holds and figures["soak_million_disk"].holds
    figures = by_key(opened_again(bench, long, "long", "300 rounds"))
    assert run.folder == long and bench.shown.step == LOAD.rounds
    assert figures["soak_long_open"].spread.median > 0


def test_images_are_trained_on_and_mosaics_shown(bench: Bench, tmp_path) -> None:
    bench.window.ticker.start()
    figures = by_key(images(bench, tmp_path, LOAD))
    assert bench.shown.recipe.data.kind == "images" and bench.shown.step > 0
    assert {"soak_images_ready", "soak_images_open_max", "soak_mosaics_memory"} <= set(figures)


def test_gaps_are_milliseconds_between_turns(qtbot: QtBot) -> None:
    gaps = Gaps()
    gaps.start()
    qtbot.waitUntil(lambda: len(gaps.found) >= 3)
    p99, worst = gaps.stop("x", "waiting")
    assert p99.key == "soak_x_p99" and 0 < p99.spread.high <= worst.spread.high
    gaps.found = [20.0, 400.0]
    assert [f.holds for f in gaps.stop("x", "stalled")] == [False, False]
    gaps.start()
    assert gaps.found == []
    gaps._timer.stop()


def test_kept_states_are_told_apart_from_growth(monkeypatch) -> None:
    from ganstudio.bench import soak_tools

    class Kept:
        bytes = 10 * 2 ** 20

    size, kept = [100 * 2 ** 20], Kept()
    monkeypatch.setattr(soak_tools, "resident", lambda: size[0])
    growth = Growth(kept)
    size[0], kept.bytes = 180 * 2 ** 20, 50 * 2 ** 20
    grown, beside = growth.figures("x")
    assert (grown.spread.median, beside.spread.median) == (40, 40)
    assert grown.holds and beside.holds is None
    assert growth.figures("x", goal=39)[0].holds is False


def test_a_slope_is_per_million_steps() -> None:
    assert slope([0, 500_000, 1_000_000], [0, 2 ** 20, 2 ** 21]) == pytest.approx(2)
    assert slope([7, 7], [1, 2]) == 0


def test_the_full_soak_is_what_must_hold(monkeypatch, tmp_path) -> None:
    assert (FULL.rows, FULL.tweaks, FULL.images) == (10_000_000, 10_000, 60_000)
    assert FULL.rounds == 1_000_000 and SLIDER_MS == 5
    given = []
    monkeypatch.setattr(soak, "_soak",
                        lambda load, folder, parts: given.append((load, parts)) or [])
    soak.soak(full=True)
    soak.soak(full=False, parts=["rows"])
    assert given == [(FULL, soak.PARTS), (Load(), ["rows"])]


def test_the_past_is_scrubbed(bench: Bench) -> None:
    bench.window.ticker.start()
    run = bench.window.controller
    figures = by_key(scrubbing(bench, LOAD))
    assert figures["soak_scrub"].spread.median > 0
    assert {"soak_scrub_p99", "soak_scrub_max"} <= set(figures)
    assert run.state is State.PAUSED and bench.shown._worker.timeline.moment is None
