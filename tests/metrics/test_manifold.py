import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from ganstudio.metrics import checks
from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.manifold import (
    expected_coverage,
    kth_neighbour,
    manifold_scores,
    self_precision,
)

from .shapes import normal, quick, ring


def brute(real, fake, k):
    def radii(x):
        return [sorted(np.linalg.norm(x - p, axis=1))[k] for p in x]

    rr, rf = radii(real), radii(fake)
    d = cdist(real, fake)
    precision = np.mean([any(d[i, j] <= rr[i] for i in range(len(real))) for j in range(len(fake))])
    recall = np.mean([any(d[i, j] <= rf[j] for j in range(len(fake))) for i in range(len(real))])
    inside = sum(d[i, j] < rr[i] for i in range(len(real)) for j in range(len(fake)))
    coverage = np.mean([any(d[i, j] < rr[i] for j in range(len(fake))) for i in range(len(real))])
    return precision, recall, inside / (k * len(fake)), coverage


def scores(real, fake, k):
    m = manifold_scores(real, fake, k)
    return m.precision, m.recall, m.density, m.coverage


@quick
@given(st.integers(0, 200), st.integers(1, 4), st.floats(0, 2))
def test_agrees_with_brute_force(seed, k, shift):
    real, fake = normal(14, 2, seed), normal(11, 2, seed + 500, shift)
    assert scores(real, fake, k) == pytest.approx(brute(real, fake, k))


def test_radii_agree_with_scikit_learn():
    x = normal(300, 3, 0)
    distances, _ = NearestNeighbors(n_neighbors=6).fit(x).kneighbors(x)
    assert kth_neighbour(x, 5) == pytest.approx(distances[:, 5], rel=1e-9)


def test_a_ball_reaches_its_neighbour_and_holds_its_border_only_for_precision_and_recall():
    real = np.array([[0.0], [1.0], [3.0]])  # radii for k = 1: 1, 1, 2
    on_border = np.array([[-1.0], [5.0]])
    found = manifold_scores(real, on_border, 1)
    assert found.precision == 1  # ≤
    assert found.density == 0 == found.coverage  # <
    assert kth_neighbour([[0.0], [0.0], [5.0]], 1).tolist() == [0, 0, 5]  # duplicates


def test_identical_laws_score_the_published_expectations():
    assert expected_coverage(1000, 1000, 5) == pytest.approx(0.968984, abs=1e-6)
    assert expected_coverage(1000, 1000, 3) == pytest.approx(0.875375, abs=1e-6)
    assert expected_coverage(10_000, 10_000, 5) == pytest.approx(0.968773, abs=1e-6)
    runs = [manifold_scores(normal(1000, 4, s), normal(1000, 4, s + 100), 5) for s in range(6)]
    assert np.mean([r.coverage for r in runs]) == pytest.approx(0.968984, abs=0.006)
    assert np.mean([r.density for r in runs]) == pytest.approx(1, abs=0.04)


def test_unequal_sizes_have_the_expected_coverage():
    runs = [manifold_scores(normal(300, 2, s), normal(150, 2, s + 100), 3) for s in range(40)]
    assert np.mean([r.coverage for r in runs]) == pytest.approx(expected_coverage(300, 150, 3),
                                                                abs=0.015)


def test_collapse_keeps_precision_and_loses_recall_and_coverage():
    real = ring(800, 0)
    one_mode = ring(4000, 1)
    one_mode = one_mode[np.linalg.norm(one_mode - [1, 0], axis=1) < 0.1]
    found = manifold_scores(real, one_mode)
    assert found.precision > 0.9
    assert found.recall < 0.2
    assert found.coverage < 0.2
    far = manifold_scores(real, real + 50)
    assert (far.precision, far.recall, far.density, far.coverage) == (0, 0, 0, 0)


@quick
@given(st.integers(0, 50), st.permutations(range(20)))
def test_order_shift_and_scale_do_not_matter_and_roles_swap(seed, order):
    x, y = normal(20, 2, seed), normal(20, 2, seed + 70, 0.5)
    found = manifold_scores(x, y)
    moved = manifold_scores(4 * x[list(order)], 4 * y)  # a power of two: exact
    assert moved == found
    swapped = manifold_scores(y, x)
    assert (swapped.precision, swapped.recall) == (found.recall, found.precision)


def test_a_set_against_its_copy():
    x = normal(50, 2, 3)
    found = manifold_scores(x, x, 3)
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
    assert found.density == pytest.approx(1)  # itself and two neighbours: the third is the border


@quick
@given(st.integers(0, 60), st.integers(1, 3))
def test_self_precision_leaves_each_point_out_in_turn(seed, k):
    x = normal(12, 2, seed)
    left_out = [np.delete(x, i, axis=0) for i in range(12)]
    inside = [bool((np.linalg.norm(rest - x[i], axis=1) <= kth_neighbour(rest, k)).any())
              for i, rest in enumerate(left_out)]
    assert self_precision(x, k) == pytest.approx(np.mean(inside))


def test_small_blocks_give_the_same_scores(monkeypatch):
    x, y = normal(60, 2, 4), normal(45, 2, 5, 0.3)
    whole = (manifold_scores(x, y), self_precision(x))
    monkeypatch.setattr(checks, "BLOCK_ELEMENTS", 200)
    assert (manifold_scores(x, y), self_precision(x)) == whole


@pytest.mark.parametrize(("call", "message"), [
    (lambda: manifold_scores(normal(3, 2, 0), normal(9, 2, 0)), "REAL has 3 points; with k = 3"),
    (lambda: manifold_scores(normal(9, 2, 0), normal(3, 2, 0)), "FAKE has 3 points"),
    (lambda: manifold_scores(normal(9, 2, 0), normal(9, 3, 0)), "dimensions"),
    (lambda: kth_neighbour(normal(9, 2, 0), 0), "k is 0"),
])
def test_faults(call, message):
    with pytest.raises(MetricsError, match=message):
        call()
