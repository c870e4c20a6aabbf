"""Which part of a run's past the timeline shows."""

from __future__ import annotations

LEAST = 10
"""Steps in sight at least."""


class Zoom:
    """A window of steps onto ``[0, last]``; ``None`` is the whole, which grows with the run.

    A window that reaches the run's last step stays with it while the run goes on.
    """

    def __init__(self) -> None:
        self.window: tuple[float, float] | None = None
        self._last = 0

    def range(self, last: int) -> tuple[float, float]:
        """The first and the last step in sight, of a run of ``last`` steps."""
        if self.window is None or self.window[1] - self.window[0] >= last:
            self.window = None
        elif last > self._last > 0 and self.window[1] >= self._last:
            self._put(self.window[0] + last - self._last, last)
        elif self.window[1] > last:
            self._put(self.window[0], last)  # the branch that reached furthest is gone
        self._last = last
        return self.window or (0.0, float(last))

    def _put(self, first: float, last: int) -> None:
        assert self.window is not None
        wide = self.window[1] - self.window[0]
        first = min(max(first, 0.0), last - wide)
        self.window = (first, first + wide)

    def zoom(self, factor: float, at: float, last: int) -> None:
        """Show ``factor`` times as many steps; the step ``at`` stays where it is."""
        first, end = self.range(last)
        wide = max((end - first) * factor, float(LEAST))
        if wide >= last:
            self.window = None
        else:
            share = (at - first) / (end - first)
            self.window = (0.0, wide)
            self._put(at - share * wide, last)

    def pan(self, steps: float, last: int) -> None:
        """Look so many steps further on, or back where negative."""
        first, _ = self.range(last)
        if self.window is not None:
            self._put(first + steps, last)

    def show(self, step: float, last: int) -> None:
        """Move as little as brings ``step`` into sight."""
        first, end = self.range(last)
        self.pan(min(step - first, 0.0) + max(step - end, 0.0), last)

    def reset(self) -> None:
        """The whole again."""
        self.window = None
