import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.divergences import (
    grid_masses,
    js_grid,
    js_masses,
    js_monte_carlo,
    kernel_divergences,
    kl_grid,
    kl_masses,
    kl_monte_carlo,
    scott_bandwidth,
)

from .shapes import even_normal, normal, quick

# (mean, sd) of q against p = N(0, 1), then the Jensen-Shannon and KL(p ‖ q) in nats
GAUSSIANS = [
    ((0.5, 1), 0.030311, 0.125), ((1, 1), 0.111421, 0.5), ((2, 1), 0.336831, 2.0),
    ((4, 1), 0.632720, 8.0), ((0, 2), 0.092733, 0.318147), ((1, 2), 0.128175, 0.443147),
]


def log_normal(mean=0.0, sd=1.0):
    return lambda x: norm.logpdf(x[:, 0], mean, sd)


def log_plane(x):
    return norm.logpdf(x).sum(axis=1)


@pytest.mark.parametrize(("q", "js", "kl"), GAUSSIANS)
def test_grid_gives_the_closed_forms(q, js, kl):
    bounds = [(-16, 18)]
    assert js_grid(log_normal(), log_normal(*q), bounds) == pytest.approx(js, abs=1e-6)
    assert kl_grid(log_normal(), log_normal(*q), bounds) == pytest.approx(kl, abs=1e-6)


@pytest.mark.parametrize(("q", "js", "kl"), GAUSSIANS)
def test_monte_carlo_is_within_its_own_standard_error(q, js, kl):
    x, y = normal(40_000, 1, 0), normal(40_000, 1, 1, *q)
    found = kl_monte_carlo(x, log_normal(), log_normal(*q))
    assert abs(found.value - kl) < 4 * found.se
    found = js_monte_carlo(x, y, log_normal(), log_normal(*q))
    assert abs(found.value - js) < 4 * found.se < 0.02


def test_monte_carlo_standard_error_is_the_scatter_over_draws():
    runs = [kl_monte_carlo(normal(500, 1, s), log_normal(), log_normal(1, 2)) for s in range(150)]
    assert np.std([r.value for r in runs]) == pytest.approx(runs[0].se, rel=0.25)


def test_disjoint_densities_score_log_two():
    def block(low):
        def log_pdf(x):
            inside = (x[:, 0] > low) & (x[:, 0] < low + 1)
            return np.where(inside, 0.0, -np.inf)
        return log_pdf

    x = np.random.default_rng(0).uniform(size=(100, 1))
    assert js_grid(block(0), block(2), [(-1, 4)]) == pytest.approx(np.log(2))
    assert js_monte_carlo(x, x + 2, block(0), block(2)).value == pytest.approx(np.log(2))
    assert kl_grid(block(0), block(2), [(-1, 4)]) == np.inf


@quick
@given(st.lists(st.floats(0, 1), min_size=3, max_size=8).filter(lambda v: sum(v) > 0.1))
def test_js_of_tables_is_symmetric_bounded_and_zero_on_itself(values):
    p = np.array(values) / sum(values)
    q = p[::-1]
    assert js_masses(p, q) == pytest.approx(js_masses(q, p))
    assert 0 <= js_masses(p, q) <= np.log(2) + 1e-12
    assert js_masses(p, p) == 0 == kl_masses(p, p)


@pytest.mark.parametrize(("shift", "js"), [(0.5, 0.030311), (2.0, 0.336831)])
def test_kernel_estimate_nears_the_divergence_as_the_kernel_narrows(shift, js):
    x = even_normal(5_000, shift)
    wide = kernel_divergences(x, log_normal(), [(-8, 10)], bandwidth=0.5, points=1000)
    narrow = kernel_divergences(x, log_normal(), [(-8, 10)], bandwidth=0.05, points=1000)
    assert wide.js < narrow.js < js * 1.002
    assert narrow.js == pytest.approx(js, rel=0.01)
    # blurring adds h² to both variances, so both KLs are m²/2(1 + h²)
    assert narrow.kl_fake_real == pytest.approx(shift**2 / 2 / (1 + 0.05**2), rel=0.01)
    assert wide.kl_fake_real == pytest.approx(shift**2 / 2 / (1 + 0.5**2), rel=0.01)
    assert wide.kl_real_fake == pytest.approx(shift**2 / 2 / (1 + 0.5**2), rel=0.1)
    assert narrow.bandwidth == (0.05,)


def test_a_perfect_generator_scores_next_to_nothing_however_wide_the_kernel():
    x = normal(2500, 2, 4)
    for bandwidth in (0.2, 0.5, 1.0):
        found = kernel_divergences(x, log_plane, [(-6, 6)] * 2, bandwidth=bandwidth)
        assert found.js < 0.012
    shifted = kernel_divergences(x + 1, log_plane, [(-6, 6)] * 2, bandwidth=0.5)
    assert shifted.js > 0.1


def test_plane_agrees_with_the_line_on_a_product():
    x = np.random.default_rng(5).standard_normal((400, 2))
    x[:, 1] = np.resize(even_normal(400), 400)
    plane = kernel_divergences(x, log_plane, [(-6, 6)] * 2, bandwidth=0.4)
    brute = np.zeros((256, 256))
    line = -6 + 12 * (np.arange(256) + 0.5) / 256
    for a, b in x:
        brute += np.outer(norm.pdf(line, a, 0.4), norm.pdf(line, b, 0.4))
    blurred = norm.pdf(line, scale=np.sqrt(1.16))
    truth = np.outer(blurred, blurred)
    assert plane.js == pytest.approx(js_masses(truth / truth.sum(), brute / brute.sum()), rel=1e-3)


def test_scott_rule():
    x = normal(1000, 2, 6, scale=3)
    assert scott_bandwidth(x) == pytest.approx(x.std(axis=0, ddof=1) * 1000 ** (-1 / 6))


@pytest.mark.parametrize(("call", "message"), [
    (lambda: grid_masses(log_normal(), [(0, 6)], 100), "adds up to 0.5"),
    (lambda: grid_masses(log_plane, [(-5, 5)] * 3, 10), "dimensions"),
    (lambda: grid_masses(log_normal(), [(1, 1)], 10), "bounds"),
    (lambda: kernel_divergences(normal(9, 2, 0), log_normal(), [(-5, 5)]), "dimensions"),
    (lambda: kernel_divergences(normal(9, 1, 0), log_normal(), [(-5, 5)], bandwidth=0), "above 0"),
    (lambda: kernel_divergences(normal(9, 1, 0), log_normal(), [(-5, 5)], bandwidth=1e-4), "step"),
    (lambda: kernel_divergences(normal(9, 1, 0) + 1e4, log_normal(), [(-5, 5)]), "near the grid"),
    (lambda: kl_monte_carlo([[1.0]], log_normal(), log_normal()), "at least 2"),
])
def test_faults(call, message):
    with pytest.raises(MetricsError, match=message):
        call()
