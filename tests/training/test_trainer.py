"""What a step does, and what a change of the recipe does to a trainer that has already moved."""

import numpy as np
import pytest
import tiny
import torch

from ganstudio.nets.latent import LatentSampler
from ganstudio.recipe import needs_restart, sections, with_value
from ganstudio.training.players import warm_decay


def weights(players, who):
    return [w.detach().clone() for w in getattr(players, f"weights_{who}")]


def unmoved(before, players, who):
    return all(torch.equal(a, b) for a, b in zip(before, getattr(players, f"weights_{who}"),
                                                 strict=True))


def test_a_fresh_trainer_stands_at_the_start():
    trainer = tiny.trainer()
    assert (trainer.step, trainer.epoch) == (0, 0)
    assert len(trainer.advance(0).steps) == 0
    chunk = trainer.advance(5)
    assert chunk.steps.tolist() == [1, 2, 3, 4, 5]
    assert chunk.values.shape == (5, 4) and chunk.values.dtype == np.float32
    assert np.isfinite(chunk.values).all()
    assert trainer.step == 5
    assert trainer.epoch == pytest.approx(5 * 16 / 200)
    assert trainer.finished is chunk


def test_an_interruption_lets_the_step_in_hand_be_finished():
    trainer = tiny.trainer()
    asked = []
    chunk = trainer.advance(100, lambda: asked.append(1) or len(asked) == 3)
    assert chunk.steps.tolist() == [1, 2, 3]


@pytest.mark.parametrize(("update", "reals", "noises"), [
    ({}, 1, 2), ({"k_d": 5}, 5, 6), ({"k_g": 3}, 1, 4), ({"rule": "simultaneous"}, 1, 1),
    ({"k_d": 4, "train_d": False}, 1, 2), ({"k_g": 4, "train_g": False}, 1, 2),
])
def test_how_much_a_step_draws(update, reals, noises, monkeypatch):
    trainer = tiny.trainer(update=update)
    drawn, draw = [], LatentSampler.draw
    monkeypatch.setattr(LatentSampler, "draw", lambda self, n, generator: (
        drawn.append(n) or draw(self, n, generator)))
    trainer.advance(1)
    assert drawn == [16] * noises
    assert trainer.batches.drawn == 16 * reals


@pytest.mark.parametrize("rule", ["alternating", "simultaneous"])
@pytest.mark.parametrize(("held", "moved"), ["dg", "gd"])
def test_a_held_player_stays_bit_for_bit_and_still_reports(held, moved, rule):
    trainer = tiny.trainer(update={f"train_{held}": False, "rule": rule},
                           loss={"kind": "wasserstein", "clip": 0.05})
    before = {who: weights(trainer.players, who) for who in "dg"}
    moments = {k: v.clone() for k, v in getattr(trainer.players,
                                                f"optimizer_{held}").tensors().items()}
    chunk = trainer.advance(4)
    assert unmoved(before[held], trainer.players, held)
    assert not unmoved(before[moved], trainer.players, moved)
    after = getattr(trainer.players, f"optimizer_{held}").tensors()
    assert all(torch.equal(after[k], moments[k]) for k in moments)
    assert np.isfinite(chunk.values).all() and len(set(chunk.values[:, 0].tolist())) == 4


def test_both_held_moves_nobody():
    trainer = tiny.trainer(update={"train_d": False, "train_g": False})
    before = {who: weights(trainer.players, who) for who in "dg"}
    assert np.isfinite(trainer.advance(3).values).all()
    assert all(unmoved(before[who], trainer.players, who) for who in "dg")


@pytest.mark.parametrize(("only", "column", "other"), [("d", 0, 1), ("g", 1, 0)])
def test_one_move_of_one_player(only, column, other):
    trainer = tiny.trainer()
    before = {who: weights(trainer.players, who) for who in "dg"}
    chunk = trainer.advance(2, only=only)
    assert chunk.steps.tolist() == [1, 2]
    assert np.isfinite(chunk.values[:, column]).all()
    assert np.isnan(chunk.values[:, other]).all()  # that player has not moved yet
    assert unmoved(before["g" if only == "d" else "d"], trainer.players,
                   "g" if only == "d" else "d")
    assert not unmoved(before[only], trainer.players, only)


# ---- epochs --------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "k_d", "k_g"), [("d", 1, 1), ("d", 2, 1), ("g", 1, 3)])
def test_turns_counted_in_epochs(first, k_d, k_g):
    """200 points in batches of 60 are four moves to the pass."""
    trainer = tiny.trainer(batch=60, update={"unit": "epochs", "first": first, "k_d": k_d,
                                             "k_g": k_g})
    movers = []
    for _ in range(2 * 4 * (k_d + k_g)):
        before = {who: weights(trainer.players, who) for who in "dg"}
        trainer.advance(1)
        movers.append("".join(w for w in "dg" if not unmoved(before[w], trainer.players, w)))
    turns = {"d": "d" * 4 * k_d, "g": "g" * 4 * k_g}
    assert "".join(movers) == 2 * (turns[first] + turns["g" if first == "d" else "d"])


