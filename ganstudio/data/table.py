"""Text tables of points: CSV by comma, semicolon, tab or spaces, with or without a header."""

from __future__ import annotations

import codecs
import io
from array import array
from math import isfinite
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ganstudio.data.dataset import DataError, Floats, Monitor

MAX_ROWS = 10_000_000
MAX_TABLE_BYTES = 1 << 30
_MAX_LINE = 1 << 16
_REPORT_EVERY = 20_000


def delimiter_of(line: str) -> str | None:
    """The delimiter of a line of numbers: semicolon, tab or comma; None means any blanks.

    A semicolon or a tab goes before a comma, which then is a decimal comma.
    """
    return next((mark for mark in (";", "\t", ",") if mark in line), None)


def _number(cell: str) -> float | None:
    text = cell.strip().strip("\"'").strip()
    if "_" in text:
        return None
    for candidate in (text, text.replace(",", ".", 1)):
        try:
            return float(candidate)
        except ValueError:
            continue
    return None


def _is_header(line: str) -> bool:
    """Whether no cell is a number (and there is something to read)."""
    return all(_number(cell) is None for cell in line.split(delimiter_of(line)))


class _Reader:
    """Turns lines into numbers; knows the delimiter once it has met a row."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.values = array("d")
        self.columns = 0
        self.header = False
        self.commas = False
        self._delimiter: str | None = None
        self._lines_met = 0

    def take(self, number: int, line: str) -> None:
        """One line with something on it; ``number`` counts from 1.

        Raises:
            DataError: a bad cell or a wrong number of columns.
        """
        self._lines_met += 1
        if not self.columns:
            if self._lines_met == 1 and _is_header(line):
                self.header = True
                return
            self._delimiter = delimiter_of(line)
            self.columns = len(line.split(self._delimiter))
        cells = line.split(self._delimiter)
        if len(cells) != self.columns:
            raise DataError(f"{self.name}, line {number}: {_columns(len(cells))}, but the lines "
                            f"before it have {self.columns}")
        for column, cell in enumerate(cells, start=1):
            self.values.append(self._value(number, column, cell))

    def _value(self, number: int, column: int, cell: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            read = _number(cell)
            if read is None:
                what = "the cell is empty" if not cell.strip() else f"{_shown(cell)} is no number"
                raise DataError(
                    f"{self.name}, line {number}, column {column}: {what}") from None
            self.commas = self.commas or "," in cell
            value = read
        if "_" in cell:
            raise DataError(f"{self.name}, line {number}, column {column}: {_shown(cell)} is no "
                            "number")
        if not isfinite(value):
            raise DataError(f"{self.name}, line {number}, column {column}: {_shown(cell)} is not a "
                            "finite number")
        return value


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


def _shown(cell: str) -> str:
    text = cell.strip()
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _encoding(path: Path, stream: BinaryIO) -> str:
    head = stream.read(4096)
    stream.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        raise DataError(f"{path.name} is not a text table but a binary file; points come as CSV "
                        "text, .npy or .npz")
    return "utf-8-sig"


def read_table(path: Path, monitor: Monitor, most_rows: int | None = None,
               ) -> tuple[Floats, tuple[str, ...]]:
    """The numbers of a text table as float64 (rows, columns), and notes on how they were read.

    Blank lines and lines that start with # are passed over. ``most_rows`` stops early.

    Raises:
        DataError: one sentence with the line number.
    """
    size = path.stat().st_size
    if size > MAX_TABLE_BYTES:
        raise DataError(f"{path.name} is {size / 2**30:.1f} GB long; a table of points may have "
                        f"{MAX_TABLE_BYTES >> 30} GB")
    reader = _Reader(path.name)
    with path.open("rb") as raw:
        # Undecodable bytes matter only inside a cell, where they make it no number.
        text = io.TextIOWrapper(raw, encoding=_encoding(path, raw), errors="replace")
        number = 0
        rows = 0
        while line := text.readline(_MAX_LINE):
            number += 1
            if len(line) >= _MAX_LINE:
                raise DataError(f"{path.name}, line {number} has more than {_MAX_LINE:,} "
                                "characters: this is no table with one point a line")
            if number % _REPORT_EVERY == 0:
                monitor.report(min(raw.tell(), size), size)
            line = line.strip("\r\n ")
            if not line.strip() or line.startswith("#"):
                continue
            reader.take(number, line)
            rows = len(reader.values) // max(1, reader.columns)
            if rows > MAX_ROWS:
                raise DataError(f"{path.name} has more than {MAX_ROWS:,} rows, which is the most "
                                "that is read")
            if rows == most_rows:
                break
    if not rows:
        raise DataError(f"{path.name} is empty: there is no row of numbers in it")
    notes = (f"{path.name} was read with decimal commas.",) if reader.commas else ()
    return np.array(reader.values).reshape(rows, reader.columns), notes
