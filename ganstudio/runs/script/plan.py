"""What a script has to tell: the recipe as it began, and what was changed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ganstudio.recipe import Recipe, leaves
from ganstudio.runs.retrace import Script


class ScriptError(ValueError):
    """A run that no short script can repeat: one sentence says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field that took another value when ``step`` steps were done."""

    step: int
    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Alone:
    """``count`` moves of one ``player`` ("d" or "g") after ``step`` steps."""

    step: int
    count: int
    player: str


@dataclass(frozen=True)
class Plan:
    """A run from its first step on.

    ``recipe`` is the one that it started from, ``shape`` that of one sample, ``device`` where it
    was trained. ``changes`` and ``alone`` stand in order of step.
    """

    recipe: Recipe
    shape: tuple[int, ...]
    device: str = "cpu"
    changes: tuple[Change, ...] = ()
    alone: tuple[Alone, ...] = field(default=())

    @cached_property
    def start(self) -> dict[str, Any]:
        """The recipe's leaves by path."""
        return leaves(self.recipe)

    def values(self, path: str) -> list[Any]:
        """Every value that the field ever has, the first one first; empty if there is no field."""
        if path not in self.start:
            return []
        row = [self.start[path], *(c.new for c in self.changes if c.path == path)]
        return list(dict.fromkeys(row))

    def ever(self, path: str) -> bool:
        """Whether the field is ever on: neither zero nor false."""
        return any(self.values(path))

    def always(self, path: str) -> bool:
        """Whether it is on from the first step to the last."""
        return all(self.values(path))

    def varies(self, path: str) -> bool:
        """Whether it changes on the way."""
        return len(self.values(path)) > 1

    @property
    def is_image(self) -> bool:
        """Whether samples are images."""
        return len(self.shape) == 3


def told(recipe: Recipe, done: Script) -> tuple[tuple[Change, ...], tuple[Alone, ...]]:
    """What was done to a run that began with ``recipe``, field by field."""
    now = leaves(recipe)
    changes = []
    for change in done.changes:
        for path, new in change.values.items():
            if path != "name":
                changes.append(Change(change.step, path, now.get(path), new))
                now[path] = new
    return tuple(changes), tuple(Alone(s.start, s.stop - s.start, s.only) for s in done.solos)
