"""The published facts about these games, as far as they can be computed."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.game.dirac import gauss_hermite
from ganstudio.game.dynamics import run_spec
from ganstudio.game.products import field
from ganstudio.game.rules.consensus import consensus_fields
from ganstudio.game.rules.make import make_rule
from ganstudio.game.spectrum import field_jacobian, update_eigenvalues
from ganstudio.game.toys import FORSAKEN_SOLUTION, make_toy, point
from ganstudio.game.verdict import CONVERGES, CYCLES, DIVERGES
from ganstudio.game.walk import simulate

from .conftest import REFERENCE

FACTS = REFERENCE["facts"]


def radius(game: str, rule: str, game_params: dict[str, float] | None = None,
           **rule_params: object) -> float:
    found = update_eigenvalues(make_toy(game, game_params or {}), make_rule(rule, rule_params))
    assert found is not None
    return float(abs(found[0]))


def verdict(game: str, rule: str, start: tuple[float, float] = (1, -1),
            game_params: dict[str, float] | None = None, **rule_params: object) -> str:
    result: str = run_spec({"game": game, "game_params": game_params or {}, "rule": rule,
                            "rule_params": rule_params, "start": list(start),
                            "n_steps": 1})["verdict"]
    return result


@settings(max_examples=15, deadline=None)
@given(h=st.floats(0.01, 2.0), x=st.floats(-3, 3), y=st.floats(-3, 3))
def test_simultaneous_spirals_out_by_the_same_factor_each_step(h: float, x: float, y: float
                                                               ) -> None:
    path = simulate(make_toy("bilinear"), make_rule("simultaneous", {"lr": h}), (x, y), 20)
    lengths = np.hypot(*path.T)
    np.testing.assert_allclose(lengths[1:], lengths[:-1] * math.sqrt(1 + h * h), rtol=1e-12,
                               atol=1e-300)


@settings(max_examples=15, deadline=None)
@given(h=st.floats(0.01, 1.95), x=st.floats(-3, 3), y=st.floats(-3, 3))
def test_alternating_stays_on_an_ellipse(h: float, x: float, y: float) -> None:
    path = simulate(make_toy("bilinear"), make_rule("alternating", {"lr": h}), (x, y), 300)
    kept = path[:, 0] ** 2 + path[:, 1] ** 2 - h * path[:, 0] * path[:, 1]
    np.testing.assert_allclose(kept, kept[0], rtol=1e-9, atol=1e-12)


def test_alternating_leaves_beyond_two() -> None:
    assert radius("bilinear", "alternating", lr=1.99) == pytest.approx(1, abs=1e-9)
    assert radius("bilinear", "alternating", lr=2.01) > 1.01
    assert radius("bilinear", "alternating", lr=0.89, k_d=5) == pytest.approx(1, abs=1e-9)
    assert radius("bilinear", "alternating", lr=0.90, k_d=5) > 1.1
    # At two exactly the map is defective: it stays put on one line, and drifts off any other.
    assert verdict("bilinear", "alternating", (1, 1), lr=2.0) == CYCLES
    path = simulate(make_toy("bilinear"), make_rule("alternating", {"lr": 2.0}), (1, 0), 100)
    growth = np.hypot(*path[[50, 100]].T)
    assert growth[1] / growth[0] == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize("rule", ["consensus", "extragradient", "past_extragradient", "ogda",
                                  "sga", "competitive", "implicit", "unrolled", "lookahead",
                                  "lola_foerster", "lola_exact"])
def test_the_remedies_come_in(rule: str) -> None:
    assert radius("bilinear", rule, lr=0.1) < 0.999
    assert verdict("bilinear", rule, (1, 1), lr=0.1) == CONVERGES


def test_thresholds_of_extragradient() -> None:
    assert radius("bilinear", "extragradient", lr=0.999) < 1 < radius(
        "bilinear", "extragradient", lr=1.001)
    best = radius("bilinear", "extragradient", lr=1 / math.sqrt(2))
    assert best == pytest.approx(math.sqrt(3) / 2, abs=1e-9)
    assert best < min(radius("bilinear", "extragradient", lr=h) for h in (0.69, 0.72))


@pytest.mark.parametrize("rule", ["ogda", "past_extragradient"])
def test_thresholds_of_optimism(rule: str) -> None:
    edge = 1 / math.sqrt(3)
    assert radius("bilinear", rule, lr=edge - 1e-3) < 1 < radius("bilinear", rule, lr=edge + 1e-3)
    # The eigenvalue is double at the best rate, and so known to the root of rounding only.
    assert radius("bilinear", rule, lr=0.5) == pytest.approx(1 / math.sqrt(2), abs=1e-6)


@given(a=st.floats(0.2, 5), gamma=st.floats(0.05, 5))
@settings(max_examples=10, deadline=None)
def test_thresholds_of_consensus(a: float, gamma: float) -> None:
    best = gamma / (1 + gamma ** 2 * a ** 2)
    game = {"a": a}
    at_best = radius("bilinear", "consensus", game, lr=best, gamma=gamma)
    assert at_best == pytest.approx(1 / math.sqrt(1 + (gamma * a) ** 2), abs=1e-9)
    assert radius("bilinear", "consensus", game, lr=2 * best * 0.99, gamma=gamma) < 1
    assert radius("bilinear", "consensus", game, lr=2 * best * 1.01, gamma=gamma) > 1


@pytest.mark.parametrize("beta", [-0.2, -0.5, -0.8])
def test_negative_momentum_helps_only_in_turn(beta: float) -> None:
    edge = 2 * (1 + beta)
    assert radius("bilinear", "momentum", lr=0.98 * edge, beta=beta, alternating=True) < 1
    assert radius("bilinear", "momentum", lr=1.02 * edge, beta=beta, alternating=True) > 1
    h = 0.01
    slow = radius("bilinear", "momentum", lr=h, beta=beta, alternating=True)
    assert slow - 1 == pytest.approx(beta * h * h / (1 - beta) ** 3, rel=0.01)


@pytest.mark.parametrize("beta", [-0.9, -0.5, 0.0, 0.5, 0.9])
def test_simultaneous_momentum_always_leaves(beta: float) -> None:
    h = 1e-4
    found = radius("bilinear", "momentum", lr=h, beta=beta)
    assert found - 1 == pytest.approx((1 + beta) * h * h / (2 * (1 - beta) ** 3), rel=0.02)
    assert radius("bilinear", "momentum", lr=0.3, beta=beta) > 1


@given(p=st.floats(0.05, 3), a=st.floats(0.1, 3), q=st.floats(0.05, 3))
@settings(max_examples=15, deadline=None)
def test_largest_step_of_any_field(p: float, a: float, q: float) -> None:
    """h < 2|Re λ|/|λ|² for every eigenvalue λ of J (Mescheder et al. 2017)."""
    toy = make_toy("quadratic", {"p": p, "a": a, "q": q})
    own = np.linalg.eigvals(field_jacobian(toy, point(0, 0)).numpy())
    edge = float(min(2 * abs(z.real) / abs(z) ** 2 for z in own))
    game = {"p": p, "a": a, "q": q}
    assert radius("quadratic", "simultaneous", game, lr=0.99 * edge) < 1
    assert radius("quadratic", "simultaneous", game, lr=1.01 * edge) > 1


# ---- the Dirac-GAN (Mescheder, Geiger & Nowozin 2018) ---------------------------------------


@pytest.mark.parametrize("rule,k_d", [("simultaneous", 1), ("alternating", 1)])
def test_dirac_without_help_does_not_converge(rule: str, k_d: int) -> None:
    assert radius("dirac", rule, lr=0.2) >= 1 - 1e-9
    assert verdict("dirac", rule, lr=0.2) != CONVERGES
    assert verdict("dirac_non_saturating", rule, lr=0.2) != CONVERGES


@pytest.mark.parametrize("rule", ["simultaneous", "alternating"])
def test_dirac_wgan_does_not_converge(rule: str) -> None:
    assert verdict("bilinear_clipped", rule, (1, 1), {"c": 1.0}, lr=0.2) == CYCLES
    assert verdict("dirac_wasserstein", rule, (1, -1), {"clip": 1.0}, lr=0.2) == CYCLES
    penalty = {"lambda": 0.7, "target": 1.0}
    assert verdict("dirac_wasserstein_gp", rule, (1, -1), penalty, lr=0.2) == CYCLES


def test_dirac_wasserstein_is_bilinear_when_left_free() -> None:
    """Up to ψ's sign, which is that of what D calls positive."""
    free = simulate(make_toy("dirac_wasserstein"), make_rule("simultaneous", {"lr": 0.1}),
                    (1, -1), 50)
    plain = simulate(make_toy("bilinear"), make_rule("simultaneous", {"lr": 0.1}), (1, 1), 50)
    np.testing.assert_allclose(free * [1, -1], plain, rtol=1e-12)


