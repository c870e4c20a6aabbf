"""The words between a window (or a script) and a running session. No torch, no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from ganstudio.session.timeline_messages import Timeline, TimelineCommand
from ganstudio.training.frames import Frame, RunInfo, ScalarChunk, ScalarPart, Want
from ganstudio.training.metrics_frames import MetricsFrame

# ---- commands: what may be asked of a session ----------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """Train on; stop by itself at step ``until`` if given."""

    until: int | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop after the step in hand."""


@dataclass(frozen=True, slots=True)
class Step:
    """One round, or one step of one player alone; the session is paused after it."""

    who: Literal["round", "d", "g"] = "round"


@dataclass(frozen=True, slots=True)
class Tweak:
    """Set fields of the recipe, together, at the next step. ``changes`` is path → value."""

    changes: Mapping[str, Any]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """Replace the set of things that are looked at. The keys come back on the frames."""

    wants: Mapping[str, Want]


@dataclass(frozen=True, slots=True)
class SetPace:
    """At most this many steps a second; None is flat out."""

    steps_per_second: float | None


Tier = Literal["auto", "eager"]
"""The fastest way that gives the eager step's numbers, or that step (see ``training.tiers``)."""


@dataclass(frozen=True, slots=True)
class UseTier:
    """How steps are computed from now on."""

    tier: Tier


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Save the whole state into the run folder now."""


@dataclass(frozen=True, slots=True)
class TrainD:
    """On a paused run: train D alone for ``steps`` at the present G, then pause.

    Answered by ``trained_d``. The steps are on approval until ``KeepD`` or ``RevertD``; to run,
    step or change a setting is to keep them, to stop the session is to take them back.
    """

    steps: int = 200


@dataclass(frozen=True, slots=True)
class KeepD:
    """Keep the steps of ``TrainD``; they are journaled as moves of D."""


@dataclass(frozen=True, slots=True)
class RevertD:
    """Take the steps of ``TrainD`` back: the state is exactly the one before."""


@dataclass(frozen=True, slots=True)
class Export:
    """Write a sample gallery, or another ``kind`` of ``runs.export.kinds.KINDS``, training
    going on. Answered by ``progress`` events.

    ``out`` is a file, or a folder for a gallery and a TensorBoard log. The numbers of rows and
    columns, the seed and ``extras`` matter to a gallery only: more files for it as (name, content,
    caption of a picture).
    """

    out: str
    rows: int = 8
    columns: int = 8
    seed: int = 0
    averaged: bool = True
    kind: str = "gallery"
    extras: tuple[tuple[str, bytes, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CancelExport:
    """Give up the export in hand; nothing half-written is left."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Save and end the thread."""


Command = (Run | Pause | Step | Tweak | Watch | SetPace | UseTier | Snapshot | TrainD | KeepD
           | RevertD | Export | CancelExport | TimelineCommand | Stop)


# ---- what comes back ------------------------------------------------------------------------


class State(StrEnum):
    """What a session is doing."""

    PREPARING = "preparing"
    """Torch is being imported, data read, networks built."""

    PAUSED = "paused"
    RUNNING = "running"
    FAILED = "failed"
    """The worker met an exception; the last good state is still there."""

    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for the log and for those who must react.

    ``kind``: ``ready``, ``running``, ``paused``, ``stepped``, ``tweaked``, ``refused``, ``saved``,
    ``nonfinite``, ``error``, ``note``, ``progress``, ``exported``, ``export_failed``,
    ``export_cancelled``, ``restored`` (the run went back to ``step``: later rows no longer hold),
    ``trained_d``, ``kept_d``, ``reverted_d``, ``diagnosis`` (a disease began or passed),
    ``unsaved`` (the disk refused; training goes on), ``free`` (a run that is only looked at could
    be trained here by now),
    ``forked`` and ``switched`` (unless it stays, the session is now at ``step`` of another
    branch: the whole history comes anew), ``branch_deleted``, ``branch_restored``.
    ``text`` is one sentence for the person; ``details`` a traceback or list to copy.
    ``data`` holds what a program needs: for ``tweaked`` {"changes": {path: [old, new]},
    "label": str, "paths": [path, …]} where ``paths`` lists all that was asked for; for ``refused``
    {"paths"}; for ``progress`` {"what", "done", "total"}; for ``exported`` {"path", "to"} and
    ``export_failed`` {"path"}; for ``nonfinite`` {"player", "failed_step"};
    for ``trained_d`` {"steps", "before": {loss: ‖∂L_G/∂θ‖}, "after": the same, "loss_d_before",
    "loss_d_after"} with the losses minimax, non_saturating and wasserstein; for ``kept_d``
    {"steps"}; for ``forked`` {"branch", "parent", "path", "parent_path", "stay"}; for
    ``switched`` {"branch", "path"}; for the other branch events {"branch", "name"}.
    """

    kind: str
    step: int
    text: str
    time: float
    details: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """The numbers of the status bar, as of the last time the worker had a moment."""

    state: State = State.PREPARING
    step: int = 0
    epoch: float = 0.0
    steps_per_second: float = 0.0
    device: str = ""
    memory_bytes: int = 0
    probe_share: float = 0.0
    """Share of the worker's time that looking took of late."""
    tier: str = ""
    """How rounds are computed: captured, graph or eager (see ``training.tiers``)."""
    tier_why: str = ""
    """Why not by a faster one."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """What was recorded of another branch, one of whose moments is looked at from now on.

    Without a name: the branch in training is looked at again. ``past`` is as in Update.
    """

    branch: str = ""
    name: str = ""
    past: tuple[ScalarPart, ...] = ()
    metrics: tuple[MetricsFrame, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """All that is new since the last poll.

    ``scalars`` lists every row since then, none lost. ``frames`` holds the newest frame of
    each watched key that changed. ``info`` comes once, when the run is ready, and so do
    ``metrics``: what was measured of a run before it was taken up. ``past`` is what the history
    was before the first of ``scalars``, from fine to coarse.
    """

    status: Status
    scalars: tuple[ScalarChunk, ...]
    frames: Mapping[str, Frame]
    events: tuple[Event, ...]
    info: RunInfo | None
    timeline: Timeline | None = None
    """The past, where something of it changed."""
    metrics: tuple[MetricsFrame, ...] = ()
    past: tuple[ScalarPart, ...] = ()
    viewed: Viewed | None = None
    """Whose curves and metrics are to be shown, where that changed."""
