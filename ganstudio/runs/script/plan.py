"""What a script has to tell: the recipe as it began, and what was changed on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ganstudio.recipe import Recipe, leaves


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


def read_journal(entries: Iterable[Mapping[str, Any]], end: int | None = None,
                 ) -> tuple[tuple[Change, ...], tuple[Alone, ...]]:
    """The changes of the recipe and the lone moves that a journal tells of, up to step ``end``.

    A run that fell back after a bad loss kept its settings: what was changed after the
    step that it fell back to holds from that step on.
    """
    changes: list[Change] = []
    alone: list[Alone] = []
    for entry in entries:
        step, kind = int(entry["step"]), entry.get("kind")
        if kind == "tweak":
            for path, pair in dict(entry.get("changes", {})).items():
                changes.append(Change(step, str(path), pair[0], pair[1]))
        elif kind == "move":
            count = int(entry["count"])
            alone.append(Alone(step - count, count, str(entry["only"])))
        elif kind == "nonfinite":
            changes = [Change(min(c.step, step), c.path, c.old, c.new) for c in changes]
            alone = [_cut(a, step) for a in alone if a.step < step]
    if end is not None:
        changes = [c for c in changes if c.step < end]
        alone = [a for a in alone if a.step < end]
    return tuple(c for c in changes if c.path != "name"), tuple(alone)


def _cut(alone: Alone, step: int) -> Alone:
    return Alone(alone.step, min(alone.count, step - alone.step), alone.player)
