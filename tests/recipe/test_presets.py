"""Presets: every one is a valid recipe, and the published ones say what was published."""

import pytest

from ganstudio.recipe import PRESETS, Recipe, RecipeError, leaves, preset

SMALL = {"batch": 150, "optimizer_d.kind": "sgd", "optimizer_g.kind": "sgd", "update.k_g": 1,
         "loss.kind": "non_saturating", "loss.real_weight": 0.95, "generator.out": "tanh",
         "generator.activation": "relu", "discriminator.activation": "relu", "latent.dim": 2,
         "latent.kind": "uniform01", "update.rule": "alternating"}
LETTERS = {
    "gan-2014": {"update.rule": "simultaneous", "discriminator.activation": "maxout",
                 "discriminator.pieces": 5, "discriminator.dropout": 0.5, "batch": 100,
                 "optimizer_d.kind": "momentum", "optimizer_d.lr": 0.1,
                 "optimizer_g.momentum": 0.5, "loss.kind": "non_saturating"},
    "dcgan": {"optimizer_d.lr": 2e-4, "optimizer_g.beta1": 0.5, "batch": 128,
              "generator.init_std": 0.02, "discriminator.slope": 0.2, "discriminator.norm": "batch",
              "generator.norm": "batch", "latent.dim": 100},
    "wgan": {"loss.clip": 0.01, "update.k_d": 5, "update.boost_k": 100, "update.boost_first": 25,
             "update.boost_every": 500, "optimizer_d.kind": "rmsprop", "optimizer_d.lr": 5e-5,
             "optimizer_g.lr": 5e-5, "batch": 64, "loss.kind": "wasserstein"},
    "wgan-gp-toy": {"penalty.gp": 0.1, "update.k_d": 5, "optimizer_d.beta2": 0.9,
                    "optimizer_d.lr": 1e-4, "generator.width": 512},
    "wgan-gp": {"penalty.gp": 10, "update.k_d": 5, "optimizer_d.beta1": 0,
                "optimizer_d.beta2": 0.9, "discriminator.norm": "none"},
    "ttur": {"update.k_d": 1, "optimizer_d.lr": 3e-4, "optimizer_g.lr": 1e-4},
    "lsgan": {"loss.kind": "least_squares", "optimizer_d.beta1": 0.5},
    "sngan": {"discriminator.norm": "spectral", "optimizer_d.lr": 2e-4, "optimizer_d.beta1": 0.5},
    "sagan": {"optimizer_d.lr": 4e-4, "optimizer_g.lr": 1e-4, "loss.kind": "hinge",
              "discriminator.norm": "spectral", "generator.norm": "spectral", "update.k_d": 1},
    "r1": {"penalty.r1": 10, "optimizer_d.kind": "rmsprop", "optimizer_d.lr": 1e-4,
           "average.decay": 0.999},
    "consensus": {"update.rule": "consensus", "update.gamma": 10, "generator.depth": 4,
                  "generator.width": 16, "latent.dim": 16, "optimizer_g.lr": 1e-4, "batch": 512},
    "unrolled": {"update.rule": "unrolled", "update.unroll_k": 10, "optimizer_g.lr": 1e-3,
                 "optimizer_d.lr": 1e-4, "latent.dim": 256, "batch": 512},
    "pacgan2": {"minibatch.pack": 2, "generator.width": 400, "generator.depth": 4,
                "discriminator.width": 200, "optimizer_d.beta1": 0.8, "batch": 200},
    "pacgan4": {"minibatch.pack": 4, "batch": 400, "discriminator.pieces": 5,
                "data.points": 100_000},
    "small-gaussians": {**SMALL, "generator.depth": 2, "generator.width": 8,
                        "discriminator.depth": 2, "discriminator.width": 8, "update.k_d": 2,
                        "optimizer_d.lr": 0.1, "optimizer_g.lr": 0.03},
    "small-ring": {**SMALL, "generator.depth": 2, "generator.width": 10,
                   "discriminator.depth": 3, "discriminator.width": 9, "update.k_d": 3,
                   "optimizer_d.lr": 0.1, "optimizer_g.lr": 0.03},
    "small-disjoint": {**SMALL, "generator.depth": 3, "generator.width": 10,
                       "discriminator.depth": 3, "discriminator.width": 11, "update.k_d": 1,
                       "optimizer_d.lr": 0.1, "optimizer_g.lr": 0.03},
    "small-line": {**SMALL, "generator.depth": 2, "generator.width": 5,
                   "discriminator.depth": 2, "discriminator.width": 6, "update.k_d": 2,
                   "optimizer_d.lr": 0.03, "optimizer_g.lr": 0.01, "data.kind": "line"},
    "relativistic": {"loss.kind": "relativistic_paired", "penalty.r1": 1, "penalty.r2": 1},
}


@pytest.mark.parametrize("name", LETTERS)
def test_a_published_recipe_to_the_letter(name: str):
    said = leaves(preset(name))
    assert {path: said[path] for path in LETTERS[name]} == LETTERS[name]


def test_every_published_recipe_is_held_to_its_letter_and_names_its_source():
    published = {name for name, p in PRESETS.items() if p.group == "published"}
    assert published == set(LETTERS)
    assert all(PRESETS[name].source for name in published)


@pytest.mark.parametrize("name", [name for name, p in PRESETS.items() if p.takes_data])
def test_presets_that_take_data_read_what_they_are_given(name: str):
    assert preset(name, "my pictures").data.path == "my pictures"


def test_without_data_the_bundled_digits_do_or_it_is_said():
    assert preset("dcgan").data.kind == "digits"
    with pytest.raises(RecipeError, match="needs data"):
        preset("mnist")


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(RecipeError, match=r"the presets are gaussian-1d, .*ring-wgan.*pacgan2"):
        preset("pacgan3")


def test_each_preset_has_a_recipe_of_its_own():
    made = [preset(n, "x" if p.needs_data else "") for n, p in PRESETS.items()]
    assert all(isinstance(recipe, Recipe) for recipe in made)
    assert len({recipe.name for recipe in made}) == len(made)
