"""Metrics of a run on their way into its folder, and out of it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.metrics.table import METRICS
from ganstudio.runs.ancestry import past_records
from ganstudio.runs.records import far_enough
from ganstudio.training.frames import Frame
from ganstudio.training.metrics_frames import MetricsFrame, WantMetrics, as_entry, from_entry

if TYPE_CHECKING:
    from ganstudio.session.conductor import Conductor

FIRST, GROWTH = 64, 1.5


def next_metrics_step(step: int) -> int:
    """The first step after ``step`` at which a run without a window is measured.

    64, 96, 144, … half as far again each: a handful of looks, whatever the length. The rule
    depends on the step alone, so a resumed run has the records of an unbroken one.
    """
    due = FIRST
    while due <= step:
        due = int(due * GROWTH)
    return due


class Measuring:
    """What a conductor does with metrics."""

    def __init__(self, conductor: Conductor) -> None:
        self.conductor = conductor
        self.features = "random"
        """What images are scored in when nobody at a window has chosen."""
        self._last: int | None = None

    def choose(self, features: str) -> None:
        """Take up what images are scored in: random, pixels, classifier or module:function.

        Raises:
            ValueError: there is no such thing, or the data are not for it.
        """
        from ganstudio.training.metrics_space import check_features

        check_features(self.conductor.trainer.dataset, features)
        self.features = features

    def past(self) -> tuple[MetricsFrame, ...]:
        """What the folder holds, in order.

        Raises:
            RunError: its file is damaged.
        """
        folder = self.conductor.folder
        entries = [] if folder is None else past_records(folder, lambda f: f.metrics)
        frames = tuple(f for f in map(from_entry, entries) if f is not None)
        self._last = frames[-1].step if frames else None
        return frames

    def note(self, frame: Frame) -> None:
        """Record a frame of metrics if it is whole and the last one is some way back."""
        if (not isinstance(frame, MetricsFrame) or not frame.complete
                or self.conductor.trial is not None or not far_enough(frame.step, self._last)):
            return
        self._record(frame)

    def _record(self, frame: MetricsFrame) -> None:
        self._last = frame.step
        self.conductor.guarded(lambda folder: folder.metrics.add(frame.step, as_entry(frame)))

    def measure(self) -> MetricsFrame | None:
        """Every metric that applies, now; recorded. None where the data are too few for any."""
        try:
            frame = self.conductor.observer.look(WantMetrics(tuple(METRICS), self.features))
        except ValueError:
            return None
        assert isinstance(frame, MetricsFrame)
        self._record(frame)
        return frame
