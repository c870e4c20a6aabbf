"""One folder a run, readable by people; docs/run-folder.md describes its files."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from ganstudio import __version__
from ganstudio.recipe import Recipe, RecipeError, load, to_text
from ganstudio.runs.atomic import TargetRefused, fresh_folder, plain_files, sweep, write_text
from ganstudio.runs.checkpoint import (
    Checkpoint,
    load_checkpoint,
    nonfinite_weights,
    save_checkpoint,
)
from ganstudio.runs.errors import RunError, RunNotWritableError
from ganstudio.runs.history import ScalarHistory
from ganstudio.runs.journal import Journal, Marks
from ganstudio.runs.lock import RunLock
from ganstudio.runs.migrate import migrate, position_of
from ganstudio.runs.records import Records
from ganstudio.runs.snapshots import DISK_BUDGET, MARK_KINDS, retained
from ganstudio.runs.timelapse import Timelapse
from ganstudio.training.tiers.choose import Switch
from ganstudio.training.trainer import State

FORMAT = 2
MARK = "run.json"
MOST_BYTES = 1_000_000
"""The largest run.json that is read."""


class RunFolder:
    """The files of one run. Made by ``create`` or ``open``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = Journal(path / "journal.jsonl")
        self.history = ScalarHistory(path / "scalars.bin")
        self.timelapse = Timelapse(path / "timelapse")
        self.metrics = Records(path / "metrics.jsonl")
        self.symptoms = Records(path / "symptoms.jsonl")
        self.tiers = Records(path / "tiers.jsonl")
        self.checkpoints = path / "checkpoints"
        self.marks = Marks(self.journal, MARK_KINDS)
        self.disk_budget = DISK_BUDGET
        """Bytes that the checkpoints may take."""
        self.lock: RunLock | None = None

    @classmethod
    def create(cls, path: Path, recipe: Recipe) -> RunFolder:
        """Make a new run folder, whole or not at all.

        Raises:
            RunError: something is there already, or the place cannot be written.
        """
        try:
            with fresh_folder(path) as building:
                write_text(building / "recipe.json", to_text(recipe))
                write_mark(building, {
                    "format": FORMAT, "name": recipe.name,
                    "created": datetime.now(UTC).isoformat(timespec="seconds"),
                    "ganstudio": __version__, "torch": torch.__version__,
                    "python": platform.python_version(), "platform": platform.platform()})
                cls(building).journal.append("created", 0, name=recipe.name)
        except TargetRefused:
            raise RunError(f"{path} already holds something; choose a new folder for the run"
                           ) from None
        except OSError as error:
            raise _unwritable(path, error) from None
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Open an existing run folder; nothing in it is changed.

        Raises:
            RunError: not a run folder, unreadable, or of a newer format.
        """
        folder = cls(path)
        folder.format()
        return folder

    def format(self) -> int:
        """The version of the folder's format.

        Raises:
            RunError: as ``open``.
        """
        version = self.about().get("format")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise RunError(f"{self.path / MARK} does not say which format the run has")
        if version > FORMAT:
            raise RunError(f"{self.path} was written by a newer GAN Studio (run format {version}; "
                           f"this one reads up to {FORMAT})")
        return version

    def about(self) -> dict[str, Any]:
        """What run.json says.

        Raises:
            RunError: missing or not readable, or something in the folder is no plain file.
        """
        mark = self.path / MARK
        self._check_plain()
        if not mark.is_file():
            raise RunError(f"{self.path} is not a run folder: there is no {MARK} in it")
        try:
            if mark.stat().st_size > MOST_BYTES:
                raise RunError(f"{mark} is damaged: it is far too long")
            about = json.loads(mark.read_text(encoding="utf-8"))
        except RunError:
            raise
        except (OSError, ValueError, RecursionError):
            raise RunError(f"{mark} is damaged: it is not readable JSON") from None
        if not isinstance(about, dict):
            raise RunError(f"{mark} is damaged: it is not an object")
        return about

    def _check_plain(self) -> None:
        """A link could lead out of the folder, and reading from a pipe never ends."""
        try:
            with os.scandir(self.path) as entries:
                for entry in entries:
                    if not (entry.is_file(follow_symlinks=False)
                            or entry.is_dir(follow_symlinks=False)):
                        raise RunError(f"{entry.path} is neither a file nor a folder; a run "
                                       "folder holds nothing else, and no links")
        except FileNotFoundError:
            return
        except OSError as error:
            raise RunError(f"{self.path} cannot be read: {error.strerror or error}") from None

    # ---- for the one who writes --------------------------------------------------------------

    def hold(self, what: str) -> None:
        """Lock the folder for this process, ``what`` to people, and make it ready to be written.

        Raises:
            RunLockedError: another process holds it.
            RunError: it cannot be written.
        """
        try:
            self.lock = RunLock(self.path, what)
            for place in (self.path, self.checkpoints, self.timelapse.folder):
                sweep(place)
            if self.format() < FORMAT:
                migrate(self)
        except OSError as error:
            self.release()
            raise _unwritable(self.path, error) from None
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let go of the folder, closed well."""
        if self.lock is not None:
            self.lock.release()
            self.lock = None

    def sync(self) -> None:
        """Return when journal and history are on the disk as far as they are written.

        Raises:
            OSError: the disk cannot take them.
        """
        self.journal.sync()
        self.history.sync()

    def recipe(self) -> Recipe:
        """The recipe that the run started from.

        Raises:
            RunError: missing or damaged.
        """
        try:
            return load(self.path / "recipe.json")
        except RecipeError as error:
            raise RunError(str(error)) from None

    def note_tiers(self, switches: Iterable[Switch]) -> None:
        """Write down which tier computes from which step on, and why not a faster one.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        for switch in switches:
            self.tiers.add(switch.step, {"tier": switch.tier, "why": switch.why})

    # ---- checkpoints -------------------------------------------------------------------------

    def save(self, state: State, recipe: Recipe, entries: int | None = None) -> Path:
        """Keep a state as the newest checkpoint, and drop older ones as ``retained`` says.

        ``entries`` is how many lines the journal had then (None: as many as now).

        Raises:
            OSError: the disk is full or the folder cannot be written; older ones are untouched.
            RunError: the weights are no numbers any more, and no state to come back to.
        """
        bad = nonfinite_weights(state)
        if bad is not None:
            raise RunError(f"{bad} holds values that are not numbers; the last good state is kept")
        self.checkpoints.mkdir(exist_ok=True)
        path = self.checkpoints / f"{int(state.values['step']):010d}.safetensors"
        save_checkpoint(path, state, recipe, self.journal.lines if entries is None else entries)
        self.thin(path)
        return path

    def thin(self, *needed: Path) -> None:
        """Bring the checkpoints within the budget; the first of a branch, where it begins, stays.

        Raises:
            OSError: the folder cannot be written.
        """
        files = {int(p.stem): p for p in self.checkpoint_files()}
        marks = {*self.marks.steps(), *([min(files)] if self.is_branch and files else [])}
        stay = retained({step: p.stat().st_size for step, p in files.items()}, marks,
                        self.disk_budget)
        for step, path in files.items():
            if step not in stay and path not in needed:
                path.unlink(missing_ok=True)

    @property
    def is_branch(self) -> bool:
        """Whether the run goes on from another's state (see ``branches``)."""
        return (self.path / "branch.json").is_file()

    def checkpoint_files(self) -> list[Path]:
        """Checkpoints from old to new."""
        return plain_files(self.checkpoints, ".safetensors")

    def latest(self) -> Checkpoint | None:
        """The newest checkpoint that can be read, or None where there is none at all.

        Raises:
            RunError: there are checkpoints and not one is readable.
        """
        problem: RunError | None = None
        for path in reversed(self.checkpoint_files()):
            try:
                found = load_checkpoint(path)
            except RunError as error:
                problem = problem or error
                continue
            if found.entries is None:
                entries = position_of(self.journal, self.recipe(), found.step, found.recipe)
                found = found._replace(entries=entries)
            return found
        if problem is not None:
            raise problem
        return None

    def cut_after(self, step: int) -> None:
        """Forget what was recorded after ``step``: the run goes on from there.

        Raises:
            OSError: the folder cannot be written.
            RunError: a file in it cannot be read.
        """
        self.history.cut_after(step)
        self.timelapse.cut_after(step)
        self.metrics.cut_after(step)
        self.symptoms.cut_after(step)
        self.tiers.cut_after(step)
        for path in self.checkpoint_files():
            if int(path.stem) > step:
                path.unlink(missing_ok=True)


def is_run_folder(path: Path) -> bool:
    """Whether this looks like a run folder."""
    return (path / MARK).is_file()


def write_mark(folder: Path, about: dict[str, Any]) -> None:
    """Write run.json.

    Raises:
        OSError: it cannot be written.
    """
    write_text(folder / MARK, json.dumps(about, indent=2, ensure_ascii=False) + "\n")


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunNotWritableError(f"the run folder {path} cannot be written: "
                               f"{error.strerror or error}")
