import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.nets.average import Average
from ganstudio.recipe.networks import Mlp

from .conftest import ZOO, ZOO_IDS, make_g


def jiggle(model):
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p))


@pytest.mark.parametrize(("part", "shape"), ZOO, ids=ZOO_IDS)
def test_weights_and_buffers_follow_the_formula(part, shape):
    G = make_g(part, shape, dtype=torch.float64)
    average = Average(G)
    expected = copy.deepcopy(G.state_dict())
    for decay in (0.9, 0.5, 0.99):
        jiggle(G)
        G(torch.randn(5, 3, dtype=torch.float64))
        average.update(G, decay)
        for name, now in G.state_dict().items():
            if not now.is_floating_point() or name.endswith((".u", ".v")):
                expected[name] = now.clone()
            else:
                expected[name] = decay * expected[name] + (1 - decay) * now
    got = average.state_dict()
    assert got.keys() == expected.keys()
    for name, value in expected.items():
        assert torch.allclose(got[name], value, rtol=1e-12, atol=1e-12), name


def test_running_statistics_are_averaged_and_counters_copied():
    G = make_g(Mlp(depth=1, width=4, norm="batch"), (2,))
    average = Average(G)
    for _ in range(3):
        G(torch.randn(32, 3) * 5 + 3)
        average.update(G, 0.8)
    ours, theirs = average.module.norms[0], G.norms[0]
    assert int(ours.num_batches_tracked) == 3
    assert not torch.equal(ours.running_mean, torch.zeros(4))
    assert not torch.equal(ours.running_mean, theirs.running_mean)


def test_spectral_vectors_stay_unit_vectors():
    G = make_g(Mlp(depth=1, width=8, norm="spectral"), (2,))
    average = Average(G)
    for _ in range(5):
        jiggle(G)
        G(torch.randn(4, 3))
        average.update(G, 0.7)
    for ours, theirs in zip(average.module.spectral, G.spectral, strict=True):
        assert torch.equal(ours.u, theirs.u) and ours.u.data_ptr() != theirs.u.data_ptr()
        assert ours.u.norm().item() == pytest.approx(1, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(decay=st.floats(0, 0.999), steps=st.integers(1, 30))
def test_towards_a_network_that_stands_still(decay, steps):
    G = make_g(Mlp(depth=1, width=3), (2,), dtype=torch.float64)
    average = Average(G)
    start = G.weight_0.detach().clone()
    jiggle(G)
    for _ in range(steps):
        average.update(G, decay)
    now = G.weight_0.detach()
    assert torch.allclose(average.module.weight_0, now + decay**steps * (start - now),
                          rtol=1e-9, atol=1e-12)


def test_decay_zero_is_the_network_itself():
    G = make_g(Mlp(depth=1, width=3, norm="batch"), (2,))
    average = Average(G)
    jiggle(G)
    G(torch.randn(9, 3))
    average.update(G, 0.0)
    assert all(torch.equal(a, b) for a, b in
               zip(average.state_dict().values(), G.state_dict().values(), strict=True))


def test_the_copy_is_at_rest_and_leaves_the_network_alone():
    G = make_g(Mlp(depth=1, width=3, dropout=0.5), (2,))
    G.use_dropout_rng(torch.Generator().manual_seed(0))
    G(torch.randn(4, 3)).sum().backward()
    before = copy.deepcopy(G.state_dict())
    average = Average(G)
    assert not average.module.training and G.training
    assert not any(p.requires_grad or p.grad is not None for p in average.module.parameters())
    assert all(p.requires_grad and p.grad is not None for p in G.parameters())
    assert average.module.dropout.rng is None and G.dropout.rng is not None
    average.update(G, 0.5)
    assert all(torch.equal(before[k], v) for k, v in G.state_dict().items())


def test_state_round_trip():
    G = make_g(Mlp(depth=1, width=3, norm="batch"), (2,))
    average, other = Average(G), Average(make_g(Mlp(depth=1, width=3, norm="batch"), (2,), seed=9))
    jiggle(G)
    average.update(G, 0.5)
    other.load_state_dict(copy.deepcopy(average.state_dict()))
    z = torch.randn(5, 3)
    assert torch.equal(average.module(z), other.module(z))
    with pytest.raises(RuntimeError):
        other.load_state_dict(make_g(Mlp(depth=2, width=3), (2,)).state_dict())
