"""Progress and cancelling, told from one place."""

from __future__ import annotations

from collections.abc import Callable

from ganstudio.runs.gallery.data import GalleryCancelled

Progress = Callable[[str, int, int], None]
Cancelled = Callable[[], bool]


class Meter:
    """Counts units of work against a known total, and stops when asked to."""

    def __init__(self, total: int, progress: Progress | None, cancelled: Cancelled | None) -> None:
        self.total = total
        self.done = 0
        self._progress = progress
        self._cancelled = cancelled

    def tick(self, what: str, units: int = 1) -> None:
        """So many more units are done, of the kind ``what`` (a word or two for the person).

        Raises:
            GalleryCancelled: the person has asked for an end.
        """
        if self._cancelled is not None and self._cancelled():
            raise GalleryCancelled("the gallery was cancelled")
        self.done = min(self.total, self.done + units)
        if self._progress is not None:
            self._progress(what, self.done, self.total)
