"""Update rules on real networks: against dense Jacobians, the rules of toy games, and a resume."""

import copy

import pytest
import tiny
import torch

from ganstudio.game.gan import GanGame
from ganstudio.game.losses import LOSSES
from ganstudio.game.protocol import Point, State, flatten
from ganstudio.game.rules.make import make_rule
from ganstudio.recipe import RecipeError, with_value
from ganstudio.training import rule_moves
from ganstudio.training.moves import NonFiniteLossError
from tests.training.written_out import SMALL, dense, written_out

SGD = {"kind": "sgd", "lr": 0.05}
DOUBLE = {"precision": "float64"}
RULES = {
    "consensus": {"gamma": 0.7}, "extragradient": {}, "past_extragradient": {}, "ogda": {},
    "sga": {"lambda": 0.6, "align": False}, "competitive": {}, "unrolled": {"k": 3, "eta": 0.2},
    "lookahead": {"eta": 0.3}, "lola_foerster": {"eta": 0.3}, "lola_exact": {"eta": 0.3},
}
FIELDS = {
    "gamma": "gamma", "lambda": "sga_lambda", "align": "sga_align", "k": "unroll_k",
}


def update(rule):
    eta = "unroll_eta" if rule == "unrolled" else "lookahead_eta"
    return {"rule": rule, **{FIELDS.get(k, eta): v for k, v in RULES[rule].items()}}


def trainer(rule, **parts):
    parts = {**SMALL, "machine": DOUBLE, "optimizer_d": {**SGD, "lr": 0.03}, "optimizer_g": SGD,
             **parts}
    for side in ("generator", "discriminator"):
        parts[side] = {**SMALL[side], **parts[side]}
    parts["update"] = {**update(rule), **parts.get("update", {})}
    return tiny.trainer(**parts)


def fixed_batch(made):
    real, z = made._real(), made._z()
    made.rule_moves.game.draw = lambda: (real, z)
    return real, z


@pytest.fixture(autouse=True)
def exact_competitive(monkeypatch):
    monkeypatch.setattr(rule_moves, "COMPETITIVE_TOLERANCE", 1e-12)


@pytest.mark.parametrize("rule", RULES)
def test_a_trainers_rule_is_the_toy_games_rule_on_a_fixed_batch(rule):
    made = trainer(rule)
    real, z = fixed_batch(made)
    g, d = copy.deepcopy(made.players.g), copy.deepcopy(made.players.d)
    game = GanGame(g, d, LOSSES["non_saturating"], real, z)
    theirs = make_rule(rule, {"lr_g": 0.05, "lr_d": 0.03, **RULES[rule]})
    state = theirs.init(game, game.point())
    for _ in range(3):
        made.advance(1)
        state = theirs.step(game, state)
    ours = flatten(made.rule_moves.game.weights())
    torch.testing.assert_close(ours, flatten(state.point), rtol=1e-9, atol=1e-12)
    assert not torch.allclose(ours, flatten(game.point()), atol=1e-4)  # it moved at all


# ---- against dense Jacobians ----------------------------------------------------------------


@pytest.mark.parametrize("rule", ["consensus", "sga", "competitive", "lookahead", "lola_foerster",
                                  "lola_exact"])
def test_one_step_is_the_formula_with_dense_jacobians(rule):
    made = trainer(rule)
    real, z = fixed_batch(made)
    w, v, jacobian, of_g, of_d, n_g = dense(made, real, z)
    h = torch.full_like(w, 0.03)
    h[:n_g] = 0.05
    cross = jacobian.clone()
    cross[:n_g, :n_g] = cross[n_g:, n_g:] = 0
    shaping = torch.cat([cross[n_g:, :n_g].T @ of_g[n_g:], cross[:n_g, n_g:].T @ of_d[:n_g]])
    if rule == "competitive":
        moved = torch.linalg.solve(torch.eye(len(w), dtype=w.dtype) - h[:, None] * cross, h * v)
    else:
        moved = h * {
            "consensus": v - 0.7 * jacobian.T @ v,
            "sga": v - 0.6 * 0.5 * (jacobian - jacobian.T).T @ v,
            "lookahead": v + 0.3 * cross @ v,
            "lola_foerster": v - 0.3 * shaping,
            "lola_exact": v + 0.3 * (cross @ v) - 0.3 * shaping,
        }[rule]
    made.advance(1)
    torch.testing.assert_close(flatten(made.rule_moves.game.weights()), w + moved, rtol=1e-9,
                               atol=1e-12)


def test_unrolling_by_no_step_is_the_simultaneous_step():
    made = trainer("unrolled", update={"unroll_k": 0})
    real, z = fixed_batch(made)
    w, v, *_, n_g = dense(made, real, z)
    made.advance(1)
    h = torch.full_like(w, 0.03)
    h[:n_g] = 0.05
    torch.testing.assert_close(flatten(made.rule_moves.game.weights()), w + h * v)


