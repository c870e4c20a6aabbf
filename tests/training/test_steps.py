"""A step against a loop written by hand: plain layers, .backward() on everything, torch.optim."""

import pytest
import tiny
import torch
from torch import nn
from torch.nn.functional import logsigmoid, relu

from ganstudio.training.streams import Stream, generator

EXACT = {"rtol": 1e-12, "atol": 1e-14}
D_LOSS = {
    "minimax": lambda r, q: -(logsigmoid(r).mean() + logsigmoid(-q).mean()),
    "least_squares": lambda r, q: 0.5 * ((r - 1) ** 2).mean() + 0.5 * (q**2).mean(),
    "hinge": lambda r, q: relu(1 - r).mean() + relu(1 + q).mean(),
    "wasserstein": lambda r, q: q.mean() - r.mean(),
}
D_LOSS["non_saturating"] = D_LOSS["minimax"]
G_LOSS = {
    "minimax": lambda q: logsigmoid(-q).mean(),
    "non_saturating": lambda q: -logsigmoid(q).mean(),
    "least_squares": lambda q: 0.5 * ((q - 1) ** 2).mean(),
    "hinge": lambda q: -q.mean(),
    "wasserstein": lambda q: -q.mean(),
}
OUTPUT = {"minimax": torch.sigmoid, "non_saturating": torch.sigmoid}
OPTIMIZERS = {
    "sgd": lambda p, s: torch.optim.SGD(p, s.lr),
    "momentum": lambda p, s: torch.optim.SGD(p, s.lr, momentum=s.momentum),
    "rmsprop": lambda p, s: torch.optim.RMSprop(p, s.lr, alpha=s.alpha, eps=s.eps),
    "adam": lambda p, s: torch.optim.Adam(p, s.lr, betas=(s.beta1, s.beta2), eps=s.eps),
}


class ByHand:
    """The loop as anybody would write it, from the same weights, batches and noise."""

    def __init__(self, trainer):
        self.recipe = r = trainer.recipe
        self.g = self.network(trainer.players.g, nn.ReLU)
        self.d = self.network(trainer.players.d, lambda: nn.LeakyReLU(0.2))
        self.optimizer_g = OPTIMIZERS[r.optimizer_g.kind](self.g.parameters(), r.optimizer_g)
        self.optimizer_d = OPTIMIZERS[r.optimizer_d.kind](self.d.parameters(), r.optimizer_d)
        self.data = torch.from_numpy(trainer.dataset.items).double()
        self.shuffle = generator(r.seed, Stream.ORDER)
        self.noise = generator(r.seed, Stream.NOISE)
        self.queue = []

    @staticmethod
    def network(ours, activation):
        layers = []
        for index in range(3):
            weight = ours.get_parameter(f"weight_{index}").detach()
            linear = nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
            linear.weight.data = weight.clone()
            linear.bias.data = ours.get_parameter(f"bias_{index}").detach().clone()
            layers += [linear, activation()]
        return nn.Sequential(*layers[:-1])

    def real(self):
        while len(self.queue) < self.recipe.batch:
            self.queue += torch.randperm(len(self.data), generator=self.shuffle).tolist()
        rows, self.queue = self.queue[:self.recipe.batch], self.queue[self.recipe.batch:]
        return self.data[rows]

    def z(self):
        return torch.empty(self.recipe.batch, 2, dtype=torch.float64).normal_(
            generator=self.noise)

    def d_gradient(self, real, fake):
        self.optimizer_d.zero_grad()
        r, q = self.d(real)[:, 0], self.d(fake)[:, 0]
        loss = D_LOSS[self.recipe.loss.kind](r, q)
        loss.backward(retain_graph=True)
        output = OUTPUT.get(self.recipe.loss.kind, lambda x: x)
        self.row[0], self.row[2], self.row[3] = loss, output(r).mean(), output(q).mean()

    def g_gradient(self, fake):
        self.optimizer_g.zero_grad()
        self.row[1] = G_LOSS[self.recipe.loss.kind](self.d(fake)[:, 0])
        self.row[1].backward(retain_graph=True)

    def clip(self):
        if c := self.recipe.loss.clip:
            for p in self.d.parameters():
                p.data.clamp_(-c, c)

    def move_d(self):
        real, z = self.real(), self.z()
        self.judged = self.g(z)
        self.d_gradient(real, self.judged.detach())
        self.optimizer_d.step()
        self.clip()

    def move_g(self):
        u = self.recipe.update
        fresh = u.fresh_noise or u.first == "g" or self.judged is None
        self.g_gradient(self.g(self.z()) if fresh else self.judged)
        self.judged = None
        self.optimizer_g.step()

    def move_both(self):
        real, z = self.real(), self.z()
        fake = self.g(z)
        self.d_gradient(real, fake.detach())
        kept = [p.grad.clone() for p in self.d.parameters()]
        self.g_gradient(fake)
        for p, gradient in zip(self.d.parameters(), kept, strict=True):
            p.grad = gradient
        self.optimizer_d.step()
        self.clip()
        self.optimizer_g.step()

    def step(self):
        self.row = [None] * 4
        u = self.recipe.update
        if u.rule == "simultaneous":
            self.move_both()
        else:
            turns = [*["d"] * u.k_d, *["g"] * u.k_g]
            for who in turns if u.first == "d" else [*["g"] * u.k_g, *["d"] * u.k_d]:
                self.move_d() if who == "d" else self.move_g()
        return [x.item() for x in self.row]


