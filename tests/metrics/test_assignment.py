from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganstudio.metrics.assignment import matched_w1
from ganstudio.metrics.checks import MetricsError
from ganstudio.metrics.transport import wasserstein_1d

from .shapes import quick

values = st.floats(-100, 100, allow_nan=False, width=32)


@quick
@given(st.integers(1, 40).flatmap(lambda n: arrays(np.float64, (n, 2), elements=values)),
       arrays(np.float64, 2, elements=values))
def test_points_and_their_shift_are_exactly_the_shift_apart(points, shift):
    """No plan is shorter than the way between the means, and the shift's own is no longer."""
    moved = np.random.default_rng(0).permutation(points + shift)
    assert matched_w1(points, moved) == pytest.approx(np.hypot(*shift), abs=1e-9)


def test_it_is_the_best_of_all_matchings():
    rng = np.random.default_rng(1)
    for _ in range(20):
        a, b = rng.standard_normal((6, 2)), 3 + rng.standard_normal((6, 2))
        least = min(np.hypot(*(a - b[list(order)]).T).mean() for order in permutations(range(6)))
        assert matched_w1(a, b) == pytest.approx(least, abs=1e-12)


@quick
@given(st.integers(1, 30).flatmap(lambda n: st.tuples(
    *[arrays(np.float64, n, elements=values)] * 2)))
def test_on_the_line_it_is_the_sorted_coupling(pair):
    assert matched_w1(*pair) == pytest.approx(wasserstein_1d(*pair), abs=1e-9)


def test_a_shift_of_many_points_and_the_same_points():
    points = np.random.default_rng(2).standard_normal((256, 2))
    assert matched_w1(points, points[::-1] + np.array([3, 4])) == pytest.approx(5, abs=1e-12)
    assert matched_w1(points, points[::-1]) == pytest.approx(0, abs=1e-12)


def test_sets_of_unlike_size_are_refused():
    with pytest.raises(MetricsError, match="3 and 2 points"):
        matched_w1(np.zeros((3, 2)), np.zeros((2, 2)))
