"""The recorded step is the same computation as torch's own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import OrderedDict

import numpy as np
import pytest
import torch

from ganstudio.game.catalogue import GAMES, RULES
from ganstudio.game.field import field_on_grid, lattice
from ganstudio.game.programs import jacobian_program
from ganstudio.game.protocol import flatten_state
from ganstudio.game.replay import CannotReplay, record
from ganstudio.game.rules.make import make_rule
from ganstudio.game.spectrum import ordered, update_eigenvalues, update_jacobian
from ganstudio.game.toys import make_toy, point
from ganstudio.game.walk import Walk, simulate

PAIRS = [*((game, rule) for game in GAMES for rule in ("alternating", "consensus")),
         *(("dirac", rule) for rule in RULES), *(("xor", rule) for rule in ("sga", "unrolled")),
         ("dirac_instance_noise", "lola_exact"), ("bilinear_clipped", "momentum"),
         ("dirac_wasserstein_gp", "extragradient")]


@pytest.mark.parametrize("game,rule", PAIRS)
def test_replayed_path_is_torchs(game: str, rule: str) -> None:
    toy, made = make_toy(game), make_rule(rule, {"lr": 0.05})
    walk = Walk(toy, made)
    assert walk.replayed
    path = walk.advance(6)
    state = made.init(toy, toy.point())
    for place in path:
        state = made.step(toy, state)
        np.testing.assert_allclose(place, [float(t) for t in state.point.all], rtol=1e-12,
                                   atol=1e-14)
    np.testing.assert_allclose(walk.numbers, flatten_state(state).numpy(), rtol=1e-10, atol=1e-13)


@pytest.mark.slow
def test_every_game_replays_under_every_rule() -> None:
    for game in GAMES:
        for rule in RULES:
            assert Walk(make_toy(game), make_rule(rule, {"lr": 0.1})).replayed, (game, rule)


@pytest.mark.slow  # it starts a fresh interpreter
def test_recording_imports_no_compiler() -> None:
    """It would cost seconds at the first drag of a slider."""
    code = ("import sys; from ganstudio.game.dynamics import run_spec;"
            "[run_spec({'game': game, 'rule': rule, 'rule_params': {'lr': 0.2}, 'n_steps': 5})"
            " for game in ('dirac_instance_noise', 'dirac_wasserstein_gp', 'xor')"
            " for rule in ('consensus', 'unrolled')];"
            "print([m for m in ('torch._dynamo', 'sympy', 'scipy') if m in sys.modules])")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_what_reads_a_value_cannot_be_recorded() -> None:
    with pytest.raises(CannotReplay):
        record(lambda s: [s[0] if s[0].item() > 0 else -s[0]], [1.0])
    with pytest.raises(CannotReplay):
        record(lambda s: [torch.special.bessel_j0(s[0])], [1.0])


def test_one_recording_serves_every_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """And gives what a recording of its own would."""
    toy = make_toy("dirac")
    cases: list[dict[str, object]] = [
        {"lr": 0.1, "gamma": 0.5, "optimizer": "adam"},
        {"lr_g": 0.3, "lr_d": 0.0, "gamma": 2.0, "optimizer": "adam", "beta1": 0.0}]
    alone = []
    for params in cases:
        monkeypatch.setattr("ganstudio.game.programs._kept", OrderedDict())
        alone.append(simulate(toy, make_rule("consensus", params), (1, -1), 10))
    calls = []

    def counted(*args: object) -> object:
        calls.append(1)
        return record(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("ganstudio.game.programs._kept", OrderedDict())
    monkeypatch.setattr("ganstudio.game.programs.record", counted)
    for params, expected in zip(cases, alone, strict=True):
        found = simulate(toy.at(0, 1), make_rule("consensus", params), (1, -1), 10)
        np.testing.assert_allclose(found, expected, rtol=1e-13)
    assert len(calls) == 1
    simulate(toy, make_rule("alternating", {"lr": 0.1}), (1, -1), 1)
    simulate(toy, make_rule("alternating", {"lr": 0.1, "k_d": 2}), (1, -1), 1)
    simulate(make_toy("dirac", {"r1_gamma": 1.0}), make_rule("alternating", {"lr": 0.1}),
             (1, -1), 1)
    assert len(calls) == 4


@pytest.mark.parametrize("game,cases", [
    ("bilinear", ({"a": 1.0}, {"a": -2.5})),
    ("quadratic", ({"p": 1.0, "a": 1.0, "q": 0.5}, {"p": 0.3, "a": 2.0, "q": -0.2})),
    ("matching_pennies", ({"stake": 1.0}, {"stake": 3.0})),
    ("dirac_hinge", ({"r1_gamma": 0.1}, {"r1_gamma": 7.0})),
    ("dirac_instance_noise", ({"sigma": 0.4, "r1_gamma": 1.0}, {"sigma": 1.7, "r1_gamma": 0.2})),
    ("dirac_wasserstein_gp", ({"lambda": 1.0, "target": 1.0}, {"lambda": 3.0, "target": 0.5}))])
def test_one_recording_serves_every_number_of_a_game(
        game: str, cases: tuple[dict[str, float], ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch's own steps say what is right."""
    monkeypatch.setattr("ganstudio.game.programs._kept", OrderedDict())
    calls: list[object] = []
    monkeypatch.setattr("ganstudio.game.programs.record",
                        lambda *args: calls.append(1) or record(*args))
    rule = make_rule("extragradient", {"lr": 0.1})
    for params in cases:
        toy = make_toy(game, params)
        state = rule.init(toy, toy.point())
        for place in Walk(toy, rule).advance(5):
            state = rule.step(toy, state)
            np.testing.assert_allclose(place, [float(t) for t in state.point.all], rtol=1e-12)
    assert len(calls) == 1


