"""Our optimizer state against torch.optim's classes, which we leave aside when training."""

import pytest
import torch

from ganstudio.recipe.game import Optimizer as Settings
from ganstudio.training.optimizers import STATE_NAMES, Optimizer

SHAPES = [(3, 4), (4,), (), (2, 1, 3, 3)]
CASES = {
    "sgd": (torch.optim.SGD, {"lr": 0.05}, {"lr": 0.002}),
    "momentum": (torch.optim.SGD, {"lr": 0.02, "momentum": 0.9}, {"lr": 0.005, "momentum": -0.3}),
    "rmsprop": (torch.optim.RMSprop, {"lr": 0.01, "alpha": 0.99, "eps": 1e-8},
                {"lr": 0.001, "alpha": 0.9, "eps": 1e-4}),
    "adam": (torch.optim.Adam, {"lr": 0.01, "beta1": 0.5, "beta2": 0.999, "eps": 1e-8},
             {"lr": 0.002, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3}),
}


def for_torch(values):
    values = dict(values)
    if "beta1" in values:
        values["betas"] = (values.pop("beta1"), values.pop("beta2"))
    return values


def parameters(seed=0):
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(s, generator=rng, dtype=torch.float64) for s in SHAPES]


@pytest.mark.parametrize("plain", [False, True], ids=["fused", "plain"])
@pytest.mark.parametrize("kind", CASES)
def test_fifty_steps_equal_torch_with_settings_changed_midway(kind, plain, monkeypatch):
    if plain and kind != "adam":
        return
    if plain:  # what an Apple GPU would take
        monkeypatch.setattr(Optimizer, "_adam", lambda self, g, s, lr: (
            self.count.add_(1), self._adam_plain(g, s, lr)))
    make, first, second = CASES[kind]
    ours, theirs = parameters(), [p.requires_grad_() for p in parameters()]
    optimizer = Optimizer(kind, ours)
    reference = make(theirs, **for_torch(first))
    rng = torch.Generator().manual_seed(1)
    for step in range(50):
        if step == 20:
            reference.param_groups[0].update(for_torch(second))
        settings = Settings(kind=kind, **(first if step < 20 else second))
        gradients = [torch.randn(s, generator=rng, dtype=torch.float64) + p.detach()
                     for s, p in zip(SHAPES, theirs, strict=True)]
        for p, g in zip(theirs, gradients, strict=True):
            p.grad = g.clone()
        reference.step()
        optimizer.step(gradients, settings)
        for a, b in zip(ours, theirs, strict=True):
            torch.testing.assert_close(a, b.detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", CASES)
def test_the_state_is_named_and_carries_on(kind):
    gradients = parameters(5)
    settings = Settings(kind=kind)
    first = Optimizer(kind, parameters())
    for _ in range(3):
        first.step(gradients, settings)
    expected = len(SHAPES) * len(STATE_NAMES[kind]) + (kind == "adam")
    assert len(first.tensors()) == expected
    second = Optimizer(kind, [p.clone() for p in first.parameters])
    for name, tensor in second.tensors().items():
        tensor.copy_(first.tensors()[name])
    first.step(gradients, settings)
    second.step(gradients, settings)
    for a, b in zip(first.parameters, second.parameters, strict=True):
        assert torch.equal(a, b)


def test_a_learning_rate_of_zero_moves_nothing_but_remembers():
    ours = parameters()
    optimizer = Optimizer("adam", ours)
    optimizer.step(parameters(3), Settings(kind="adam", lr=0))
    assert all(torch.equal(a, b) for a, b in zip(ours, parameters(), strict=True))
    assert any(t.any() for t in optimizer.state["mean"])


def test_gradients_are_not_overwritten():
    gradients = parameters(3)
    for kind in CASES:
        Optimizer(kind, parameters()).step(gradients, Settings(kind=kind))
    assert all(torch.equal(a, b) for a, b in zip(gradients, parameters(3), strict=True))
