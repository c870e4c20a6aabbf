import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import tiny
from tests.runs.script.conftest import Told

INITS = ("default", "normal", "xavier", "kaiming", "orthogonal")
NORMS = ("none", "batch", "layer", "spectral")


@pytest.mark.parametrize("init", INITS)
def test_every_first_weight(told, init):
    told(tiny.recipe(generator=tiny.mlp(init=init, norm="batch", activation="maxout"),
                     discriminator=tiny.mlp(init=init, norm="spectral"))).matches(10)


@pytest.mark.parametrize(("init", "norm", "size"), [
    ("default", "batch", 8), ("normal", "layer", 8), ("xavier", "spectral", 12),
    ("kaiming", "batch", 28), ("orthogonal", "spectral", 20)])
def test_every_first_weight_of_a_dcgan(told, init, norm, size):
    part = {"kind": "dcgan", "width": 4, "init": init, "norm": norm, "dropout": 0.1}
    told(tiny.recipe(data={"kind": "digits", "size": size}, latent={"dim": 3}, batch=4,
                     generator=part, discriminator=part)).matches(3)


def networks():
    return st.fixed_dictionaries({
        "kind": st.just("mlp"), "depth": st.integers(0, 3), "width": st.integers(1, 9),
        "activation": st.sampled_from(["relu", "leaky_relu", "tanh", "silu", "maxout"]),
        "slope": st.sampled_from([0.0, 0.1, 0.2]), "pieces": st.integers(2, 4),
        "dropout": st.sampled_from([0, 0, 0.3]), "norm": st.sampled_from(NORMS),
        "init": st.sampled_from(INITS)})


def optimizers():
    return st.fixed_dictionaries({
        "kind": st.sampled_from(["sgd", "momentum", "rmsprop", "adam"]),
        "lr": st.sampled_from([0.0, 1e-4, 1e-3, 1e-2]), "momentum": st.sampled_from([-0.5, 0.9]),
        "beta1": st.sampled_from([0.0, 0.5])})


RECIPES = st.fixed_dictionaries({
    "generator": networks().flatmap(lambda part: st.sampled_from(["linear", "tanh"]).map(
        lambda out: {**part, "out": out})),
    "discriminator": networks(), "optimizer_d": optimizers(),
    "optimizer_g": optimizers(), "batch": st.integers(2, 20), "seed": st.integers(0, 2**31 - 1),
    "latent": st.fixed_dictionaries({"kind": st.sampled_from(["normal", "uniform", "uniform01",
                                                              "sphere"]),
                                     "dim": st.integers(1, 4)}),
    "penalty": st.fixed_dictionaries({
        "gp": st.sampled_from([0, 0, 1]), "r1": st.sampled_from([0, 0, 0.5]),
        "r1_every": st.sampled_from([1, 3])}),
    "loss": st.fixed_dictionaries({
        "kind": st.sampled_from(["minimax", "non_saturating", "least_squares", "hinge",
                                 "wasserstein"]), "clip": st.sampled_from([0, 0, 0.05]),
        "real_weight": st.sampled_from([1, 1, 0.95])}),
    "update": st.fixed_dictionaries({
        "rule": st.sampled_from(["alternating", "alternating", "simultaneous"]),
        "first": st.sampled_from(["d", "g"]), "k_d": st.integers(1, 3), "k_g": st.integers(1, 2),
        "unit": st.sampled_from(["steps", "steps", "epochs"]), "fresh_noise": st.booleans(),
        "train_d": st.sampled_from([True, True, True, False]),
        "train_g": st.sampled_from([True, True, True, False])}),
    "average": st.fixed_dictionaries({"decay": st.sampled_from([0, 0.9])}),
    "machine": st.fixed_dictionaries({"device": st.just("cpu"), "threads": st.just(1),
                                      "precision": st.sampled_from(["float32", "float64"])}),
})


@settings(max_examples=8)
@given(RECIPES)
def test_any_recipe(parts):
    Told(tiny.recipe(**parts)).matches(12)


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=60)
@given(RECIPES)
def test_any_recipe_for_a_hundred_steps(parts):
    Told(tiny.recipe(**parts)).matches(100)
