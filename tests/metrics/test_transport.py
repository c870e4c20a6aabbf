import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linear_sum_assignment
from scipy.stats import wasserstein_distance

from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.transport import directions, sliced_wasserstein, wasserstein_1d

from .shapes import even_normal, normal, quick

values = st.floats(-100, 100, allow_nan=False, width=32)
lines = st.integers(1, 12).flatmap(lambda n: arrays(np.float64, n, elements=values))


@quick
@given(lines, lines)
def test_w1_agrees_with_scipy_at_any_sizes(x, y):
    assert wasserstein_1d(x, y) == pytest.approx(wasserstein_distance(x, y), abs=1e-9)


@quick
@given(lines, lines, st.sampled_from([1, 2]))
def test_unequal_sizes_agree_with_copies_brought_to_one_size(x, y, p):
    n, m = len(x), len(y)
    a, b = np.sort(np.repeat(x, m)), np.sort(np.repeat(y, n))
    assert wasserstein_1d(x, y, p) == pytest.approx(
        (np.abs(a - b) ** p).mean() ** (1 / p), abs=1e-9)


def test_w2_is_the_optimal_assignment():
    x, y = normal(30, 1, 0), normal(30, 1, 1, 0.5)
    cost = (x - y.T) ** 2
    assert wasserstein_1d(x, y, 2) ** 2 == pytest.approx(
        cost[linear_sum_assignment(cost)].mean())


@pytest.mark.parametrize(("mean", "sd", "w1", "w2"), [
    (0.5, 1, 0.5, 0.5), (2, 1, 2, 2), (0, 2, 0.797885, 1.0), (1, 2, 1.166631, 1.414214),
])
def test_gaussians(mean, sd, w1, w2):
    x, y = even_normal(20_000), mean + sd * even_normal(15_000)
    assert wasserstein_1d(x, y) == pytest.approx(w1, rel=1e-3)
    assert wasserstein_1d(x, y, 2) == pytest.approx(w2, rel=2e-3)


@quick
@given(lines, values, st.sampled_from([1, 2]))
def test_a_shift_scores_its_length_and_both_orders_agree(x, shift, p):
    assert wasserstein_1d(x, x + shift, p) == pytest.approx(abs(shift), abs=1e-9)
    y = x[::-1] * 2
    assert wasserstein_1d(x, y, p) == pytest.approx(wasserstein_1d(y, x, p), abs=1e-9)
    assert wasserstein_1d(x, y, 1) <= wasserstein_1d(x, y, 2) + 1e-9


@pytest.mark.parametrize("dim", [2, 3, 5])
def test_sliced_w2_of_a_shift(dim):
    x, shift = normal(50, dim, 2), normal(1, dim, 3)
    projections = 60  # a multiple of 3 and 5: whole orthonormal sets
    found = sliced_wasserstein(x, x + shift, 2, projections)
    assert found**2 == pytest.approx(float((shift**2).sum()) / dim)


def test_sliced_w1_of_a_shift_in_the_plane():
    x, shift = normal(50, 2, 4), np.array([0.6, -1.2])
    assert sliced_wasserstein(x, x + shift, 1) == pytest.approx(
        0.636620 * np.linalg.norm(shift), rel=1e-3)


def test_on_the_line_sliced_is_exact():
    x, y = normal(30, 1, 5), normal(20, 1, 6)
    assert sliced_wasserstein(x, y, 2) == wasserstein_1d(x, y, 2)


@quick
@given(st.integers(0, 50), st.permutations(range(25)), st.sampled_from([1, 2]))
def test_sliced_ignores_order_and_common_shift_and_is_symmetric(seed, order, p):
    x, y = normal(25, 3, seed), normal(40, 3, seed + 99, 0.3)
    found = sliced_wasserstein(x, y, p)
    assert sliced_wasserstein(x[list(order)] + 5, y + 5, p) == pytest.approx(found)
    assert sliced_wasserstein(y, x, p) == pytest.approx(found)
    assert sliced_wasserstein(x, x, p) == 0


@pytest.mark.parametrize("dim", [1, 2, 3, 20])
def test_directions_are_unit_vectors_fixed_by_the_seed(dim):
    found = directions(dim, 64, seed=1)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)
    assert (found == directions(dim, 64, seed=1)).all()
    if dim > 2:
        assert not np.allclose(found, directions(dim, 64, seed=2))
        assert found[:dim] @ found[:dim].T == pytest.approx(np.eye(dim), abs=1e-12)


def test_more_projections_than_a_block_average_alike():
    x, y = normal(40, 2, 7), normal(40, 2, 8, 0.5)
    one_by_one = [wasserstein_1d(x @ v, y @ v) for v in directions(2, 150)]
    assert sliced_wasserstein(x, y, 1, 150) == pytest.approx(np.mean(one_by_one))


@pytest.mark.parametrize(("call", "message"), [
    (lambda: wasserstein_1d(normal(5, 2, 0), normal(5, 2, 1)), "line"),
    (lambda: wasserstein_1d([1.0], [2.0], 3), "order p"),
    (lambda: sliced_wasserstein(normal(5, 2, 0), normal(5, 3, 1)), "dimensions"),
    (lambda: sliced_wasserstein(normal(5, 2, 0), normal(5, 2, 1), 1, 0), "projections"),
    (lambda: wasserstein_1d([], [1.0]), "0 points"),
])
def test_faults(call, message):
    with pytest.raises(MetricsError, match=message):
        call()
