"""The reals that a run is measured against, and the space that they are compared in."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.data.dataset import Dataset
from ganstudio.metrics import features as networks
from ganstudio.metrics.checks import MetricsError, as_points
from ganstudio.metrics.extractor import Extractor
from ganstudio.metrics.features import ClassifierFeatures, extractor
from ganstudio.metrics.modes import mode_set
from ganstudio.metrics.reference import (
    COPY_LEVEL,
    DENSITY,
    DUPLICATE_LEVEL,
    MODES,
    PAIRS,
    K,
    Reference,
)
from ganstudio.metrics.transport import PROJECTIONS
from ganstudio.metrics.truth import Truth
from ganstudio.training.streams import Stream, stream_seed
from ganstudio.training.trainer import Trainer

Array = NDArray[np.float64]
Extract = Callable[[NDArray[Any]], Array]

MODE_SAMPLES = 2500
"""The published rule's number (Lin et al. 2018)."""
LEAST = 16
POOL = 3
"""Reals beside the reference that floors are drawn from, in sizes of the reference."""
MOST_TRAINING = {True: 16_384, False: 131_072}
"""Training samples among which copies are looked for: images, whose features are dear, or points.
"""
MOST_LABELLED = 8192
IMAGES_AT_ONCE = 1 << 14
"""Pixels of images whose features are taken in one piece."""


@dataclass
class Prepared:
    """The reference, how fakes are brought into its space, and fresh reals for the floors.

    ``size``: fakes to score; ``widen``: what the scatter between sets that share reals is
    multiplied by, as if they did not. ``training`` of the ``whole`` training samples are searched
    for copies.
    """

    reference: Reference
    extract: Extract
    fresh: Callable[[int], tuple[Array, Array]]
    size: int
    mode_count: int
    widen: float
    features: str = ""
    inception: bool = False
    training: int = 0
    whole: int = 0
    copy_level: float = COPY_LEVEL

    def count(self, key: str) -> int:
        """How many fakes a metric is taken of."""
        if key in MODES:
            return self.mode_count
        return self.reference.paired if key in PAIRS or key == "memorised" else self.size

    def note(self, key: str) -> str:
        """What a reader must know to make the same number."""
        if key in ("precision", "recall", "density", "coverage"):
            return f"k = {K} nearest neighbours."
        if key == "mmd_rbf":
            return (f"RBF bandwidth {self.reference.bandwidth:.4g}, the median distance between "
                    "reals.")
        if key in DENSITY and self.reference.truth is not None:
            widths = ", ".join(f"{w:.3g}" for w in self.reference.truth.widths)
            return f"Kernel width {widths} (Scott's rule)."
        if key in ("sliced_w1", "sliced_w2"):
            return f"{PROJECTIONS} projections."
        if key == "memorised":
            of = "" if self.training == self.whole else f" of {self.whole:,}"
            return f"Looked for among {self.training:,}{of} training samples."
        if key == "duplicates":
            return f"Closer than the nearest {100 * DUPLICATE_LEVEL:g} % of reals are."
        return ""


def prepare(trainer: Trainer, which: tuple[str, ...], features: str,
            done: Callable[[Prepared], None]) -> Iterator[None]:
    """Make everything that does not change while the run lasts, and hand it to ``done``.

    Raises:
        MetricsError: the data are too few, or the features cannot be had.
    """
    data = trainer.dataset
    rng = np.random.default_rng(stream_seed(trainer.recipe.seed, Stream.METRIC_REALS))
    size = _size(data)
    rows = rng.permutation(len(data.items))
    if data.is_image:
        network = yield from _network(data, features, rng)
        extract: Extract = lambda images: np.asarray(network(images), np.float64)  # noqa: E731
        name, inception = network.name, bool(getattr(network, "inception", False))
    else:
        extract = _points
        name, inception = "", False
    training: NDArray[Any] = np.empty((0, 1))
    if "memorised" in which:
        some = rng.permutation(rows)[:MOST_TRAINING[data.is_image]]
        training = yield from _in_pieces(data, some, extract, np.float32)
    if data.density is not None:
        real: Array = data.density.sample(size, rng)
    else:
        real = yield from _in_pieces(data, rows[:size], extract)
    known = data.modes is not None and not data.is_image
    modes = mode_set(data.modes.centres, data.modes.sigma) if known and data.modes else None
    truth = yield from _truth(data, which, real)
    reference = Reference(real, [k for k in which if truth is not None or k not in DENSITY],
                          modes=modes, truth=truth,
                          training=training if len(training) else None)
    truth_known = reference.truth
    reference.truth = None  # it is prepared already
    yield from reference.prepare()
    reference.truth = truth_known
    mode_count = MODE_SAMPLES if modes is not None and MODES & set(which) else 0
    pool = np.empty((0, 1))
    if data.density is None:
        pool = yield from _in_pieces(data, rows[size:(1 + POOL) * size], extract)
    fresh, widen = _fresh(trainer, pool, size, mode_count)
    done(Prepared(reference, extract, fresh, size, mode_count, widen, name, inception,
                  len(training), len(data.items)))


