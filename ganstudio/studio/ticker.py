"""The window's one timer. Drawing gives way when it would take too much of the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

FASTEST_MS = 33
SLOWEST_MS = 100
# Share of one core that the window's thread may take before it draws less often.
SHARE_HIGH = 0.08
SHARE_LOW = 0.05
REVIEW_EVERY = 8  # ticks


class Ticker(QObject):
    """Ticks 30 times a second, down to 10 when the window's own thread is busy.

    The window's load is read from the thread's processor time, so that waiting for training to
    hand over the interpreter does not count, only the work of drawing itself.
    """

    tick = Signal()

    def __init__(self, parent: QObject | None = None,
                 load_clock: Callable[[], float] = time.thread_time,
                 wall_clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(parent)
        self._load_clock = load_clock
        self._wall_clock = wall_clock
        self._timer = QTimer(self)
        self._timer.setInterval(FASTEST_MS)
        self._timer.timeout.connect(self._fire)
        self._marks = (0.0, 0.0)
        self._count = 0
        self.rate = 0.0
        """Ticks a second of late."""

    @property
    def interval(self) -> int:
        """Milliseconds between ticks at present."""
        return self._timer.interval()

    @property
    def active(self) -> bool:
        """Whether it ticks."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin to tick."""
        if not self._timer.isActive():
            self._count = 0
            self._marks = (self._wall_clock(), self._load_clock())
            self._timer.start()

    def stop(self) -> None:
        """No more ticks."""
        self._timer.stop()
        self.rate = 0.0

    def _fire(self) -> None:
        self._count += 1
        if self._count >= REVIEW_EVERY:
            self._review()
        self.tick.emit()

    def _review(self) -> None:
        """Space the ticks by how busy the thread was since the last look."""
        wall, load = self._wall_clock(), self._load_clock()
        passed = max(wall - self._marks[0], 1e-6)
        share = (load - self._marks[1]) / passed
        self.rate = self._count / passed
        self._marks, self._count = (wall, load), 0
        now = self._timer.interval()
        if share > SHARE_HIGH:
            self._timer.setInterval(min(SLOWEST_MS, round(now * 1.25)))
        elif share < SHARE_LOW and now > FASTEST_MS:
            self._timer.setInterval(max(FASTEST_MS, round(now * 0.85)))
