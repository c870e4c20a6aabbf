"""Every command that changed a run, with its step: recipe + seed + journal = the run."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from ganstudio.runs.errors import RunError

MAX_LINE = 1_000_000


def _mend_end(file: BinaryIO) -> None:
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


class Journal:
    """An append-only text file, one JSON object a line.

    Each has ``step`` (steps done when it happened), ``time`` (UTC), ``kind`` and what the kind
    needs: ``tweak`` has ``changes`` {path: [old, new]} and ``label``; ``move`` has ``only``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, kind: str, step: int, **fields: Any) -> None:
        """Write one entry and make sure it is on the disk.

        Raises:
            OSError: the disk is full or the folder cannot be written.
        """
        entry = {"step": step, "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                 "kind": kind, **fields}
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self.path.open("a+b") as file:
            _mend_end(file)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> list[dict[str, Any]]:
        """All entries in order. A torn last line (the plug was pulled) is left out.

        Raises:
            RunError: a line before the last is not an entry, or the file cannot be read.
        """
        if not self.path.exists():
            return []
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError as error:
            raise RunError(f"{self.path} cannot be read: {error.strerror}") from None
        entries = []
        # What follows the last newline is a line that was never finished.
        for number, line in enumerate(lines[:-1], 1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line) if len(line) <= MAX_LINE else None
            except (ValueError, RecursionError):
                entry = None
            if not isinstance(entry, dict) or not isinstance(entry.get("step"), int):
                raise RunError(f"{self.path}: line {number} is not a journal entry")
            entries.append(entry)
        return entries

    def tweaks(self) -> list[dict[str, Any]]:
        """The tweaks alone."""
        return [entry for entry in self.read() if entry.get("kind") == "tweak"]
