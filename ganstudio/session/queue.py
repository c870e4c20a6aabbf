"""Runs trained one after another, unattended: what fails is recorded, and the next one begins."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import Any

from ganstudio.data.dataset import Cancelled, Dataset
from ganstudio.runs.errors import RunError
from ganstudio.runs.sweep import Job, Result, SweepFolder
from ganstudio.session.conductor import Conductor
from ganstudio.session.failures import sentence
from ganstudio.session.unattended import Unattended
from ganstudio.training.frames import SCALARS
from ganstudio.training.metrics_frames import latest
from ganstudio.training.moves import NonFiniteLossError
from ganstudio.training.tiers.choose import Wanted

SLICE_SECONDS = 0.2

Never = Callable[[], bool]


class Queue:
    """Works through a sweep folder, a slice at each ``work``. To be used from one thread.

    What is done is not done again. A run that was left in the middle goes on from its last state,
    and so does one that failed. ``on_note`` is told what is no failure of a run; ``tier`` is how
    steps are computed (see ``training.tiers``).

    Raises:
        RunError: another process works on the folder, or it cannot be read or written.
    """

    def __init__(self, sweep: SweepFolder, owner: str = "ganstudio",
                 on_note: Callable[[str], None] = lambda _: None, tier: Wanted = "auto") -> None:
        self.sweep = sweep
        self.owner = owner
        self.on_note = on_note
        self.tier = tier
        self.current: Job | None = None
        self.results: dict[str, Result] = {}
        self._run: Unattended | None = None
        self._data: tuple[str, Dataset] | None = None
        self._unsaved = ""
        sweep.hold(owner)
        try:
            self.results = sweep.results()
        except BaseException:
            sweep.release()
            raise
        failed = {k: r for k, r in self.results.items() if r.state == "failed"}
        self._again = set(failed)
        """Those that failed before and are still to be tried again, once."""

    # ---- what is left ------------------------------------------------------------------------

    def waiting(self) -> list[Job]:
        """Jobs that are still to be trained, the one in hand first."""
        left = self.sweep.open_jobs(self.results)
        left = [j for j in left if j is not self.current
                and (j.run not in self.results or self.results[j.run].state != "failed"
                     or j.run in self._again)]
        return [self.current, *left] if self.current is not None else left

    @property
    def step(self) -> int:
        """Steps done of the run in hand."""
        return self._run.conductor.step if self._run is not None else 0

    @property
    def rate(self) -> float:
        """Steps a second of the run in hand; 0 before it has taken any."""
        return self._run.rate if self._run is not None else 0.0

    @property
    def begun_at(self) -> int:
        """The step at which this process took the run in hand up."""
        return self._run.conductor.started_at if self._run is not None else 0

    def add(self, jobs: Iterable[Job]) -> None:
        """Put more at the end.

        Raises:
            OSError: the folder cannot be written.
        """
        self.sweep.set_jobs([*self.sweep.jobs, *jobs])

    def remove(self, run: str) -> None:
        """Take a job from the list; its run folder, if there is one already, stays.

        Raises:
            OSError: the folder cannot be written.
        """
        if self.current is not None and self.current.run == run:
            self._end("skipped")
        self.sweep.set_jobs([j for j in self.sweep.jobs if j.run != run])
        self.results.pop(run, None)

    def retry(self, run: str) -> None:
        """Try a run again that failed or was skipped."""
        if self.results.get(run) is not None and self.results[run].state != "done":
            del self.results[run]

    # ---- working -----------------------------------------------------------------------------

    def work(self, interrupted: Never = lambda: False) -> bool:
        """One slice of work. False where nothing is left to do."""
        if self.current is None:
            left = self.waiting()
            if not left:
                return False
            self.current = left[0]
            self._again.discard(left[0].run)
        until = time.monotonic() + SLICE_SECONDS
        try:
            if self._run is None:
                self._begin(self.current, interrupted)
            elif not self._run.done:
                self._run.advance(lambda: interrupted() or time.monotonic() > until)
            if self._run is not None and self._run.done:
                self._end("done")
        except Cancelled:
            self.current = None
        except NonFiniteLossError as error:
            self._end("failed", f"the {error.player}'s loss became {error.value} at step "
                                f"{error.step}; lower that player's learning rate or change the "
                                "loss")
        except Exception as error:
            self._end("failed", sentence(error))
        return True

    def _begin(self, job: Job, interrupted: Never) -> None:
        recipe = job.recipe
        data = f"{recipe.data!r} {recipe.seed} {recipe.generator.kind} {recipe.discriminator.kind}"
        known = self._data[1] if self._data is not None and self._data[0] == data else None
        self._unsaved = ""
        conductor = Conductor(recipe, self.sweep.run_path(job), cancelled=interrupted,
                              on_unsaved=self._not_saved, dataset=known, owner=self.owner)
        self._data = (data, conductor.dataset)
        conductor.trainer.tiers.wanted = self.tier
        self._run = Unattended(conductor, job.steps)

    def _not_saved(self, why: str) -> None:
        self._unsaved = why
        self.on_note(why)

    def skip(self) -> None:
        """Leave the run in hand as it is and go on with the next."""
        if self.current is not None:
            self._end("skipped")

    def _end(self, state: str, error: str = "") -> None:
        job, run = self.current, self._run
        assert job is not None
        self.current = self._run = None
        step, rate = 0, 0.0
        losses: dict[str, float | None] = dict.fromkeys(SCALARS)
        metrics: dict[str, dict[str, Any]] = {}
        if run is not None:
            if not _closed(run.conductor) and state == "done":
                state, error = "failed", self._unsaved or "its last state could not be saved"
            step, rate = run.conductor.step, round(run.rate, 2)
            losses = _last_losses(run)
            try:
                metrics = latest(run.conductor.measuring.past())
            except RunError as damage:
                self.on_note(str(damage))
        self._record(Result(job.run, state, step, rate, losses, metrics, error))

    def _record(self, result: Result) -> None:
        self.results[result.run] = result
        try:
            self.sweep.add_result(result)
        except OSError as error:
            self.on_note(f"the result of {result.run} could not be recorded in {self.sweep.path}: "
                         f"{error.strerror or error}")

    def save(self) -> None:
        """Bring the run in hand to the disk."""
        if self._run is not None:
            self._run.conductor.save()

    def close(self) -> None:
        """Save the run in hand, which will go on from there, and let the folder go."""
        run, self._run, self.current = self._run, None, None
        try:
            if run is not None:
                run.conductor.close()
        finally:
            self.sweep.release()


def _closed(conductor: Conductor) -> bool:
    try:
        return conductor.close()
    except Exception:
        return False


def _last_losses(run: Unattended) -> dict[str, float | None]:
    folder = run.conductor.folder
    assert folder is not None
    rows = folder.history.rows(max(folder.history.count - 1, 0))
    if not len(rows):
        return dict.fromkeys(SCALARS)
    return {n: float(rows[-1][n]) if math.isfinite(rows[-1][n]) else None for n in SCALARS}
