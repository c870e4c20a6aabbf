"""The metrics of a run by key, in order of step; bounded, however long the run is looked at."""

from __future__ import annotations

from collections.abc import Iterable

from ganstudio.training.metrics_frames import MetricsFrame, MetricValue

MOST = 4000
"""Values kept of each metric; beyond it every other of the older ones is dropped."""


class MetricsHistory:
    """Steps and values of each metric. Values in other features are another metric's history."""

    def __init__(self) -> None:
        self.frame: MetricsFrame | None = None
        """The newest, which says the features."""
        self._kept: dict[tuple[str, str, bool], dict[int, MetricValue]] = {}

    def clear(self) -> None:
        """Forget all."""
        self.frame = None
        self._kept.clear()

    def add(self, frames: Iterable[MetricsFrame]) -> None:
        """Take frames in; a later frame of a step takes the place of an earlier one."""
        for frame in frames:
            self.frame = frame
            for value in frame.values:
                kept = self._kept.setdefault((value.key, frame.features, frame.averaged), {})
                if kept and frame.step < next(reversed(kept)):
                    kept[frame.step] = value
                    ordered = sorted(kept.items())
                    kept.clear()
                    kept.update(ordered)
                else:
                    kept[frame.step] = value
                if len(kept) > MOST:
                    for step in list(kept)[:MOST // 2:2]:
                        del kept[step]

    def cut_after(self, step: int) -> None:
        """The run went back to this step."""
        for kept in self._kept.values():
            for later in [s for s in kept if s > step]:
                del kept[later]

    def of(self, key: str) -> tuple[list[int], list[MetricValue]]:
        """Steps and values of a metric, in the features of the newest frame."""
        if self.frame is None:
            return [], []
        kept = self._kept.get((key, self.frame.features, self.frame.averaged), {})
        return list(kept), list(kept.values())

    def span(self) -> tuple[int, int] | None:
        """The first and last step of all that would be shown."""
        steps = [s for (_, features, averaged), kept in self._kept.items() for s in kept
                 if self.frame is not None
                 and (features, averaged) == (self.frame.features, self.frame.averaged)]
        return (min(steps), max(steps)) if steps else None