# ---- optimizers, clipping, averages, held players ------------------------------------------


KINDS = {
    "sgd": {"kind": "sgd", "lr": 0.05}, "momentum": {"kind": "momentum", "lr": 0.02,
                                                     "momentum": -0.3},
    "rmsprop": {"kind": "rmsprop", "lr": 0.001}, "adam": {"kind": "adam", "lr": 0.002},
}


@pytest.mark.parametrize("of_g", KINDS)
@pytest.mark.parametrize("of_d", KINDS)
def test_without_adjustment_every_pair_of_optimizers_equals_plain_simultaneous_moves(of_g, of_d):
    parts = {**SMALL, "machine": DOUBLE, "optimizer_g": KINDS[of_g], "optimizer_d": KINDS[of_d]}
    plain = tiny.trainer(**parts, update={"rule": "simultaneous"})
    ruled = tiny.trainer(**parts, update={"rule": "consensus", "gamma": 0})
    a, b = plain.advance(5), ruled.advance(5)
    torch.testing.assert_close(flatten(ruled.rule_moves.game.weights()),
                               flatten(plain.rule_moves.game.weights()), rtol=1e-7, atol=1e-9)
    assert a.values == pytest.approx(b.values, rel=1e-5)  # losses and outputs of the same batches


def test_weights_are_clipped_at_every_sub_step():
    made = trainer("extragradient", loss={"kind": "wasserstein", "clip": 0.05},
                   optimizer_d={"kind": "sgd", "lr": 1.0})
    made.advance(2)
    assert max(float(p.detach().abs().max()) for p in made.players.weights_d) <= 0.05


def test_the_average_follows_and_a_held_player_stands_still():
    made = trainer("ogda", average={"decay": 0.5}, update={"train_d": False})
    before = [p.detach().clone() for p in made.players.weights_d]
    start = made.players.average.module.weight_0.clone()
    made.advance(2)
    assert all(torch.equal(a, b) for a, b in zip(before, made.players.weights_d, strict=True))
    assert not torch.equal(start, made.players.average.module.weight_0)
    assert not torch.equal(made.players.average.module.weight_0, made.players.g.weight_0)


def test_a_held_player_is_not_looked_ahead_along():
    """With D held, extragradient's look at G alone is G's own two looks."""
    made = trainer("extragradient", update={"train_d": False})
    real, z = fixed_batch(made)
    loss_g, _, n_g = written_out(made, real, z)
    w = flatten(made.rule_moves.game.weights()).clone()

    def slope(at):
        at = at.detach().requires_grad_()
        g, = torch.autograd.grad(loss_g(at), at)
        g[n_g:] = 0
        return g
    half = w - 0.05 * slope(w)
    made.advance(1)
    torch.testing.assert_close(flatten(made.rule_moves.game.weights()), w - 0.05 * slope(half))


@pytest.mark.parametrize("rule", ["past_extragradient", "unrolled"])
def test_losses_are_read_where_the_players_stand(rule):
    made = trainer(rule)
    real, z = fixed_batch(made)
    for _ in range(2):
        w = flatten(made.rule_moves.game.weights())
        loss_g, loss_d, _ = written_out(made, real, z)
        row = made.advance(1).values[0]
        assert row[:2] == pytest.approx([float(loss_d(w)), float(loss_g(w))], rel=1e-6)


def test_a_loss_of_no_number_stops_before_the_move():
    made = trainer("sga")
    made.advance(2)
    good = flatten(made.rule_moves.game.weights()).clone()
    state = made.state()
    state.tensors["g.weight_0"].fill_(float("nan"))
    made.load(state)
    with pytest.raises(NonFiniteLossError):
        made.advance(1)
    made.load(tiny_state(made, good))
    assert made.advance(1).values.shape == (1, 4)


def tiny_state(made, weights):
    """The trainer's state with good weights again."""
    state = made.state()
    place = 0
    for prefix, network in (("g", made.players.g), ("d", made.players.d)):
        for name, p in network.named_parameters():
            state.tensors[f"{prefix}.{name}"] = weights[place:place + p.numel()].view(p.shape)
            place += p.numel()
    return state


# ---- nothing is left to chance --------------------------------------------------------------

STATEFUL = {
    "plain": {},
    "dropout": {"generator": {"dropout": 0.3}, "discriminator": {"dropout": 0.3}},
    "batch norm": {"generator": {"norm": "batch"}, "discriminator": {"norm": "batch"}},
    "spectral norm": {"discriminator": {"norm": "spectral"}},
}
ADAM = {"optimizer_d": {"kind": "adam"}, "optimizer_g": {"kind": "rmsprop", "lr": 1e-3}}


