"""The worker's looks at the run: which frames are wanted, and making those that are due."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganstudio.session.doctoring import tell
from ganstudio.session.failures import sentence, traceback_of
from ganstudio.session.messages import State, Watch
from ganstudio.training.budget import ProbeBudget
from ganstudio.training.doctor.frames import DoctorFrame, WantDoctor
from ganstudio.training.field_frames import FieldWant
from ganstudio.training.frames import (
    Frame,
    SlowWant,
    Want,
    WantArrows,
    WantLatentMap,
    WantLine,
    WantMosaic,
    WantPoints,
    WantSurface,
)
from ganstudio.training.host_copies import QuickLook
from ganstudio.training.observer import Observer

if TYPE_CHECKING:
    from ganstudio.session.worker import Worker

OFTEN = (FieldWant, WantArrows, WantDoctor, WantLatentMap, WantLine, WantMosaic, WantPoints,
         WantSurface)
"""What people watch move, and the doctor, who sees what happens between two examinations only if
they lie near each other; the rest is read, and may come more rarely."""
OFTEN_WEIGHT = 3.0


@dataclass(frozen=True, slots=True)
class Queued:
    """A quick look whose work waits on a device; queueing it took ``seconds``."""

    want: Want
    observer: Observer
    look: QuickLook[Frame]
    seconds: float


class Looks:
    """Belongs to a worker. Nobody looking costs nothing.

    Training never waits for a device on account of a picture: a look that is queued there is
    handed over after a later chunk of steps, and is paid for then.
    """

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.budget = ProbeBudget()
        self.wants: dict[str, Want] = {}
        self.queued: dict[str, Queued] = {}
        self.seconds = 0.0
        """Time spent looking, in all."""

    def watch(self, command: Watch) -> None:
        """From now on these frames are wanted, and no others."""
        worker = self.worker
        changed = {k for k, want in command.wants.items() if self.wants.get(k) != want}
        self.wants = dict(command.wants)
        # A want that is dragged changes faster than looks are made: it is shown as it was.
        self.queued = {key: queued for key, queued in self.queued.items()
                       if type(self.wants.get(key)) is type(queued.want)}
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
        self._collect(observer, running and not worker.pace.slow)
        while not worker.session.inbox.pending():
            free = {key: key not in self.queued and (not running or worker.mailbox.taken(key))
                    for key in self.wants}
            key = self.budget.due(time.monotonic(), free)
            if key is None or (not running and not self.budget.costs[key].stale):
                return
            self._try(key, self._look, observer, running, past is None)
            if past and worker.state is State.RUNNING:
                return  # training goes on between two looks at the past

    def _look(self, key: str, observer: Observer, running: bool, present: bool) -> None:
        want, begun = self.wants[key], time.monotonic()
        if isinstance(want, SlowWant | WantDoctor):
            if isinstance(want, WantDoctor) and present and self.worker.conductor is not None:
                # What an earlier session saw belongs to the first verdict too.
                self.worker.conductor.doctoring.look.doctor.cut_after(self.worker.step)
            frame, finished = observer.glance(want, resting=not running)
        else:
            look = observer.begin(want, resting=not running)
            if running and not self.worker.pace.slow and not look.ready():
                self.queued[key] = Queued(want, observer, look, time.monotonic() - begun)
                return
            frame, finished = look.frame(), True
        if frame is not None:
            self._hand_over(key, frame, present)
        self._spent(key, time.monotonic() - begun, running, finished,
                    insist=not finished and not running)

    def _collect(self, observer: Observer, moving: bool) -> None:
        """Hand over what a device has made meanwhile; what is of no use any more is dropped:
        where every step is to be seen, or the run stands, the present one is looked at instead.
        """
        for key, queued in list(self.queued.items()):
            if not moving or queued.observer is not observer or (
                    queued.look.step > observer.trainer.step):  # the run went back
                del self.queued[key]
            else:
                self._try(key, self._arrived, queued)

    def _arrived(self, key: str, queued: Queued) -> None:
        look, begun = queued.look, time.monotonic()
        if not look.ready():
            return
        del self.queued[key]
        self._hand_over(key, look.frame(), present=True)
        # While the thread queued the look, the device was at work on it.
        seconds = max(queued.seconds, look.device_seconds()) + time.monotonic() - begun
        self._spent(key, seconds, True, True, insist=queued.want != self.wants[key])

    def _try(self, key: str, act: Callable[..., None], *arguments: Any) -> None:
        try:
            act(key, *arguments)
        except Exception as error:
            # A want that does not fit this run, or that fails, is dropped: it would fail
            # again, and it is no reason to stop the training.
            details = "" if isinstance(error, ValueError) else traceback_of(error)
            self.worker.say("note", f"{key} cannot be shown: {sentence(error)}", details)
            del self.wants[key]
            self.queued.pop(key, None)
            self._book(())

    def _spent(self, key: str, seconds: float, running: bool, finished: bool, insist: bool
               ) -> None:
        now, pace = time.monotonic(), self.worker.pace
        self.budget.looked(key, now, seconds, finished, insist)
        if running and (pace.slow or pace.wait_for(now) > 0):
            self.budget.rested(seconds)
        self.seconds += seconds

    def _hand_over(self, key: str, frame: Frame, present: bool) -> None:
        worker = self.worker
        worker.mailbox.put_frame(key, frame)
        if not present or worker.conductor is None:
            return
        worker.conductor.measuring.note(frame)
        if isinstance(frame, DoctorFrame):
            tell(worker.conductor, frame, self.wants[key], worker.say, worker.pause)
