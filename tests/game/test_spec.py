"""What a specification may be, the sentences that refuse it, and the command that runs it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from ganstudio.cli.dynamics import dynamics
from ganstudio.game.catalogue import GAMES, RULES
from ganstudio.game.rules.make import make_rule
from ganstudio.game.spec import SpecError, check_spec, read_json
from ganstudio.game.toys import make_toy

GOOD: dict[str, Any] = {"game": "dirac", "rule": "alternating", "rule_params": {"lr": 0.2},
                        "start": [1, -1], "n_steps": 5}


def test_defaults_are_filled_in() -> None:
    spec = check_spec(GOOD)
    assert spec.rule_params["k_d"] == 1 and spec.rule_params["order"] == "g_first"
    assert (spec.rule_params["lr_g"], spec.rule_params["lr_d"]) == (0.2, 0.2)
    assert spec.game_params == {"r1_gamma": 0.0}
    both = check_spec({**GOOD, "rule_params": {"lr": 0.2, "lr_d": 0.5}})
    assert (both.rule_params["lr_g"], both.rule_params["lr_d"]) == (0.2, 0.5)


@pytest.mark.parametrize("change,parts", [
    ({"game": "dirak"}, ["no game 'dirak'", "bilinear", "dirac_hinge", "xor"]),
    ({"game": 3}, ["no game 3", "bilinear"]),
    ({"rule": "sgd"}, ["no rule 'sgd'", "simultaneous", "lola_exact"]),
    ({"rule_params": {"lr": 0.2, "kd": 5}}, ["'alternating' has no parameter 'kd'", "k_g, k_d"]),
    ({"game_params": {"sigma": 1}}, ["'dirac' has no parameter 'sigma'", "r1_gamma"]),
    ({"game": "forsaken", "game_params": {"a": 1}}, ["takes none at all"]),
    ({"rule_params": {"lr": "fast"}}, ["rule_params.lr", "'fast'", "a number above 0"]),
    ({"rule_params": {"lr": True}}, ["rule_params.lr", "True"]),
    ({"rule_params": {"lr": float("nan")}}, ["nan", "a number"]),
    ({"rule_params": {"lr": -1}}, ["-1", "above 0 and at most 100"]),
    ({"rule_params": {"lr": 0.1, "k_d": 1.5}}, ["1.5", "a whole number"]),
    ({"rule_params": {"lr": 0.1, "order": "both"}}, ["'both'", "'g_first', 'd_first'"]),
    ({"rule_params": {}}, ["needs a step size", "lr_g and lr_d"]),
    ({"rule_params": {"lr_g": 0.1}}, ["needs a step size"]),
    ({"rule_params": [0.1]}, ["rule_params must be an object"]),
    ({"start": [1]}, ["start must be a list of two numbers"]),
    ({"start": [1, 2, 3]}, ["start must be"]),
    ({"start": [1, None]}, ["start must be"]),
    ({"start": [1, float("inf")]}, ["start must be"]),
    ({"start": "here"}, ["start must be", "'here'"]),
    ({"n_steps": -1}, ["n_steps", "between 0 and 1000000"]),
    ({"n_steps": 1_000_001}, ["n_steps"]),
    ({"n_steps": 1.5}, ["n_steps"]),
    ({"n_steps": True}, ["n_steps"]),
    ({"steps": 5}, ["no field 'steps'", "n_steps"]),
    ({"rule": "momentum", "rule_params": {"lr": 0.1, "beta": 1}}, ["below 1"]),
])
def test_refusals_are_one_sentence_that_says_what_is_known(change: dict[str, Any],
                                                           parts: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        check_spec({**GOOD, **change})
    text = str(caught.value)
    assert "\n" not in text and not text.endswith(".")
    for part in parts:
        assert part in text


def test_missing_names_are_listed() -> None:
    with pytest.raises(SpecError, match="game is missing; the games are bilinear"):
        check_spec({})
    with pytest.raises(SpecError, match="rule is missing; the rules are simultaneous"):
        check_spec({"game": "dirac"})
    for bad in ([], "x", None):
        with pytest.raises(SpecError, match="is an object"):
            check_spec(bad)


@pytest.mark.parametrize("text", ["{", "[1", "nonsense", "[]", "3", "[" * 100_000])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        read_json(text)


def test_every_name_in_the_catalogue_can_be_made() -> None:
    for name, entry in GAMES.items():
        assert make_toy(name).entry is entry and entry.title and entry.help and entry.source
    for name, entry in RULES.items():
        make_rule(name, {"lr": 0.1})
        assert entry.title and entry.help and entry.source and entry.cost
    for entry in (*GAMES.values(), *RULES.values()):
        for param in entry.params:
            assert param.help and param.title
            assert param.default is None or param.accepts(param.default)
    with pytest.raises(SpecError, match="no game"):
        make_toy("none")
    with pytest.raises(SpecError, match="no rule"):
        make_rule("none", {})


# ---- the command ----------------------------------------------------------------------------


def test_command_prints_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert dynamics(json.dumps(GOOD), as_json=True) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert err == ""
    assert {"iterates", "final", "eigenvalues", "spectral_radius", "verdict"} <= set(result)
    assert len(result["iterates"]) == 6 and result["iterates"][0] == [1, -1]
    assert result["final"] == result["iterates"][-1]


def test_command_reads_files_and_stdin(tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(GOOD))
    assert dynamics(str(path), as_json=True) == 0
    from_file = capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(GOOD)))
    assert dynamics("-", as_json=True) == 0
    assert capsys.readouterr().out == from_file


def test_command_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    escape = {"game": "dirac", "rule": "consensus", "rule_params": {"lr": 0.2, "gamma": 10},
              "start": [1, -1]}
    assert dynamics(json.dumps(escape), as_json=False) == 0
    out = capsys.readouterr().out
    assert "spectral radius: 0.509902" in out and "did not do what the eigenvalues say" in out
    wild = {"game": "bilinear", "rule": "simultaneous", "rule_params": {"lr": 50},
            "n_steps": 1000}
    assert dynamics(json.dumps(wild), as_json=False) == 0
    assert "left the finite numbers" in capsys.readouterr().out
    assert dynamics(json.dumps({**GOOD, "rule": "adam"}), as_json=False) == 0
    assert "eigenvalues: none" in capsys.readouterr().out


@pytest.mark.parametrize("given", ["{}", '{"game": "no"}', "{", "/no/such/file.json"])
def test_command_refuses_in_one_line(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dynamics(given, as_json=True) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1


def test_command_refuses_what_is_not_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]
                                          ) -> None:
    path = tmp_path / "spec.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert dynamics(str(path), as_json=False) == 2
    assert "UTF-8" in capsys.readouterr().err


def test_json_holds_no_infinities(capsys: pytest.CaptureFixture[str]) -> None:
    """A path that leaves the finite is cut short, and says where."""
    wild = {"game": "bilinear", "rule": "simultaneous", "rule_params": {"lr": 100},
            "n_steps": 2000}
    assert dynamics(json.dumps(wild), as_json=True) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["stopped_at"] == len(result["iterates"]) - 1 < 2000
    assert result["verdict"] == "diverges"
