"""Journals as scripts, each read once and then followed: what is asked of the past again and
again, as somebody scrubs, is not to be parsed anew each time.
"""

from __future__ import annotations

from pathlib import Path

from ganstudio.runs.journal import Journal
from ganstudio.runs.jsonl import Place
from ganstudio.runs.lineage import lineage
from ganstudio.runs.retrace import Script, script_of


class Scripts:
    """The scripts of run folders. Must be used from one thread."""

    def __init__(self) -> None:
        self._known: dict[Path, _Followed] = {}

    def of(self, folder: Path, entries: int | None = None) -> Script:
        """What the first ``entries`` lines of a folder's journal say was done (None: all).

        Raises:
            RunError: the journal cannot be read.
        """
        return self._followed(folder).script(entries)

    def returns(self, folder: Path) -> list[tuple[int, int]]:
        """The lines (from 1) at which a run went back, each with the step that it went back to.

        Raises:
            RunError: the journal cannot be read.
        """
        return self._followed(folder).returns()

    def _followed(self, folder: Path) -> _Followed:
        return self._known.setdefault(folder, _Followed(Journal(folder / "journal.jsonl")))


class _Followed:
    """One journal. It is only ever appended to; should it be another file, it is read anew."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._forget()

    def _forget(self) -> None:
        self._place = Place()
        self._whole = Script()
        self._returns: list[tuple[int, int]] = []
        self._parts: dict[int, Script] = {}

    def script(self, entries: int | None) -> Script:
        self._catch_up()
        if entries is None:
            return self._whole
        if entries not in self._parts:
            self._parts[entries] = script_of(self.journal.lineage(entries))
        return self._parts[entries]

    def returns(self) -> list[tuple[int, int]]:
        self._catch_up()
        return self._returns

    def _catch_up(self) -> None:
        if not self._place.holds(self.journal.path):
            self._forget()
        try:
            first = self._place.lines == 0
            new = dict(self.journal.numbered(self._place))
            back = [(number, entry["step"]) for number, entry in new.items() if "kept" in entry]
            # Where a run went back, some of what was done before no longer counts.
            if back:
                path = lineage(new, max(new)) if first else self.journal.lineage()
                self._whole = script_of(path)
            else:
                self._whole = script_of(new.values(), self._whole)
            self._returns += back
        except BaseException:
            self._forget()  # half read: the next who asks is to be told as well
            raise
