"""The captured step is the eager one: the same bits, for every way of playing that it claims."""

import math

import pytest
import tiny
import torch

from ganstudio.nets.latent import LatentSampler
from ganstudio.recipe import with_value
from ganstudio.recipe.game import LABELLED, WEIGHTED, Loss
from ganstudio.training.tiers import captured
from ganstudio.training.tiers.claims import SOME, why_not

STEPS = 100
LOSSES = SOME["loss.kind"]
MOVES = {
    "alternating": {}, "shared-fakes": {"fresh_noise": False, "k_d": 2, "k_g": 2},
    "k_d": {"k_d": 3}, "g-first": {"first": "g", "k_g": 2},
    "simultaneous": {"rule": "simultaneous"},
    "d-held": {"train_d": False}, "g-held": {"train_g": False, "k_d": 2},
    "simultaneous-d-held": {"rule": "simultaneous", "train_d": False},
}
DOUBLE = {"device": "cpu", "threads": 1, "precision": "float64"}


def both_ways(steps=STEPS, **parts):
    """A trainer that captures and one that does not, both after so many steps."""
    fast, eager = tiny.trainer(**parts), tiny.trainer(**parts, tier="eager")
    ours, theirs = fast.advance(steps), eager.advance(steps)
    assert fast.tiers.name == "captured" and eager.tiers.name == "eager"
    assert ours.values.tobytes() == theirs.values.tobytes()
    return fast.state(), eager.state()


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_for_a_hundred_steps(loss):
    assert tiny.same(*both_ways(loss={"kind": loss}))


@pytest.mark.parametrize("moves", MOVES)
def test_every_order_of_moves(moves):
    assert tiny.same(*both_ways(steps=16, update=MOVES[moves]))


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("moves", MOVES)
def test_every_loss_in_every_order_of_moves(loss, moves):
    assert tiny.same(*both_ways(loss={"kind": loss}, update=MOVES[moves]))


@pytest.mark.parametrize("loss", LOSSES)
def test_in_double_precision(loss):
    assert tiny.same(*both_ways(steps=20, loss={"kind": loss}, machine=DOUBLE,
                                average={"decay": 0.9}))


@pytest.mark.parametrize("kind", ["sgd", "momentum", "rmsprop", "adam"])
@pytest.mark.parametrize("clip", [0, 0.05])
def test_every_optimizer_with_clipping_and_average(kind, clip):
    optimizer = {"kind": kind, "lr": 3e-3}
    assert tiny.same(*both_ways(steps=16, optimizer_d=optimizer, optimizer_g=optimizer,
                                loss={"clip": clip}, average={"decay": 0.9}))


@pytest.mark.parametrize("activation", SOME["generator.activation"])
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_every_activation_at_any_depth(activation, depth):
    net = {"activation": activation, "depth": depth, "width": 24}
    assert tiny.same(*both_ways(steps=12, generator=net, discriminator={**net, "width": 17}))


@pytest.mark.parametrize("kind", ["normal", "uniform", "uniform01", "sphere"])
@pytest.mark.parametrize("dim", [1, 5])
def test_every_latent_and_batches_across_epochs(kind, dim):
    assert tiny.same(*both_ways(steps=14, latent={"kind": kind, "dim": dim}, batch=90))


def test_data_on_the_line():
    assert tiny.same(*both_ways(steps=40, **tiny.LINE))


def test_the_program_is_torchscript_and_makes_no_noise(recwarn):
    captured.compiled.cache_clear()
    both_ways(steps=10)
    assert not [w for w in recwarn if "jit" in str(w.message)]


