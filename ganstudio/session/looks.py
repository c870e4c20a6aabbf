"""The worker's looks at the run: which frames are wanted, and making those that are due."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from ganstudio.session.doctoring import tell
from ganstudio.session.failures import sentence, traceback_of
from ganstudio.session.messages import State, Watch
from ganstudio.training.budget import ProbeBudget
from ganstudio.training.doctor.frames import DoctorFrame, WantDoctor
from ganstudio.training.field_frames import FieldWant
from ganstudio.training.frames import (
    Frame,
    Want,
    WantArrows,
    WantLatentMap,
    WantLine,
    WantMosaic,
    WantPoints,
    WantSurface,
)

if TYPE_CHECKING:
    from ganstudio.session.worker import Worker

OFTEN = (FieldWant, WantArrows, WantDoctor, WantLatentMap, WantLine, WantMosaic, WantPoints,
         WantSurface)
"""What people watch move, and the doctor, who sees what happens between two examinations only if
they lie near each other; the rest is read, and may come more rarely."""
OFTEN_WEIGHT = 3.0


class Looks:
    """Belongs to a worker. Nobody looking costs nothing."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.budget = ProbeBudget()
        self.wants: dict[str, Want] = {}
        self.seconds = 0.0
        """Time spent looking, in all."""

    def watch(self, command: Watch) -> None:
        """From now on these frames are wanted, and no others."""
        worker = self.worker
        changed = {k for k, want in command.wants.items() if self.wants.get(k) != want}
        self.wants = dict(command.wants)
        self._book(changed)
        worker.mailbox.forget(set(self.wants) - changed)
        for seen in (worker.conductor, worker.timeline.replay):
            if seen is not None:
                seen.observer.watch(list(self.wants.values()))

    def _book(self, changed: Collection[str]) -> None:
        self.budget.watch(self.wants, changed, {
            key: OFTEN_WEIGHT for key, want in self.wants.items() if isinstance(want, OFTEN)})

    def work(self) -> None:
        """Make the frames that are due: what the budget allows while training, everything that
        is out of date when paused or looking at the past. A command that comes in goes first.
        """
        worker = self.worker
        if worker.conductor is None or not self.wants:
            return
        past = worker.timeline.replay
        observer = worker.timeline.observer(worker.conductor)
        running = worker.state is State.RUNNING and past is None
        while not worker.session.inbox.pending():
            free = {key: not running or worker.mailbox.taken(key) for key in self.wants}
            key = self.budget.due(time.monotonic(), free)
            if key is None or (not running and not self.budget.costs[key].stale):
                return
            begun = time.monotonic()
            try:
                if past is None and isinstance(self.wants[key], WantDoctor):
                    # What an earlier session saw belongs to the first verdict too.
                    worker.conductor.doctoring.look.doctor.cut_after(worker.conductor.step)
                frame, finished = observer.glance(self.wants[key], resting=not running)
                if frame is not None:
                    self._hand_over(key, frame, past is None)
            except Exception as error:
                # A want that does not fit this run, or that fails, is dropped: it would fail
                # again, and it is no reason to stop the training.
                details = "" if isinstance(error, ValueError) else traceback_of(error)
                worker.say("note", f"{key} cannot be shown: {sentence(error)}", details)
                del self.wants[key]
                self._book(())
                continue
            now = time.monotonic()
            self.budget.looked(key, now, now - begun, finished,
                               insist=not finished and not running)
            if running and (worker.pace.slow or worker.pace.wait_for(now) > 0):
                self.budget.rested(now - begun)
            self.seconds += now - begun
            if past and worker.state is State.RUNNING:
                return  # training goes on between two looks at the past

    def _hand_over(self, key: str, frame: Frame, present: bool) -> None:
        worker = self.worker
        worker.mailbox.put_frame(key, frame)
        if not present or worker.conductor is None:
            return
        worker.conductor.measuring.note(frame)
        if isinstance(frame, DoctorFrame):
            tell(worker.conductor, frame, self.wants[key], worker.say, worker.pause)
