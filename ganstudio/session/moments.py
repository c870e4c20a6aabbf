"""A past moment of a run, in a trainer of its own: from a kept state by the steps it took then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ganstudio.data.dataset import Dataset
from ganstudio.recipe import Recipe, with_value
from ganstudio.runs import branches
from ganstudio.runs.branches import Stretch
from ganstudio.runs.checkpoint import load_checkpoint
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.retrace import Script
from ganstudio.runs.scripts import Scripts
from ganstudio.runs.snapshots import Snapshot, Snapshots
from ganstudio.training.observer import Observer
from ganstudio.training.trainer import Trainer

QUEUED_STEPS = 8
"""Steps taken at once on a GPU, where the clock tells nothing until those queued are done."""


@dataclass(frozen=True, slots=True)
class Moment:
    """After ``step`` steps of a branch; ``before`` the changes made at that very step."""

    branch: str
    step: int
    before: bool = False


@dataclass(frozen=True, slots=True)
class Base:
    """From where a moment is reached: a state (None: the seed's own), and what was done since."""

    snapshot: Snapshot | None
    recipe: Recipe
    script: Script

    @property
    def step(self) -> int:
        """Steps done there."""
        return self.snapshot.step if self.snapshot else 0


def find_base(root: Path, moment: Moment, memory: Snapshots, known: Scripts | None = None
              ) -> Base:
    """The last kept state that is not later than a moment of a run in a folder; ``known`` is what
    was read of the journals before.

    Damaged checkpoints are passed over, and in the end the run begins again from its seed.

    Raises:
        RunError: the branch or its journal cannot be read.
    """
    known = known or Scripts()
    stretches = branches.lineage(branches.path_of(root, moment.branch))
    for k in range(len(stretches) - 1, -1, -1):
        stretch = stretches[k]
        last = moment.step if stretch.until is None else min(moment.step, stretch.until)
        before = moment.before if last == moment.step else False
        before = before or (stretch.before and last == stretch.until)
        found = _newest(stretch, min(last, _unchanged(stretch, known)), before, memory)
        if found is not None:
            return Base(found, found.recipe, _script(stretches[k:], moment, known))
    recipe = RunFolder(stretches[0].folder).recipe()
    return Base(None, recipe, _script(stretches, moment, known))


def _script(stretches: Iterable[Stretch], moment: Moment, known: Scripts) -> Script:
    return branches.script(stretches, known).until(moment.step, inclusive=not moment.before)


def _unchanged(stretch: Stretch, known: Scripts) -> float:
    """Up to which step an ancestor is still what it was when the branch left it: it may have gone
    back since, and then on by another way.
    """
    if stretch.entries is None:
        return float("inf")
    return min((step for line, step in known.returns(stretch.folder) if line > stretch.entries),
               default=float("inf"))


def _newest(stretch: Stretch, last: float, before: bool, memory: Snapshots) -> Snapshot | None:
    files = {int(p.stem): p for p in RunFolder(stretch.folder).checkpoint_files()}
    held = memory.steps(stretch.id)
    for step in sorted({*files, *held}, reverse=True):
        # A state that was kept at a step with changes may be the one after them.
        if step > last or (before and step == last):
            continue
        snapshot = memory.get(stretch.id, step)
        if snapshot is not None:
            return snapshot
        try:
            found = load_checkpoint(files[step])
            return Snapshot(found.state, found.recipe)
        except (RunError, OSError):
            continue
    return None


class Replay:
    """A second trainer that goes where the run has been.

    Raises (every method):
        ValueError, RunError: the state does not fit the run.
    """

    def __init__(self, dataset: Dataset, base: Base) -> None:
        self.dataset = dataset
        self._start(base)

    def _start(self, base: Base) -> None:
        self.script = base.script
        self.trainer = Trainer(base.recipe, self.dataset)
        if base.snapshot is not None:
            self.trainer.load(base.snapshot.state)
        self.observer = Observer(self.trainer)
        self._done = 0
        self._change()

    @property
    def step(self) -> int:
        """Steps done."""
        return self.trainer.step

    def retarget(self, script: Script) -> None:
        """Go on by a script that tells more (or other things later than now)."""
        self.script = script
        self._done = 0
        self._change()

    def forward(self, step: int, seconds: float = float("inf"),
                interrupted: Callable[[], object] = lambda: False) -> bool:
        """Take the run's own steps again up to ``step``, for about so long; whether it is there."""
        end = time.perf_counter() + seconds
        while self.step < step:
            only, until = self.script.player(self.step)
            stop = min([step, *([until] if until is not None else []),
                        *(c.step for c in self.script.changes[self._done:self._done + 1])])
            count = stop - self.step
            if self.trainer.device.type != "cpu":
                count = min(count, QUEUED_STEPS)
            self.trainer.advance(count,
                                 lambda: interrupted() or time.perf_counter() >= end, only)
            self._change()
            if self.step < step and (interrupted() or time.perf_counter() >= end):
                return False
        return True

    def _change(self) -> None:
        """Make the changes that were made by now: again where the state has them, which does not
        alter it.
        """
        changes = self.script.changes
        while self._done < len(changes) and changes[self._done].step <= self.step:
            change = changes[self._done]
            self._done += 1
            if change.step < self.step:
                continue
            recipe = self.trainer.recipe
            for path, value in change.values.items():
                recipe = with_value(recipe, path, value)
            if recipe != self.trainer.recipe:
                self.trainer.apply(recipe)
