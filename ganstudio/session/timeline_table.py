"""What is told of each branch, read anew only where it may have changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ganstudio.runs import branches
from ganstudio.runs.branches import Branch
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.journal import Tail
from ganstudio.runs.snapshots import MARK_KINDS, Snapshots
from ganstudio.session.conductor import Conductor
from ganstudio.session.timeline_messages import BranchInfo, Mark

MOST_MARKS = 2_000


class BranchTable:
    """The branches of a run as the window sees them."""

    def __init__(self) -> None:
        self._infos: dict[str, BranchInfo] = {}
        self._marks: dict[Path, _Marks] = {}
        self._fresh = False

    def forget(self) -> None:
        """Something was written: read everything again when it is asked for."""
        self._fresh = False

    def find(self, branch: str) -> BranchInfo | None:
        """One branch."""
        return self._infos.get(branch)

    def infos(self) -> tuple[BranchInfo, ...]:
        """All branches."""
        return tuple(self._infos.values())

    def marks(self, branch: str) -> tuple[Mark, ...]:
        """What happened on one branch."""
        info = self._infos.get(branch)
        return info.marks if info else ()

    def refresh(self, conductor: Conductor, memory: Snapshots) -> None:
        """Bring everything up to date; kept states and the tip of the branch in training always."""
        if conductor.folder is None:
            marks = marks_of(conductor.journal)
            self._infos = {"": BranchInfo("", "", 0, conductor.step, "main", 0, "",
                                          tuple(memory.steps("")), marks)}
            return
        here = branches.id_of(conductor.folder.path)
        root = branches.root_of(conductor.folder.path)
        if not self._fresh:
            self._infos = {b.id: self._info(b) for b in branches.branches(root)}
            self._fresh = True
        for branch, info in self._infos.items():
            steps = {*_saved(Path(info.path)), *memory.steps(branch)}
            self._infos[branch] = replace(
                info, tip=conductor.step if branch == here else info.tip,
                snapshots=tuple(sorted(s for s in steps if s >= info.step)))

    def disk_bytes(self) -> int:
        """Bytes that the checkpoints of all branches take."""
        return sum(size(RunFolder(Path(i.path))) for i in self._infos.values() if i.path)

    def _info(self, branch: Branch) -> BranchInfo:
        steps = [s for s in _saved(branch.path) if s >= branch.step]
        marks = self._marks.setdefault(branch.path, _Marks(branch.path)).all()
        tip = max([branch.step, *steps])
        return BranchInfo(branch.id, branch.parent, branch.step, tip, branch.name, branch.colour,
                          str(branch.path), tuple(steps), marks)


class _Marks:
    """The marks of a branch. Only what its journal has gained is read: a tweak must cost the same
    after ten thousand others.
    """

    def __init__(self, folder: Path) -> None:
        self._tail = Tail(RunFolder(folder).journal)
        self._newest: tuple[Mark, ...] = ()

    def all(self) -> tuple[Mark, ...]:
        """The newest ``MOST_MARKS``."""
        new = self._tail.new(MARK_KINDS, MOST_MARKS)
        self._newest = (*self._newest, *marks_of(new))[-MOST_MARKS:]
        return self._newest


def size(folder: RunFolder) -> int:
    """Bytes that a branch's checkpoints take."""
    total = 0
    for path in folder.checkpoint_files():
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total


def _saved(path: Path) -> list[int]:
    return [int(p.stem) for p in RunFolder(path).checkpoint_files()]


def marks_of(entries: list[dict[str, Any]]) -> tuple[Mark, ...]:
    """The tweaks and diagnoses of a journal, the newest ``MOST_MARKS``."""
    found = [Mark(e["step"], e["kind"], _text(e)) for e in entries
             if e.get("kind") in MARK_KINDS and e["step"] >= 0]
    return tuple(found[-MOST_MARKS:])


def _text(entry: Mapping[str, Any]) -> str:
    if entry["kind"] == "diagnosis":
        return str(entry.get("text") or entry.get("disease") or "diagnosis")
    label = entry.get("label")
    if isinstance(label, str) and label:
        return label
    changes = entry.get("changes")
    lines = [f"{path}: {pair[0]} → {pair[1]}" for path, pair in changes.items()
             if isinstance(pair, list | tuple) and len(pair) == 2] \
        if isinstance(changes, Mapping) else []
    return ", ".join(lines) or "changed"
