"""The losses with all that steadies them, against theory and finite differences."""

import pytest
import tiny
import torch

from ganstudio.game.products import field, jvp
from ganstudio.game.protocol import flatten, unflatten
from ganstudio.recipe import build
from ganstudio.training.chance import RunChance, SameChance
from ganstudio.training.objective import Objective, View
from ganstudio.training.run_game import RunGame
from ganstudio.training.stabilisers import Stabilisers

F64 = torch.float64
CPU = torch.device("cpu")


def view(judge):
    return View(judge, lambda x: (judge(x), x), lambda x: x, False)


@pytest.mark.parametrize(("smooth", "flip", "w"), [
    (0.1, 0.0, 1), (0.3, 0.0, 1), (0.0, 0.2, 1), (0.1, 0.2, 1), (0.0, 0.0, 0.95),
    (0.0, 0.0, 3), (0.2, 0.0, 0.5), (0.0, 0.2, 0.5), (0.1, 0.2, 2)])
@pytest.mark.parametrize("kind", ["non_saturating", "least_squares"])
def test_smoothed_d_rests_where_theory_puts_it(kind, smooth, flip, w):
    """D solved to its optimum over three places of known p and q, in float64."""
    p, q = torch.tensor([0.7, 0.2, 0.1], dtype=F64), torch.tensor([0.2, 0.2, 0.6], dtype=F64)
    count = 20_000
    real = torch.repeat_interleave(torch.arange(3), (p * count).round().long())
    fake = torch.repeat_interleave(torch.arange(3), (q * count).round().long())
    objective = Objective(build({"loss": {"kind": kind, "smooth": smooth, "flip": flip,
                                          "real_weight": w}}))
    answers = torch.zeros(3, dtype=F64, requires_grad=True)
    chance = SameChance(CPU)  # one fixed flip of the coins, so that the loss has one optimum
    judge = view(lambda x: answers[x])
    for _ in range(30):  # Newton's method; each place has its own answer, so one number each
        chance.again()
        loss = objective.of_d(judge, real, fake, chance, ()).total
        slope, = torch.autograd.grad(loss, answers, create_graph=True)
        bend, = torch.autograd.grad(slope.sum(), answers)
        with torch.no_grad():
            answers -= slope / bend
    d = answers if kind == "least_squares" else torch.sigmoid(answers)
    right = (1 - smooth) * ((1 - flip) * w * p + flip * q) / (w * p + q)
    noise = 0.02 if flip else 1e-6
    assert d.tolist() == pytest.approx(right.tolist(), abs=noise)
    if not flip:
        rest = (1 - smooth) * w / (w + 1)  # .45 at a label of .9
        assert d[1].item() == pytest.approx(rest, abs=1e-6)


def test_lazy_penalties_weigh_the_same_in_the_mean():
    recipe = build({"penalty": {"r1": 2.0, "r1_every": 4, "gp": 1.0, "r2": 3.0, "r2_every": 7}})
    extra = Stabilisers(recipe, CPU)
    paid = {"r1": [], "gp": [], "r2": []}
    for _ in range(28):
        due = dict(extra.due())
        for name, row in paid.items():
            row.append(due.get(name, 0.0))
    assert paid["r1"][:5] == [8.0, 0, 0, 0, 8.0] and paid["r2"][:8] == [21.0, *[0] * 6, 21.0]
    assert {name: sum(row) / 28 for name, row in paid.items()} == {"r1": 2.0, "gp": 1.0, "r2": 3.0}


def test_packs_are_of_samples_drawn_apart():
    """No slot repeats another: over an epoch every real sample comes once, in chance company."""
    trainer = tiny.trainer(minibatch={"pack": 2}, batch=100)
    d = trainer.players.d
    first = d.packed(torch.cat([trainer._real() for _ in range(2)]))
    second = d.packed(torch.cat([trainer._real() for _ in range(2)]))
    assert len(torch.unique(first.reshape(-1, 2), dim=0)) == 200
    slots = first.reshape(-1, 2, 2)
    assert not (slots[:, 0] == slots[:, 1]).all(1).any()
    partner = {tuple(a.tolist()): tuple(b.tolist()) for a, b in slots}
    again = sum(partner.get(tuple(a.tolist())) == tuple(b.tolist())
                for a, b in second.reshape(-1, 2, 2))
    assert again <= 3  # a pair comes twice about once in an epoch by chance
    x = slots[:, 0].double() - slots[:, 0].double().mean(0)
    y = slots[:, 1].double() - slots[:, 1].double().mean(0)
    assert ((x * y).mean(0) / (x.std(0) * y.std(0))).abs().max() < 0.35  # 3.5 standard errors


