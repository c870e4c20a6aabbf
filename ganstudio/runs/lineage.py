"""Which entries of a journal made a run what it is, where it went back on the way.

A journal is only ever appended to, also when the run goes back: to its last checkpoint after a
crash, to the last good state after a loss that was no number, to a snapshot. Such an entry says
so by ``kept``, a number of lines: before it came only what the first ``kept`` lines had made of
the run, and of that only what lay not after its ``step``. So the journal is a tree written down
line by line, and the lineage of a line is the path from the root to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Entry = dict[str, Any]


def lineage(entries: Mapping[int, Entry], last: int) -> list[Entry]:
    """The entries from the root to line ``last``, in order.

    ``entries`` maps line numbers (from 1; blank lines are missing) to entries. A move that ended
    after the step that the run went back to is cut short there.
    """
    path: list[Entry] = []
    limit: float = float("inf")
    line = last
    while line > 0:
        entry = entries.get(line)
        line -= 1
        if entry is None:
            continue
        rest = cut(entry, limit)
        if rest is not None:
            path.append(rest)
        if "kept" in entry:
            limit = min(limit, entry["step"])
            line = min(line, entry["kept"])
    return path[::-1]


def cut(entry: Entry, limit: float) -> Entry | None:
    """What of an entry lies not after the step ``limit``."""
    beyond = entry["step"] - limit
    if beyond <= 0:
        return entry
    count = entry.get("count")
    if entry.get("kind") == "move" and isinstance(count, int) and count > beyond:
        return {**entry, "step": int(limit), "count": count - int(beyond)}
    return None
