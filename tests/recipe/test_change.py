import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.recipe import (
    PRESETS,
    Effect,
    Recipe,
    RecipeError,
    build,
    differences,
    find_field,
    leaves,
    needs_restart,
    parse_assignment,
    preset,
    sections,
    with_value,
)


def all_presets():
    return [preset(name, "somewhere" if p.needs_data else "") for name, p in PRESETS.items()]


BASES = all_presets()
PATHS = sorted({f.path for r in BASES for s in sections(r) for f in s.fields}
               | {"data.kind", "generator.kind", "discriminator.kind", "name", "version",
                  "data.strokes", "nope", "nope.kind", "average.kind", "data", "", "loss."})
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["mlp", "dcgan", "ring", "images", "adam", "d", "normal", "competitive",
                       0, 1, 0.5, -0.5, 2, 64, 10**400, "1", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner,
                                                                 max_size=3), max_leaves=4)


@settings(max_examples=200)
@given(st.sampled_from(BASES), st.sampled_from(PATHS) | st.text(max_size=12), plain)
def test_with_value_gives_a_valid_recipe_or_one_sentence(base, path, value):
    try:
        changed = with_value(base, path, value)
    except RecipeError as error:
        text = str(error)
        assert text and "\n" not in text.replace(path, "") and "pydantic" not in text
        spec = find_field(base, path)
        among_fields = ("a DCGAN makes images", "batch norm needs at least two",
                        "is defined for plain gradient steps only", "D judges packs of",
                        "one pack alone")
        if any(words in text for words in among_fields):
            assert text.split(":")[0] in PATHS
        elif spec is not None and spec.type != "points" and not path.endswith(".kind"):
            assert text.startswith(f"{path}: "), text
            assert spec.range_text() in text
            assert repr(value)[:70] in text
        return
    assert build(changed.model_dump(mode="json")) == changed
    for spec in (f for s in sections(changed) for f in s.fields):
        held = leaves(changed)[spec.path]
        if spec.type in ("int", "float"):
            assert math.isfinite(held) and spec.low <= held <= spec.high
            assert not (spec.low_open and held == spec.low)
            assert not (spec.high_open and held == spec.high)
        elif spec.type == "choice":
            assert held in [value for value, _ in spec.choices]


@given(st.dictionaries(st.sampled_from([*Recipe.model_fields, "nope"]), plain, max_size=3))
def test_build_gives_a_recipe_or_one_sentence(document):
    try:
        made = build(document)
    except RecipeError as error:
        assert str(error) and "\n" not in str(error)
    else:
        assert isinstance(made, Recipe)


NUMBERS = {f.path: (base, f) for base in reversed(BASES) for s in sections(base) for f in s.fields
           if f.type in ("int", "float")}


@pytest.mark.parametrize("path", NUMBERS)
def test_both_ends_of_a_range(path):
    base, spec = NUMBERS[path]
    for bound, is_open, outward in ((spec.low, spec.low_open, -1), (spec.high, spec.high_open, 1)):
        if is_open:
            with pytest.raises(RecipeError, match="not allowed"):
                with_value(base, spec.path, bound)
        else:
            assert leaves(with_value(base, spec.path, bound))[spec.path] == bound
        with pytest.raises(RecipeError) as refusal:
            with_value(base, spec.path, bound + outward)
        for part in (spec.path, repr(bound + outward), spec.range_text()):
            assert part in str(refusal.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), "nan", 10**400])
def test_numbers_that_are_none_are_refused(value):
    with pytest.raises(RecipeError, match=r"^optimizer_d\.lr: .* at least 0 and at most 10$"):
        with_value(Recipe(), "optimizer_d.lr", value)


@pytest.mark.parametrize(("document", "sentence"), [
    ([1], "a recipe is an object of named fields, not list"),
    ("x", "a recipe is an object of named fields, not str"),
    ({"colour": 1}, "colour is not a field of a recipe"),
    ({"generator": {"kind": "mlp", "deep": 1}}, "generator.deep is not a field of a recipe"),
    ({"loss": [1]}, "loss: [1] is not allowed; it must be an object of named fields"),
    ({"data": 5}, "data: 5 is not allowed; it must be an object of named fields"),
    ({"data": {"modes": 5}}, "data.kind is missing; use one of gaussian-1d, two-gaussians, "),
    ({"data": {"kind": "images"}}, "data.path is missing"),
    ({"data": {"kind": "rings"}}, "data.kind: 'rings' is not known; use one of gaussian-1d, "),
    ({"data": {"kind": "ring", "modes": 0}},
     "data.modes: 0 is not allowed; it must be a whole number at least 1 and at most 1000"),
    ({"data": {"kind": "drawn", "strokes": []}}, "data.strokes: "),
    ({"name": ""}, "name: '' is not allowed; it must be text of at least 1 and at most 200 "),
    ({"optimizer_g": {"kind": "adamw"}}, "optimizer_g.kind: 'adamw' is not allowed; it must be "
     "one of 'sgd', 'momentum', 'rmsprop', 'adam'"),
    ({"batch": 1, "generator": {"kind": "mlp", "norm": "batch"}},
     "batch: batch norm needs at least two samples in a batch"),
    ({"generator": {"kind": "dcgan"}}, "generator.kind: a DCGAN makes images, and 'ring' is a set "
     "of points; use 'mlp', or data of kind 'digits' or 'images'"),
])
def test_the_sentence_for_what_is_wrong(document, sentence):
    with pytest.raises(RecipeError) as refusal:
        build(document)
    assert str(refusal.value).startswith(sentence)


