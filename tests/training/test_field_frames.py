"""The game that two real networks play, looked at: against dense Jacobians, and in slices."""

import copy

import numpy as np
import pytest
import tiny
import torch

from ganstudio.game.protocol import Point
from ganstudio.game.spectrum import field_jacobian
from ganstudio.training import slow_looks, still_game, trace
from ganstudio.training.field_frames import (
    WantField,
    WantPathAngle,
    WantSpectrum,
)
from ganstudio.training.field_look import levels
from ganstudio.training.moves import move_both
from ganstudio.training.observer import Observer
from ganstudio.training.players import Players
from ganstudio.training.still_game import StillGame
from ganstudio.training.trace import Trace, flat_weights
from tests.training.written_out import SMALL, dense

DOUBLE = {"machine": {"precision": "float64"}}
QUICK = WantField(size=5, span=0.1)


def watched(*wants, steps=0, **parts):
    """(trainer, observer) after some steps that were watched."""
    made = tiny.trainer(**{**SMALL, **DOUBLE, **parts})
    seen = Observer(made)
    seen.watch(list(wants))
    for _ in range(steps):
        made.advance(1)
        seen.moved()
    return made, seen


def own_dense(made, seen):
    """(w, v, J, …) on the observer's own batch, with no code of the game's in it."""
    return dense(made, *seen.slow._fixed_batch())


# ---- the field ------------------------------------------------------------------------------


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


def load(made, flat):
    place = 0
    with torch.no_grad():
        for p in [*made.players.weights_g, *made.players.weights_d]:
            p.copy_(flat[place:place + p.numel()].view(p.shape))
            place += p.numel()


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
    assert f"{leading.real:.3g} ± {leading.imag:.3g}i" in frame.label_a
    linear = (frame.v - frame.centre_v) / 1e-4
    matrix = np.stack([linear[1, 2], linear[2, 1]], axis=1)  # its action on the two axes
    found = np.linalg.eigvals(matrix)
    assert found[np.argmax(found.imag)] == pytest.approx(leading, rel=2e-2)


@pytest.mark.parametrize("plane", ["recent_path", "last_step", "eigen"])
def test_before_there_is_a_path_the_gradient_stands_in_and_says_so(plane):
    _, seen = watched(WantField(plane))
    frame = seen.look(WantField(plane, size=3))
    if plane != "eigen":
        assert frame.label_a == "generator: gradient (no path yet)"
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


# ---- slices ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 15])
def test_every_cell_comes_once_from_coarse_to_fine(size):
    found = levels(size)
    cells = [cell for level in found for cell in level]
    assert sorted(cells) == [(r, c) for r in range(size) for c in range(size)]
    assert [len(a) for a in found] == sorted(len(a) for a in found)


def test_a_look_in_slices_is_the_look_at_once_and_first_shows_coarsely():
    made, seen = watched(QUICK, steps=3)
    whole = seen.look(QUICK)
    shown, slices, finished = [], 0, False
    while not finished:
        frame, finished = seen.glance(QUICK, resting=True)
        assert frame is None or frame.step == made.step
        shown += [frame] if frame else []
        slices += 1
    assert np.array_equal(shown[-1].v, whole.v) and shown[-1].complete
    assert shown[-1].turning_share == whole.turning_share


def one_piece(seen, want, resting=False):
    """A slice too short for more than one piece of work."""
    return seen.slow.glance(want, resting, seconds=1e-9)


def test_a_new_picture_grows_and_later_ones_come_whole():
    _, seen = watched(QUICK, steps=3)

    def shown():
        frames, finished = [], False
        while not finished:
            frame, finished = one_piece(seen, QUICK)
            frames += [frame] if frame else []
        return frames
    first, second = shown(), shown()
    assert [f.done for f in first] == [1, 2, 3] and first[0].levels == 3
    assert [int(np.isfinite(f.share).sum()) for f in first] == [4, 9, 25]
    assert [f.done for f in second] == [3]
    assert np.isnan(first[0].turning_share) and first[-1].turning_share >= 0
    assert first[0].cost_seconds < first[-1].cost_seconds


