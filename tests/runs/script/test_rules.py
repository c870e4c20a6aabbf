"""Update rules beyond turns, as a plain script: the same losses."""

import pytest

from ganstudio.runs.script.plan import ScriptError
from ganstudio.runs.script.rules import RULES
from tests import tiny

EXACT = {"machine": {"precision": "float64"}}
SGD = {"optimizer_d": {"kind": "sgd", "lr": 0.05}, "optimizer_g": {"kind": "sgd", "lr": 0.05}}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_repeats_the_losses_for_a_hundred_steps(told, rule):
    told(tiny.recipe(update={"rule": rule}, **EXACT)).matches(100)


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("parts", [
    SGD, {"loss": {"kind": "relativistic_average"}, "average": {"decay": 0.9}},
    {"loss": {"kind": "wasserstein"}, "optimizer_d": {"kind": "rmsprop", "lr": 1e-4}},
    {"discriminator": {"norm": "layer"}, "optimizer_g": {"schedule": "linear", "steps": 30}}])
def test_with_other_losses_and_optimizers(told, rule, parts):
    made = told(tiny.recipe(update={"rule": rule}, **EXACT, **parts))
    made.matches(60)
    assert all(len(line) <= 100 for line in made.text.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "ogda"])
@pytest.mark.parametrize("before", [False, True])
def test_clipped(told, rule, before):
    told(tiny.recipe(update={"rule": rule}, loss={
        "kind": "wasserstein", "clip": 0.1, "clip_before": before}, **EXACT)).matches(40)


@pytest.mark.parametrize(("parts", "words"), [
    ({"penalty": {"r1": 1}}, "together with a gradient penalty"),
    ({"generator": {"norm": "batch"}}, "batch norm in the generator"),
    ({"discriminator": {"dropout": 0.2}}, "dropout"), ({"minibatch": {"pack": 2}}, "packing"),
    ({"update": {"rule": "consensus", "train_d": False}}, "on hold"),
    ({"machine": {"precision": "bf16"}}, "^bf16 is not written"),
    ({"update": {"rule": "sga"}}, "^the update rule 'sga' is not written")])
def test_what_has_no_code_beside_a_rule_is_refused_in_one_sentence(told, parts, words):
    with pytest.raises(ScriptError, match=words):
        told(tiny.recipe(**{"update": {"rule": "consensus"}, **parts}))
