"""D trained to optimality on a paused run: watched, then kept or taken back without a trace."""

import numpy as np
import pytest
import tiny
import torch

from ganstudio.runs.folder import RunFolder
from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import (
    Export,
    KeepD,
    Pause,
    RevertD,
    Run,
    Snapshot,
    State,
    Step,
    TrainD,
    Tweak,
    Watch,
)
from ganstudio.training.frames import WantSurface
from ganstudio.training.moves import NonFiniteLossError

EASY = {"loss": {"kind": "minimax"}, "optimizer_d": {"kind": "adam", "lr": 0.01}}


def digest(one):
    return one.session._worker.conductor.digest()


def test_it_trains_d_alone_and_measures_the_generators_gradient(session):
    one = session()
    one.run_to(5)
    trainer = one.session._worker.conductor.trainer
    before = [p.detach().clone() for p in trainer.players.weights_g]
    judged = [p.detach().clone() for p in trainer.players.weights_d]
    one.send(TrainD(30))
    told = one.event("trained_d")
    one.state(State.PAUSED)
    assert one.status.step == 35 and one.steps() == list(range(1, 36))
    assert all(torch.equal(a, b) for a, b in zip(before, trainer.players.weights_g, strict=True))
    assert not torch.equal(judged[0], trainer.players.weights_d[0])
    assert told.data["steps"] == 30
    assert set(told.data["before"]) == {"minimax", "non_saturating", "wasserstein"}
    assert all(v > 0 for v in told.data["after"].values())
    assert told.data["loss_d_after"] < told.data["loss_d_before"]
    assert "minimax" in told.text and "→" in told.text


def test_the_norms_are_those_of_a_backward_by_hand():
    one = Conductor(tiny.recipe(machine={"precision": "float64"}), None)
    one.advance(3)
    one.begin_trial()
    players = one.trainer.players
    real, z = one.observer.slow._fixed_batch()
    q = players.d(players.g(z))
    for kind, loss in (("minimax", torch.log(1 - torch.sigmoid(q)).mean()),
                       ("non_saturating", -torch.log(torch.sigmoid(q)).mean()),
                       ("wasserstein", -q.mean())):
        grads = torch.autograd.grad(loss, players.weights_g, retain_graph=True)
        norm = float(torch.cat([g.reshape(-1) for g in grads]).norm())
        assert one.trial.slopes_before[kind] == pytest.approx(norm, rel=1e-9)
    loss = -(torch.log(torch.sigmoid(players.d(real))).mean()
             + torch.log(1 - torch.sigmoid(q)).mean())
    assert one.trial.loss_before == pytest.approx(loss.item(), rel=1e-9)


def test_gradients_vanish_under_minimax_and_not_otherwise():
    """Where fakes lie apart from the data, as Arjovsky & Bottou (2017) have it."""
    one = Conductor(tiny.recipe(**EASY), None)
    with torch.no_grad():
        one.trainer.players.g.bias_2.fill_(5.0)
    one.begin_trial()
    one.advance_trial(200)
    numbers = one.trial.numbers()
    shrunk = {kind: numbers["after"][kind] / numbers["before"][kind]
              for kind in numbers["before"]}
    assert shrunk["minimax"] < 0.2
    assert shrunk["non_saturating"] > 1 and shrunk["wasserstein"] > 1


@pytest.mark.parametrize("rule", ["alternating", "ogda"])
def test_going_back_is_exact(session, tmp_path, rule):
    one = session(folder=tmp_path / "run", recipe=tiny.recipe(update={"rule": rule}))
    one.run_to(4)
    before = digest(one)
    one.send(TrainD(20))
    one.event("trained_d")
    assert digest(one) != before
    one.send(RevertD())
    one.event("reverted_d")
    assert one.event("restored").step == 4
    assert digest(one) == before
    one.run_to(9)
    after = digest(one)
    one.close()
    folder = RunFolder.open(tmp_path / "run")
    assert [e["kind"] for e in folder.journal.read()] == ["created"]
    assert folder.history.rows()["step"].tolist() == list(range(1, 10))
    plain = Conductor(tiny.recipe(update={"rule": rule}), None)
    while plain.step < 9:
        plain.advance(9 - plain.step)
    assert plain.digest() == after


def replayed(folder, step):
    """The run again from its recipe and journal alone."""
    run = Conductor(folder.recipe(), None)
    for entry in folder.journal.read():
        if entry["kind"] == "move":
            while run.step < entry["step"] - entry["count"]:
                run.advance(entry["step"] - entry["count"] - run.step)
            while run.step < entry["step"]:
                run.advance(entry["step"] - run.step, only=entry["only"])
        elif entry["kind"] == "tweak":
            while run.step < entry["step"]:
                run.advance(entry["step"] - run.step)
            run.tweak({path: new for path, (_, new) in entry["changes"].items()})
    while run.step < step:
        run.advance(step - run.step)
    return run.digest()


def keep(one):
    one.send(KeepD())


def tweak(one):
    one.send(Tweak({"optimizer_g.lr": 0.01}))


@pytest.mark.parametrize("settle", [keep, tweak, lambda one: one.send(Step()),
                                    lambda one: one.send(Run(until=20))],
                         ids=["keep", "tweak", "step", "run"])
