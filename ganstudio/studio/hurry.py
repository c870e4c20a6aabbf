"""When steps come faster than anybody reads, and drawing each would only hold training up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the window's skeleton is shown before these are read in
    from collections.abc import Iterable

    from ganstudio.session.messages import Event, Status

SLOW = 10
"""Steps a second below which each of them is shown."""


def hurried(status: Status) -> bool:
    """Whether training goes on, and not in slow motion."""
    return str(status.state) == "running" and status.steps_per_second >= SLOW


def eventful(events: Iterable[Event]) -> bool:
    """Whether more has happened than changes being taken up, which a dragged slider brings by the
    dozen: what else happens is worth being shown at once.
    """
    return any(event.kind != "tweaked" for event in events)