def _size(data: Dataset) -> int:
    """Reals in the reference, and fakes: fewer where each is dear."""
    if data.is_image:
        pixels = int(np.prod(data.shape))
        most = 1024 if pixels <= 1024 else 512 if pixels <= 4096 else 256
    else:
        most = 1024
    if data.density is not None:
        return most
    size = min(most, len(data.items) // (1 + POOL))
    if size < LEAST:
        raise MetricsError(f"The data have {len(data.items)} samples; metrics need at least "
                           f"{LEAST * (1 + POOL)}.")
    return size


def check_features(data: Dataset, spec: str) -> None:
    """Accept what images of this dataset are to be scored in.

    Raises:
        MetricsError: the data are points, have no labels for a classifier, or there are no such
            features.
    """
    if not data.is_image:
        raise MetricsError("Features are for images; points are scored as they are.")
    if spec != "classifier" or data.labels is None:
        some = _images(data, np.arange(min(len(data.items), 2)))
        extractor(spec, some, None)(some)


def _network(data: Dataset, spec: str, rng: np.random.Generator
             ) -> Generator[None, None, Extractor]:
    if spec != "classifier" or data.labels is None:
        some = _images(data, np.arange(min(len(data.items), LEAST)))
        return extractor(spec, some, None)
    rows = rng.permutation(len(data.items))[:MOST_LABELLED]
    made = yield from ClassifierFeatures.in_pieces(_images(data, rows),
                                                   data.labels[rows].tolist(),
                                                   steps=networks.CLASSIFIER_STEPS)
    return made


def _points(samples: NDArray[Any]) -> Array:
    """Fakes as they are: one that is not finite is scored as such and is no error."""
    return np.asarray(samples, np.float64).reshape(len(samples), -1)


def _images(data: Dataset, rows: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(data.items[rows].astype(np.float32) / np.float32(127.5) - 1, np.float32)


def _in_pieces(data: Dataset, rows: NDArray[Any], extract: Extract,
               dtype: type[np.floating] = np.float64) -> Generator[None, None, NDArray[Any]]:
    """Rows of the data as points or features."""
    if not data.is_image:
        return as_points(data.items[rows])
    at_once = max(8, IMAGES_AT_ONCE // int(np.prod(data.shape)))
    out = np.empty((0, 1), dtype)
    for start in range(0, len(rows), at_once):
        part = extract(_images(data, rows[start:start + at_once]))
        if start == 0:
            out = np.empty((len(rows), part.shape[1]), dtype)
        out[start:start + len(part)] = part
        yield
    return out


def _truth(data: Dataset, which: tuple[str, ...], real: Array
           ) -> Generator[None, None, Truth | None]:
    """The exact density, where it is asked for and a grid can hold it."""
    if data.density is None or not DENSITY & set(which):
        return None
    x0, x1, y0, y1 = data.extent
    truth = Truth(data.density.log_pdf, [(x0, x1), (y0, y1)][:data.density.dim], real)
    try:
        yield from truth.prepare()
    except MetricsError:
        return None
    return truth


def _fresh(trainer: Trainer, pool: Array, size: int, mode_count: int
           ) -> tuple[Callable[[int], tuple[Array, Array]], float]:
    """The k-th set of fresh reals (two views of one set: all of it, and for the mode rule)."""
    seed, density = trainer.recipe.seed, trainer.dataset.density

    def draw(k: int) -> tuple[Array, Array]:
        rng = np.random.default_rng(stream_seed(seed, Stream.METRIC_REALS, k + 1))
        if density is not None:
            many = density.sample(max(size, mode_count), rng)
            return many[:size], many
        some = pool[rng.permutation(len(pool))[:size]]
        return some, some
    # Sets drawn from one small pool share reals, and so differ by less than strangers would.
    widen = 1.0 if density is not None else 1 / sqrt(max(1 - size / len(pool), 0.05))
    return draw, widen
