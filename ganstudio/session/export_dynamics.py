"""The game of a run as a gallery shows it: taken on the run's thread, computed on another."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ganstudio.runs.gallery.data import GalleryCancelled
from ganstudio.runs.gallery.dynamics import Dynamics
from ganstudio.session.conductor import Conductor
from ganstudio.training.field_frames import FieldFrame, SpectrumFrame, WantField, WantSpectrum
from ganstudio.training.field_look import field_frames
from ganstudio.training.spectrum_look import spectrum_frames

EIGENVALUES = 8
IMAGE_GRID, POINT_GRID = 7, 15
IMAGE_SAMPLES = 16
"""Networks for images are dear: they are seen on few samples and nodes, without a spectrum."""


def take_dynamics(conductor: Conductor) -> Callable[[Callable[[], bool]], Dynamics | None]:
    """Copy the game as it stands; returns what computes its picture (a second or some).

    That is asked again and again whether it was ``cancelled``. It gives None where the weights are
    not finite: there is no game left to see. Same step, same picture.
    """
    images = conductor.dataset.is_image
    still = conductor.observer.slow.still(IMAGE_SAMPLES if images else None)

    def compute(cancelled: Callable[[], bool]) -> Dynamics | None:
        if not bool(torch.isfinite(still.flat).all()):
            return None
        field = spectrum = None
        for frame in field_frames(still, WantField(size=IMAGE_GRID if images else POINT_GRID)):
            field = frame or field
            _heed(cancelled)
        for found in spectrum_frames(still, WantSpectrum(EIGENVALUES)) if not images else ():
            spectrum = found or spectrum
            _heed(cancelled)
        assert isinstance(field, FieldFrame)
        assert spectrum is None or isinstance(spectrum, SpectrumFrame)
        return Dynamics(field, spectrum)

    return compute


def _heed(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise GalleryCancelled("the gallery was cancelled")