@pytest.mark.parametrize("game,params,rule,more", [
    ("dirac_instance_noise", {"sigma": 0.7}, "simultaneous", {}),
    ("dirac_instance_noise", {"sigma": 0.7}, "alternating", {}),
    ("dirac", {"r1_gamma": 0.3}, "simultaneous", {}),
    ("dirac", {"r1_gamma": 0.3}, "alternating", {}),
    ("dirac_hinge", {"r1_gamma": 0.3}, "simultaneous", {}),
    ("dirac_least_squares", {"r1_gamma": 0.3}, "simultaneous", {}),
    ("dirac", {}, "consensus", {"gamma": 1.0}),
    ("dirac_non_saturating", {}, "consensus", {"gamma": 1.0}),
])
def test_dirac_with_help_converges(game: str, params: dict[str, float], rule: str,
                                   more: dict[str, float]) -> None:
    assert radius(game, rule, params, lr=0.1, **more) < 1
    assert verdict(game, rule, game_params=params, lr=0.1, **more) == CONVERGES


def test_r1_largest_step() -> None:
    """Below γ = 2f′(0) the step must stay under γ/f′(0)² = 4γ."""
    for gamma in (0.1, 0.3, 0.9):
        game = {"r1_gamma": gamma}
        assert radius("dirac", "simultaneous", game, lr=0.99 * 4 * gamma) < 1
        assert radius("dirac", "simultaneous", game, lr=1.01 * 4 * gamma) > 1


