"""Runs that were left without being closed: killed, crashed, or cut off. Needs no torch."""

from __future__ import annotations

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
