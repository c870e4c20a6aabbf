import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.game import penalties
from ganstudio.nets.build import build_discriminator
from ganstudio.recipe.networks import Dcgan, Mlp

F64 = torch.float64


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def draw(*shape, seed=0):
    return torch.randn(shape, generator=seeded(seed), dtype=F64)


def linear_critic(shape, slope):
    direction = draw(*shape, seed=9)
    direction = slope * direction / direction.norm()
    return lambda x: (x * direction).flatten(1).sum(1)


shapes = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 9), shape=shapes, slope=st.floats(0.01, 20))
def test_a_linear_critic_at_any_batch_and_shape(n, shape, slope):
    real, fake = draw(n, *shape), draw(n, *shape, seed=1)
    for s in (1.0, slope):
        D = linear_critic(shape, s)
        for value in (penalties.gradient_penalty(D, real, fake, seeded(2)),
                      penalties.dragan(D, real, seeded(2))):
            assert value.item() == pytest.approx((s - 1) ** 2, rel=1e-9, abs=1e-20)
        assert penalties.lp(D, real, fake, seeded(2)).item() == pytest.approx(
            max(0.0, s - 1) ** 2, rel=1e-9, abs=1e-20)
        assert penalties.r1(D, real).item() == pytest.approx(s * s / 2)
        assert penalties.r2(D, fake).item() == pytest.approx(s * s / 2)


PENALTIES = {
    "gradient_penalty": lambda D, real, fake: penalties.gradient_penalty(D, real, fake, seeded(2)),
    "lp": lambda D, real, fake: penalties.lp(D, real, fake, seeded(2)),
    "dragan": lambda D, real, fake: penalties.dragan(D, real, seeded(2)),
    "r1": lambda D, real, fake: penalties.r1(D, real),
    "r2": lambda D, real, fake: penalties.r2(D, fake),
}


@pytest.mark.parametrize("name", sorted(PENALTIES))
@pytest.mark.parametrize("activation", ["tanh", "silu", "leaky_relu"])
def test_gradient_matches_finite_differences(name, activation):
    D = build_discriminator(Mlp(depth=2, width=5, activation=activation), (2,),
                            seed_rng=seeded(3), dtype=F64)
    with torch.no_grad():
        D.weight_2.mul_(4)  # steep enough that the one-sided form is awake
    real, fake = draw(4, 2), draw(4, 2, seed=1)
    value = lambda: PENALTIES[name](D, real, fake)  # noqa: E731
    grads = torch.autograd.grad(value(), list(D.parameters()), allow_unused=True)
    checked = 0
    for p, grad in zip(D.parameters(), grads, strict=True):
        flat = p.detach().view(-1)  # shares the parameter's memory
        for i in range(0, len(flat), 3):
            old, step = flat[i].item(), 1e-6
            flat[i] = old + step
            up = value().item()
            flat[i] = old - step
            down = value().item()
            flat[i] = old
            slope = (up - down) / (2 * step)
            assert (0.0 if grad is None else grad.view(-1)[i].item()) == pytest.approx(
                slope, rel=1e-4, abs=1e-6)
            checked += abs(slope) > 1e-3
    assert checked > 5


ARCHITECTURES = [
    *((Mlp(depth=2, width=6, activation=a), (2,)) for a in
      ("relu", "leaky_relu", "tanh", "silu", "maxout")),
    *((Mlp(depth=2, width=6, norm=n), (2,)) for n in ("batch", "layer", "spectral")),
    (Mlp(depth=1, width=6, dropout=0.3), (3,)),
    (Mlp(depth=2, width=6), (1, 8, 8)),
    *((Dcgan(width=4, norm=n, activation="leaky_relu"), (1, 12, 12)) for n in
      ("none", "batch", "layer", "spectral")),
    *((Dcgan(width=4, norm="none", activation=a, dropout=0.1), (3, 8, 8)) for a in
      ("relu", "tanh", "silu")),
]


