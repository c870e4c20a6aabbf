"""Runs small enough to train for a few steps in a few milliseconds."""

from ganstudio.data.catalogue import load_dataset
from ganstudio.recipe import Recipe, build
from ganstudio.training.trainer import Trainer

_DATASETS = {}


def recipe(**parts) -> Recipe:
    """A ring of 200 points and networks of 8 units; ``parts`` are laid over it, one level deep."""
    document = {
        "name": "tiny",
        "data": {"kind": "ring", "points": 200},
        "generator": {"kind": "mlp", "depth": 2, "width": 8},
        "discriminator": {"kind": "mlp", "depth": 2, "width": 8, "activation": "leaky_relu"},
        "batch": 16,
        "machine": {"device": "cpu", "threads": 1},
    }
    for name, value in parts.items():
        old = document.get(name)
        if isinstance(value, dict) and isinstance(old, dict) and value.get("kind") in (
                None, old.get("kind")):
            document[name] = {**old, **value}
        else:
            document[name] = value
    return build(document)


IMAGES = {
    "data": {"kind": "digits"}, "latent": {"dim": 4},
    "generator": {"kind": "mlp", "depth": 1, "width": 16},
    "discriminator": {"kind": "mlp", "depth": 1, "width": 16},
}
DCGAN = {
    "data": {"kind": "digits"}, "latent": {"dim": 4}, "batch": 8,
    "generator": {"kind": "dcgan", "width": 4},
    "discriminator": {"kind": "dcgan", "width": 4},
}
LINE = {"data": {"kind": "gaussian-1d", "points": 200}, "latent": {"kind": "uniform", "dim": 1}}


def dataset(of: Recipe):
    """The data of a recipe, loaded once."""
    key = (of.data, of.seed)
    if key not in _DATASETS:
        _DATASETS[key] = load_dataset(of.data, of.seed)
    return _DATASETS[key]


def trainer(of: Recipe | None = None, tier="auto", **parts) -> Trainer:
    """A trainer at step 0."""
    made = of or recipe(**parts)
    return Trainer(made, dataset(made), tier)


def same(a, b) -> bool:
    """Whether two states are one, bit for bit (NaN equals NaN)."""
    import torch

    return (a.values == b.values and a.tensors.keys() == b.tensors.keys()
            and all(x.dtype == y.dtype and x.shape == y.shape
                    and torch.equal(x.contiguous().reshape(-1).view(torch.uint8),
                                    y.contiguous().reshape(-1).view(torch.uint8))
                    for x, y in ((a.tensors[k], b.tensors[k]) for k in a.tensors)))


def mlp(**parts):
    """Network part."""
    return {"kind": "mlp", **parts}


ZOO = {
    "plain": {},
    "sgd": {"optimizer_d": {"kind": "sgd"}, "optimizer_g": {"kind": "sgd"}},
    "momentum-rmsprop": {"optimizer_d": {"kind": "momentum"}, "optimizer_g": {"kind": "rmsprop"}},
    "batch-norm-average": {"generator": mlp(norm="batch"), "discriminator": mlp(norm="batch"),
                           "average": {"decay": 0.9}},
    "dropout": {"generator": mlp(dropout=0.2), "discriminator": mlp(dropout=0.4),
                "average": {"decay": 0.5}},
    "spectral-average": {"generator": mlp(norm="spectral"), "discriminator": mlp(norm="spectral"),
                         "average": {"decay": 0.99}},
    "layer-norm-maxout": {"generator": mlp(norm="layer"),
                          "discriminator": mlp(activation="maxout", pieces=3)},
    "epochs": {"update": {"unit": "epochs", "k_d": 2}, "batch": 60},
    "simultaneous": {"update": {"rule": "simultaneous"}, "discriminator": mlp(norm="batch")},
    "clipped-critic": {"loss": {"kind": "wasserstein", "clip": 0.03}, "update": {"k_d": 3},
                       "optimizer_d": {"kind": "rmsprop"}},
    "g-first": {"update": {"first": "g", "k_g": 2}, "loss": {"kind": "least_squares"}},
    "uniform": {"latent": {"kind": "uniform", "dim": 3}, "loss": {"kind": "hinge"}},
    "small-game": {"latent": {"kind": "uniform01", "dim": 2}, "data": {"kind": "line"},
                   "generator": mlp(out="tanh"), "loss": {"real_weight": 0.95},
                   "optimizer_d": {"kind": "sgd", "lr": 0.03}},
    "sphere": {"latent": {"kind": "sphere", "dim": 5}},
    "sphere-1": {"latent": {"kind": "sphere", "dim": 1}},
    "line": {**LINE, "average": {"decay": 0.3}},
    "float64": {"machine": {"precision": "float64"}},
    "big-batch": {"batch": 450},
    "consensus": {"update": {"rule": "consensus"}, "average": {"decay": 0.9}},
    "ogda": {"update": {"rule": "ogda"}, "discriminator": mlp(dropout=0.2)},
    "past-extragradient": {"update": {"rule": "past_extragradient"},
                           "optimizer_d": {"kind": "sgd"}, "optimizer_g": {"kind": "sgd"}},
    "digits": IMAGES,
    "dcgan": {**DCGAN, "average": {"decay": 0.9}},
}
"""One run of every make, by name: the parts that differ from the tiny ring."""


