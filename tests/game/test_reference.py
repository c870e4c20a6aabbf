"""Every computed case of the reference file, and its closed-form eigenvalues."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from ganstudio.game.dynamics import run_spec
from ganstudio.game.rules.make import make_rule
from ganstudio.game.spectrum import update_eigenvalues
from ganstudio.game.toys import make_toy

from .conftest import REFERENCE

CASES = {case["id"]: case for case in REFERENCE["cases"]}


def test_there_are_53_cases() -> None:
    assert len(CASES) == 53


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    case = CASES[name]
    result = run_spec(case)
    assert len(result["iterates"]) == case["n_steps"] + 1
    assert result["iterates"][0] == case["start"]
    for step, place in case["iterates"].items():
        np.testing.assert_allclose(result["iterates"][int(step)], place, rtol=1e-8, atol=1e-11,
                                   err_msg=f"step {step}")
    np.testing.assert_allclose(result["final"], case["final"], rtol=1e-8, atol=1e-11)
    path = np.array(result["iterates"])
    np.testing.assert_allclose(np.hypot(*path.T).max(), case["max_norm"], rtol=1e-8)
    np.testing.assert_allclose(path[1:].mean(0), case["mean_iterate"], rtol=1e-7, atol=1e-9)
    if case["eigenvalues"] is None:
        assert result["eigenvalues"] is None
    else:
        same_set(result["eigenvalues"], case["eigenvalues"], 1.5e-6)
        assert result["spectral_radius"] == pytest.approx(case["spectral_radius"], abs=1e-6)
    assert result["verdict"] == case["verdict"]


def same_set(found: list[list[float]], expected: list[list[float]], tolerance: float) -> None:
    """Both lists hold the same complex numbers, in whatever order."""
    left = [complex(*z) for z in expected]
    assert len(found) == len(left)
    for z in (complex(*z) for z in found):
        nearest = min(left, key=lambda other: abs(other - z))
        assert abs(nearest - z) <= tolerance, (z, left)
        left.remove(nearest)


RULES = {
    "simgd": ("simultaneous", {}), "altgd": ("alternating", {}), "conopt": ("consensus", {}),
    "past-EG": ("past_extragradient", {}), "EG": ("extragradient", {}),
    "sim heavy-ball": ("momentum", {}), "alt heavy-ball": ("momentum", {"alternating": True}),
    "lookahead": ("lookahead", {}), "lola_exact": ("lola_exact", {}), "CGD": ("competitive", {}),
    "unrolled": ("unrolled", {}),
}


def read_row(name: str) -> tuple[str, dict[str, Any], str, dict[str, Any]]:
    """Game and rule from a row's name, such as ``bilinear a=6 CGD h=0.2``."""
    numbers = {key: float(value) for key, value in re.findall(r"(\w+)=(-?[\d.]+)", name)}
    if "h=eta=" in name:
        numbers["h"] = numbers["eta"]
    rule, params = next(RULES[key] for key in RULES if f" {key} " in name)
    params = {**params, "lr": numbers["h"]}
    for given, ours in (("beta", "beta"), ("eta", "eta"), ("k", "k"), ("n_g", "k_g"),
                        ("n_d", "k_d")):
        if given in numbers:
            params[ours] = int(numbers[given]) if ours[0] == "k" else numbers[given]
    game = "bilinear" if name.startswith("bilinear") else "dirac"
    game_params = {"a": numbers["a"]} if "a" in numbers else {}
    if "instance noise" in name:
        # The row's value is √2, at which the two eigenvalues meet.
        sigma = 2 ** 0.5 if numbers["sigma"] == 1.41421 else numbers["sigma"]
        game, game_params = "dirac_instance_noise", {"sigma": sigma}
    if "R1" in name:
        game_params = {"r1_gamma": numbers["gamma"]}
    elif "gamma" in numbers:
        params["gamma"] = numbers["gamma"]
    return game, game_params, rule, params


@pytest.mark.parametrize("row", REFERENCE["eigenvalue_table"], ids=lambda row: row["name"])
def test_closed_form_eigenvalues(row: dict[str, Any]) -> None:
    game, game_params, rule, rule_params = read_row(row["name"])
    found = update_eigenvalues(make_toy(game, game_params), make_rule(rule, rule_params))
    assert found is not None
    same_set([[z.real, z.imag] for z in found], row["closed_form"], 2e-6)
    assert abs(found[0]) == pytest.approx(row["spectral_radius"], abs=2e-6)
