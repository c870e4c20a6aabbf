"""The tree of branches as lanes, one below the other: which stands where, in which colour."""

from __future__ import annotations

from dataclasses import dataclass

from ganstudio.session.timeline_messages import BranchInfo, Mark, Timeline
from ganstudio.studio.theme import Theme

HUES = (
    ("blue", "#0b5cad", "#4aa3e8"), ("purple", "#7a3e9d", "#c79be0"),
    ("green", "#1a7f4b", "#5cc48b"), ("pink", "#b8326f", "#f08bb8"),
    ("olive", "#7a6a00", "#cdbb4a"), ("teal", "#007a87", "#4cc3cf"),
    ("brown", "#8a4b2a", "#d39a78"), ("grey", "#565d66", "#a4abb5"),
)
"""Name, and the hue on a light and on a dark ground, of each number that a branch may have."""


def hue(colour: int, theme: Theme) -> str:
    """The hue of a branch's number."""
    return HUES[colour % len(HUES)][2 if theme.dark else 1]


@dataclass(frozen=True, slots=True)
class Lane:
    """A branch in row ``row``; it leaves the lane ``parent`` (None for the main line).

    ``now`` is the last step on it that belongs to the branch in training (-1: none does).
    """

    info: BranchInfo
    row: int
    parent: int | None
    now: int


def lanes_of(timeline: Timeline) -> tuple[Lane, ...]:
    """Parents before children, each child below its parent's earlier-born ones."""
    infos = {b.id: b for b in timeline.branches}
    order: list[str] = []

    def grow(branch: str) -> None:
        order.append(branch)
        for child in timeline.branches:
            if child.id and child.parent == branch and child.id not in order:
                grow(child.id)

    if "" in infos:
        grow("")
    now = _belongs(timeline, infos)
    rows = {branch: row for row, branch in enumerate(order)}
    return tuple(Lane(infos[b], row, rows[infos[b].parent] if b else None, now.get(b, -1))
                 for b, row in rows.items())


def _belongs(timeline: Timeline, infos: dict[str, BranchInfo]) -> dict[str, int]:
    """Up to which step each branch is part of the one in training."""
    found: dict[str, int] = {}
    branch, until = timeline.branch, None
    while branch in infos and branch not in found:
        info = infos[branch]
        found[branch] = info.tip if until is None else until
        until = info.step if until is None else min(until, info.step)
        branch = info.parent
    return found


def lineage(timeline: Timeline, branch: str) -> tuple[tuple[BranchInfo, int], ...]:
    """The branch and its ancestors, from the main line on, each with its last step that counts."""
    infos = {b.id: b for b in timeline.branches}
    until = _belongs(Timeline(branch, timeline.branches, None, 0, 0), infos)
    return tuple((infos[b], last) for b, last in reversed(until.items()))


def snapshots_of(timeline: Timeline, branch: str) -> list[int]:
    """Every step of a branch's past of which a state is kept, its beginning from the seed too."""
    return sorted({0, *(s for info, last in lineage(timeline, branch)
                        for s in info.snapshots if s <= last)})


def marks_of(timeline: Timeline, branch: str) -> list[Mark]:
    """The marks of a branch's past, in order of step."""
    return sorted((m for info, last in lineage(timeline, branch)
                   for m in info.marks if m.step <= last), key=lambda m: m.step)


def last_tweak(timeline: Timeline, branch: str, step: int) -> Mark | None:
    """The last change of a branch's past that is not later than ``step``."""
    found: Mark | None = None
    for info, last in lineage(timeline, branch):
        for mark in info.marks:
            if mark.kind == "tweak" and mark.step <= min(last, step) and (
                    found is None or mark.step >= found.step):
                found = mark
    return found
