"""The field of two real networks on a plane: against dense Jacobians."""

import copy

import numpy as np
import pytest
import tiny
import torch

from ganstudio.game.protocol import Point
from ganstudio.game.spectrum import field_jacobian
from ganstudio.training import still_game
from ganstudio.training.field_frames import (
    WantField,
    WantPathAngle,
    WantSpectrum,
)
from ganstudio.training.moves import move_both
from ganstudio.training.observer import Observer
from ganstudio.training.still_game import StillGame
from ganstudio.training.trace import flat_weights
from tests.training.looking import QUICK, load, own_dense, watched
from tests.training.written_out import SMALL, dense


def test_the_field_at_the_origin_is_the_projected_gradient_that_training_applies(monkeypatch):
    made, seen = watched(steps=3, update={"rule": "simultaneous"})
    frame = seen.look(WantField("random", size=3, seed=4))
    applied = {}
    for name, optimizer in (("g", made.players.optimizer_g), ("d", made.players.optimizer_d)):
        monkeypatch.setattr(optimizer, "step", lambda gradients, *_, name=name: applied.update(
            {name: torch.cat([g.reshape(-1) for g in gradients])}))
    plane = random_plane(made, 4)
    real, z = seen.slow._fixed_batch()
    move_both(made.players, made.recipe, real, z, made.reading, made.stabilisers)
    expected = [-float(applied["g"] @ plane[0]), -float(applied["d"] @ plane[1])]
    assert frame.centre_v == pytest.approx(expected, rel=1e-5)
    whole = float(torch.cat([applied["g"], applied["d"]]).norm())
    assert frame.centre_share == pytest.approx(np.hypot(*expected) / whole, rel=1e-5)
    middle = frame.v[1, 1]  # the grid's middle node is the origin
    assert middle == pytest.approx(expected, rel=1e-5)


def random_plane(made, seed):
    from ganstudio.game.planes import random_direction

    here = Point(tuple(made.players.weights_g), tuple(made.players.weights_d))
    drawn = random_direction(here, seed)
    flat = [torch.cat([t.reshape(-1) for t in part]) for part in drawn]
    return [f / f.norm() for f in flat]


def test_every_node_is_the_field_there():
    made, seen = watched(steps=2)
    frame = seen.look(WantField("gradients", size=3, span=0.4))
    w, v, *_, n_g = own_dense(made, seen)
    first, second = torch.zeros_like(w), torch.zeros_like(w)
    first[:n_g], second[n_g:] = v[:n_g] / v[:n_g].norm(), v[n_g:] / v[n_g:].norm()
    assert frame.a.tolist() == pytest.approx([-0.4, 0, 0.4])
    for row in range(3):
        for column in range(3):
            other = copy.deepcopy(made)
            at = w + float(frame.a[column]) * first + float(frame.b[row]) * second
            load(other, at)
            there = dense(other, *seen.slow._fixed_batch())[1]
            expected = [float(there @ first), float(there @ second)]
            assert frame.v[row, column] == pytest.approx(expected, rel=1e-4, abs=1e-7)
            assert frame.share[row, column] == pytest.approx(
                np.hypot(*expected) / float(there.norm()), rel=1e-4)
    assert frame.centre_share == pytest.approx(1)  # the plane of the gradients holds them whole
    assert frame.centre_v == pytest.approx([float(v[:n_g].norm()), float(v[n_g:].norm())])


@pytest.mark.parametrize("change", [{}, {"loss": {"kind": "wasserstein"}},
                                    {"penalty": {"r1": 1.0}},
                                    {"discriminator": {"norm": "spectral"}}],
                         ids=["plain", "wasserstein", "penalised", "spectral"])
