"""The time-lapse of a run as it is trained: one picture of what it makes, now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.runs.timelapse import next_frame_step
from ganstudio.training.frames import MosaicFrame, PointsFrame, WantMosaic, WantPoints

if TYPE_CHECKING:
    from ganstudio.session.conductor import Conductor


class Filming:
    """What a conductor does for the time-lapse. Steps stop at ``next``, where a frame is due."""

    def __init__(self, conductor: Conductor) -> None:
        self.conductor = conductor
        self.next = next_frame_step(conductor.step)

    def moved(self) -> None:
        """Steps were taken: record a frame if it is due."""
        if self.conductor.step >= self.next:
            self.record()
            self.went_back()

    def went_back(self) -> None:
        """The run stands at another step than before."""
        self.next = next_frame_step(self.conductor.step)

    def record(self) -> None:
        """Record the present samples, where there is a folder to record in."""
        conductor = self.conductor
        if conductor.folder is None or not conductor.recording:
            return
        step, observer = conductor.step, conductor.observer
        if conductor.dataset.is_image:
            mosaic = observer.look(WantMosaic())
            assert isinstance(mosaic, MosaicFrame)
            conductor.guarded(lambda folder: folder.timelapse.add_picture(step, mosaic.image))
        else:
            points = observer.look(WantPoints(averaged=True))
            assert isinstance(points, PointsFrame)
            conductor.guarded(lambda folder: folder.timelapse.add_points(step, points.fake))
