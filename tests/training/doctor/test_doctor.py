"""The doctor at work: it touches nothing, works in slices, and follows a run that goes back."""

import numpy as np
import pytest
import torch

from ganstudio.training.doctor.frames import WantDoctor
from ganstudio.training.observer import Observer
from tests.tiny import ZOO, dataset, recipe, same, trainer


@pytest.mark.parametrize("name", ZOO)
def test_an_examined_run_is_the_unexamined_run(name):
    watched, alone = trainer(recipe(**ZOO[name])), trainer(recipe(**ZOO[name]))
    doctor = Observer(watched).doctor
    for _ in range(2):
        frame = doctor.look()
        watched.advance(2)
        alone.advance(2)
        assert frame.symptoms.layers_g and np.isfinite(frame.symptoms.grad_d)
    assert same(watched.state(), alone.state())


def test_an_examination_comes_in_slices_and_is_of_one_step():
    run = trainer()
    doctor = Observer(run).doctor
    frame, done = None, False
    while not done:
        frame, done = doctor.glance(WantDoctor())
        run.advance(1)
    assert frame.step == 0 and run.step > 0
    assert doctor.glance(WantDoctor(every=10_000)) == (None, True)


def test_what_was_examined_before_is_told_at_once_and_once():
    doctor = Observer(trainer()).doctor
    doctor.doctor.examine()
    frame, done = doctor.glance(WantDoctor())
    assert done and frame.step == 0 and len(doctor.doctor.history) == 1
    assert doctor.glance(WantDoctor()) == (None, True)


def test_the_history_follows_a_run_that_goes_back():
    run = trainer()
    doctor = Observer(run).doctor.doctor
    state = run.state()
    for _ in range(3):
        doctor.examine()
        run.advance(60)
    run.load(state)
    assert not doctor.due
    assert [s.step for s in doctor.history] == [0]


def test_a_tweak_is_noted_once():
    run = trainer()
    doctor = Observer(run).doctor.doctor
    doctor.examine()
    run.advance(1)
    run.apply(recipe(batch=32))
    assert doctor.examine().tweaked == ("batch",)
    run.advance(1)
    assert doctor.examine().tweaked == ()


def test_a_long_history_is_thinned_and_keeps_its_tweaks(monkeypatch):
    from ganstudio.training.doctor import look

    monkeypatch.setattr(look, "MOST_KEPT", 8)
    run = trainer()
    doctor = Observer(run).doctor.doctor
    for k in range(12):
        if k == 3:
            run.apply(recipe(batch=32))
        doctor.examine()
        run.advance(1)
    assert len(doctor.history) <= 8 and doctor.history[0].step == 0
    assert [s.tweaked for s in doctor.history if s.tweaked] == [("batch",)]


def test_held_out_items_are_what_the_recipe_set_aside():
    part = recipe(**{**ZOO["digits"], "data": {"kind": "digits", "held_out": 0.2}})
    data = dataset(part)
    assert len(data.held_out) == 359 and len(data) == 1438
    found = Observer(trainer(part)).doctor.look().symptoms
    assert np.isfinite(found.auc_held)
    assert np.isnan(Observer(trainer(recipe(**ZOO["digits"]))).doctor.look().symptoms.auc_held)


def test_gradients_are_those_of_the_players():
    import torch

    from ganstudio.game.losses import LOSSES
    from ganstudio.training.doctor.symptoms import BATCH, BATCHES

    run = trainer(recipe(machine={"precision": "float64"}))
    observer = Observer(run)
    found = observer.doctor.look().symptoms
    z = observer.latents.first(512)
    reals = observer.doctor.doctor._probes.reals
    sums = 0
    for k in range(BATCHES):
        start = k * BATCH % (len(reals) - BATCH + 1)
        real, fake = reals[start:start + BATCH], run.players.g(z[k * BATCH:(k + 1) * BATCH])
        loss = LOSSES["non_saturating"].d(run.players.d(real), run.players.d(fake))
        sums = sums + torch.cat([t.reshape(-1) for t in torch.autograd.grad(
            loss, run.players.weights_d)])
    assert found.grad_d == pytest.approx(float((sums / BATCHES).norm()), rel=1e-9)
    assert found.grad_d == pytest.approx(np.linalg.norm(found.layers_d), rel=1e-9)


@pytest.mark.parametrize("loss", [
    {"real_weight": 0.4}, {"kind": "least_squares", "real_weight": 3}, {"smooth": 0.2}, {}])
def test_an_undecided_d_is_undecided_under_any_weight_and_label(loss):
    """A D that gives everybody its answer at rest is neither right nor large."""
    run = trainer(recipe(loss=loss))
    rest = run.recipe.loss.rest
    logit = rest if loss.get("kind") == "least_squares" else float(np.log(rest / (1 - rest)))
    with torch.no_grad():
        for weight in run.players.weights_d:
            weight.zero_()
        run.players.weights_d[-1].fill_(logit + 1e-3)
    found = Observer(run).doctor.look().symptoms
    assert (found.acc_real, found.acc_fake) == (1, 0)  # a hair above the middle: all is real
    if "kind" not in loss:
        assert found.logit_size == pytest.approx(1e-3, rel=0.01)
