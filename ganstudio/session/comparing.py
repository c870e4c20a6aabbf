"""Runs and branches read from the disk to be set side by side; nothing in them is changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganstudio.recipe import Recipe
from ganstudio.runs.timelapse import Timelapse
from ganstudio.session.failures import sentence
from ganstudio.training.frames import SCALARS, Bytes, Floats, ScalarPart, Steps
from ganstudio.training.metrics_frames import MetricsFrame

REAL_POINTS = 512


@dataclass(frozen=True, slots=True)
class Subject:
    """A run or a branch as it is on the disk.

    ``steps`` (n,) and ``values`` (n, len(SCALARS)): its history, means of some rows each further
    back. ``frames``: the step of each time-lapse frame and the folder that holds it. ``real``
    (m, d): some of the data where they are points. ``error`` is a sentence where it cannot be
    read; the rest is empty then.
    """

    path: Path
    name: str
    recipe: Recipe | None = None
    step: int = 0
    steps: Steps = field(default_factory=lambda: np.empty(0, np.int64))
    values: Floats = field(default_factory=lambda: np.empty((0, len(SCALARS)), np.float32))
    metrics: tuple[MetricsFrame, ...] = ()
    frames: Mapping[int, Path] = field(default_factory=dict)
    real: Floats | None = None
    error: str = ""

    def frame_at(self, step: int) -> tuple[int, Bytes | Floats] | None:
        """The last frame that is not later than ``step``; None where there is none to read."""
        for at in sorted((s for s in self.frames if s <= step), reverse=True)[:3]:
            found = Timelapse(self.frames[at]).frame(at)
            if found is not None:
                return at, found
        return None


def read_subject(path: Path) -> Subject:
    """Everything of a run that a comparison shows. A run that cannot be read has ``error``."""
    from ganstudio.recipe import RecipeError
    from ganstudio.runs import branches
    from ganstudio.runs.ancestry import past_parts
    from ganstudio.runs.errors import RunError
    from ganstudio.runs.folder import RunFolder
    from ganstudio.training.metrics_frames import from_entry
    try:
        folder = RunFolder.open(path)
        saved = folder.latest()
        recipe = saved.recipe if saved is not None else folder.recipe()
        name = recipe.name
        if folder.is_branch:
            about = branches.read_branch(branches.root_of(path), branches.id_of(path))
            name = f"{name}, {about.name}"
        steps, values = flattened(past_parts(folder))
        metrics: list[MetricsFrame] = []
        frames: dict[int, Path] = {}
        for stretch in _stretches(path):
            held = RunFolder(stretch[0])
            end = stretch[1]
            measured = [f for f in map(from_entry, held.metrics.read()) if f is not None]
            metrics += [f for f in measured if end is None or f.step <= end]
            frames |= {s: held.timelapse.folder for s in held.timelapse.steps()
                       if end is None or s <= end}
        step = max([saved.step if saved is not None else 0, *steps[-1:].tolist()])
        return Subject(path, name, recipe, step, steps, values, tuple(metrics), frames,
                       _real(recipe))
    except (RunError, RecipeError, OSError, ValueError) as error:
        return Subject(path, path.name, error=sentence(error))


def _stretches(path: Path) -> list[tuple[Path, int | None]]:
    from ganstudio.runs import branches
    from ganstudio.runs.errors import RunError
    try:
        return [(s.folder, s.until) for s in branches.lineage(path)]
    except RunError:
        return [(path, None)]


def flattened(parts: Sequence[ScalarPart]) -> tuple[Steps, NDArray[np.float32]]:
    """One line from a history in parts: each step from the finest part that has it."""
    steps: list[Steps] = []
    values: list[Floats] = []
    first = np.iinfo(np.int64).max
    for part in parts:  # from fine to coarse
        seen = part.steps < first
        if seen.any():
            steps.insert(0, part.steps[seen])
            values.insert(0, part.stats[-1][seen])
            first = int(part.steps[0])
    if not steps:
        return np.empty(0, np.int64), np.empty((0, len(SCALARS)), np.float32)
    return np.concatenate(steps), np.concatenate(values).astype(np.float32)


def _real(recipe: Recipe) -> Floats | None:
    from ganstudio.data.catalogue import thumbnail_points
    from ganstudio.data.dataset import DataError
    try:
        return np.asarray(thumbnail_points(recipe.data, REAL_POINTS), np.float32)
    except (DataError, OSError):
        return None


class Reader:
    """Reads subjects on a thread of its own, since that brings torch; ``poll`` collects them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: list[Subject] = []
        self._threads: list[threading.Thread] = []

    def ask(self, path: Path) -> None:
        """Read this one; several may be under way."""
        thread = threading.Thread(target=self._read, args=(path,), name="ganstudio-compare")
        self._threads = [*(t for t in self._threads if t.is_alive()), thread]
        thread.start()

    def _read(self, path: Path) -> None:
        try:
            found = read_subject(path)
        except Exception as error:  # our own mistake is told as well, and kills no thread silently
            found = Subject(path, path.name, error=f"it could not be read: {sentence(error)}")
        with self._lock:
            self._found.append(found)

    def poll(self) -> list[Subject]:
        """Those that have been read since the last call."""
        with self._lock:
            found, self._found = self._found, []
            return found

    def close(self) -> None:
        """Wait for what is under way."""
        for thread in self._threads:
            thread.join()


def grown(subject: Subject, steps: Steps, values: Floats, metrics: Sequence[MetricsFrame]
          ) -> Subject:
    """The subject with more of its history."""
    if not len(steps) and not metrics:
        return subject
    keep = subject.steps < (steps[0] if len(steps) else np.iinfo(np.int64).max)
    return replace(
        subject, steps=np.concatenate([subject.steps[keep], steps]),
        values=np.concatenate([subject.values[keep], values]),
        step=max([subject.step, *steps[-1:].tolist()]), metrics=(*subject.metrics, *metrics))
