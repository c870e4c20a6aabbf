"""Comparisons of samples against brute force and known cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.training.doctor.cues import Cues, strongest
from ganstudio.training.doctor.path import Path, Sketch
from ganstudio.training.doctor.samples import Items, Reference, auc, distances, effective_number

RNG = np.random.default_rng


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=12),
       st.lists(st.integers(-3, 3), min_size=1, max_size=12))
def test_auc_is_the_share_of_pairs_in_order(high, low):
    pairs = [(a > b) + 0.5 * (a == b) for a in high for b in low]
    assert auc(np.array(high, float), np.array(low, float)) == pytest.approx(np.mean(pairs))


def test_distances_are_those_of_the_definition():
    x, y = RNG(0).standard_normal((7, 3)), RNG(1).standard_normal((5, 3))
    expected = np.array([[np.linalg.norm(a - b) for b in y] for a in x])
    np.testing.assert_allclose(distances(x, y), expected, atol=1e-7)


def test_equal_distributions_match_and_score_one():
    found = [Reference(RNG(k).standard_normal((400, 2))).compare(
        RNG(k + 50).standard_normal((400, 2))) for k in range(12)]
    assert 0.7 < np.mean([f.mismatch for f in found]) < 1.4
    assert np.mean([f.coverage for f in found]) == pytest.approx(0.97, abs=0.02)
    assert np.mean([f.spread for f in found]) == pytest.approx(1, abs=0.05)


def test_a_single_point_is_a_collapse():
    found = Reference(RNG(0).standard_normal((200, 2))).compare(np.zeros((200, 2)))
    assert found.spread == 0 and found.mismatch > 20 and found.effective < 0.1


def test_effective_number_of_even_shares_is_their_number():
    assert effective_number(np.array([0.25] * 4 + [0.0])) == pytest.approx(4)


def test_copies_are_told_from_fresh_samples():
    items = RNG(0).standard_normal((60, 4))
    fresh, copied = RNG(1).standard_normal((200, 4)), items[RNG(2).integers(60, size=200)]
    assert Items(items).copies(fresh)[0] == pytest.approx(1, abs=0.2)
    ratio, distinct = Items(items).copies(copied + 1e-3)
    assert ratio < 0.05 and distinct > 0.7


def test_repeated_real_data_says_nothing_of_copies():
    assert np.isnan(Items(np.ones((10, 2))).copies(np.ones((5, 2)))[0])


def framed(count, border, rng):
    images = rng.uniform(-1, 1, (count, 1, 6, 6))
    images[:, :, 0] = images[:, :, -1] = images[:, :, :, 0] = images[:, :, :, -1] = border
    return images


def test_a_cue_counts_only_where_d_goes_by_it():
    reals = framed(100, 0.2, RNG(0))
    fakes = RNG(1).uniform(-1, 1, (100, 1, 6, 6))

    def by_border(x):
        return -np.abs(x[:, 0, 0, :] - 0.2).sum(1)

    def by_middle(x):
        return x[:, 0, 2, 2]

    cues = Cues(reals)
    assert strongest(cues, reals, fakes, by_border(reals), by_border) == ("border", 0.5)
    assert strongest(cues, reals, fakes, by_middle(reals), by_middle)[1] < 0.1


def test_levels_are_found_only_where_they_are_few():
    assert Cues(np.rint(RNG(0).uniform(0, 3, (300, 2)))).levels.tolist() == [0, 1, 2, 3]
    assert Cues(RNG(0).uniform(0, 3, (300, 2))).levels is None


def test_a_sketch_keeps_distances():
    import torch

    rng = torch.Generator().manual_seed(0)
    a, b = torch.randn(5000, generator=rng), torch.randn(5000, generator=rng)
    sketch = Sketch(5000)
    assert np.linalg.norm(sketch(a) - sketch(b)) == pytest.approx(float((a - b).norm()), rel=0.2)


def test_a_circle_recurs_and_a_line_does_not():
    circle, line = Path(), Path()
    for k in range(16):
        circle.add(k, np.array([np.cos(k / 2), np.sin(k / 2)]))
        line.add(k, np.array([float(k), 0.0]))
    assert circle.recurrence() < 0.2 < 1 < line.recurrence()
    assert line.turn() == pytest.approx(1) and circle.turn() == pytest.approx(np.cos(0.5))


def test_a_path_forgets_what_came_after_a_step():
    path = Path()
    for step in (0, 50, 100, 50):
        path.add(step, np.zeros(2))
    assert path.steps == [0, 50]
