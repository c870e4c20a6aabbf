"""Edits of the recipe as steps that can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from PySide6.QtGui import QUndoCommand

from ganstudio.recipe import FieldSpec, Recipe, RecipeError, leaves, with_value

MOST_EDITS = 1_000
"""Steps that can be undone; the journal has them all."""

PLACES = {
    "data": "the data", "latent": "the latent noise", "generator": "the generator",
    "discriminator": "the discriminator", "optimizer_d": "D", "optimizer_g": "G",
    "machine": "the machine",
}


class Applies(Protocol):
    """Whoever can put a recipe into force."""

    def apply(self, recipe: Recipe, label: str) -> None:
        """Show the recipe, and send what of it is live to the run."""


def lowered(title: str) -> str:
    """A title inside a sentence: ``Learning rate`` → ``learning rate``, but ``EMA decay``."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def phrase(path: str, title: str) -> str:
    """How a field reads in a sentence, such as ``learning rate of D``."""
    place = PLACES.get(path.partition(".")[0])
    return f"{lowered(title)} of {place}" if place and "." in path else lowered(title)


def value_text(spec: FieldSpec | None, value: object) -> str:
    """A field's value for people: a choice by its name, a number short, a switch as on or off."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:.6g}"
    if spec is not None and spec.type == "choice":
        return dict(spec.choices).get(str(value), str(value))
    return f"{value:,}" if isinstance(value, int) else str(value)


class Edit(QUndoCommand):
    """From one recipe to another. Edits of one gesture (one drag of a slider) are one step."""

    def __init__(self, target: Applies, before: Recipe, after: Recipe, name: str, label: str,
                 gesture: int = 0) -> None:
        super().__init__(name)
        self.target = target
        self.before = before
        self.after = after
        self.label = label
        self.gesture = gesture

    def id(self) -> int:
        """Qt offers edits with one id for merging; −1 never merges."""
        return self.gesture if self.gesture > 0 else -1

    def redo(self) -> None:
        """Put the later recipe into force."""
        self.target.apply(self.after, self.label)

    def undo(self) -> None:
        """Put the earlier recipe into force."""
        self.target.apply(self.before, f"undo {self.text()}")

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take a later edit of the same gesture into this one."""
        if not isinstance(other, Edit) or other.gesture != self.gesture:
            return False
        self.after = other.after
        self.label = other.label
        return True


def value_at(recipe: Recipe, path: str) -> Any:
    """What the recipe has at a field's path."""
    head, _, tail = path.partition(".")
    owner = getattr(recipe, head)
    return getattr(owner, tail) if tail else owner


def filled_in(recipe: Recipe, filled: Mapping[str, tuple[Any, Any]]) -> Recipe:
    """The recipe with values that preparing a run settled, where it still has those of before."""
    known = leaves(recipe)
    for path, (before, after) in filled.items():
        if path in known and known[path] == before:
            recipe = with_if_allowed(recipe, path, after)
    return recipe


def with_if_allowed(recipe: Recipe, path: str, value: Any) -> Recipe:
    """The recipe with one value where that can be, else unchanged."""
    try:
        return with_value(recipe, path, value)
    except (RecipeError, AttributeError):
        return recipe
