"""What an observer may ask of a trainer, and what it gets: numpy only, immutable.

A *want* says what to look at; a *frame* is what was seen at one step. Every array in a frame
owns its memory and is read-only. Positions are in the units that the networks train in.
This module imports neither torch nor Qt: the window, the run folder and the trainer share it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.training.arrays import Bytes as Bytes
from ganstudio.training.arrays import Floats as Floats
from ganstudio.training.arrays import Steps as Steps
from ganstudio.training.doctor.frames import DoctorFrame, WantDoctor
from ganstudio.training.field_frames import FieldLikeFrame, FieldWant
from ganstudio.training.metrics_frames import MetricsFrame, WantMetrics

SCALARS = ("loss_d", "loss_g", "d_real", "d_fake")
"""Columns of the scalar history. ``d_real`` and ``d_fake`` are D's mean output on real and fake
batches, read as ``LossFacts.output`` says (a probability, a score or a critic's value)."""


@dataclass(frozen=True, slots=True)
class ScalarChunk:
    """Rows of the scalar history: ``steps`` (n,), ``values`` (n, len(SCALARS))."""

    steps: Steps
    values: Floats


@dataclass(frozen=True, slots=True)
class ScalarPart:
    """A part of a long history: entries of ``span`` rows each, from the ``start``-th entry on.

    ``steps`` (n,) are the first steps of the entries. ``stats`` is one array (n, len(SCALARS))
    for single rows, and smallest, largest and mean value for longer spans.
    """

    span: int
    start: int
    steps: Steps
    stats: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What does not change while a run lasts.

    ``sample_shape`` is (1,), (2,) or (channels, height, width). ``extent`` is (x0, x1, y0, y1),
    a view that holds the data with a margin (points only; y is unused for 1-D data).
    ``offset`` and ``scale`` turn training units into the user's: user = offset + scale · x.
    ``density`` (1-D only) is the exact data density on ``density_x`` where it is known.
    """

    name: str
    sample_shape: tuple[int, ...]
    latent_kind: str
    latent_dim: int
    data_size: int
    device: str
    parameters_g: int
    parameters_d: int
    extent: tuple[float, float, float, float]
    offset: Floats
    scale: Floats
    notes: tuple[str, ...] = ()
    knows_modes: bool = False
    knows_density: bool = False
    has_labels: bool = False
    """Whether the data come with modes, an exact density, labels."""

    @property
    def is_image(self) -> bool:
        """Whether samples are images."""
        return len(self.sample_shape) == 3


# ---- points -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WantPoints:
    """Real points and the generator's image of fixed latents."""

    count: int = 512
    averaged: bool = False


@dataclass(frozen=True, slots=True)
class PointsFrame:
    """``real`` and ``fake``, (n, d) each."""

    step: int
    real: Floats
    fake: Floats


@dataclass(frozen=True, slots=True)
class WantSurface:
    """D's output on a square lattice over ``extent`` (the run's own where None)."""

    size: int = 48
    extent: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class SurfaceFrame:
    """``d`` (size, size), rows from low y to high y, at the centres of equal cells of ``extent``.

    ``output`` is as in LossFacts: ``probability``, ``score`` or ``critic``; ``rest`` is what D says
    where real and fake are alike, None for a critic.
    """

    step: int
    extent: tuple[float, float, float, float]
    d: Floats
    output: str
    rest: float | None = None


@dataclass(frozen=True, slots=True)
class WantArrows:
    """Gradients at fake points."""

    count: int = 128
    averaged: bool = False


@dataclass(frozen=True, slots=True)
class ArrowsFrame:
    """Gradients with respect to each sample at ``at`` (n, 2).

    ``push`` is minus the gradient of the generator's loss (of that sample alone): where training
    pushes the point. ``d_gradient`` is the gradient of D's output (as shown, not of the logit).
    """

    step: int
    at: Floats
    push: Floats
    d_gradient: Floats


@dataclass(frozen=True, slots=True)
class WantLatentMap:
    """The generator's image of a lattice in the latent's first two coordinates."""

    lines: int = 17
    averaged: bool = False


@dataclass(frozen=True, slots=True)
class LatentMapFrame:
    """``image`` (lines, lines, 2): G at each node of the lattice (2-D data)."""

    step: int
    image: Floats


@dataclass(frozen=True, slots=True)
class WantLine:
    """The classic 1-D picture."""

    bins: int = 240
    threads: int = 48
    averaged: bool = False


@dataclass(frozen=True, slots=True)
class LineFrame:
    """On ``x`` (bins,): ``data`` and ``generated`` densities and D's output ``d``.

    ``data`` is exact where ``data_exact``, else a kernel estimate; ``generated`` is a kernel
    estimate with the bandwidth ``bandwidth``. ``z`` (threads,) evenly spaced latents (first
    coordinate), ``gz`` (threads,) where the generator takes them. ``rest`` as in SurfaceFrame.
    """

    step: int
    x: Floats
    data: Floats
    generated: Floats
    d: Floats
    z: Floats
    gz: Floats
    data_exact: bool
    bandwidth: float
    output: str
    rest: float | None = None


# ---- images -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WantMosaic:
    """A grid of images: the generator's at fixed latents, or real ones."""

    rows: int = 8
    columns: int = 8
    real: bool = False
    scores: bool = False
    averaged: bool = True


@dataclass(frozen=True, slots=True)
class MosaicFrame:
    """``image`` is one tiled uint8 picture, (H, W) grey or (H, W, 3) colour, tiles touching.

    Tile k stands at row k // columns, column k % columns, and is ``tile`` = (height, width)
    pixels. ``scores`` (rows · columns,) is D's output on each tile where asked for, else empty.
    ``z`` (rows · columns, latent_dim), empty for real images.
    """

    step: int
    image: Bytes
    rows: int
    columns: int
    tile: tuple[int, int]
    scores: Floats
    z: Floats


# ---- the latent space ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WantWalk:
    """G along the way between two latents: ``count`` stops from ``z0`` to ``z1``, and at ``t``.

    The way is straight for uniform noise and a great circle (slerp) for normal noise and the
    sphere (White 2016).
    """

    z0: tuple[float, ...]
    z1: tuple[float, ...]
    t: float = 0.5
    count: int = 8
    averaged: bool = True


@dataclass(frozen=True, slots=True)
class WalkFrame:
    """``stops``: (count, d) points or (count, h, w[, 3]) uint8 images; ``at``: the one at ``t``.

    ``z`` is the latent at ``t``; ``d`` is D's output there.
    """

    step: int
    stops: Floats | Bytes
    at: Floats | Bytes
    z: Floats
    d: float


SlowWant = FieldWant | WantMetrics
"""Wants whose frames take longer than a window can wait."""
Want = (WantPoints | WantSurface | WantArrows | WantLatentMap | WantLine | WantMosaic | WantWalk
        | SlowWant | WantDoctor)
Frame = (PointsFrame | SurfaceFrame | ArrowsFrame | LatentMapFrame | LineFrame | MosaicFrame
         | WalkFrame | FieldLikeFrame | MetricsFrame | DoctorFrame)


def freeze(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """The array, owning its memory and marked read-only."""
    owned = array if array.flags.owndata else array.copy()
    owned.flags.writeable = False
    return owned
