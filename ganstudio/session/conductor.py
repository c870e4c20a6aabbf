"""A run being trained and recorded, with no thread of its own.

The window's worker thread and the command line both conduct a run through this: it ties the
trainer to the run folder, so that what is trained is also journaled, recorded and saved.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import Dataset
from ganstudio.nets.sizes import ALLOWED_IMAGE_SIZES
from ganstudio.recipe import Recipe, RecipeError, differences, needs_restart, with_value
from ganstudio.runs.ancestry import past_parts
from ganstudio.runs.checkpoint import Checkpoint, state_digest
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import RunFolder, is_run_folder
from ganstudio.runs.saver import Saver
from ganstudio.runs.snapshots import MARK_KINDS
from ganstudio.session.autosave import SaveTimes
from ganstudio.session.doctoring import Doctoring
from ganstudio.session.filming import Filming
from ganstudio.session.measuring import Measuring
from ganstudio.session.trial import Trial
from ganstudio.training.frames import ScalarChunk, ScalarPart
from ganstudio.training.machine import prepare_thread, resolve_threads
from ganstudio.training.moves import NonFiniteLossError
from ganstudio.training.observer import Observer
from ganstudio.training.trainer import State, Trainer

Progress = Callable[[int, int], None]


class Conductor:
    """One run: made from a recipe (in a new folder, or in none), or taken up from its folder.

    Must be used from one thread, the one that made it. ``read_only`` looks at a run and leaves
    its folder as it is; else the folder is locked for this process, which is ``owner`` to people.
    ``dataset`` is the recipe's data where they have been loaded already.

    Raises:
        RecipeError, RunError, DataError, ValueError: with one sentence for the person.
    """

    def __init__(self, recipe: Recipe | None, path: Path | None, *,
                 on_progress: Progress | None = None,
                 cancelled: Callable[[], bool] | None = None,
                 on_unsaved: Callable[[str], None] = lambda _: None,
                 read_only: bool = False, dataset: Dataset | None = None,
                 owner: str = "ganstudio") -> None:
        self.folder: RunFolder | None = None
        self.saver: Saver | None = None
        self.on_unsaved = on_unsaved
        self.recording = not read_only
        self.journal: list[dict[str, Any]] = []
        """What a run without a folder would have written into its journal."""
        self.marks = 0
        """How many journal entries there were at whose steps a state is to be kept."""
        self.lost = 0
        """Steps that were taken and never saved, since the run was not closed the last time."""
        self.trial: Trial | None = None
        """D's steps on approval, of which the folder does not know yet."""
        self._complained: int | None = None
        """How many states had been saved when the person was last told that nothing can be."""
        try:
            self._prepare(recipe, path, owner, on_progress, cancelled, dataset)
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self.folder is not None:
            self.folder.release()

    def _prepare(self, recipe: Recipe | None, path: Path | None, owner: str,
                 on_progress: Progress | None, cancelled: Callable[[], bool] | None,
                 dataset: Dataset | None) -> None:
        resumed = None
        if path is not None and is_run_folder(path):
            self.folder = RunFolder.open(path)
            if self.recording:
                self.folder.hold(owner)
            resumed = self.folder.latest()
            recipe = resumed.recipe if resumed else self.folder.recipe()
        if recipe is None:
            raise RecipeError(f"{path} is not a run folder, and no recipe was given")
        if not recipe.machine.threads:
            # Written into the run: another number of threads can change the last bit of a sum.
            recipe = with_value(recipe, "machine.threads", resolve_threads(recipe))
        self.first_recipe = recipe
        """The recipe that it was made with, or taken up with."""
        prepare_thread(recipe.machine.threads)
        sizes = ALLOWED_IMAGE_SIZES if "dcgan" in (recipe.generator.kind,
                                                   recipe.discriminator.kind) else None
        self.dataset = dataset or load_dataset(
            recipe.data, recipe.seed, progress=on_progress, cancelled=cancelled, image_sizes=sizes)
        self.trainer = Trainer(recipe, self.dataset)
        if resumed is not None:
            self._take_up(resumed.state)
        self.observer = Observer(self.trainer)
        self._doctoring: Doctoring | None = None
        self.measuring = Measuring(self)
        self.started_at = self.step
        self.filming = Filming(self)
        self.times = SaveTimes()
        if self.folder is not None:
            if self.recording:
                self._go_on_from(resumed.entries if resumed and resumed.entries else 0)
        elif path is not None:
            self.folder = RunFolder.create(path, recipe)
            self.folder.hold(owner)
        if self.folder is None or not self.recording:
            return
        if self.step == 0:
            self.filming.record()
        # Last, since its thread must be ended by somebody: from here on nothing can fail.
        self.saver = Saver(self.folder, self._unsaved)

    def _take_up(self, state: State) -> None:
        assert self.folder is not None
        try:
            self.trainer.load(state)
        except ValueError as error:
            raise RunError(f"the run in {self.folder.path} cannot go on: {error}") from None

    def show_saved(self, saved: Checkpoint) -> None:
        """Stand at a state that somebody else has saved in the folder, to look at it.

        Raises:
            RunError: it does not belong to this run.
        """
        assert not self.recording
        self.trainer.apply(saved.recipe)
        self._take_up(saved.state)

    def _go_on_from(self, entries: int) -> None:
        """Forget what was recorded after the checkpoint, and say so in the journal.

        ``entries`` is how many lines the journal had then: at least the one that made the run.
        """
        folder = self.folder
        assert folder is not None
        try:
            self.lost = folder.history.count - folder.history.index_of(self.step)
            folder.cut_after(self.step)
            folder.journal.append("resumed", self.step,
                                  kept=min(max(entries, 1), folder.journal.lines))
        except OSError as error:
            raise RunError(f"the run folder {folder.path} cannot be written: "
                           f"{error.strerror or error}") from None

    # ---- what it is --------------------------------------------------------------------------

    @property
    def recipe(self) -> Recipe:
        """The recipe as of now."""
        return self.trainer.recipe

    @property
    def step(self) -> int:
        """Steps done."""
        return self.trainer.step

    def past(self) -> tuple[ScalarPart, ...]:
        """The scalar history of a run that was taken up, its ancestors' included; thinner further
        back.

        Raises:
            RunError: it is damaged.
        """
        return past_parts(self.folder) if self.folder is not None else ()

    def digest(self) -> str:
        """The hash over all that the trainer's state holds."""
        return state_digest(self.trainer.state())

    # ---- moving ------------------------------------------------------------------------------

    def advance(self, count: int, interrupted: Callable[[], object] = lambda: False,
                only: str = "") -> ScalarChunk:
        """Take up to ``count`` steps (fewer where a frame of the time-lapse falls due).

        Raises:
            NonFiniteLossError: a player's loss is not a number any more.
            Exception: whatever else a step raised. After either the run is back at its last good
                step, and so is its folder; ``finished`` has the rows up to the failure.
        """
        self.keep_trial()
        count = max(1, min(count, self.filming.next - self.step))
        try:
            chunk = self.trainer.advance(count, interrupted, only)
        except Exception as error:
            self._went_back(error, only)
            raise
        if only:
            self._journal("move", only=only, count=len(chunk.steps))
        self._add_history(chunk)
        if switches := self.trainer.tiers.taken():
            self.guarded(lambda folder: folder.note_tiers(switches))
        self.filming.moved()
        self.housekeeping()
        return chunk

    @property
    def finished(self) -> ScalarChunk:
        """The rows of the last ``advance``, also where it failed."""
        return self.trainer.finished

    # ---- D alone, on approval ----------------------------------------------------------------

    def begin_trial(self) -> None:
        """From here on D's steps are on approval; an open trial goes on."""
        if self.trial is None:
            self.trial = Trial(self)

    def advance_trial(self, count: int, interrupted: Callable[[], object] = lambda: False
                      ) -> ScalarChunk:
        """Train D alone for up to ``count`` steps of the open trial.

        Raises:
            Exception: what a step raised; the trial has been taken back then.
        """
        assert self.trial is not None
        try:
            return self.trial.advance(count, interrupted)
        except Exception:
            self.trial = None
            raise

    def keep_trial(self) -> int:
        """Make an open trial part of the run, and say how many steps it had."""
        trial, self.trial = self.trial, None
        if trial is None or not trial.steps:
            return 0
        self._journal("move", only="d", count=trial.steps)
        for chunk in trial.rows:
            self._add_history(chunk)
        return trial.steps

    def take_back_trial(self) -> None:
        """End an open trial as if it had not been."""
        trial, self.trial = self.trial, None
        if trial is not None:
            trial.take_back()

    def _went_back(self, error: Exception, only: str) -> None:
        self._add_history(self.finished)
        done = self.finished.steps
        if only and len(done):
            self._journal("move", int(done[-1]), only=only, count=len(done))
        said: dict[str, Any] = {"kept": self._lines()}
        if isinstance(error, NonFiniteLossError):
            self.observer.doctor.doctor.broke(error.step)
            self._journal("nonfinite", player=error.player, failed_step=error.step, **said)
        else:
            self._journal("failed", error=type(error).__name__, **said)
        since = differences(self.trainer.good_recipe, self.recipe)
        if since:
            self._journal_tweak(since, "made again after going back")
        # Saved before the later checkpoints are dropped, so that there always is one.
        self.save()
        self.guarded(lambda folder: folder.cut_after(self.step))
        self.filming.went_back()

    # ---- changing ----------------------------------------------------------------------------

    def tweak(self, changes: Mapping[str, Any], label: str = ""
              ) -> dict[str, tuple[Any, Any]]:
        """Set fields at the next step; returns what really changed, path → (old, new).

        Raises:
            RecipeError: a field or value that cannot be, or one that needs a restart. Nothing
                is changed then.
        """
        old = new = self.recipe
        for path, value in changes.items():
            new = with_value(new, path, value)
        blocked = needs_restart(old, new)
        if blocked:
            raise RecipeError(f"{', '.join(blocked)} can only change in a run started afresh")
        changed = differences(old, new)
        if changed:
            self.keep_trial()
            self.trainer.apply(new)
            self._journal_tweak(changed, label)
        return changed

    def go_back(self, state: State, recipe: Recipe) -> None:
        """Take up an earlier state of a run that has no folder; what came after is forgotten."""
        assert self.folder is None
        self.take_back_trial()
        self.trainer.apply(recipe)
        self.trainer.load(state)
        self.journal = [e for e in self.journal if e["step"] <= self.step]
        self.filming.went_back()

    # ---- the doctor --------------------------------------------------------------------------

    @property
    def doctoring(self) -> Doctoring:
        """The doctor's book on this run; opened when somebody first wants it."""
        if self._doctoring is None:
            self._doctoring = Doctoring(self)
        return self._doctoring

    def note_diagnosis(self, fields: Mapping[str, Any]) -> None:
        """Journal that a disease has begun or has passed."""
        self._journal("diagnosis", **fields)

    # ---- recording ---------------------------------------------------------------------------

    def _journal(self, kind: str, step: int | None = None, **fields: Any) -> None:
        at = self.step if step is None else step
        if self.folder is None:
            self.journal.append({"step": at, "kind": kind, **fields})
        # Brought to the disk by the saver, so that a tweak costs no wait for it here.
        self.guarded(lambda folder: folder.journal.append(kind, at, durable=False, **fields))
        if kind in MARK_KINDS:
            self.marks += 1
            self.times.marked()
            self.housekeeping()

    def _journal_tweak(self, changed: Mapping[str, tuple[Any, Any]], label: str) -> None:
        self._journal("tweak", changes={k: list(v) for k, v in changed.items()}, label=label)

    def _lines(self) -> int:
        return self.folder.journal.lines if self.folder is not None else len(self.journal)

    def _add_history(self, chunk: ScalarChunk) -> None:
        if self.folder is not None and self.recording:
            self.folder.history.add(chunk)

    def housekeeping(self) -> float | None:
        """Write what is due; the seconds until something is due that training does not bring."""
        now = time.monotonic()
        if self.times.flush_due(now):
            self.guarded(lambda folder: folder.history.flush())
        if self.times.save_due(now):
            self.save(wait=False)
        return self.times.wait(now) if self.trial is None else None

    def save(self, wait: bool = True) -> bool:
        """Write history and state; with ``wait`` return when they are on the disk.

        False if that failed; ``on_unsaved`` has then been told why.
        """
        if self.trial is not None:
            return True  # on approval still; what is due stays due
        self.times.saved()
        if self.folder is None or self.saver is None:
            return True
        if wait or (self._complained is not None and self.saver.saves > self._complained):
            self._complained = None  # somebody asks, or it was well again: say it anew
        self.guarded(lambda folder: folder.history.flush())
        self.saver.save(self.trainer.state(), self.recipe, self._lines())
        return self.saver.wait() if wait else True

    def guarded(self, write: Callable[[RunFolder], object]) -> None:
        """Write into the folder; a full disk is said once and does not stop the training."""
        if self.folder is None or not self.recording:
            return
        try:
            write(self.folder)
        except (OSError, RunError) as error:
            why = getattr(error, "strerror", None) or error
            self._unsaved(f"the run cannot be recorded in {self.folder.path}: {why}; training "
                          "goes on unsaved")

    def _unsaved(self, sentence: str) -> None:
        if self._complained is None:
            self._complained = self.saver.saves if self.saver is not None else 0
            self.on_unsaved(sentence)

    def close(self) -> bool:
        """Save everything, end the saver's thread and let the folder go: nothing can be done after.

        False if the last state could not be saved.
        """
        self.take_back_trial()
        saver = self.saver
        try:
            return saver is None or self.save()
        finally:
            if saver is not None:
                self.saver = None
                saver.close()
            self._let_go()
