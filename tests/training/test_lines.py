import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gaussian_kde, norm

from ganstudio.training.lines import kernel_density, lattice, spread


@pytest.mark.parametrize("count", [30, 2048])
@pytest.mark.parametrize("draw", [
    lambda rng, n: rng.normal(0.5, 0.7, n), lambda rng, n: rng.uniform(-2, 1, n),
    lambda rng, n: np.concatenate([rng.normal(-1, 0.2, n // 2), rng.normal(1.5, 0.3, n // 2)]),
])
def test_kernel_density_is_that_of_scipy(draw, count):
    sample = draw(np.random.default_rng(3), count)
    x = np.linspace(-4, 4, 400)
    density, bandwidth = kernel_density(sample, x)
    exact = gaussian_kde(sample, bw_method=bandwidth / sample.std(ddof=1))(x)
    np.testing.assert_allclose(density, exact, atol=0.02 * exact.max())
    assert np.trapezoid(density, x) == pytest.approx(1, abs=0.01)


def test_the_bandwidth_is_silvermans_robust_rule():
    sample = np.random.default_rng(0).normal(0, 2, 1000)
    low, high = np.percentile(sample, [25, 75])
    _, bandwidth = kernel_density(sample, np.linspace(-8, 8, 500))
    assert bandwidth == pytest.approx(0.9 * min(sample.std(), (high - low) / 1.34) * 1000**-0.2)


def test_a_sample_outside_the_view_leaves_its_tail_inside():
    x = np.linspace(0, 1, 100)
    density, _ = kernel_density(np.full(50, 5.0), x)
    assert not density.any()
    near, width = kernel_density(np.random.default_rng(0).normal(1.2, 0.3, 500), x)
    assert 0 < np.trapezoid(near, x) < 1 and near[-1] > near[0] and width > 0


def test_a_sample_in_one_point_is_a_peak_one_cell_wide():
    x = np.linspace(0, 1, 101)
    density, bandwidth = kernel_density(np.full(10, 0.5), x)
    assert bandwidth == pytest.approx(0.01)
    assert density.argmax() == 50 and np.trapezoid(density, x) == pytest.approx(1, abs=1e-6)


@given(st.lists(st.floats(width=32), min_size=0, max_size=30))
def test_any_sample_gives_finite_numbers_in_reasonable_memory(values):
    x = np.linspace(-1, 1, 64)
    density, bandwidth = kernel_density(np.array(values, np.float32), x)
    assert density.shape == (64,) and np.isfinite(density).all() and (density >= 0).all()
    assert 0 < bandwidth <= 2.1


# ---- latents for pictures --------------------------------------------------------------------


def test_normal_levels_are_even_in_probability():
    z = spread("normal", 3, 9).numpy()
    assert z.shape == (9, 3) and not z[:, 1:].any()
    np.testing.assert_allclose(norm.cdf(z[:, 0]), (np.arange(9) + 0.5) / 9)


def test_uniform_levels_are_even():
    np.testing.assert_allclose(spread("uniform", 1, 4)[:, 0], [-0.75, -0.25, 0.25, 0.75])


def test_noise_from_0_to_1_keeps_its_other_numbers_in_the_middle():
    np.testing.assert_allclose(spread("uniform01", 3, 2), [[0.25, 0.5, 0.5], [0.75, 0.5, 0.5]])
    z = lattice("uniform01", 3, 4)
    assert z.min() == 0.125 and z.max() == 0.875 and (z[:, 2] == 0.5).all()


def test_the_spheres_levels_lie_on_it():
    assert set(spread("sphere", 1, 6)[:, 0].tolist()) == {-1.0, 1.0}
    circle = spread("sphere", 4, 12)
    torch.testing.assert_close(circle.norm(dim=1), torch.ones(12, dtype=torch.float64))
    assert not circle[:, 2:].any()


@pytest.mark.parametrize("kind", ["normal", "uniform", "uniform01", "sphere"])
@pytest.mark.parametrize("dim", [1, 2, 3, 5])
def test_the_lattice_has_rows_and_columns(kind, dim):
    z = lattice(kind, dim, 5)
    assert z.shape == (25, dim) and z.isfinite().all()
    grid = z.reshape(5, 5, dim)
    if kind == "sphere":
        torch.testing.assert_close(z.norm(dim=1), torch.ones(25, dtype=torch.float64))
        if dim > 2:
            assert (grid[..., 2] >= 0).all() and len({tuple(r) for r in z.tolist()}) == 25
    elif dim == 1:
        assert (grid == grid[:1]).all()
    else:
        assert (grid[..., 0] == grid[:1, :, 0]).all()  # the first coordinate runs along a row
        assert (grid[..., 1] == grid[:, :1, 1]).all()
        assert (grid[0, :, 0].diff() > 0).all() and (grid[:, 0, 1].diff() > 0).all()