def test_an_unknown_path_is_answered_with_what_there_is():
    with pytest.raises(RecipeError, match=r"data\.mods is not a field .* data\.modes"):
        with_value(Recipe(), "data.mods", 3)
    with pytest.raises(RecipeError, match=r"lr is not a field .* optimizer_d\.…"):
        with_value(Recipe(), "lr", 3)


def test_a_refused_change_leaves_the_recipe_alone():
    recipe = Recipe()
    before = recipe.model_dump()
    with pytest.raises(RecipeError):
        with_value(recipe, "batch", 0)
    assert recipe.model_dump() == before


# ---- kinds -------------------------------------------------------------------------------


def test_another_kind_keeps_the_fields_that_it_shares():
    ring = with_value(with_value(Recipe(), "data.sigma", 0.07), "data.points", 333)
    grid = with_value(ring, "data.kind", "grid")
    assert (grid.data.kind, grid.data.sigma, grid.data.points) == ("grid", 0.07, 333)
    assert grid.data.side == 5
    board = with_value(grid, "data.kind", "checkerboard")
    assert (board.data.kind, board.data.points) == ("checkerboard", 333)


def test_another_kind_drops_what_it_would_refuse():
    digits = with_value(preset("digits"), "generator.kind", "mlp")
    maxout = with_value(digits, "generator.activation", "maxout")
    dcgan = with_value(with_value(maxout, "generator.width", 8), "generator.kind", "dcgan")
    assert dcgan.generator.activation == "relu"
    assert dcgan.generator.width == 8
    too_wide = with_value(digits, "generator.width", 2000)
    assert with_value(too_wide, "generator.kind", "dcgan").generator.width == 64


def test_another_kind_of_file_keeps_the_path():
    images = preset("images", "my/pictures")
    assert with_value(images, "generator.kind", "mlp").data.path == "my/pictures"
    points = with_value(with_value(with_value(images, "generator.kind", "mlp"),
                                   "discriminator.kind", "mlp"), "data.kind", "points")
    assert points.data.path == "my/pictures"


@pytest.mark.parametrize("path", ["data.kind", "generator.kind", "discriminator.kind"])
@pytest.mark.parametrize("base", BASES, ids=lambda r: r.name)
def test_every_kind_can_be_chosen_or_is_refused_in_words(base, path):
    section = next(s for s in sections(base) if s.path == path.partition(".")[0])
    for kind, _ in section.kinds:
        try:
            assert leaves(with_value(base, path, kind))[path] == kind
        except RecipeError as error:
            assert "a DCGAN makes images" in str(error)


# ---- differences -----------------------------------------------------------------------------


def test_edits_share_the_parts_that_they_leave_alone():
    old = Recipe()
    new = with_value(old, "optimizer_d.lr", 0.5)
    assert new.generator is old.generator and new.optimizer_d is not old.optimizer_d
    assert differences(old, with_value(new, "optimizer_d.lr", old.optimizer_d.lr)) == {}


def test_differences_are_the_leaves_that_differ():
    old = Recipe()
    new = with_value(with_value(old, "batch", 8), "optimizer_d.lr", 0.5)
    assert differences(old, new) == {"batch": (256, 8), "optimizer_d.lr": (0.001, 0.5)}
    assert differences(old, old) == {}
    other = differences(old, with_value(old, "data.kind", "moons"))
    assert other["data.modes"] == (8, None) and other["data.kind"] == ("ring", "moons")


def other_value(spec, held):
    if spec.type == "bool":
        return not held
    if spec.type == "choice":
        return next(v for v, _ in spec.choices if v != held)
    if spec.type == "text":
        return held + "x"
    return spec.high if held != spec.high and not spec.high_open else (spec.low + held) / 2


@pytest.mark.parametrize("base", BASES, ids=lambda r: r.name)
def test_needs_restart_names_exactly_the_restart_fields(base):
    for spec in (f for s in sections(base) for f in s.fields):
        if spec.path == "machine.device":
            continue
        try:
            changed = with_value(base, spec.path, other_value(spec, leaves(base)[spec.path]))
        except RecipeError:
            continue
        expected = (spec.path,) if spec.knob.effect is Effect.RESTART else ()
        assert needs_restart(base, changed) == expected


def test_a_new_name_needs_no_restart_and_another_kind_does():
    old = Recipe()
    assert needs_restart(old, with_value(old, "name", "other")) == ()
    assert "data.kind" in needs_restart(old, with_value(old, "data.kind", "moons"))


# ---- --set --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "parsed"), [
    ("batch=128", ("batch", 128)), ("loss.kind=hinge", ("loss.kind", "hinge")),
    (" batch = 4", ("batch", 4)), ("update.train_d=false", ("update.train_d", False)),
    ("name=a=b", ("name", "a=b")), ("optimizer_d.lr=1e-4", ("optimizer_d.lr", 1e-4)),
    ("name=", ("name", "")),
])
def test_parse_assignment(text, parsed):
    assert parse_assignment(text) == parsed


@pytest.mark.parametrize("text", ["batch", "=3", ""])
def test_an_assignment_without_its_sign_is_refused(text):
    with pytest.raises(RecipeError, match=r"write it as field\.path=value"):
        parse_assignment(text)


@pytest.mark.parametrize("raw", ["9" * 5000, "[" * 100_000])
def test_an_absurd_value_is_refused_by_its_field(raw):
    path, value = parse_assignment(f"batch={raw}")
    with pytest.raises(RecipeError, match=r"^batch: "):
        with_value(Recipe(), path, value)
