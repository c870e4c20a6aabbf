"""How long the window's event loop is held up, by a timer that should come every 5 ms."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer

EVERY_MS = 5


class EventGaps:
    """Notes the time from one tick of the timer to the next; ``found`` are milliseconds."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._note)
        self._last: float | None = None
        self.found: list[float] = []

    def _note(self) -> None:
        now = time.perf_counter()
        if self._last is not None:
            self.found.append(1000 * (now - self._last))
        self._last = now

    def start(self) -> None:
        """Forget and begin."""
        self._last, self.found = None, []
        self._timer.start()

    def end(self) -> list[float]:
        """Stop; what was found since ``start``."""
        self._timer.stop()
        return self.found