def compare(steps=3, **parts):
    parts = {"machine": {"precision": "float64"}, **parts}
    trainer = tiny.trainer(**parts)
    hand = ByHand(trainer)
    for _ in range(steps):
        row = trainer.advance(1).values[0]
        assert row.tolist() == pytest.approx(hand.step(), rel=1e-6)
        for ours, theirs in ((trainer.players.weights_d, hand.d), (trainer.players.weights_g,
                                                                   hand.g)):
            for a, b in zip(ours, theirs.parameters(), strict=True):
                torch.testing.assert_close(a.detach(), b.detach(), **EXACT)


@pytest.mark.parametrize("rule", ["alternating", "simultaneous"])
@pytest.mark.parametrize("loss", G_LOSS)
def test_every_loss_under_both_rules(loss, rule):
    # Not Adam: it blows rounding up where a gradient is nothing (the critic's last bias).
    compare(loss={"kind": loss}, update={"rule": rule},
            optimizer_d={"kind": "momentum", "lr": 0.01}, optimizer_g={"kind": "sgd", "lr": 0.1})


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_optimizer(kind):
    compare(optimizer_d={"kind": kind, "lr": 0.01}, optimizer_g={"kind": kind, "lr": 0.003})


@pytest.mark.parametrize("update", [
    {"first": "g"}, {"k_d": 3}, {"k_g": 2}, {"k_d": 2, "k_g": 3, "first": "g"},
    {"fresh_noise": False}, {"fresh_noise": False, "k_d": 2, "k_g": 3},
    {"fresh_noise": False, "first": "g"},
], ids=str)
def test_who_moves_when_and_how_often(update):
    compare(update=update)


def test_weight_clipping_follows_each_d_step():
    compare(loss={"kind": "wasserstein", "clip": 0.05}, update={"k_d": 3},
            optimizer_d={"kind": "momentum", "lr": 0.05})


def test_simultaneous_players_do_not_see_each_others_move():
    """From one point the two rules differ: alternating G sees the D that has moved."""
    parts = {"machine": {"precision": "float64"}, "optimizer_d": {"kind": "sgd", "lr": 1.0},
             "optimizer_g": {"kind": "sgd", "lr": 1.0}}
    apart = tiny.trainer(update={"rule": "simultaneous"}, **parts)
    turns = tiny.trainer(**parts)
    apart.advance(1)
    turns.advance(1)
    for a, b in zip(apart.players.weights_d, turns.players.weights_d, strict=True):
        torch.testing.assert_close(a, b, **EXACT)
    assert not torch.allclose(apart.players.weights_g[0], turns.players.weights_g[0])


def test_batches_run_across_the_end_of_an_epoch():
    compare(steps=8, batch=150)
