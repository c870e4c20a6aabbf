"""One folder a run, readable by people.

    run.json            what this is: format, name, when, by which versions, on what
    recipe.json         the recipe that it started from
    journal.jsonl       every command that changed it, with its step
    scalars.bin         the scalar history (rows as ``history.ROW``)
    checkpoints/        <step>.safetensors, thinned as they age (``snapshots.retained``)
    metrics.jsonl       metrics now and then, each with its noise floor
    symptoms.jsonl      what the doctor measured now and then
    timelapse/          the fixed-latent samples over training
"""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from ganstudio import __version__
from ganstudio.recipe import Recipe, RecipeError, load, to_text
from ganstudio.runs.atomic import write_text
from ganstudio.runs.checkpoint import load_checkpoint, save_checkpoint
from ganstudio.runs.errors import RunError
from ganstudio.runs.history import ScalarHistory
from ganstudio.runs.journal import Journal, Marks
from ganstudio.runs.records import Records
from ganstudio.runs.snapshots import DISK_BUDGET, MARK_KINDS, retained
from ganstudio.runs.timelapse import Timelapse
from ganstudio.training.trainer import State

FORMAT = 1
MARK = "run.json"


class RunFolder:
    """The files of one run. Made by ``create`` or ``open``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal = Journal(path / "journal.jsonl")
        self.history = ScalarHistory(path / "scalars.bin")
        self.timelapse = Timelapse(path / "timelapse")
        self.metrics = Records(path / "metrics.jsonl")
        self.symptoms = Records(path / "symptoms.jsonl")
        self.checkpoints = path / "checkpoints"
        self.marks = Marks(self.journal, MARK_KINDS)
        self.disk_budget = DISK_BUDGET
        """Bytes that the checkpoints may take."""

    @classmethod
    def create(cls, path: Path, recipe: Recipe) -> RunFolder:
        """Make a new run folder.

        Raises:
            RunError: something is there already, or the place cannot be written.
        """
        try:
            if path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise RunError(f"{path} already holds something; choose a new folder for the run")
            path.mkdir(parents=True, exist_ok=True)
            folder = cls(path)
            write_text(path / "recipe.json", to_text(recipe))
            write_text(path / MARK, json.dumps({
                "format": FORMAT, "name": recipe.name,
                "created": datetime.now(UTC).isoformat(timespec="seconds"),
                "ganstudio": __version__, "torch": torch.__version__,
                "python": platform.python_version(), "platform": platform.platform(),
            }, indent=2, ensure_ascii=False) + "\n")
            folder.journal.append("created", 0, name=recipe.name)
        except OSError as error:
            raise RunError(f"the run folder {path} cannot be written: "
                           f"{error.strerror or error}") from None
        return folder

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Open an existing run folder; nothing in it is changed.

        Raises:
            RunError: not a run folder, unreadable, or of a newer format.
        """
        folder = cls(path)
        meta = folder.about()
        version = meta.get("format")
        if not isinstance(version, int) or version < 1:
            raise RunError(f"{path / MARK} does not say which format the run has")
        if version > FORMAT:
            raise RunError(f"{path} was written by a newer GAN Studio (run format {version}; this "
                           f"one reads up to {FORMAT})")
        return folder

    def about(self) -> dict[str, Any]:
        """What run.json says.

        Raises:
            RunError: missing or not readable.
        """
        mark = self.path / MARK
        if not mark.is_file():
            raise RunError(f"{self.path} is not a run folder: there is no {MARK} in it")
        try:
            about = json.loads(mark.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            raise RunError(f"{mark} is damaged: it is not readable JSON") from None
        if not isinstance(about, dict):
            raise RunError(f"{mark} is damaged: it is not an object")
        return about

    def recipe(self) -> Recipe:
        """The recipe that the run started from.

        Raises:
            RunError: missing or damaged.
        """
        try:
            return load(self.path / "recipe.json")
        except RecipeError as error:
            raise RunError(str(error)) from None

    # ---- checkpoints -------------------------------------------------------------------------

    def save(self, state: State, recipe: Recipe) -> Path:
        """Keep a state as the newest checkpoint, and drop older ones as ``retained`` says.

        Raises:
            OSError: the disk is full or the folder cannot be written; older ones are untouched.
        """
        self.checkpoints.mkdir(exist_ok=True)
        path = self.checkpoints / f"{int(state.values['step']):010d}.safetensors"
        save_checkpoint(path, state, recipe)
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
        return sorted(p for p in self.checkpoints.glob("*.safetensors") if p.stem.isdecimal())

    def latest(self) -> tuple[State, Recipe] | None:
        """The newest checkpoint that can be read, or None where there is none at all.

        Raises:
            RunError: there are checkpoints and not one is readable.
        """
        problem: RunError | None = None
        for path in reversed(self.checkpoint_files()):
            try:
                return load_checkpoint(path)
            except RunError as error:
                problem = problem or error
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
        for path in self.checkpoint_files():
            if int(path.stem) > step:
                path.unlink(missing_ok=True)


def is_run_folder(path: Path) -> bool:
    """Whether this looks like a run folder."""
    return (path / MARK).is_file()
