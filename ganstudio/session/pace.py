"""From slow motion to flat out: when the next step may be taken."""

from __future__ import annotations

CHUNK_SECONDS = 0.03
"""How long training goes on before it sees whether a picture is due; a command ends it at once."""
QUEUED_SECONDS = 0.02
"""The same where steps are only queued: on a GPU a command waits until all of them are done."""
SLOW = 30.0
"""Steps a second up to which every step is to be seen, not only taken in time."""


class Pace:
    """Spaces steps out to ``steps_per_second``, or lets them run (None). Times in seconds."""

    def __init__(self) -> None:
        self.steps_per_second: float | None = None
        self.chunk_seconds = CHUNK_SECONDS
        self._owed_from = 0.0
        self._rate = 0.0

    def set(self, steps_per_second: float | None, now: float) -> None:
        """Change the pace from now on."""
        self.steps_per_second = steps_per_second
        self._owed_from = now

    @property
    def chunk(self) -> int:
        """Steps to take at once when flat out."""
        return max(1, int(self._rate * self.chunk_seconds))

    @property
    def slow(self) -> bool:
        """Whether this is slow motion: one step, then pictures of it, then the next."""
        return self.steps_per_second is not None and self.steps_per_second <= SLOW

    def steps_now(self, now: float) -> int:
        """How many steps to take at once now; 0 means wait ``wait_for`` seconds first."""
        # A chunk short enough that frames keep coming, long enough that its start costs little.
        flat_out = 1 if self.slow else self.chunk
        if self.steps_per_second is None:
            return flat_out
        owed = int((now - self._owed_from) * self.steps_per_second)
        if self.slow and (now - self._owed_from) * self.steps_per_second > 1.5:
            # Late: made up for at once, the next steps would be gone before anybody saw them.
            self._owed_from = now - 1 / self.steps_per_second
        elif owed > self.steps_per_second and owed > 2 * flat_out:
            # It cannot keep up: forget the debt, so that slowing down later acts at once.
            self._owed_from = now
        return min(owed, flat_out)

    def wait_for(self, now: float) -> float:
        """Seconds until the next step is due; 0 when flat out."""
        if self.steps_per_second is None:
            return 0.0
        return max(0.0, self._owed_from + 1 / self.steps_per_second - now)

    def took(self, steps: int, seconds: float) -> None:
        """A chunk took this long."""
        if self.steps_per_second is not None:
            self._owed_from += steps / self.steps_per_second
        if seconds > 0:
            rate = steps / seconds
            self._rate = rate if not self._rate else 0.8 * self._rate + 0.2 * rate

    def start(self, now: float) -> None:
        """Training begins (again): nothing is owed for the time it stood still."""
        self._owed_from = now if self.steps_per_second is None else (
            now - 1 / self.steps_per_second)


class Rate:
    """Steps a second over the last second or so."""

    def __init__(self) -> None:
        self.marks: list[tuple[float, int]] = []
        self.reported = 0.0

    def add(self, now: float, steps: int) -> None:
        """So many steps have been taken by now."""
        self.marks.append((now, steps))
        while len(self.marks) > 2 and self.marks[0][0] < now - 1.0:
            self.marks.pop(0)

    def clear(self) -> None:
        """Forget what was."""
        self.marks.clear()

    def value(self, now: float) -> float:
        """Steps a second; 0 before there are two marks."""
        if len(self.marks) < 2:
            return 0.0
        span = self.marks[-1][0] - self.marks[0][0]
        return sum(steps for _, steps in self.marks[1:]) / span if span > 0 else 0.0
