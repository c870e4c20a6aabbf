import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from ganstudio.data.latent import between, sample_latent

KINDS = ("normal", "uniform", "sphere")
vectors = arrays(np.float64, 5, elements=st.floats(-3, 3, allow_subnormal=False))


@pytest.mark.parametrize("dim", [1, 2, 64])
@pytest.mark.parametrize("kind", KINDS)
def test_noise_has_its_distribution(kind, dim: int) -> None:  # type: ignore[no-untyped-def]
    z = sample_latent(kind, dim, 4000, np.random.default_rng(0))
    assert z.shape == (4000, dim) and z.dtype == np.float32
    if kind == "sphere":
        assert np.allclose(np.linalg.norm(z, axis=1), 1, atol=1e-6)
        assert np.abs(z.mean(axis=0)).max() < 0.06
        if dim == 1:
            assert set(z[:, 0]) == {-1, 1}
        elif dim == 2:
            angle = np.arctan2(z[:, 1], z[:, 0])
            assert stats.kstest(angle, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 0.01
    else:
        law = stats.norm.cdf if kind == "normal" else stats.uniform(-1, 2).cdf
        assert stats.kstest(z[:, 0], law).pvalue > 0.01


def test_unknown_noise_is_refused() -> None:
    with pytest.raises(ValueError, match="cauchy"):
        sample_latent("cauchy", 2, 3, np.random.default_rng(0))  # type: ignore[arg-type]


@given(z0=vectors, z1=vectors, kind=st.sampled_from(KINDS))
@settings(max_examples=150, deadline=None)
def test_the_way_starts_and_ends_where_it_should(z0, z1, kind) -> None:  # type: ignore[no-untyped-def]
    way = between(kind, z0, z1, np.linspace(0, 1, 9))
    assert way.shape == (9, 5) and np.isfinite(way).all()
    assert np.allclose(way[0], z0, atol=1e-9) and np.allclose(way[-1], z1, atol=1e-9)
    assert np.allclose(between(kind, z0, z1, 0.5), way[4])
    if kind != "uniform" and min(np.linalg.norm(z0), np.linalg.norm(z1)) > 1e-6:
        lengths = np.linalg.norm(way, axis=1)
        assert np.allclose(lengths, np.linspace(lengths[0], lengths[-1], 9), atol=1e-6)


def test_a_right_angle_is_halved() -> None:
    half = between("sphere", [1, 0], [0, 1], 0.5)
    assert np.allclose(half, np.sqrt(0.5))
    assert np.allclose(between("uniform", [1, 0], [0, 1], 0.5), [0.5, 0.5])


def test_opposite_ends_are_joined_round_the_sphere() -> None:
    way = between("sphere", [0, 0, 1], [0, 0, -1], np.linspace(0, 1, 5))
    assert np.allclose(np.linalg.norm(way, axis=1), 1)
    assert abs(way[2, 2]) < 1e-9


def test_degenerate_ways() -> None:
    assert np.allclose(between("normal", [0, 0], [2, 0], 0.5), [1, 0])
    assert np.allclose(between("normal", [1, 0], [3, 0], 0.5), [2, 0])
    assert np.allclose(between("normal", [1.0], [-1.0], 0.5), [0])
    assert np.allclose(between("sphere", [1.0], [-1.0], [0.2, 0.7]), [[1], [-1]])
