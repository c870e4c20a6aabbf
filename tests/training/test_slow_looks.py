"""Looks in slices: coarse first, laid down and taken up again."""


import numpy as np
import pytest

from ganstudio.training import slow_looks
from ganstudio.training.field_look import levels
from tests.training.looking import QUICK, one_piece, watched


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
