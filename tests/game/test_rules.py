"""Each rule on a small GAN against dense linear algebra; memory; optimizers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganstudio.game.catalogue import RULES
from ganstudio.game.protocol import (
    Rule,
    State,
    flatten,
    flatten_state,
    state_from_tensors,
    state_tensors,
    unflatten,
    unflatten_state,
)
from ganstudio.game.rules.krylov import gmres
from ganstudio.game.rules.make import make_rule
from ganstudio.game.spec import SpecError
from ganstudio.game.toys import make_toy, point

from .conftest import Dense, close, tiny_gan

H_G, H_D = 0.03, 0.07


def after(dense: Dense, name: str, **params: Any) -> Tensor:
    """One step's shift under two different rates."""
    rule = make_rule(name, {"lr_g": H_G, "lr_d": H_D, **params})
    state = rule.step(dense.game, rule.init(dense.game, dense.at))
    return flatten(state.point) - dense.w


def rates(dense: Dense) -> Tensor:
    out = torch.full_like(dense.w, H_D)
    out[:dense.n_g] = H_G
    return out


def same(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-13)


def test_simultaneous(dense: Dense) -> None:
    same(after(dense, "simultaneous"), rates(dense) * dense.v(dense.w))


def test_consensus(dense: Dense) -> None:
    v = dense.v(dense.w)
    same(after(dense, "consensus", gamma=0.7), rates(dense) * (v - 0.7 * dense.J.T @ v))


@pytest.mark.parametrize("align", [False, True])
def test_sga(dense: Dense, align: bool) -> None:
    v, J = dense.v(dense.w), dense.J
    turned = (J - J.T).T @ v / 2
    rise = J.T @ v
    sign = 1.0
    if align:
        sign = 1.0 if float(-(v @ rise) * (turned @ rise)) / len(v) + 0.1 >= 0 else -1.0
    same(after(dense, "sga", align=align, **{"lambda": 0.5}),
         rates(dense) * (v - 0.5 * sign * turned))


def test_competitive(dense: Dense) -> None:
    """CGD and its linearisation; H is minus the field's off-diagonal part."""
    step, H = rates(dense), -dense.cross()
    v, eye = dense.v(dense.w), torch.eye(len(dense.w)).double()
    same(after(dense, "competitive"), torch.linalg.solve(eye + step[:, None] * H, step * v))
    same(after(dense, "competitive_linearised"), (eye - step[:, None] * H) @ (step * v))


def test_lookahead_and_lola(dense: Dense) -> None:
    v, n, eta = dense.v(dense.w), dense.n_g, 0.2
    answer = dense.cross() @ v
    g_by_psi, d_by_theta = dense.other_gradients()
    shape = -torch.cat([dense.J[n:, :n].T @ g_by_psi, dense.J[:n, n:].T @ d_by_theta])
    step = rates(dense)
    same(after(dense, "lookahead", eta=eta), step * (v + eta * answer))
    same(after(dense, "lola_foerster", eta=eta), step * (v + eta * shape))
    same(after(dense, "lola_exact", eta=eta), step * (v + eta * (answer + shape)))


def test_unrolled_is_the_gradient_through_the_steps(dense: Dense) -> None:
    n, k, eta = dense.n_g, 3, 0.4

    theta = dense.w[:n].clone().requires_grad_()
    psi = dense.w[n:].clone().requires_grad_()
    for _ in range(k):
        slope, = torch.autograd.grad(dense.losses(torch.cat([theta.detach(), psi]))[1], psi)
        # The step once more as a function of θ and ψ, for the derivative through it.
        loss = dense.losses(torch.cat([theta, psi]))[1]
        step, = torch.autograd.grad(loss, psi, create_graph=True)
        torch.testing.assert_close(step, slope)
        psi = psi - eta * step
    far, = torch.autograd.grad(dense.losses(torch.cat([theta, psi]))[0], theta)
    expected = torch.cat([-H_G * far, H_D * dense.v(dense.w)[n:]])
    same(after(dense, "unrolled", k=k, eta=eta), expected)


