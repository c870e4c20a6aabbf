"""The runs and branches that can be set side by side, listed without torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ganstudio.studio.recent import recent_runs
from ganstudio.studio.settings import Settings

MOST_RUNS = 20
MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Choice:
    """A run or a branch, and what it is called in a list."""

    path: Path
    title: str


def choices(settings: Settings) -> list[Choice]:
    """Recent runs, newest first, each followed by its branches."""
    found = []
    for run in recent_runs(settings, MOST_RUNS):
        found.append(Choice(run.path, f"{run.name} · step {run.step:,} · {run.path.stem}"))
        found += branches_of(run.path, run.name)
    return found


def branches_of(run: Path, name: str) -> list[Choice]:
    """The branches of a run that say their name; others are left out."""
    found = []
    for mark in sorted(run.glob("branches/*/branch.json")):
        try:
            about = json.loads(mark.read_text(encoding="utf-8")
                               if mark.stat().st_size < MOST_BYTES else "0")
            said = str(about.get("name", "") or mark.parent.name)[:80]
        except (OSError, ValueError, AttributeError, RecursionError):
            continue
        found.append(Choice(mark.parent, f"  ↳ {name}, {said}"))
    return found