def test_what_is_kept_is_journaled_so_that_replay_is_the_run(session, tmp_path, settle):
    one = session(folder=tmp_path / "run", recipe=tiny.recipe())
    one.run_to(3)
    one.send(TrainD(7))
    one.event("trained_d")
    settle(one)
    assert one.event("kept_d").data["steps"] == 7
    one.run_to(20)
    end = digest(one)
    one.close()
    folder = RunFolder.open(tmp_path / "run")
    moves = [(e["only"], e["step"], e["count"]) for e in folder.journal.read()
             if e["kind"] == "move"]
    assert moves == [("d", 10, 7)]
    assert folder.history.rows()["step"].tolist() == list(range(1, 21))
    state, recipe, _ = folder.latest()
    assert recipe.machine.threads and state.values["step"] == 20
    assert replayed(folder, 20) == end


def test_a_session_that_ends_undecided_is_the_run_before(session, tmp_path):
    one = session(folder=tmp_path / "run", recipe=tiny.recipe())
    one.run_to(3)
    before = digest(one)
    one.send(TrainD(5))
    one.event("trained_d")
    one.close()
    again = session(folder=tmp_path / "run")
    assert again.session.step == 3 and digest(again) == before


def test_pausing_ends_it_early_and_more_can_follow(session):
    one = session()
    one.send(TrainD(100_000))
    one.at(20)
    one.send(Pause())
    told = one.event("trained_d")
    one.state(State.PAUSED)
    assert 20 <= told.data["steps"] == one.status.step < 100_000
    count = len(one.events)
    one.send(TrainD(3))
    more = one.event("trained_d", count)
    assert more.data["steps"] == told.data["steps"] + 3
    assert more.data["before"] == told.data["before"]
    one.send(RevertD())
    one.event("reverted_d")
    one.state(State.PAUSED)
    one.until(lambda w: w.status.step == 0)


def test_it_can_be_taken_back_while_it_trains(session):
    one = session()
    before = digest(one)
    one.send(TrainD(100_000))
    one.at(5)
    one.send(RevertD())
    one.event("reverted_d")
    assert digest(one) == before
    assert "trained_d" not in one.kinds()


def test_what_cannot_be_is_refused(session):
    one = session()
    for command, words in ((KeepD(), "no trained discriminator"),
                           (RevertD(), "no trained discriminator"), (TrainD(0), "at least 1")):
        count = len(one.events)
        one.send(command)
        assert words in one.event("refused", count).text
    one.send(Run())
    one.at(1)
    count = len(one.events)
    one.send(TrainD(5))
    assert "Pause the run first" in one.event("refused", count).text
    one.send(Pause())
    one.event("paused")
    one.send(TrainD(2))
    one.event("trained_d")
    for command in (Snapshot(), Export("nowhere")):
        count = len(one.events)
        one.send(command)
        assert "Keep the trained discriminator or go back" in one.event("refused", count).text


def test_the_window_sees_d_change_meanwhile(session):
    one = session()
    one.send(Watch({"d": WantSurface(8)}), TrainD(100_000))
    one.until(lambda w: len({frame.step for _, frame in w.frames}) > 3)
    one.send(Pause())
    one.event("trained_d")
    last = one.until(lambda w: next((f for _, f in w.frames if f.step == w.status.step), None))
    assert np.isfinite(last.d).all()


def test_a_trial_that_breaks_down_is_taken_back(session, monkeypatch):
    one = session()
    one.run_to(2)
    before = digest(one)
    trainer = one.session._worker.conductor.trainer
    real, calls = trainer._d_move, []

    def breaks():
        calls.append(1)
        if len(calls) == 5:
            raise NonFiniteLossError("discriminator", float("nan"))
        real()

    monkeypatch.setattr(trainer, "_d_move", breaks)
    one.send(TrainD(50))
    one.event("nonfinite")
    one.event("restored")
    assert digest(one) == before
    count = len(one.events)
    one.send(KeepD())
    one.event("refused", count)


WHOLE = {"loss": {"kind": "non_saturating", "smooth": 0.1}, "penalty": {"gp": 0.5},
         "instance_noise": {"sigma": 0.1}, "optimizer_d": {"kind": "adam", "lr": 0.01}}


def alone(rule, steps=8, **parts):
    """D's weights after steps of its own under a rule, and whether anything else has moved."""
    one = Conductor(tiny.recipe(update={"rule": rule}, **{**WHOLE, **parts}), None)
    before = [p.detach().clone() for p in one.trainer.players.weights_g]
    one.begin_trial()
    one.advance_trial(steps)
    assert all(map(torch.equal, before, one.trainer.players.weights_g))
    return torch.cat([p.detach().reshape(-1) for p in one.trainer.players.weights_d])


@pytest.mark.parametrize("rule", ["simultaneous", "consensus", "extragradient", "ogda", "sga",
                                  "unrolled", "lookahead", "lola_foerster", "lola_exact"])
def test_under_every_rule_d_alone_descends_its_whole_loss_with_its_own_optimizer(rule):
    """At a fixed G there is no game left to correct for: it is what D's turns do."""
    assert torch.equal(alone(rule), alone("alternating"))


@pytest.mark.parametrize("rule", ["competitive", "past_extragradient"])
def test_rules_of_plain_steps_too(rule):
    plain = {"optimizer_d": {"kind": "sgd", "lr": 0.05}, "optimizer_g": {"kind": "sgd", "lr": 0.05}}
    assert torch.equal(alone(rule, **plain), alone("alternating", **plain))


@pytest.mark.parametrize("part", [{"loss": {"kind": "non_saturating"}}, {"penalty": {}},
                                  {"instance_noise": {}}, {"optimizer_d": {"kind": "sgd"}}],
                         ids=str)
def test_everything_that_belongs_to_ds_loss_takes_part(part):
    assert not torch.allclose(alone("ogda", **part), alone("ogda"), rtol=1e-4)
