"""Update rules beyond turns, as a plain script: the same losses."""

import pytest

from ganstudio.recipe.game import SGD_RULES
from ganstudio.runs.script.plan import ScriptError
from ganstudio.runs.script.rule_steps import NOTES
from tests import tiny
from tests.runs.script.test_changes import move, tweak

EXACT = {"machine": {"precision": "float64"}}
SGD = {"optimizer_d": {"kind": "sgd", "lr": 0.05}, "optimizer_g": {"kind": "sgd", "lr": 0.05}}
RULES = tuple(NOTES)


def ruled(rule, **parts):
    """The tiny ring under this rule, by plain steps where it takes no others."""
    plain = SGD if rule in SGD_RULES else {}
    return tiny.recipe(**{**parts, **plain, "update": {"rule": rule, **parts.get("update", {})}})


@pytest.mark.parametrize("rule", [
    pytest.param(rule, marks=() if rule in ("consensus", "ogda", "past_extragradient")
                 else pytest.mark.slow) for rule in RULES])
def test_a_rule_repeats_the_losses_for_a_hundred_steps_in_float32(told, rule):
    made = told(ruled(rule))
    made.matches(100)
    assert all(len(line) <= 100 for line in made.text.splitlines())


BESIDE = {
    "sgd": SGD, "momentum": {"optimizer_g": {"kind": "momentum", "momentum": -0.3}},
    "relativistic": {"loss": {"kind": "relativistic_average"}, "average": {"decay": 0.9}},
    "wasserstein": {"loss": {"kind": "wasserstein"}, "optimizer_d": {"kind": "rmsprop",
                                                                     "lr": 1e-4}},
    "layer": {"discriminator": {"norm": "layer"}, "optimizer_g": {"schedule": "linear",
                                                                  "steps": 30}},
    "batch": {"generator": {"norm": "batch"}, "discriminator": {"norm": "batch"}},
    "spectral": {"generator": {"norm": "spectral"}, "discriminator": {"norm": "spectral"}},
    "penalties": {"penalty": {"gp": 0.1, "lp": 0.1, "dragan": 0.1, "r1": 0.1, "r2": 0.1}},
    "lazy": {"penalty": {"gp": 0.1, "r1": 0.1, "r1_every": 3}},
    "dropout": {"generator": {"dropout": 0.2}, "discriminator": {"dropout": 0.3}},
    "chance": {"instance_noise": {"sigma": 0.2}, "loss": {"flip": 0.1, "smooth": 0.1}},
    "fading": {"instance_noise": {"sigma": 0.2, "decay": "linear", "steps": 20}},
    "matching": {"loss": {"feature_matching": 0.3}},
    "historical": {"loss": {"historical": 0.3}, "average": {"decay": 0.9}},
    "packs": {"minibatch": {"pack": 2, "layer": "stddev"}, "penalty": {"gp": 0.1},
              "discriminator": {"norm": "spectral"}},
    "company": {"minibatch": {"layer": "discrimination", "kernels": 3, "size": 2}},
    "clip": {"loss": {"kind": "wasserstein", "clip": 0.1}},
    "clip before": {"loss": {"kind": "wasserstein", "clip": 0.1, "clip_before": True}},
    "d held": {"update": {"train_d": False}, "loss": {"clip": 0.1}},
    "g held": {"update": {"train_g": False}},
    "images": tiny.DCGAN,
    "few weights": {"generator": {"depth": 0}, "discriminator": {"depth": 0}},
}
QUICK = {("penalties", "extragradient"), ("spectral", "unrolled"), ("dropout", "competitive"),
         ("chance", "sga"), ("historical", "ogda"), ("few weights", "competitive")}


@pytest.mark.parametrize(("beside", "rule"), [
    pytest.param(beside, rule, marks=() if (beside, rule) in QUICK else pytest.mark.slow)
    for beside in BESIDE for rule in RULES
    if beside != "few weights" or rule == "competitive"])
def test_a_rule_with_what_steadies_the_game(told, beside, rule):
    made = told(ruled(rule, **BESIDE[beside], **EXACT))
    made.matches(25)
    assert all(len(line) <= 100 for line in made.text.splitlines())


STRENGTHS = {"consensus": "gamma", "sga": "sga_lambda", "unrolled": "unroll_eta",
             "lookahead": "lookahead_eta", "lola_exact": "lookahead_eta"}


@pytest.mark.parametrize("rule", [
    pytest.param(rule, marks=() if rule in ("sga", "ogda") else pytest.mark.slow)
    for rule in RULES])
def test_changes_under_a_rule(told, rule):
    strength = STRENGTHS.get(rule, "gamma")
    journal = [tweak(3, update__train_d=(True, False)), tweak(6, loss__clip=(0, 0.2)),
               tweak(9, update__train_d=(False, True), update__train_g=(True, False)),
               tweak(12, update__train_g=(False, True), penalty__r1=(0, 0.1)),
               tweak(15, optimizer_d__lr=(1e-3, 5e-4), **{f"update__{strength}": (1.0, 0.3)}),
               tweak(18, update__sga_align=(True, False), update__unroll_k=(5, 2)),
               tweak(20, loss__flip=(0, 0.1), instance_noise__sigma=(0, 0.1))]
    told(ruled(rule, **EXACT), journal).matches(25)


def test_steps_of_one_player_alone_beside_a_rule_are_refused_in_one_sentence(told):
    with pytest.raises(ScriptError, match="alone beside the update rule 'sga' are not written"):
        told(ruled("sga"), [move(5, "d", 2)])


def test_bf16_is_refused_in_one_sentence(told):
    with pytest.raises(ScriptError, match="bf16 is not written"):
        told(tiny.recipe(machine={"precision": "bf16"}))
