"""Tweaks as labelled lines on the curves, and how their labels find room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ganstudio.session.messages import Event
from ganstudio.session.timeline_messages import Timeline
from ganstudio.studio.docks.timeline_lanes import marks_of

LANES = 3
"""Lines of labels at the top of the plot."""
APART = 8.0
"""Pixels from one marker's line to the next."""
MANY = 30
"""Lines from which on they are faint, so that the curves stand out."""
MOST_TOLD = 6
"""Changes that one line tells in full when hovered."""


MOST_MARKERS = 1_000


class Marker(NamedTuple):
    """Something that was changed at a step: in a few words, and in full.

    A thousand are made when a run opens: a tuple costs a third of a frozen class.
    """

    step: int
    label: str
    full: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A marker with the pixel of its line; ``lane`` is None where its label found no room."""

    marker: Marker
    x: float
    lane: int | None
    width: float


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "−")
    return str(value)


def marker_of(event: Event) -> Marker | None:
    """The marker of a ``tweaked`` or ``diagnosis`` event; None for others, and for data that make
    no sense.
    """
    if event.kind == "diagnosis":
        label = event.data.get("text")
        return (Marker(event.step, label, f"Step {event.step:,}: {event.text}")
                if isinstance(label, str) and label else None)
    if event.kind != "tweaked":
        return None
    changes = event.data.get("changes")
    lines: list[str] = []
    if isinstance(changes, Mapping):
        for path, pair in changes.items():
            if isinstance(pair, (list, tuple)) and len(pair) == 2:
                lines.append(f"{path}: {_written(pair[0])} → {_written(pair[1])}")
    label = event.data.get("label")
    if not isinstance(label, str) or not label:
        label = lines[0] if len(lines) == 1 else event.text or "changed"
    return Marker(event.step, label, "\n".join([f"Step {event.step:,}: {label}", *lines]))


def markers_of(timeline: Timeline, branch: str | None = None) -> list[Marker]:
    """The newest changes on a branch (None: the one in training) and its ancestors."""
    marks = [m for m in marks_of(timeline, timeline.branch if branch is None else branch)
             if m.kind == "tweak"]
    return [Marker(m.step, m.text, f"Step {m.step:,}: {m.text}") for m in marks[-MOST_MARKERS:]]


def apart(markers: Sequence[Marker], pixels: Sequence[float], gap: float = APART
          ) -> list[tuple[Marker, float]]:
    """Markers and their pixels, at most one to ``gap`` pixels: those that would cover each other
    are one marker, at the newest of them, that tells of all.
    """
    groups: dict[int, list[int]] = {}
    for k, x in enumerate(pixels):
        groups.setdefault(int(x // gap), []).append(k)
    return [(_together([markers[k] for k in group]), pixels[group[-1]])
            for group in groups.values()]


def _together(markers: Sequence[Marker]) -> Marker:
    if len(markers) == 1:
        return markers[0]
    more = [f"and {len(markers) - MOST_TOLD:,} more"] if len(markers) > MOST_TOLD else []
    told = [m.full for m in markers[::-1][:MOST_TOLD]]
    return Marker(markers[-1].step, markers[-1].label, "\n".join([*told, *more]))


def place(markers: Sequence[Marker], pixels: Sequence[float], widths: Sequence[float],
          right: float, lanes: int = LANES, gap: float = 6) -> list[Placed]:
    """Give each label a lane where it covers no other: the newest have first choice.

    ``pixels`` are the x of the lines, ``widths`` those of the labels; a label starts at its line
    and ends at its line where it would leave ``right``.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(lanes)]
    placed: list[Placed] = []
    for k in range(len(markers) - 1, -1, -1):
        left = label_left(pixels[k], widths[k], right)
        span = (left - gap, left + widths[k] + gap)
        lane = next((i for i, others in enumerate(taken)
                     if all(span[1] <= a or span[0] >= b for a, b in others)), None)
        if lane is not None:
            taken[lane].append((left, left + widths[k]))
        placed.append(Placed(markers[k], pixels[k], lane, widths[k]))
    return placed[::-1]


def label_left(x: float, width: float, right: float) -> float:
    """Where a label begins: right of its line, left of it near the right end."""
    return x + 3 if x + 3 + width <= right else x - 3 - width
