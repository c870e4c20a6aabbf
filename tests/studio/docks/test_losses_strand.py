"""One branch's curves: what waits to be sorted in is bounded."""

from ganstudio.session.timeline_messages import BranchInfo, Mark, Timeline
from ganstudio.studio.docks.losses_markers import MOST_MARKERS, markers_of
from ganstudio.studio.docks.losses_strand import MOST_NEW, MOST_ROWS, Strand
from tests.studio.docks.made import rows

VALUES = [1.0, 2.0, 0.5, 0.5]


def test_few_rows_wait_until_they_are_asked_for_and_many_do_not(monkeypatch):
    strand, sorted_in = Strand(), []
    extend = strand.history.extend
    monkeypatch.setattr(strand.history, "extend", lambda chunks: (
        sorted_in.append(sum(len(c.steps) for c in chunks)), extend(chunks)))
    many = [VALUES] * (MOST_ROWS // 4)
    for k in range(40):
        strand.take([rows(1 + k * len(many), many)])
    assert sum(sorted_in) >= 36 * len(many)
    assert max(sorted_in) <= MOST_ROWS + len(many)
    assert strand.history.last == strand.last == 40 * len(many)
    before = len(sorted_in)
    for _ in range(MOST_NEW):
        strand.take([rows(strand.last + 1, [VALUES])])
    assert len(sorted_in) == before
    strand.take([rows(strand.last + 1, [VALUES])])
    assert len(sorted_in) == before + 1


def test_a_run_of_thousands_of_changes_brings_the_newest_thousand():
    marks = tuple(Mark(k, "tweak" if k % 2 else "diagnosis", f"mark {k}") for k in range(5_000))
    told = Timeline("", (BranchInfo("", "", 0, 9_000, "main", 0, "", (), marks),), None, 0, 0)
    found = markers_of(told)
    assert len(found) == MOST_MARKERS and found[-1].step == 4_999
    assert all(marker.step % 2 for marker in found)
