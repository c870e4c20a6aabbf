"""What may be asked of a session about its past, and what it tells of it. No torch, no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# ---- commands --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """Show the moment after ``step`` steps of a branch (None: the present one) in all frames.

    The nearest state that is kept shows at once; where ``exact``, the steps from there to
    ``step`` are then taken again, bit for bit. Training is not touched, and goes on if it runs.
    ``before`` leaves out the changes that were made at that very step.
    """

    step: int
    branch: str | None = None
    exact: bool = True
    before: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """Show the present again; a ``Fork`` that still waits for its moment is given up."""


@dataclass(frozen=True, slots=True)
class Fork:
    """Begin a new branch at a moment, with ``changes`` (path → value), and go over to it.

    What came after stays as the old branch. ``stay`` makes the new branch and goes on with the
    old one. Answered by ``forked`` or ``refused``; a session that runs goes on running. A run
    without a folder has no branches: it goes back, and what came after is gone.
    """

    step: int
    changes: Mapping[str, Any] = field(default_factory=dict)
    branch: str | None = None
    before: bool = False
    name: str = ""
    stay: bool = False


@dataclass(frozen=True, slots=True)
class Rewind:
    """Go on from ``step``: a ``Fork`` there without changes."""

    step: int


@dataclass(frozen=True, slots=True)
class Switch:
    """Go on with another branch where it was left."""

    branch: str


@dataclass(frozen=True, slots=True)
class LabelBranch:
    """Give a branch another name or colour (a number below ``branches.COLOURS``)."""

    branch: str
    name: str | None = None
    colour: int | None = None


@dataclass(frozen=True, slots=True)
class DeleteBranch:
    """Put a branch into the trash, where it stays until the session ends."""

    branch: str


@dataclass(frozen=True, slots=True)
class RestoreBranch:
    """Take a branch out of the trash again."""

    branch: str


@dataclass(frozen=True, slots=True)
class SetBudget:
    """Bytes that kept states may take, in memory and on the disk."""

    memory: int
    disk: int


TimelineCommand = (Look | Live | Fork | Rewind | Switch | LabelBranch | DeleteBranch
                   | RestoreBranch | SetBudget)


# ---- what comes back -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a step: ``kind`` is ``tweak`` or ``diagnosis``."""

    step: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class BranchInfo:
    """A branch: ``step`` is where it leaves ``parent``, ``tip`` the last step that is known.

    ``snapshots`` are the steps of which it keeps states, in order; ``marks`` what happened on it;
    both only from ``step`` on. ``path`` is its run folder, "" where there is none.
    """

    id: str
    parent: str
    step: int
    tip: int
    name: str
    colour: int
    path: str
    snapshots: tuple[int, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Looking:
    """Which past moment the frames show: ``step`` was asked for, ``shown`` is on screen.

    ``exact`` once ``shown`` is ``step``. ``forking`` while a fork waits for that.
    """

    branch: str
    step: int
    shown: int
    exact: bool
    forking: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """The past of a run. ``branch`` is the one that is trained; ``looking`` is None when live."""

    branch: str
    branches: tuple[BranchInfo, ...]
    looking: Looking | None
    memory_bytes: int
    disk_bytes: int
