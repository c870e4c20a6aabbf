"""One branch's curves and what is marked in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ganstudio.session.messages import Event, Viewed
from ganstudio.studio.docks.history import History
from ganstudio.studio.docks.losses_markers import Marker, marker_of
from ganstudio.training.frames import SCALARS

MOST_MARKERS = 1_000


@dataclass
class Strand:
    """``name`` is empty for the branch in training."""

    branch: str = ""
    name: str = ""
    history: History = field(default_factory=lambda: History(len(SCALARS)))
    markers: list[Marker] = field(default_factory=list)

    def mark(self, event: Event) -> str:
        """Take in an event; returns the kind of loss that it brings, if any."""
        marker = marker_of(event)
        if marker is None:
            return ""
        self.markers = [*self.markers, marker][-MOST_MARKERS:]
        changes = event.data.get("changes")
        change = changes.get("loss.kind") if isinstance(changes, Mapping) else None
        return str(change[1]) if isinstance(change, (list, tuple)) and len(change) == 2 else ""


def strand_of(viewed: Viewed) -> Strand:
    """Another branch, as it is looked at."""
    strand = Strand(viewed.branch, viewed.name)
    if viewed.past:
        strand.history.load(viewed.past)
    return strand
