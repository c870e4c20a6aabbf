"""A run trained to a given step with nobody looking, and measured now and then."""

from __future__ import annotations

import time
from collections.abc import Callable

from ganstudio.session.conductor import Conductor
from ganstudio.session.measuring import next_metrics_step
from ganstudio.training.frames import ScalarChunk

CHUNK = 64
"""Steps at once at most."""


class Unattended:
    """Takes ``conductor`` to the step ``target``, a piece at each ``advance``.

    With ``doctor`` the run is examined too, as often as that is due.
    """

    def __init__(self, conductor: Conductor, target: int, doctor: bool = False) -> None:
        self.conductor = conductor
        self.target = target
        self.doctor = doctor
        self.last: ScalarChunk | None = None
        """The newest rows."""
        self.seconds = 0.0
        """What the training took, without the looking."""
        self._due = next_metrics_step(conductor.step)

    @property
    def done(self) -> bool:
        """Whether the target is reached."""
        return self.conductor.step >= self.target

    @property
    def rate(self) -> float:
        """Steps a second, 0 before the first."""
        steps = self.conductor.step - self.conductor.started_at
        return steps / self.seconds if self.seconds > 0 else 0.0

    def advance(self, interrupted: Callable[[], object] = lambda: False) -> None:
        """Take some steps; look at the run where that is due.

        Raises:
            Exception: as ``Conductor.advance``.
        """
        conductor = self.conductor
        begun = time.perf_counter()
        until = min(self.target, self._due) - conductor.step
        try:
            chunk = conductor.advance(min(CHUNK, until), interrupted)
        finally:
            self.seconds += time.perf_counter() - begun
        if len(chunk.steps):
            self.last = chunk
        if conductor.step >= min(self._due, self.target):
            conductor.measuring.measure()
            self._due = next_metrics_step(conductor.step)
        if self.doctor and conductor.doctoring.due:
            conductor.doctoring.examine()
