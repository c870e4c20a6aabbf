"""The run as an actor: commands in, updates out, one thread of its own.

Nothing here imports torch until the thread runs, so a window can hold a session and be on the
screen first.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.recipe import Recipe
from ganstudio.session.garbage import spare_what_stays
from ganstudio.session.mailbox import Mailbox
from ganstudio.session.messages import CancelExport, Command, State, Status, Stop, Update
from ganstudio.training.interrupt import Interrupt

if TYPE_CHECKING:
    from ganstudio.session.worker import Worker


class Inbox:
    """Commands waiting for the worker."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: deque[Command] = deque()
        self.pending = Interrupt()
        """Set while something waits: training ends its steps after the present one."""
        self.stopping = False
        """Whether the end has been asked for: long preparations look at this."""

    def put(self, command: Command) -> None:
        """Add a command; never blocks for longer than another thread takes to do the same."""
        with self._condition:
            self._waiting.append(command)
            self.pending.set()
            if isinstance(command, Stop):
                self.stopping = True
            self._condition.notify_all()

    def take(self, timeout: float | None) -> list[Command]:
        """Everything that waits, after at most ``timeout`` seconds (None: until there is some)."""
        with self._condition:
            if timeout != 0:
                self._condition.wait_for(lambda: bool(self._waiting), timeout)
            taken = list(self._waiting)
            self._waiting.clear()
            self.pending.clear()
            return taken


class Session:
    """One run, prepared and trained on its own thread.

    ``folder`` is the run folder: made if it is new, taken up if it is a run already (then
    ``recipe`` may be None). Without a folder nothing is recorded. ``nice`` lowers the
    training thread's priority where the system can, so that a window stays smooth. ``read_only``
    looks at a run and leaves its folder as it is.
    """

    def __init__(self, recipe: Recipe | None, folder: Path | None = None, *,
                 nice: int = 5, read_only: bool = False) -> None:
        self.folder = folder
        self.inbox = Inbox()
        self.mailbox = Mailbox()
        self.nice = nice
        self.read_only = read_only
        self._recipe = recipe
        self._thread = threading.Thread(target=self._work, name="ganstudio-training")
        self._started = False

    @property
    def recipe(self) -> Recipe | None:
        """The recipe as last known: after a tweak was taken up, the changed one."""
        return self._recipe

    @recipe.setter
    def recipe(self, recipe: Recipe) -> None:
        self._recipe = recipe

    @property
    def step(self) -> int:
        """Steps done as of this moment."""
        return self._worker.step if self._worker is not None else 0

    @property
    def thread(self) -> threading.Thread:
        """The thread that trains."""
        return self._thread

    def start(self) -> None:
        """Begin to prepare the run; events tell when it is ready."""
        self._started = True
        self._thread.start()

    def send(self, command: Command) -> None:
        """Ask for something. Answers come as events, frames and scalars of ``poll``."""
        worker = self._worker
        if isinstance(command, CancelExport) and worker is not None:
            # At once, not behind the training: what it stops runs on a thread of its own. And
            # queued as well, since the export itself may still wait in the queue.
            worker.exporter.cancel()
        self.inbox.put(command)

    def poll(self) -> Update:
        """Everything that is new since the last call. Never blocks."""
        return self.mailbox.collect()

    def close(self, timeout: float | None = None) -> bool:
        """Stop, save and join the thread. True once it has ended."""
        if not self._started:
            return True
        self.inbox.put(Stop())
        self._thread.join(timeout)
        return not self._thread.is_alive()

    _worker: Worker | None = None

    def _work(self) -> None:
        try:
            # torch is imported here, on the thread that uses it, after the window is painted.
            from ganstudio.session.worker import Worker
        except Exception as error:
            from ganstudio.session.failures import failure_event

            self.mailbox.put_event(failure_event("torch could not be loaded", error, 0,
                                                 time.time()))
            self.mailbox.put_status(Status(State.FAILED))
            return
        spare_what_stays()
        self._worker = Worker(self)
        self._worker.work()
