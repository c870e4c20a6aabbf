"""Every leaf says what it is: the form, the flags and the refusals are written from it."""

import types
from typing import Annotated, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from ganstudio.recipe import (
    Effect,
    Knob,
    Recipe,
    RecipeError,
    field_applies,
    find_field,
    is_needed,
    leaves,
    sections,
    with_value,
)
from ganstudio.recipe.fields import part_types


def part_classes():
    found = []
    for name, info in Recipe.model_fields.items():
        found += [(name, part) for part in part_types(info.annotation)]
    return found


def recipe_with(head, part):
    document = Recipe().model_dump()
    needed = {"path": "somewhere"} if "path" in part.model_fields else {}
    if head in ("generator", "discriminator"):
        document["data"] = {"kind": "digits"}
    kind = {"kind": part.model_fields["kind"].default} if head in (
        "data", "generator", "discriminator") else {}
    document[head] = {**needed, **kind}
    return Recipe.model_validate(document)


PARTS = part_classes()
IDS = [f"{head}-{part.__name__}" for head, part in PARTS]


def test_every_dataset_and_network_is_there():
    heads = [head for head, _ in PARTS]
    assert heads.count("data") == 14
    assert heads.count("generator") == heads.count("discriminator") == 2
    assert len(set(heads)) == len([f for f in Recipe.model_fields if f not in (
        "version", "name", "batch", "seed")])


@pytest.mark.parametrize(("head", "part"), PARTS, ids=IDS)
def test_sections_cover_every_visible_leaf(head, part):
    recipe = recipe_with(head, part)
    shown = {spec.path for section in sections(recipe) for spec in section.fields}
    chosen_elsewhere = {"kind"} if head in ("data", "generator", "discriminator") else set()
    for name, info in part.model_fields.items():
        if name in chosen_elsewhere:
            assert f"{head}.{name}" not in shown
            continue
        spec = find_field(recipe, f"{head}.{name}")
        if (head, name) == ("discriminator", "out"):
            assert spec is None  # the generator's only
            continue
        assert spec is not None, f"{head}.{name} has no Knob"
        assert (spec.path in shown) != spec.knob.hidden
        assert info.is_required() == (spec.default is None)


def test_top_leaves_are_in_the_last_section():
    last = sections(Recipe())[-1]
    assert last.path == ""
    assert [f.path for f in last.fields] == ["batch", "seed"]
    assert find_field(Recipe(), "name").knob.hidden and find_field(Recipe(), "version").knob.hidden


def every_spec():
    return [spec for head, part in PARTS for section in sections(recipe_with(head, part))
            if section.path == head for spec in section.fields] + list(
                sections(Recipe())[-1].fields)


@pytest.mark.parametrize("spec", every_spec(), ids=lambda s: s.path)
def test_a_field_explains_itself(spec):
    assert spec.knob.title.strip()
    assert spec.knob.help.strip().endswith(".")
    assert spec.type in ("bool", "int", "float", "choice", "text")
    if spec.type == "choice":
        assert len(spec.choices) >= 2
        assert all(title and (title != value or len(value) > 2) for value, title in spec.choices)
    if spec.type in ("int", "float"):
        assert spec.low is not None and spec.high is not None and spec.low < spec.high
    if spec.knob.log and spec.type == "float" and spec.knob.step is None:
        assert spec.low >= 0
    assert spec.range_text().strip() and "None" not in spec.range_text()


@pytest.mark.parametrize("spec", every_spec(), ids=lambda s: s.path)
def test_applies_names_a_sibling_and_values_that_it_has(spec):
    if spec.knob.applies is None:
        return
    sibling, values = spec.knob.applies
    head = spec.path.rpartition(".")[0]
    for _, part in ((h, p) for h, p in PARTS if h == head):
        if spec.path.rpartition(".")[2] not in part.model_fields:
            continue
        found = find_field(recipe_with(head, part), f"{head}.{sibling}")
        assert found is not None and found.type == "choice"
        if part.__name__ != "Dcgan":  # a DCGAN has no maxout, and its pieces no field
            assert set(values) <= {value for value, _ in found.choices}


def test_sections_list_the_kinds_to_choose_from():
    by_path = {section.path: section for section in sections(Recipe())}
    assert [kind for kind, _ in by_path["generator"].kinds] == ["mlp", "dcgan"]
    assert len(by_path["data"].kinds) == 14
    assert by_path["loss"].kinds == ()
    assert all(section.title and section.help.endswith(".") for section in by_path.values())