@pytest.mark.parametrize(
    ("part", "shape"), ARCHITECTURES,
    ids=[f"{p.kind}-{p.activation}-{p.norm}-{len(s)}" for p, s in ARCHITECTURES])
def test_double_backward_on_every_architecture(part, shape):
    D = build_discriminator(part.model_copy(update={"init": "kaiming"}), shape,
                            seed_rng=seeded(3), dtype=F64)
    with torch.no_grad():
        for p in D.parameters():
            if p.dim() > 1:
                p.mul_(3)
    real, fake = draw(4, *shape), draw(4, *shape, seed=1)
    scaled = lambda x: 50 * D(x)  # noqa: E731
    for name, penalty in PENALTIES.items():
        D.zero_grad()
        penalty(scaled, real, fake).backward()
        grads = [p.grad for p in D.parameters() if p.dim() > 1]
        assert all(g is not None and torch.isfinite(g).all() for g in grads), name
        assert any(g.abs().max() > 1e-9 for g in grads), name


def test_mix_takes_one_share_for_each_sample():
    real, fake = torch.ones(500, 3, 2, 2, dtype=F64), torch.zeros(500, 3, 2, 2, dtype=F64)
    mixed = penalties.mix(real, fake, seeded()).flatten(1)
    assert (mixed == mixed[:, :1]).all()
    share = mixed[:, 0]
    assert share.min() >= 0 and share.max() <= 1
    assert share.mean().item() == pytest.approx(0.5, abs=0.05)
    assert share.var().item() == pytest.approx(1 / 12, abs=0.01)


def test_perturb_follows_the_scale_of_the_data():
    real = 7 * draw(3000, 2) + 100
    delta = penalties.perturb(real, seeded(4), 0.5) - real
    assert delta.std().item() == pytest.approx(0.5 * real.std(correction=0).item(), rel=0.05)


def test_points_where_the_critic_is_flat_give_no_nan():
    weight = torch.zeros(2, dtype=F64, requires_grad=True)
    D = lambda x: x @ weight  # noqa: E731
    for name, penalty in PENALTIES.items():
        (grad,) = torch.autograd.grad(penalty(D, draw(3, 2), draw(3, 2, seed=1)), weight)
        assert torch.isfinite(grad).all(), name


def test_no_gradient_reaches_the_generator_or_the_samples():
    leaf = draw(3, 2).requires_grad_()
    D = build_discriminator(Mlp(depth=1, width=4, activation="tanh"), (2,), seed_rng=seeded(),
                            dtype=F64)
    for name in ("gradient_penalty", "lp", "r2"):
        PENALTIES[name](D, draw(3, 2, seed=5), leaf * 2).backward()
        assert leaf.grad is None


def test_penalties_work_where_gradients_are_switched_off():
    D = linear_critic((2,), 3.0)
    with torch.no_grad():
        assert penalties.r1(D, draw(3, 2)).item() == pytest.approx(4.5)


def test_the_gap_of_a_penalised_linear_critic():
    """Max over s of s·θ − λ(s−1)² lies at s = 1 + θ/2λ: a gap of θ(1 + θ/2λ), above W1 = θ."""
    theta, lam = 0.8, 0.3
    slope = torch.tensor(0.5, dtype=F64, requires_grad=True)
    real, fake = draw(6, 1) + theta, draw(6, 1)
    D = lambda x: slope * x.squeeze(1)  # noqa: E731
    for _ in range(400):
        loss = (D(fake).mean() - D(real).mean()
                + lam * penalties.gradient_penalty(D, real, fake, seeded()))
        (grad,) = torch.autograd.grad(loss, slope)
        with torch.no_grad():
            slope -= 0.3 * grad
    gap = (slope * (real.mean() - fake.mean())).item()
    assert gap == pytest.approx(theta * (1 + theta / (2 * lam)), rel=1e-6)
    assert not math.isclose(gap, theta, rel_tol=0.1)
