"""Text files of one JSON object a line that are only ever appended to, and mend a torn end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

from ganstudio.runs.errors import RunError

MAX_LINE = 1_000_000
MAX_FILE = 256_000_000
MAX_LINES = 1_000_000
"""Bytes of one line, bytes and lines of one file, beyond which it is not one of ours."""


@dataclass(slots=True)
class Place:
    """Where a reader of a growing file stands: bytes and lines behind it, and how they end."""

    offset: int = 0
    lines: int = 0
    end: bytes = b""

    def passed(self, line: bytes) -> None:
        """One more line is behind."""
        self.offset, self.lines, self.end = self.offset + len(line), self.lines + 1, line[-256:]

    def holds(self, path: Path) -> bool:
        """Whether the file still has what is behind, as far as its end tells."""
        if not self.offset:
            return True
        try:
            with path.open("rb") as file:
                file.seek(self.offset - len(self.end))
                return file.read(len(self.end)) == self.end
        except OSError:
            return False


def append_line(path: Path, entry: Mapping[str, Any], durable: bool = True) -> None:
    """Write one object; ``durable`` also waits until the disk has it.

    Raises:
        OSError: the disk is full or the folder cannot be written.
        ValueError: a number in it is NaN or infinite, which JSON does not have.
    """
    append_bytes(path, line_of(entry), durable)


def line_of(entry: Mapping[str, Any]) -> bytes:
    """One object as a line.

    Raises:
        ValueError: a number in it is NaN or infinite, which JSON does not have.
    """
    text = json.dumps(dict(entry), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace") + b"\n"


def append_bytes(path: Path, lines: bytes, durable: bool) -> None:
    """Append whole lines, all of them or none; and mend the end before.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    data = memoryview(lines)
    # Unbuffered: a buffer would try to write its rest again when the file is cut or closed.
    with path.open("a+b", buffering=0) as file:
        _mend_end(file)
        whole = file.seek(0, os.SEEK_END)
        try:
            while data:
                data = data[file.write(data):]
            if durable:
                os.fsync(file.fileno())
        except OSError:
            file.truncate(whole)
            raise


def _mend_end(file: BinaryIO | FileIO) -> None:
    """Take away a line that was torn when the plug was pulled, or the next would be glued to it."""
    end = file.seek(0, os.SEEK_END)
    start = max(0, end - 1)
    file.seek(start)
    if file.read() in (b"", b"\n"):
        return
    start = max(0, end - MAX_LINE)
    file.seek(start)
    file.truncate(start + file.read().rfind(b"\n") + 1)
    file.seek(0, os.SEEK_END)


def whole_lines(path: Path) -> list[str]:
    """The lines that were finished; none where there is no file.

    Raises:
        RunError: the file cannot be read, or is too large to be one of ours.
    """
    try:
        if not path.exists():
            return []
        if path.stat().st_size > MAX_FILE:
            raise RunError(f"{path} is larger than {MAX_FILE // 1_000_000} MB, which no run writes")
        # What follows the last newline is a line that was never finished.
        return path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from None


def parsed(line: str) -> dict[str, Any] | None:
    """The object of a line if it is one and has a whole ``step``, else None."""
    try:
        entry = json.loads(line) if len(line) <= MAX_LINE else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    step = entry.get("step")
    return entry if isinstance(step, int) and not isinstance(step, bool) else None


def read_lines(path: Path, what: str) -> list[dict[str, Any]]:
    """All entries in order. A torn last line (the plug was pulled) is left out.

    Raises:
        RunError: a line before the last is not ``what``, or the file cannot be read.
    """
    return [entry for _, entry in numbered_lines(path, what)]


def numbered_lines(path: Path, what: str, place: Place | None = None
                   ) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number (from 1) and entry, one after the other; blank lines are passed over. Begins
    at ``place`` and moves it along.

    Raises:
        RunError: as ``read_lines``; also for a file of more lines than any run writes.
    """
    place = place or Place()
    for line in _finished_lines(path, place.offset):
        place.passed(line)
        if place.lines > MAX_LINES:
            raise RunError(f"{path} has more than {MAX_LINES:,} lines, which no run writes")
        if line.strip():
            entry = parsed(line.decode("utf-8", "replace"))
            if entry is None:
                raise RunError(f"{path}: line {place.lines} is not {what}")
            yield place.lines, entry


def _finished_lines(path: Path, offset: int) -> Iterator[bytes]:
    try:
        if not path.exists():
            return
        if path.stat().st_size > MAX_FILE:
            raise RunError(f"{path} is larger than {MAX_FILE // 1_000_000} MB, which no run writes")
        with path.open("rb") as file:
            file.seek(offset)
            while line := file.readline(MAX_LINE + 1):
                if not line.endswith(b"\n") and len(line) <= MAX_LINE:
                    return  # it was never finished
                yield line
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from None
