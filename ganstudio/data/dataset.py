"""What a loaded set of real samples is, and the few words that all its loaders share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Labels = NDArray[np.int64]
Extent = tuple[float, float, float, float]

_MARGIN = 0.1
_LOOKED_AT = 100_000


class DataError(ValueError):
    """Data that cannot be used. The message is one sentence for the person."""


class Cancelled(Exception):  # noqa: N818  (no error: the person asked for it)
    """The person gave up a load that was under way; nothing half-made is left behind."""


@dataclass(frozen=True)
class Monitor:
    """Tells how far a load has come, and learns whether anybody still wants it."""

    progress: Callable[[int, int], None] | None = None
    cancelled: Callable[[], bool] | None = None

    def report(self, done: int, total: int) -> None:
        """Pass on ``done`` of ``total``.

        Raises:
            Cancelled: the load is no longer wanted.
        """
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("loading was cancelled")
        if self.progress is not None:
            self.progress(min(done, total), total)


class Density(Protocol):
    """An exact probability density on the line or the plane."""

    @property
    def dim(self) -> int:
        """1 or 2."""

    def log_pdf(self, x: Floats) -> Floats:
        """Natural logarithm of the density at each row of ``x`` (n, d); −inf outside the support.

        The result has shape (n,).
        """

    def pdf(self, x: Floats) -> Floats:
        """The density at each row of ``x`` (n, d), as (n,)."""

    def sample(self, n: int, rng: np.random.Generator) -> Floats:
        """``n`` independent draws, (n, d)."""


@dataclass(frozen=True, eq=False)
class Modes:
    """Where the modes of a set stand, for the rule that counts captured ones.

    ``centres`` is (k, d). A sample is of high quality within 3 · ``sigma`` of its nearest centre.
    ``quality`` is the share of true data that passes, where modes do not overlap: the floor to
    draw beside a generator's figure (.98889 for round Gaussians in the plane).
    """

    centres: Floats
    sigma: float
    quality: float


@dataclass(frozen=True, eq=False)
class Dataset:
    """Real samples, decoded and ready to be indexed.

    ``items`` is float32 (n, d) with d 1 or 2 for points, uint8 (n, channels, height, width) for
    images. ``labels`` (n,) int64 where they are known. ``offset`` and ``scale`` (d,) turn
    training units into the user's: user = offset + scale · x. ``skipped`` lists (file, reason);
    ``notes`` are sentences about what was done to the data. ``held_out`` are items of the same
    shape that training never sees, where the recipe set some aside.
    """

    name: str
    items: NDArray[Any]
    labels: Labels | None = None
    density: Density | None = None
    modes: Modes | None = None
    offset: Floats = field(default_factory=lambda: np.zeros(1))
    scale: Floats = field(default_factory=lambda: np.ones(1))
    skipped: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    held_out: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.items)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample: (1,), (2,) or (channels, height, width)."""
        return tuple(self.items.shape[1:])

    @property
    def skipped_note(self) -> str:
        """One sentence on the files that could not be used; empty where all could."""
        lost, read = len(self.skipped), len(self) + (0 if self.held_out is None
                                                     else len(self.held_out))
        return (f"{lost:,} {'file was' if lost == 1 else 'files were'} skipped; {read:,} "
                f"{'image was' if read == 1 else 'images were'} read." if lost else "")

    @property
    def is_image(self) -> bool:
        """Whether samples are images."""
        return self.items.ndim == 4

    @cached_property
    def extent(self) -> Extent:
        """A view (x0, x1, y0, y1) that holds the data with a margin, in training units.

        A few outliers do not shrink the rest to a dot. The unit square for images; for 1-D data
        y runs from 0 to 1.
        """
        if self.is_image:
            return (0.0, 1.0, 0.0, 1.0)
        return view_of(self.items)


def view_of(points: ArrayLike) -> Extent:
    """The view that ``Dataset.extent`` describes, for points (n, 1) or (n, 2)."""
    values = np.asarray(points)
    values = values[:: max(1, len(values) // _LOOKED_AT)].astype(np.float64)
    spans = [_span(column) for column in values.T]
    if len(spans) == 1:
        return (*spans[0], 0.0, 1.0)
    halves = [(high - low) / 2 for low, high in spans]
    # A plane is shown undistorted unless its two columns differ too much for that.
    if max(halves) < 4 * min(halves):
        middles = [(high + low) / 2 for low, high in spans]
        spans = [(middle - max(halves), middle + max(halves)) for middle in middles]
    return (*spans[0], *spans[1])


def _span(column: Floats) -> tuple[float, float]:
    low, high = (float(q) for q in np.quantile(column, (0.001, 0.999)))
    reach = 0.25 * (high - low)
    # The whole range where the tails are short, a robust one where they are not.
    low = max(float(column.min()), low - reach)
    high = min(float(column.max()), high + reach)
    margin = _MARGIN * (high - low) or max(1.0, abs(low))
    return low - margin, high + margin
