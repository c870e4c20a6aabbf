"""The runs and branches that can be set side by side, listed without torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ganstudio.studio.recent import RecentRun, branch_name, read, recent_runs, root_of
from ganstudio.studio.settings import Settings

MOST_RUNS = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A run or a branch, and what it is called in a list."""

    path: Path
    title: str


def choices(settings: Settings) -> list[Choice]:
    """Recent runs, newest first, each followed by its branches."""
    found = []
    recent = recent_runs(settings, MOST_RUNS)
    known = {run.path: run for run in recent}
    for root in dict.fromkeys(root_of(run.path) for run in recent):
        run = known.get(root) or read(root)
        if run is not None:
            found.append(Choice(run.path, _title(run)))
            found += branches_of(run.path, run.name)
    return found


def choice_of(path: Path) -> Choice:
    """A run or a branch that is chosen by its folder."""
    run = read(path)
    return Choice(path, path.stem if run is None else run.name if branch_name(path)
                  else _title(run))


def branches_of(run: Path, name: str) -> list[Choice]:
    """The branches of a run that say their name; others are left out."""
    found = []
    for mark in sorted(run.glob("branches/*/branch.json")):
        said = branch_name(mark.parent)
        if said:
            found.append(Choice(mark.parent, f"  ↳ {name}, {said}"))
    return found


def told_apart(named: list[tuple[Path, str]]) -> list[str]:
    """The names of runs, with their folders where two would be called the same."""
    for label in (lambda p: root_of(p).stem, lambda p: p.stem):
        names = [name for _, name in named]
        named = [(p, f"{name} ({label(p)})" if names.count(name) > 1 else name)
                 for p, name in named]
    return [name for _, name in named]


def _title(run: RecentRun) -> str:
    return f"{run.name} · step {run.step:,} · {run.path.stem}"
