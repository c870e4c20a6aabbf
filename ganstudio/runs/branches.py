"""The branches of a run: each a run folder of its own, inside the run that it grew from.

    RUN/                        the main line, branch ""
    RUN/branches/main.json      its name and colour, where they were changed
    RUN/branches/ID/            a branch; ID is a few letters and digits
    RUN/branches/ID/branch.json parent, step, name, colour
    RUN/branches/.trash/ID/     deleted, and restored by undo until the run is closed

A branch holds only what came after ``step``. What came before is its ancestors', of which nothing
is ever rewritten. Its first checkpoint is the state at ``step``, so it can be gone on with alone.
"""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganstudio.recipe import Recipe
from ganstudio.runs.atomic import fresh_folder, write_text
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import MARK, RunFolder, is_run_folder
from ganstudio.runs.retrace import Script
from ganstudio.runs.scripts import Scripts
from ganstudio.training.trainer import State

FORMAT = 1
MAIN = ""
HOME = "branches"
TRASH = ".trash"
COLOURS = 8
"""Colours are numbers; the window gives each a hue that suits its theme."""
LONGEST_NAME = 80
MOST_BYTES = 100_000
_ID = re.compile(r"[a-z0-9]{1,16}")


@dataclass(frozen=True, slots=True)
class Branch:
    """``step`` is where it leaves ``parent`` (0 and "" for the main line); ``before`` says that
    the parent's changes at that very step are not its own. ``entries`` is how many lines the
    parent's journal had then (None: not known): what it took back later is this one's still.
    """

    id: str
    path: Path
    parent: str
    step: int
    name: str
    colour: int
    before: bool = False
    entries: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a branch's past: what ``folder`` holds up to step ``until`` (None: all of it),
    the changes at that step included unless ``before``, by what the first ``entries`` lines of
    its journal say (None: all).
    """

    id: str
    folder: Path
    until: int | None
    before: bool = False
    entries: int | None = None


def root_of(path: Path) -> Path:
    """The run folder that holds the branches: ``path`` itself unless it is a branch."""
    path = path.absolute()
    if path.parent.name == HOME and (path / "branch.json").is_file() \
            and is_run_folder(path.parent.parent):
        return path.parent.parent
    return path


def id_of(path: Path) -> str:
    """The branch that a run folder is."""
    path = path.absolute()
    return MAIN if root_of(path) == path else path.name


def path_of(root: Path, branch: str) -> Path:
    """The folder of a branch.

    Raises:
        RunError: no such name can be a branch's.
    """
    if branch == MAIN:
        return root
    if not _ID.fullmatch(branch):
        raise RunError(f"{branch!r} is not the name of a branch's folder")
    return root / HOME / branch


def read_branch(root: Path, branch: str) -> Branch:
    """What is written of one branch.

    Raises:
        RunError: there is none of that name, or it is damaged.
    """
    path = path_of(root, branch)
    if not is_run_folder(path):
        raise RunError(f"there is no branch {branch!r} in {root}")
    if branch == MAIN:
        label = _read(root / HOME / "main.json") if (root / HOME / "main.json").exists() else {}
        return Branch(MAIN, root, MAIN, 0, *_label(label, "main", 0))
    about = _read(path / "branch.json")
    parent, step = about.get("parent"), about.get("step")
    if not isinstance(parent, str) or (parent and not _ID.fullmatch(parent)) \
            or parent == branch or isinstance(step, bool) or not isinstance(step, int) or step < 0:
        raise RunError(f"{path / 'branch.json'} is damaged: it does not say where the branch "
                       "leaves which other")
    if about.get("format") != FORMAT:
        raise RunError(f"{path} was written by a newer GAN Studio (branch format "
                       f"{about.get('format')}; this one reads up to {FORMAT})")
    lines = about.get("entries")
    known = isinstance(lines, int) and not isinstance(lines, bool) and lines > 0
    return Branch(branch, path, parent, step, *_label(about, f"from {step:,}", 1),
                  before=about.get("before") is True, entries=lines if known else None)


def branches(root: Path) -> list[Branch]:
    """The main line and every readable branch, in the order in which they were made."""
    found = [read_branch(root, MAIN)]
    with_time = []
    for path in _folders(root / HOME):
        try:
            made = read_branch(root, path.name)
            with_time.append((str(_read(path / "branch.json").get("created", "")), made.id, made))
        except (RunError, OSError):
            continue
    found += [made for *_, made in sorted(with_time, key=lambda each: each[:2])]
    known = {b.id for b in found}
    return [b for b in found if b.parent in known]


def _folders(home: Path) -> Iterator[Path]:
    if home.is_dir():
        yield from (p for p in home.iterdir() if _ID.fullmatch(p.name) and p.is_dir())


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("it is too large")
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise RunError(f"{path} is damaged: it is not readable JSON") from None
    if not isinstance(about, dict):
        raise RunError(f"{path} is damaged: it is not an object")
    return about


def _label(about: Mapping[str, Any], name: str, colour: int) -> tuple[str, int]:
    said, hue = about.get("name"), about.get("colour")
    if isinstance(said, str) and said.strip():
        name = said.strip()[:LONGEST_NAME]
    if isinstance(hue, int) and not isinstance(hue, bool) and 0 <= hue < COLOURS:
        colour = hue
    return name, colour


# ---- growing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fork:
    """Where a branch begins: the state that it starts from, and ``changes`` (path → (old, new))
    that led from the recipe ``old`` of its parent there to its own; ``before`` as in Branch.
    """

    parent: str
    state: State
    old: Recipe
    recipe: Recipe
    changes: Mapping[str, tuple[Any, Any]]
    before: bool = False

    @property
    def step(self) -> int:
        """Steps done where it begins."""
        return int(self.state.values["step"])


def create(root: Path, fork: Fork, name: str = "") -> Branch:
    """Make a new branch; it is there whole or not at all, and nothing else is touched.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    there = branches(root)
    colours = [b.colour for b in there]
    colour = min(range(1, COLOURS), key=colours.count)
    while is_run_folder(path := root / HOME / uuid.uuid4().hex[:8]):
        pass
    label = name.strip()[:LONGEST_NAME] or _free_name(fork.step, {b.name for b in there})
    made = Branch(path.name, path, fork.parent, fork.step, label, colour, fork.before,
                  RunFolder(path_of(root, fork.parent)).journal.lines)
    with fresh_folder(path) as building:
        folder = RunFolder.create(building, fork.old)
        folder.journal.append("forked", fork.step, parent=fork.parent)
        if fork.changes:
            folder.journal.append("tweak", fork.step, label="",
                                  changes={k: list(v) for k, v in fork.changes.items()})
        folder.save(fork.state, fork.recipe)
        _write(made, building / "branch.json")
    return made


