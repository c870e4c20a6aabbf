"""Eigenvalues of update maps and of a real game's field; verdicts."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ganstudio.game.rules.make import make_rule
from ganstudio.game.spectrum import (
    ordered,
    update_eigenvalues,
    update_jacobian,
)
from ganstudio.game.toys import FORSAKEN_SOLUTION, make_toy
from ganstudio.game.verdict import (
    CONVERGES,
    CYCLES,
    DIVERGES,
    GROWING,
    SETTLES,
    SHRINKING,
    Watched,
    confirmed,
    linear_verdict,
    verdict,
    watch,
)

from .conftest import Dense, tiny_gan


def test_update_jacobian_of_a_gan_is_the_dense_one() -> None:
    """Simultaneous: I + hJ; with momentum the block matrix on (w, w before)."""
    dense = Dense(tiny_gan())
    eye = torch.eye(17).double()
    rule = make_rule("simultaneous", {"lr": 0.1})
    found = update_jacobian(dense.game, rule, rule.init(dense.game, dense.at))
    torch.testing.assert_close(found, eye + 0.1 * dense.J, rtol=1e-9, atol=1e-12)
    rule = make_rule("momentum", {"lr": 0.1, "beta": 0.5})
    found = update_jacobian(dense.game, rule, rule.init(dense.game, dense.at))
    expected = torch.cat([torch.cat([1.5 * eye + 0.1 * dense.J, -0.5 * eye], 1),
                          torch.cat([eye, 0 * eye], 1)])
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)


def test_no_eigenvalues_where_there_is_no_derivative() -> None:
    for game, rule in (("dirac_wasserstein_gp", "simultaneous"), ("bilinear", "adam"),
                       ("bilinear", "rmsprop"), ("forsaken", "extragradient")):
        assert update_eigenvalues(make_toy(game), make_rule(rule, {"lr": 0.1})) is None
    smooth = make_toy("dirac_wasserstein_gp", {"target": 0.0})
    assert update_eigenvalues(smooth, make_rule("simultaneous", {"lr": 0.1})) is not None
    named = update_eigenvalues(make_toy("forsaken"), make_rule("simultaneous", {"lr": 0.01}),
                               FORSAKEN_SOLUTION)
    assert named is not None and len(named) == 2


def test_order_keeps_pairs_together() -> None:
    z = ordered(np.array([0.1, 1 - 2j, -3, 1 + 2j, 3]))
    np.testing.assert_array_equal(z, [3, -3, 1 + 2j, 1 - 2j, 0.1])


# ---- verdicts -------------------------------------------------------------------------------


def seen(early: float, late: float, last: float, ended: bool = False) -> Watched:
    return Watched(20_000, 1.0, early, late, last, ended)


@pytest.mark.parametrize("watched,eigenvalue,expected,agrees", [
    (seen(1e-9, 1e-12, 1e-13), 0.99, CONVERGES, True),
    (seen(1e-2, 1e-3, 1e-3), 0.9999, CONVERGES, True),
    (seen(5.0, 50.0, 60.0), 0.5, GROWING, False),
    (seen(1.0, 1.0, 1.0), 0.9, CYCLES, False),
    (seen(1.0, 1.0, 1.0), 1.01, CYCLES, False),
    (seen(1.0, 1.0, 1.0), 1.0, CYCLES, None),
    (seen(1.0, 1.1, 1.2), 1.00001, DIVERGES, True),
    (seen(1.0, 5e3, 1e4), None, DIVERGES, None),
    (seen(1.0, 2.0, 2.1), None, GROWING, None),
    (seen(1.0, 0.8, 0.8), 1.0, SHRINKING, None),
    (seen(1e-3, 1e-3, 1e-3), None, SETTLES, None),
    (seen(1.0, 1.0, 1e12, True), 1.2, DIVERGES, True),
])
def test_verdicts(watched: Watched, eigenvalue: float | None, expected: str,
                  agrees: bool | None) -> None:
    linear = None if eigenvalue is None else linear_verdict(np.array([eigenvalue + 0j]))
    assert verdict(watched, linear) == expected
    assert confirmed(expected, linear) is agrees


def test_how_fast() -> None:
    falls = linear_verdict(np.array([0.5j, -0.5j]))
    assert (falls.kind, falls.halving, falls.doubling) == ("converges", 1.0, None)
    assert falls.period == pytest.approx(4.0)
    assert "half the distance in 1 steps" in falls.sentence()
    grows = linear_verdict(np.array([2.0 + 0j, 0.1]))
    assert (grows.doubling, grows.period) == (1.0, None)
    assert "diverges" in grows.sentence()
    turns = linear_verdict(np.exp([1j, -1j]))
    assert turns.kind == "cycles" and turns.period == pytest.approx(2 * np.pi)
    assert "neither" in turns.sentence()
    assert linear_verdict(np.zeros(2, complex)).halving == 0.0


def test_watching_stops_when_it_is_plain() -> None:
    toy = make_toy("bilinear")
    lost = watch(toy, make_rule("simultaneous", {"lr": 1.0}), (1, 1))
    home = watch(toy, make_rule("consensus", {"lr": 0.2}), (1, 1))
    assert lost.ended and lost.steps < 20_000 and home.steps < 20_000
    there = watch(toy, make_rule("consensus", {"lr": 0.2}), (0, 0))
    assert verdict(there, None) == CONVERGES
