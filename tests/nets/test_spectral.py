import copy

import pytest
import torch

from ganstudio.nets.spectral import SpectralNorm
from ganstudio.recipe.networks import Dcgan, Mlp

from .conftest import make_d, make_g, seeded


def largest(weight, out_axis=0):
    return torch.linalg.svdvals(weight.transpose(0, out_axis).flatten(1))[0]


@pytest.mark.parametrize(("shape", "axis"), [
    ((20, 30), 0), ((64, 64), 0), ((1, 50), 0), ((8, 3, 4, 4), 0), ((16, 8, 4, 4), 1),
])
@pytest.mark.parametrize("seed", range(3))
def test_sigma_is_the_largest_singular_value(shape, axis, seed):
    weight = torch.randn(shape, generator=seeded(seed), dtype=torch.float64)
    norm = SpectralNorm(weight, seeded(seed + 10), axis)
    true = largest(weight, axis)
    assert norm.sigma(weight) == pytest.approx(float(true), rel=0.02)  # fair from the start
    for _ in range(300):
        scaled = norm(weight)
    assert norm.sigma(weight) == pytest.approx(float(true), rel=1e-3)
    assert largest(scaled, axis) == pytest.approx(1.0, rel=1e-3)
    assert scaled.shape == weight.shape


def test_transposed_convolutions_are_normed_by_their_outputs():
    weight = torch.randn(3, 7, 4, 4, generator=seeded())
    assert SpectralNorm(weight, seeded(), 1).u.shape == (7,)
    assert SpectralNorm(weight, seeded(), 1).v.shape == (3 * 16,)


def test_training_takes_one_iteration_and_evaluation_none():
    weight = torch.randn(6, 9, generator=seeded(), dtype=torch.float64)
    norm = SpectralNorm(weight, seeded(1))
    norm.u.copy_(torch.ones(6) / 6**0.5)
    v = weight.T @ norm.u
    v /= v.norm()
    u = weight @ v
    u /= u.norm()
    norm(weight)
    assert torch.allclose(norm.u, u) and torch.allclose(norm.v, v)
    norm.eval()
    other = torch.randn(6, 9, generator=seeded(2), dtype=torch.float64)
    assert torch.allclose(norm(other), other / torch.dot(u, other @ v))
    assert torch.allclose(norm.u, u) and torch.allclose(norm.v, v)


def test_gradient_holds_u_and_v_constant():
    weight = torch.randn(5, 4, generator=seeded(), dtype=torch.float64, requires_grad=True)
    norm = SpectralNorm(weight, seeded(1)).eval()
    assert torch.autograd.gradcheck(norm, (weight,))
    assert torch.autograd.gradgradcheck(norm, (weight,))
    norm.train()
    target = torch.randn(5, 4, dtype=torch.float64)
    (ours,) = torch.autograd.grad((norm(weight) * target).sum(), weight)
    u, v = norm.u, norm.v
    sigma = torch.dot(u, weight.detach() @ v)
    by_hand = target / sigma - (target * weight.detach()).sum() / sigma**2 * torch.outer(u, v)
    assert torch.allclose(ours, by_hand)


def test_two_forwards_before_one_backward():
    D = make_d(Mlp(depth=2, width=6, norm="spectral"), (2,))
    loss = D(torch.randn(4, 2)).sum()
    D.eval()
    loss = loss + D(torch.randn(4, 2)).sum()
    D.train()
    loss = loss - D(torch.randn(4, 2)).sum()
    loss.backward()
    assert all(torch.isfinite(p.grad).all() for p in D.parameters())


@pytest.mark.parametrize(("part", "shape"), [
    (Mlp(depth=2, width=16, norm="spectral"), (2,)),
    (Mlp(depth=2, width=4, norm="spectral", activation="leaky_relu"), (1, 8, 8)),
])
def test_a_spectral_mlp_is_a_1_lipschitz_critic(part, shape):
    D = make_d(part, shape, dtype=torch.float64)
    for _ in range(200):
        D(torch.randn(2, *shape, dtype=torch.float64))
    D.eval()
    a, b = torch.randn(2, 300, *shape, dtype=torch.float64).unbind(0)
    slope = (D(a) - D(b)).abs() / (a - b).flatten(1).norm(dim=1)
    assert slope.max() <= 1.001


def test_every_linear_map_is_normed():
    D = make_d(Mlp(depth=2, width=6, norm="spectral"), (2,))
    assert len(D.spectral) == 3
    for net in (make_g(Dcgan(width=4, norm="spectral"), (1, 16, 16)),
                make_d(Dcgan(width=4, norm="spectral"), (1, 16, 16))):
        count = sum(isinstance(m, SpectralNorm) for m in net.modules())
        assert count == sum(p.dim() > 1 for p in net.parameters()) == 3


def test_resuming_continues_the_same_iteration():
    weight = torch.randn(30, 30, generator=seeded())
    norm, twin = SpectralNorm(weight, seeded(1)), SpectralNorm(weight, seeded(2))
    for _ in range(3):
        norm(weight)
    twin.load_state_dict(copy.deepcopy(norm.state_dict()))
    for _ in range(3):
        assert torch.equal(norm(weight), twin(weight))


def test_a_weight_of_zeros_stays_finite():
    weight = torch.zeros(4, 3, requires_grad=True)
    norm = SpectralNorm(weight, seeded())
    norm(weight).sum().backward()
    assert torch.isfinite(weight.grad).all()
