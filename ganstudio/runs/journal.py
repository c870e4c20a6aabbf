"""Every command that changed a run, with its step: recipe + seed + journal = the run."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganstudio.runs.jsonl import append_line, read_lines


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
        append_line(self.path, entry)

    def read(self) -> list[dict[str, Any]]:
        """All entries in order. A torn last line (the plug was pulled) is left out.

        Raises:
            RunError: a line before the last is not an entry, or the file cannot be read.
        """
        return read_lines(self.path, "a journal entry")

    def tweaks(self) -> list[dict[str, Any]]:
        """The tweaks alone."""
        return [entry for entry in self.read() if entry.get("kind") == "tweak"]


class Marks:
    """The steps of entries of some kinds, read on from where the last look ended."""

    def __init__(self, journal: Journal, kinds: Collection[str]) -> None:
        self.journal, self.kinds = journal, tuple(kinds)
        self._known: set[int] = set()
        self._offset = 0

    def steps(self) -> set[int]:
        """All so far. Lines that are no entries are passed over; an unreadable file has none."""
        try:
            with self.journal.path.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
        except OSError:
            return self._known
        whole = new[:new.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            try:
                entry = json.loads(line)
                if entry["kind"] in self.kinds:
                    self._known.add(int(entry["step"]))
            except (ValueError, TypeError, KeyError, RecursionError):
                continue
        return self._known
