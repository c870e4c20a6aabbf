import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import energy_distance as scipy_energy
from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel

from ganstudio.metrics import checks
from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.mmd import energy_distance, kid, kid_subsets, median_bandwidth, mmd2_rbf

from .shapes import normal, quick

MMD = [(0.5, 0.047124), (1.0, 0.177268), (2.0, 0.561858)]
KID = [(0.5, 3.578125), (1.0, 22.0), (2.0, 256.0)]


def oracle(kxx, kyy, kxy, unbiased):
    n, m = len(kxx), len(kyy)
    if unbiased:
        within = ((kxx.sum() - np.trace(kxx)) / (n * (n - 1))
                  + (kyy.sum() - np.trace(kyy)) / (m * (m - 1)))
    else:
        within = kxx.mean() + kyy.mean()
    return within - 2 * kxy.mean()


@pytest.mark.parametrize("unbiased", [True, False])
def test_rbf_agrees_with_scikit_learn(unbiased):
    x, y = normal(40, 3, 0), normal(25, 3, 1, 0.5)
    gamma = 1 / (2 * 0.7**2)
    expected = oracle(rbf_kernel(x, x, gamma), rbf_kernel(y, y, gamma), rbf_kernel(x, y, gamma),
                      unbiased)
    assert mmd2_rbf(x, y, 0.7, unbiased=unbiased) == pytest.approx(expected, rel=1e-9)


def test_kid_agrees_with_scikit_learn():
    x, y = normal(40, 5, 2), normal(25, 5, 3, 0.5)
    kernel = [polynomial_kernel(a, b, degree=3, coef0=1) for a, b in ((x, x), (y, y), (x, y))]
    assert kid(x, y) == pytest.approx(oracle(*kernel, True), rel=1e-9)


