"""What a field of a recipe says about itself, beside its type and default.

The form in the window, the command line's ``--help`` and the refusal of a bad
value are all written from these, so a field is named and explained once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """When a change of a field takes effect in a run that already exists."""

    LIVE = "live"
    """At the next step; optimizer moments and weights are kept."""

    RESTART = "restart"
    """Only in a run started afresh: the change alters what is built."""


@dataclass(frozen=True, slots=True)
class Knob:
    """The description of one field.

    ``applies`` names a sibling field and the values of it for which this field
    matters at all (Adam's β₂ means nothing to plain SGD); elsewhere the form greys it.
    ``needs`` names a sibling number that must not be 0 for this field to matter (a penalty's
    interval beside its weight); elsewhere the form hides it.
    ``only`` names the one part to which the field belongs, of those that share a class (a
    generator's output unit); in the others it is no field at all. ``points``: images leave no
    choice here, and the form greys it beside them.
    ``choices`` gives each value of a choice its readable name.
    """

    title: str
    help: str
    source: str = ""
    unit: str = ""
    step: float | None = None
    log: bool = False
    effect: Effect = Effect.RESTART
    applies: tuple[str, tuple[str, ...]] | None = None
    needs: str = ""
    only: str = ""
    points: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    hidden: bool = False


LIVE = Effect.LIVE
RESTART = Effect.RESTART
