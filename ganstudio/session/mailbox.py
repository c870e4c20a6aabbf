"""What the worker has for whoever watches: scalars and events pile up, frames replace."""

from __future__ import annotations

import threading

from ganstudio.session.messages import Event, Status, Update, Viewed
from ganstudio.session.timeline_messages import Timeline
from ganstudio.training.frames import Frame, RunInfo, ScalarChunk, ScalarPart
from ganstudio.training.metrics_frames import MetricsFrame


class Mailbox:
    """Two kinds of channel between two threads.

    *append* (scalars, events): every one arrives, in order. *latest* (frames, status): a new
    one takes the place of the old. Neither side ever waits for the other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scalars: list[ScalarChunk] = []
        self._past: tuple[ScalarPart, ...] = ()
        self._events: list[Event] = []
        self._frames: dict[str, Frame] = {}
        self._metrics: tuple[MetricsFrame, ...] = ()
        self._info: RunInfo | None = None
        self._status = Status()
        self._timeline: Timeline | None = None
        self._viewed: Viewed | None = None

    def put_scalars(self, chunk: ScalarChunk) -> None:
        """Append rows."""
        if len(chunk.steps):
            with self._lock:
                self._scalars.append(chunk)

    def put_metrics(self, past: tuple[MetricsFrame, ...]) -> None:
        """Hand over the metrics of a run that was taken up; delivered once."""
        with self._lock:
            self._metrics = past

    def put_past(self, parts: tuple[ScalarPart, ...]) -> None:
        """Say what the history is so far, in place of all rows before; delivered once."""
        with self._lock:
            self._past = parts
            self._scalars = []

    def put_event(self, event: Event) -> None:
        """Append an event; how far a work has come replaces how far it had, if nobody saw that."""
        with self._lock:
            if _goes_on(self._events[-1:], event):
                self._events[-1] = event
            else:
                self._events.append(event)

    def put_frame(self, key: str, frame: Frame) -> None:
        """Replace the frame of this key."""
        with self._lock:
            self._frames[key] = frame

    def put_info(self, info: RunInfo) -> None:
        """Say what the run is; delivered once."""
        with self._lock:
            self._info = info

    def put_timeline(self, timeline: Timeline) -> None:
        """Replace what is told of the past."""
        with self._lock:
            self._timeline = timeline

    def put_viewed(self, viewed: Viewed) -> None:
        """Say whose curves and metrics are to be shown."""
        with self._lock:
            self._viewed = viewed

    def put_status(self, status: Status) -> None:
        """Replace the status."""
        with self._lock:
            self._status = status

    def taken(self, key: str) -> bool:
        """Whether the last frame of this key has been collected."""
        return key not in self._frames

    def forget(self, keys: set[str]) -> None:
        """Drop frames that nobody wants any more: all but those of ``keys``."""
        with self._lock:
            self._frames = {k: f for k, f in self._frames.items() if k in keys}

    def collect(self) -> Update:
        """Everything since the last call."""
        with self._lock:
            update = Update(self._status, tuple(self._scalars), self._frames,
                            tuple(self._events), self._info, self._timeline,
                            self._metrics, self._past, self._viewed)
            self._scalars, self._events, self._frames, self._info = [], [], {}, None
            self._timeline, self._metrics, self._past, self._viewed = None, (), (), None
        return update


def _goes_on(last: list[Event], event: Event) -> bool:
    return event.kind == "progress" and any(
        before.kind == "progress" and before.data.get("what") == event.data.get("what")
        for before in last)