def test_strong_consensus_escapes_and_weak_returns() -> None:
    """Published from (1, 1) in the mirrored convention, which is (1, −1) here."""
    strong = run_spec({"game": "dirac", "rule": "consensus", "start": [1, -1], "n_steps": 5000,
                       "rule_params": {"lr": 0.2, "gamma": 10}})
    assert strong["spectral_radius"] < 0.6
    assert strong["final_distance"] > 5
    assert strong["verdict"] not in (CONVERGES, CYCLES)
    assert strong["confirmed"] is False
    assert verdict("dirac", "consensus", lr=0.2, gamma=1.0) == CONVERGES
    assert verdict("dirac", "consensus", (0.1, -0.1), lr=0.2, gamma=10.0) == CONVERGES


def test_where_consensus_turns_outward() -> None:
    """On the diagonal the conservative field points home only up to s = .85955."""
    toy, edge = make_toy("dirac"), FACTS["dirac_conopt_diagonal_sign_change_s"]

    def outward(s: float) -> float:
        _, conservative = consensus_fields(toy, point(s, -s))
        return float(conservative.theta[0] - conservative.psi[0])

    assert outward(edge - 1e-6) < 0 < outward(edge + 1e-6)


@pytest.mark.parametrize("h", FACTS["ns_dirac_simgd_limit_cycle_radius_min_mean_max"])
def test_limit_cycle_of_the_non_saturating_game(h: str) -> None:
    path = simulate(make_toy("dirac_non_saturating"),
                    make_rule("simultaneous", {"lr": float(h)}), (1, -1), 30_000)
    lengths = np.hypot(*path[-10_000:].T)
    expected = FACTS["ns_dirac_simgd_limit_cycle_radius_min_mean_max"][h]
    np.testing.assert_allclose([lengths.min(), lengths.mean(), lengths.max()], expected, atol=2e-5)


# ---- other games ----------------------------------------------------------------------------


def test_pennies_circle_round_fifty_fifty_within_the_square() -> None:
    path = simulate(make_toy("matching_pennies"), make_rule("simultaneous", {"lr": 0.05}),
                    (0.7, 0.6), 500)
    assert path.min() >= 0 and path.max() <= 1
    assert radius("matching_pennies", "simultaneous", lr=0.05) == pytest.approx(
        math.hypot(1, 0.05 * 4))
    v = field(make_toy("matching_pennies"), point(0.5, 0.5))
    assert float(v.dot(v)) == 0
    assert verdict("matching_pennies", "extragradient", (0.7, 0.6), lr=0.05) == CONVERGES


def test_forsaken_solution_is_at_rest_and_forsaken() -> None:
    v = field(make_toy("forsaken"), point(*FORSAKEN_SOLUTION))
    assert float(v.dot(v)) < 1e-18
    assert verdict("forsaken", "extragradient", (0.5, 0.5), lr=0.01) == CYCLES


def test_descent_on_xor_ends_at_a_solution_from_either_side() -> None:
    for start, twin in (((0.45, 0.8), 0.0), ((0.55, 0.8), 1.0)):
        toy, rule = make_toy("xor"), make_rule("simultaneous", {"lr": 0.05})
        path = simulate(toy, rule, start, 4000)
        assert path[-1] == pytest.approx((twin, 0.0), abs=1e-3)
        loss = [float(toy.each_g(*(t for t in (*point(x, y).theta, *point(x, y).psi))))
                for x, y in path[::50]]
        assert all(b <= a + 1e-15 for a, b in itertools.pairwise(loss))


def test_slow_growth_is_divergence_where_the_eigenvalues_say_so() -> None:
    assert verdict("bilinear", "simultaneous", (1, 1), lr=0.002) == DIVERGES


@pytest.mark.parametrize("count,left", [(64, 40), (32, 28)])
def test_nodes_that_are_left_out_weigh_less_than_rounding(count: int, left: int) -> None:
    """Against the whole rule, on a loss that grows as fast as any here does."""
    nodes, weights = gauss_hermite(count)
    all_nodes, all_weights = np.polynomial.hermite_e.hermegauss(count)
    all_weights = all_weights / all_weights.sum()
    out = ~np.isin(all_nodes, nodes.numpy())
    assert len(nodes) == left and (all_weights[out] * (1 + np.abs(all_nodes[out]))).sum() < 2e-15
    for slope in (0.3, 2.0, -7.0):
        whole = (np.logaddexp(0, slope * all_nodes) * all_weights).sum()
        ours = (np.logaddexp(0, slope * nodes.numpy()) * weights.numpy()).sum()
        assert abs(whole - ours) < 1e-14 * (1 + abs(slope))