@pytest.mark.parametrize("game,rule", [("dirac", "sga"), ("dirac", "ogda"), ("xor", "consensus"),
                                       ("dirac_instance_noise", "alternating"),
                                       ("quadratic", "implicit"), ("bilinear_clipped", "momentum")])
def test_replayed_eigenvalues_are_torchs(game: str, rule: str, monkeypatch: pytest.MonkeyPatch
                                         ) -> None:
    """The first of a kind is torch's; later ones, at other rates, are replayed."""
    monkeypatch.setattr("ganstudio.game.programs._kept", OrderedDict())
    toy = make_toy(game)
    update_eigenvalues(toy, make_rule(rule, {"lr": 0.3}))
    for rates in ({"lr": 0.01}, {"lr_g": 0.02, "lr_d": 0.05}):
        made = make_rule(rule, rates)
        state = made.init(toy, point(*toy.equilibria[0]))
        assert jacobian_program(toy, made, state) is not None
        found = update_eigenvalues(toy, made)
        expected = ordered(np.linalg.eigvals(update_jacobian(toy, made, state).numpy()))
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_a_walk_goes_on_without_a_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise CannotReplay("no")

    toy, rule = make_toy("dirac"), make_rule("extragradient", {"lr": 0.2})
    fast = simulate(toy, rule, (1, -1), 20)
    monkeypatch.setattr("ganstudio.game.programs.record", refuse)
    monkeypatch.setattr("ganstudio.game.programs._kept", OrderedDict())
    walk = Walk(toy, rule, (1, -1))
    assert not walk.replayed
    np.testing.assert_allclose(walk.advance(20), fast[1:], rtol=1e-12)


def test_a_walk_resumes_and_restarts() -> None:
    toy, rule = make_toy("dirac"), make_rule("ogda", {"lr": 0.2})
    whole = Walk(toy, rule).advance(30)
    first = Walk(toy, rule)
    first.advance(10)
    second = Walk(toy, rule, (0.0, 0.0))
    second.resume(first.numbers)
    np.testing.assert_array_equal(second.advance(20), whole[10:])
    second.restart(toy.start)
    np.testing.assert_array_equal(second.advance(30), whole)
    with pytest.raises(ValueError, match="4 numbers"):
        second.resume([1.0])


def test_a_walk_ends_where_numbers_do() -> None:
    walk = Walk(make_toy("bilinear"), make_rule("simultaneous", {"lr": 10.0}), (1, 1))
    path = walk.advance(10_000)
    assert walk.ended and len(path) < 400 and np.isfinite(path).all()
    assert len(walk.advance(5)) == 0
    assert walk.place == tuple(path[-1])


def test_overflow_inside_a_formula_ends_the_walk() -> None:
    """Where math raises, torch says infinite; either way the walk just ends."""
    walk = Walk(make_toy("forsaken"), make_rule("simultaneous", {"lr": 1.0}), (1e60, 1.0))
    walk.advance(10)
    assert walk.ended


@pytest.mark.bench
@pytest.mark.parametrize("game,number,rule,steps", [
    ("dirac", "", "alternating", 500), ("bilinear", "", "consensus", 500),
    ("dirac", "", "sga", 500), ("dirac", "", "extragradient", 500),
    ("xor", "", "simultaneous", 500), ("dirac", "r1_gamma", "alternating", 500),
    ("quadratic", "p", "sga", 500), ("dirac_wasserstein_gp", "lambda", "alternating", 500),
    # 64 nodes a step: some ten times dearer
    ("dirac_instance_noise", "", "alternating", 150),
    ("dirac_instance_noise", "sigma", "simultaneous", 200)])
def test_a_redraw_fits_a_frame(game: str, number: str, rule: str, steps: int) -> None:
    """Field on 30×30, path and eigenvalues while a slider of the rule or the game is dragged."""
    best: dict[str, float] = {}
    for i in range(15):
        toy = make_toy(game, {number: 0.5 + i * 1e-3} if number else {})
        x, y = lattice(toy.entry.view, 30, 30)
        made = make_rule(rule, {"lr": 0.01 + (0 if number else i * 1e-4)})
        marks = [time.perf_counter()]
        field_on_grid(toy, x, y)
        marks.append(time.perf_counter())
        Walk(toy, made).advance(steps)
        marks.append(time.perf_counter())
        update_eigenvalues(toy, made)
        marks.append(time.perf_counter())
        for name, a, b in zip(("field", "path", "eigenvalues"), marks, marks[1:], strict=False):
            best[name] = min(best.get(name, 1.0), b - a)
    whole = sum(best.values())
    shown = ", ".join(f"{k} {1e3 * v:.1f} ms" for k, v in best.items())
    print(f"\n{game} {number}, {rule}: {1e3 * whole:.1f} ms ({shown})")
    assert whole < 0.016


def test_points_at_zero_record_well() -> None:
    """Recording at the equilibrium must not fold what is zero there into a constant."""
    toy, rule = make_toy("dirac"), make_rule("consensus", {"lr": 0.2})
    walk = Walk(toy, rule, (0.0, 0.0))
    walk.resume((1.0, -1.0))
    state = rule.step(toy, rule.init(toy, point(1.0, -1.0)))
    np.testing.assert_allclose(walk.advance(1)[0], [float(t) for t in state.point.all],
                               rtol=1e-13)
