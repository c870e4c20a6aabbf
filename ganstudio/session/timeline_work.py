"""The worker's part in the past: keeping states as it goes, and showing moments that are gone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ganstudio.runs import branches
from ganstudio.runs.errors import RunError
from ganstudio.runs.retrace import Script, script_of
from ganstudio.runs.scripts import Scripts
from ganstudio.runs.snapshots import Snapshot, Snapshots
from ganstudio.session.branch_work import BranchWork
from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import State
from ganstudio.session.moments import Base, Moment, Replay, find_base
from ganstudio.session.timeline_messages import (
    Fork,
    Live,
    Look,
    Looking,
    Rewind,
    SetBudget,
    Timeline,
    TimelineCommand,
)
from ganstudio.session.timeline_table import BranchTable
from ganstudio.session.viewing import Viewing
from ganstudio.training.observer import Observer
from ganstudio.training.slow_looks import Kept

if TYPE_CHECKING:
    from ganstudio.session.worker import Worker

KEEP_SECONDS = 0.25
"""States are copied to memory at most so often …"""
KEEP_SHARE = 0.01
"""… and so that copying takes at most this share of the time."""
TELL_SECONDS = 0.25
TELL_SHARE = 0.02
"""A journal of thousands of lines is read anew no oftener than at this share of the time."""
SLICE_SECONDS = 0.015
"""How long training waits at once while a past moment is reached beside it."""


class TimelineWork:
    """Belongs to a worker. While nobody looks back, it only keeps a state now and then."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.memory = Snapshots()
        self.table = BranchTable()
        self._scripts = Scripts()
        self.branch_work = BranchWork(self)
        self.viewing = Viewing(worker)
        self.moment: Moment | None = None
        """Which past moment is looked at; None is the present."""
        self.replay: Replay | None = None
        self.exact = True
        self._shown = False
        self._keep_at = self._tell_at = 0.0
        self._marks = self._last = 0
        self._told = -1
        self._untold = True

    @property
    def branch(self) -> str:
        """The branch that is trained."""
        conductor = self.worker.conductor
        return branches.id_of(conductor.folder.path) if conductor and conductor.folder else ""

    @property
    def busy(self) -> bool:
        """Whether there is still way to go to the moment that is looked at."""
        return self.moment is not None and not self._arrived()

    def _arrived(self) -> bool:
        replay, moment = self.replay, self.moment
        if replay is None or moment is None:
            return False
        wanted = self.exact or self.branch_work.fork is not None
        return replay.step == moment.step or not wanted

    # ---- keeping ------------------------------------------------------------------------------

    def note(self, conductor: Conductor) -> None:
        """The run has moved, or a change was made: keep its state if it is time to."""
        step, now = conductor.step, time.monotonic()
        if step < self._last:
            self.memory.cut_after(self.branch, step)
            self.changed(history=True)
        self._last = step
        marked = conductor.marks != self._marks
        if (now < self._keep_at and not marked) or conductor.trial is not None:
            return
        self._marks = conductor.marks
        if marked:
            self.changed(history=True)
        self._keep(conductor)
        spent = time.monotonic() - now
        self._keep_at = now + max(KEEP_SECONDS, spent / KEEP_SHARE)

    def _keep(self, conductor: Conductor) -> None:
        snapshot = Snapshot(conductor.trainer.state(), conductor.recipe)
        if snapshot.nbytes <= self.memory.budget // 4:  # else the disk alone keeps some
            marks = {m.step for m in self.table.marks(self.branch)}
            self.memory.add(self.branch, snapshot, marks)
            self._untold = True

    # ---- obeying ------------------------------------------------------------------------------

    def obey(self, command: TimelineCommand, conductor: Conductor) -> None:
        """Look back, come back, or branch off."""
        if isinstance(command, Look):
            branch = self.branch if command.branch is None else command.branch
            self.look(Moment(branch, command.step, command.before), command.exact, conductor)
        elif isinstance(command, Live):
            self.live()
        elif isinstance(command, SetBudget):
            self._set_budget(command, conductor)
        elif isinstance(command, Rewind):
            self.branch_work.begin_fork(Fork(command.step), conductor)
        elif isinstance(command, Fork):
            self.branch_work.begin_fork(command, conductor)
        else:
            self.branch_work.obey(command, conductor)
        self._untold = True

    def _set_budget(self, command: SetBudget, conductor: Conductor) -> None:
        self.memory.budget = max(0, command.memory)
        self.memory.thin(self.branch, {m.step for m in self.table.marks(self.branch)})
        self.branch_work.share_disk(max(0, command.disk), conductor)
        self.changed(history=True)

    def look(self, moment: Moment, exact: bool, conductor: Conductor) -> bool:
        """Show this moment from now on; nearby first, then exactly. Whether it can be."""
        problem = self._problem(moment, conductor)
        if problem:
            self.worker.say("refused", problem)
            return False
        try:
            self._approach(moment, conductor)
        except (RunError, ValueError, OSError) as error:
            self.live()
            self.worker.say("refused", f"Step {moment.step:,} cannot be shown: {error}")
            return False
        self.moment, self.exact = moment, exact
        self._view(moment.branch)
        self._freshen()
        return True

    def _view(self, branch: str) -> None:
        if branch == self.branch:
            self.viewing.show(None)
        else:
            info = self.table.find(branch)
            self.viewing.show(branch, info.name if info else "")

    def _problem(self, moment: Moment, conductor: Conductor) -> str:
        self._refresh(conductor)
        info = self.table.find(moment.branch)
        if info is None:
            return "That branch is not there any more"
        tip = conductor.step if moment.branch == self.branch else info.tip
        if not 0 <= moment.step <= tip:
            return f"Step {moment.step:,} has not been trained; this branch reaches step {tip:,}"
        return ""

    def _approach(self, moment: Moment, conductor: Conductor) -> None:
        base = self._base(moment, conductor)
        replay, here = self.replay, self.moment
        if (replay is not None and here is not None and here.branch == moment.branch
                and not here.before and base.step <= replay.step < moment.step + (not moment.before)
                and replay.trainer.device.type == "cpu"):
            replay.retarget(base.script)  # nearer already than any kept state
        else:
            self.replay = Replay(conductor.dataset, base)
            self.replay.observer.watch(list(self.worker.looks.wants.values()))

    def _base(self, moment: Moment, conductor: Conductor) -> Base:
        present = moment.branch == self.branch and moment.step == conductor.step
        if present and not moment.before and conductor.trial is None:
            return Base(Snapshot(conductor.trainer.state(), conductor.recipe), conductor.recipe,
                        Script())
        if conductor.folder is not None:
            return find_base(branches.root_of(conductor.folder.path), moment, self.memory,
                             self._scripts)
        kept = [s for s in self.memory.steps("") if s < moment.step + (not moment.before)]
        found = self.memory.get("", kept[-1]) if kept else None
        script = script_of(conductor.journal).until(moment.step, inclusive=not moment.before)
        return Base(found, found.recipe if found else conductor.first_recipe, script)

    def observer(self, conductor: Conductor) -> Observer:
        """Who looks at what is in sight, a past moment or the present."""
        found = (self.replay or conductor).observer
        found.slow.kept = self.kept
        return found

    def kept(self, step: int) -> Kept | None:
        """The state at ``step`` of the branch in sight, or the last one kept before it.

        Raises:
            RunError: the branch or its journal cannot be read.
        """
        conductor = self.worker.conductor
        if conductor is None:
            return None
        branch = self.branch if self.moment is None else self.moment.branch
        found = self._base(Moment(branch, step), conductor).snapshot
        return None if found is None else Kept(found.step, found.state.tensors)

    def live(self) -> None:
        """Show the present again."""
        self.branch_work.give_up()
        self.leave()

    def leave(self) -> None:
        """Look at no past moment any more."""
        if self.moment is not None:
            self.moment = self.replay = None
            self.viewing.show(None)
            self.worker.budget.all_stale()
            self._untold = True

    def close(self) -> None:
        """The run is closed: what was kept of it goes now. Python's search for dead cycles, which
        holds up every thread, would have thousands of tensors to find.
        """
        self.moment = self.replay = None
        self.memory = Snapshots()

    # ---- a slice at a time --------------------------------------------------------------------

    def work(self) -> None:
        """Go on towards the moment that is looked at; then begin the branch that waits for it."""
        worker = self.worker
        conductor, replay, moment = worker.conductor, self.replay, self.moment
        if conductor is None:
            return
        if replay is not None and moment is not None and self.busy:
            if not self._shown and self.branch_work.fork is None:
                self._shown = True  # the nearest state is on screen first
                return self._tell(conductor)
            try:
                seconds = SLICE_SECONDS if worker.state is State.RUNNING else 2 * SLICE_SECONDS
                arrived = replay.forward(moment.step, seconds, worker.session.inbox.pending)
            except Exception as error:
                self.live()
                worker.say("note", f"Step {moment.step:,} cannot be reached again: {error}")
                return None
            if arrived:
                self._freshen()
        if self.branch_work.fork is not None and self._arrived():
            self.branch_work.branch_off(conductor)
        self._tell(conductor)
        return None

    def _freshen(self) -> None:
        self._shown = False
        self.worker.budget.all_stale()
        self._untold = True

    # ---- telling ------------------------------------------------------------------------------

    def changed(self, history: bool = False) -> None:
        """Something is to be told; ``history``: the branches or their marks too."""
        self._untold = True
        if history:
            self.table.forget()

    def _refresh(self, conductor: Conductor) -> None:
        self.table.refresh(conductor, self.memory)

    def _tell(self, conductor: Conductor) -> None:
        now = time.monotonic()
        running = self.worker.state is State.RUNNING
        news = self._untold or (not running and conductor.step != self._told)
        if not news or (running and now < self._tell_at and self.moment is None):
            return
        self._untold, self._told = False, conductor.step
        self._refresh(conductor)
        looking = None
        if self.moment is not None and self.replay is not None:
            looking = Looking(self.moment.branch, self.moment.step, self.replay.step,
                              self.replay.step == self.moment.step,
                              self.branch_work.fork is not None)
        self.worker.mailbox.put_timeline(Timeline(
            self.branch, self.table.infos(), looking, self.memory.nbytes, self.table.disk_bytes()))
        took = time.monotonic() - now
        self._tell_at = now + max(TELL_SECONDS, took / TELL_SHARE)
