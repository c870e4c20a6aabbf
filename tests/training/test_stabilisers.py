"""Everything that steadies the game: exact when resumed, free when off, right when on."""

import pytest
import tiny
import torch

from ganstudio.recipe import with_value
from ganstudio.runs.checkpoint import state_digest

from .test_determinism import check_resume, check_watched, digest


@pytest.mark.parametrize("name", tiny.STEADIED)
def test_a_steadied_run_can_be_stopped_and_taken_up(name, tmp_path):
    check_resume(name, 5, {3: ("optimizer_g.lr", 0.02), 8: ("batch", 30)}, {4: "d"}, tmp_path)


@pytest.mark.parametrize("name", tiny.STEADIED)
def test_a_steadied_run_is_its_recipe_watched_or_not(name):
    check_watched(tiny.STEADIED[name], 3)


@pytest.mark.parametrize("name", tiny.STEADIED)
def test_going_back_brings_back_the_same_future(name):
    trainer = tiny.trainer(**tiny.STEADIED[name])
    trainer.advance(4)
    state = trainer.state()
    once = trainer.advance(5).values.tobytes()
    after = digest(trainer)
    trainer.load(state)
    assert digest(trainer) == state_digest(state)
    assert trainer.advance(5).values.tobytes() == once
    assert digest(trainer) == after


WEIGHTS = {
    "loss.smooth": 0.1, "loss.flip": 0.1, "loss.feature_matching": 1.0, "loss.historical": 1.0,
    "penalty.gp": 1.0, "penalty.lp": 5.0, "penalty.dragan": 1.0, "penalty.r1": 1.0,
    "penalty.r2": 1.0, "instance_noise.sigma": 0.2, "update.boost_k": 3, "optimizer_d.warmup": 50,
    "optimizer_g.warmup": 50,
}


@pytest.mark.parametrize("rule", ["alternating", "simultaneous", "consensus"])
@pytest.mark.parametrize("path", WEIGHTS)
def test_a_weight_that_was_never_on_or_is_off_again_leaves_no_trace(path, rule):
    """On for no step at all it changes no bit; on for a step it changes the run."""
    if rule != "alternating" and path == "update.boost_k":
        return  # the other rules have one D step in a round
    untouched, touched, on = (tiny.trainer(update={"rule": rule}) for _ in range(3))
    for trainer in (untouched, touched, on):
        trainer.advance(2)
    touched.apply(with_value(touched.recipe, path, WEIGHTS[path]))
    touched.apply(with_value(touched.recipe, path, 0))
    on.apply(with_value(on.recipe, path, WEIGHTS[path]))
    for trainer in (untouched, touched, on):
        trainer.advance(3)
    assert tiny.same(untouched.state(), touched.state())
    assert digest(untouched) == digest(touched)
    weights = [torch.cat([w.reshape(-1) for w in (*t.players.weights_d, *t.players.weights_g)])
               for t in (untouched, on)]
    assert not torch.equal(*weights)


@pytest.mark.parametrize("path", ["loss.historical", "penalty.r1"])
def test_what_was_switched_off_is_forgotten(path):
    trainer = tiny.trainer(penalty={"r1_every": 3})
    names = set(trainer.state().tensors), set(trainer.state().values)
    trainer.apply(with_value(trainer.recipe, path, 0.5))
    trainer.advance(2)
    assert (set(trainer.state().tensors), set(trainer.state().values)) != names
    trainer.apply(with_value(trainer.recipe, path, 0))
    trainer.advance(1)
    assert (set(trainer.state().tensors), set(trainer.state().values)) == names
