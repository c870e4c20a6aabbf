"""What the training thread does: commands, steps, looks, in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import psutil

from ganstudio.data.dataset import Cancelled, DataError
from ganstudio.recipe import RecipeError
from ganstudio.runs.errors import RunError
from ganstudio.session.conductor import Conductor
from ganstudio.session.exporting import Exporter
from ganstudio.session.failures import failure_event, nonfinite_text, sentence
from ganstudio.session.following import Following
from ganstudio.session.looking_only import REFUSAL, offer, paths_of, refusal, silent
from ganstudio.session.looks import Looks
from ganstudio.session.messages import (
    CancelExport,
    Command,
    Event,
    Export,
    KeepD,
    Pause,
    RevertD,
    Run,
    SetPace,
    Snapshot,
    State,
    Status,
    Step,
    Stop,
    TrainD,
    Tweak,
    UseTier,
    Watch,
)
from ganstudio.session.pace import QUEUED_SECONDS, Pace, Rate
from ganstudio.session.timeline_messages import Look, TimelineCommand
from ganstudio.session.timeline_work import TimelineWork
from ganstudio.session.trial_work import TrialWork
from ganstudio.session.worker_thread import OWNER
from ganstudio.training import aside
from ganstudio.training.frames import ScalarChunk
from ganstudio.training.machine import lower_priority
from ganstudio.training.moves import NonFiniteLossError

if TYPE_CHECKING:
    from ganstudio.session.session import Session

STATUS_SECONDS = 0.1
MEMORY_SECONDS = 1.0
STEPPED = {"round": "One round", "d": "One discriminator step", "g": "One generator step"}


class Worker:
    """Lives on the session's thread and owns the conductor there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.mailbox = session.mailbox
        self.state = State.PREPARING
        self.conductor: Conductor | None = None
        self.exporter = Exporter(self.say)
        self.pace = Pace()
        self.trials = TrialWork(self)
        self.timeline = TimelineWork(self)
        self.following = Following(self)
        self.looks = Looks(self)
        self.budget = self.looks.budget
        self.until: int | None = None
        self._rate = Rate()
        self._memory = (0.0, 0)
        self._training = 0.0

    # ---- talking -----------------------------------------------------------------------------

    @property
    def step(self) -> int:
        """Steps done."""
        return self.conductor.step if self.conductor else 0

    def say(self, kind: str, text: str, details: str = "",
            data: Mapping[str, Any] | None = None) -> None:
        """Put an event into the mailbox."""
        self.mailbox.put_event(Event(kind, self.step, text, time.time(), details, data or {}))

    def report(self) -> None:
        """Renew the status."""
        now = time.monotonic()
        if now - self._memory[0] > MEMORY_SECONDS:
            self._memory = now, psutil.Process().memory_info().rss
        conductor = self.conductor
        looking = self.looks.seconds
        total = looking + self._training
        self.mailbox.put_status(Status(
            self.state, self.step, conductor.trainer.epoch if conductor else 0.0,
            self._rate.value(now) if self.state is State.RUNNING else 0.0,
            str(conductor.trainer.device) if conductor else "", self._memory[1],
            looking / total if total else 0.0,
            *((conductor.trainer.tiers.name, conductor.trainer.tiers.why) if conductor else ())))

    # ---- the thread's life ---------------------------------------------------------------------

    def work(self) -> None:
        """Prepare, then serve until told to stop. Never raises."""
        lower_priority(self.session.nice)
        self.report()
        try:
            self._prepare()
        except Cancelled:
            self.state = State.FAILED
        except (RecipeError, RunError, DataError, ValueError) as error:
            self._failed("the run could not be prepared", error, expected=True)
        except Exception as error:
            self._failed("the run could not be prepared", error)
        try:
            self._serve()
        finally:
            self._end()

    def _prepare(self) -> None:
        session = self.session

        def progress(done: int, total: int) -> None:
            self.say("progress", "Reading data", data={"what": "data", "done": done,
                                                       "total": total})

        self.conductor = Conductor(
            session.recipe, session.folder, on_progress=progress,
            cancelled=lambda: session.inbox.stopping,
            on_unsaved=lambda text: self.say("unsaved", text), owner=OWNER,
            read_only=session.read_only)
        session.recipe = self.conductor.recipe
        if self.conductor.trainer.device.type != "cpu":
            self.pace.chunk_seconds = QUEUED_SECONDS
        info = self.conductor.observer.info()
        self.mailbox.put_info(info)
        self.conductor.observer.watch(list(self.looks.wants.values()))
        past = self.conductor.past()
        self.mailbox.put_past(past)
        self.following.begin(int(past[0].steps[-1]) if past else 0)
        try:
            self.mailbox.put_metrics(self.conductor.measuring.past())
        except RunError as error:
            self.say("note", f"Earlier metrics cannot be shown: {error}")
        for note in info.notes:
            self.say("note", note)
        if self.conductor.lost:
            self.say("note", f"This run was not closed when it trained last. It goes on from step "
                     f"{self.step:,}, its last saved state; {self.conductor.lost:,} later steps "
                     "were not saved")
        data = self.conductor.dataset
        if data.skipped_note:
            self.say("note", data.skipped_note,
                     "\n".join(f"{name}: {why}" for name, why in data.skipped))
        self.state = State.PAUSED
        self.say("ready", f"Ready at step {self.step}")
        self.report()

    def _failed(self, what: str, error: Exception, expected: bool = False) -> None:
        self.state = State.FAILED
        event = failure_event(what, error, self.step, time.time())
        if expected:
            event = Event("error", self.step, f"{what}: {sentence(error)}", event.time,
                          data=offer(error, self.session.folder))
        self.mailbox.put_event(event)
        self.report()

    def _serve(self) -> None:
        while True:
            waited_from = time.monotonic()
            commands = self.session.inbox.take(self._patience())
            self.budget.rested(time.monotonic() - waited_from)
            if any(isinstance(c, Stop) for c in commands):
                return
            self._obey(commands)
            if self.state is State.RUNNING:
                self._guarded(self._train)
            self._guarded(self.timeline.work)
            self._guarded(self.following.work)
            self._guarded(self.looks.work)

    def _patience(self) -> float | None:
        if self.trials.left or self.timeline.busy:
            return 0.0
        if self.session.read_only and self.conductor is not None:
            return self.following.patience()
        if self.state is not State.RUNNING:
            # A tweak while paused is saved soon too.
            return self.conductor.housekeeping() if self.conductor is not None else None
        return self.pace.wait_for(time.monotonic())

    def _end(self) -> None:
        self.looks.queued.clear()
        self.exporter.close()
        aside.finish()
        if self.conductor is not None:
            try:
                self.conductor.close()
                if not self.session.read_only:
                    self.timeline.branch_work.close()
            except Exception as error:
                self.mailbox.put_event(failure_event("the run could not be saved", error,
                                                     self.step, time.time()))
        self.timeline.close()
        self.state = State.CLOSED
        self.report()

    # ---- commands ------------------------------------------------------------------------------

    def _obey(self, commands: list[Command]) -> None:
        tweaks: list[Tweak] = []
        for command, following in zip_longest(commands, commands[1:]):
            if isinstance(command, Watch):
                self.looks.watch(command)
            elif isinstance(command, SetPace):
                self.pace.set(command.steps_per_second, time.monotonic())
            elif isinstance(command, UseTier):
                if self.conductor is not None:
                    self.conductor.trainer.tiers.wanted = command.tier
            elif isinstance(command, Look) and isinstance(following, Look):
                continue  # scrubbing: only the newest is worth showing
            elif self.conductor is None:
                self.say("refused", "There is no run to do that with: it could not be prepared")
            elif self.session.read_only and refusal(command):
                if not silent(command):
                    self.say("refused", REFUSAL, data=paths_of(command))
            elif isinstance(command, Tweak):
                # Tweaks that wait together take effect at the same step, so they are one.
                tweaks.append(command)
                if not isinstance(following, Tweak):
                    self._guarded(self._tweak, tweaks)
                    tweaks = []
            else:
                self._guarded(self._obey_one, command, self.conductor)

    def _guarded(self, act: Callable[..., None], *arguments: Any) -> None:
        """Whatever goes wrong becomes an event; the thread lives on."""
        try:
            act(*arguments)
        except NonFiniteLossError as error:
            self._nonfinite(error)
        except Exception as error:
            self._broke(error)

    def _obey_one(self, command: Command, conductor: Conductor) -> None:
        if isinstance(command, Run | Step):
            self.trials.settle()
            self.timeline.live()
        if isinstance(command, Run):
            self.until = command.until
            if self.state is not State.RUNNING:
                self.state = State.RUNNING
                self.pace.start(time.monotonic())
                self._rate.clear()
                self.say("running", "Running")
        elif isinstance(command, Pause):
            self.timeline.branch_work.hold()
            self.pause("Paused")
        elif isinstance(command, Step):
            self._one_step(command, conductor)
        elif isinstance(command, TrainD | KeepD | RevertD):
            self.trials.obey(command, conductor)
        elif isinstance(command, TimelineCommand):
            self.timeline.obey(command, conductor)
        elif isinstance(command, Snapshot | Export) and self.trials.undecided():
            return
        elif isinstance(command, Snapshot):
            self._snapshot(conductor)
        elif isinstance(command, Export):
            self.exporter.start(conductor, command)
        elif isinstance(command, CancelExport):
            self.exporter.cancel()
        self.report()

    def _snapshot(self, conductor: Conductor) -> None:
        if conductor.folder is None:
            self.say("refused", "This run has no folder to be saved in")
        elif conductor.save():  # a failure has already been told
            self.say("saved", f"Saved step {self.step} in {conductor.folder.path}")

    def _one_step(self, command: Step, conductor: Conductor) -> None:
        self.state = State.PAUSED
        only = "" if command.who == "round" else command.who
        self._advance(conductor, 1, only=only)
        self.budget.all_stale()
        self.say("stepped", STEPPED[command.who])

    def pause(self, text: str) -> None:
        """Stand still, and say why."""
        if self.trials.left:
            self.trials.stop()
        elif self.state is State.RUNNING:
            self.state = State.PAUSED
            self.budget.all_stale()
            self.say("paused", text)
            self.report()  # said before anything is saved or looked at: whoever pressed it waits
            if self.conductor is not None:
                self.conductor.save(wait=False)

    def _tweak(self, tweaks: list[Tweak]) -> None:
        assert self.conductor is not None
        changes: dict[str, Any] = {}
        for tweak in tweaks:
            changes.update(tweak.changes)
        label = tweaks[-1].label
        self.trials.settle()
        try:
            changed = self.conductor.tweak(changes, label)
        except RecipeError as error:
            if len(tweaks) > 1:  # one of them cannot be: let each stand for itself
                for tweak in tweaks:
                    self._tweak([tweak])
            else:
                self.say("refused", sentence(error), data={"paths": list(changes)})
            return
        self.session.recipe = self.conductor.recipe
        self.timeline.note(self.conductor)
        if self.state is not State.RUNNING:  # else a drag would have every look made each time
            self.budget.all_stale()
        self.say("tweaked", label or ", ".join(changed) or "Nothing changed",
                 data={"changes": {k: list(v) for k, v in changed.items()}, "label": label,
                       "paths": list(changes)})

    # ---- training --------------------------------------------------------------------------------

    def _train(self) -> None:
        assert self.conductor is not None
        if self.trials.left:
            self.trials.train(self.conductor)
            return
        count = self.pace.steps_now(time.monotonic())
        if self.until is not None:
            count = min(count, self.until - self.step)
        if count > 0:
            begun = time.monotonic()
            self.spent_training(begun, len(self._advance(self.conductor, count).steps))
            if self.pace.slow:
                self.budget.all_stale()  # every step is to be seen
        if self.until is not None and self.step >= self.until:
            self.pause(f"Reached step {self.step}")
            self.report()

    def spent_training(self, begun: float, steps: int) -> None:
        """A chunk of ``steps`` was begun at this time and is done."""
        now = time.monotonic()
        self.pace.took(steps, now - begun)
        self.budget.trained(now - begun)
        self._training += now - begun
        self._rate.add(now, steps)
        if now - self._rate.reported > STATUS_SECONDS:
            self._rate.reported = now
            self.report()

    def _advance(self, conductor: Conductor, count: int, only: str = "") -> ScalarChunk:
        """Train, and hand over the rows; those before a failure too."""
        try:
            return conductor.advance(count, self.session.inbox.pending, only)
        finally:
            self.mailbox.put_scalars(conductor.finished)
            conductor.observer.moved()
            self.timeline.note(conductor)

    # ---- when things go wrong --------------------------------------------------------------------

    def _nonfinite(self, error: NonFiniteLossError) -> None:
        self.state = State.PAUSED
        self.budget.all_stale()
        self.say("nonfinite", nonfinite_text(error.player, error.value, error.step, self.step),
                 data={"player": error.player, "failed_step": error.step})
        self.say("restored", f"Back at step {self.step}")
        self.report()

    def _broke(self, error: Exception) -> None:
        self.budget.all_stale()
        self._failed(f"Training stopped at step {self.step}", error)
        self.say("restored", f"Back at step {self.step}, the last good state")
