from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from ganstudio.data import densities
from ganstudio.data.curves import CurveNoise, line, moons, spiral, swiss_roll
from ganstudio.data.densities import GaussianMixture, UniformDiscs, UniformSquares
from ganstudio.data.toys import circle

PLANE = {
    "mixture": GaussianMixture(np.array([[0.0, 0.0], [1.0, 0.5]]), 0.2, np.array([0.3, 0.7])),
    "line": CurveNoise(line(2.0, 30.0), 0.1),
    "moons": CurveNoise(moons(), 0.1),
    "spiral": CurveNoise(spiral(2, 1.0), 0.1),
    "swiss roll": CurveNoise(swiss_roll(), 0.1),
    "squares": UniformSquares(4),
    "odd squares": UniformSquares(5),
    "discs": UniformDiscs(circle(3, 1.0), 0.3),
    "touching discs": UniformDiscs(circle(12, 1.0), 0.4),
}


def lattice(half: float, side: int) -> tuple[np.ndarray, float]:
    line = (np.arange(side) + 0.5) / side * 2 * half - half
    x, y = np.meshgrid(line, line, indexing="ij")
    return np.stack([x.ravel(), y.ravel()], axis=1), (2 * half / side) ** 2


HALF, BOXES, FINE = 2.5, 20, 10


@cache
def mass_on_lattice(name: str) -> np.ndarray:
    points, cell = lattice(HALF, BOXES * FINE)
    return PLANE[name].pdf(points) * cell


@pytest.mark.parametrize("name", PLANE)
def test_a_density_integrates_to_one(name: str) -> None:
    smooth = isinstance(PLANE[name], GaussianMixture | CurveNoise)
    assert mass_on_lattice(name).sum() == pytest.approx(1, abs=1e-6 if smooth else 2e-2)


@pytest.mark.parametrize("name", PLANE)
def test_samples_follow_the_density(name: str) -> None:
    density = PLANE[name]
    sample = density.sample(20_000, np.random.default_rng(3))
    mass = mass_on_lattice(name).reshape(BOXES, FINE, BOXES, FINE).sum(axis=(1, 3)).ravel()
    counts = np.histogram2d(*sample.T, bins=BOXES, range=[[-HALF, HALF]] * 2)[0].ravel()
    expected = mass / mass.sum() * len(sample)
    full = expected > 10
    # The lattice rounds the edges of uniform shapes; whole boxes of squares and discs do not care.
    if isinstance(density, UniformDiscs | UniformSquares):
        assert np.abs(counts - expected).max() < 6 * np.sqrt(expected.max())
        return
    assert counts[~full].sum() == pytest.approx(expected[~full].sum(), abs=60)
    observed, wanted = counts[full], expected[full]
    assert stats.chisquare(observed, wanted * observed.sum() / wanted.sum()).pvalue > 1e-3


@pytest.mark.parametrize("name", PLANE)
def test_log_density_is_the_logarithm_and_no_sample_lies_outside(name: str) -> None:
    density = PLANE[name]
    sample = density.sample(500, np.random.default_rng(0))
    assert np.isfinite(density.log_pdf(sample)).all()
    assert np.allclose(np.exp(density.log_pdf(sample)), density.pdf(sample), rtol=1e-12)


def test_one_gaussian_agrees_with_scipy() -> None:
    density = GaussianMixture(np.array([[2.0]]), 0.5)
    x = np.linspace(-3, 6, 50)
    assert np.allclose(density.log_pdf(x[:, None]), stats.norm(2, 0.5).logpdf(x), rtol=1e-13)
    assert stats.kstest(density.sample(5000, np.random.default_rng(1))[:, 0],
                        stats.norm(2, 0.5).cdf).pvalue > 0.01


@pytest.mark.parametrize("sigma", [0.01, 0.06, 0.5])
@pytest.mark.parametrize("curve", [*line(1.6, -20.0), *moons(), *spiral(1, 1.5), *swiss_roll()])
def test_a_noisy_curve_agrees_with_adaptive_integration(curve, sigma: float) -> None:  # type: ignore[no-untyped-def]
    density = CurveNoise((curve,), sigma)
    for v, distance in ((0.0, 0.5), (0.31, 2.0), (0.77, 3.0), (1.0, 1.0)):
        at = curve.point(np.array([v]))[0] + distance * sigma * np.array([0.6, 0.8])

        def integrand(u: float, at: np.ndarray = at) -> float:
            w = np.array([u])
            square = float(((curve.point(w)[0] - at) ** 2).sum())
            bell = np.exp(-square / 2 / sigma**2) / (2 * np.pi * sigma**2)
            return float(curve.weight(w)[0]) * bell

        around = np.clip([v - 20 * sigma, v - 2 * sigma, v, v + 2 * sigma, v + 20 * sigma], 0, 1)
        exact, _ = integrate.quad(integrand, 0, 1, points=sorted(set(around)), limit=500,
                                  epsabs=0, epsrel=1e-11)
        assert density.pdf(at[None])[0] == pytest.approx(exact, rel=1e-6)


def test_many_centres_give_what_few_code_paths_would(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    centres, weights = rng.normal(size=(3000, 2)), rng.dirichlet(np.ones(3000))
    points = np.concatenate([rng.normal(size=(700, 2)), [[50.0, 50.0], [1e200, 0.0]]])
    near = GaussianMixture(centres, 0.02, weights).log_pdf(points)
    wide = GaussianMixture(centres, 5.0, weights).log_pdf(points)
    monkeypatch.setattr(densities, "_TREE_FROM", 10**9)
    assert np.allclose(near, GaussianMixture(centres, 0.02, weights).log_pdf(points), rtol=1e-12)
    assert np.allclose(wide, GaussianMixture(centres, 5.0, weights).log_pdf(points), rtol=1e-12)
    assert near[-1] == -np.inf and np.isfinite(near[-2])


def test_evaluation_holds_few_pairs_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    density = GaussianMixture(circle(8, 1.0), 0.01)
    points = np.random.default_rng(0).normal(size=(1000, 2))
    whole = density.log_pdf(points)
    monkeypatch.setattr(densities, "_CELLS", 50)
    assert np.array_equal(whole, density.log_pdf(points))


def test_points_of_the_wrong_width_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        UniformSquares(4).pdf(np.zeros((3, 1)))


@given(side=st.integers(2, 20), x=st.floats(-2, 2), y=st.floats(-2, 2))
@settings(max_examples=60, deadline=None)
def test_a_checkerboard_has_one_height(side: int, x: float, y: float) -> None:
    squares = (side * side + 1) // 2
    height = side * side / (4 * squares)
    value = UniformSquares(side).pdf(np.array([[x, y]]))[0]
    assert value in (0, pytest.approx(height))
    if max(abs(x), abs(y)) > 1:
        assert value == 0
