"""What was measured along a run, with its step: metrics, symptoms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganstudio.runs.atomic import write_text
from ganstudio.runs.jsonl import append_line, parsed, read_lines, whole_lines

APART = 0.01


class Records:
    """An append-only text file, one JSON object a line, each with its ``step``.

    Made for a few numbers now and then: what comes at every step belongs into the scalar history.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, step: int, fields: Mapping[str, Any]) -> None:
        """Append one entry. It may be lost if the plug is pulled within seconds.

        Raises:
            OSError: the disk is full or the folder cannot be written.
            ValueError: a number among ``fields`` is NaN or infinite, which JSON does not have.
        """
        append_line(self.path, {**fields, "step": step}, durable=False)

    def read(self) -> list[dict[str, Any]]:
        """All entries in order. A torn last line (the plug was pulled) is left out.

        Raises:
            RunError: a line before the last is not an entry, or the file cannot be read.
        """
        return read_lines(self.path, "an entry with its step")

    def cut_after(self, step: int) -> None:
        """Drop every entry later than ``step``: the run went back to it.

        Lines that cannot be read stay: ``read`` will tell of them.

        Raises:
            RunError: the file cannot be read.
            OSError: the folder cannot be written.
        """
        lines = whole_lines(self.path)
        kept = [line for line in lines if _up_to(line, step)]
        if len(kept) < len(lines):
            write_text(self.path, "".join(f"{line}\n" for line in kept))


def _up_to(line: str, step: int) -> bool:
    entry = parsed(line)
    return entry is None or entry["step"] <= step


def far_enough(step: int, last: int | None) -> bool:
    """Whether an entry at ``step`` is worth keeping after one at ``last``.

    It is when the run has grown by a hundredth, so that a plot of the whole run shows no gap and
    a run of any length keeps some thousand entries.
    """
    return last is None or step < last or step >= last + max(1, int(APART * last))
