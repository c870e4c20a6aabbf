"""Work on a thread of its own that a window lets run, pauses and closes."""

from __future__ import annotations

import threading

OWNER = "the GAN Studio window"
"""What a session is called where another finds its run locked."""


class WorkerThread:
    """Owns the thread; begins paused unless told to ``run``.

    A subclass works in ``_work`` while ``_going``, until ``_stop``, and guards by ``_wake`` what
    both sides touch.
    """

    def __init__(self, name: str) -> None:
        self._wake = threading.Condition()
        self._going, self._stop = False, False
        self._thread = threading.Thread(target=self._work, name=name)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def run(self) -> None:
        """Work on."""
        with self._wake:
            self._going = True
            self._wake.notify()

    def pause(self) -> None:
        """Stop after the step in hand."""
        with self._wake:
            self._going = False
            self._wake.notify()

    def close(self, timeout: float | None = None) -> bool:
        """Save all and join the thread; whether it has ended."""
        with self._wake:
            self._stop, self._going = True, False
            self._wake.notify()
        if self._thread.ident is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        """What the thread does."""
        raise NotImplementedError
