"""Sample sets and modes from files: .npy, .npz, .csv, or a folder of images."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ganstudio.metrics.checks import Array, MetricsError, as_points
from ganstudio.metrics.extractor import Images
from ganstudio.metrics.images import from_array, read_folder
from ganstudio.metrics.modes import ModeSet, mode_set

SAMPLE_KEYS = ("samples", "images", "x", "X", "data", "points", "arr_0")
LABEL_KEYS = ("labels", "y", "targets")
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class SampleSet:
    """What a file held: points (n, d), or images (n, c, h, w), and their labels if it has any."""

    points: Array | None = None
    images: Images | None = None
    labels: list[str] | None = None


def load(path: str | Path, name: str | None = None) -> SampleSet:
    """Read a sample set; ``name`` is what errors call it (None: its path).

    A table of one or two axes is points, of three or four images. Nothing is ever unpickled.

    Raises:
        MetricsError: missing, unreadable, of another kind, empty, or with NaN in it.
    """
    file = Path(path)
    called = f"{name} ({file})" if name else str(file)
    if not file.exists():
        raise MetricsError(f"{called} does not exist.")
    if file.is_dir():
        images, labels = read_folder(file)
        return SampleSet(images=images, labels=labels)
    suffix = file.suffix.lower()
    if suffix == ".csv":
        return SampleSet(points=as_points(_read_csv(file, called)[0], called))
    if suffix == ".npy":
        return _sample_set(_read_numpy(file, called)[""], None, called)
    if suffix == ".npz":
        arrays = _read_numpy(file, called)
        labels_array = next((arrays[key] for key in LABEL_KEYS if key in arrays), None)
        return _sample_set(_main_array(arrays, called), labels_array, called)
    raise MetricsError(f"{called} is no .npy, .npz or .csv file and no folder of images.")


def _sample_set(
    array: npt.NDArray[Any], labels: npt.NDArray[Any] | None, called: str
) -> SampleSet:
    if array.dtype.kind not in "biuf":
        raise MetricsError(f"{called} holds values of type {array.dtype}, where numbers are "
                           "needed.")
    if array.ndim < 3:
        return SampleSet(points=as_points(array, called))
    images = from_array(array, called)
    if labels is not None and labels.shape != (len(images),):
        raise MetricsError(f"{called} has labels of shape {labels.shape} for {len(images)} "
                           "images; one for each is needed.")
    return SampleSet(images=images, labels=None if labels is None else [str(v) for v in labels])


def _read_numpy(file: Path, called: str) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a file by name; that of an .npy file has the name ""."""
    try:
        loaded = np.load(file, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return {"": loaded}
        with loaded:
            return {key: loaded[key] for key in loaded.files}
    except MemoryError:
        raise
    except Exception as error:  # a damaged file can raise nearly anything
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else "it is damaged"
        if "pickle" in reason:
            reason = "it holds something else, and pickled objects are never loaded"
        raise MetricsError(f"{called} cannot be read as an array of numbers: {reason}.") from None


def _main_array(arrays: dict[str, npt.NDArray[Any]], called: str) -> npt.NDArray[Any]:
    for key in SAMPLE_KEYS:
        if key in arrays:
            return arrays[key]
    rest = [key for key in arrays if key not in LABEL_KEYS]
    if len(rest) == 1:
        return arrays[rest[0]]
    held = ", ".join(arrays) or "nothing"
    raise MetricsError(f"{called} holds {held}; one array named {SAMPLE_KEYS[0]!r} is needed.")


def _read_csv(file: Path, called: str) -> tuple[Array, list[str] | None]:
    """Rows of numbers, and the column names if the first line is not numbers."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise MetricsError(f"{called} cannot be read as text.") from None
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise MetricsError(f"{called} is empty.")
    cells = [(i, _cells(line, _delimiter(lines[0][1]))) for i, line in lines]
    header = None if all(_is_number(cell) for cell in cells[0][1]) else cells[0][1]
    body = cells[1:] if header else cells
    if not body:
        raise MetricsError(f"{called} has column names but no rows of numbers.")
    width = len(body[0][1])
    for i, row in body:
        if len(row) != width:
            raise MetricsError(f"{called}, line {i}, has {len(row)} columns where line "
                               f"{body[0][0]} has {width}.")
        for j, cell in enumerate(row, 1):
            if not _is_number(cell):
                raise MetricsError(f"{called}, line {i}, column {j}, is {cell[:40]!r}, "
                                   "where a number is needed.")
    return np.array([[float(cell) for cell in row] for _, row in body]), header


def _delimiter(line: str) -> str | None:
    """The delimiter that the line holds most of; None is white space."""
    best = max(DELIMITERS, key=line.count)
    return best if best in line else None


def _cells(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def load_modes(path: str | Path) -> ModeSet:
    """Read modes: JSON {"centres": [[…], …], "sigma": s or […], "weights": […]}, or CSV.

    A CSV has one mode a line: its coordinates, then its σ. Raises MetricsError for all else.
    """
    file = Path(path)
    called = f"The modes file ({file})"
    if not file.is_file():
        raise MetricsError(f"{called} does not exist.")
    if file.suffix.lower() == ".csv":
        table, _ = _read_csv(file, called)
        if table.shape[1] < 2:
            raise MetricsError(f"{called} has one column; coordinates and then σ are needed.")
        return mode_set(table[:, :-1], table[:, -1])
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise MetricsError(f"{called} is not JSON ({error}).") from None
    centres = held.get("centres", held.get("centers")) if isinstance(held, dict) else None
    if centres is None or "sigma" not in held:
        raise MetricsError(f'{called} must hold "centres", a list of points, and "sigma".')
    return mode_set(centres, held["sigma"], held.get("weights"))
