"""Verdicts on histories written by hand, and the remedies that go with them."""

from dataclasses import replace

import pytest

from ganstudio.recipe import PRESETS, differences, preset, with_value
from ganstudio.training.doctor.diagnosis import ENOUGH, diagnose
from ganstudio.training.doctor.record import Symptoms, from_plain
from ganstudio.training.doctor.remedies import OFFERS, remedies, with_remedy
from ganstudio.training.doctor.rules import EXPLAINS, RULES
from ganstudio.training.doctor.words import DISEASES, LABELS

WELL = Symptoms(
    0, epoch=2, data_size=5000, acc_real=0.55, acc_fake=0.5, acc_held=0.55, auc=0.52,
    auc_held=0.5, overlap=0.8, logit_size=0.2, grad_g=0.5, grad_d=0.3, grad_ns=0.5, snr_g=9,
    snr_d=20, norm_g=10, norm_d=10, move_g=1e-3, move_d=1e-3, turn=0.2, recurrence=1, spread=1,
    mismatch=2, precision=0.9, coverage=0.9, reach=1, occupancy=(0.5, 0.5), expected=(0.5, 0.5),
    effective=1, centre=(0.0, 0.0), copy_ratio=1, copy_distinct=0.5, cue_gain=0)


def history(count=20, every=50, **signs):
    """The same examination again and again; a list among ``signs`` is gone through in turn."""
    def at(k):
        return {n: v[k % len(v)] if isinstance(v, list) else v for n, v in signs.items()}
    return [replace(WELL, step=k * every, **at(k)) for k in range(count)]


FAR = {"mismatch": 100.0, "precision": 0.05, "coverage": 0.05}
SIGNS = {
    "vanishing": {**FAR, "auc": 1.0, "loss": "minimax", "grad_g": 0.001},
    "lagging": {**FAR, "auc": 0.05, "move_d": 1e-6, "snr_d": 500.0},
    "oscillation": {"mismatch": 100.0, "centre": [(1.0, 0.0), (1.0, 0.0), (-1.0, 0.0),
                                                  (-1.0, 0.0)]},
    "collapse_total": {**FAR, "spread": 0.001, "effective": 0.1},
    "hopping": {"effective": 0.2, "occupancy": [(1.0, 0.0), (0.0, 1.0)]},
    "collapse_partial": {"occupancy": (1.0, 0.0)},
    "overfit": {"auc_held": 0.7, "epoch": 30.0},
    "noise": {**FAR, "logit_size": 0.02, "snr_d": 1.5},
    "divergence": {**FAR, "reach": [1.0, *[50.0] * 30]},
    "cue": {"cue_gain": 0.4, "cue": "border", "auc": 0.95},
    "memorisation": {"copy_ratio": 0.2, "copy_distinct": 0.6},
}


@pytest.mark.parametrize("disease", SIGNS)
def test_plain_signs_are_called_by_their_name(disease):
    verdict = diagnose(history(**SIGNS[disease]))
    assert verdict.state == "ill" and verdict.disease == disease
    assert verdict.diagnoses[0].confidence > 0.8
    assert all(e.title for e in verdict.diagnoses[0].evidence)


@pytest.mark.parametrize("disease", SIGNS)
def test_nothing_is_said_before_enough_was_seen(disease):
    verdict = diagnose(history(ENOUGH - 1, **SIGNS[disease]))
    assert verdict.state == "watching" and 0 < verdict.progress < 1


def test_a_sign_that_passes_is_no_disease():
    past = history(12, **SIGNS["vanishing"])
    assert diagnose([*past, *(replace(WELL, step=600 + 50 * k) for k in range(20))]).state != "ill"


def test_a_loss_that_is_no_number_is_named_at_once():
    verdict = diagnose([WELL, replace(WELL, step=30, nonfinite=34)])
    assert verdict.disease == "divergence" and "34" in verdict.headline


def test_equilibrium_is_told_from_a_d_that_has_given_up():
    assert diagnose(history(logit_size=0.02, snr_d=1.5)).state == "equilibrium"
    assert diagnose(history(**SIGNS["noise"])).disease == "noise"


def test_a_run_on_its_way_says_what_improves():
    getting = [replace(WELL, step=50 * k, mismatch=200 * 0.85**k, precision=0.02 * k, auc=0.8)
               for k in range(20)]
    verdict = diagnose(getting)
    assert verdict.state == "improving"
    assert "match" in verdict.headline and "precision" in verdict.headline


def test_the_effect_of_the_last_change_is_told():
    changed = [replace(s, mismatch=100.0 if k < 10 else 10.0,
                       tweaked=("loss.kind",) if k == 10 else ())
               for k, s in enumerate(history())]
    effect = diagnose(changed).effect
    assert "loss.kind" in effect and "500" in effect and "better" in effect
    assert diagnose(history()).effect == ""


def test_an_empty_history_is_watched():
    assert diagnose([]).state == "watching"


def test_symptoms_survive_being_written_down():
    import json
    import math

    seen = replace(WELL, step=7, hist_real=(0.5, 0.5), tweaked=("batch",), precision=math.nan)
    again = from_plain(7, json.loads(json.dumps(seen.plain(), allow_nan=False)))
    assert again.hist_real == seen.hist_real and again.tweaked == ("batch",)
    assert math.isnan(again.precision) and again.auc == seen.auc
    assert from_plain(3, {"auc": "nonsense", "step": 9, "unknown": 1}) .step == 3


def test_every_disease_has_rule_words_remedies_and_labels():
    assert set(RULES) == set(DISEASES) == set(OFFERS)
    assert all(key in LABELS for d in DISEASES.values() for key in d.evidence)
    assert all(x in RULES for names in EXPLAINS.values() for x in names)


@pytest.mark.parametrize("disease", DISEASES)
@pytest.mark.parametrize("name", [n for n, p in PRESETS.items() if not p.needs_data])
def test_every_remedy_changes_something_and_can_be_applied(disease, name):
    recipe = preset(name)
    offered = remedies(disease, recipe)
    assert offered
    for remedy in offered:
        after = with_remedy(recipe, remedy)
        assert differences(recipe, after)
        assert remedy.why and remedy.source
        assert remedy not in remedies(disease, after)


def test_remedies_start_from_where_the_recipe_stands():
    recipe = with_value(preset("ring"), "loss.kind", "minimax")
    labels = [r.label for r in remedies("vanishing", recipe)]
    assert labels[0] == "Swap to the non-saturating loss"
    assert "Swap to the non-saturating loss" not in [
        r.label for r in remedies("vanishing", preset("ring"))]


def test_a_remedy_that_needs_a_new_run_says_so():
    pack = next(r for r in remedies("collapse_partial", preset("ring")) if "Pack" in r.label)
    live = next(r for r in remedies("collapse_partial", preset("ring")) if "R1" in r.label)
    assert pack.restart and not live.restart
