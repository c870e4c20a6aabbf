import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from ganstudio.metrics import neighbours
from ganstudio.metrics.neighbours import Neighbours

from .shapes import normal, quick


def run(pieces):
    """What a generator returns in the end, and how many pieces it took."""
    count = 0
    while True:
        try:
            next(pieces)
            count += 1
        except StopIteration as end:
            return end.value, count


def ready(points):
    made = Neighbours(points)
    run(made.prepare())
    return made


def small_pieces(monkeypatch):
    monkeypatch.setattr(neighbours, "IN_TREE", 40)
    monkeypatch.setattr(neighbours, "MOST_PRODUCTS", 5000)
    monkeypatch.setattr(neighbours, "AT_ONCE", 300)


@pytest.mark.parametrize("dim", [1, 2, 8, 9, 30])
def test_agrees_with_scikit_learn_in_many_pieces(dim, monkeypatch):
    small_pieces(monkeypatch)
    points, x = normal(130, dim, 0) + 40, normal(25, dim, 1) + 40
    assert run(Neighbours(points).prepare())[1] >= 4
    (distance, index), pieces = run(ready(points).nearest(x))
    d, i = NearestNeighbors(n_neighbors=1).fit(points).kneighbors(x)
    assert distance == pytest.approx(d[:, 0], rel=1e-5)
    assert (index == i[:, 0]).all() and pieces > 1
    (distance, index), _ = run(ready(points).nearest(points[:60], own=True))
    d, i = NearestNeighbors(n_neighbors=2).fit(points).kneighbors(points[:60])
    assert distance == pytest.approx(d[:, 1], rel=1e-5)
    assert (index != np.arange(60)).all()


@pytest.mark.parametrize("dim", [2, 20])
def test_a_copy_is_found_at_no_distance_and_twins_are_each_others(dim, monkeypatch):
    small_pieces(monkeypatch)
    points = normal(90, dim, 2)
    points[70] = points[3]
    (distance, index), _ = run(ready(points).nearest(points[[50, 81]]))
    assert distance.tolist() == [0, 0] and index.tolist() == [50, 81]
    (distance, index), _ = run(ready(points).nearest(points[:71], own=True))
    assert (index[3], index[70]) == (70, 3) and distance[3] == 0 == distance[70]
    assert (distance[4:70] > 0).all()


def test_far_from_the_origin_and_at_any_scale():
    points, x = normal(200, 12, 5), normal(20, 12, 6)
    expected = run(ready(points).nearest(x))[0]
    found = run(ready(1e30 * points).nearest(1e30 * x))[0]
    assert found[0] == pytest.approx(1e30 * expected[0], rel=1e-5)
    found = run(ready(points + 1e6).nearest(x + 1e6))[0]
    assert found[0] == pytest.approx(expected[0], rel=1e-4)


@quick
@given(st.integers(0, 100), st.integers(1, 12), st.integers(1, 40))
def test_pieces_change_nothing(seed, dim, count):
    points, x = normal(count, dim, seed), normal(5, dim, seed + 1)
    whole, _ = run(ready(points).nearest(x))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "IN_TREE", 7)
        patch.setattr(neighbours, "MOST_PRODUCTS", 100)
        cut, _ = run(ready(points).nearest(x))
    assert cut[0] == pytest.approx(whole[0], abs=1e-5)
