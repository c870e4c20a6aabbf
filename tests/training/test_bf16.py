"""bf16 is opt-in: float32 weights and losses, products in bfloat16, labelled, resumed exactly."""

from __future__ import annotations

from copy import deepcopy

import pytest
import tiny
import torch

from ganstudio.nets.mixed import in_full
from ganstudio.recipe import RecipeError, build, needs_restart, warnings, with_value
from ganstudio.training import machine
from ganstudio.training.observer import Observer
from ganstudio.training.players import Players

MIXED = {"device": "cpu", "threads": 1, "precision": "bf16"}
KINDS = {
    "dcgan": tiny.DCGAN,
    "spectral": {**tiny.DCGAN, "discriminator": {"kind": "dcgan", "width": 4, "norm": "spectral"}},
    "company": {**tiny.DCGAN, "minibatch": {"layer": "stddev"}},
    "closeness": {**tiny.DCGAN, "minibatch": {"layer": "discrimination"}},
    "penalty": {**tiny.DCGAN, "penalty": {"r1": 1.0}},
    "mlp": {**tiny.IMAGES, "batch": 8},
    "matching": {**tiny.DCGAN, "loss": {"kind": "least_squares"}, "penalty": {"gp": 1.0}},
}


def losses(steps=6, **parts):
    run = tiny.trainer(**parts)
    return run, torch.from_numpy(run.advance(steps).values[:, :2].copy())


@pytest.mark.parametrize("kind", KINDS)
def test_bf16_follows_float32_to_what_its_digits_allow(kind):
    _, exact = losses(**KINDS[kind])
    run, mixed = losses(**KINDS[kind], machine=MIXED)
    assert mixed.isfinite().all() and not mixed.equal(exact)
    # 8 binary digits: relative errors of 2⁻⁸ a product, somewhat more after six steps.
    torch.testing.assert_close(mixed, exact, rtol=0.05, atol=0.05)
    tensors = run.state().tensors
    assert not [name for name, t in tensors.items() if t.dtype is torch.bfloat16]
    assert run.tiers.name == "eager, bf16"


@pytest.mark.parametrize("kind", KINDS)
def test_a_resumed_bf16_run_is_the_unbroken_one(kind):
    whole, _ = losses(6, **KINDS[kind], machine=MIXED)
    first, _ = losses(3, **KINDS[kind], machine=MIXED)
    second = tiny.trainer(first.recipe)
    second.load(first.state())
    second.advance(3)
    assert tiny.same(second.state(), whole.state())


def test_networks_give_float32_and_copies_are_mixed_too():
    of = tiny.recipe(**KINDS["dcgan"], machine=MIXED)
    players = Players(of, tiny.dataset(of).shape, torch.device("cpu"))
    made = players.g(torch.randn(4, 4))
    logits, features = players.d.read(made)
    assert {made.dtype, logits.dtype, features.dtype} == {torch.float32}
    with players.observed():
        assert players.d(made).dtype is torch.float32
    copy = deepcopy(players.g).eval()
    torch.nn.init.zeros_(players.g.project.weight)
    assert copy.mixed and not copy(torch.randn(4, 4)).equal(players.g.eval()(torch.randn(4, 4)))


def test_what_needs_all_digits_is_in_full():
    x = torch.randn(3, dtype=torch.bfloat16)
    assert in_full(lambda t: t, x).dtype is torch.bfloat16  # outside nothing is touched
    with torch.autocast("cpu", torch.bfloat16):
        assert in_full(lambda t: t, x).dtype is torch.float32
        weight = torch.randn(4, 4)
        assert in_full(lambda t: t @ t, weight).dtype is torch.float32


def test_the_captured_tier_leaves_bf16_to_the_eager_one():
    run, _ = losses(4, machine=MIXED)
    assert run.tiers.name == "eager, bf16" and "Precision (bf16, mixed)" in run.tiers.why
    assert [s.tier for s in run.tiers.taken()] == ["eager, bf16"]


def test_it_needs_a_restart_and_only_known_precisions_are_taken():
    plain = tiny.recipe()
    assert needs_restart(plain, with_value(plain, "machine.precision", "bf16")) == (
        "machine.precision",)
    with pytest.raises(RecipeError, match=r"machine\.precision.*float32"):
        build({"machine": {"precision": "bfloat16"}})
    with pytest.raises(ValueError, match="afresh"):
        tiny.trainer().apply(with_value(plain, "machine.precision", "bf16"))


def test_points_and_a_machine_without_bf16_are_warned_of(monkeypatch):
    points, images = tiny.recipe(machine=MIXED), tiny.recipe(**KINDS["dcgan"], machine=MIXED)
    assert any("coarse lattice" in sentence for sentence in warnings(points))
    assert not any("bf16" in sentence for sentence in warnings(images))
    cpu = torch.device("cpu")
    monkeypatch.setattr(machine, "has_bf16", lambda _: False)
    assert "no bf16" in machine.precision_note(images, cpu)
    assert "no bf16" in " ".join(tiny_notes(images))
    assert machine.precision_note(tiny.recipe(), cpu) == ""
    monkeypatch.setattr(machine, "has_bf16", lambda _: True)
    assert machine.precision_note(images, cpu) == ""


def tiny_notes(recipe):
    return Observer(tiny.trainer(recipe)).info().notes
