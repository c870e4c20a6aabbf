import math

import pytest
import torch
from torch.nn import functional

from ganstudio.nets.units import Dropout, activation_of, gain_of
from ganstudio.recipe.networks import Mlp

from .conftest import make_d, make_g, seeded


def test_activations_are_what_they_are_called():
    x = torch.linspace(-3, 3, 13, dtype=torch.float64).unsqueeze(0)
    for name, expected in {
        "relu": x.clamp_min(0), "leaky_relu": torch.where(x > 0, x, 0.3 * x),
        "tanh": x.tanh(), "silu": x * x.sigmoid(),
    }.items():
        act = activation_of(Mlp(activation=name, slope=0.3))
        assert torch.allclose(act(x.clone()), expected)


def test_maxout_is_the_largest_of_its_linear_maps():
    part = Mlp(depth=1, width=4, activation="maxout", pieces=3)
    D = make_d(part, (2,), dtype=torch.float64)
    x = torch.randn(50, 2, dtype=torch.float64)
    maps = functional.linear(x, D.weight_0, D.bias_0).reshape(50, 3, 4)
    assert torch.allclose(D.features(x), torch.stack([maps[:, p] for p in range(3)]).amax(0))


def test_maxout_networks_are_piecewise_linear():
    D = make_d(Mlp(depth=2, width=5, activation="maxout", pieces=4), (2,), dtype=torch.float64)
    line = torch.linspace(-3, 3, 4001, dtype=torch.float64)
    values = D(torch.stack([line, 0.5 * line + 0.1], 1)).detach()
    bends = (values[2:] - 2 * values[1:-1] + values[:-2]).abs() > 1e-9
    assert 0 < bends.sum() < 150  # a bend shows in at most two neighbouring cells


def test_dropout_silences_in_training_only():
    drop = Dropout(0.25)
    drop.rng = seeded(3)
    x = torch.ones(200, 100)
    y = drop(x)
    assert y.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert (y == 0).float().mean().item() == pytest.approx(0.25, abs=0.012)
    drop.eval()
    assert drop(x) is x


def test_dropout_draws_from_its_own_generator():
    G = make_g(Mlp(depth=2, width=20, dropout=0.5), (2,))
    G.use_dropout_rng(seeded(1))
    z = torch.randn(8, 3)
    outside = torch.get_rng_state()
    first = G(z)
    assert torch.equal(torch.get_rng_state(), outside)
    G.use_dropout_rng(seeded(1))
    assert torch.equal(G(z), first)
    assert not torch.equal(G(z), first)
    G.use_dropout_rng(None)
    torch.manual_seed(0)
    first = G(z)
    torch.manual_seed(0)
    assert torch.equal(G(z), first)


def test_the_output_layer_is_never_dropped():
    G = make_g(Mlp(depth=0, dropout=0.9), (2,))
    assert not G.has_dropout
    G = make_g(Mlp(depth=1, width=4, dropout=0.9), (2,))
    with torch.no_grad():
        G.bias_1.fill_(7.0)
        G.weight_1.zero_()
    assert torch.equal(G(torch.randn(30, 3)), torch.full((30, 2), 7.0))


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "maxout"])
def test_gains_keep_the_second_moment(name):
    pieces = 5 if name == "maxout" else 1
    x = torch.randn(400_000, pieces, generator=seeded(), dtype=torch.float64)
    part = Mlp(activation=name, slope=0.2, pieces=5)
    y = activation_of(part)(x if name == "maxout" else x.clone())
    gain = gain_of(name, 0.2, pieces)
    assert gain**2 * y.square().mean().item() == pytest.approx(1, abs=0.02)


def test_known_gains():
    assert gain_of("relu") == math.sqrt(2)
    assert gain_of("tanh") == 5 / 3
    assert gain_of("silu") == math.sqrt(2)
    assert gain_of("maxout", 0.0, 2) == pytest.approx(1.0, abs=1e-6)  # E max(x, y)² = 1
