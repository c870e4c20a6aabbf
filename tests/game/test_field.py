"""Fields on grids and planes, what turns in them, and paths."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganstudio.game.catalogue import GAMES
from ganstudio.game.field import (
    Turning,
    field_on_grid,
    heights,
    lattice,
    three_fields,
    turning_of,
    turning_probe,
)
from ganstudio.game.path import PathAngle, path_angle, read_path
from ganstudio.game.planes import (
    plane_of,
    principal_directions,
    random_direction,
    rotation_directions,
)
from ganstudio.game.products import Curvature, field
from ganstudio.game.protocol import Point, flatten, unflatten
from ganstudio.game.rules.make import make_rule
from ganstudio.game.toys import make_toy, payoffs, point
from ganstudio.game.walk import simulate
from ganstudio.game.xor import ACROSS, ALONG, ORIGIN, Network, network_loss, xor_loss

from .conftest import REFERENCE, Dense, tiny_gan


@pytest.mark.parametrize("name", GAMES)
def test_grid_is_the_field_at_each_point(name: str) -> None:
    toy = make_toy(name)
    x, y = lattice(toy.entry.view, 5, 4)
    grid = field_on_grid(toy, x, y)
    g, d = heights(toy, x, y)
    assert grid.vx.shape == grid.speed.shape == g.shape == d.shape == (4, 5)
    tight = 1e-8 if name == "dirac_instance_noise" else 1e-13  # fewer nodes serve a picture
    for i, j in itertools.product(range(4), range(5)):
        at = point(x[j], y[i])
        v = field(toy, at)
        assert (grid.vx[i, j], grid.vy[i, j]) == pytest.approx(
            (float(v.theta[0]), float(v.psi[0])), abs=tight)
        assert g[i, j] == pytest.approx(float(toy.loss_g(*at)), abs=tight)
        assert d[i, j] == pytest.approx(float(toy.loss_d(*at)), abs=tight)


@pytest.mark.parametrize("name", GAMES)
def test_equilibria_are_at_rest(name: str) -> None:
    toy = make_toy(name)
    for where in toy.equilibria:
        v = field(toy, point(*where))
        assert float(v.dot(v)) < 1e-24
        assert toy.distance(*where) == 0

Found = TypeVar("Found")


def test_three_fields_of_consensus() -> None:
    x, y = lattice((-2, 2, -2, 2), 6, 6)
    own, conservative, both = three_fields(make_toy("bilinear"), x, y, 0.5)
    xx, yy = np.meshgrid(x, y)
    np.testing.assert_allclose([own.vx, own.vy], [-yy, xx])
    np.testing.assert_allclose([conservative.vx, conservative.vy], [-xx, -yy], atol=1e-15)
    np.testing.assert_allclose(both.vx, own.vx + 0.5 * conservative.vx)


def test_the_xor_plane_is_the_networks_loss() -> None:
    for a, b in itertools.product((-0.3, 0.0, 0.5, 1.0), (-0.7, 0.0, 0.9)):
        there = Network(*(o + a * s + b * t for o, s, t in zip(ORIGIN, ALONG, ACROSS,
                                                             strict=True)))
        seen = xor_loss(*(t[0] for t in point(a, b)))
        torch.testing.assert_close(seen, network_loss(there), rtol=1e-10, atol=1e-14)


def test_payoffs_are_the_corners_of_the_loss() -> None:
    toy = make_toy("matching_pennies", {"stake": 3.0})
    corners = heights(toy, np.array([1.0, 0.0]), np.array([1.0, 0.0]))[0].T
    np.testing.assert_allclose(corners, payoffs(3.0))


# ---- turning --------------------------------------------------------------------------------


def run_out(work: Generator[None, None, Found]) -> Found:
    """What work that is done piece by piece comes to."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: Found = done.value
            return found


def turning(game: Any, at: Point, probes: int, seed: int = 0) -> Turning:
    curve, random = Curvature(game, at), torch.Generator().manual_seed(seed)
    return turning_of([run_out(turning_probe(curve, random)) for _ in range(probes)])


@pytest.mark.parametrize("name,share", [("bilinear", 1.0), ("xor", 0.0)])
def test_pure_turning_and_pure_descent(name: str, share: float) -> None:
    found = turning(make_toy(name), point(0.3, 0.2), probes=4)
    assert found.share == pytest.approx(share, abs=1e-12)


def test_turning_share_estimates_the_dense_one() -> None:
    dense = Dense(tiny_gan())
    a, s = (dense.J - dense.J.T) / 2, (dense.J + dense.J.T) / 2
    exact = float(a.square().sum() / (a.square().sum() + s.square().sum()))
    found = turning(dense.game, dense.at, probes=40, seed=1)
    assert found.share == pytest.approx(exact, abs=5 * found.error)
    assert 0 < found.error < 0.2
    assert turning(dense.game, dense.at, 4, seed=2) == turning(dense.game, dense.at, 4, seed=2)


