import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.recipe import (
    PRESETS,
    Recipe,
    RecipeError,
    from_pasted,
    from_text,
    load,
    preset,
    to_text,
)
from ganstudio.recipe.files import MAX_BYTES

WHOLE = to_text(preset("digits"))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_builds_and_comes_back_from_text(name):
    made = preset(name, "a folder/ü" if PRESETS[name].needs_data else "")
    assert from_text(to_text(made)) == made
    assert made.name and PRESETS[name].summary.endswith((".", "?", "!"))


def test_the_promised_presets_are_there():
    assert {"gaussian-1d", "two-gaussians", "ring", "grid", "moons", "spiral", "swiss-roll",
            "checkerboard", "disjoint", "digits", "mnist", "images"} <= set(PRESETS)


def test_presets_say_what_they_lack():
    with pytest.raises(RecipeError, match=r"there is no preset 'rings'; the presets are .*ring"):
        preset("rings")
    with pytest.raises(RecipeError, match=r"'mnist' needs data: .* --data PATH"):
        preset("mnist")


def test_text_holds_the_defaults_and_the_version():
    document = json.loads(to_text(Recipe()))
    assert document["version"] == 1
    assert document["optimizer_d"]["beta2"] == 0.999


def test_missing_fields_take_their_defaults():
    assert from_text('{"batch": 7}') == Recipe(batch=7)


def test_a_recipe_from_before_the_stabilisers_has_them_off():
    document = json.loads(to_text(Recipe()))
    for part in ("penalty", "instance_noise", "minibatch"):
        del document[part]
    for part, names in (("loss", ("smooth", "flip", "feature_matching", "adversarial",
                                  "historical", "clip_before")),
                        ("update", ("boost_k", "boost_first", "boost_every")),
                        ("optimizer_d", ("schedule", "warmup", "steps", "final"))):
        for name in names:
            del document[part][name]
    made = from_text(json.dumps(document))
    assert made == Recipe()
    weights = {"penalty": ("gp", "lp", "dragan", "r1", "r2"), "instance_noise": ("sigma",),
               "loss": ("smooth", "flip", "feature_matching", "historical"),
               "update": ("boost_k",), "optimizer_d": ("warmup",)}
    assert all(getattr(getattr(made, part), name) == 0
               for part, names in weights.items() for name in names)
    assert made.minibatch.pack == 1 and made.minibatch.layer == "none"
    assert made.optimizer_d.schedule == "constant"


def test_a_recipe_from_before_output_units_and_weights_has_them_off():
    document = json.loads(to_text(Recipe()))
    del document["generator"]["out"], document["loss"]["real_weight"]
    assert from_text(json.dumps(document)) == Recipe()
    assert Recipe().generator.out == "linear" and Recipe().loss.real_weight == 1
    bounded = from_text('{"generator": {"kind": "mlp", "out": "tanh"}}')
    assert from_text(to_text(bounded)) == bounded and bounded.generator.out == "tanh"
    assert "out" not in json.loads(to_text(bounded))["discriminator"]


@pytest.mark.parametrize(("text", "sentence"), [
    ('{"discriminator": {"kind": "mlp", "out": "tanh"}}', "discriminator.out: D's output is a "
                                                         "logit"),
    ('{"loss": {"real_weight": 0}}', "loss.real_weight: 0 is not allowed; it must be a number "
                                     "above 0 and at most 10"),
    ('{"batch": 50, "minibatch": {"pack": 4}}', "batch: D judges packs of 4, and 50 samples cannot "
                                                "be split into them"),
    ('{"batch": 4, "minibatch": {"pack": 4}, "discriminator": {"kind": "mlp", "norm": "batch"}}',
     "batch: one pack alone"),
    ('{"version": 2, "warp": 9}', "was written by a newer GAN Studio (recipe version 2; this one "
                                  "reads up to 1)"),
    ('{"version": 0}', "version: 0 is not allowed"),
    ('{"version": null}', "version: None is not allowed"),
    ('{"batch": NaN}', "batch: nan is not allowed; it must be a whole number"),
    ('{"optimizer_d": {"lr": Infinity}}', "optimizer_d.lr: inf is not allowed; it must be a number"
                                          " at least 0 and at most 10"),
    ('{"batch": ' + "9" * 5000 + "}", "is not readable JSON"),
    ("[" * 100_000, "is not readable JSON"),
    ('{"batch": 1,}', "is not readable JSON at line 1"),
    ("[]", "a recipe is an object of named fields, not list"),
    ('{"batch": [1]}', "batch: [1] is not allowed"),
    ('{"unheard": 1}', "unheard is not a field of a recipe"),
    ('{"name": "\\ud800"}', "name: "),
])
def test_bad_text_gets_one_sentence(text, sentence):
    with pytest.raises(RecipeError) as refusal:
        from_text(text, "run.json")
    assert str(refusal.value).startswith("run.json")
    assert sentence in str(refusal.value) and "\n" not in str(refusal.value)


