import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.nets.latent import LatentSampler, lerp, slerp

from .conftest import seeded

N = 40_000


@pytest.mark.parametrize(("kind", "variance", "fourth"), [
    ("normal", 1.0, 3.0), ("uniform", 1 / 3, 1 / 5), ("uniform01", 1 / 12, 1 / 80),
    ("sphere", 1 / 4, 3 / 24),
])
def test_moments(kind, variance, fourth):
    z = LatentSampler(kind, 4, dtype=torch.float64).draw(N, seeded())
    if kind == "uniform01":
        z = z - 0.5
    assert z.shape == (N, 4) and z.dtype == torch.float64
    assert z.mean(0).abs().max() < 0.03
    assert torch.cov(z.T).sub(variance * torch.eye(4)).abs().max() < 0.03
    assert z.pow(4).mean().item() == pytest.approx(fourth, rel=0.05)


def test_supports():
    assert LatentSampler("uniform", 3).draw(N, seeded()).abs().max() <= 1
    wide = LatentSampler("uniform01", 3).draw(N, seeded())
    assert 0 <= wide.min() < 0.01 and 0.99 < wide.max() <= 1
    norms = LatentSampler("sphere", 7).draw(500, seeded()).norm(dim=1)
    assert torch.allclose(norms, torch.ones(500), atol=1e-6)


def test_the_sphere_on_a_line_is_two_points():
    z = LatentSampler("sphere", 1).draw(N, seeded())
    assert set(z.unique().tolist()) == {-1.0, 1.0}
    assert abs(z.mean().item()) < 0.02


@pytest.mark.parametrize("kind", ["normal", "uniform", "uniform01", "sphere"])
@pytest.mark.parametrize("dim", [1, 3])
def test_draws_come_from_the_given_generator(kind, dim):
    sampler = LatentSampler(kind, dim)
    outside = torch.get_rng_state()
    rng = seeded(5)
    first, second = sampler.draw(9, rng), sampler.draw(9, rng)
    assert torch.equal(sampler.draw(9, seeded(5)), first)
    assert not torch.equal(first, second)
    assert torch.equal(torch.get_rng_state(), outside)


def test_refusals():
    with pytest.raises(ValueError, match="no latent noise 'pink'"):
        LatentSampler("pink", 2)
    with pytest.raises(ValueError, match="at least one dimension"):
        LatentSampler("normal", 0)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), t=st.floats(0, 1), dim=st.integers(2, 20))
def test_slerp_stays_on_the_sphere_at_constant_speed(seed, t, dim):
    sampler = LatentSampler("sphere", dim, dtype=torch.float64)
    z0, z1 = sampler.draw(2, seeded(seed)).unbind(0)
    between = sampler.between(z0, z1, t)
    assert between.norm().item() == pytest.approx(1, abs=1e-6)
    whole = math.acos(max(-1.0, min(1.0, float(z0 @ z1))))
    part = math.acos(max(-1.0, min(1.0, float(z0 @ between))))
    assert part == pytest.approx(t * whole, abs=1e-5)


@pytest.mark.parametrize("kind", ["normal", "uniform", "uniform01", "sphere"])
def test_ways_begin_and_end_where_they_should(kind):
    sampler = LatentSampler(kind, 5, dtype=torch.float64)
    z0, z1 = sampler.draw(2, seeded()).unbind(0)
    t = torch.linspace(0, 1, 6, dtype=torch.float64).unsqueeze(1)
    way = sampler.between(z0, z1, t)
    assert way.shape == (6, 5)
    assert torch.allclose(way[0], z0) and torch.allclose(way[-1], z1)
    straight = torch.allclose(way, lerp(z0, z1, t))
    assert straight == kind.startswith("uniform")


def test_slerp_between_parallel_and_opposite_vectors_is_straight():
    z = torch.tensor([1.0, 2.0])
    assert torch.allclose(slerp(z, 3 * z, 0.5), 2 * z)
    assert torch.allclose(slerp(z, -z, 0.25), 0.5 * z)
    assert torch.isfinite(slerp(z, torch.zeros(2), 0.5)).all()