# ---- planes ---------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_skew_planes_project_like_least_squares(seed: int) -> None:
    torch.manual_seed(seed)
    d1, d2, v = torch.randn(3, 7).double()
    plane = plane_of(d1, d2)
    a, b, seen = plane.shadow(v)
    basis = np.stack([d1.numpy(), d2.numpy()], axis=1)
    expected, *_ = np.linalg.lstsq(basis, v.numpy(), rcond=None)
    np.testing.assert_allclose([a, b], expected, rtol=1e-8, atol=1e-10)
    shadow = np.linalg.norm(basis @ expected) / np.linalg.norm(v.numpy())
    assert seen == pytest.approx(shadow, rel=1e-9)
    assert plane.shadow(0.3 * d1 - 2.0 * d2) == pytest.approx((0.3, -2.0, 1.0), rel=1e-9)


def test_the_plane_of_a_complex_pair_is_turned_into_itself() -> None:
    dense = Dense(tiny_gan("minimax"))
    values, vectors = torch.linalg.eig(dense.J)
    index = int(values.imag.argmax())
    axes = rotation_directions(vectors[:, index].real, vectors[:, index].imag)
    assert values.imag[index] > 0.01 and axes is not None
    torch.testing.assert_close(torch.stack(axes) @ torch.stack(axes).T, torch.eye(2).double())
    for direction in axes:
        assert plane_of(*axes).shadow(dense.J @ direction)[2] == pytest.approx(1.0, abs=1e-9)
    assert rotation_directions(axes[0], 0 * axes[0]) is None


def test_random_directions_are_scaled_filter_by_filter() -> None:
    game = tiny_gan(width=5)
    at = game.point()
    direction = random_direction(at, seed=4)
    for d, w in zip(direction.all, at.all, strict=True):
        left, right = (t.norm(dim=1) if t.dim() > 1 else t.norm() for t in (d, w))
        torch.testing.assert_close(left, right)
    assert torch.equal(flatten(direction), flatten(random_direction(at, seed=4)))


def test_principal_directions_of_a_path_in_a_plane() -> None:
    like = tiny_gan().point()
    torch.manual_seed(1)
    a, b = torch.linalg.qr(torch.randn(17, 2).double())[0].T
    path = [unflatten(torch.cos(t) * 3 * a + torch.sin(t) * b, like)
            for t in torch.linspace(0, 6.28, 40).double()]
    directions, shares = principal_directions(path, 3)
    assert len(directions) == 2  # there is no third
    assert shares.sum() == pytest.approx(1.0)
    assert abs(float(flatten(directions[0]) @ a)) == pytest.approx(1.0, abs=1e-4)
    with pytest.raises(ValueError, match="two different"):
        principal_directions([path[0], path[0]])


def test_random_walk_explains_what_it_should() -> None:
    """A long walk in many dimensions: .608, .152, .068."""
    torch.manual_seed(0)
    rows = torch.randn(400, 3000).double().cumsum(0)
    like = Point((torch.zeros(3000).double(),), ())
    _, shares = principal_directions([unflatten(r, like) for r in rows], 3)
    expected = REFERENCE["facts"]["metrics"]["pca_random_walk_explained_variance"]
    np.testing.assert_allclose(shares, expected, atol=0.03)


# ---- paths ----------------------------------------------------------------------------------


def along(v: Callable[[Tensor], Tensor], begin: Tensor, end: Tensor, alpha: Any) -> PathAngle:
    """The whole way at once."""
    return run_out(path_angle(v, begin, end, np.asarray(alpha)))


def linear(row: dict[str, Any]) -> tuple[Callable[[Tensor], Tensor], Tensor, Tensor]:
    J, begin, end = (torch.tensor(row[key]).double() for key in ("J", "w0", "w1"))
    return (lambda w: J @ w), begin, end


@pytest.mark.parametrize("row", REFERENCE["path_angle"],
                         ids=lambda r: f"{r['game']} to {r['w1']}")
def test_path_angle_vectors(row: dict[str, Any]) -> None:
    found = along(*linear(row), row["alpha"])
    expected = [np.nan if c is None else c for c in row["cos"]]
    np.testing.assert_allclose(found.cosine, expected, atol=1e-6)
    np.testing.assert_allclose(found.norm, row["norm"], atol=1e-6)


@pytest.mark.parametrize("index,word", [(0, "Rotation"), (2, "Attraction:")])
def test_path_angle_in_words(index: int, word: str) -> None:
    found = along(*linear(REFERENCE["path_angle"][index]), np.linspace(-0.2, 1.2, 141))
    assert read_path(found).startswith(word)


SAMPLED = np.linspace(0, 1.25, 41)  # as the window draws it