def test_while_training_a_look_goes_on_at_the_step_it_was_begun():
    made, seen = watched(QUICK, steps=3)
    whole = seen.look(QUICK)
    finished, last = False, None
    while not finished:
        frame, finished = one_piece(seen, QUICK)
        last = frame or last
        made.advance(1)
    assert last.step == 3 and np.array_equal(last.v, whole.v)


def test_at_rest_or_under_another_loss_an_old_look_is_begun_again():
    made, seen = watched(QUICK, steps=3)
    one_piece(seen, QUICK)
    made.advance(1)
    finished = False
    while not finished:
        frame, finished = one_piece(seen, QUICK, resting=True)
        assert frame is None or frame.step == 4
    one_piece(seen, QUICK)
    made.apply(made.recipe.model_copy(update={
        "loss": made.recipe.loss.model_copy(update={"kind": "wasserstein"})}))
    *_, frame = run_out(seen, QUICK)
    assert np.array_equal(frame.v, seen.look(QUICK).v)


def run_out(seen, want):
    finished = False
    while not finished:
        frame, finished = seen.glance(want)
        if frame is not None:
            yield frame


def test_one_slice_is_one_evaluation_at_least_and_little_more(monkeypatch):
    """With a clock that moves by a millisecond a piece, a slice of 8 ms does eight pieces."""
    made, seen = watched(QUICK, steps=1)
    pieces = []
    seen.slow._begun[QUICK] = slow_looks._Begun(
        made.step, slow_looks._game(made.recipe), iter(lambda: pieces.append(1), 0))
    clock = iter(np.arange(0, 1, 0.001))
    monkeypatch.setattr(slow_looks.time, "perf_counter", lambda: float(next(clock)))
    assert seen.glance(QUICK) == (None, False)
    assert 6 <= len(pieces) <= 8


# ---- spectrum and path ----------------------------------------------------------------------


def test_the_spectrum_is_that_of_the_dense_jacobian():
    made, seen = watched(steps=5)
    frame = seen.look(WantSpectrum(6))
    jacobian = own_dense(made, seen)[2].numpy()
    n_g = own_dense(made, seen)[-1]
    for found, block, tolerance in ((frame.eigenvalues, jacobian, 1e-3),
                                    (frame.block_g, jacobian[:n_g, :n_g], 1e-2),
                                    (frame.block_d, jacobian[n_g:, n_g:], 1e-2)):
        exact = np.linalg.eigvals(block)
        exact = exact[np.argsort(-np.abs(exact))][:len(found)]
        ours = found[:, 0] + 1j * found[:, 1]
        assert np.abs(ours) == pytest.approx(np.abs(exact), rel=tolerance)
        for value in ours:
            assert np.abs(exact - value).min() <= tolerance * abs(value)
    assert len(frame.eigenvalues) in (6, 7)
    assert (frame.residuals <= 1e-3 * np.hypot(*frame.eigenvalues.T)).all()
    assert not frame.block_g[:, 1].any() or np.abs(frame.block_g[:, 1]).max() < 1e-6
    assert frame.products > 12


def test_a_new_spectrum_grows_the_whole_games_values_first():
    _, seen = watched(steps=5)
    want = WantSpectrum(6)
    frames = list(run_out_in_pieces(seen, want))
    whole = seen.look(want)
    assert [f.complete for f in frames] == [False] * (len(frames) - 1) + [True]
    assert frames[-1].eigenvalues.tolist() == whole.eigenvalues.tolist()
    assert not len(frames[0].block_d)
    begun = next(f for f in frames if len(f.block_g) or len(f.block_d))
    assert len(begun.eigenvalues) == len(whole.eigenvalues)
    for frame in frames[:-1]:  # what is shown early is not far off
        sizes = np.hypot(*frame.eigenvalues.T)
        assert (frame.residuals <= 0.2 * sizes).all()
    assert [f.complete for f in run_out_in_pieces(seen, want)] == [True]  # no step back


def run_out_in_pieces(seen, want):
    finished = False
    while not finished:
        frame, finished = one_piece(seen, want)
        if frame is not None:
            yield frame


