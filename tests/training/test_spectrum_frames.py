"""Eigenvalues and path angles of a real game: against dense Jacobians."""

import copy

import numpy as np
import pytest

from ganstudio.training import slow_looks
from ganstudio.training.field_frames import (
    WantPathAngle,
    WantSpectrum,
)
from ganstudio.training.players import Players
from ganstudio.training.trace import flat_weights
from tests.training.looking import load, one_piece, own_dense, watched
from tests.training.written_out import dense


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
