"""When two states count as one: to the bit, and up to the order of sums."""

from dataclasses import replace

import pytest
import tiny
import torch

from ganstudio.recipe import with_value
from ganstudio.training.tiers.judge import close_states, same_state


def three(change=None, **parts):
    """States before two rounds, after them, and after them with something changed."""
    one, other = (tiny.trainer(tiny.recipe(**parts), tier="eager") for _ in range(2))
    for trainer in (one, other):
        trainer.advance(4)
    before = one.state()
    if change is not None:
        change(other)
    for trainer in (one, other):
        trainer.advance(2)
    return before, one.state(), other.state()


def nudged(state, factor, names=("g.", "d.", "optimizer", "average")):
    """The state with rounding of so many times 2⁻²⁴ in its floats."""
    rng = torch.Generator().manual_seed(1)
    return replace(state, tensors={
        name: t * (1 + factor * 2.0 ** -24 * torch.randn(t.shape, generator=rng, dtype=t.dtype))
        if t.is_floating_point() and name.startswith(names) else t
        for name, t in state.tensors.items()})


@pytest.mark.parametrize("name", ["plain", "batch-norm-average", "spectral-average", "dcgan"])
def test_rounding_is_forgiven_and_not_the_same_bits(name):
    before, one, other = three(**tiny.ZOO[name])
    assert same_state(one, other) and close_states(before, one, other, "float32")
    off = nudged(other, 8)
    assert not same_state(one, off) and close_states(before, one, off, "float32")
    assert not close_states(before, one, nudged(other, 1e6), "float32")


def test_a_bias_that_the_loss_does_not_feel_may_go_anywhere():
    """Its gradient is all rounding, and Adam makes a whole step of that."""
    before, one, other = three(discriminator=tiny.mlp(depth=2, width=300))
    name = "d.bias_2"
    step = one.tensors[name] - before.tensors[name]
    assert step.abs() > 0
    turned = replace(other, tensors={**other.tensors, name: one.tensors[name] - 2 * step})
    assert close_states(before, one, turned, "float32")


def rate(trainer):
    trainer.apply(with_value(trainer.recipe, "optimizer_g.lr", 1.05e-3))


def batch(trainer):
    trainer.batches.choose(16)


def noise(trainer):
    trainer.noise.manual_seed(3)


def clip(trainer):
    trainer.apply(with_value(trainer.recipe, "loss.smooth", 0.05))


def average(trainer):
    trainer.players.averaging()[1].add_(3)


@pytest.mark.parametrize("change", [rate, batch, noise, clip, average])
def test_a_wrong_number_is_not_forgiven(change):
    parts = {"average": {"decay": 0.99}, "optimizer_g": {"lr": 1e-3}}
    before, one, other = three(change, **parts)
    kept = ("batches.", "noise.rng", "average.updates")  # by these it would be too easy
    other = replace(other, values=one.values, tensors={
        **other.tensors, **{n: t for n, t in one.tensors.items() if n.startswith(kept)}})
    assert not close_states(before, one, other, "float32")


@pytest.mark.parametrize("name", ["noise.rng", "batches.rng", "batches.order"])
def test_what_is_no_float_must_be_the_same(name):
    before, one, other = three()
    changed = other.tensors[name].clone()
    changed[-1] += 1
    off = replace(other, tensors={**other.tensors, name: changed})
    assert not close_states(before, one, off, "float32")
    assert not close_states(before, one, replace(other, values={**other.values, "turn": 1}),
                            "float32")


def test_numbers_that_are_none_are_none_in_both():
    before, one, other = three()
    broken = one.tensors["g.weight_0"].clone()
    broken[0] = float("nan")
    bad = [replace(s, tensors={**s.tensors, "g.weight_0": broken}) for s in (one, other)]
    assert close_states(before, *bad, "float32")
    assert not close_states(before, one, bad[1], "float32")