@given(st.integers(1, len(WHOLE) - 2))
def test_text_cut_short_is_refused(length):
    with pytest.raises(RecipeError, match="not readable JSON"):
        from_text(WHOLE[:length])


@given(st.integers(0, len(WHOLE) - 1), st.characters())
def test_text_with_a_letter_changed_is_refused_or_valid(place, letter):
    try:
        changed = from_text(WHOLE[:place] + letter + WHOLE[place + 1:])
    except RecipeError as error:
        assert "\n" not in str(error).replace(letter, "")
    else:
        assert from_text(to_text(changed)) == changed


@given(st.sampled_from([None, True, -1, 0.5, "x", [], {}, [1, 2], {"kind": "ring"}]),
       st.sampled_from(sorted(json.loads(WHOLE))))
def test_wrong_types_are_refused_in_words(value, name):
    document = {**json.loads(WHOLE), name: value}
    try:
        from_text(json.dumps(document))
    except RecipeError as error:
        assert name in str(error) or "DCGAN" in str(error)


def test_load_says_what_is_wrong_with_a_file(tmp_path):
    with pytest.raises(RecipeError, match=r"nothing\.json cannot be read: No such file"):
        load(tmp_path / "nothing.json")
    with pytest.raises(RecipeError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="bytes is not a text file"):
        load(tmp_path / "bytes")
    (tmp_path / "big").write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(RecipeError, match="big is too large to be a recipe"):
        load(tmp_path / "big")
    (tmp_path / "good").write_text(to_text(Recipe(name="ä")), encoding="utf-8")
    assert load(tmp_path / "good").name == "ä"


def test_a_recipe_cannot_be_changed_in_place():
    with pytest.raises(ValueError, match="frozen"):
        Recipe().batch = 3


def test_a_pasted_recipe_may_have_words_around_it():
    recipe = preset("moons")
    assert from_pasted(f"Hi,\n```json\n{to_text(recipe)}```\nBye") == recipe


@pytest.mark.parametrize(("text", "words"), [
    ("", "no recipe"), ("}{", "no recipe"), ("{", "no recipe"), ("{]}", "not readable JSON"),
    ('{"batch": 0}', "the pasted recipe: batch: 0 is not allowed"),
    ('{"version": 99}', "newer"), ("{" + " " * 4_000_001 + "}", "too long")])
def test_a_paste_that_is_none_is_explained(text, words):
    with pytest.raises(RecipeError, match=words):
        from_pasted(text)


@pytest.mark.parametrize(("part", "sentence"), [
    ({"batch": True}, "batch: True is not allowed; it must be a whole number"),
    ({"batch": "128"}, "batch: '128' is not allowed; it must be a whole number"),
    ({"batch": 128.0}, "batch: 128.0 is not allowed; it must be a whole number"),
    ({"optimizer_d": {"lr": "0.1"}}, "optimizer_d.lr: '0.1' is not allowed; it must be a number"),
    ({"optimizer_d": {"lr": True}}, "optimizer_d.lr: True is not allowed; it must be a number"),
    ({"update": {"train_d": 1}}, "update.train_d: 1 is not allowed; it must be true or false"),
    ({"data": {"kind": "drawn", "strokes": [["1", 0]]}}, "data.strokes.0.0: "),
])
def test_a_value_must_be_of_its_fields_type(part, sentence):
    with pytest.raises(RecipeError) as refusal:
        from_text(json.dumps(part))
    assert sentence in str(refusal.value)


def test_whole_numbers_stand_for_numbers_and_lists_for_strokes():
    made = from_text('{"optimizer_d": {"lr": 1}, "data": {"kind": "drawn", "strokes": [[0, 1]]}}')
    assert made.optimizer_d.lr == 1 and made.data.strokes == ((0, 1),)
