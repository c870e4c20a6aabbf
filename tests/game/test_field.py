"""Fields on grids and planes, what turns in them, and paths."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.game.catalogue import GAMES
from ganstudio.game.field import field_on_grid, heights, lattice, three_fields, turning
from ganstudio.game.path import PathAngle, path_angle, read_path
from ganstudio.game.planes import (
    Plane,
    arrow,
    coarse_to_fine,
    player_plane,
    principal_directions,
    random_direction,
    rotation_plane,
)
from ganstudio.game.products import field
from ganstudio.game.protocol import Point, flatten, unflatten
from ganstudio.game.spectrum import leading_eigenvalues, rotation_pair
from ganstudio.game.toys import make_toy, payoffs, point
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


def test_plane_of_gradients_at_the_origin_shows_what_training_applies() -> None:
    """One direction per player along its own gradient: the whole field is in the picture."""
    game = tiny_gan()
    at = game.point()
    v = field(game, at)
    plane = player_plane(at, v.theta, v.psi)
    seen = arrow(game, plane, 0.0, 0.0)
    lengths = [float(torch.cat([t.reshape(-1) for t in part]).norm()) for part in v]
    assert (seen.va, seen.vb) == pytest.approx(lengths, rel=1e-12)
    assert seen.seen == pytest.approx(1.0, abs=1e-12)
    assert seen.norm == pytest.approx(np.hypot(*lengths), rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_skew_planes_project_like_least_squares(seed: int) -> None:
    torch.manual_seed(seed)
    like = Point((torch.zeros(2, 2).double(),), (torch.zeros(3).double(),))
    origin, d1, d2, v = (unflatten(torch.randn(7).double(), like) for _ in range(4))
    a, b, seen = Plane(origin, d1, d2).project(v)
    basis = np.stack([flatten(d1).numpy(), flatten(d2).numpy()], axis=1)
    expected, *_ = np.linalg.lstsq(basis, flatten(v).numpy(), rcond=None)
    np.testing.assert_allclose([a, b], expected, rtol=1e-8, atol=1e-10)
    shadow = np.linalg.norm(basis @ expected) / np.linalg.norm(flatten(v).numpy())
    assert seen == pytest.approx(shadow, rel=1e-9)
    x, y, whole = Plane(origin, d1, d2).coordinates(Plane(origin, d1, d2).at(0.3, -2.0))
    assert (x, y, whole) == pytest.approx((0.3, -2.0, 1.0), rel=1e-9)


def test_planes_that_are_none_are_refused() -> None:
    at = point(1.0, 1.0)
    with pytest.raises(ValueError, match="one line"):
        Plane(at, at, at.times(2.0)).project(at)
    with pytest.raises(ValueError, match="discriminator's direction is zero"):
        player_plane(at, at.theta, (torch.zeros(()).double(),))


def test_plane_of_a_complex_pair_is_turned_into_itself() -> None:
    dense = Dense(tiny_gan("minimax"))
    spectrum = leading_eigenvalues(dense.game, dense.at, count=17)
    index = rotation_pair(spectrum)
    assert index is not None
    plane = rotation_plane(dense.at, spectrum, index)
    for direction in (plane.first, plane.second):
        image = unflatten(dense.J @ flatten(direction), dense.at)
        assert plane.project(image)[2] == pytest.approx(1.0, abs=1e-9)
    np.testing.assert_allclose(plane.gram(), np.eye(2), atol=1e-12)


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


@settings(max_examples=20)
@given(st.integers(1, 20), st.integers(1, 20))
def test_coarse_to_fine_visits_every_cell_once(columns: int, rows: int) -> None:
    cells = list(coarse_to_fine(columns, rows))
    assert sorted(cells) == sorted(itertools.product(range(rows), range(columns)))
    if columns >= 8 and rows >= 8:  # the first few already span the picture
        first = np.array(cells[:9])
        assert first.max(0)[0] >= rows // 2 and first.max(0)[1] >= columns // 2


# ---- paths ----------------------------------------------------------------------------------


def linear(row: dict[str, Any]) -> tuple[Any, Point, Point]:
    J = torch.tensor(row["J"]).double()
    like = point(0.0, 0.0)
    return (lambda w: unflatten(J @ flatten(w), like), point(*row["w0"]), point(*row["w1"]))


@pytest.mark.parametrize("row", REFERENCE["path_angle"],
                         ids=lambda r: f"{r['game']} to {r['w1']}")
def test_path_angle_vectors(row: dict[str, Any]) -> None:
    v, begin, end = linear(row)
    found = path_angle(v, begin, end, row["alpha"])
    expected = [np.nan if c is None else c for c in row["cos"]]
    np.testing.assert_allclose(found.cosine, expected, atol=1e-6)
    np.testing.assert_allclose(found.norm, row["norm"], atol=1e-6)


@pytest.mark.parametrize("index,word", [(0, "Rotation"), (2, "Attraction:")])
def test_path_angle_in_words(index: int, word: str) -> None:
    v, begin, end = linear(REFERENCE["path_angle"][index])
    alphas = np.linspace(-0.2, 1.2, 141)
    assert read_path(path_angle(v, begin, end, alphas)).startswith(word)


def test_path_angle_in_words_for_both_and_neither() -> None:
    J = torch.tensor([[-0.3, -1.0], [1.0, -0.3]]).double()
    like = point(0.0, 0.0)
    both = path_angle(lambda w: unflatten(J @ flatten(w), like), point(1.0, 0.0),
                      point(0.02, 0.05), np.linspace(-0.2, 1.5, 171))
    assert read_path(both).startswith("Attraction and rotation")
    flat = PathAngle(np.linspace(0, 1, 5), np.full(5, 0.5), np.ones(5))
    assert read_path(flat).startswith("Neither")
    gone = PathAngle(np.linspace(0, 1, 5), np.full(5, np.nan), np.zeros(5))
    assert "vanishes" in read_path(gone)


def test_a_path_needs_two_places() -> None:
    with pytest.raises(ValueError, match="two different moments"):
        path_angle(lambda w: w, point(1, 1), point(1, 1), [0.0])
