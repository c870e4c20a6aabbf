"""Many recipes from one: a few fields, several values each, every combination."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from ganstudio.recipe.change import RecipeError, with_value, with_values
from ganstudio.recipe.fields import FieldSpec, find_field
from ganstudio.recipe.tree import Recipe

MOST = 1000
"""Runs of one sweep: more is a slip of the pen."""
HOW = ("write it as field=a,b,c or field=low..high/count, for example batch=64,128 or "
       "optimizer_d.lr=1e-4..1e-2/5")


@dataclass(frozen=True, slots=True)
class Axis:
    """A field and the values that it is to take."""

    path: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One run of a sweep: its recipe, and the values that tell it from the others."""

    recipe: Recipe
    values: Mapping[str, Any]


def parse_axis(recipe: Recipe, text: str) -> Axis:
    """``field=a,b,c`` or ``field=low..high/count`` as typed.

    Raises:
        RecipeError: it is not written so, or the recipe has no such field.
    """
    path, equals, values = text.partition("=")
    path = path.strip()
    if not equals or not path:
        raise RecipeError(f"{text!r} is no sweep: {HOW}")
    return Axis(path, parse_values(recipe, path, values))


def parse_values(recipe: Recipe, path: str, text: str) -> tuple[Any, ...]:
    """The values of a list ``a,b,c`` or a range ``low..high/count``, each once, in order.

    A range holds both ends; its steps are equal ratios where the field's slider is logarithmic
    and both ends are above 0, else equal differences, and whole for a whole number.

    Raises:
        RecipeError: the text cannot be read so.
    """
    spec = find_field(recipe, path)
    values = _range(spec, path, text) if ".." in text and "/" in text and _numeric(spec) else [
        _value(spec, word) for word in _words(text)]
    if not values:
        raise RecipeError(f"{path} has no values: {HOW}")
    if len(values) > MOST:
        raise RecipeError(f"{path} has {len(values):,} values; a sweep takes at most {MOST:,} runs")
    found: list[Any] = []
    for value in values:
        if not any(value == other and type(value) is type(other) for other in found):
            found.append(value)
    return tuple(found)


def _numeric(spec: FieldSpec | None) -> bool:
    return spec is not None and spec.type in ("int", "float")


def _words(text: str) -> list[str]:
    """Split at commas, but not within brackets or quotes."""
    words, word, depth, quoted = [], "", 0, False
    for letter in text:
        quoted ^= letter == '"'
        if not quoted:
            depth += (letter in "[{") - (letter in "]}")
        if letter == "," and depth <= 0 and not quoted:
            words.append(word)
            word = ""
        else:
            word += letter
    return [w.strip() for w in [*words, word] if w.strip()]


def _value(spec: FieldSpec | None, word: str) -> Any:
    if spec is not None and spec.type in ("text", "choice") and not word.startswith('"'):
        return word
    try:
        return json.loads(word)
    except (ValueError, RecursionError):
        return word


def _range(spec: FieldSpec | None, path: str, text: str) -> list[Any]:
    assert spec is not None
    ends, _, number = text.partition("/")
    low_text, _, high_text = ends.partition("..")
    try:
        low, high, count = float(low_text), float(high_text), int(number)
    except ValueError:
        raise RecipeError(f"{path}={text} is no range: {HOW}") from None
    if not (math.isfinite(low) and math.isfinite(high)) or not 2 <= count <= MOST:
        raise RecipeError(f"{path}={text} is no range: it needs two finite ends and from 2 to "
                          f"{MOST:,} values")
    shares = [k / (count - 1) for k in range(count)]
    if spec.knob.log and low > 0 and high > 0:
        values = [low * (high / low) ** s for s in shares]
    else:
        values = [low + (high - low) * s for s in shares]
    values[-1] = high
    return [round(v) for v in values] if spec.type == "int" else [float(f"{v:.6g}") for v in values]


def combinations(recipe: Recipe, axes: Sequence[Axis]) -> list[Point]:
    """Every combination, the last axis changing fastest; each is validated.

    Raises:
        RecipeError: a value or a combination that cannot be, a field named twice, or too many.
    """
    paths = [axis.path for axis in axes]
    twice = next((p for p in paths if paths.count(p) > 1), None)
    if twice is not None:
        raise RecipeError(f"{twice} is swept twice; name all of its values at once")
    count = math.prod(len(axis.values) for axis in axes)
    if count > MOST:
        raise RecipeError(f"the sweep has {count:,} runs; at most {MOST:,} are taken")
    return [_point(recipe, dict(zip(paths, values, strict=True)))
            for values in product(*(axis.values for axis in axes))]


def _point(recipe: Recipe, values: dict[str, Any]) -> Point:
    made = recipe
    rest = {}
    for path, value in values.items():
        if path.endswith(".kind") or find_field(recipe, path) is None:
            made = with_value(made, path, value)  # which also says what is no field
        else:
            rest[path] = value
    made = with_values(made, rest)
    if values:
        name = f"{recipe.name} {said(values)}"
        made = with_value(made, "name", name[:200])
    return Point(made, values)


def said(values: Mapping[str, Any]) -> str:
    """What tells a run from the others, in a few words."""
    return ", ".join(f"{path}={shown(value)}" for path, value in values.items())


def shown(value: Any) -> str:
    """A value as short text."""
    return f"{value:g}" if isinstance(value, float) else str(value)
