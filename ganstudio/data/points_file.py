"""Points from a person's own file, and the way between their units and those of training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganstudio.data.arrays import ArrayFile, choose_array
from ganstudio.data.dataset import DataError, Dataset, Floats, Monitor
from ganstudio.data.table import MAX_ROWS, read_table
from ganstudio.recipe.data import PointsFile

POINT_ARRAYS = ("x", "points", "data")
_LARGEST = 1e100
_LARGEST_PLAIN = 1e30


def refuse_columns(name: str, columns: int) -> None:
    """Accept one or two columns.

    Raises:
        DataError: any other number.
    """
    if columns not in (1, 2):
        raise DataError(f"{name} has {columns} columns; points with one or two columns can be "
                        "trained on and plotted")


def to_user_units(x: ArrayLike, offset: Floats, scale: Floats) -> Floats:
    """Training units (n, d) into those of the user's file: offset + scale · x, float64."""
    return np.asarray(offset + scale * np.asarray(x, dtype=np.float64))


def to_training_units(x: ArrayLike, offset: Floats, scale: Floats) -> Floats:
    """The user's units (n, d) into those of training: (x − offset) / scale, float64."""
    return np.asarray((np.asarray(x, dtype=np.float64) - offset) / scale)


def standardise(values: Floats) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Offset and scale (d,) that bring columns (n, d) to mean 0 and deviation 1, and notes.

    A constant column is shifted to 0 and keeps the scale 1.
    """
    low, high = values.min(axis=0), values.max(axis=0)
    offset, scale = np.empty_like(low), np.ones_like(low)
    notes = []
    for i, column in enumerate(values.T):
        reach = high[i] - low[i]
        # In units of the range, neither huge nor tiny numbers leave float64 when squared.
        unit = (column - low[i]) / reach if reach > 0 else np.zeros_like(column)
        deviation = reach * unit.std()
        if deviation > np.finfo(np.float64).tiny:
            offset[i], scale[i] = low[i] + reach * unit.mean(), deviation
        else:
            offset[i] = low[i]
            notes.append(f"Column {i + 1} is {low[i]:g} in every row, so it was shifted but not "
                         "scaled.")
    return offset, scale, tuple(notes)


def _from_array(source: ArrayFile) -> Floats:
    shape = source.shape
    if len(shape) == 1:
        shape = (shape[0], 1)
    if len(shape) != 2:
        raise DataError(f"{source.title} has the shape {source.shape}; points come as one column "
                        "(n,) or as rows (n, 1) or (n, 2)")
    refuse_columns(source.title, shape[1])
    if shape[0] > MAX_ROWS:
        raise DataError(f"{source.title} has {shape[0]:,} rows; at most {MAX_ROWS:,} are read")
    # A long double beyond float64 becomes infinite here, and is refused with its row below.
    with np.errstate(over="ignore"):
        values = source.whole().astype(np.float64).reshape(shape)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = bad[0]
        raise DataError(f"{source.title}, row {row} (counted from 0), column {column + 1}: "
                        f"{values[row, column]} is not a finite number")
    return values


def read_points(path: Path, monitor: Monitor, most_rows: int | None = None,
                ) -> tuple[Floats, tuple[str, ...]]:
    """The points of a CSV, NPY or NPZ file as float64 (n, 1 or 2) in the file's units, and notes.

    ``most_rows`` stops early where reading is slow, which is in text.

    Raises:
        DataError: one sentence on what is wrong and where.
    """
    notes: tuple[str, ...] = ()
    try:
        with path.open("rb") as stream:
            magic = stream.read(6)
        is_array = magic[:2] == b"PK" or magic == b"\x93NUMPY"
        if is_array or path.suffix.lower() in (".npy", ".npz"):
            values = _from_array(choose_array(path, POINT_ARRAYS))
        else:
            values, notes = read_table(path, monitor, most_rows)
            refuse_columns(path.name, values.shape[1])
    except FileNotFoundError:
        raise DataError(f"{path} does not exist") from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder; points come in one file (CSV, .npy or "
                        ".npz)") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(values) < 2:
        raise DataError(f"{path.name} holds {len(values)} points; at least two are needed")
    if np.abs(values).max() > _LARGEST:
        raise DataError(f"{path.name} holds numbers beyond {_LARGEST:g}, which is too large to "
                        "train on")
    return values, notes


def load_points(part: PointsFile, monitor: Monitor) -> Dataset:
    """The points of a file, standardised if the recipe says so.

    Raises:
        DataError: one sentence on what is wrong and where.
    """
    path = Path(part.path).expanduser()
    values, notes = read_points(path, monitor)
    offset, scale = np.zeros(values.shape[1]), np.ones(values.shape[1])
    if part.standardise:
        offset, scale, more = standardise(values)
        notes = (*notes, *more)
    elif np.abs(values).max() > _LARGEST_PLAIN:
        raise DataError(f"{path.name} holds numbers beyond {_LARGEST_PLAIN:g}; switch Standardise "
                        "on to train on them")
    items: NDArray[np.float32] = to_training_units(values, offset, scale).astype(np.float32)
    monitor.report(len(items), len(items))
    return Dataset(name=path.name, items=items, offset=offset, scale=scale, notes=notes)
