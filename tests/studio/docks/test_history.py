"""No spike is lost, memory is bounded, small data are exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.studio.docks.history import History, View, smoothed
from tests.studio.docks.made import f32, rows


def filled(values: np.ndarray, first: int = 0, piece: int = 97, raw: int = 64,
           buckets: int = 32) -> History:
    history = History(values.shape[1], raw, buckets)
    for at in range(0, len(values), piece):
        history.append(rows(first + at, values[at:at + piece]))
    return history


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 6000), piece=st.integers(1, 700),
       pixels=st.integers(1, 300), ends=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_extremes_of_any_range_are_kept(seed, count, piece, pixels, ends):
    values = f32(np.random.default_rng(seed).standard_cauchy((count, 2)))
    history = filled(values, piece=piece)
    x0, x1 = sorted(int(end * (count - 1)) for end in ends)
    view = history.query(x0, x1, pixels)
    inside = values[x0:x1 + 1]
    assert (np.nanmin(view.low, axis=1) <= inside.min(axis=0)).all()
    assert (np.nanmax(view.high, axis=1) >= inside.max(axis=0)).all()
    # Nor is anything made up: what is shown was there.
    assert (np.nanmin(view.low, axis=1) >= values.min(axis=0)).all()
    assert (np.nanmax(view.high, axis=1) <= values.max(axis=0)).all()


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 60), pixels=st.integers(1, 40),
       holes=st.sets(st.integers(0, 59)))
def test_small_data_equal_brute_force(seed, count, pixels, holes):
    values = f32(np.random.default_rng(seed).normal(size=(count, 1)))
    values[[k for k in holes if k < count]] = np.nan
    history = filled(values, first=100)
    view = history.query(100, 100 + count - 1, pixels)
    steps = np.arange(100, 100 + count)
    column = steps // int(view.width)
    assert len(view) == len(np.unique(column)) <= pixels + 1
    for k, c in enumerate(np.unique(column)):
        mine = values[column == c, 0]
        assert view.x[k] == steps[column == c].mean()
        assert view.rows[k] == len(mine)
        if np.isnan(mine).all():
            assert np.isnan([view.low[0, k], view.high[0, k], view.mean[0, k]]).all()
        else:
            assert view.low[0, k] == np.nanmin(mine)
            assert view.high[0, k] == np.nanmax(mine)
            assert view.mean[0, k] == pytest.approx(np.nanmean(mine), abs=1e-5)


def test_a_spike_survives_a_million_rows_in_bounded_memory():
    history = History(4, raw=4096, buckets=2048)
    values = np.zeros((10_000, 4), np.float32)
    sizes = []
    for at in range(0, 1_000_000, 10_000):
        chunk = values.copy()
        if at == 20_000:
            chunk[123, 1] = 777
        history.append(rows(at, chunk))
        sizes.append(history.nbytes)
    view = history.query(0, 1_000_000, 800)
    assert np.nanmax(view.high[1]) == 777
    where = view.x[int(np.nanargmax(view.high[1]))]
    assert abs(where - 20_123) < 2 * view.width
    # Nothing that grows with steps: another level now and then, each a fixed size.
    assert sizes[-1] <= 7 * 2 * 2048 * (8 + 3 * 16) + 2 * 8192 * (8 + 16) * 2
    assert sizes[-1] - sizes[50] <= 2 * 2 * 2048 * (8 + 3 * 16)


def test_a_query_never_reads_more_than_the_picture_needs():
    history = filled(f32(np.zeros((50_000, 1))), raw=4096, buckets=2048, piece=5000)
    steps, _, _ = history._entries(0, 50_000, 64.0)
    assert len(steps) < 50_000 / 8


def test_infinite_and_absent_values_count_as_absent():
    history = filled(f32([[1.0], [np.inf], [np.nan], [-3.0], [-np.inf]]))
    view = history.query(0, 5, 1)
    assert view.low.min() == -3 and view.high.max() == 1


def test_the_picture_does_not_shimmer_while_it_scrolls():
    values = f32(np.random.default_rng(1).normal(size=(3000, 1)))
    history = filled(values, raw=4096, buckets=2048)
    before, after = history.query(0, 2000, 250), history.query(100, 2100, 250)
    shared = np.intersect1d(before.x, after.x)
    assert len(shared) > 200
    same = before.high[0, np.isin(before.x, shared)] == after.high[0, np.isin(after.x, shared)]
    assert same.all()


@pytest.mark.parametrize("back", [2000, 1990, 700, 3])
def test_steps_that_go_back_drop_what_came_after(back):
    values = f32(np.zeros((2000, 1)))
    values[back:] = 9
    history = filled(values)
    history.append(rows(back, f32(np.ones((10, 1)))))
    assert history.last == back + 9
    assert np.nanmax(history.query(0, 5000, 50).high) == 1
    assert history.at(back + 3)[1][0] == 1


def test_begins_again_where_it_goes_back_to_the_start():
    history = filled(f32(np.ones((500, 1))), first=10)
    history.append(rows(1, f32(np.zeros((3, 1)))))
    assert (history.first, history.last, len(history)) == (1, 3, 3)


def test_at_is_exact_in_the_raw_rows_and_says_so_elsewhere():
    values = f32(np.arange(4000)[:, None])
    history = filled(values)
    step, value, span = history.at(3990.4)
    assert (step, value[0], span) == (3990, 3990, 1)
    step, value, span = history.at(100)
    assert span > 1 and step <= 100 < step + span
    assert value[0] == pytest.approx(step + (span - 1) / 2)
    assert History(1).at(5) is None


def test_an_empty_history_answers():
    history = History(4)
    assert len(history.query(0, 10, 5)) == 0
    assert history.first is None and history.last is None


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 80),
       beta=st.floats(0, 0.999), holes=st.sets(st.integers(0, 79)))
def test_smoothing_is_the_bias_corrected_average(seed, count, beta, holes):
    values = np.random.default_rng(seed).normal(size=count)
    values[[k for k in holes if k < count]] = np.nan
    view = filled(f32(values[:, None]), raw=4096).query(0, count - 1, 4 * count)
    mean, weight = 0.0, 0.0
    for k, value in enumerate(f32(values)):
        if np.isfinite(value):
            mean, weight = beta * mean + (1 - beta) * value, beta * weight + (1 - beta)
        got = smoothed(view, beta)[0, k]
        assert np.isnan(got) if weight == 0 else got == pytest.approx(mean / weight, abs=1e-6)


def test_smoothing_over_wide_columns_weighs_their_rows():
    view = View(np.array([0.0, 8.0]), *(f32([[0.0, 1.0]]) for _ in range(3)),
                np.array([8.0, 8.0]), 8.0)
    b = 0.9 ** 8
    expected = (1 - b) / (b * (1 - b) + (1 - b))
    assert smoothed(view, 0.9)[0, 1] == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), max_size=12))
def test_many_chunks_at_once_are_the_same_as_one_after_the_other(pieces):
    chunks = [rows(first, f32(np.arange(k * 50, k * 50 + count)[:, None]))
              for k, (first, count) in enumerate(pieces)]
    together, apart = (History(1, raw=64, buckets=32) for _ in range(2))
    together.extend(chunks)
    for chunk in chunks:
        apart.append(chunk)
    assert (together.first, together.last) == (apart.first, apart.last)
    seen, known = (history.query(0, 110, 200) for history in (together, apart))
    for name in ("x", "low", "high", "mean", "rows"):
        np.testing.assert_array_equal(getattr(seen, name), getattr(known, name))