GAMES = {
    "penalties": {"penalty": {"gp": 0.4, "lp": 0.5, "dragan": 0.3, "r1": 0.5, "r2": 0.7}},
    "pairs": {"loss": {"kind": "relativistic_paired"}, "penalty": {"r1": 0.3, "r2": 0.3}},
    "average": {"loss": {"kind": "relativistic_average", "smooth": 0.1, "flip": 0.2}},
    "matching": {"loss": {"feature_matching": 2.0, "adversarial": 0.5},
                 "instance_noise": {"sigma": 0.3}},
    "company": {"minibatch": {"pack": 2, "layer": "discrimination", "kernels": 2, "size": 2},
                "penalty": {"gp": 0.3}},
    "history": {"loss": {"historical": 0.5}},
}


def small_game(**parts):
    smooth = {"kind": "mlp", "depth": 1, "width": 3, "activation": "tanh"}
    recipe = tiny.recipe(generator=smooth, discriminator=smooth, batch=6,
                         machine={"precision": "float64"}, **parts)
    trainer = tiny.trainer(recipe)
    means = {}
    if recipe.loss.historical:
        means = {"g": [w.detach() + 0.1 for w in trainer.players.weights_g],
                 "d": [w.detach() - 0.2 for w in trainer.players.weights_d]}
    game = RunGame(trainer.players, recipe, (trainer._real(), trainer._z()), means=means)
    return game, game.weights()


@pytest.mark.parametrize("name", GAMES)
def test_the_games_field_and_jacobian_match_finite_differences(name):
    """Every derivative is kept: a penalty at fakes moves D's part of v when θ moves."""
    game, here = small_game(**GAMES[name])
    flat = flatten(here)
    n_g = sum(t.numel() for t in here.theta)
    v = flatten(field(game, here))
    rng = torch.Generator().manual_seed(0)
    step = 1e-5

    def loss(which, w):
        point = unflatten(w, here)
        return (game.loss_g if which == "g" else game.loss_d)(*point).item()

    for i in range(0, len(flat), 2):
        e = torch.zeros_like(flat)
        e[i] = step
        which = "g" if i < n_g else "d"
        slope = (loss(which, flat + e) - loss(which, flat - e)) / (2 * step)
        assert -v[i].item() == pytest.approx(slope, rel=1e-5, abs=1e-7)
    u = torch.randn(flat.shape, generator=rng, dtype=F64)
    exact = flatten(jvp(game, here, unflatten(u, here)))
    up, down = (flatten(field(game, unflatten(flat + s * step * u, here))) for s in (1, -1))
    assert torch.allclose(exact, (up - down) / (2 * step), rtol=1e-4, atol=1e-6)


def test_a_penalty_at_fakes_couples_the_players():
    for parts, coupled in (({"penalty": {"r2": 1.0}}, True), ({"penalty": {"r1": 1.0}}, False)):
        game, here = small_game(**parts)
        bare, _ = small_game()
        u = here.map(torch.ones_like)
        only_theta = type(u)(u.theta, tuple(torch.zeros_like(t) for t in u.psi))
        felt = [torch.cat([t.reshape(-1) for t in jvp(g, here, only_theta).psi])
                for g in (game, bare)]
        assert (not torch.allclose(*felt)) == coupled


def test_streams_that_were_never_drawn_from_are_not_there():
    assert RunChance(0, CPU).tensors() == {}
    trainer = tiny.trainer()
    trainer.advance(3)
    assert not any(name.startswith(("chance", "history")) for name in trainer.state().tensors)