def played(game: str, rule: str, start: tuple[float, float], steps: int, **params: Any
           ) -> PathAngle:
    """The path angle of a toy game between its start and where a rule took it."""
    toy = make_toy(game)
    path = simulate(toy, make_rule(rule, params), start, steps)

    def v(flat: Tensor) -> Tensor:
        return torch.cat([t.reshape(-1) for t in field(toy, point(*flat.tolist())).all])

    return along(v, torch.tensor(path[0]), torch.tensor(path[-1]), SAMPLED)


@pytest.mark.parametrize("game, rule, start, steps, params, word", [
    ("bilinear", "extragradient", (1.0, 0.0), 120, {"lr": 0.2}, "Rotation"),
    ("bilinear", "consensus", (1.0, 0.0), 45, {"lr": 0.1, "gamma": 0.5}, "Rotation"),
    ("bilinear", "simultaneous", (1.0, 0.3), 28, {"lr": 0.1}, "Rotation"),
    ("dirac", "extragradient", (1.0, 0.0), 500, {"lr": 0.2}, "Rotation"),
    ("xor", "simultaneous", (0.3, 0.8), 700, {"lr": 0.03}, "Attraction"),
    ("xor", "simultaneous", (0.2, 0.3), 700, {"lr": 0.03}, "Attraction:"),
    ("xor", "simultaneous", (0.25, 0.0), 300, {"lr": 0.03}, "Attraction:"),
    ("quadratic", "simultaneous", (1.0, 1.0), 60, {"lr": 0.1}, "Attraction"),
])
def test_path_angles_of_games_that_are_known_are_read_as_what_they_are(
        game: str, rule: str, start: tuple[float, float], steps: int, params: dict[str, Any],
        word: str) -> None:
    assert read_path(played(game, rule, start, steps, **params)).startswith(word)


def test_a_bump_may_point_back_and_a_bare_spiral_home_is_attraction() -> None:
    turn = torch.tensor([[0.0, -1.0], [1.0, 0.0]]).double()
    back = along(lambda w: turn @ w, torch.tensor([1.0, 0.0]).double(),
                 torch.tensor([0.02, -0.05]).double(), SAMPLED)
    assert np.nanmin(back.cosine) < -0.9 and read_path(back).startswith("Rotation")
    home = turn - 0.3 * torch.eye(2)
    whole = along(lambda w: home @ w, torch.tensor([1.0, 0.0]).double(),
                  torch.zeros(2).double(), SAMPLED)
    assert read_path(whole).startswith("Attraction:")


@pytest.mark.parametrize("seed", range(5))
def test_of_noise_and_of_what_chance_makes_nothing_is_read(seed: int) -> None:
    random, ones = np.random.default_rng(seed), np.ones(41)
    noise = PathAngle(SAMPLED, random.normal(0, 0.3, 41), ones)
    assert read_path(noise).startswith("Neither")
    # A smooth curve that no more than √n tells from unrelated directions.
    wave = 0.012 * np.cos(np.pi * SAMPLED / 2)
    assert read_path(PathAngle(SAMPLED, wave, ones), 34_000).startswith("Neither")
    assert read_path(PathAngle(SAMPLED, 5 * wave, ones), 34_000).startswith("Attraction")
    # Away from the end on either side; a slow rise; a change of sign far from the end.
    for curve in (-np.cos(np.pi * SAMPLED / 2), 0.2 + 0.5 * SAMPLED, np.cos(0.8 * np.pi * SAMPLED)):
        assert read_path(PathAngle(SAMPLED, curve, ones)).startswith("Neither"), curve


def test_path_angle_in_words_for_both_and_neither() -> None:
    J = torch.tensor([[-0.3, -1.0], [1.0, -0.3]]).double()
    both = along(lambda w: J @ w, torch.tensor([1.0, 0.0]).double(),
                 torch.tensor([0.02, 0.05]).double(), np.linspace(-0.2, 1.5, 171))
    assert read_path(both).startswith("Attraction and rotation")
    flat = PathAngle(np.linspace(0, 1, 5), np.full(5, 0.5), np.ones(5))
    assert read_path(flat).startswith("Neither")
    gone = PathAngle(np.linspace(0, 1, 5), np.full(5, np.nan), np.zeros(5))
    assert "vanishes" in read_path(gone)


def test_one_place_is_no_path() -> None:
    here = torch.ones(2).double()
    assert np.isnan(along(lambda w: w, here, here, [0.0, 1.0]).cosine).all()


def test_path_angle_in_words_is_read_beside_the_largest_cosine() -> None:
    """Between many numbers all cosines are small, and still tell."""
    alpha = np.linspace(0, 1.25, 26)
    inward = PathAngle(alpha, 0.01 * (1 - alpha), np.ones(26))
    assert read_path(inward, 10**6).startswith("Attraction:")
    bump = PathAngle(alpha, 0.01 * np.exp(-((alpha - 0.9) / 0.1) ** 2), np.ones(26))
    assert read_path(bump, 10**6).startswith("Rotation:")
    across = PathAngle(alpha, 1e-5 * (1 - alpha), np.ones(26))
    assert "orthogonal" in read_path(across, 10**6)