def test_gradients_are_those_of_finite_differences():
    """Against nothing of ours but the losses: the program's slopes at the logits, float64."""
    from ganstudio.game.losses import LOSSES as STATED
    from ganstudio.game.losses import loss_of
    from ganstudio.training.tiers import loss_program

    r, q = torch.randn(2, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    step = 1e-6
    weighted = [loss_of(Loss(kind=kind, real_weight=0.6)) for kind in WEIGHTED]
    for loss in (*STATED.values(), *weighted):
        kind, both = loss.kind, torch.cat((r, q))
        ones, zeros = torch.ones(7, dtype=torch.float64), torch.zeros(7, dtype=torch.float64)
        for smooth in (0.0, 0.3) if kind in LABELLED else (0.0,):
            slope = loss_program.slope_of_d(kind, r, q, smooth, loss.real_weight).view(-1)
            for i in range(14):
                nudge = torch.zeros(14, dtype=torch.float64)
                nudge[i] = step
                up, down = (loss.labelled(*(both + s * nudge).split(7), (1 - smooth) * ones, zeros)
                            if smooth else loss.d(*(both + s * nudge).split(7)) for s in (1, -1))
                assert float(slope[i]) == pytest.approx(float(up - down) / (2 * step), abs=1e-7)
        slope = loss_program.slope_of_g(kind, q, r).view(-1)
        for i in range(7):
            nudge = torch.zeros(7, dtype=torch.float64)
            nudge[i] = step
            up, down = (loss.g(q + s * nudge, r) for s in (1, -1))
            assert float(slope[i]) == pytest.approx(float(up - down) / (2 * step), abs=1e-7)


STEADIED = {
    "smooth": {"loss": {"smooth": 0.2}},
    "smooth-squares": {"loss": {"smooth": 0.2, "kind": "least_squares"}},
    "smooth-pairs": {"loss": {"smooth": 0.2, "kind": "relativistic_paired"}},
    "smooth-relativistic": {"loss": {"smooth": 0.2, "kind": "relativistic_average"}},
    "smooth-idle": {"loss": {"smooth": 0.2, "kind": "hinge"}},
    **{f"weighted-{kind}": {"loss": {"kind": kind, "real_weight": 0.95}} for kind in LOSSES},
    "weighted-and-smooth": {"loss": {"real_weight": 0.3, "smooth": 0.1}},
    "weighted-and-smooth-squares": {
        "loss": {"kind": "least_squares", "real_weight": 1.7, "smooth": 0.1}},
    "weighted-and-penalised": {"loss": {"real_weight": 0.3}, "penalty": {"gp": 1, "r1": 0.5},
                               "generator": tiny.mlp(out="tanh")},
    "bounded": {"generator": tiny.mlp(out="tanh")},
    "bounded-and-flat": {"generator": tiny.mlp(out="tanh", depth=0)},
    "bounded-noise": {"generator": tiny.mlp(out="tanh"), "instance_noise": {"sigma": 0.2}},
    "small-game": {"latent": {"kind": "uniform01", "dim": 2}, "data": {"kind": "line"},
                   "generator": tiny.mlp(depth=2, width=5, out="tanh"), "batch": 150,
                   "discriminator": tiny.mlp(depth=2, width=6),
                   "loss": {"real_weight": 0.95}, "optimizer_d": {"kind": "sgd", "lr": 0.03},
                   "optimizer_g": {"kind": "sgd", "lr": 0.01}},
    "noise": {"instance_noise": {"sigma": 0.3}},
    "noise-that-ends": {"instance_noise": {"sigma": 0.3, "decay": "linear", "steps": 12}},
    "noise-relativistic": {"instance_noise": {"sigma": 0.3, "decay": "exponential", "steps": 9},
                           "loss": {"kind": "relativistic_average"}},
    "schedules": {
        "optimizer_d": {"schedule": "cosine", "steps": 15, "warmup": 8},
        "optimizer_g": {"kind": "rmsprop", "schedule": "exponential", "steps": 9, "final": 0.2}},
}


STEADIED |= {
    **{name: {"penalty": {name: 3.0}} for name in ("gp", "lp", "dragan", "r1", "r2")},
    "gp-wasserstein": {"penalty": {"gp": 0.1}, "loss": {"kind": "wasserstein"}},
    "r1-lazy": {"penalty": {"r1": 1.0, "r1_every": 4}},
    "lazy-and-not": {"penalty": {"gp": 0.1, "gp_every": 3, "r2": 0.5}, "loss": {"smooth": 0.1}},
    "r1-noise": {"penalty": {"r1": 1.0}, "instance_noise": {"sigma": 0.2}},
    "gp-relativistic": {"penalty": {"gp": 0.1}, "loss": {"kind": "relativistic_average"}},
    "gp-average": {"penalty": {"gp": 1.0, "gp_every": 2}, "average": {"decay": 0.9}},
}


@pytest.mark.parametrize("name", STEADIED)
@pytest.mark.parametrize("moves", [
    "alternating", "shared-fakes", "simultaneous",
    *(pytest.param(m, marks=pytest.mark.slow) for m in MOVES
      if m not in ("alternating", "shared-fakes", "simultaneous"))])
def test_what_steadies_in_every_order_of_moves(name, moves):
    assert tiny.same(*both_ways(steps=20, update=MOVES[moves], **STEADIED[name]))


@pytest.mark.parametrize("loss", ["relativistic_average", "relativistic_paired"])
@pytest.mark.parametrize("moves", MOVES)
def test_losses_that_compare_in_every_order_of_moves(loss, moves):
    assert tiny.same(*both_ways(steps=12, update=MOVES[moves], loss={"kind": loss}))


def test_numbers_change_without_a_new_rehearsal():
    fast, eager = tiny.trainer(), tiny.trainer(tier="eager")
    for number in range(5):
        for trainer in (fast, eager):
            trainer.apply(with_value(trainer.recipe, "optimizer_d.lr", 1e-3 * (number + 1)))
            trainer.apply(with_value(trainer.recipe, "optimizer_g.beta1", 0.1 * number))
            trainer.advance(20)
    assert tiny.same(fast.state(), eager.state())
    assert [s.tier for s in fast.tiers.switches] == ["eager", "captured"]


def test_latents_are_drawn_in_the_program_alone(monkeypatch):
    trainer = tiny.trainer()
    trainer.advance(10)
    monkeypatch.setattr(LatentSampler, "draw", lambda *_: pytest.fail("drawn in Python"))
    trainer.advance(10)


def claimed(name):
    recipe = tiny.recipe(**tiny.ZOO[name])
    return not why_not(recipe) and recipe.data.kind != "digits"


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=() if claimed(name) else pytest.mark.slow) for name in tiny.ZOO])
def test_what_is_claimed_and_what_is_not_all_agree_with_the_eager_step(name):
    parts = tiny.ZOO[name]
    fast, eager = tiny.trainer(**parts), tiny.trainer(**parts, tier="eager")
    fast.advance(20)
    eager.advance(20)
    assert tiny.same(fast.state(), eager.state())
    assert (fast.tiers.name == "captured") is claimed(name)
    assert claimed(name) is not bool(fast.tiers.why)
    assert math.isfinite(fast.epoch)
