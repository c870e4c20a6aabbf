"""Every kind of data that a recipe can name, and how it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ganstudio.data.dataset import Bytes, DataError, Dataset, Floats, Monitor
from ganstudio.data.digits import load_digits, read_digits
from ganstudio.data.hold_out import hold_out
from ganstudio.data.image_load import load_images
from ganstudio.data.points_file import (
    load_points,
    read_points,
    standardise,
    to_training_units,
)
from ganstudio.data.toys import data_rng, density_of, load_toy
from ganstudio.recipe.data import DataPart, Digits, Images, PointsFile

_GLANCE = 20_000


def load_dataset(part: DataPart, seed: int, progress: Callable[[int, int], None] | None = None,
                 cancelled: Callable[[], bool] | None = None, cache_dir: Path | None = None,
                 image_sizes: tuple[int, ...] | None = None) -> Dataset:
    """The real samples that ``part`` describes; the same bytes for the same part and ``seed``.

    ``progress`` gets (done, total) now and then; a true answer of ``cancelled`` ends the load.
    ``cache_dir`` is where decoded images are kept (None: the platform's own place).
    ``image_sizes`` are the sides that the networks can make (None: any from 1 to 128).

    Raises:
        DataError: the data cannot be used; one sentence says why.
        Cancelled: the load was given up.
    """
    monitor = Monitor(progress, cancelled)
    monitor.report(0, 1)
    if isinstance(part, Images):
        return hold_out(load_images(part, monitor, cache_dir, image_sizes), part.held_out, seed)
    if isinstance(part, Digits):
        return hold_out(load_digits(part, monitor, image_sizes), part.held_out, seed)
    if isinstance(part, PointsFile):
        return hold_out(load_points(part, monitor), part.held_out, seed)
    return load_toy(part, seed, monitor)


def thumbnail_points(part: DataPart, n: int) -> Floats:
    """About ``n`` real points (n, d) in training units, quickly, for a small picture.

    Raises:
        DataError: the part holds images, or its file cannot be used.
    """
    if isinstance(part, Images | Digits):
        raise DataError(f"{part.title} holds images, not points")
    if not isinstance(part, PointsFile):
        return density_of(part).sample(n, data_rng(0))
    values, _ = read_points(Path(part.path).expanduser(), Monitor(), most_rows=_GLANCE)
    if part.standardise:
        offset, scale, _ = standardise(values)
        values = to_training_units(values, offset, scale)
    some: Floats = values[np.linspace(0, len(values) - 1, min(n, len(values))).astype(int)]
    return some


def preset_thumbnail_images(n: int = 16) -> Bytes:
    """The first ``n`` real digits, uint8 (n, 8, 8), for a small picture.

    Raises:
        DataError: scikit-learn, which brings them, is missing.
    """
    return read_digits(n)[0]
