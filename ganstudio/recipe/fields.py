"""Reading a recipe's fields one by one: for forms, flags, undo and diffs."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ganstudio.recipe.base import Part
from ganstudio.recipe.data import IMAGE_KINDS
from ganstudio.recipe.knob import Effect, Knob
from ganstudio.recipe.tree import Recipe


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One leaf of the recipe tree.

    ``type`` is ``bool``, ``int``, ``float``, ``choice``, ``text`` or ``points``. ``low`` and
    ``high`` are inclusive unless ``low_open`` or ``high_open`` says that the bound itself
    is refused; for text they bound its length. ``default`` is None where the field must be given.
    """

    path: str
    knob: Knob
    type: str
    default: Any
    choices: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    @property
    def live(self) -> bool:
        """Whether a change takes effect at the next step."""
        return self.knob.effect is Effect.LIVE

    def range_text(self) -> str:
        """The allowed values in words, such as ``above 0 and at most 10``."""
        if self.type == "choice":
            return "one of " + ", ".join(repr(value) for value, _ in self.choices)
        if self.type == "bool":
            return "true or false"
        parts = []
        if self.low is not None:
            parts.append(f"{'above' if self.low_open else 'at least'} {_number(self.low)}")
        if self.high is not None:
            parts.append(f"{'below' if self.high_open else 'at most'} {_number(self.high)}")
        bounds = " and ".join(parts)
        if self.type == "text":
            return f"text of {bounds} characters" if bounds else "text"
        noun = "a whole number" if self.type == "int" else "a number"
        return f"{noun} {bounds}".strip()


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the recipe with the leaves directly in it.

    ``kinds`` lists (value, title) of the alternatives where the part is one of several
    (a dataset, a network), else it is empty.
    """

    path: str
    title: str
    help: str
    fields: tuple[FieldSpec, ...]
    kinds: tuple[tuple[str, str], ...] = ()


SECTION_TITLES = {
    "data": "Data",
    "generator": "Generator",
    "discriminator": "Discriminator",
    "optimizer_d": "Optimizer of D",
    "optimizer_g": "Optimizer of G",
    "": "Run",
}


def _unwrap(annotation: Any) -> tuple[Any, list[Any]]:
    """Split ``Annotated[T, ...]`` into T and its metadata."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return inner, metadata
    return annotation, []


def part_types(annotation: Any) -> tuple[type[Part], ...]:
    """The part classes that a field's annotation admits; empty for a leaf."""
    inner, _ = _unwrap(annotation)
    if get_origin(inner) in (Union, types.UnionType):
        members = tuple(_unwrap(arg)[0] for arg in get_args(inner))
        return members if all(_is_part(m) for m in members) else ()
    return (inner,) if _is_part(inner) else ()


def _is_part(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _leaf(path: str, info: FieldInfo) -> FieldSpec | None:
    annotation, extra = _unwrap(info.annotation)
    metadata: list[Any] = [*info.metadata, *extra]
    knob = next((m for m in metadata if isinstance(m, Knob)), None)
    if knob is None or knob.only not in ("", path.partition(".")[0]):
        return None
    # Any: the marks' own types only promise that their bounds can be compared.
    low: Any = None
    high: Any = None
    low_open = high_open = False
    for mark in metadata:
        if isinstance(mark, annotated_types.Ge):
            low = mark.ge
        elif isinstance(mark, annotated_types.Gt):
            low, low_open = mark.gt, True
        elif isinstance(mark, annotated_types.Le):
            high = mark.le
        elif isinstance(mark, annotated_types.Lt):
            high, high_open = mark.lt, True
        elif isinstance(mark, annotated_types.MinLen):
            low = mark.min_length
        elif isinstance(mark, annotated_types.MaxLen):
            high = mark.max_length
    default = None if info.is_required() else info.default
    choices: tuple[tuple[str, str], ...] = ()
    if get_origin(annotation) is Literal:
        kind = "choice"
        names = dict(knob.choices)
        choices = tuple((str(v), names.get(str(v), str(v))) for v in get_args(annotation))
    elif annotation in (bool, int, float):
        kind = annotation.__name__
    else:
        kind = "text" if annotation is str else "points"
    return FieldSpec(path, knob, kind, default, choices, low, high, low_open, high_open)


def sections(recipe: Recipe) -> tuple[Section, ...]:
    """The recipe's parts in order, each with its visible leaves.

    The leaves that sit at the top of the tree come last, as the section ``""``.
    """
    return _sections(tuple(type(getattr(recipe, name)) for name in Recipe.model_fields))


@cache
def _sections(held: tuple[Any, ...]) -> tuple[Section, ...]:
    """Of a recipe whose fields hold values of these types: a form asks at every change."""
    found = []
    top = []
    for (name, info), part in zip(Recipe.model_fields.items(), held, strict=True):
        classes = part_types(info.annotation)
        if not classes:
            leaf = _leaf(name, info)
            if leaf is not None and not leaf.knob.hidden:
                top.append(leaf)
            continue
        kinds = tuple((c.model_fields["kind"].default, c.title) for c in classes
                      ) if len(classes) > 1 else ()
        help_text = (part.__doc__ or "").strip().splitlines()[0]
        title = SECTION_TITLES.get(name, part.title)
        found.append(Section(name, title, help_text, tuple(_visible(name, part)), kinds))
    found.append(Section("", SECTION_TITLES[""], "What holds for the whole run.", tuple(top)))
    return tuple(found)


def _visible(prefix: str, part: type[Part]) -> Iterator[FieldSpec]:
    for name, info in part.model_fields.items():
        leaf = _leaf(f"{prefix}.{name}", info)
        if leaf is not None and not leaf.knob.hidden:
            yield leaf


def find_field(recipe: Recipe, path: str) -> FieldSpec | None:
    """The leaf at ``path`` in this recipe (hidden ones too), or None."""
    head = path.partition(".")[0]
    if head not in Recipe.model_fields:
        return None
    held: Any = type(getattr(recipe, head))
    return _find(path, held)


@cache
def _find(path: str, held: Any) -> FieldSpec | None:
    head, _, tail = path.partition(".")
    if not tail:
        return _leaf(head, Recipe.model_fields[head])
    if not issubclass(held, Part) or tail not in held.model_fields:
        return None
    return _leaf(path, held.model_fields[tail])


def field_applies(recipe: Recipe, spec: FieldSpec) -> bool:
    """Whether the field means anything beside its siblings' present values, and these data."""
    if not is_needed(recipe, spec) or (spec.knob.points and recipe.data.kind in IMAGE_KINDS):
        return False
    if spec.knob.applies is None:
        return True
    sibling, values = spec.knob.applies
    return str(getattr(_owner(recipe, spec), sibling)) in values


def is_needed(recipe: Recipe, spec: FieldSpec) -> bool:
    """Whether the sibling number without which the field is idle is other than 0."""
    return not spec.knob.needs or bool(getattr(_owner(recipe, spec), spec.knob.needs))


def _owner(recipe: Recipe, spec: FieldSpec) -> Any:
    head, _, _ = spec.path.rpartition(".")
    return getattr(recipe, head) if head else recipe
