"""Curves: thinned without losing a spike, laid out within the picture, true to theory."""

import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganstudio.runs.gallery.columns import shown_range, smooth, thin
from ganstudio.runs.gallery.curves import (
    WIDTH,
    constant_text,
    curves_scene,
    equilibrium,
    loss_spans,
)
from ganstudio.runs.gallery.raster import dashes, render, spell
from ganstudio.runs.gallery.scatter import density
from ganstudio.runs.gallery.scene import Line, Text, nice_ticks, segment, tick_text
from ganstudio.runs.gallery.sheet import make_grid, shorten
from ganstudio.runs.gallery.timelapse import choose, durations
from ganstudio.runs.gallery.vector import to_svg

from .made import images, points

VALUES = hnp.arrays(np.float32, st.integers(0, 300), elements=st.floats(width=32))


@settings(deadline=None)
@given(VALUES, st.integers(1, 50))
def test_thinning_keeps_the_extremes_and_the_bound(values: np.ndarray, count: int) -> None:
    columns = thin(np.arange(len(values)), values, count)
    finite = values[np.isfinite(values)].astype(float)
    assert len(columns.x) <= count
    assert (len(columns.x) > 0) == (len(finite) > 0)
    if len(finite):
        assert columns.low.min() == finite.min()
        assert columns.high.max() == finite.max()
        slack = 1e-9 * np.abs(finite).max()
        assert (columns.low <= columns.mean + slack).all()
        assert (columns.mean <= columns.high + slack).all()
        assert (np.diff(columns.x) > 0).all()
    assert sum(p.stop - p.start for p in columns.pieces()) == len(columns.x)


def test_thinning_breaks_where_nothing_is_finite() -> None:
    values = np.ones(100)
    values[40:60] = np.nan
    pieces = thin(np.arange(100), values, 10).pieces()
    assert [(p.start, p.stop) for p in pieces] == [(0, 4), (4, 8)]
    values[:] = 1
    values[41] = np.inf  # one bad value among good ones does not interrupt
    assert len(thin(np.arange(100), values, 10).pieces()) == 1


def test_smoothing_keeps_constants_and_length() -> None:
    np.testing.assert_allclose(smooth(np.full(20, 3.0), 4), 3)
    np.testing.assert_allclose(smooth(np.array([0.0, 3, 0]), 1), [1.5, 1, 1.5])
    np.testing.assert_array_equal(smooth(np.arange(5.0), 0), np.arange(5))


def test_a_lone_spike_does_not_flatten_the_rest() -> None:
    values = np.sin(np.arange(1000) / 9)
    values[500] = 1e6
    low, high = shown_range(thin(np.arange(1000), values, 800))
    assert low <= -0.99 and 0.99 <= high < 10
    assert shown_range() == (0, 1)


@settings(deadline=None)
@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 12))
def test_ticks_are_round_and_inside(low: float, span: float, about: int) -> None:
    high = low + span
    ticks = nice_ticks(low, high, about)
    slack = 1e-6 * max(abs(low), abs(high), span)
    assert all(low - slack <= t <= high + slack for t in ticks)
    assert len(ticks) <= about + 2


def test_tick_words() -> None:
    assert [tick_text(v) for v in (0.0, -0.5, 9999, 20_000, 1_500_000, -3e9)] == [
        "0", "−0.5", "9999", "20k", "1.5M", "−3G"]
    assert nice_ticks(0, 1, 5) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert nice_ticks(2, 2) == [2] and nice_ticks(math.nan, 1) == []


def test_equilibria_follow_the_loss_through_its_changes() -> None:
    data = images(tweaks=[(300, "", {"loss.kind": ["minimax", "least_squares"]}),
                          (700, "", {"loss.kind": ["least_squares", "non_saturating"]})])
    spans = [(s.first, s.last, s.kind) for s in loss_spans(data, 0, 1190)]
    assert spans == [(0, 300, "minimax"), (300, 700, "least_squares"),
                     (700, 1190, "non_saturating")]
    words = [m.text for m in curves_scene(data).marks if isinstance(m, Text)]
    assert "G: −log 2" in words and "G: ⅛" in words and "G: log 2" in words and "½" in words
    assert constant_text(math.log(4)) == "log 4"
    assert not any(s.kind == "hinge" for s in loss_spans(data, 0, 1190))


def test_equilibria_follow_the_weight_of_the_real_term() -> None:
    data = images(tweaks=[(300, "", {"loss.real_weight": [3.0, 1.0], "batch": [4, 8]}),
                          (700, "", {"loss.smooth": [0.2, 0.0]})])
    spans = loss_spans(data, 0, 1190)
    assert [equilibrium("d_real", s.loss) for s in spans] == pytest.approx([0.6, 0.4, 0.5])
    assert [(s.first, s.last) for s in spans] == [(0, 300), (300, 700), (700, 1190)]


