"""A run that is only looked at and trains elsewhere: its curves and its saved states, as they come.

Nothing is written, and nothing is asked of whoever trains: the folder is read again now and then.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.runs.errors import RunError
from ganstudio.session.conductor import Conductor
from ganstudio.session.looking_only import may_write

if TYPE_CHECKING:
    from ganstudio.session.worker import Worker

PERIOD = 1.0
"""Seconds between two readings; the history comes to the disk about as often."""


class Following:
    """Belongs to a worker; does nothing where the run is trained here."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self._due = 0.0
        self._last = 0
        """The step of the last row that was handed over."""
        self._seen: tuple[Path, int] | None = None
        """The newest saved state that was looked at, and when it was written."""
        self._free = False

    def begin(self, last: int) -> None:
        """The rows up to step ``last`` have been handed over."""
        self._last = last
        self._due = time.monotonic() + PERIOD

    def patience(self) -> float:
        """Seconds until the folder is to be read again."""
        return max(0.0, self._due - time.monotonic())

    def work(self) -> None:
        """Read what has come since, if it is time to."""
        conductor = self.worker.conductor
        if not self.worker.session.read_only or conductor is None or self.patience() > 0:
            return
        self._due = time.monotonic() + PERIOD
        self._tell_when_free(conductor)
        try:
            self._follow_curves(conductor)
            if self.worker.timeline.moment is None:
                self._follow_state(conductor)
        except (RunError, OSError):
            return  # it is being written at this moment, or it went away: another time

    def _tell_when_free(self, conductor: Conductor) -> None:
        assert conductor.folder is not None
        free = may_write(conductor.folder.path)
        if free and not self._free:
            self.worker.say("free", f"{conductor.folder.path} is free now: press Run to train it "
                            "here")
        self._free = free

    def _follow_curves(self, conductor: Conductor) -> None:
        assert conductor.folder is not None
        history = conductor.folder.history
        count = history.count
        newest = int(history.rows(count - 1, 1)["step"][0]) if count else self._last
        if newest < self._last:  # it went back, or over to another state
            self.worker.mailbox.put_past(conductor.past())
            self.worker.say("restored", f"The run went back to step {newest}")
        elif newest > self._last:
            self.worker.mailbox.put_scalars(history.between(self._last + 1, newest))
        self._last = newest

    def _follow_state(self, conductor: Conductor) -> None:
        assert conductor.folder is not None
        files = conductor.folder.checkpoint_files()
        newest = (files[-1], files[-1].stat().st_mtime_ns) if files else None
        if newest is None or newest == self._seen:
            return
        saved = conductor.folder.latest()
        self._seen = newest
        if saved is None or saved.step == conductor.step:
            return
        changed = saved.recipe != conductor.recipe
        conductor.show_saved(saved)
        worker = self.worker
        worker.session.recipe = conductor.recipe
        conductor.observer.moved()
        worker.budget.all_stale()
        worker.timeline.changed(history=True)
        if changed:
            worker.say("followed", f"The settings as of step {worker.step:,}",
                       data={"path": str(conductor.folder.path)})
        worker.report()
