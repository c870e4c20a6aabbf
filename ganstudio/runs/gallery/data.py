"""What goes into a gallery: plain arrays and plain facts, made by whoever holds the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.recipe import Recipe
from ganstudio.runs.gallery.dynamics import Dynamics, Extra
from ganstudio.training.frames import SCALARS, Bytes, Floats, Steps, SurfaceFrame
from ganstudio.training.metrics_frames import MetricsFrame

FORMAT = "ganstudio-gallery"
VERSION = 1


class GalleryError(Exception):
    """A gallery that could not be written: one sentence says what was wrong, and where."""


class GalleryCancelled(Exception):  # noqa: N818 - it is no error
    """The person gave the gallery up; nothing was left behind."""


@dataclass(frozen=True, slots=True)
class Tweak:
    """A change made while the run went on. ``changes`` is path → [old, new]."""

    step: int
    label: str
    changes: Mapping[str, Any]


def _no_rows() -> Steps:
    return np.empty(0, np.int64)


def _no_values() -> Floats:
    return np.empty((0, len(SCALARS)), np.float32)


@dataclass(frozen=True, slots=True)
class GalleryData:
    """One gallery's contents.

    ``samples``: uint8 images (n, h, w) or (n, h, w, 3), or float points (n, 1) or (n, 2) in the
    units of training. ``latents``: (n, latent_dim), the z of each. User units are
    ``offset + scale · x``. ``real``: data of the same kind, for comparison, any number of them.
    ``timelapse``: (step, frame) in rising order, where a frame is the fixed-latent grid as one
    uint8 picture (H, W[, 3]) or, for points, (n, d) floats. ``steps`` (m,) and ``values``
    (m, len(SCALARS)) are the history of losses, perhaps thinned. ``extent`` (x0, x1, y0, y1)
    is the view of the points in the units of training; None takes it from the data.
    ``tweaks``: (step, label, {path: [old, new]}). ``metrics``: what was measured, in order.
    ``extras`` are files to put beside the others.

    Raises:
        ValueError: arrays that do not belong together.
    """

    recipe: Recipe
    name: str
    step: int
    epoch: float
    seed: int
    rows: int
    columns: int
    averaged: bool
    samples: Bytes | Floats
    latents: Floats
    offset: Floats | None = None
    scale: Floats | None = None
    real: Bytes | Floats | None = None
    timelapse: Sequence[tuple[int, NDArray[Any]]] = ()
    steps: Steps = field(default_factory=_no_rows)
    values: Floats = field(default_factory=_no_values)
    tweaks: Sequence[tuple[int, str, Mapping[str, Any]]] = ()
    d_surface: SurfaceFrame | None = None
    dynamics: Dynamics | None = None
    extras: Sequence[Extra] = ()
    extent: tuple[float, float, float, float] | None = None
    state_digest: str | None = None
    run_folder: str | None = None
    metrics: Sequence[MetricsFrame] = ()

    def __post_init__(self) -> None:
        shape = self.samples.shape
        image = self.samples.dtype == np.uint8
        fits = (len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)) if image else (
            len(shape) == 2 and shape[1] in (1, 2))
        if not fits or not len(self.samples):
            raise ValueError(f"samples of shape {shape} and type {self.samples.dtype} are neither "
                             "images (n, h, w[, 3]) of uint8 nor points (n, 1 or 2) of floats")
        if self.latents.ndim != 2 or len(self.latents) != len(self.samples):
            raise ValueError(f"latents of shape {self.latents.shape} for {shape[0]} samples")
        if self.values.shape != (len(self.steps), len(SCALARS)):
            raise ValueError(f"{self.values.shape} scalars for {len(self.steps)} steps")
        if self.rows < 1 or self.columns < 1:
            raise ValueError(f"a grid of {self.rows} by {self.columns} holds nothing")

    @property
    def is_image(self) -> bool:
        """Whether the samples are images."""
        return self.samples.dtype == np.uint8

    @property
    def changes(self) -> list[Tweak]:
        """The tweaks in the order of their steps."""
        return [Tweak(*row) for row in sorted(self.tweaks, key=lambda row: row[0])]

    def to_user(self, points: NDArray[Any]) -> NDArray[np.float64]:
        """Points (n, d) in the user's own units."""
        d = self.samples.shape[1]
        offset = np.zeros(d) if self.offset is None else np.asarray(self.offset, np.float64)
        scale = np.ones(d) if self.scale is None else np.asarray(self.scale, np.float64)
        return offset + scale * np.asarray(points, np.float64)
