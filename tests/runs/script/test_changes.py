import pytest

from ganstudio.runs.retrace import script_of
from ganstudio.runs.script.plan import Alone, Change
from ganstudio.runs.script.plan import told as told_of
from tests import tiny


def tweak(step, **changes):
    return {"step": step, "kind": "tweak",
            "changes": {k.replace("__", "."): list(v) for k, v in changes.items()}}


def move(step, only, count):
    return {"step": step, "kind": "move", "only": only, "count": count}


JOURNALS = {
    "rates": [tweak(10, optimizer_d__lr=(1e-3, 3e-4)), tweak(20, optimizer_g__lr=(1e-3, 2e-3)),
              tweak(25, optimizer_d__beta1=(0.5, 0.9), optimizer_d__eps=(1e-8, 1e-6))],
    "loss": [tweak(8, loss__kind=("non_saturating", "hinge")),
             tweak(16, loss__kind=("hinge", "wasserstein"), loss__clip=(0, 0.05)),
             tweak(30, loss__clip=(0.05, 0))],
    "batch and k": [tweak(5, batch=(16, 24)), tweak(15, update__k_d=(1, 3), update__k_g=(1, 2)),
                    tweak(25, update__k_d=(3, 1), batch=(24, 7))],
    "on hold": [tweak(6, update__train_d=(True, False)), tweak(18, update__train_g=(True, False)),
                tweak(24, update__train_d=(False, True))],
    "noise": [tweak(6, update__fresh_noise=(True, False)),
              tweak(12, update__train_g=(True, False)), tweak(20, update__k_g=(1, 2)),
              tweak(24, update__train_g=(False, True))],
    "average": [tweak(6, average__decay=(0, 0.9)), tweak(14, average__decay=(0.9, 0)),
                tweak(22, average__decay=(0, 0.5))],
    "alone": [move(15, "d", 5), move(18, "g", 3), tweak(25, optimizer_d__lr=(1e-3, 1e-4))],
    "labels": [tweak(4, loss__smooth=(0, 0.1)), tweak(8, loss__flip=(0, 0.2)),
               tweak(15, loss__smooth=(0.1, 0), loss__kind=("non_saturating", "least_squares")),
               tweak(20, loss__flip=(0.2, 0))],
    "weight": [tweak(4, loss__real_weight=(1, 0.95)),
               tweak(8, loss__kind=("non_saturating", "wasserstein"), loss__clip=(0, 0.1)),
               tweak(14, loss__kind=("wasserstein", "least_squares"), loss__smooth=(0, 0.1)),
               tweak(22, loss__real_weight=(0.95, 1))],
    "relativistic": [tweak(5, loss__kind=("non_saturating", "relativistic_average")),
                     tweak(10, loss__feature_matching=(0, 0.3), loss__adversarial=(1, 0.5)),
                     tweak(15, loss__kind=("relativistic_average", "hinge")),
                     tweak(20, loss__feature_matching=(0.3, 0), update__train_g=(True, False)),
                     tweak(25, loss__kind=("hinge", "relativistic_paired"))],
    "penalties": [tweak(4, penalty__r1=(0, 0.3), penalty__r1_every=(1, 4)),
                  tweak(9, penalty__gp=(0, 1), penalty__r1_every=(4, 3)),
                  tweak(13, penalty__r1=(0.3, 0)), tweak(14, penalty__r1=(0, 0.2)),
                  tweak(20, penalty__gp=(1, 0), penalty__r1_every=(3, 1))],
    "past": [tweak(4, loss__historical=(0, 0.5)), tweak(9, loss__historical=(0.5, 0)),
             tweak(14, loss__historical=(0, 0.2), loss__clip=(0, 0.2)),
             tweak(20, loss__clip_before=(False, True))],
    "in time": [tweak(3, optimizer_d__schedule=("constant", "cosine"),
                      optimizer_d__steps=(20000, 30)),
                tweak(6, optimizer_g__warmup=(0, 20), optimizer_d__lr=(1e-3, 2e-3)),
                tweak(12, optimizer_d__schedule=("cosine", "exponential"),
                      optimizer_d__final=(0.1, 0)),
                tweak(20, optimizer_d__schedule=("exponential", "linear")),
                tweak(25, optimizer_d__final=(0, 0.3), optimizer_d__steps=(30, 50))],
    "fading": [tweak(3, instance_noise__sigma=(0, 0.2)),
               tweak(8, instance_noise__decay=("none", "linear"),
                     instance_noise__steps=(20000, 12)),
               tweak(18, instance_noise__decay=("linear", "exponential")),
               tweak(24, instance_noise__steps=(12, 30))],
    "boosted": [tweak(3, update__boost_k=(0, 4), update__boost_first=(25, 8)),
                tweak(14, update__boost_every=(500, 3), update__k_d=(1, 2)),
                tweak(22, update__boost_every=(3, 0)), tweak(26, update__boost_first=(8, 60))],
    "at once": [tweak(0, optimizer_d__lr=(1e-3, 5e-4)), tweak(0, batch=(16, 20))],
}


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=() if name in ("loss", "noise", "alone", "relativistic",
                                                                 "penalties", "in time")
                 else pytest.mark.slow) for name in JOURNALS])
def test_what_was_changed_is_changed_in_the_script(told, name):
    told(tiny.recipe(), JOURNALS[name]).matches(40)


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=() if name == "relativistic" else pytest.mark.slow)
    for name in JOURNALS])
def test_changes_while_both_move_at_once(told, name):
    d = tiny.mlp(norm="spectral", dropout=0.1)  # it matters how often such a D is called
    told(tiny.recipe(update={"rule": "simultaneous"}, discriminator=d), JOURNALS[name]).matches(40)


def test_a_change_back_and_forth_in_epochs(told):
    recipe = tiny.recipe(update={"unit": "epochs", "k_g": 2}, batch=60)
    told(recipe, [tweak(9, update__k_d=(1, 2)), tweak(14, batch=(60, 30)),
                  tweak(20, update__train_g=(True, False))]).matches(60)


def test_negative_momentum_and_its_change(told):
    recipe = tiny.recipe(optimizer_g={"kind": "momentum", "momentum": -0.3, "lr": 0.01})
    told(recipe, [tweak(7, optimizer_g__momentum=(-0.3, 0.4))]).matches(40)


def test_a_change_is_told_in_words(told):
    text = told(tiny.recipe(), JOURNALS["rates"]).text
    assert ("    if step == 10:\n        # D's learning rate: 0.001 → 0.0003\n"
            '        optimizer_d.param_groups[0]["lr"] = 0.0003\n') in text


def test_a_run_that_fell_back_keeps_its_settings_from_there_on():
    recipe = tiny.recipe()
    changes, alone = told_of(recipe, script_of([
        tweak(10, batch=(16, 32)), move(90, "d", 30), tweak(90, optimizer_d__lr=(1e-3, 1.0)),
        {"step": 64, "kind": "nonfinite"}, tweak(64, optimizer_d__lr=(1.0, 1e-4))]))
    assert changes == (Change(10, "batch", 16, 32), Change(64, "optimizer_d.lr", 1e-3, 1.0),
                       Change(64, "optimizer_d.lr", 1.0, 1e-4))
    assert alone == (Alone(60, 4, "d"),)