def _free_name(step: int, taken: set[str]) -> str:
    name, number = f"from {step:,}", 2
    while name in taken:
        name, number = f"from {step:,} ({number})", number + 1
    return name


def _write(branch: Branch, path: Path) -> None:
    created = _read(path).get("created") if path.exists() else datetime.now(UTC).isoformat()
    about = {"format": FORMAT, "parent": branch.parent, "step": branch.step,
             "before": branch.before, "entries": branch.entries, "name": branch.name,
             "colour": branch.colour, "created": created}
    write_text(path, json.dumps(about, indent=2, ensure_ascii=False) + "\n")


def relabel(root: Path, branch: str, name: str | None = None, colour: int | None = None) -> Branch:
    """Give a branch another name or colour.

    Raises:
        RunError: there is no such branch, or the label cannot be.
        OSError: the folder cannot be written.
    """
    old = read_branch(root, branch)
    if name is not None and not name.strip():
        raise RunError("a branch needs a name of at least one letter")
    if colour is not None and not 0 <= colour < COLOURS:
        raise RunError(f"a branch's colour is a number from 0 to {COLOURS - 1}, not {colour}")
    new = replace(old, name=old.name if name is None else name.strip()[:LONGEST_NAME],
                  colour=old.colour if colour is None else colour)
    (root / HOME).mkdir(exist_ok=True)
    _write(new, root / HOME / "main.json" if branch == MAIN else new.path / "branch.json")
    return new


# ---- deleting, on approval -----------------------------------------------------------------------


def delete(root: Path, branch: str) -> Branch:
    """Put a branch into the run's trash.

    Raises:
        RunError: it is the main line, or others go on from it.
        OSError: the folder cannot be moved.
    """
    old = read_branch(root, branch)
    if branch == MAIN:
        raise RunError("the main line holds the whole run and cannot be deleted")
    child = next((b for b in branches(root) if b.parent == branch), None)
    if child is not None:
        raise RunError(f"{child.name} goes on from {old.name}; delete {child.name} first")
    trash = root / HOME / TRASH
    trash.mkdir(exist_ok=True)
    old.path.replace(trash / branch)
    return old


def restore(root: Path, branch: str) -> Branch:
    """Take a branch out of the trash again.

    Raises:
        RunError: it is not there.
        OSError: the folder cannot be moved.
    """
    place, bin_ = path_of(root, branch), root / HOME / TRASH / branch
    if branch == MAIN or not is_run_folder(bin_) or place.exists():
        raise RunError("that branch can no longer be brought back")
    bin_.replace(place)
    return read_branch(root, branch)


def tidy(root: Path) -> None:
    """The run is closed: what was deleted, or begun and never finished, goes for good."""
    home = root / HOME
    if not home.is_dir() or not (root / MARK).is_file():
        return
    for path in home.iterdir():
        if path.name == TRASH or (path.name.startswith(".") and ".tmp-" in path.name):
            shutil.rmtree(path, ignore_errors=True)


# ---- the past of a branch ------------------------------------------------------------------------


def lineage(path: Path) -> list[Stretch]:
    """Whose history a branch's own continues: from the main line to itself.

    Raises:
        RunError: an ancestor is gone or damaged.
    """
    root, branch = root_of(path), id_of(path)
    found: list[Stretch] = []
    until: int | None = None
    entries: int | None = None
    before = False
    while True:
        if any(s.id == branch for s in found):
            raise RunError(f"the branches in {root} go round in a circle")
        found.append(Stretch(branch, path_of(root, branch), until, before, entries))
        if branch == MAIN:
            return found[::-1]
        about = read_branch(root, branch)
        if until is None or about.step <= until:
            until, before = about.step, about.before
        branch, entries = about.parent, about.entries


def script(stretches: Iterable[Stretch], known: Scripts | None = None) -> Script:
    """All that was done in these parts of a branch's past; ``known`` is what was read before.

    Raises:
        RunError: a journal cannot be read.
    """
    whole, known = Script(), known or Scripts()
    for stretch in stretches:
        part = known.of(stretch.folder, stretch.entries)
        if stretch.until is not None:
            part = part.until(stretch.until, inclusive=not stretch.before)
        whole = whole.joined(part)
    return whole
