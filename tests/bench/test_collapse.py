"""The collapse study: its arithmetic, its runs, and that it can be started by name."""

import math

import pytest

from ganstudio.bench.collapse import PUBLISHED, Job, rows, run, summary


def test_means_and_standard_errors():
    row = summary("grid", 2, [(20, 0.9), (24, 0.8)])
    assert (row.modes, row.modes_se) == (22, pytest.approx(2))
    assert row.high_quality == pytest.approx(0.85)
    assert row.high_quality_se == pytest.approx(0.05)
    assert "published 23.8 ± 0.7" in row.line()
    assert math.isnan(summary("ring", 1, [(8, 0.9)]).modes_se)


def test_every_line_has_a_published_one():
    assert set(PUBLISHED) == {(data, pack) for data in ("ring", "grid") for pack in (1, 2)}


def test_the_networks_are_the_published_ones():
    recipe = Job("grid", 2, 3, 10, full=True).recipe()
    assert (recipe.generator.width, recipe.generator.depth) == (400, 4)
    assert (recipe.discriminator.width, recipe.discriminator.depth) == (200, 3)
    assert (recipe.minibatch.pack, recipe.batch, recipe.seed) == (2, 200, 3)
    assert (recipe.optimizer_g.lr, recipe.optimizer_d.beta1) == (1e-4, 0.8)


def test_the_short_form_differs_in_its_rates_alone():
    full, short = (Job("grid", 2, 3, 10, full=full).recipe() for full in (True, False))
    assert short.optimizer_d == short.optimizer_g
    assert short.optimizer_d.schedule == "exponential" and short.optimizer_d.steps == 10
    assert short.model_copy(update={"optimizer_d": full.optimizer_d,
                                    "optimizer_g": full.optimizer_g}) == full


def test_a_run_counts_what_the_generator_makes():
    captured, quality = run(Job("ring", 2, 0, 2, full=False))
    assert 0 <= captured <= 8 and 0 <= quality <= 1


@pytest.mark.slow
def test_runs_are_spread_over_processes_and_gathered():
    jobs = [Job("ring", pack, seed, 2, full=False) for pack in (1, 2) for seed in (0, 1)]
    found = list(rows(jobs, 2))
    assert {(row.pack, row.seeds) for row in found} == {(1, 2), (2, 2)}