def test_an_epoch_of_a_held_player_passes_without_a_move():
    trainer = tiny.trainer(batch=100, update={"unit": "epochs", "train_d": False})
    before = weights(trainer.players, "d")
    trainer.advance(2)
    assert trainer.epoch == 1
    assert unmoved(before, trainer.players, "d")
    untouched = weights(trainer.players, "g")
    trainer.advance(1)
    assert not unmoved(untouched, trainer.players, "g")


# ---- live changes ------------------------------------------------------------------------------


def live_changes():
    changes = {"loss.clip": 0.02, "average.decay": 0.5, "batch": 7, "loss.kind": "hinge"}
    for section in sections(tiny.recipe()):
        for spec in section.fields:
            if spec.live and spec.path not in changes:
                low = 0.123 if spec.type == "float" else 3
                changes[spec.path] = ((not spec.default) if spec.type == "bool" else
                                      spec.choices[-1][0] if spec.type == "choice" else low)
    return changes


@pytest.mark.parametrize("zoo", ["plain", "momentum-rmsprop", "spectral-average"])
@pytest.mark.parametrize(("path", "value"), live_changes().items())
def test_a_live_change_keeps_everything_and_acts_at_the_next_step(path, value, zoo):
    trainer = tiny.trainer(**tiny.ZOO[zoo])
    trainer.advance(3)
    before = trainer.state()
    changed = with_value(trainer.recipe, path, value)
    assert needs_restart(trainer.recipe, changed) == ()
    trainer.apply(changed)
    after = trainer.state()
    if path == "loss.clip":
        for name, tensor in after.tensors.items():
            if name.startswith("d.weight") or name.startswith("d.bias"):
                assert torch.equal(tensor, before.tensors[name].clamp(-value, value))
        before.tensors.update({k: v for k, v in after.tensors.items() if k.startswith("d.")})
    assert tiny.same(before, after)
    assert np.isfinite(trainer.advance(3).values).all()
    assert trainer.recipe == changed


@pytest.mark.parametrize("path", ["optimizer_d.lr", "optimizer_g.lr", "optimizer_d.beta1",
                                  "optimizer_g.eps", "batch", "loss.kind", "update.k_d"])
def test_a_live_change_changes_the_next_step(path):
    moved = []
    for value in (None, live_changes()[path]):
        trainer = tiny.trainer()
        trainer.advance(3)
        if value is not None:
            trainer.apply(with_value(trainer.recipe, path, value))
        trainer.advance(1)
        moved.append(weights(trainer.players, "d") + weights(trainer.players, "g"))
    assert any(not torch.equal(a, b) for a, b in zip(*moved, strict=True))


@pytest.mark.parametrize("path", ["data.sigma", "generator.width", "optimizer_d.kind", "seed",
                                  "latent.dim", "update.rule", "machine.precision"])
def test_what_needs_a_restart_is_refused(path):
    trainer = tiny.trainer()
    value = {"data.sigma": 0.2, "generator.width": 9, "optimizer_d.kind": "sgd", "seed": 5,
             "latent.dim": 7, "update.rule": "simultaneous", "machine.precision": "float64"}[path]
    before = trainer.recipe
    with pytest.raises(ValueError, match=f"{path} can only change in a run started afresh"):
        trainer.apply(with_value(trainer.recipe, path, value))
    assert trainer.recipe is before


def test_the_new_batch_size_is_drawn_and_counted():
    trainer = tiny.trainer()
    trainer.advance(2)
    trainer.apply(with_value(trainer.recipe, "batch", 50))
    trainer.advance(2)
    assert trainer.batches.drawn == 2 * 16 + 2 * 50


def test_weights_stay_within_the_clip():
    trainer = tiny.trainer(loss={"kind": "wasserstein", "clip": 0.01}, update={"k_d": 5},
                           optimizer_d={"lr": 0.1})
    trainer.advance(5)
    largest = max(float(w.detach().abs().max()) for w in trainer.players.weights_d)
    assert largest == pytest.approx(0.01)
    trainer.apply(with_value(trainer.recipe, "loss.clip", 0))
    trainer.advance(5)
    assert max(float(w.detach().abs().max()) for w in trainer.players.weights_d) > 0.01


# ---- the averaged generator ------------------------------------------------------------------


@pytest.mark.parametrize("zoo", ["plain", "batch-norm-average", "dropout", "spectral-average",
                                 "dcgan"])
