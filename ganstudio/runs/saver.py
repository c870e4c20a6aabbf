"""Writing checkpoints on a thread of their own, so that training does not wait for the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ganstudio.recipe import Recipe
from ganstudio.runs.folder import RunFolder
from ganstudio.training.trainer import State


class Saver:
    """Keeps the newest state that it was given; an older one that still waits is dropped.

    ``on_error`` is called from the saver's thread with the sentence for the person.
    """

    def __init__(self, folder: RunFolder, on_error: Callable[[str], None]) -> None:
        self.folder = folder
        self.on_error = on_error
        self._condition = threading.Condition()
        self._waiting: tuple[State, Recipe, int] | None = None
        self._busy = False
        self._saved = True
        self.saves = 0
        """States that have come to the disk."""
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="ganstudio-saver")
        self._thread.start()

    def save(self, state: State, recipe: Recipe, entries: int) -> None:
        """Have a state written soon, as of ``entries`` lines of the journal.

        The state must be a copy that nobody changes.
        """
        with self._condition:
            self._waiting = (state, recipe, entries)
            self._condition.notify_all()

    def wait(self) -> bool:
        """Return when the newest state given is on the disk (True), or has failed (False)."""
        with self._condition:
            self._condition.wait_for(lambda: self._waiting is None and not self._busy)
            return self._saved

    def close(self) -> None:
        """Write what waits, then end the thread."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting is not None or self._closing)
                if self._waiting is None:
                    return
                newest, self._waiting = self._waiting, None
                self._busy = True
            saved = False
            try:
                # First what the checkpoint builds on: it must never know more than they do.
                self.folder.sync()
                self.folder.save(*newest)
                saved = True
                self.saves += 1
            except Exception as error:  # whatever it is, the thread must live: others wait on it
                why = error.strerror if isinstance(error, OSError) else None
                self.on_error(f"the run could not be saved in {self.folder.path}: {why or error}")
            finally:
                with self._condition:
                    self._busy, self._saved = False, saved
                    self._condition.notify_all()
