"""The pieces of the soak, in small: a drag goes together, and tweaks leave little behind."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ganstudio.bench import soak
from ganstudio.bench.recipes import tiny_recipe
from ganstudio.bench.window import Bench
from ganstudio.recipe import with_value
from ganstudio.session.messages import Pause, Run, State
from ganstudio.studio.edits import MOST_EDITS


@pytest.fixture
def bench(tmp_path, monkeypatch, qtbot: QtBot):
    for name in ("GANSTUDIO_CONFIG", "GANSTUDIO_RUNS"):
        monkeypatch.setenv(name, str(tmp_path))  # the bench sets them; put back afterwards
    made = Bench(with_value(tiny_recipe(), "data.points", 50_000), tmp_path)
    yield made
    made.close()


def lines(bench: Bench) -> list[dict]:
    return [entry for entry in bench.window.controller.session._worker.conductor.folder
            .journal.read() if entry["kind"] == "tweak"]


def test_a_drag_and_tweaks(bench: Bench) -> None:
    run = bench.window.controller
    bench.window.ticker.start()
    bench.shown.send(Run())
    load = soak.Load(seconds=1.0, tweaks=40)
    figures = {figure.key: figure for figure in soak._slider(bench, load)}
    assert figures["soak_slider_undo"].spread.high == 1
    assert figures["soak_slider_lag"].spread.high < 60_000 and not run.waiting
    told = lines(bench)
    assert 1 <= len(told) <= 0.5 * 1000 / 33 + 2  # no oftener than can be seen
    assert told[-1]["changes"]["optimizer_d.lr"][1] == run.recipe.optimizer_d.lr
    figures = {figure.key: figure for figure in soak._tweaks(bench, load)}
    assert set(figures) >= {"soak_tweak_first", "soak_tweak_last", "soak_tweak_memory"}
    assert run.running.optimizer_g.lr == run.recipe.optimizer_g.lr
    bench.shown.send(Pause())
    bench.until(lambda: bench.shown.poll().status.state is State.PAUSED)
    # The order of 50,000 points takes 400 kB: were it kept with each state, this would be MB.
    memory = bench.shown._worker.timeline.memory
    assert len(memory.steps("")) >= 2
    assert memory.nbytes < 400_000 * (bench.shown._worker.conductor.trainer.epoch + 2) + 40_000 * (
        len(memory.steps("")))
    assert run.undo_stack.undoLimit() == MOST_EDITS


def test_gaps_are_milliseconds_between_turns(qtbot: QtBot) -> None:
    gaps = soak.Gaps()
    gaps.start()
    qtbot.waitUntil(lambda: len(gaps.found) >= 3)
    p99, worst = gaps.stop("x", "waiting")
    assert p99.key == "soak_x_p99" and 0 < p99.spread.high <= worst.spread.high
    gaps.start()
    assert gaps.found == []
    gaps._timer.stop()


def test_the_full_soak_is_what_must_hold() -> None:
    assert (soak.FULL.rows, soak.FULL.tweaks, soak.FULL.images) == (10_000_000, 10_000, 60_000)
    assert soak.SLIDER_MS == 5
