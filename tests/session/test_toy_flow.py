"""Streamlines and level lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.session.toy_flow import in_order, level_lines, streamlines


def lattice(n: int = 41, reach: float = 2.0):
    x = np.linspace(-reach, reach, n)
    return x, x, *np.meshgrid(x, x)


def test_a_circle_is_found_where_it_is_and_closes():
    x, y, xx, yy = lattice(60)  # no node lies on the circle
    lines = level_lines(x, y, xx**2 + yy**2, 1.0)
    ends = lines.reshape(-1, 2)
    assert np.abs(np.hypot(*ends.T) - 1).max() < 2e-3
    # Every end is shared by exactly two pieces: the line has no gaps.
    _, counts = np.unique(ends.round(9), axis=0, return_counts=True)
    assert set(counts) == {2}
    length = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]).sum()
    assert length == pytest.approx(2 * np.pi, rel=2e-3)


@given(a=st.floats(-3, 3), b=st.floats(-3, 3), level=st.floats(-1, 1))
def test_a_plane_is_cut_exactly(a, b, level):
    x, y, xx, yy = lattice(9)
    lines = level_lines(x, y, a * xx + b * yy, level)
    ends = lines.reshape(-1, 2)
    assert np.abs(a * ends[:, 0] + b * ends[:, 1] - level).max(initial=0) < 1e-9
    assert (np.abs(ends) <= 2 + 1e-9).all()


def test_a_saddle_in_one_cell_gives_two_pieces_that_do_not_cross():
    x = np.array([0.0, 1.0])
    for middle in (0.5, -0.5):
        z = np.array([[1.0, -1.0 + middle], [-1.0 + middle, 1.0]])
        lines = level_lines(x, x, z)
        assert len(lines) == 2
        (a, b), (c, d) = lines.reshape(2, 2, 2)
        joined = z.mean() > 0
        # The corners with the mean's sign stay together: each piece cuts off one of the others.
        for begin, end in ((a, b), (c, d)):
            away = (begin + end) / 2 - 0.5
            assert (away[0] * away[1] < 0) == joined


def test_holes_in_the_values_are_left_out():
    x, y, xx, _ = lattice(9)
    z = xx.copy()
    z[4, :] = np.nan
    lines = level_lines(x, y, z + 0.1)
    assert len(lines) == 6 and np.isfinite(lines).all()
    assert not len(level_lines(x, y, np.full_like(z, np.nan)))


def test_streamlines_of_a_rotation_keep_their_radius_and_direction():
    x, y, xx, yy = lattice(57)
    pieces, heads = streamlines(x, y, -yy, xx)
    assert len(heads) > 10
    begin, end = np.hypot(pieces[:, 0], pieces[:, 1]), np.hypot(pieces[:, 2], pieces[:, 3])
    inside = begin > 0.3
    assert np.abs(end[inside] - begin[inside]).max() < 2e-3
    across = heads[:, 0] * heads[:, 3] - heads[:, 1] * heads[:, 2]
    assert (across > 0).all(), "all turn to the left, as the field does"
    assert np.hypot(heads[:, 2], heads[:, 3]) == pytest.approx(1)


def test_streamlines_stay_inside_and_keep_apart():
    x, y, xx, yy = lattice(57)
    pieces, _ = streamlines(x, y, np.ones_like(xx), np.zeros_like(yy))
    assert (np.abs(pieces) <= 2 + 1e-9).all()
    rows = np.unique(pieces[:, 1].round(6))
    assert len(rows) > 5 and np.diff(rows).min() > 4 / 44 * 0.99


@settings(max_examples=20)
@given(scale=st.sampled_from([0.0, 1e-30, 1.0, 1e30, np.nan, np.inf]))
def test_any_field_gives_finite_lines(scale):
    x, y, xx, yy = lattice(21)
    with np.errstate(all="ignore"):
        pieces, heads = streamlines(x, y, scale * xx, -scale * yy)
    assert np.isfinite(pieces).all() and np.isfinite(heads).all()


def followed(lines):
    """The pieces parted into lines, where one ends elsewhere than the next begins."""
    cuts = np.flatnonzero((lines[1:, :2] != lines[:-1, 2:]).any(axis=1)) + 1
    return np.split(lines, cuts)


def test_pieces_put_in_order_make_up_whole_lines():
    x, y, xx, yy = lattice(60)
    pieces = level_lines(x, y, (xx**2 + yy**2 - 1) * (xx - yy - 1.7), 0.0)
    ring, bar = sorted(followed(in_order(pieces)), key=len, reverse=True)[:2]
    assert len(followed(in_order(pieces))) == 2, "one circle and one bar"
    assert tuple(ring[0, :2].round(9)) == tuple(ring[-1, 2:].round(9)), "the circle closes"
    assert np.abs(bar[[0, -1]][:, [0, 1]]).max() > 1.9, "the bar runs from edge to edge"
    sort = lambda rows: {frozenset([tuple(r[:2].round(9)), tuple(r[2:].round(9))])  # noqa: E731
                         for r in rows}
    assert sort(in_order(pieces)) == sort(pieces), "none is lost and none is new"


def test_a_line_around_a_centre_closes_once():
    x, y, xx, yy = lattice(61)
    lines, _ = streamlines(x, y, -yy, xx)
    middle = (lines[:, :2] + lines[:, 2:]) / 2
    length = np.hypot(*(lines[:, 2:] - lines[:, :2]).T)
    near = np.hypot(*middle.T) < 0.35
    # Lines that keep a side of the view over 44 apart have room for four circles in there.
    assert length[near].sum() < 2 * np.pi * 4 * 0.25


def test_a_line_ends_where_the_field_turns_on_it():
    x, y, xx, yy = lattice(61)
    lines, _ = streamlines(x, y, np.full_like(xx, 0.02), -np.sign(yy))
    flat = np.abs((lines[:, 1] + lines[:, 3]) / 2) < 0.04
    assert flat.sum() < 0.1 * len(lines), "no to and fro along the edge"
