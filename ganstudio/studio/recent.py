"""Runs on the disk, newest first: read without torch, and without trusting what is read."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ganstudio.runs.unfinished import how_it_stands
from ganstudio.studio.paths import runs_dir
from ganstudio.studio.settings import Settings

MOST = 8
MOST_BYTES = 1_000_000
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class RecentRun:
    """A run folder: what it is called, how far it is, and when it was last written."""

    path: Path
    name: str
    step: int
    when: float
    standing: str = ""
    """As ``runs.unfinished`` says; nothing for a run that was closed well."""


def read(path: Path) -> RecentRun | None:
    """What the folder says of itself, or None where it is no run."""
    mark = path / "run.json"
    try:
        if mark.stat().st_size > MOST_BYTES:
            return None
        about = json.loads(mark.read_text(encoding="utf-8"))
        name = str(about.get("name") or path.stem)
        said = branch_name(path)
        steps = [int(p.stem) for p in (path / "checkpoints").glob("*.safetensors")
                 if p.stem.isdigit()]
        # Saving renames files into these folders, so their times are those of the last save.
        places = [p for p in (mark, path / "checkpoints") if p.exists()]
        when = max(p.stat().st_mtime for p in places)
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    return RecentRun(path, f"{name}, {said}" if said else name, max(steps, default=0), when,
                     how_it_stands(path))


def root_of(path: Path) -> Path:
    """The run that a branch's folder belongs to; ``path`` itself where it is no branch."""
    inside = path.parent.name == "branches" and (path / "branch.json").is_file()
    return path.parent.parent if inside else path


def branch_name(path: Path) -> str:
    """What a branch is called; nothing where the folder is no branch, or a damaged one."""
    if root_of(path) == path:
        return ""
    mark = path / "branch.json"
    try:
        about = json.loads(mark.read_text(encoding="utf-8")
                           if mark.stat().st_size < MOST_BYTES else "0")
        return str(about.get("name", "") or path.name)[:LONGEST_NAME]
    except (OSError, ValueError, AttributeError, RecursionError):
        return ""


def recent_runs(settings: Settings, most: int = MOST) -> list[RecentRun]:
    """Those remembered and those found in the folder of runs."""
    known: list[object] = settings.get("recent", [])
    candidates = {Path(p).absolute() for p in known if isinstance(p, str)}
    with suppress(OSError):
        candidates.update(p.absolute() for p in runs_dir().glob("*.run"))
    found = [run for run in map(read, candidates) if run is not None]
    found.sort(key=lambda run: run.when, reverse=True)
    return found[:most]


def remember(settings: Settings, folder: Path) -> None:
    """Put a run at the head of the remembered ones."""
    path = str(folder.absolute())
    known: list[object] = settings.get("recent", [])
    settings.set("recent", [path, *(p for p in known if p != path)][:30])


def ago(when: float, now: float | None = None) -> str:
    """How long ago, in words."""
    seconds = max(0.0, (time.time() if now is None else now) - when)
    for size, name in ((86400 * 365, "year"), (86400 * 30, "month"), (86400 * 7, "week"),
                       (86400, "day"), (3600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"
