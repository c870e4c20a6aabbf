"""A toy game's specification: parsed, checked, and refused in one sentence. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ganstudio.game.catalogue import GAMES, RULES, Entry, Value

MAX_STEPS = 1_000_000
KEYS = ("game", "game_params", "rule", "rule_params", "start", "n_steps")
_RESULTS = frozenset(("id", "iterates", "final", "final_norm", "mean_iterate", "max_norm",
                      "eigenvalues", "spectral_radius", "verdict"))
"""What a reference case says of its outcome; let through, and not read."""


class SpecError(ValueError):
    """A specification that cannot be run: the message is one sentence for the person."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A checked specification; every parameter is there, ``lr`` resolved to ``lr_g``, ``lr_d``."""

    game: str
    game_params: Mapping[str, Value]
    rule: str
    rule_params: Mapping[str, Value]
    start: tuple[float, float]
    n_steps: int


def _listed(names: Mapping[str, Entry]) -> str:
    return ", ".join(names)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _entry(what: str, document: Mapping[str, object], table: Mapping[str, Entry]) -> Entry:
    if what not in document:
        raise SpecError(f"{what} is missing; the {what}s are {_listed(table)}")
    value = document[what]
    if not isinstance(value, str) or value not in table:
        raise SpecError(f"there is no {what} {_shown(value)}; the {what}s are {_listed(table)}")
    return table[value]


def check_params(what: str, entry: Entry, given: object) -> dict[str, Value]:
    """The parameters of ``entry`` with defaults filled in.

    ``what`` is ``game`` or ``rule``, for the sentence. Step sizes come back as ``lr_g`` and
    ``lr_d`` alone.

    Raises:
        SpecError: an unknown name, a bad type or a value out of range.
    """
    if not isinstance(given, Mapping):
        raise SpecError(f"{what}_params must be an object of named parameters, "
                        f"not {_shown(given)}")
    values: dict[str, Value] = {}
    for name, value in given.items():
        param = entry.param(str(name))
        if param is None:
            known = ", ".join(p.name for p in entry.params) or "none at all"
            raise SpecError(f"the {what} {entry.name!r} has no parameter {_shown(name)}; "
                            f"it takes {known}")
        if not param.accepts(value):
            raise SpecError(f"{what}_params.{name}: {_shown(value)} is not allowed; "
                            f"it must be {param.range_text()}")
        if param.kind == "int":
            value = int(value)
        values[param.name] = float(value) if param.kind == "float" else value
    _resolve_rates(entry, values)
    for param in entry.params:
        if param.default is not None:
            values.setdefault(param.name, param.default)
    return values


def _resolve_rates(entry: Entry, values: dict[str, Value]) -> None:
    """Replace ``lr`` by ``lr_g`` and ``lr_d``, each of which overrides it where given."""
    if entry.param("lr") is None:
        return
    common = values.pop("lr", None)
    for name in ("lr_g", "lr_d"):
        if name not in values:
            if common is None:
                raise SpecError(f"the rule {entry.name!r} needs a step size: give lr, "
                                "or both lr_g and lr_d")
            values[name] = common


def _check_start(value: object) -> tuple[float, float]:
    numbers = value if isinstance(value, list | tuple) else ()
    good = len(numbers) == 2 and all(
        isinstance(x, int | float) and not isinstance(x, bool) and abs(x) <= 1e6 for x in numbers)
    if not good:
        raise SpecError("start must be a list of two numbers [θ, ψ], each between −1e6 and 1e6, "
                        f"not {_shown(value)}")
    return float(numbers[0]), float(numbers[1])


def check_spec(document: object) -> Spec:
    """A specification from plain data (parsed JSON). A reference case, with its id and the results
    expected of it, is a specification too; any other key is refused.

    Raises:
        SpecError: with what was wrong, and the known names or the allowed range.
    """
    if not isinstance(document, Mapping):
        raise SpecError("a specification is an object with "
                        f"{', '.join(KEYS)}, not {_shown(document)}")
    for key in document:
        if key not in KEYS and key not in _RESULTS:
            raise SpecError(f"a specification has no field {_shown(key)}; it takes "
                            f"{', '.join(KEYS)}")
    game = _entry("game", document, GAMES)
    rule = _entry("rule", document, RULES)
    steps: Any = document.get("n_steps", 100)
    if isinstance(steps, bool) or not isinstance(steps, int) or not 0 <= steps <= MAX_STEPS:
        raise SpecError(f"n_steps must be a whole number between 0 and {MAX_STEPS}, "
                        f"not {_shown(steps)}")
    return Spec(game.name, check_params("game", game, document.get("game_params", {})),
                rule.name, check_params("rule", rule, document.get("rule_params", {})),
                _check_start(document.get("start", list(game.start))), steps)


def read_json(text: str) -> dict[str, Any]:
    """The JSON object in ``text``, not yet checked as a specification.

    Raises:
        SpecError: it is not JSON, or no object.
    """
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(
            error, json.JSONDecodeError) else ""
        raise SpecError(f"the specification is not valid JSON{where}") from None
    if not isinstance(document, dict):
        raise SpecError(f"a specification is an object with {', '.join(KEYS)}, "
                        f"not {_shown(document)}")
    return document
