"""When a run is saved without being asked."""

from __future__ import annotations

import math
import time

AUTOSAVE_SECONDS = 30.0
TWEAK_SAVE_SECONDS = 1.0
"""The least time between two saves that tweaks ask for."""
FLUSH_SECONDS = 1.0
"""The history is brought from memory to its file so often."""


class SaveTimes:
    """The clock of one run's saving; ``now`` is ``time.monotonic()`` throughout."""

    def __init__(self) -> None:
        self.last_flush = self.last_save = time.monotonic()
        self._save_at: float | None = None
        self._mark_saved = -math.inf

    def marked(self) -> None:
        """Something happened at whose step a state is to be kept: save soon."""
        self._save_at = max(time.monotonic(), self._mark_saved + TWEAK_SAVE_SECONDS)

    def saved(self) -> None:
        """The state is on its way to the disk."""
        self.last_save, self._save_at = time.monotonic(), None

    def flush_due(self, now: float) -> bool:
        """Whether to flush the history; asked once, it counts as done."""
        due = now - self.last_flush >= FLUSH_SECONDS
        if due:
            self.last_flush = now
        return due

    def save_due(self, now: float) -> bool:
        """Whether to save the state."""
        marked = self._save_at is not None and now >= self._save_at
        if marked:
            self._mark_saved = now
        return marked or now - self.last_save >= AUTOSAVE_SECONDS

    def wait(self, now: float) -> float | None:
        """Seconds until a save falls due that no further training brings about."""
        return None if self._save_at is None else max(0.0, self._save_at - now)
