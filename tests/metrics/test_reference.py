"""Scored in pieces against one reference is scored at once, each by its own function."""

from math import isnan, log

import numpy as np
import pytest
from scipy.stats import norm

from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.diversity import mean_pairwise_distance, near_duplicates
from ganstudio.metrics.frechet import frechet_distance
from ganstudio.metrics.manifold import manifold_scores
from ganstudio.metrics.mmd import energy_distance, kid, median_bandwidth, mmd2_rbf
from ganstudio.metrics.modes import mode_set
from ganstudio.metrics.reference import COPY_LEVEL, K, Reference
from ganstudio.metrics.table import METRICS
from ganstudio.metrics.transport import sliced_wasserstein, wasserstein_1d
from ganstudio.metrics.truth import Truth

from .shapes import even_normal, normal, ring, ring_centres


def run(pieces):
    """What a generator returns in the end."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            return end.value


def prepared(real, which=tuple(METRICS), **parts):
    made = Reference(real, which, **parts)
    run(made.prepare())
    return made


@pytest.mark.parametrize("dim", [1, 2, 40])
def test_every_value_is_that_of_its_own_function(dim):
    x, y = normal(200, dim, 0), normal(200, dim, 1, 0.3)
    found = run(prepared(x).scores(y))
    manifold = manifold_scores(x, y, K)
    expected = {
        "frechet": frechet_distance(x, y), "kid": kid(x, y),
        "mmd_rbf": mmd2_rbf(x, y, median_bandwidth(x)),
        "sliced_w1": sliced_wasserstein(x, y, 1), "sliced_w2": sliced_wasserstein(x, y, 2),
        "energy": energy_distance(x, y), "precision": manifold.precision,
        "recall": manifold.recall, "density": manifold.density, "coverage": manifold.coverage,
        "diversity": mean_pairwise_distance(y)}
    assert {k: found[k] for k in expected} == pytest.approx(expected, rel=1e-9, abs=1e-12)
    if dim == 1:
        assert found["w1"] == pytest.approx(wasserstein_1d(x, y))


def test_only_what_is_asked_for_is_worked_out():
    reference = prepared(normal(50, 2, 0), ["modes", "recall"], modes=mode_set([[0, 0]], 1))
    assert set(run(reference.scores(normal(50, 2, 1)))) == {"modes", "recall"}
    assert reference._lines is None and reference._root is None


def test_the_mode_rule_may_have_more_samples():
    reference = prepared(ring(100, 0), ["modes", "high_quality"],
                         modes=mode_set(ring_centres(), 0.01))
    few = np.repeat(ring_centres()[:1], 100, axis=0)
    assert run(reference.scores(few))["modes"] == 1
    assert run(reference.scores(few, ring(2500, 1)))["modes"] == 8


def test_a_collapsed_generator_is_all_near_duplicates():
    reference = prepared(normal(400, 2, 0), ["duplicates", "diversity"])
    fresh = run(reference.scores(normal(400, 2, 1)))
    assert fresh["duplicates"] < 0.05
    stuck = np.repeat(normal(20, 2, 2), 20, axis=0)
    assert run(reference.scores(stuck))["duplicates"] == 1
    assert run(reference.scores(np.zeros((400, 2))))["diversity"] == 0
    counted = near_duplicates(normal(400, 2, 1), reference._pairs.threshold)
    assert counted.share == fresh["duplicates"]


@pytest.mark.parametrize("dim", [2, 20])
def test_copies_of_training_data_are_found_and_fresh_data_are_at_the_level(dim):
    training = normal(1500, dim, 0)
    reference = prepared(normal(400, dim, 1), ["memorised"], training=training)
    fresh = np.mean([run(reference.scores(normal(400, dim, s)))["memorised"] for s in range(2, 8)])
    assert fresh == pytest.approx(COPY_LEVEL, abs=0.03)
    assert run(reference.scores(training[700:1100] + 1e-9))["memorised"] == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_a_generator_that_has_run_away_scores_nothing(bad):
    x = normal(50, 2, 0)
    y = x.copy()
    y[3, 1] = bad
    found = run(prepared(x, ["w1", "recall", "modes"]).scores(y))
    assert set(found) == {"w1", "recall", "modes"} and all(isnan(v) for v in found.values())


def test_pieces_are_many_so_that_none_is_long():
    reference = Reference(normal(512, 128, 0), ["recall", "frechet"])
    assert len(list(reference.prepare())) > 8
    assert len(list(reference.scores(normal(512, 128, 1)))) > 16


# ---- against the exact density -------------------------------------------------------------


def truth(dim=1, n=2000):
    made = Truth(lambda x: norm.logpdf(x).sum(axis=1), [(-5, 5)] * dim, normal(n, dim, 99))
    run(made.prepare())
    return made


@pytest.mark.parametrize("dim", [1, 2])
def test_samples_of_the_density_score_near_nothing(dim):
    found = truth(dim).scores(normal(2000, dim, 1))
    assert 0 <= found["js"] < 0.005 and 0 <= found["kl_fake_real"] < 0.02


def test_a_shift_scores_the_divergence_of_the_blurred_gaussians():
    made = truth(1)
    found = made.scores(even_normal(5000, 1.0))
    # Both blurred: two Gaussians of variance 1 + h², one apart.
    expected = 0.5 / (1 + made.widths[0] ** 2)
    assert found["kl_fake_real"] == pytest.approx(expected, rel=0.02)
    assert found["kl_real_fake"] == pytest.approx(expected, rel=0.02)


def test_far_samples_are_told_apart_fully_and_stay_finite():
    found = truth(2).scores(normal(500, 2, 3) + 1e6)
    assert found["js"] == pytest.approx(log(2), abs=1e-3)
    assert np.isfinite([found["kl_fake_real"], found["kl_real_fake"]]).all()
    assert found["kl_fake_real"] > 5


def test_narrow_modes_are_integrated_too():
    def log_pdf(x):
        return norm.logpdf(x, 0.3, 0.01).sum(axis=1)
    made = Truth(log_pdf, [(-2, 2)] * 2, normal(500, 2, 0))
    run(made.prepare())
    assert made.masses.sum() == pytest.approx(1)


def test_a_density_that_the_grid_misses_is_refused():
    made = Truth(lambda x: norm.logpdf(x[:, 0], 0.3, 1e-6), [(-2, 2)], normal(500, 1, 0))
    with pytest.raises(MetricsError, match="too narrow"):
        run(made.prepare())