def hermite(shift):
    """60 Gauss-Hermite nodes and weights of N(shift, 1): exact means of smooth functions."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    return nodes + shift, weights / weights.sum()


@pytest.mark.parametrize(("shift", "rbf", "poly"),
                         [(m, a, b) for (m, a), (_, b) in zip(MMD, KID, strict=True)])
def test_the_kernels_have_the_population_values(shift, rbf, poly):
    """Means under the true laws, taken from our own one-pair values of each kernel."""
    (u, w), (v, z) = hermite(0.0), hermite(shift)

    def mean(kernel, a, wa, b, wb):
        return float(wa @ kernel(a[:, None], b[None, :]) @ wb)

    def population(kernel):
        return (mean(kernel, u, w, u, w) + mean(kernel, v, z, v, z)
                - 2 * mean(kernel, u, w, v, z))

    # a biased set of one point each: MMD² = k(a, a) + k(b, b) − 2 k(a, b) = 2 − 2 k for the RBF
    def ours(a, b):
        pairs = np.broadcast_arrays(a, b)
        return np.array([1 - mmd2_rbf([p], [q], 1.0, unbiased=False) / 2
                         for p, q in zip(pairs[0].ravel(), pairs[1].ravel(), strict=True)
                         ]).reshape(pairs[0].shape)

    few = np.array([-1.3, 0.2, 2.5])
    assert ours(few[:, None], few[None, :]) == pytest.approx(
        np.exp(-((few[:, None] - few[None, :]) ** 2) / 2))
    assert population(lambda a, b: np.exp(-((a - b) ** 2) / 2)) == pytest.approx(rbf, abs=1e-6)
    assert population(lambda a, b: (a * b + 1) ** 3) == pytest.approx(poly)


@pytest.mark.parametrize(("shift", "rbf"), MMD)
def test_rbf_is_unbiased(shift, rbf):
    runs = [mmd2_rbf(normal(60, 1, s), normal(40, 1, s + 10_000, shift), 1.0) for s in range(400)]
    assert abs(np.mean(runs) - rbf) < 4 * np.std(runs) / 20
    biased = [mmd2_rbf(normal(60, 1, s), normal(40, 1, s + 10_000, shift), 1.0, unbiased=False)
              for s in range(100)]
    assert np.mean(biased) > rbf + 0.01


@pytest.mark.parametrize(("shift", "poly"), KID)
def test_kid_is_unbiased(shift, poly):
    runs = [kid(normal(200, 1, s), normal(200, 1, s + 10_000, shift)) for s in range(300)]
    assert abs(np.mean(runs) - poly) < 4 * np.std(runs) / np.sqrt(300)


def test_kid_subsets_average_to_the_whole():
    x, y = normal(300, 4, 4), normal(300, 4, 5, 0.5)
    mean, sd = kid_subsets(x, y, subsets=200, size=100)
    assert abs(mean - kid(x, y)) < 4 * sd / np.sqrt(200)
    assert kid_subsets(x, y, subsets=3, size=1000)[0] == pytest.approx(kid(x, y))
    assert kid_subsets(x, y, 5, 50, seed=1) == kid_subsets(x, y, 5, 50, seed=1)


@quick
@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=12),
       st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=12))
def test_energy_agrees_with_scipy_on_the_line(x, y):
    assert energy_distance(x, y) == pytest.approx(scipy_energy(x, y), abs=1e-5)


def test_energy_in_the_plane_by_brute_force():
    x, y = normal(20, 2, 6), normal(30, 2, 7, 1)

    def mean(a, b):
        return np.mean([[np.linalg.norm(p - q) for q in b] for p in a])

    assert energy_distance(x, y) ** 2 == pytest.approx(2 * mean(x, y) - mean(x, x) - mean(y, y))


@quick
@given(st.integers(0, 30), st.permutations(range(15)))
def test_invariances(seed, order):
    x, y = normal(15, 2, seed), normal(20, 2, seed + 77, 0.5)
    for metric in (lambda a, b: mmd2_rbf(a, b, 0.8), energy_distance):
        assert metric(x[list(order)] + 3, y + 3) == pytest.approx(metric(x, y))
        assert metric(y, x) == pytest.approx(metric(x, y))
    assert kid(x[list(order)], y) == pytest.approx(kid(x, y))
    assert mmd2_rbf(x, x, 0.8, unbiased=False) == pytest.approx(0, abs=1e-12)
    assert energy_distance(x, x) == 0


def test_small_blocks_give_the_same_sums(monkeypatch):
    x, y = normal(70, 2, 8), normal(50, 2, 9, 0.3)

    def all_of_them():
        return [mmd2_rbf(x, y, 1.0), kid(x, y), energy_distance(x, y)]

    whole = all_of_them()
    monkeypatch.setattr(checks, "BLOCK_ELEMENTS", 100)
    assert all_of_them() == pytest.approx(whole, rel=1e-10)


def test_memory_stays_far_below_a_table_of_pairs():
    import tracemalloc

    x, y = normal(6000, 2, 10), normal(6000, 2, 11)
    tracemalloc.start()
    kid(x, y)
    energy_distance(x, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6000 * 6000 * 8 / 3


def test_median_bandwidth():
    assert median_bandwidth([[0.0], [1.0], [3.0]]) == 2.0
    assert median_bandwidth([[0.0]] * 9 + [[1.0]]) == pytest.approx(0.2)  # the mean stands in
    assert median_bandwidth(normal(3000, 2, 0)) == pytest.approx(np.sqrt(2 * np.log(4)), rel=0.05)
    with pytest.raises(MetricsError, match="coincide"):
        median_bandwidth([[1.0], [1.0]])


@pytest.mark.parametrize(("call", "message"), [
    (lambda: mmd2_rbf([1.0, 2.0], [1.0, 2.0], 0.0), "bandwidth"),
    (lambda: mmd2_rbf([1.0, 2.0], [1.0], 1.0), "FAKE has 1 point;"),
    (lambda: kid(normal(5, 2, 0), normal(5, 3, 0)), "dimensions"),
    (lambda: kid([1.0, np.nan], [1.0, 2.0]), "REAL holds NaN"),
    (lambda: kid_subsets(normal(5, 1, 0), normal(5, 1, 1), size=1), "Subsets of 1"),
    (lambda: kid_subsets(normal(5, 1, 0), normal(5, 1, 1), subsets=0), "subsets"),
])
def test_faults(call, message):
    with pytest.raises(MetricsError, match=message):
        call()


def test_many_dimensions_take_another_road_to_the_same_sums():
    x, y = normal(30, 40, 12), normal(25, 40, 13, 0.2) + 100  # far from 0: rounding is tried
    x += 100
    kernel = [rbf_kernel(a, b, 1 / (2 * 6.0**2)) for a, b in ((x, x), (y, y), (x, y))]
    assert mmd2_rbf(x, y, 6.0) == pytest.approx(oracle(*kernel, True), rel=1e-6)
    distance = [np.linalg.norm(a[:, None] - b[None], axis=2) for a, b in ((x, y), (x, x), (y, y))]
    assert energy_distance(x, y) ** 2 == pytest.approx(
        2 * distance[0].mean() - distance[1].mean() - distance[2].mean(), rel=1e-6)
    assert energy_distance(x, x.copy()) == pytest.approx(0, abs=1e-3)
