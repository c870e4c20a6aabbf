"""A run is its recipe: looked at, stopped, saved and taken up again, it is bit for bit the same."""

import pytest
import tiny
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.recipe import with_value
from ganstudio.runs.checkpoint import load_checkpoint, save_checkpoint, state_digest
from ganstudio.training.frames import (
    WantArrows,
    WantLatentMap,
    WantLine,
    WantMosaic,
    WantPoints,
    WantSurface,
    WantWalk,
)
from ganstudio.training.observer import Observer
from ganstudio.training.trainer import KEEP_EVERY


def digest(trainer):
    return state_digest(trainer.state())


def wants(trainer):
    shape, dim = trainer.dataset.shape, trainer.recipe.latent.dim
    walk = WantWalk((0.1,) * dim, (0.5,) * (dim - 1) + (-0.4,), count=3)
    if len(shape) == 3:
        return [WantMosaic(2, 3, scores=True), WantMosaic(2, 2, real=True, scores=True), walk]
    if shape == (1,):
        return [WantPoints(8, averaged=True), WantLine(30, 5, averaged=True), WantLine(), walk]
    return [WantPoints(8), WantPoints(8, averaged=True), WantSurface(6), WantArrows(5),
            WantArrows(5, averaged=True), WantLatentMap(4), WantLatentMap(4, averaged=True), walk]


@pytest.mark.parametrize("name", tiny.ZOO)
def test_the_same_recipe_gives_the_same_run_and_another_seed_another(name):
    first, second = (tiny.trainer(**tiny.ZOO[name]) for _ in range(2))
    assert digest(first) == digest(second)
    torch.manual_seed(1)  # the run has streams of its own
    rows = first.advance(6)
    torch.manual_seed(2)
    again = second.advance(6)
    assert rows.values.tobytes() == again.values.tobytes()
    assert digest(first) == digest(second)
    other = tiny.trainer(**tiny.ZOO[name], seed=1)
    other.advance(6)
    assert digest(other) != digest(first)


def check_watched(parts, steps):
    """A run that is looked at in every way gives the same rows, and no look changes its state."""
    plain, watched = (tiny.trainer(**parts) for _ in range(2))
    observer = Observer(watched)
    torch.manual_seed(1)
    global_state = torch.get_rng_state()
    for _ in range(steps):
        for want in wants(watched):
            before = digest(watched)
            observer.look(want)
            assert digest(watched) == before, want
        assert plain.advance(1).values.tobytes() == watched.advance(1).values.tobytes()
    assert digest(plain) == digest(watched)
    assert torch.equal(global_state, torch.get_rng_state())


@pytest.mark.parametrize("name", tiny.ZOO)
def test_a_watched_run_is_the_unwatched_run(name):
    check_watched(tiny.ZOO[name], 2)


@pytest.mark.parametrize("name", tiny.ZOO)
def test_how_steps_are_asked_for_does_not_matter(name):
    one, many = (tiny.trainer(**tiny.ZOO[name]) for _ in range(2))
    one.advance(9)
    for count in (1, 3, 0, 5):
        many.advance(count)
    assert digest(one) == digest(many)


tweaks = st.dictionaries(st.integers(0, 11), st.sampled_from([
    ("optimizer_d.lr", 0.02), ("optimizer_g.lr", 0.0005), ("batch", 9), ("update.k_d", 2),
    ("loss.kind", "hinge"), ("loss.clip", 0.05), ("average.decay", 0.7), ("average.decay", 0.0),
    ("optimizer_d.beta1", 0.9), ("update.train_g", False), ("update.train_d", False),
]), max_size=3)


def check_resume(name, stop, tweaks, only, folder):
    def go(trainer, steps):
        for step in steps:
            if step in tweaks:
                trainer.apply(with_value(trainer.recipe, *tweaks[step]))
            trainer.advance(1, only=only.get(step, ""))

    made = {**tiny.ZOO, **tiny.STEADIED}[name]
    unbroken = tiny.trainer(**made)
    go(unbroken, range(12))
    stopped = tiny.trainer(**made)
    go(stopped, range(stop))
    path = folder / "state.safetensors"
    save_checkpoint(path, stopped.state(), stopped.recipe)
    state, recipe, _ = load_checkpoint(path)
    assert state_digest(state) == digest(stopped)
    resumed = tiny.trainer(recipe)
    resumed.load(state)
    go(resumed, range(stop, 12))
    assert tiny.same(resumed.state(), unbroken.state())
    assert digest(resumed) == digest(unbroken)


any_run = {"name": st.sampled_from(sorted(tiny.ZOO)), "stop": st.integers(0, 12), "tweaks": tweaks,
           "only": st.dictionaries(st.integers(0, 11), st.sampled_from("dg"), max_size=2)}


@pytest.mark.parametrize("name", tiny.ZOO)
def test_each_make_of_run_can_be_stopped_and_taken_up(name, tmp_path):
    check_resume(name, 5, {3: ("optimizer_g.lr", 0.02), 8: ("batch", 30)}, {4: "d"}, tmp_path)


@settings(max_examples=10)
@given(**any_run)
def test_stopped_at_any_step_and_taken_up_it_is_the_unbroken_run(
        name, stop, tweaks, only, tmp_path_factory):
    check_resume(name, stop, tweaks, only, tmp_path_factory.mktemp("checkpoint"))


@pytest.mark.slow
@pytest.mark.parametrize("name", tiny.ZOO)
@settings(max_examples=25)
@given(**{k: v for k, v in any_run.items() if k != "name"})
def test_each_make_of_run_can_be_stopped_anywhere(name, stop, tweaks, only, tmp_path_factory):
    check_resume(name, stop, tweaks, only, tmp_path_factory.mktemp("checkpoint"))


def test_a_state_is_a_copy():
    trainer = tiny.trainer(**tiny.ZOO["batch-norm-average"])
    trainer.advance(2)
    state = trainer.state()
    before = state_digest(state)
    trainer.advance(20)
    assert state_digest(state) == before
    trainer.load(state)
    trainer.advance(20)
    assert state_digest(state) == before


def test_the_average_is_put_back_or_taken_away_by_a_load():
    trainer = tiny.trainer(average={"decay": 0.5})
    trainer.advance(2)
    with_average = trainer.state()
    trainer.apply(with_value(trainer.recipe, "average.decay", 0))
    trainer.advance(1)
    without = trainer.state()
    trainer.load(with_average)
    assert trainer.players.average is not None
    trainer.load(without)
    assert trainer.players.average is None
    assert tiny.same(trainer.state(), without)


def test_the_copy_that_is_kept_does_not_disturb():
    """Every so often the trainer copies its state; a run across that step is the same run."""
    one, two = tiny.trainer(), tiny.trainer()
    one.advance(KEEP_EVERY + 3)
    two.advance(KEEP_EVERY - 1)
    fresh = tiny.trainer()
    fresh.load(two.state())
    fresh.advance(4)
    assert digest(one) == digest(fresh)


def test_the_digest_sees_every_bit():
    trainer = tiny.trainer(**tiny.ZOO["spectral-average"])
    trainer.advance(1)
    state = trainer.state()
    whole = state_digest(state)
    for name, tensor in state.tensors.items():
        raw = tensor.reshape(-1).view(torch.uint8)
        raw[-1] ^= 1
        assert state_digest(state) != whole, name
        raw[-1] ^= 1
    assert state_digest(state) == whole
    for key in state.values:
        changed = type(state)(state.tensors, {**state.values, key: "other"})
        assert state_digest(changed) != whole, key
