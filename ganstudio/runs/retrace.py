"""The journal as a script: what happened to a run at which step, so that it can be done again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WENT_BACK = ("nonfinite",)
"""Entries that tell of a return to an earlier step. The recipe stays as it was then."""


@dataclass(frozen=True, slots=True)
class Change:
    """After ``step`` steps these fields got these values."""

    step: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Solo:
    """The steps ``start`` + 1 to ``stop`` were moves of one player alone, ``d`` or ``g``."""

    start: int
    stop: int
    only: str


@dataclass(frozen=True, slots=True)
class Script:
    """What to do beside taking steps: changes in order, and steps of one player alone."""

    changes: tuple[Change, ...] = ()
    solos: tuple[Solo, ...] = ()

    def player(self, step: int) -> tuple[str, int | None]:
        """Who moves in the step after ``step`` ("" for both), and until which step that holds
        (None: for good).
        """
        ahead = [s.start for s in self.solos if s.start > step]
        for solo in self.solos:
            if solo.start <= step < solo.stop:
                return solo.only, solo.stop
        return "", min(ahead, default=None)

    def until(self, step: int, inclusive: bool = True) -> Script:
        """This up to ``step``; without its changes at ``step`` itself unless ``inclusive``."""
        return Script(
            tuple(c for c in self.changes if c.step < step or (inclusive and c.step == step)),
            tuple(Solo(s.start, min(s.stop, step), s.only) for s in self.solos if s.start < step))

    def joined(self, later: Script) -> Script:
        """This, then another."""
        return Script(self.changes + later.changes, self.solos + later.solos)


def script_of(entries: Iterable[Mapping[str, Any]], before: Script | None = None) -> Script:
    """The script that a journal tells; ``before``: that of the entries ahead of these.

    Where the run went back, because a loss was no longer a number or because it was cut short
    and taken up from an earlier state, what came after that step is left out. The first keeps
    the recipe of the moment, so changes since then count as made there; the second has lost them.
    """
    changes: list[Change] = list(before.changes) if before else []
    solos: list[Solo] = list(before.solos) if before else []
    for entry in entries:
        step, kind = entry["step"], entry.get("kind")
        if kind not in ("tweak", "move", *WENT_BACK):
            continue  # its step may be one that lies back
        count = _count(entry) if kind == "move" else 0
        if kind in WENT_BACK:
            changes = [Change(min(c.step, step), c.values) for c in changes]
        elif changes and changes[-1].step > step:
            changes = [c for c in changes if c.step <= step]
        first = step - count
        if solos and solos[-1].stop > first:
            solos = [Solo(s.start, min(s.stop, first), s.only) for s in solos
                     if s.start < first]
        values = _values(entry) if kind == "tweak" else {}
        if values:
            changes.append(Change(step, values))
        elif count and entry.get("only") in ("d", "g"):
            solos.append(Solo(first, step, str(entry["only"])))
    return Script(tuple(changes), tuple(solos))


def _count(entry: Mapping[str, Any]) -> int:
    count = entry.get("count", 1)
    return count if isinstance(count, int) and 0 < count <= entry["step"] else 0


def _values(entry: Mapping[str, Any]) -> dict[str, Any]:
    changes = entry.get("changes")
    if not isinstance(changes, Mapping):
        return {}
    return {path: pair[1] for path, pair in changes.items()
            if isinstance(pair, list | tuple) and len(pair) == 2}
