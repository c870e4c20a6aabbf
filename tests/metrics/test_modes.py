import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.modes import (
    assign,
    kl_floor,
    mode_report,
    mode_set,
    reverse_kl,
    reverse_kl_se,
    standard_error,
    true_high_quality,
)

from .shapes import quick, ring, ring_centres


def test_true_data_score_the_published_share_of_high_quality():
    assert true_high_quality(2) == pytest.approx(0.9888910035)
    modes = mode_set(ring_centres(), 0.01)
    shares = [mode_report(ring(2500, seed), modes).high_quality for seed in range(60)]
    assert np.mean(shares) == pytest.approx(0.98889, abs=0.001)
    assert np.std(shares) == pytest.approx(0.0021, rel=0.35)
    assert mode_report(ring(2500, 0), modes).high_quality_se == pytest.approx(0.0021, rel=0.2)


@pytest.mark.parametrize(("covered", "modes", "kl"), [
    (1, 8, 2.079442), (4, 8, 0.693147), (6, 8, 0.287682),
    (5, 25, 1.609438), (17, 25, 0.385662), (100, 1000, 2.302585),
])
def test_reverse_kl_of_evenly_covered_modes(covered, modes, kl):
    counts = [30] * covered + [0] * (modes - covered)
    assert reverse_kl(counts) == pytest.approx(kl, abs=1e-6)


@pytest.mark.parametrize(("modes", "n", "kl"), [
    (8, 2500, 0.0014), (25, 2500, 0.0048), (1000, 26000, 0.019212), (1000, 25600, 0.019512),
])
def test_reverse_kl_floor(modes, n, kl):
    assert kl_floor(modes, n) == pytest.approx(kl, abs=1e-6)
    draws = np.random.default_rng(0).multinomial(n, [1 / modes] * modes, size=100)
    assert np.mean([reverse_kl(row) for row in draws]) == pytest.approx(kl, rel=0.2)


def test_reverse_kl_standard_error_is_the_scatter_over_draws():
    q = np.array([0.4, 0.3, 0.2, 0.1])
    draws = np.random.default_rng(1).multinomial(5000, q, size=400)
    scatter = np.std([reverse_kl(row) for row in draws])
    assert reverse_kl_se(5000 * q) == pytest.approx(scatter, rel=0.15)


def test_reverse_kl_against_unequal_weights():
    assert reverse_kl([30, 10], [3, 1]) == 0
    assert reverse_kl([10, 10], [3, 1]) == pytest.approx(0.5 * np.log(4 / 3))


def test_three_sigma_is_inside_and_decides_which_modes_are_captured():
    modes = mode_set([[0.0], [10.0], [20.0]], [1.0, 2.0, 1.0])
    report = mode_report([[3.0], [-3.001], [16.0], [13.0], [15.001]], modes)
    assert report.counts.tolist() == [2, 1, 2]
    assert report.high_quality_counts.tolist() == [1, 1, 0]
    assert report.captured == 2
    assert report.high_quality == pytest.approx(2 / 5)


def test_a_mode_with_only_poor_samples_is_not_captured():
    modes = mode_set(ring_centres(), 0.01)
    assert mode_report(1.2 * ring_centres(), modes).captured == 0


def test_assign_agrees_with_brute_force_across_blocks():
    x, c = np.random.default_rng(2).standard_normal((3000, 2)), ring_centres(1000)
    index, distance = assign(x, c)  # three million distances: more than a block
    full = cdist(x, c)
    assert (index == full.argmin(axis=1)).all()
    assert (distance == full.min(axis=1)).all()


@quick
@given(st.permutations(range(40)), st.tuples(st.floats(-5, 5), st.floats(-5, 5)))
def test_report_ignores_order_and_a_common_shift(order, shift):
    x, modes = ring(40, 3, 0.02), mode_set(ring_centres(), 0.01)
    moved = mode_set(ring_centres() + shift, 0.01)
    a, b = mode_report(x, modes), mode_report(x[list(order)] + shift, moved)
    assert a.counts.tolist() == b.counts.tolist()
    assert a.captured == b.captured


def test_standard_error_over_seeds():
    assert standard_error([6, 7, 8, 7]) == pytest.approx(np.sqrt(2 / 3) / 2)
    with pytest.raises(MetricsError, match="two values"):
        standard_error([6])


@pytest.mark.parametrize(("build", "message"), [
    (lambda: mode_set([[0, 0]], 0), "above 0"),
    (lambda: mode_set([[0, 0]], [1, 2]), "shape"),
    (lambda: mode_set([[0, 0]], "wide"), "not a number"),
    (lambda: mode_set([[0, np.nan]], 1), "NaN"),
    (lambda: mode_set([[0, 0], [1, 1]], 1, [1, -1]), "weights"),
    (lambda: mode_report([[0.0]], mode_set([[0, 0]], 1)), "dimensions"),
    (lambda: reverse_kl([0, 0]), "at least one sample"),
])
def test_faults(build, message):
    with pytest.raises(MetricsError, match=message):
        build()
