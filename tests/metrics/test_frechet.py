import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.frechet import frechet_distance, frechet_from_moments

from .shapes import normal, quick


def oracle(x, y):
    a, b = np.atleast_2d(np.cov(x.T)), np.atleast_2d(np.cov(y.T))
    root = np.real(sqrtm(a @ b))
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a + b - 2 * root))


def whitened(n, dim, seed):
    """Points whose sample mean is exactly 0 and sample covariance exactly the unit matrix."""
    x = normal(n, dim, seed)
    x -= x.mean(axis=0)
    return x @ np.linalg.inv(np.linalg.cholesky(np.cov(x.T))).T


def test_the_plane_example():
    assert frechet_from_moments([0, 0], np.eye(2), [1, 0], 4 * np.eye(2)) == pytest.approx(3)
    x, y = whitened(50, 2, 0), 2 * whitened(70, 2, 1) + [1, 0]
    assert frechet_distance(x, y) == pytest.approx(3)


@pytest.mark.parametrize(("mean", "sd", "value"),
                         [(0.5, 1, 0.25), (4, 1, 16), (0, 2, 1), (1, 2, 2)])
def test_the_line(mean, sd, value):
    assert frechet_from_moments([0], [[1]], [mean], [[sd**2]]) == pytest.approx(value)


@quick
@given(st.integers(1, 6), st.integers(0, 100))
def test_agrees_with_the_matrix_root(dim, seed):
    mix = normal(dim, dim, seed)
    x, y = normal(40, dim, seed + 1) @ mix, normal(30, dim, seed + 2, 0.5)
    assert frechet_distance(x, y) == pytest.approx(oracle(x, y), rel=1e-6, abs=1e-8)
    assert frechet_from_moments(x.mean(0), np.cov(x.T), y.mean(0), np.cov(y.T)) == pytest.approx(
        frechet_distance(x, y), rel=1e-6, abs=1e-8)


@quick
@given(st.integers(0, 100), st.permutations(range(20)))
def test_invariances(seed, order):
    x, y = normal(20, 3, seed), normal(30, 3, seed + 50, 0.4)
    turn = np.linalg.qr(normal(3, 3, seed))[0]
    found = frechet_distance(x, y)
    assert frechet_distance(y, x) == pytest.approx(found)
    assert frechet_distance(x[list(order)] @ turn + 7, y @ turn + 7) == pytest.approx(found)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-12)


def test_singular_covariances_stay_real_and_right():
    x = normal(10, 40, 3)  # fewer points than dimensions
    assert frechet_distance(x, x + 2) == pytest.approx(160)
    flat = np.column_stack([normal(30, 1, 4), np.zeros(30)])
    assert frechet_distance(flat, flat[:, ::-1]) == pytest.approx(
        2 * flat[:, 0].var(ddof=1) + 2 * flat[:, 0].mean() ** 2)
    assert frechet_distance(np.ones((5, 2)), np.zeros((5, 2))) == 2


def test_tiny_scales_keep_their_digits():
    x, y = 1e-6 * normal(100, 3, 5), 1e-6 * normal(100, 3, 6, 0.5)
    assert frechet_distance(x, y) == pytest.approx(1e-12 * frechet_distance(1e6 * x, 1e6 * y))


@pytest.mark.parametrize(("call", "message"), [
    (lambda: frechet_distance([[1.0]], [[1.0], [2.0]]), "at least 2"),
    (lambda: frechet_from_moments([0, 0], np.eye(2), [0], [[1]]), "means"),
    (lambda: frechet_from_moments([0, 0], [[1, 2], [0, 1]], [0, 0], np.eye(2)), "symmetric"),
    (lambda: frechet_from_moments([0], [[-1]], [0], [[1]]), "negative"),
])
def test_faults(call, message):
    with pytest.raises(MetricsError, match=message):
        call()