def test_many_places_at_once_are_each_for_itself(change):
    """Whether or not the losses can be taken together."""
    _, seen = watched(steps=2, **change)
    still = seen.slow.still()
    assert still.at_once == (1 if "penalty" in change else still_game.TOGETHER)
    random = torch.Generator().manual_seed(3)
    places = still.flat + 0.1 * torch.randn(4, len(still.flat), generator=random).to(still.flat)
    together = still.fields(places)
    for k in range(4):
        alone = still.field(places[k])
        torch.testing.assert_close(together[k], alone, rtol=1e-9, atol=1e-12)


def test_large_networks_and_batch_norm_are_taken_one_by_one(monkeypatch):
    _, seen = watched(steps=1, generator={"norm": "batch"})
    assert seen.slow.still().at_once == 1
    _, seen = watched(steps=1)
    monkeypatch.setattr(still_game, "MOST_WEIGHTS_TOGETHER", 10)
    assert seen.slow.still().at_once == 1


def test_the_turning_share_is_that_of_the_dense_jacobian(monkeypatch):
    monkeypatch.setattr("ganstudio.training.field_look.PROBES", 200)
    made, seen = watched(steps=5)
    frame = seen.look(WantField(size=3))
    jacobian = own_dense(made, seen)[2]
    turns, descends = ((jacobian - s * jacobian.T).square().sum() / 4 for s in (1, -1))
    exact = float(turns / (turns + descends))
    assert 0 < frame.turning_error < 0.05
    assert abs(frame.turning_share - exact) < 4 * frame.turning_error


def test_the_eigenplane_is_turned_into_itself():
    """Within span{Re, Im} of an eigenvector the linear part of the field is seen whole."""
    made, seen = watched(steps=20, optimizer_d={"kind": "sgd", "lr": 0.3},
                         optimizer_g={"kind": "sgd", "lr": 0.3})
    frame = seen.look(WantField("eigen", size=3, span=1e-4))
    jacobian = own_dense(made, seen)[2]
    values = np.linalg.eigvals(jacobian.numpy())
    turning = values[values.imag > 1e-9]
    assert frame.label_a.startswith("both players: Re of the eigenvector")
    leading = turning[np.argmax(np.abs(turning))]
    assert f"{leading.real:.3g} ± {leading.imag:.3g}i".replace("-", "−") in frame.label_a
    linear = (frame.v - frame.centre_v) / 1e-4
    matrix = np.stack([linear[1, 2], linear[2, 1]], axis=1)  # its action on the two axes
    found = np.linalg.eigvals(matrix)
    assert found[np.argmax(found.imag)] == pytest.approx(leading, rel=2e-2)


@pytest.mark.parametrize("plane", ["recent_path", "last_step", "eigen"])
def test_before_there_is_a_path_the_gradient_stands_in_and_says_so(plane):
    _, seen = watched(WantField(plane))
    frame = seen.look(WantField(plane, size=3))
    if plane != "eigen":
        missing = {"recent_path": "no path yet", "last_step": "no step seen yet"}[plane]
        assert frame.label_a == f"generator: gradient ({missing})"
    assert np.isfinite(frame.v).all()


def test_the_path_ends_at_the_origin_and_says_how_far_off_the_plane_it_lies():
    want = WantField("recent_path", size=3, direction_d="gradients")
    made, seen = watched(want, steps=12)
    frame = seen.look(want)
    assert frame.path.shape == (13, 2) and frame.path_distance.shape == (13,)
    assert frame.path[-1].tolist() == [0, 0] and frame.path_distance[-1] == 0
    assert frame.label_a.startswith("generator: recent path (")
    assert frame.label_b == "discriminator: gradient"
    moments = seen.slow.trace.moments
    way = moments[0].weights - flat_weights(made.players)
    seen_length = np.hypot(*frame.path[0])  # the axes are orthonormal
    off = (1 - (seen_length / float(way.norm())) ** 2) ** 0.5
    assert frame.path_distance[0] == pytest.approx(off, rel=1e-4)
    reach = np.abs(frame.path).max(axis=0)  # and the picture holds it all
    assert reach[0] <= frame.a[-1] <= 4 * reach[0] and reach[1] <= frame.b[-1]


