from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from ganstudio.metrics import checks
from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.diversity import (
    collision_probability,
    duplicate_threshold,
    half_collision_samples,
    mean_pairwise_distance,
    memorisation,
    near_duplicates,
    nearest_training,
)

from .shapes import normal, quick


def test_mean_pairwise_distance():
    assert mean_pairwise_distance([[0.0], [1.0], [3.0]]) == pytest.approx(2)
    assert mean_pairwise_distance(np.ones((5, 3))) == 0
    x = normal(40, 3, 0)
    assert mean_pairwise_distance(x) == pytest.approx(pairwise_distances(x).sum() / (40 * 39))
    assert mean_pairwise_distance(normal(2000, 1, 1)) == pytest.approx(2 / np.sqrt(np.pi), rel=0.05)


def test_nearest_training_agrees_with_scikit_learn():
    fake, train = normal(50, 4, 0), normal(80, 4, 1)
    distance, index = nearest_training(fake, train)
    d, i = NearestNeighbors(n_neighbors=1).fit(train).kneighbors(fake)
    assert distance == pytest.approx(d[:, 0])
    assert (index == i[:, 0]).all()


def test_memorisation_tells_copies_from_fresh_samples():
    train, held_out = normal(800, 2, 0), normal(800, 2, 1)
    fresh = memorisation(normal(800, 2, 2), train, held_out)
    assert fresh.ratio == pytest.approx(1, abs=0.2)
    assert fresh.share == pytest.approx(0.05, abs=0.03)
    copies = memorisation(train[::2] + 1e-6, train, held_out)
    assert copies.ratio < 0.01
    assert copies.share > 0.99
    assert (copies.indices == np.arange(0, 800, 2)).all()


@quick
@given(st.lists(st.integers(0, 30), min_size=2, max_size=15), st.integers(0, 3))
def test_near_duplicates_agree_with_all_pairs(values, threshold):
    x = np.array(values, dtype=float)[:, None]
    close = [(abs(values[i] - values[j]), i, j) for i, j in combinations(range(len(values)), 2)]
    inside = [(i, j) for d, i, j in close if d <= threshold]
    found = near_duplicates(x, threshold, keep=4)
    assert found.pairs == len(inside)
    assert found.share == pytest.approx(len({i for pair in inside for i in pair}) / len(values))
    assert [abs(values[i] - values[j]) for i, j in found.closest] == sorted(
        d for d, _, _ in close)[:4]


def test_birthday_test_finds_the_support():
    rng = np.random.default_rng(3)
    x = rng.integers(5000, size=1000)[:, None].astype(float)
    found = near_duplicates(x, 0)
    assert found.support == pytest.approx(5000, rel=0.4)
    assert near_duplicates(normal(50, 2, 0), 0).support == np.inf


@pytest.mark.parametrize("support", [365, 10_000, 1_000_000])
def test_half_the_time_there_is_a_repeat_at_the_known_size(support):
    assert half_collision_samples(support) == pytest.approx(1.1774 * np.sqrt(support), rel=1e-4)
    samples = round(half_collision_samples(support))
    assert collision_probability(samples, support) == pytest.approx(0.5, abs=0.03)


def test_collision_probability_at_its_ends():
    assert collision_probability(23, 365) == pytest.approx(0.5073, abs=1e-4)
    assert collision_probability(1, 10) == 0
    assert collision_probability(11, 10) == 1
    assert collision_probability(2, 10) == pytest.approx(0.1)


def test_the_threshold_read_off_the_reals_marks_few_of_fresh_reals():
    real, fresh = normal(1000, 2, 4), normal(1000, 2, 5)
    found = near_duplicates(fresh, duplicate_threshold(real, 0.02))
    assert 0.002 < found.share < 0.08
    nearest = NearestNeighbors(n_neighbors=2).fit(real).kneighbors(real)[0][:, 1]
    assert duplicate_threshold(real, 0.5) == pytest.approx(np.median(nearest))


def test_small_blocks_give_the_same_answers(monkeypatch):
    x = normal(60, 2, 6)

    def all_of_them():
        return (near_duplicates(x, 0.2), duplicate_threshold(x, 0.3),
                nearest_training(x, x + 0.1)[0].tolist())

    whole = all_of_them()
    monkeypatch.setattr(checks, "BLOCK_ELEMENTS", 200)
    assert all_of_them() == whole


@pytest.mark.parametrize(("call", "message"), [
    (lambda: mean_pairwise_distance([[1.0]]), "at least 2"),
    (lambda: near_duplicates([[1.0], [2.0]], -1), "threshold"),
    (lambda: memorisation([[1.0]], [[1.0]], [[1.0]], level=0), "level"),
    (lambda: nearest_training([[1.0]], [[1.0, 2.0]]), "training set has 2"),
])
def test_faults(call, message):
    with pytest.raises(MetricsError, match=message):
        call()