def test_the_path_angle_is_read_from_the_start_of_the_run():
    made, seen = watched(steps=6)
    frame = seen.look(WantPathAngle(0, 11))
    assert (frame.from_step, frame.step) == (0, 6) and frame.words
    begin = flat_weights(Players(made.recipe, (2,), made.device))
    way = flat_weights(made.players) - begin
    assert frame.length == pytest.approx(float(way.norm()))
    other = copy.deepcopy(made)
    for i in (0, 8):  # α = 0 and α = 1
        load(other, begin + float(frame.alpha[i]) * way)
        v = dense(other, *seen.slow._fixed_batch())[1]
        assert frame.norm[i] == pytest.approx(float(v.norm()), rel=1e-4)
        cosine = float(v @ way) / float(v.norm() * way.norm())
        assert frame.cosine[i] == pytest.approx(cosine, abs=1e-4)


def test_a_path_that_has_not_begun_says_so():
    _, seen = watched(WantPathAngle(None))
    frame = seen.look(WantPathAngle(None, 5))
    assert frame.length == 0 and "Nothing has moved" in frame.words
    assert np.isnan(frame.cosine).all()


def test_a_path_may_begin_where_the_watching_did_or_near_a_step():
    want = WantPathAngle(None, 5)
    made, seen = watched(steps=4)
    seen.watch([want])
    for _ in range(4):
        made.advance(1)
        seen.moved()
    assert seen.look(want).from_step == 4
    assert seen.look(WantPathAngle(6, 5)).from_step == 6
    assert seen.look(WantPathAngle(1, 5)).from_step == 4


def test_a_path_may_lead_from_one_kept_state_to_another():
    """As if one had looked then: the weights of both, and the fixed batch."""
    made, seen = watched(steps=3)
    early = slow_looks.Kept(made.step, made.state().tensors)
    made.advance(4)
    late = slow_looks.Kept(made.step, made.state().tensors)
    expected = seen.look(WantPathAngle(3, 5))
    assert expected.from_step == made.step  # no path was kept, so there is none
    held = {3: early, 7: late}
    seen.slow.kept = lambda step: held[max((s for s in held if s <= step), default=3)]
    then = seen.look(WantPathAngle(3, 5))
    assert (then.from_step, then.step) == (3, 7)
    made.advance(5)
    frame = seen.look(WantPathAngle(3, 5, to_step=9))
    assert (frame.from_step, frame.step) == (3, 7)
    np.testing.assert_allclose(frame.cosine, then.cosine, rtol=1e-12)
    np.testing.assert_allclose(frame.norm, then.norm, rtol=1e-12)
    assert frame.length == pytest.approx(then.length) and then.length > 0
    assert seen.look(WantPathAngle(3, 5)).step == 12
    assert seen.look(WantPathAngle(7, 5, to_step=7)).words.startswith("Nothing has moved")


# ---- the trace -------------------------------------------------------------------------------


def test_the_trace_is_bounded_and_covers_ever_more_steps(monkeypatch):
    monkeypatch.setattr(trace, "MOST_MOMENTS", 8)
    monkeypatch.setattr(trace, "LONGEST_STRIDE", 4)
    made = tiny.trainer(**SMALL)
    kept = Trace()
    for step in range(60):
        kept.note(made.players, step)
        assert len(kept.moments) <= 8
    steps = [m.step for m in kept.moments]
    assert set(np.diff(steps)) == {4} and steps[-1] >= 56
    assert kept.first.step == 0
    kept.cut_after(40)
    assert kept.moments[-1].step <= 40
    kept.clear()
    assert kept.nearest(3) is None


def test_large_networks_keep_few_moments(monkeypatch):
    monkeypatch.setattr(trace, "MOST_NUMBERS", 100)
    made = tiny.trainer(**SMALL)
    kept = Trace()
    for step in range(9):
        kept.note(made.players, step)
    assert 2 <= len(kept.moments) <= 4


def test_nothing_is_kept_while_nobody_looks():
    made, seen = watched(steps=3)
    assert seen.slow.trace.moments == []
    seen.watch([WantField()])
    made.advance(1)
    seen.moved()
    assert len(seen.slow.trace.moments) == 2
    seen.watch([WantSpectrum()])
    assert seen.slow.trace.moments == []


def test_images_have_a_game_too():
    made = tiny.trainer(**{**tiny.DCGAN, "batch": 4})
    frame = Observer(made).look(WantField(size=2))
    assert np.isfinite(frame.v).all()
    assert isinstance(StillGame.take(made.players, made.recipe, 0, (made._real(), made._z())),
                      StillGame)
