"""Every command that changed a run, with its step: recipe + seed + journal = the run."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganstudio.runs.errors import RunError
from ganstudio.runs.jsonl import Place, append_bytes, line_of, numbered_lines, parsed
from ganstudio.runs.lineage import Entry, lineage


class Journal:
    """An append-only text file, one JSON object a line.

    Each has ``step``, ``time`` (UTC), ``kind`` and what the kind needs. ``step`` counts the steps
    done when the entry was written. So a ``tweak`` (``changes`` {path: [old, new]}, ``label``)
    acts from the step after it, while a ``move`` (``only``, ``count``) tells of the ``count``
    steps that end with its own. An entry with ``kept`` went back: see ``lineage``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: int | None = None
        self._waiting: list[bytes] = []
        self._lock = threading.Lock()

    @property
    def lines(self) -> int:
        """Lines so far, also those that a full disk has not taken yet: the position in the
        journal that a checkpoint remembers.
        """
        with self._lock:
            return self._written() + len(self._waiting)

    def _written(self) -> int:
        if self._lines is None:
            self._lines = 0
            if self.path.exists():
                with self.path.open("rb") as file:
                    while block := file.read(1 << 20):
                        self._lines += block.count(b"\n")
        return self._lines

    def append(self, kind: str, step: int, *, durable: bool = True, **fields: Any) -> None:
        """Write one entry; ``durable`` also waits until the disk has it, else ``sync`` must.

        Raises:
            OSError: the disk is full or the folder cannot be written. The entry is written with
                the next one then, or by ``sync``.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = line_of({"step": step, "time": now, "kind": kind, **fields})
        with self._lock:
            self._waiting.append(line)
            self._write(durable)

    def sync(self) -> None:
        """Return when the disk has every entry.

        Raises:
            OSError: it cannot take them.
        """
        with self._lock:
            self._write(durable=True)

    def _write(self, durable: bool) -> None:
        if self._waiting or self.path.exists():
            lines = self._written()
            append_bytes(self.path, b"".join(self._waiting), durable)
            self._lines = lines + len(self._waiting)
            self._waiting.clear()

    def numbered(self, place: Place | None = None) -> Iterator[tuple[int, Entry]]:
        """Line number (from 1) and entry, one after the other: all, or those from ``place`` on,
        which is moved along.

        A torn last line (the plug was pulled) is left out.

        Raises:
            RunError: a line before the last is not an entry, or the file cannot be read.
        """
        for number, entry in numbered_lines(self.path, "a journal entry", place):
            kept = entry.get("kept", 0)
            if not _is_count(entry["step"]):
                raise RunError(f"{self.path}: line {number} is not a journal entry")
            if not _is_count(kept) or kept >= number:
                raise RunError(f"{self.path}: line {number} goes back to a line that is not "
                               "before it")
            yield number, entry

    def read(self) -> list[Entry]:
        """All entries in order.

        Raises:
            RunError: as ``numbered``.
        """
        return [entry for _, entry in self.numbered()]

    def lineage(self, upto: int | None = None) -> list[Entry]:
        """The entries that made the run what it was after ``upto`` lines (None: after all).

        Raises:
            RunError: as ``numbered``.
        """
        entries = dict(self.numbered())
        return lineage(entries, max(entries, default=0) if upto is None else upto)

    def tweaks(self) -> list[Entry]:
        """The tweaks alone, those that were undone too."""
        return [entry for entry in self.read() if entry.get("kind") == "tweak"]


class Tail:
    """The end of a journal: what came since the last look, so that no look reads it all again."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._offset = 0

    def new(self, kinds: Collection[str] = (), most: int | None = None) -> list[Entry]:
        """Entries since the last call: those of some kinds (none given: all), the last ``most``.

        Lines that are no entries are passed over; an unreadable file has none. Others than those
        asked for are not parsed, which would hold up the window for long.
        """
        try:
            with self.journal.path.open("rb") as file:
                file.seek(self._offset)
                read = file.read()
        except OSError:
            return []
        whole = read[:read.rfind(b"\n") + 1]
        self._offset += len(whole)
        words = re.compile("|".join(f'"{re.escape(kind)}"' for kind in kinds).encode())
        lines = [line for line in whole.splitlines() if words.search(line)]
        entries = (parsed(line.decode("utf-8", "replace"))
                   for line in (lines if most is None else lines[-most:]))
        return [e for e in entries if e is not None and (not kinds or e.get("kind") in kinds)]


class Marks:
    """The steps of entries of some kinds."""

    def __init__(self, journal: Journal, kinds: Collection[str]) -> None:
        self._tail, self.kinds = Tail(journal), tuple(kinds)
        self._known: set[int] = set()

    def steps(self) -> set[int]:
        """All so far."""
        self._known.update(e["step"] for e in self._tail.new(self.kinds))
        return self._known


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
