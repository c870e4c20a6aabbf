"""The handwritten digits that come with scikit-learn (Alpaydin & Kaynak 1998)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np

from ganstudio.data.dataset import Bytes, DataError, Dataset, Labels, Monitor
from ganstudio.data.image_array import ArraySource
from ganstudio.data.images import describe, make_plan
from ganstudio.recipe.data import Digits

SIDE = 8
COUNT = 1797
_BRIGHTEST = 16


def digits_file() -> Path:
    """Where scikit-learn keeps the digits. It is looked up, not imported, which is much faster.

    Raises:
        DataError: it is not installed, or has moved the file.
    """
    spec = find_spec("sklearn")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(place) / "datasets" / "data" / "digits.csv.gz"
        if path.is_file():
            return path
    raise DataError("the digits come with scikit-learn, which is not installed here or has moved "
                    "them: install it with 'python -m pip install scikit-learn'")


def read_digits(count: int = COUNT) -> tuple[Bytes, Labels]:
    """The first ``count`` digits, uint8 (count, 8, 8) from 0 to 255, and what they are, (count,).

    Raises:
        DataError: the file is missing or damaged.
    """
    path = digits_file()
    try:
        with gzip.open(path, "rt", encoding="ascii") as stream:
            text = "".join(islice(stream, count))
        table = np.array(text.replace("\n", ",").rstrip(",").split(","), dtype=np.float64)
        table = table.reshape(-1, SIDE * SIDE + 1)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{path} is damaged: {error}") from None
    grey = np.rint(table[:, :-1] * (255 / _BRIGHTEST)).astype(np.uint8)
    return grey.reshape(-1, SIDE, SIDE), table[:, -1].astype(np.int64)


def load_digits(part: Digits, monitor: Monitor, allowed: tuple[int, ...] | None) -> Dataset:
    """The digits at the size that the recipe and the networks agree on.

    Raises:
        DataError: the file is missing, or the networks cannot make that size.
    """
    pixels, labels = read_digits()

    def pieces() -> Iterator[Bytes]:
        yield pixels

    source = ArraySource("the digits", pixels.shape, pieces)
    plan = make_plan(source.sizes, True, size=part.size, fit="crop", allowed=allowed)
    items = np.concatenate(list(source.batches(plan, monitor)))
    return Dataset(name=part.title, items=items, labels=labels,
                   notes=describe(source.sizes, plan))
