"""A loss that leaves the numbers: who, when, and back to the last good state."""

import numpy as np
import pytest
import tiny
import torch

from ganstudio.recipe import with_value
from ganstudio.runs.checkpoint import state_digest
from ganstudio.training.moves import NonFiniteLossError
from ganstudio.training.trainer import KEEP_EVERY, Trainer

EXPLODES = {
    "loss": {"kind": "wasserstein"},
    "optimizer_d": {"kind": "sgd", "lr": 10}, "optimizer_g": {"kind": "sgd", "lr": 10},
}


def finite(trainer):
    return all(torch.isfinite(t).all() for name, t in trainer.state().tensors.items()
               if t.is_floating_point() and not name.startswith("reading."))


def explode(trainer, most=2000):
    with pytest.raises(NonFiniteLossError) as failure:
        trainer.advance(most)
    return failure.value


@pytest.mark.parametrize("parts", [
    EXPLODES, {**EXPLODES, "update": {"rule": "simultaneous"}},
    {**EXPLODES, "update": {"first": "g", "k_g": 2}}, {**EXPLODES, "update": {"train_g": False}},
    {**EXPLODES, "loss": {"kind": "least_squares"}},
    {**EXPLODES, "generator": tiny.mlp(norm="spectral"), "average": {"decay": 0.9}},
], ids=["alternating", "simultaneous", "g-first", "d-alone", "least-squares", "spectral"])
def test_a_run_that_explodes_says_when_and_comes_back(parts):
    trainer = tiny.trainer(**parts)
    error = explode(trainer)
    rows = trainer.finished
    assert error.player in ("discriminator", "generator") and not np.isfinite(error.value)
    assert str(error) == f"the {error.player}'s loss is {error.value}"
    assert rows.steps.tolist() == list(range(1, error.step))
    assert np.isfinite(rows.values[:, :2]).all()
    assert trainer.step < error.step
    assert finite(trainer)


@pytest.mark.parametrize(("update", "player"), [
    ({"first": "d"}, "discriminator"), ({"first": "g"}, "generator"),
    ({"rule": "simultaneous"}, "discriminator"), ({"first": "g", "train_g": False}, "generator"),
    ({"train_d": False}, "discriminator"), ({"unit": "epochs", "first": "g"}, "generator"),
], ids=str)
def test_the_player_whose_loss_it_was_is_named(update, player):
    trainer = tiny.trainer(update=update)
    trainer.players.weights_g[0].data.fill_(float("nan"))
    error = explode(trainer)
    assert (error.player, error.step) == (player, 1)


def test_afterwards_the_run_is_at_a_step_that_it_really_was_at():
    trainer = tiny.trainer(**EXPLODES)
    explode(trainer)
    twin = tiny.trainer(**EXPLODES)
    twin.advance(trainer.step)
    assert state_digest(trainer.state()) == state_digest(twin.state())


def test_it_can_go_on_with_a_lower_rate():
    trainer = tiny.trainer(**EXPLODES)
    explode(trainer)
    step = trainer.step
    calm = with_value(with_value(trainer.recipe, "optimizer_d.lr", 1e-4), "optimizer_g.lr", 1e-4)
    trainer.apply(calm)
    chunk = trainer.advance(10)
    assert chunk.steps.tolist() == list(range(step + 1, step + 11))
    assert np.isfinite(chunk.values).all()


def test_it_can_fail_again_and_fall_back_again():
    trainer = tiny.trainer(**EXPLODES)
    first, second = explode(trainer), explode(trainer)
    assert (first.step, first.player) == (second.step, second.player)
    assert finite(trainer)


