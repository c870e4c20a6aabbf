"""The folder of a queue: runs to be trained one after another, and what came of them.

    DIR/sweep.json      what is to be trained: each run's folder, recipe and steps
    DIR/results.jsonl   what came of them, one line each time that a run ended; the last counts
    DIR/NN-….run/       the runs

Needs no torch: a window lists it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganstudio.recipe import Recipe, RecipeError, build
from ganstudio.recipe.sweep import said
from ganstudio.runs.atomic import TargetRefused, fresh_folder, write_text
from ganstudio.runs.errors import RunError
from ganstudio.runs.jsonl import append_line, read_lines
from ganstudio.runs.lock import RunLock

FORMAT = 1
MARK = "sweep.json"
MOST_BYTES = 64_000_000
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.run")
STATES = ("done", "failed", "skipped")


@dataclass(frozen=True, slots=True)
class Job:
    """A run that is to be trained to ``steps``; ``values`` tell it from the others."""

    run: str
    recipe: Recipe
    steps: int
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is called on screen."""
        return self.recipe.name


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run. ``losses`` by column and ``metrics`` as in ``metrics_frames.latest``;
    ``error`` is the sentence of one that failed; ``rate`` is in steps a second.
    """

    run: str
    state: str
    step: int
    rate: float = 0.0
    losses: Mapping[str, float | None] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    error: str = ""


class SweepFolder:
    """The jobs and results in one folder. Made by ``create`` or ``open``."""

    def __init__(self, path: Path, name: str, jobs: Sequence[Job]) -> None:
        self.path = path
        self.name = name
        self.jobs = list(jobs)
        self._lock: RunLock | None = None

    @classmethod
    def create(cls, path: Path, name: str, jobs: Sequence[Job]) -> SweepFolder:
        """Make a new folder, whole or not at all.

        Raises:
            RunError: something is there already, or the place cannot be written.
        """
        made = cls(path, name, jobs)
        try:
            with fresh_folder(path) as building:
                write_text(building / MARK, made._text())
        except TargetRefused:
            raise RunError(f"{path} already holds something; choose a new folder for the sweep"
                           ) from None
        except OSError as error:
            raise _unwritable(path, error) from None
        return made

    @classmethod
    def open(cls, path: Path) -> SweepFolder:
        """Read an existing one; nothing in it is changed.

        Raises:
            RunError: there is none, it is damaged, or from a newer version.
        """
        mark = path / MARK
        try:
            if mark.stat().st_size > MOST_BYTES:
                raise RunError(f"{mark} is damaged: it is far too long")
            about = json.loads(mark.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise RunError(f"{path} is not a sweep: there is no {MARK} in it") from None
        except (OSError, ValueError, RecursionError):
            raise RunError(f"{mark} is damaged: it is not readable JSON") from None
        version = about.get("format") if isinstance(about, dict) else None
        if not isinstance(version, int) or isinstance(version, bool):
            raise RunError(f"{mark} is damaged: it does not say which format it has")
        if version > FORMAT:
            raise RunError(f"{path} was written by a newer GAN Studio (sweep format {version}; "
                           f"this one reads up to {FORMAT})")
        entries = about.get("jobs")
        if not isinstance(entries, list):
            raise RunError(f"{mark} is damaged: it has no list of jobs")
        jobs = [_job(mark, number, entry) for number, entry in enumerate(entries, 1)]
        if len({job.run for job in jobs}) < len(jobs):
            raise RunError(f"{mark} is damaged: two jobs have one folder")
        return cls(path, str(about.get("name", ""))[:200], jobs)

    def hold(self, what: str) -> None:
        """Lock the folder for this process, ``what`` to people.

        Raises:
            RunLockedError: another process works on it.
            RunError: it cannot be written.
        """
        try:
            self._lock = RunLock(self.path, what)
        except OSError as error:
            raise _unwritable(self.path, error) from None

    def release(self) -> None:
        """Let go of the folder."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def run_path(self, job: Job) -> Path:
        """The run folder of a job."""
        return self.path / job.run

    # ---- the list ----------------------------------------------------------------------------

    def set_jobs(self, jobs: Iterable[Job]) -> None:
        """Replace the list.

        Raises:
            OSError: the folder cannot be written; the list is as it was.
        """
        old, self.jobs = self.jobs, list(jobs)
        try:
            write_text(self.path / MARK, self._text())
        except OSError:
            self.jobs = old
            raise

    def _text(self) -> str:
        jobs = [{"run": j.run, "steps": j.steps, "values": dict(j.values),
                 "recipe": j.recipe.model_dump(mode="json")} for j in self.jobs]
        return json.dumps({"format": FORMAT, "name": self.name, "jobs": jobs}, indent=1,
                          ensure_ascii=False) + "\n"

    # ---- what came of it ---------------------------------------------------------------------

    def add_result(self, result: Result) -> None:
        """Append what came of a run.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        append_line(self.path / "results.jsonl", {
            "run": result.run, "state": result.state, "step": result.step,
            "rate": result.rate, "losses": dict(result.losses),
            "metrics": {k: dict(v) for k, v in result.metrics.items()}, "error": result.error})

    def results(self) -> dict[str, Result]:
        """The last result of each run that is on the list, by its folder.

        Raises:
            RunError: the file is damaged.
        """
        known = {job.run for job in self.jobs}
        found = {}
        for entry in read_lines(self.path / "results.jsonl", "a result with its step"):
            result = _result(entry)
            if result is not None and result.run in known:
                found[result.run] = result
        return found

    def open_jobs(self, results: Mapping[str, Result]) -> list[Job]:
        """What is still to be trained: all that is neither done nor skipped at its length."""
        return [job for job in self.jobs if not settled(job, results.get(job.run))]


def settled(job: Job, result: Result | None) -> bool:
    """Whether nothing is left to do: it reached its steps, or somebody skipped it."""
    if result is None:
        return False
    return result.state == "skipped" or (result.state == "done" and result.step >= job.steps)


def is_sweep(path: Path) -> bool:
    """Whether this looks like the folder of a sweep."""
    return (path / MARK).is_file()


def make_jobs(recipes: Iterable[tuple[Recipe, Mapping[str, Any]]], steps: int,
              taken: Iterable[str] = ()) -> list[Job]:
    """Jobs of ``steps`` for recipes with what tells each from the others; folders numbered after
    those that are ``taken``.
    """
    number = max((int(m[0]) for name in taken if (m := re.match(r"\d{1,6}", name))), default=0)
    jobs = []
    for recipe, values in recipes:
        number += 1
        stem = re.sub(r"[^A-Za-z0-9.]+", "-", said(values) or recipe.name).strip("-.")
        stem = stem[:60].strip("-.")
        jobs.append(Job(f"{number:02d}-{stem or 'run'}.run", recipe, steps, values))
    return jobs


def _job(mark: Path, number: int, entry: Any) -> Job:
    where = f"{mark} is damaged: job {number}"
    if not isinstance(entry, dict):
        raise RunError(f"{where} is not an object")
    run, steps, values = entry.get("run"), entry.get("steps"), entry.get("values", {})
    if not isinstance(run, str) or not _RUN.fullmatch(run):
        raise RunError(f"{where} has no plain folder name")
    if not isinstance(steps, int) or isinstance(steps, bool) or not 1 <= steps <= 10**12:
        raise RunError(f"{where} does not say how many steps it has")
    try:
        recipe = build(entry.get("recipe"))
    except RecipeError as error:
        raise RunError(f"{where}: {error}") from None
    return Job(run, recipe, steps, values if isinstance(values, dict) else {})


def _result(entry: Mapping[str, Any]) -> Result | None:
    run, state = entry.get("run"), entry.get("state")
    if not isinstance(run, str) or state not in STATES:
        return None
    metrics = entry.get("metrics")
    losses = entry.get("losses")
    return Result(run, state, entry["step"], _number(entry.get("rate")) or 0.0,
                  {str(k): _number(v) for k, v in losses.items()}
                  if isinstance(losses, dict) else {},
                  {str(k): v for k, v in metrics.items() if isinstance(v, dict)}
                  if isinstance(metrics, dict) else {}, str(entry.get("error", ""))[:2000])


def _number(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError(f"the sweep's folder {path} cannot be written: {error.strerror or error}")
