"""Changing a recipe: every change is validated, and says in one sentence what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from typing import Any

from pydantic import ValidationError

from ganstudio.recipe.base import Part
from ganstudio.recipe.fields import find_field, part_types, sections
from ganstudio.recipe.knob import Effect
from ganstudio.recipe.tree import Recipe


class RecipeError(ValueError):
    """A recipe or a change of one that cannot be: the message is one sentence for the person."""


def explain(error: ValidationError, recipe: Recipe | None = None) -> str:
    """One sentence for the first thing that pydantic found wrong."""
    first = error.errors()[0]
    # A discriminated union puts the chosen kind into the location; people don't name it.
    location = [str(p) for p in first["loc"]]
    if len(location) > 1 and location[0] in ("data", "generator", "discriminator"):
        del location[1]
    path = ".".join(location)
    spec = find_field(recipe or Recipe(), path)
    value = first.get("input")
    if first["type"] == "extra_forbidden":
        return f"{path} is not a field of a recipe"
    if first["type"] == "missing":
        return f"{path} is missing"
    if first["type"] in _NOT_A_PART:
        shown = _shown(value)
        return f"{path}: {shown} is not allowed; it must be an object of named fields"
    if first["type"] == "union_tag_not_found":
        return f"{path}.kind is missing; use one of {', '.join(_kinds(path))}"
    if first["type"] == "union_tag_invalid":
        given = value.get("kind") if isinstance(value, dict) else value
        return (f"{path}.kind: {_shown(given)} is not known; "
                f"use one of {', '.join(_kinds(path))}")
    if spec is not None and spec.type != "points":
        return f"{path}: {_shown(value)} is not allowed; it must be {spec.range_text()}"
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"{path}: {message}" if path else message


_NOT_A_PART = ("model_type", "model_attributes_type", "dict_type")


def _kinds(head: str) -> list[str]:
    return [c.model_fields["kind"].default
            for c in part_types(Recipe.model_fields[head].annotation)]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def build(document: Any) -> Recipe:
    """A recipe from plain data (parsed JSON).

    Raises:
        RecipeError: with field, value and allowed range.
    """
    if not isinstance(document, dict):
        raise RecipeError("a recipe is an object of named fields, "
                          f"not {type(document).__name__}")
    try:
        return Recipe.model_validate(document)
    except ValidationError as error:
        raise RecipeError(explain(error, _skeleton(document))) from None


def _skeleton(document: dict[str, Any]) -> Recipe:
    """A valid recipe with the same kinds, so that errors can name the right ranges."""
    chosen = {}
    for head in ("data", "generator", "discriminator"):
        part = document.get(head)
        kind = part.get("kind") if isinstance(part, dict) else None
        if kind is not None:
            chosen[head] = {"kind": kind, **({"path": "-"} if kind in ("points", "images") else {})}
    try:
        return Recipe.model_validate(chosen)
    except ValidationError:
        return Recipe()


def with_value(recipe: Recipe, path: str, value: Any) -> Recipe:
    """The recipe with one leaf changed, validated whole.

    Changing a part's ``kind`` keeps those of its other fields that the new kind also has.

    Raises:
        RecipeError: unknown path, or a value out of range.
    """
    document = recipe.model_dump(mode="json")
    head, _, tail = path.partition(".")
    if find_field(recipe, path) is None and not (tail == "kind" and _has_kinds(head)):
        raise RecipeError(f"{path} is not a field of this recipe; it has {_known(recipe, head)}")
    if not tail:
        document[head] = value
    elif tail == "kind" and find_field(recipe, path) is None:
        document[head] = _other_kind(head, document[head], value)
    else:
        document[head][tail] = value
    return _sharing(recipe, build(document))


def _sharing(old: Recipe, new: Recipe) -> Recipe:
    """``new`` with the parts that did not change taken from ``old``: thousands of edits share them.
    """
    kept = {name: getattr(old, name) for name in Recipe.model_fields
            if getattr(old, name) == getattr(new, name)}
    return new.model_copy(update=kept)


def with_values(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """The recipe with several leaves changed at once, validated when all are in place.

    Raises:
        RecipeError: unknown path, or a value out of range.
    """
    document = recipe.model_dump(mode="json")
    for path, value in changes.items():
        if find_field(recipe, path) is None:
            raise RecipeError(f"{path} is not a field of this recipe")
        head, _, tail = path.partition(".")
        if tail:
            document[head][tail] = value
        else:
            document[head] = value
    return build(document)


def _has_kinds(head: str) -> bool:
    """Whether the part is one of several kinds, so that its kind can be chosen."""
    field = Recipe.model_fields.get(head)
    return field is not None and len(part_types(field.annotation)) > 1


def _other_kind(head: str, old: dict[str, Any], kind: Any) -> dict[str, Any]:
    for candidate in part_types(Recipe.model_fields[head].annotation):
        if candidate.model_fields["kind"].default == kind:
            shared = {k: v for k, v in old.items() if k in candidate.model_fields and k != "kind"}
            # A value that the new kind would refuse (maxout in a DCGAN) falls back to its default.
            for name in list(shared):
                try:
                    candidate.model_validate({**_required(candidate, old), name: shared[name]})
                except ValidationError:
                    del shared[name]
            return {**_required(candidate, old), **shared, "kind": kind}
    return {"kind": kind}


def _required(part: type[Part], old: dict[str, Any]) -> dict[str, Any]:
    return {name: old.get(name, "-") for name, info in part.model_fields.items()
            if info.is_required()}


def _known(recipe: Recipe, head: str) -> str:
    for section in sections(recipe):
        if section.path and section.path == head:
            return ", ".join(f.path for f in section.fields)
    parts = [s.path + ".…" for s in sections(recipe) if s.path]
    return ", ".join([*parts, "batch", "seed", "name"])


def parse_assignment(text: str) -> tuple[str, Any]:
    """``field.path=value`` from a command line; the value is JSON where it can be, else text.

    Raises:
        RecipeError: no ``=`` in it.
    """
    path, equals, raw = text.partition("=")
    if not equals or not path:
        raise RecipeError(f"--set {text}: write it as field.path=value, for example batch=128")
    try:
        return path.strip(), json.loads(raw)
    except (ValueError, RecursionError):
        # Not JSON, or a number of thousands of digits, which the field then refuses as text.
        return path.strip(), raw


def leaves(recipe: Recipe, parts: Set[str] | None = None) -> dict[str, Any]:
    """Every leaf (or those of some ``parts``) by its dotted path, as plain data."""
    flat: dict[str, Any] = {}
    chosen = None if parts is None else set(parts)
    for name, value in recipe.model_dump(mode="json", include=chosen).items():
        if isinstance(value, dict):
            flat.update({f"{name}.{key}": leaf for key, leaf in value.items()})
        else:
            flat[name] = value
    return flat


def differences(old: Recipe, new: Recipe) -> dict[str, tuple[Any, Any]]:
    """The leaves that differ, as path: (old, new); None stands for a leaf that is not there."""
    parts = {name for name in Recipe.model_fields if getattr(old, name) != getattr(new, name)}
    if not parts:
        return {}
    before, after = leaves(old, parts), leaves(new, parts)
    return {path: (before.get(path), after.get(path))
            for path in {**before, **after} if before.get(path) != after.get(path)}


def needs_restart(old: Recipe, new: Recipe) -> tuple[str, ...]:
    """The changed paths that a running trainer cannot take up."""
    blocked = []
    for path in differences(old, new):
        spec = find_field(new, path) or find_field(old, path)
        if path == "name":
            continue
        if spec is None or spec.knob.effect is Effect.RESTART:
            blocked.append(path)
    return tuple(blocked)
