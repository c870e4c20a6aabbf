import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.runs.errors import RunError
from ganstudio.runs.journal import Journal
from ganstudio.runs.lineage import lineage


def entry(step, **fields):
    return {"step": step, "kind": "tweak", **fields}


def names(entries, last=None):
    by_line = dict(enumerate(entries, 1))
    return [e.get("name") for e in lineage(by_line, len(entries) if last is None else last)]


def test_a_straight_journal_is_its_own_lineage():
    entries = [entry(0, name="a"), entry(3, name="b"), entry(3, name="c")]
    assert names(entries) == ["a", "b", "c"]
    assert names(entries, 2) == ["a", "b"]
    assert names([], 0) == []


def test_what_came_after_the_checkpoint_is_undone():
    """The checkpoint at step 3 knew two lines; the third came at the same step and was lost."""
    entries = [entry(0, name="a"), entry(3, name="b"), entry(3, name="lost"),
               entry(3, kept=2, name="back"), entry(5, name="c")]
    assert names(entries) == ["a", "b", "back", "c"]


def test_going_back_twice_reaches_a_future_that_was_given_up():
    entries = [entry(0, name="a"), entry(5, name="b"), entry(2, kept=1, name="back"),
               entry(7, name="c"), entry(6, kept=2, name="over"), entry(8, name="d")]
    assert names(entries) == ["a", "b", "over", "d"]


def test_a_move_that_reaches_beyond_is_cut_short():
    entries = [entry(10, kind="move", only="d", count=6), entry(12, name="gone"),
               entry(7, kept=2, name="back")]
    first, back = lineage(dict(enumerate(entries, 1)), 3)
    assert (first["step"], first["count"], back["name"]) == (7, 3, "back")
    assert entries[0]["count"] == 6
    gone = [entry(10, kind="move", only="d", count=3), entry(7, kept=1)]
    assert len(lineage(dict(enumerate(gone, 1)), 2)) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 30)), max_size=30))
def test_any_journal_has_a_lineage_whose_tweaks_do_not_lie_after_a_return(rows):
    entries = [entry(step, **({} if kept is None else {"kept": min(kept, line)}))
               for line, (step, kept) in enumerate(rows)]
    path = lineage(dict(enumerate(entries, 1)), len(entries))
    for at, one in enumerate(path):
        if "kept" in one:
            assert all(before["step"] <= one["step"] for before in path[:at])


def test_blank_lines_count_as_lines_but_are_no_entries():
    assert names_of({1: entry(0, name="a"), 3: entry(1, name="b")}, 3) == ["a", "b"]


def names_of(by_line, last):
    return [e.get("name") for e in lineage(by_line, last)]


@pytest.mark.parametrize("kept", [-1, 2, 99, True, "1", None, 10**30])
def test_a_return_to_what_is_not_before_it_is_refused(tmp_path, kept):
    journal = Journal(tmp_path / "j")
    journal.append("created", 0)
    journal.append("resumed", 0, kept=kept)
    with pytest.raises(RunError, match="line 2 goes back to a line that is not before it"):
        journal.lineage()
