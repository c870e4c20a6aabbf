import math

import pytest
import torch
from torch import nn

from ganstudio.nets.init import init_weight
from ganstudio.recipe.networks import Dcgan, Mlp

from .conftest import make_d, make_g, seeded


def weights(init, activation="relu", std=0.02, **more):
    return make_d(Mlp(depth=2, width=300, activation=activation, init=init, init_std=std, **more),
                  (2,))


def test_normal():
    D = weights("normal", std=0.05)
    assert D.weight_1.std().item() == pytest.approx(0.05, rel=0.02)
    assert D.weight_1.mean().item() == pytest.approx(0, abs=0.001)
    assert not D.bias_1.any()


def test_kaiming_takes_the_activation_into_account():
    for activation, gain in (("relu", math.sqrt(2)), ("tanh", 5 / 3),
                             ("leaky_relu", math.sqrt(2 / 1.04))):
        D = weights("kaiming", activation)
        assert D.weight_1.std().item() == pytest.approx(gain / math.sqrt(300), rel=0.02)
        assert D.weight_2.std().item() == pytest.approx(1 / math.sqrt(300), rel=0.15)
        assert not D.bias_1.any()


def test_xavier():
    D = weights("xavier")
    bound = math.sqrt(6 / 600)
    assert D.weight_1.abs().max() <= bound
    assert D.weight_1.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.02)


def test_orthogonal():
    D = weights("orthogonal")
    w = D.weight_1.detach().double()
    assert torch.allclose(w @ w.T, 2 * torch.eye(300, dtype=torch.float64), atol=1e-4)
    tall = D.weight_0.detach().double()  # 300×2: the columns are orthonormal
    assert torch.allclose(tall.T @ tall, 2 * torch.eye(2, dtype=torch.float64), atol=1e-4)


def test_orthogonal_pieces_and_kernels():
    D = make_d(Mlp(depth=2, width=8, activation="maxout", pieces=3, init="orthogonal"), (2,),
               dtype=torch.float64)
    for piece in D.weight_1.detach().chunk(3):
        gram = piece @ piece.T
        assert torch.allclose(gram, gram[0, 0] * torch.eye(8, dtype=torch.float64), atol=1e-10)
    G = make_g(Dcgan(width=4, init="orthogonal", norm="none"), (1, 16, 16), dtype=torch.float64)
    rows = G.up[0].weight.detach().transpose(0, 1).flatten(1)
    assert torch.allclose(rows @ rows.T, 2 * torch.eye(4, dtype=torch.float64), atol=1e-10)


def test_orthogonal_is_uniform_over_signs():
    signs = torch.zeros(3)
    for seed in range(200):
        w = torch.empty(3, 3)
        init_weight(w, seeded(seed), kind="orthogonal", std=1, gain=1, fan_in=3, fan_out=3)
        signs += w.diagonal().sign()
    assert signs.abs().max() < 60  # about 4 standard deviations


def test_default_draws_torchs_own_ranges():
    D = weights("default")
    bound = 1 / math.sqrt(300)
    for p in (D.weight_1, D.bias_1):
        assert p.abs().max() <= bound
        assert p.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.1)
    G = make_g(Dcgan(width=16, init="default", norm="none"), (1, 16, 16))
    theirs = nn.ConvTranspose2d(32, 16, 4, 2, 1).weight
    assert G.up[0].weight.abs().max().item() == pytest.approx(theirs.abs().max().item(), rel=0.01)
    assert G.up[0].weight.std().item() == pytest.approx(theirs.std().item(), rel=0.03)


def test_dcgans_batch_norm():
    part = Dcgan(width=64, init="normal")
    G = make_g(part, (1, 32, 32))
    gains = torch.cat([after.norm.weight for after in G.after])
    assert gains.mean().item() == pytest.approx(1, abs=0.005)
    assert gains.std().item() == pytest.approx(0.02, rel=0.15)
    assert not any(after.norm.bias.any() for after in G.after)
    assert G.up[0].weight.std().item() == pytest.approx(0.02, rel=0.02)
    G = make_g(part.model_copy(update={"init": "kaiming"}), (1, 32, 32))
    assert all((after.norm.weight == 1).all() for after in G.after)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "maxout"])
def test_kaiming_signal_neither_dies_nor_explodes(activation):
    D = make_d(Mlp(depth=12, width=200, activation=activation, init="kaiming"), (50,))
    out = D.features(torch.randn(300, 50, generator=seeded(4)))
    assert 1 / 3 < out.square().mean().item() < 3


def test_kaiming_counts_the_stride():
    G = make_g(Dcgan(width=32, init="kaiming", norm="none"), (1, 64, 64), latent=64)
    seen = []
    for up in G.up[:-1]:
        up.register_forward_hook(lambda _m, _i, out: seen.append(out.square().mean().item()))
    G(torch.randn(32, 64, generator=seeded(4)))
    assert all(0.5 < power < 4 for power in seen)


def test_there_is_no_other_kind():
    with pytest.raises(ValueError, match="no initialisation 'magic'"):
        init_weight(torch.empty(2, 2), seeded(), kind="magic", std=1, gain=1, fan_in=2, fan_out=2)