@pytest.mark.parametrize("rule", RULES)
def test_a_resumed_run_with_a_tweak_midway_is_the_run(rule, monkeypatch):
    monkeypatch.setattr(rule_moves, "COMPETITIVE_TOLERANCE", 1e-5)  # float32 gives no more
    parts = {} if rule in ("competitive", "past_extragradient") else ADAM
    field = {"sga": "update.sga_lambda", "consensus": "update.gamma"}.get(rule, "optimizer_g.lr")
    whole, first, second = (trainer(rule, machine={"precision": "float32"}, **parts)
                            for _ in range(3))
    changed = with_value(whole.recipe, field, 0.004)
    rows = [whole.advance(3)]
    whole.apply(changed)
    rows.append(whole.advance(4))
    first.advance(3)
    first.apply(changed)
    first.advance(2)
    second.apply(changed)
    second.load(first.state())
    again = second.advance(2)
    assert again.values.tolist() == rows[1].values[2:].tolist()
    a, b = whole.state(), second.state()
    assert a.values == b.values and a.tensors.keys() == b.tensors.keys()
    assert all(torch.equal(a.tensors[k], b.tensors[k]) for k in a.tensors)


@pytest.mark.parametrize("kind", STATEFUL)
@pytest.mark.parametrize("rule", ["consensus", "extragradient", "sga"])
def test_networks_with_a_life_of_their_own_resume_exactly(rule, kind):
    first, second = trainer(rule, **STATEFUL[kind]), trainer(rule, **STATEFUL[kind])
    first.advance(2)
    second.load(first.state())
    first.advance(2)
    second.advance(2)
    a, b = first.state().tensors, second.state().tensors
    assert all(torch.equal(a[k], b[k]) for k in a)


@pytest.mark.parametrize("kind", [k for k in STATEFUL if k != "plain"])
def test_within_a_turn_a_loss_is_one_function_and_its_products_are_exact(kind):
    """Jᵀu of the same loss twice, and against central differences in float64."""
    made = trainer("consensus", **STATEFUL[kind])
    made.advance(3)
    game = made.rule_moves.game
    with game.still():
        game.turn("both")
        here = game.weights()
        assert torch.equal(game.loss_d(*here), game.loss_d(*here))
        way = here.map(lambda t: torch.randn(t.shape, dtype=t.dtype,
                                             generator=torch.Generator().manual_seed(1)))
        own = Point(tuple(t.requires_grad_() for t in here.map(torch.clone).theta), here.psi)
        slope = torch.autograd.grad(game.loss_d(*own), own.theta)
        exact = sum((s * u).sum() for s, u in zip(slope, way.theta, strict=True))
        step = 1e-6
        ahead, back = (game.loss_d(here.plus(way, e, e).theta, here.psi) for e in (step, -step))
        assert float(exact) == pytest.approx(float((ahead - back) / (2 * step)), rel=1e-4,
                                             abs=1e-8)


def test_batch_norms_averages_and_power_iterations_still_move():
    made = trainer("consensus", **STATEFUL["batch norm"])
    before = made.players.g.norms[0].running_mean.clone()
    made.advance(1)
    assert not torch.equal(before, made.players.g.norms[0].running_mean)
    assert int(made.players.g.norms[0].num_batches_tracked) == 1
    made = trainer("consensus", **STATEFUL["spectral norm"])
    before = made.players.d.spectral[0].u.clone()
    made.advance(2)
    assert not torch.equal(before, made.players.d.spectral[0].u)
    assert made.players.d.spectral[0].training


# ---- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["competitive", "past_extragradient"])
def test_rules_for_plain_steps_refuse_other_optimizers(rule):
    with pytest.raises(RecipeError, match=r"plain gradient steps only.*optimizer_d\.kind"):
        trainer(rule, optimizer_d={"kind": "adam"})


def test_a_memory_of_other_networks_is_refused():
    made, other = trainer("ogda"), trainer("ogda", generator={"width": 4})
    made.advance(1)
    other.advance(1)
    state, foreign = made.state(), other.state()
    for name, tensor in foreign.tensors.items():
        if name.startswith("rule."):
            state.tensors[name] = tensor
    with pytest.raises(ValueError, match="other networks"):
        made.load(state)


def test_a_rules_state_is_saved_whole():
    made = trainer("ogda", **ADAM)
    assert not any(name.startswith("rule.") for name in made.state().tensors)
    made.advance(1)
    names = {name.split(".")[1] for name in made.state().tensors if name.startswith("rule.")}
    assert names == {"last", "mean", "square", "rest1", "rest2"}
    assert isinstance(State(made.rule_moves.game.weights(), made.rule_moves.memory), State)