def test_free_values_get_no_line() -> None:
    words = [m.text for m in curves_scene(points()).marks if isinstance(m, Text)]
    assert "½" not in words
    assert "D’s output (a critic’s value)" in words


@settings(max_examples=25, deadline=None)
@given(VALUES.filter(len), st.lists(st.tuples(st.integers(-50, 400), st.text(max_size=40)),
                                    max_size=12))
def test_everything_stays_inside_the_picture(values: np.ndarray,
                                             tweaks: list[tuple[int, str]]) -> None:
    with np.errstate(over="ignore"):
        data = replace(images(), steps=np.arange(len(values), dtype=np.int64),
                       values=np.stack([values] * 4, -1),
                       tweaks=[(step, label, {}) for step, label in tweaks])
        scene = curves_scene(data)
    for mark in scene.marks:
        if isinstance(mark, Line):
            assert np.isfinite(mark.points).all()
            assert mark.points.min() >= -0.01
            assert mark.points[:, 0].max() <= WIDTH + 0.01
            assert mark.points[:, 1].max() <= scene.height + 0.01
        else:
            assert isinstance(mark, Text)
            assert 0 <= mark.x <= WIDTH and 0 <= mark.y <= scene.height
    ET.fromstring(to_svg(scene, "a", "b"))


def test_the_size_of_the_svg_does_not_grow_with_the_run() -> None:
    rows = 200_000
    rng = np.random.default_rng(0)
    data = replace(images(), steps=np.arange(rows, dtype=np.int64),
                   values=rng.normal(size=(rows, 4)).astype(np.float32))
    assert len(to_svg(curves_scene(data), "", "")) < 300_000


def test_labels_do_not_overlap() -> None:
    data = images(tweaks=[(k * 20, f"change number {k}", {}) for k in range(40)])
    texts = [m for m in curves_scene(data).marks if isinstance(m, Text) and m.role == "marker"]
    assert len(texts) > 10
    for y in {t.y for t in texts}:
        row = sorted(t.x for t in texts if t.y == y)
        assert all(b - a > 6 for a, b in pairwise(row))


def test_png_and_svg_have_one_layout() -> None:
    scene = curves_scene(images())
    image = np.asarray(render(scene, scale=1)).astype(int)
    assert image.shape == (round(scene.height), WIDTH, 3)
    blue = (image[..., 2] - image[..., 0] > 60).sum()
    orange = (image[..., 0] - image[..., 2] > 60).sum()
    assert blue > 500 and orange > 500


def test_dashes_cover_their_share() -> None:
    pieces = list(dashes(segment(0, 0, 100, 0), (6, 4)))
    assert len(pieces) == 10
    assert sum(np.ptp(p[:, 0]) for p in pieces) == pytest.approx(60)
    assert list(dashes(segment(0, 0, 0, 0), (6, 4))) == []


def test_spelling_for_a_plain_font() -> None:
    assert spell("β₂ 0.9 → −½ naïve") == "beta2 0.9 to -1/2 naive"
    assert spell("日本") == ""
    assert shorten("x" * 500, 12, 100).endswith("…")


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(2, 50))
def test_frames_keep_the_first_and_the_last(count: int, most: int) -> None:
    frames = [(k * 7, np.array([k])) for k in range(count)]
    chosen = choose(list(reversed(frames)), most)
    steps = [step for step, _ in chosen]
    assert len(chosen) == min(count, most)
    assert steps == sorted(set(steps)) and steps[0] == 0 and steps[-1] == 7 * (count - 1)
    gaps = np.diff(steps)
    assert not len(gaps) or gaps.max() - gaps.min() <= 7
    assert len(durations(len(chosen))) == len(chosen)


@settings(deadline=None)
@given(st.integers(1, 2000), st.integers(1, 64), st.integers(1, 128))
def test_sheets_have_room_for_all(count: int, columns: int, side: int) -> None:
    grid = make_grid(count, columns, (side, side))
    assert grid.rows * grid.columns >= count > (grid.rows - 1) * grid.columns
    assert grid.zoom == 1 or max(grid.rows, grid.columns) * side * grid.zoom <= 2400


def test_density_integrates_to_one_and_finds_the_bell() -> None:
    x = np.linspace(-6, 6, 240)
    normal = np.random.default_rng(0).normal(size=(20_000, 1))
    estimate = density(normal[:, 0], x)
    assert np.trapezoid(estimate, x) == pytest.approx(1, abs=0.01)
    exact = np.exp(-x**2 / 2) / math.sqrt(2 * math.pi)
    assert np.abs(estimate - exact).max() < 0.03
    assert np.isfinite(density(np.full(50, 0.3), x)).all()
    assert (density(np.array([np.nan, np.inf]), x) == 0).all()