def test_field_applies_follows_its_sibling():
    recipe = Recipe()
    beta = find_field(recipe, "optimizer_d.beta1")
    assert field_applies(recipe, beta)
    assert not field_applies(with_value(recipe, "optimizer_d.kind", "sgd"), beta)
    assert field_applies(recipe, find_field(recipe, "batch"))


@pytest.mark.parametrize("spec", [s for s in every_spec() if s.knob.needs], ids=lambda s: s.path)
def test_what_is_idle_beside_a_zero_comes_to_life_with_it(spec):
    weight = spec.path.rpartition(".")[0] + "." + spec.knob.needs
    off = with_value(Recipe(), weight, 0)
    assert not is_needed(off, spec) and not field_applies(off, spec)
    found = find_field(off, weight)
    assert found.type in ("int", "float") and found.low == 0
    assert is_needed(with_value(off, weight, 1), spec)


def test_a_field_may_need_both_a_number_and_a_kind():
    recipe = with_value(Recipe(), "instance_noise.sigma", 0.1)
    steps = find_field(recipe, "instance_noise.steps")
    assert is_needed(recipe, steps) and not field_applies(recipe, steps)
    assert field_applies(with_value(recipe, "instance_noise.decay", "linear"), steps)


def test_live_fields_are_those_that_the_design_promises():
    live = {f.path for section in sections(Recipe()) for f in section.fields if f.live}
    assert live == {
        "loss.kind", "loss.clip", "loss.clip_before", "loss.smooth", "loss.flip",
        "loss.real_weight",
        "loss.feature_matching", "loss.adversarial", "loss.historical",
        *(f"penalty.{n}{tail}" for n in ("gp", "lp", "dragan", "r1", "r2")
          for tail in ("", "_every")),
        "instance_noise.sigma", "instance_noise.decay", "instance_noise.steps",
        "update.boost_k", "update.boost_first", "update.boost_every",
        "update.k_d", "update.k_g", "update.train_d", "update.train_g",
        "update.gamma", "update.sga_lambda", "update.sga_align", "update.unroll_k",
        "update.unroll_eta", "update.lookahead_eta", "update.fresh_noise", "average.decay", "batch",
        *(f"optimizer_{p}.{n}" for p in "dg"
          for n in ("lr", "momentum", "alpha", "beta1", "beta2", "eps", "warmup", "schedule",
                    "steps", "final"))}


def test_only_a_generator_has_an_output_unit_and_only_for_points():
    spec = find_field(Recipe(), "generator.out")
    assert spec.choices == (("linear", "Linear"), ("tanh", "tanh"))
    assert field_applies(Recipe(), spec)
    assert find_field(Recipe(), "discriminator.out") is None
    assert "discriminator.out" not in leaves(Recipe()) and leaves(Recipe())["generator.out"]
    assert not any(f.path == "discriminator.out" for s in sections(Recipe()) for f in s.fields)
    images = with_value(Recipe(), "data.kind", "digits")
    assert not field_applies(images, spec)  # they come through tanh in any case
    with pytest.raises(RecipeError, match=r"discriminator\.out is not a field"):
        with_value(Recipe(), "discriminator.out", "tanh")


def test_range_text_says_open_and_closed_bounds():
    recipe = Recipe()
    text = {path: find_field(recipe, path).range_text() for path in (
        "batch", "optimizer_d.momentum", "average.decay", "update.train_d", "update.first",
        "seed", "name")}
    assert text == {
        "batch": "a whole number at least 1 and at most 65536",
        "optimizer_d.momentum": "a number above -1 and below 1",
        "average.decay": "a number at least 0 and below 1",
        "update.train_d": "true or false",
        "update.first": "one of 'd', 'g'",
        "seed": "a whole number at least 0 and at most 2147483647",
        "name": "text of at least 1 and at most 200 characters"}


@pytest.mark.parametrize("path", ["", ".", "data", "data.", "data.nope", "nope", "nope.kind",
                                  "data.kind.x", "batch.x", "title", "data.title"])
def test_what_is_no_leaf_is_not_found(path):
    assert find_field(Recipe(), path) is None


def test_a_recipe_holds_parts_and_leaves_only():
    """No part within a part: paths have one dot at most."""
    for _, part in PARTS:
        for info in part.model_fields.values():
            annotation = info.annotation
            if get_origin(annotation) is Annotated:
                annotation = get_args(annotation)[0]
            members = get_args(annotation) if get_origin(annotation) in (
                Union, types.UnionType) else (annotation,)
            assert not any(isinstance(m, type) and issubclass(m, BaseModel) for m in members)


def test_effects_are_two():
    assert {e.value for e in Effect} == {"live", "restart"}
    assert Knob("a", "b.").effect is Effect.RESTART