def test_extragradient(dense: Dense) -> None:
    step = rates(dense)
    same(after(dense, "extragradient"), step * dense.v(dense.w + step * dense.v(dense.w)))


def test_alternating_takes_turns(dense: Dense) -> None:
    w, n = dense.w.clone(), dense.n_g
    for _ in range(2):
        w[n:] = w[n:] + H_D * dense.v(w)[n:]
    w[:n] = w[:n] + H_G * dense.v(w)[:n]
    same(after(dense, "alternating", k_d=2, order="d_first"), w - dense.w)


def test_rules_with_memory_over_several_steps(dense: Dense) -> None:
    step = rates(dense)
    ogda, before, past = dense.w, step * dense.v(dense.w), dense.w
    ball, last = dense.w, dense.w
    half = dense.w
    for _ in range(3):
        now = step * dense.v(ogda)
        ogda, before = ogda + 2 * now - before, now
        ball, last = ball + step * dense.v(ball) + 0.4 * (ball - last), ball
        half = past + step * dense.v(half)
        past = past + step * dense.v(half)
    for name, params, expected in (("ogda", {}, ogda), ("momentum", {"beta": 0.4}, ball),
                                   ("past_extragradient", {}, past)):
        rule = make_rule(name, {"lr_g": H_G, "lr_d": H_D, **params})
        state = rule.init(dense.game, dense.at)
        for _ in range(3):
            state = rule.step(dense.game, state)
        same(flatten(state.point), expected)


def test_competitive_by_gmres_on_a_larger_gan() -> None:
    """Above 64 numbers the system is never formed; the step is the same to the tolerance."""
    big = Dense(tiny_gan("non_saturating", width=12))
    assert len(big.w) > 64
    step, eye = rates(big), torch.eye(len(big.w)).double()
    expected = torch.linalg.solve(eye - step[:, None] * big.cross(), step * big.v(big.w))
    torch.testing.assert_close(after(big, "competitive"), expected, rtol=1e-6, atol=1e-10)


@given(st.integers(1, 40), st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_gmres_solves(size: int, seed: int) -> None:
    torch.manual_seed(seed)
    matrix = torch.eye(size).double() + 0.3 * torch.randn(size, size).double() / size ** 0.5
    right = torch.randn(size).double()
    found = gmres(lambda x: matrix @ x, right, 1e-10)
    assert float((matrix @ found - right).norm()) <= 1e-9 * float(right.norm())
    assert torch.equal(gmres(lambda x: matrix @ x, torch.zeros(size).double()),
                       torch.zeros(size).double())


# ---- memory ---------------------------------------------------------------------------------

EVERY: list[tuple[str, dict[str, Any]]] = [
    *((name, {"lr": 0.1}) for name in RULES),
    *((name, {"lr": 0.1, "optimizer": optimizer}) for name, entry in RULES.items()
      if entry.param("optimizer") for optimizer in ("adam", "rmsprop")),
    ("momentum", {"lr": 0.1, "alternating": True}), ("adam", {"lr": 0.1, "alternating": True}),
    ("adam", {"lr": 0.1, "consensus_gamma": 1.0}), ("sga", {"lr": 0.1, "align": True}),
]


def _ids(case: tuple[str, dict[str, Any]]) -> str:
    return "-".join([case[0], *(f"{k}={v}" for k, v in case[1].items() if k != "lr")])


@pytest.mark.parametrize("case", EVERY, ids=_ids)
def test_memory_saved_and_restored_gives_the_same_path(case: tuple[str, dict[str, Any]]) -> None:
    name, params = case
    rule = make_rule(name, params)
    game: Any = make_toy("dirac") if RULES[name].toy_only else tiny_gan()
    state = rule.step(game, rule.init(game, game.point()))
    saved = state_tensors(state)
    straight = rule.step(game, rule.step(game, state))
    fresh = make_rule(name, params)
    again = fresh.step(game, fresh.step(game, state_from_tensors(saved)))
    assert torch.equal(flatten_state(straight), flatten_state(again))
    assert torch.isfinite(flatten_state(again)).all()
    assert not any(t.requires_grad for t in straight.point.all)


@pytest.mark.parametrize("case", EVERY, ids=_ids)
def test_flat_state_round_trip(case: tuple[str, dict[str, Any]]) -> None:
    rule = make_rule(*case)
    toy = make_toy("dirac")
    state = rule.step(toy, rule.init(toy, toy.point()))
    back = unflatten_state(flatten_state(state), state)
    assert torch.equal(flatten_state(back), flatten_state(state))


@pytest.mark.parametrize("names", [{"point.theta"}, {"point.alpha.0"}, {"point.theta.x"},
                                   {"memory.m.theta.0"}])
def test_a_foreign_state_is_refused(names: set[str]) -> None:
    with pytest.raises(ValueError, match=r"state"):
        state_from_tensors(dict.fromkeys(names, torch.zeros(1)))


class Counting:
    """A game that notes whose turn it is."""

    def __init__(self) -> None:
        self.game, self.turns = tiny_gan(), []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.game, name)

    def turn(self, who: str) -> None:
        self.turns.append(who)