def test_a_run_taken_up_between_two_copies_falls_back_to_where_it_was_taken_up():
    calm = tiny.trainer(loss={"kind": "wasserstein"},
                        optimizer_d={"kind": "sgd", "lr": 1e-3},
                        optimizer_g={"kind": "sgd", "lr": 1e-3})
    calm.advance(7)
    resumed = tiny.trainer(calm.recipe)
    resumed.load(calm.state())
    for path in ("optimizer_d.lr", "optimizer_g.lr"):
        resumed.apply(with_value(resumed.recipe, path, 10))
    explode(resumed)
    assert resumed.step == 7 and tiny.same(resumed.state(), calm.state())


def test_a_late_failure_goes_back_to_the_newest_copy_that_was_proven():
    trainer = tiny.trainer()
    trainer.advance(KEEP_EVERY + 5)
    twin = tiny.trainer()
    twin.advance(KEEP_EVERY)
    trainer.players.weights_d[0].data.fill_(float("nan"))
    error = explode(trainer, 1)
    assert (error.step, error.player) == (KEEP_EVERY + 6, "discriminator")
    assert tiny.same(trainer.state(), twin.state())


@pytest.mark.parametrize("at", [0, KEEP_EVERY, KEEP_EVERY + 1])
def test_whatever_a_step_raises_leaves_a_step_boundary(at, monkeypatch):
    trainer = tiny.trainer(tier="eager")
    trainer.advance(at)
    real, calls = Trainer._g_move, []

    def failing(self):
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("a bug")
        real(self)

    monkeypatch.setattr(Trainer, "_g_move", failing)
    with pytest.raises(RuntimeError, match="a bug"):
        trainer.advance(10)
    assert trainer.finished.steps.tolist() == [at + 1, at + 2, at + 3]
    monkeypatch.undo()
    twin = tiny.trainer()
    twin.advance(trainer.step)
    assert trainer.step <= at + 3 and tiny.same(trainer.state(), twin.state())


# ---- where the losses are read late --------------------------------------------------------


@pytest.fixture
def like_a_gpu(monkeypatch):
    """A trainer that does not look at its losses before a call's end, as on a GPU."""
    def make(**parts):
        monkeypatch.setattr("ganstudio.training.moves.check_loss", lambda *_: None)
        trainer = tiny.trainer(**parts, tier="eager")
        trainer.looks_late = True
        return trainer

    return make


@pytest.mark.parametrize("chunk", [1, 7, 64, 1000])
def test_read_late_the_failure_is_the_same(like_a_gpu, chunk):
    expected = explode(tiny.trainer(**EXPLODES))
    late = like_a_gpu(**EXPLODES)
    with pytest.raises(NonFiniteLossError) as failure:
        while True:
            late.advance(chunk)
    assert (failure.value.step, failure.value.player) == (expected.step, expected.player)
    steps = late.finished.steps
    assert np.isfinite(late.finished.values[:, :2]).all()
    assert len(steps) == 0 or steps[-1] == expected.step - 1
    assert late.step <= expected.step and finite(late)
    twin = tiny.trainer(**EXPLODES)
    twin.advance(late.step)
    assert tiny.same(late.state(), twin.state())


def test_read_late_a_bad_state_is_not_taken_for_good(like_a_gpu):
    """The copy of step 64 lies between the failure and its discovery."""
    trainer = like_a_gpu()
    trainer.advance(KEEP_EVERY - 4)
    trainer.players.weights_d[0].data.fill_(float("nan"))
    error = explode(trainer, 40)
    assert error.step == KEEP_EVERY - 3 and trainer.step == 0 and finite(trainer)


def test_read_late_a_player_that_has_not_moved_is_no_failure(like_a_gpu):
    trainer = like_a_gpu(batch=100, update={"unit": "epochs"})
    assert np.isnan(trainer.advance(2).values[:, 1]).all()  # D's epoch
    resumed = like_a_gpu(batch=100, update={"unit": "epochs"})
    resumed.load(trainer.state())
    resumed.advance(1, only="d")
    resumed.players.weights_g[0].data.fill_(float("nan"))
    assert explode(resumed, 3).player == "generator"
