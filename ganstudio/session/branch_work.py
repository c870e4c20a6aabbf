"""The worker's part in branches: making one, going over to another, naming and deleting them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.recipe import Recipe, RecipeError, differences, needs_restart, with_value
from ganstudio.runs import branches
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import RunFolder
from ganstudio.session.conductor import Conductor
from ganstudio.session.failures import sentence
from ganstudio.session.messages import State
from ganstudio.session.moments import Moment, Replay
from ganstudio.session.timeline_messages import (
    DeleteBranch,
    Fork,
    LabelBranch,
    RestoreBranch,
    Switch,
)
from ganstudio.session.worker_thread import OWNER

if TYPE_CHECKING:
    from ganstudio.session.timeline_work import TimelineWork


class BranchWork:
    """Belongs to a ``TimelineWork``; ``fork`` waits until its moment has been reached."""

    def __init__(self, timeline: TimelineWork) -> None:
        self.timeline = timeline
        self.worker = timeline.worker
        self.fork: Fork | None = None
        self._go_on = False

    # ---- forking ------------------------------------------------------------------------------

    def begin_fork(self, command: Fork, conductor: Conductor) -> None:
        """Go to the moment where the branch is to begin; ``branch_off`` follows there."""
        worker, timeline = self.worker, self.timeline
        if worker.trials.undecided():
            return
        if conductor.folder is None and (command.stay or command.changes):
            worker.say("refused", "This run has no folder, so it can only go back, not branch off")
            return
        self._go_on = worker.state is State.RUNNING
        branch = timeline.branch if command.branch is None else command.branch
        self.fork = command
        moment = Moment(branch, command.step, command.before)
        timeline.leave()
        if not timeline.look(moment, True, conductor):
            self.fork = None
        elif self._go_on and not command.stay:
            worker.state = State.PAUSED  # until the moment is reached

    def branch_off(self, conductor: Conductor) -> None:
        """The moment has been reached: begin the branch."""
        fork, self.fork = self.fork, None
        replay, moment = self.timeline.replay, self.timeline.moment
        assert fork is not None and replay is not None and moment is not None
        try:
            if conductor.folder is None:
                self._go_back(conductor, replay)
            else:
                self._grow(fork, moment, conductor, replay)
        except (RecipeError, RunError, ValueError, OSError) as error:
            self.worker.say("refused", f"No branch could be made: {sentence(error)}",
                            data={"paths": list(fork.changes)})
        self.timeline.live()
        if not fork.stay:
            self._resume()
        self.worker.report()

    def hold(self) -> None:
        """The person has asked to pause: a fork that waits leaves the run standing."""
        self._go_on = False

    def give_up(self) -> None:
        """A fork that waits is not made after all."""
        fork, self.fork = self.fork, None
        if fork is not None and not fork.stay:
            self._resume()

    def _resume(self) -> None:
        go_on, self._go_on = self._go_on, False
        if go_on and self.worker.state is State.PAUSED:
            self.worker.state = State.RUNNING
            self.worker.pace.start(time.monotonic())

    def _grow(self, fork: Fork, moment: Moment, conductor: Conductor, replay: Replay) -> None:
        assert conductor.folder is not None
        root = branches.root_of(conductor.folder.path)
        old = replay.trainer.recipe
        new = _changed(old, fork)
        replay.trainer.apply(new)
        if moment.branch == self.timeline.branch:
            conductor.save()  # a crash must not take back what the branch builds on
        made = branches.create(root, branches.Fork(
            moment.branch, replay.trainer.state(), old, new, differences(old, new), fork.before),
            fork.name)
        data = {"branch": made.id, "parent": moment.branch, "path": str(made.path),
                "parent_path": str(branches.path_of(root, moment.branch)), "stay": fork.stay}
        if not fork.stay:
            self._go_over(made.path, conductor)
        self.timeline.changed(history=True)
        self.worker.say("forked", f"The branch “{made.name}” begins at step {moment.step:,}",
                        data=data)
        if not fork.stay:
            self._tell_metrics()

    def _go_back(self, conductor: Conductor, replay: Replay) -> None:
        conductor.go_back(replay.trainer.state(), replay.trainer.recipe)
        self.worker.session.recipe = conductor.recipe
        self.timeline.note(conductor)
        self.worker.say("restored", f"Back at step {conductor.step:,}")

    def _go_over(self, path: Path, conductor: Conductor) -> None:
        """Let go of one branch and take up another; if that fails the first goes on."""
        worker = self.worker
        fresh = Conductor(None, path, dataset=conductor.dataset,
                          on_unsaved=conductor.on_unsaved, owner=OWNER)
        if not conductor.close():
            worker.say("unsaved", "The last state of the branch that was left is not saved; "
                                  "the one before it is")
        fresh.trainer.tiers.wanted = conductor.trainer.tiers.wanted
        worker.conductor = fresh
        worker.session.folder, worker.session.recipe = path, fresh.recipe
        worker.until = None
        fresh.observer.watch(list(worker.looks.wants.values()))
        worker.mailbox.put_past(fresh.past())
        worker.budget.all_stale()

    def _tell_metrics(self) -> None:
        """After the event that tells of another branch: those of the one before are forgotten."""
        conductor = self.worker.conductor
        assert conductor is not None
        try:
            self.worker.mailbox.put_metrics(conductor.measuring.past())
        except RunError as error:
            self.worker.say("note", f"Earlier metrics cannot be shown: {error}")

    # ---- the others ---------------------------------------------------------------------------

    def obey(self, command: Switch | LabelBranch | DeleteBranch | RestoreBranch,
             conductor: Conductor) -> None:
        """Go over to a branch, or change what it is called or whether it is there."""
        if conductor.folder is None:
            self.worker.say("refused", "This run has no folder, so it has no branches")
            return
        root = branches.root_of(conductor.folder.path)
        try:
            if isinstance(command, Switch):
                self._switch(root, command.branch, conductor)
            elif isinstance(command, LabelBranch):
                branches.relabel(root, command.branch, command.name, command.colour)
            elif isinstance(command, DeleteBranch):
                self._delete(root, command.branch)
            else:
                back = branches.restore(root, command.branch)
                self.worker.say("branch_restored", f"The branch “{back.name}” is back",
                                data={"branch": back.id, "name": back.name})
        except (RunError, ValueError, OSError) as error:
            self.worker.say("refused", sentence(error)[:1].upper() + sentence(error)[1:])
        self.timeline.changed(history=True)

    def _switch(self, root: Path, branch: str, conductor: Conductor) -> None:
        worker = self.worker
        self.timeline.live()
        if branch == self.timeline.branch or worker.trials.undecided():
            return
        about = branches.read_branch(root, branch)
        self._go_over(about.path, conductor)
        worker.say("switched", f"Now on the branch “{about.name}”, step {worker.step:,}",
                   data={"branch": about.id, "path": str(about.path)})
        self._tell_metrics()

    def _delete(self, root: Path, branch: str) -> None:
        if branch == self.timeline.branch:
            raise RunError("this branch is being trained; go over to another first")
        if self.timeline.moment is not None and self.timeline.moment.branch == branch:
            self.timeline.live()
        gone = branches.delete(root, branch)
        self.timeline.memory.drop(branch)
        self.worker.say("branch_deleted", f"The branch “{gone.name}” was deleted",
                        data={"branch": gone.id, "name": gone.name})

    def close(self) -> None:
        """The session ends: what was deleted goes for good."""
        conductor = self.worker.conductor
        if conductor is not None and conductor.folder is not None:
            branches.tidy(branches.root_of(conductor.folder.path))

    def share_disk(self, budget: int, conductor: Conductor) -> None:
        """Every branch may take an equal part of the disk's budget."""
        if conductor.folder is None:
            return
        root = branches.root_of(conductor.folder.path)
        there = branches.branches(root)
        for branch in there:
            folder = conductor.folder if branch.path == conductor.folder.path else RunFolder(
                branch.path)
            folder.disk_budget = budget // len(there)
            try:
                folder.thin()
            except OSError as error:
                self.worker.say("note", f"{branch.name} could not be thinned: {error.strerror}")


def _changed(recipe: Recipe, fork: Fork) -> Recipe:
    new = recipe
    for path, value in fork.changes.items():
        new = with_value(new, path, value)
    blocked = needs_restart(recipe, new)
    if blocked:
        raise RecipeError(f"{', '.join(blocked)} can only change in a run started afresh")
    return new
