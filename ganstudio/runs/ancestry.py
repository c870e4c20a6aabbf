"""What was recorded of a branch, its ancestors' part of it included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.recipe import Recipe
from ganstudio.runs.branches import lineage
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.history import parts_of
from ganstudio.runs.lineage import Entry, cut
from ganstudio.runs.records import Records
from ganstudio.training.frames import ScalarPart


def past_records(folder: RunFolder, records: Callable[[RunFolder], Records]
                 ) -> list[dict[str, Any]]:
    """What was recorded of a branch and, up to where it left them, of its ancestors.

    Raises:
        RunError: a file is damaged.
    """
    found: list[dict[str, Any]] = []
    for stretch in lineage(folder.path):
        until = float("inf") if stretch.until is None else stretch.until
        after = found[-1]["step"] if found else -1
        found += [e for e in records(RunFolder(stretch.folder)).read()
                  if after < e["step"] <= until]
    return found


def past_parts(folder: RunFolder) -> tuple[ScalarPart, ...]:
    """The scalar history of a branch with its ancestors' up to where it left them.

    Raises:
        RunError: a history is damaged.
    """
    try:
        before = lineage(folder.path)[:-1]
    except RunError:
        before = []
    if not before:
        return folder.history.past()
    parts: list[NDArray[np.void]] = []
    start = 0
    for stretch in before:
        history = RunFolder(stretch.folder).history
        assert stretch.until is not None
        first = history.index_of(start)
        parts.append(history.rows(first, history.index_of(stretch.until) - first))
        start = stretch.until
    return parts_of(np.concatenate([*parts, folder.history.rows()]))


def past_entries(folder: RunFolder, upto: int) -> tuple[Recipe, list[Entry]]:
    """The recipe that a branch's main line began with, and every journal entry that led from
    there to what the branch was after ``upto`` lines of its own journal.

    Raises:
        RunError: an ancestor is gone, or its journal damaged.
    """
    stretches = lineage(folder.path)
    entries: list[Entry] = []
    for stretch in stretches[:-1]:
        assert stretch.until is not None
        for entry in RunFolder(stretch.folder).journal.lineage(stretch.entries):
            late = stretch.before and entry.get("kind") == "tweak"
            kept = cut(entry, stretch.until - late)
            entries += [kept] if kept is not None else []
    return (RunFolder(stretches[0].folder).recipe(), entries + folder.journal.lineage(upto))
