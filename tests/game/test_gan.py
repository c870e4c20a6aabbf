"""The game of two networks, entry by entry against dense matrices in float64."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ganstudio.game.gan import GanGame
from ganstudio.game.losses import LOSSES
from ganstudio.game.products import Curvature, cross_jvp, field, jvp, shaping
from ganstudio.game.protocol import Point, flatten, unflatten
from ganstudio.game.spectrum import field_jacobian

from .conftest import Dense, close, tiny_gan


def test_field_is_what_backward_gives(dense: Dense) -> None:
    """The gradients that a plain training loop would apply, with .backward() on the modules."""
    game = dense.game
    game.generator.zero_grad()
    fake = game.generator(game.noise)
    game.loss.g(game.discriminator(fake).squeeze(1), None).backward()
    by_g = [-p.grad for p in game.generator.parameters()]
    game.discriminator.zero_grad()
    game.loss.d(game.discriminator(game.real).squeeze(1),
                game.discriminator(fake.detach()).squeeze(1)).backward()
    by_d = [-p.grad for p in game.discriminator.parameters()]
    close(field(game, dense.at), torch.cat([t.reshape(-1) for t in (*by_g, *by_d)]), 1e-12)


def test_jacobian_entry_by_entry(dense: Dense) -> None:
    torch.testing.assert_close(field_jacobian(dense.game, dense.at), dense.J, rtol=1e-9,
                               atol=1e-12)
    n = dense.n_g
    for block, part in (("g", dense.J[:n, :n]), ("d", dense.J[n:, n:])):
        torch.testing.assert_close(field_jacobian(dense.game, dense.at, block), part, rtol=1e-9,
                                   atol=1e-12)


def test_products(dense: Dense) -> None:
    torch.manual_seed(0)
    vector = torch.randn_like(dense.w)
    u = unflatten(vector, dense.at)
    close(jvp(dense.game, dense.at, u), dense.J @ vector)
    close(cross_jvp(dense.game, dense.at, u), dense.cross() @ vector)
    n, (g_by_psi, d_by_theta) = dense.n_g, dense.other_gradients()
    close(shaping(dense.game, dense.at),
          torch.cat([dense.J[n:, :n].T @ g_by_psi, dense.J[:n, n:].T @ d_by_theta]))


def test_many_products_at_one_point(dense: Dense) -> None:
    """From gradients kept with their graphs, as often as one likes."""
    curve = Curvature(dense.game, dense.at)
    own = dense.J - dense.cross()
    for vector in torch.randn(3, len(dense.w), dtype=torch.float64):
        u = unflatten(vector, dense.at)
        close(curve.forth(u), dense.J @ vector)
        close(curve.back(u), dense.J.T @ vector)
        close(Point(curve.own_g(u), curve.own_d(u)), own @ vector)


def test_asking_changes_nothing() -> None:
    """Parameters, batch-norm averages and the random stream stay as they were."""
    g = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))
    d = nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.5), nn.Linear(4, 1))
    game = GanGame(g, d, LOSSES["hinge"], torch.randn(8, 2), torch.randn(8, 2), seed=5)
    before = {k: v.clone() for k, v in (*g.state_dict().items(), *d.state_dict().items())}
    stream = torch.random.get_rng_state()
    first = field(game, game.point())
    second = field(game, game.point())
    assert torch.equal(flatten(first), flatten(second))  # dropout, too, drew the same
    assert torch.equal(torch.random.get_rng_state(), stream)
    after = dict((*g.state_dict().items(), *d.state_dict().items()))
    assert all(torch.equal(before[k], after[k]) for k in before)
    assert all(p.grad is None for p in (*g.parameters(), *d.parameters()))


def test_write_and_point_are_inverse() -> None:
    game = tiny_gan()
    there = game.point().map(lambda t: t + 0.25)
    game.write(there)
    assert torch.equal(flatten(game.point()), flatten(there))


def test_clip_bounds_the_discriminator_alone() -> None:
    game = tiny_gan("wasserstein", clip=0.01)
    far = game.point().map(lambda t: t + 3.0)
    near = game.project(far)
    assert near.theta is far.theta
    assert max(float(t.abs().max()) for t in near.psi) == pytest.approx(0.01)


def test_penalty_is_added_to_the_discriminator_alone() -> None:
    plain = tiny_gan()
    penal = tiny_gan(penalty=lambda judge, real, fake: 10.0 * judge(real).square().mean())
    at = plain.point()
    assert float(penal.loss_g(*at)) == float(plain.loss_g(*at))
    assert float(penal.loss_d(*at)) > float(plain.loss_d(*at))


def test_frozen_parameters_are_left_out() -> None:
    game = tiny_gan()
    game.generator[0].weight.requires_grad_(False)
    fewer = GanGame(game.generator, game.discriminator, game.loss, game.real, game.noise)
    assert len(fewer.point().theta) == len(game.point().theta) - 1
    assert isinstance(field(fewer, fewer.point()), Point)
