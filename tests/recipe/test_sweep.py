"""Lists and ranges of values, and every combination of them."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.recipe import Recipe, RecipeError, differences, leaves
from ganstudio.recipe.sweep import MOST, Axis, combinations, parse_axis, parse_values

RING = Recipe()


@pytest.mark.parametrize(("text", "values"), [
    ("batch=64, 128,64", (64, 128)),
    ("batch=8..32/4", (8, 13, 20, 32)),
    ("optimizer_d.lr=1e-4..1e-2/3", (1e-4, 1e-3, 1e-2)),
    ("loss.smooth=0..0.4/3", (0, 0.2, 0.4)),
    ("loss.kind=hinge,minimax", ("hinge", "minimax")),
    ("update.fresh_noise=true,false", (True, False)),
    ("generator.kind=mlp,dcgan", ("mlp", "dcgan")),
])
def test_values_are_read_as_typed(text, values):
    axis = parse_axis(RING, text)
    assert axis.path == text.partition("=")[0]
    assert axis.values == pytest.approx(values) if isinstance(values[0], float) else values
    assert [type(v) for v in axis.values] == [type(v) for v in values] or "smooth" in text


def test_commas_within_brackets_part_nothing():
    assert parse_values(RING, "nowhere", "[1,2],[3]") == ([1, 2], [3])


@given(st.floats(1e-6, 1.0), st.floats(1e-6, 1.0), st.integers(2, 50))
def test_a_range_of_a_logarithmic_field_has_equal_ratios(low, high, count):
    values = parse_values(RING, "optimizer_d.lr", f"{low}..{high}/{count}")
    assert values[0] == pytest.approx(low, rel=1e-5) and values[-1] == pytest.approx(high, rel=1e-5)
    assert len(values) <= count
    if len(values) == count > 2 and abs(math.log(high / low)) > 0.1:
        steps = [math.log(b / a) for a, b in pairwise(values)]
        assert steps == pytest.approx([math.log(high / low) / (count - 1)] * (count - 1), abs=1e-4)


def test_every_combination_comes_once_the_last_axis_fastest():
    points = combinations(RING, [Axis("batch", (8, 16)), Axis("loss.kind", ("hinge", "minimax"))])
    assert [tuple(p.values.values()) for p in points] == [
        (8, "hinge"), (8, "minimax"), (16, "hinge"), (16, "minimax")]
    for point in points:
        assert {k: leaves(point.recipe)[k] for k in point.values} == dict(point.values)
        assert set(differences(RING, point.recipe)) <= {"name", *point.values}
    assert points[3].recipe.name == "untitled batch=16, loss.kind=minimax"
    assert [p.recipe for p in combinations(RING, [])] == [RING]


def test_fields_that_only_go_together_can_be_swept_together():
    """A pack of 3 does not divide the ring's batch of 256; with a batch of 30 it does."""
    point, = combinations(RING, [Axis("minibatch.pack", (3,)), Axis("batch", (30,))])
    assert (point.recipe.minibatch.pack, point.recipe.batch) == (3, 30)


@pytest.mark.parametrize(("text", "words"), [
    ("batch", "is no sweep"), ("=3", "is no sweep"), ("batch=", "has no values"),
    ("batch=1..5/x", "no range"), ("batch=1..5/1", "no range"), ("batch=1..inf/3", "no range"),
    ("batch=1..nan/3", "no range"), (f"batch=1..9/{MOST + 1}", "no range"),
])
def test_what_cannot_be_read_is_refused_in_one_sentence(text, words):
    with pytest.raises(RecipeError, match=words):
        parse_axis(RING, text)


def test_what_cannot_be_is_refused_before_anything_is_trained():
    with pytest.raises(RecipeError, match=r"batch: 0 is not allowed"):
        combinations(RING, [Axis("batch", (64, 0))])
    with pytest.raises(RecipeError, match="not a field"):
        combinations(RING, [Axis("bath", (64,))])
    with pytest.raises(RecipeError, match="swept twice"):
        combinations(RING, [Axis("batch", (64,)), Axis("batch", (8,))])
    with pytest.raises(RecipeError, match="at most"):
        combinations(RING, [Axis("batch", tuple(range(1, 50))), Axis("seed", tuple(range(50)))])