def test_every_sub_step_may_draw_its_own_batch() -> None:
    game: Any = Counting()
    rule = make_rule("alternating", {"lr": 0.1, "k_d": 3, "order": "d_first"})
    rule.step(game, rule.init(game, game.point()))
    assert game.turns == ["d", "d", "d", "g"]
    game.turns.clear()
    rule = make_rule("extragradient", {"lr": 0.1})
    rule.step(game, rule.init(game, game.point()))
    assert game.turns == ["both", "both"]


def test_clipping_after_every_sub_step() -> None:
    """Also at the extrapolated point: from (2, 0) with c = 0.1 the look ahead is at ψ = 0.1."""
    toy = make_toy("bilinear_clipped", {"c": 0.1})
    rule = make_rule("extragradient", {"lr": 1.0})
    state = rule.step(toy, rule.init(toy, point(2.0, 0.0)))
    assert [float(t) for t in state.point.all] == pytest.approx([1.9, 0.1])


def test_implicit_is_for_toys() -> None:
    game = tiny_gan()
    with pytest.raises(ValueError, match="two numbers"):
        make_rule("implicit", {"lr": 0.1}).init(game, game.point())


def test_adam_refuses_turns_with_consensus() -> None:
    with pytest.raises(SpecError, match="not both"):
        make_rule("adam", {"lr": 0.1, "alternating": True, "consensus_gamma": 1.0})


@pytest.mark.slow  # torch.optim imports its compiler first, which takes seconds
@pytest.mark.parametrize("name", ["adam", "rmsprop"])
def test_optimizers_are_those_of_torch(name: str) -> None:
    game = tiny_gan()
    rule: Rule = make_rule("simultaneous", {"lr_g": 0.01, "lr_d": 0.02, "optimizer": name})
    state: State = rule.init(game, game.point())
    leaves = [t.clone().requires_grad_() for t in state.point.all]
    n = len(state.point.theta)
    kind = torch.optim.Adam if name == "adam" else torch.optim.RMSprop
    theirs = kind([{"params": leaves[:n], "lr": 0.01}, {"params": leaves[n:], "lr": 0.02}])
    for _ in range(5):
        theirs.zero_grad()
        loss_g = game.loss_g(tuple(leaves[:n]), tuple(t.detach() for t in leaves[n:]))
        loss_d = game.loss_d(tuple(t.detach() for t in leaves[:n]), tuple(leaves[n:]))
        (loss_g + loss_d).backward()
        theirs.step()
        state = rule.step(game, state)
    close(state.point, flatten(unflatten(torch.cat([t.detach().reshape(-1) for t in leaves]),
                                         state.point)), 1e-9)
