import pytest

from tests import tiny
from tests.runs.script.test_changes import tweak

SGD = {"optimizer_d": {"kind": "sgd", "lr": 0.01}, "optimizer_g": {"kind": "sgd", "lr": 0.01}}
RUNS = {
    "wgan-gp": {"loss": {"kind": "wasserstein"}, "penalty": {"gp": 10}, "update": {"k_d": 3}},
    "lp and r2": {"penalty": {"lp": 1, "r2": 0.3}},
    "dragan": {"penalty": {"dragan": 10}},
    "lazy r1": {"penalty": {"r1": 5, "r1_every": 4, "gp": 1}, "update": {"k_d": 2}},
    "r1 on digits": {**tiny.DCGAN, "penalty": {"r1": 1, "gp": 1},
                     "discriminator": {"kind": "dcgan", "width": 4, "norm": "spectral"}},
    "penalties with batch norm": {"penalty": {"gp": 1}, "discriminator": tiny.mlp(norm="batch")},
    "relativistic": {"loss": {"kind": "relativistic_average"}},
    "paired": {"loss": {"kind": "relativistic_paired"}, "update": {"fresh_noise": False,
                                                                   "k_d": 2, "k_g": 2}},
    "relativistic on hold": {"loss": {"kind": "relativistic_paired"},
                             "update": {"train_d": False}, "instance_noise": {"sigma": 0.1}},
    "g held in noise": {"update": {"train_g": False}, "instance_noise": {"sigma": 0.1}},
    "smooth": {"loss": {"smooth": 0.1}},
    "smooth squares": {"loss": {"kind": "least_squares", "smooth": 0.2}},
    "smooth relativistic": {"loss": {"kind": "relativistic_average", "smooth": 0.1}},
    "smooth paired": {"loss": {"kind": "relativistic_paired", "smooth": 0.1}},
    "weighted": {"loss": {"real_weight": 0.95}, "generator": tiny.mlp(out="tanh")},
    "weighted squares": {"loss": {"kind": "least_squares", "real_weight": 0.5}},
    "weighted hinge": {"loss": {"kind": "hinge", "real_weight": 2}},
    "weighted, smooth": {"loss": {"smooth": 0.1, "real_weight": 0.7}, "update": {"k_d": 2}},
    "weighted, smooth squares": {"loss": {"kind": "least_squares", "smooth": 0.1,
                                          "real_weight": 0.7}},
    "weighted and flipped": {"loss": {"flip": 0.2, "real_weight": 0.6}},
    "weighted together": {"loss": {"real_weight": 0.6}, "update": {"rule": "simultaneous"}},
    "weighted ahead": {"loss": {"real_weight": 0.6}, "update": {"rule": "extragradient"}},
    "weighted idly": {"loss": {"kind": "relativistic_average", "real_weight": 0.6}},
    "noise": {"instance_noise": {"sigma": 0.3}, "penalty": {"r1": 0.5}},
    "noise that ends": {"instance_noise": {"sigma": 0.3, "decay": "linear", "steps": 15}},
    "noise that fades": {"instance_noise": {"sigma": 0.3, "decay": "exponential", "steps": 15}},
    "linear rate": {"optimizer_d": {"schedule": "linear", "steps": 30, "warmup": 5},
                    "optimizer_g": {"warmup": 9}},
    "cosine rate": {"optimizer_g": {"schedule": "cosine", "steps": 30, "final": 0.1}},
    "falling rate": {"optimizer_d": {"schedule": "exponential", "steps": 30, "final": 0},
                     "optimizer_g": {"schedule": "exponential", "steps": 30, "final": 0.2}},
    "boosted": {"update": {"boost_k": 4, "boost_first": 3, "boost_every": 7}},
    "boosted, shared": {"update": {"boost_k": 4, "boost_first": 3, "fresh_noise": False}},
    "clip before": {"loss": {"kind": "wasserstein", "clip": 0.05, "clip_before": True}},
    "packs": {"minibatch": {"pack": 2}, "penalty": {"gp": 1}},
    "packs of digits": {**tiny.DCGAN, "minibatch": {"pack": 4}},
    "flipped": {"loss": {"flip": 0.2}},
    "flipped and smooth": {"loss": {"flip": 0.1, "smooth": 0.1, "kind": "relativistic_average"}},
    "flipped hinge": {"loss": {"flip": 0.1, "smooth": 0.1, "kind": "hinge"}},
    "flipped critic": {"loss": {"flip": 0.1, "kind": "wasserstein"}},
    "flipped squares": {"loss": {"flip": 0.1, "kind": "least_squares"}},
    "flipped pairs": {"loss": {"flip": 0.1, "smooth": 0.2, "kind": "relativistic_paired"}},
    "flipped on hold": {"loss": {"flip": 0.3}, "update": {"train_d": False}},
    "discrimination": {"minibatch": {"layer": "discrimination", "kernels": 3, "size": 2},
                       "loss": {"clip": 0.2}, "penalty": {"gp": 0.1}},
    "discrimination of digits": {**tiny.DCGAN, "minibatch": {"layer": "discrimination"}},
    "spread": {"minibatch": {"layer": "stddev", "group": 4}, "penalty": {"r1": 0.1},
               "discriminator": tiny.mlp(norm="spectral")},
    # Adam makes much of the last digits of gradients that are next to nothing, as these are.
    "spread of digits in packs": {**tiny.DCGAN, **SGD, "penalty": {"r1": 0.1},
                                  "minibatch": {"layer": "stddev", "group": 2, "pack": 2}},
    "spread, flat": {"minibatch": {"layer": "stddev"}, "discriminator": tiny.mlp(depth=0)},
    "matched": {"loss": {"feature_matching": 0.5, "adversarial": 0.0}},
    "matched on hold": {"loss": {"feature_matching": 0.5}, "update": {"train_g": False}},
    "matched in noise": {"loss": {"feature_matching": 0.5}, "instance_noise": {"sigma": 0.1},
                         "minibatch": {"layer": "discrimination"}},
    "matched digits": {**tiny.DCGAN, "loss": {"feature_matching": 0.5, "adversarial": 0.3},
                       "minibatch": {"layer": "stddev"}},
    "matched beside pairs": {"loss": {"feature_matching": 0.5, "kind": "relativistic_average"},
                             "update": {"fresh_noise": False, "k_d": 2, "k_g": 2}},
    "historical": {"loss": {"historical": 0.5}, "update": {"k_d": 2}, "average": {"decay": 0.9}},
    "historical, clipped": {"loss": {"historical": 0.3, "clip": 0.1, "clip_before": True,
                                     "kind": "wasserstein"}},
    "together with all": {
        "update": {"rule": "simultaneous"}, "instance_noise": {"sigma": 0.1},
        "loss": {"historical": 0.1, "feature_matching": 0.2, "smooth": 0.1, "flip": 0.1},
        "penalty": {"gp": 0.1, "r2": 0.1, "r2_every": 2}},
    "together, matched": {"update": {"rule": "simultaneous"}, "loss": {
        "kind": "relativistic_paired", "feature_matching": 0.2, "historical": 0.1}},
    "together": {"update": {"rule": "simultaneous"}, "penalty": {"gp": 1, "r2": 0.5, "r1": 1,
                                                                 "r1_every": 3},
                 "instance_noise": {"sigma": 0.1}, "average": {"decay": 0.9}},
    "together, compared": {"update": {"rule": "simultaneous"}, "loss": {
        "kind": "relativistic_average", "smooth": 0.1, "clip": 0.05, "clip_before": True}, **SGD},
}


QUICK = ("wgan-gp", "weighted", "flipped and smooth", "discrimination", "matched digits",
         "historical", "packs", "boosted, shared", "cosine rate")
"""Those of the default run; together they have most of what a script can say."""


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in RUNS])
def test_what_steadies_the_game_is_told(told, name):
    text = told(tiny.recipe(**RUNS[name]))
    text.matches(40)
    assert all(len(line) <= 100 for line in text.text.splitlines())


@pytest.mark.parametrize("journal", [
    [tweak(7, penalty__gp=(0, 5)), tweak(20, penalty__gp=(5, 0))],
    [tweak(7, instance_noise__sigma=(0, 0.2)), tweak(20, instance_noise__sigma=(0.2, 0))],
    [tweak(7, loss__kind=("relativistic_average", "relativistic_paired"))]])
def test_switched_on_and_off(told, journal):
    first = journal[0]["changes"].get("loss.kind", ["non_saturating"])[0]
    told(tiny.recipe(loss={"kind": first}), journal).matches(30)


def test_a_scheduled_rate_may_change(told):
    recipe = tiny.recipe(optimizer_d={"schedule": "linear", "steps": 50})
    told(recipe, [tweak(9, optimizer_d__lr=(1e-3, 3e-3))]).matches(30)