def test_the_average_switched_on_and_off_midway(zoo):
    trainer = tiny.trainer(**{**tiny.ZOO[zoo], "average": {"decay": 0}})
    players = trainer.players
    trainer.advance(2)
    assert players.average is None and players.sampler(True) is players.g
    trainer.apply(with_value(trainer.recipe, "average.decay", 0.8))
    trainer.advance(1)
    assert players.sampler(True) is players.average.module is not players.g
    # It begins at the weights of the moment that it is on.
    expected = {k: v.clone() for k, v in players.g.state_dict().items()}
    assert all(torch.equal(v, expected[k]) for k, v in players.average.state_dict().items())
    for updates in (2, 3, 4):
        trainer.advance(1)
        decay = min(0.8, (1 + updates) / (10 + updates))
        for name, now in players.g.state_dict().items():
            averaged = now.is_floating_point() and not name.endswith((".u", ".v"))
            expected[name] = decay * expected[name] + (1 - decay) * now if averaged else now.clone()
    for name, tensor in players.average.state_dict().items():
        torch.testing.assert_close(tensor, expected[name])
    with torch.no_grad():
        z = torch.randn(4, trainer.recipe.latent.dim)
        assert torch.equal(players.sampler(True)(z), players.sampler(True)(z))
    trainer.apply(with_value(trainer.recipe, "average.decay", 0))
    trainer.advance(1)
    assert players.average is None
    assert not any(name.startswith("average.") for name in trainer.state().tensors)


def test_the_average_is_short_sighted_while_it_is_young():
    # At once it would still be nearly all of the random weights it began with.
    assert warm_decay(0.999, 1) == pytest.approx(2 / 11)
    assert warm_decay(0.999, 100) == pytest.approx(101 / 110)
    assert warm_decay(0.999, 10**5) == 0.999
    assert warm_decay(0.1, 1) == 0.1


def test_the_average_does_not_move_while_only_d_does():
    trainer = tiny.trainer(average={"decay": 0.5})
    trainer.advance(2)
    before = {k: v.clone() for k, v in trainer.players.average.state_dict().items()}
    trainer.advance(3, only="d")
    after = trainer.players.average.state_dict()
    assert all(torch.equal(after[k], before[k]) for k in before)


# ---- loading what does not fit ------------------------------------------------------------------


def broken(state, drop=(), **values):
    from ganstudio.training.trainer import State

    return State({k: v for k, v in state.tensors.items() if k not in drop},
                 {**state.values, **values})


def test_a_state_of_other_networks_is_refused_and_nothing_taken_up():
    wide = tiny.trainer(generator={"width": 9})
    wide.advance(1)
    trainer = tiny.trainer()
    before = trainer.state()
    with pytest.raises(ValueError, match=r"g\.\w+ is \(\d.* in the saved state and"):
        trainer.load(wide.state())
    assert tiny.same(before, trainer.state())
    other = tiny.trainer(**tiny.ZOO["sgd"])
    with pytest.raises(ValueError, match="it was saved by another recipe"):
        trainer.load(other.state())


def test_a_state_of_other_data_is_refused():
    trainer = tiny.trainer()
    with pytest.raises(ValueError, match="trained on 300 samples, and the data now holds 200"):
        trainer.load(tiny.trainer(data={"points": 300}).state())


@pytest.mark.parametrize("drop", ["noise.rng", "layers.rng", "batches.rng", "batches.order",
                                  "reading.outputs", "g.weight_0", "optimizer_d.count"])
def test_a_state_with_a_piece_missing_is_refused(drop):
    trainer = tiny.trainer()
    with pytest.raises(ValueError, match=r"damaged|another recipe"):
        trainer.load(broken(trainer.state(), [drop]))


@pytest.mark.parametrize("values", [
    {"turn": 5}, {"turn": ["d"]}, {"step": None}, {"batches": {}}, {"batches": None},
    {"batches": {"position": 900, "drawn": 0}}, {"batches": {"position": 0, "drawn": -1}},
    {"step": "x"},
], ids=str)
def test_a_state_with_absurd_numbers_is_refused(values):
    trainer = tiny.trainer()
    with pytest.raises(ValueError, match=r"."):
        trainer.load(broken(trainer.state(), **values))


@pytest.mark.parametrize("spoil", [
    lambda t: t["batches.order"].fill_(200), lambda t: t["batches.order"].fill_(-1),
    lambda t: t.update({"batches.order": t["batches.order"].float()}),
    lambda t: t.update({"noise.rng": t["noise.rng"][:40]}),
    lambda t: t.update({"noise.rng": t["noise.rng"].float()}),
])
def test_a_state_with_absurd_tensors_is_refused(spoil):
    trainer = tiny.trainer()
    state = trainer.state()
    spoil(state.tensors)
    with pytest.raises(ValueError, match="damaged"):
        trainer.load(state)
