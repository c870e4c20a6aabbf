"""Runs that were left without being closed: killed, crashed, or cut off. Needs no torch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ganstudio.runs.lock import standing

LEFT = "stopped without closing"
OPEN = "open elsewhere"


def how_it_stands(folder: Path) -> str:
    """``LEFT``, ``OPEN``, or nothing for a run that was closed well."""
    found = standing(folder)
    if found.open_in is not None:
        return OPEN
    return LEFT if found.left_by is not None else ""


def unfinished(folders: Iterable[Path]) -> list[Path]:
    """Those of the folders whose runs can be gone on with after a crash, in their order."""
    return [folder for folder in folders if how_it_stands(folder) == LEFT]
