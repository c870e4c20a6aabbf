"""One branch's curves and what is marked in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ganstudio.recipe.game import Loss
from ganstudio.session.messages import Event, Viewed
from ganstudio.studio.docks.history import History
from ganstudio.studio.docks.losses_markers import MOST_MARKERS, Marker, marker_of
from ganstudio.training.frames import SCALARS, ScalarChunk

MOST_NEW = 1_000
"""Chunks that may wait to be sorted in …"""
MOST_ROWS = 10_000
"""… and rows: more in one go would hold the window up when they are drawn."""


@dataclass
class Strand:
    """``name`` is empty for the branch in training."""

    branch: str = ""
    name: str = ""
    markers: list[Marker] = field(default_factory=list)
    _history: History = field(default_factory=lambda: History(len(SCALARS)))
    _new: list[ScalarChunk] = field(default_factory=list)
    _rows: int = 0

    def take(self, chunks: Sequence[ScalarChunk]) -> None:
        """Take in rows; they are sorted in when they are asked for, many at once."""
        self._new += chunks
        self._rows += sum(len(chunk.steps) for chunk in chunks)
        if len(self._new) > MOST_NEW or self._rows > MOST_ROWS:
            self._sort_in()

    @property
    def history(self) -> History:
        """Every row so far."""
        if self._new:
            self._sort_in()
        return self._history

    def _sort_in(self) -> None:
        new, self._new, self._rows = self._new, [], 0
        self._history.extend(new)

    @property
    def last(self) -> int:
        """The newest step, 0 where there is none."""
        return int(self._new[-1].steps[-1]) if self._new else self._history.last or 0

    def mark(self, event: Event) -> dict[str, Any]:
        """Take in an event; returns those fields of the loss that it changes."""
        marker = marker_of(event)
        if marker is None:
            return {}
        self.markers = [*self.markers, marker][-MOST_MARKERS:]
        changes = event.data.get("changes")
        if not isinstance(changes, Mapping):
            return {}
        return {path.removeprefix("loss."): change[1] for path, change in changes.items()
                if path.startswith("loss.") and isinstance(change, (list, tuple))
                and len(change) == 2}


def changed(loss: Loss, changes: Mapping[str, Any]) -> Loss:
    """The loss with these fields changed, or as it is where that would be no loss."""
    if not changes:
        return loss
    try:
        return Loss.model_validate({**loss.model_dump(), **changes})
    except ValueError:
        return loss


def strand_of(viewed: Viewed) -> Strand:
    """Another branch, as it is looked at."""
    strand = Strand(viewed.branch, viewed.name)
    if viewed.past:
        strand.history.load(viewed.past)
    return strand
