"""What works against itself is said in one sentence, and nothing else is."""

import numpy as np
import pytest

from ganstudio.data.catalogue import thumbnail_points
from ganstudio.recipe import PRESETS, build, preset, warnings
from ganstudio.recipe.data import TwoGaussians
from ganstudio.recipe.reach import reach

BATCH_NORM = {"kind": "mlp", "norm": "batch"}
SPECTRAL = {"kind": "mlp", "norm": "spectral"}
TANH = {"kind": "mlp", "out": "tanh"}
WASSERSTEIN = {"kind": "wasserstein"}
CASES = [
    ({"discriminator": BATCH_NORM, "penalty": {"gp": 1}}, "The gradient penalty needs the slope"),
    ({"discriminator": BATCH_NORM, "penalty": {"r1": 1, "r2": 1}}, "R1 and R2 need the slope"),
    ({"discriminator": SPECTRAL, "loss": {**WASSERSTEIN, "clip": 0.1}}, "Spectral norm already"),
    ({"loss": {**WASSERSTEIN, "clip": 0.1}, "penalty": {"gp": 1}}, "Clipped weights keep"),
    ({"discriminator": SPECTRAL, "penalty": {"gp": 1}}, "pulls it up to one again"),
    ({"loss": WASSERSTEIN}, "Nothing bounds the slope"),
    ({"penalty": {"gp": 1, "lp": 1}}, "hold D's slope to the same bound"),
    ({"minibatch": {"layer": "stddev"}, "penalty": {"r1": 1}}, "its batch, so R1 measures"),
    ({"minibatch": {"layer": "discrimination"}, "penalty": {"gp": 1}}, "so the gradient penalty"),
    ({"minibatch": {"layer": "stddev"}, "batch": 1}, "no company to compare"),
    ({"minibatch": {"layer": "stddev", "group": 4}, "batch": 6}, "Groups of 4 do not divide"),
    ({"minibatch": {"pack": 4}, "batch": 16, "discriminator": BATCH_NORM}, "only 4 packs"),
    ({"loss": {"kind": "hinge", "smooth": 0.1}}, "asks D for no label"),
    ({"loss": {"kind": "relativistic_paired", "real_weight": 0.9}}, "its weight does nothing"),
    ({"loss": {"kind": "hinge", "real_weight": 0.9}}, "edge of its margin"),
    ({"loss": {"smooth": 0.1, "real_weight": 0.5}}, "D rests at 0.3 "),
    ({"generator": TANH}, "the data go as far as 1.03"),
    ({"generator": TANH, "data": {"kind": "disjoint"}}, "the data go as far as 1.3"),
    ({"generator": TANH, "data": {"kind": "line", "length": 4, "angle": 90}}, "as far as 2.06"),
    ({"generator": TANH, "data": {"kind": "points", "path": "a.csv"}}, "standardised columns"),
    ({"loss": {"flip": 0.5}}, "told nothing at all"),
    ({"loss": {"flip": 0.1, "smooth": 0.1}}, "D rests at 0.45"),
    ({"instance_noise": {"sigma": 0.1}}, "never fades"),
    ({"update": {"boost_k": 9, "unit": "epochs"}}, "none is boosted"),
    ({"update": {"boost_k": 2, "k_d": 3}}, "fewer than the 3"),
    ({"optimizer_d": {"schedule": "linear", "steps": 10, "warmup": 10}}, "still warming up"),
    ({"loss": {"clip": 0.1}}, "meant for the Wasserstein critic"),
]


@pytest.mark.parametrize(("parts", "words"), CASES, ids=[words for _, words in CASES])
def test_each_contradiction_has_its_sentence(parts, words):
    said = warnings(build(parts))
    assert [text for text in said if words in text] == list(said), said
    assert len(said) == 1
    text = said[0]
    assert text[0].isupper() and text.endswith(".") and ". " not in text and "\n" not in text


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_that_begin_plain_do_not_contradict_themselves(name):
    assert warnings(preset(name, "somewhere" if PRESETS[name].needs_data else "")) == ()


@pytest.mark.parametrize("parts", [
    {}, {"loss": WASSERSTEIN, "penalty": {"gp": 10}}, {"loss": {**WASSERSTEIN, "clip": 0.01}},
    {"loss": WASSERSTEIN, "discriminator": SPECTRAL}, {"penalty": {"r1": 1, "r2": 1}},
    {"loss": {"smooth": 0.1}}, {"minibatch": {"pack": 2}}, {"minibatch": {"layer": "stddev"}},
    {"loss": {"real_weight": 0.95}},
    {"instance_noise": {"sigma": 0.1, "decay": "linear"}}, {"generator": BATCH_NORM},
    {"generator": TANH, "data": {"kind": "line"}}, {"generator": TANH, "data": {"kind": "digits"}},
    {"generator": TANH, "data": {"kind": "points", "path": "a.csv", "standardise": False}},
    {"discriminator": SPECTRAL, "penalty": {"lp": 1}}, {"update": {"boost_k": 100, "k_d": 5}},
], ids=str)
def test_what_belongs_together_is_left_in_peace(parts):
    assert warnings(build(parts)) == ()


def test_contradictions_add_up():
    said = warnings(build({"discriminator": BATCH_NORM, "penalty": {"gp": 1},
                           "loss": {"kind": "hinge", "smooth": 0.1}}))
    assert len(said) == 2


@pytest.mark.parametrize("part", [
    {"kind": "gaussian-1d", "mean": -3}, {"kind": "two-gaussians"}, {"kind": "ring", "scale": 3},
    {"kind": "grid", "side": 4, "scale": 0.1}, {"kind": "moons"}, {"kind": "spiral"},
    {"kind": "swiss-roll"}, {"kind": "checkerboard"}, {"kind": "disjoint", "scale": 0.5},
    {"kind": "line", "angle": -60}, {"kind": "drawn", "strokes": [[0.2, -0.7], [0.1, 0]]},
], ids=lambda part: part["kind"])
def test_how_far_the_data_go_is_how_far_they_go(part):
    data = build({"data": part}).data
    far = np.abs(thumbnail_points(data, 20_000)).max()
    assert reach(data) == pytest.approx(far, rel=0.25), "but for the tails of noise"
    assert far <= reach(data) + 2 * getattr(data, "sigma", 0) * getattr(data, "scale", 1)
    assert reach(TwoGaussians(separation=1, sigma=0.1)) == 0.8