def test_the_last_step_is_the_last_step():
    want = WantField("last_step", size=3)
    made, seen = watched(want, steps=2)
    before = flat_weights(made.players)
    made.advance(1)
    moved = flat_weights(made.players) - before
    frame = seen.look(want)
    assert frame.label_a == "generator: last step"
    n_g = sum(p.numel() for p in made.players.weights_g)
    direction = moved[:n_g] / moved[:n_g].norm()
    v = own_dense(made, seen)[1]
    assert frame.centre_v[0] == pytest.approx(float(v[:n_g] @ direction), rel=1e-4)
    seen.watch([])
    made.advance(1)
    assert made.before is None


def test_looking_changes_nothing_and_frames_are_read_only():
    wants = [QUICK, WantSpectrum(2), WantPathAngle(0, 5), WantField("eigen", 3)]
    parts = {"generator": {**SMALL["generator"], "norm": "batch", "dropout": 0.2},
             "discriminator": {**SMALL["discriminator"], "norm": "spectral", "dropout": 0.2}}
    made, seen = watched(*wants, steps=2, **parts)
    other, _ = watched(steps=2, **parts)
    frames = [seen.look(want) for want in wants]
    made.advance(2)
    other.advance(2)
    a, b = made.state().tensors, other.state().tensors
    assert all(torch.equal(a[k], b[k]) for k in a)
    with pytest.raises(ValueError, match="read-only"):
        frames[0].v[0, 0] = 0
    again = Observer(made)
    assert np.array_equal(again.look(QUICK).v, again.look(QUICK).v)  # coins are tossed once


@pytest.mark.parametrize("penalty,of_fakes", [
    ({"gp": 1.0}, True), ({"lp": 1.0}, True), ({"r1": 1.0}, False), ({"r2": 0.5}, True),
    ({"dragan": 1.0}, False)], ids=str)
def test_with_penalties_every_entry_of_the_jacobian_is_the_fields_own_slope(penalty, of_fakes):
    """Against differences of the field in float64: what a penalty on fakes owes to θ, too (where D
    is bent: the slope of one that is linear by pieces is the same at every fake near by).
    """
    bent = {"discriminator": {**SMALL["discriminator"], "activation": "tanh"}}
    made, seen = watched(steps=3, penalty=penalty, **bent)
    steepen(made)
    still = seen.slow.still()
    exact = field_jacobian(still.game, still.here)
    step = 1e-6 * torch.eye(len(still.flat)).double()
    slopes = [(still.field(still.flat + e) - still.field(still.flat - e)) / 2e-6 for e in step]
    torch.testing.assert_close(exact, torch.stack(slopes, 1), rtol=1e-6,
                               atol=1e-8 * float(exact.abs().max()))
    other, plain = watched(steps=3, **bent)
    load(other, still.flat)
    without = plain.slow.still()
    owed = exact - field_jacobian(without.game, without.here)
    n = still.n_g
    scale = float(exact.abs().max())
    assert float(owed[:n].abs().max()) < 1e-12 * scale  # G does not pay it
    assert float(owed[n:, n:].abs().max()) > 0.01 * scale
    of_theta = float(owed[n:, :n].abs().max())
    assert of_theta > 1e-3 * scale if of_fakes else of_theta < 1e-12 * scale


def steepen(made):
    """Slopes of D above 1, where the one-sided penalty is paid."""
    with torch.no_grad():
        for p in made.players.weights_d:
            p.mul_(3.0)


def test_images_have_a_game_too():
    made = tiny.trainer(**{**tiny.DCGAN, "batch": 4})
    frame = Observer(made).look(WantField(size=2))
    assert np.isfinite(frame.v).all()
    assert isinstance(StillGame.take(made.players, made.recipe, 0, (made._real(), made._z())),
                      StillGame)
