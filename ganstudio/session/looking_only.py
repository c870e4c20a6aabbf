"""A run that is open to be looked at: nothing in its folder changes."""

from __future__ import annotations

import os
from pathlib import Path

from ganstudio.runs.errors import RunNotWritableError
from ganstudio.runs.lock import standing
from ganstudio.session.messages import CancelExport, Command, Export, Pause, Tweak, UseTier
from ganstudio.session.timeline_messages import Live, Look, SetBudget

REFUSAL = ("This run is open to be looked at only, so nothing in it can be changed; its past can "
           "be scrubbed through, and it can be exported")
HARMLESS = (Look, Live, Pause, Export, CancelExport, UseTier)
"""What may be asked of such a run, beside watching it."""


def may_write(folder: Path) -> bool:
    """Whether a run could be opened to be trained: nobody holds it, and its place takes writing."""
    return standing(folder).open_in is None and os.access(folder, os.W_OK)


def why_only(folder: Path) -> str:
    """Why a run can only be looked at, for the end of a sentence."""
    holder = standing(folder).open_in
    return f"it is open in {holder}" if holder is not None else "its folder cannot be written"


def refusal(command: Command) -> str:
    """Why a command cannot be obeyed; empty where it can."""
    return "" if isinstance(command, HARMLESS) else REFUSAL


def silent(command: Command) -> bool:
    """Whether nobody needs to hear that it was not done: the window sends it by itself."""
    return isinstance(command, SetBudget)


def paths_of(command: Command) -> dict[str, list[str]]:
    """The fields that a refused change was about, so that the form can take them back."""
    return {"paths": list(command.changes)} if isinstance(command, Tweak) else {}


def offer(error: Exception, folder: Path | None) -> dict[str, str]:
    """What an event about a run that could not be opened says more: that it can be looked at."""
    lookable = isinstance(error, RunNotWritableError) and folder is not None
    return {"lookable": str(folder)} if lookable else {}