STEADIED = {
    "wgan-gp": {"loss": {"kind": "wasserstein"}, "penalty": {"gp": 0.3, "gp_every": 2},
                "update": {"k_d": 3}},
    "every-penalty": {"penalty": {"gp": 0.1, "lp": 0.2, "lp_every": 3, "dragan": 0.1, "r1": 0.1,
                                  "r1_every": 4, "r2": 0.2}},
    "instance-noise": {"instance_noise": {"sigma": 0.3, "decay": "linear", "steps": 9}},
    "labels": {"loss": {"smooth": 0.1, "flip": 0.2}, "update": {"fresh_noise": False}},
    "discrimination": {"minibatch": {"layer": "discrimination", "kernels": 3, "size": 2}},
    "stddev-spectral": {"minibatch": {"layer": "stddev"}, "discriminator": mlp(norm="spectral")},
    "packed": {"minibatch": {"pack": 2}, "penalty": {"gp": 0.1},
               "discriminator": mlp(norm="batch")},
    "packed-dcgan": {**DCGAN, "minibatch": {"pack": 2, "layer": "stddev", "group": 2},
                     "penalty": {"r1": 0.1}},
    "matching": {"loss": {"feature_matching": 0.5, "adversarial": 0.0}},
    "matching-beside": {"loss": {"feature_matching": 0.5, "kind": "relativistic_average"},
                        "update": {"fresh_noise": False, "k_d": 2}},
    "historical": {"loss": {"historical": 0.5}},
    "relativistic-pairs": {"loss": {"kind": "relativistic_paired", "flip": 0.1},
                           "penalty": {"r1": 0.1, "r2": 0.1}},
    "schedules": {"optimizer_d": {"schedule": "cosine", "steps": 10, "warmup": 4},
                  "optimizer_g": {"schedule": "exponential", "steps": 8, "final": 0.2}},
    "boosted": {"loss": {"kind": "wasserstein", "clip": 0.03, "clip_before": True},
                "update": {"k_d": 2, "boost_k": 4, "boost_first": 2, "boost_every": 5}},
    "simultaneous-steadied": {
        "update": {"rule": "simultaneous"}, "loss": {"historical": 0.1, "feature_matching": 0.2,
                                                     "smooth": 0.1, "flip": 0.1},
        "penalty": {"gp": 0.1, "r2": 0.1, "r2_every": 2}, "instance_noise": {"sigma": 0.1}},
    "consensus-steadied": {
        "update": {"rule": "consensus"}, "loss": {"historical": 0.1, "feature_matching": 0.2,
                                                  "smooth": 0.1, "flip": 0.1},
        "penalty": {"gp": 0.1, "r2": 0.1, "r2_every": 2}, "instance_noise": {"sigma": 0.1},
        "minibatch": {"pack": 2, "layer": "discrimination", "kernels": 2},
        "optimizer_d": {"schedule": "linear", "steps": 9, "warmup": 3}},
    "ogda-pairs": {"update": {"rule": "ogda"}, "loss": {"kind": "relativistic_paired"},
                   "penalty": {"r1": 1.0, "r1_every": 3}},
}
"""Runs in which something steadies the game."""
