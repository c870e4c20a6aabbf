"""A journal's script is the same whether it was read in one go or followed as it grew."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganstudio.runs import jsonl
from ganstudio.runs.errors import RunError
from ganstudio.runs.journal import Journal
from ganstudio.runs.retrace import Change, script_of
from ganstudio.runs.scripts import Scripts

ENTRY = st.one_of(
    st.tuples(st.just("tweak"), st.integers(0, 40), st.integers(1, 9)),
    st.tuples(st.just("move"), st.integers(0, 40), st.integers(1, 9)),
    st.tuples(st.just("diagnosis"), st.integers(0, 40), st.integers(1, 9)),
    st.tuples(st.sampled_from(["resumed", "nonfinite"]), st.integers(0, 40), st.integers(0, 30)))


def write(journal, kind, step, number):
    if kind == "tweak":
        journal.append(kind, step, changes={"batch": [1, number]}, durable=False)
    elif kind == "move":
        journal.append(kind, step, only="d", count=min(number, step) or 1, durable=False)
    elif kind == "diagnosis":
        journal.append(kind, step, durable=False)
    else:
        journal.append(kind, step, kept=min(number, journal.lines), durable=False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.tuples(st.lists(ENTRY, max_size=6), st.integers(1, 20)), max_size=5))
def test_followed_is_as_read_anew(tmp_path_factory, grown):
    folder = tmp_path_factory.mktemp("x")
    journal, known = Journal(folder / "journal.jsonl"), Scripts()
    for entries, upto in grown:
        for entry in entries:
            write(journal, *entry)
        assert known.of(folder) == script_of(journal.lineage())
        upto = min(upto, journal.lines)
        assert known.of(folder, upto) == script_of(journal.lineage(upto))
        assert known.returns(folder) == [(n, e["step"]) for n, e in journal.numbered()
                                         if "kept" in e]


@pytest.fixture
def lines_parsed(monkeypatch):
    lines = []

    def parsed(line):
        lines.append(line)
        return json.loads(line)

    monkeypatch.setattr(jsonl, "parsed", parsed)
    return lines


def test_no_line_is_parsed_twice(tmp_path, lines_parsed):
    journal, known = Journal(tmp_path / "journal.jsonl"), Scripts()
    for k in range(50):
        write(journal, "tweak", k, k)
    assert len(known.of(tmp_path).changes) == 50 and len(lines_parsed) == 50
    for k in range(50, 53):
        write(journal, "tweak", k, k)
    for _ in range(5):
        assert known.of(tmp_path).changes[-1] == Change(52, {"batch": 52})
        assert known.returns(tmp_path) == []
    assert len(lines_parsed) == 53
    for _ in range(5):  # that of an ancestor, of which only so many lines count
        assert len(known.of(tmp_path, 10).changes) == 10
    assert len(lines_parsed) == 2 * 53


def test_a_journal_that_went_back_is_parsed_once_too(tmp_path, lines_parsed):
    journal = Journal(tmp_path / "journal.jsonl")
    for step in range(50):
        journal.append("tweak", step, changes={"batch": [1, step]}, durable=False)
    journal.append("resume", 20, kept=50, durable=False)
    lines_parsed.clear()
    found = Scripts().of(tmp_path)
    assert len(lines_parsed) == 51
    assert found == script_of(journal.lineage())


def test_a_line_that_is_not_finished_is_read_when_it_is(tmp_path):
    path, known = tmp_path / "journal.jsonl", Scripts()
    write(Journal(path), "tweak", 1, 5)
    line = path.read_bytes()
    path.write_bytes(line + line[:20])
    assert len(known.of(tmp_path).changes) == 1
    path.write_bytes(line + line)
    assert len(known.of(tmp_path).changes) == 2


def test_another_file_in_its_place_is_read_anew(tmp_path):
    path, known = tmp_path / "journal.jsonl", Scripts()
    for k in range(3):
        write(Journal(path), "tweak", k, 5)
    assert len(known.of(tmp_path).changes) == 3
    path.unlink()
    for k in range(4):
        write(Journal(path), "tweak", k, 7)
    assert [c.values["batch"] for c in known.of(tmp_path).changes] == [7] * 4
    path.unlink()
    assert known.of(tmp_path).changes == ()


def test_damage_is_told_to_everybody_who_asks(tmp_path):
    path, known = tmp_path / "journal.jsonl", Scripts()
    write(Journal(path), "tweak", 1, 5)
    known.of(tmp_path)
    with path.open("ab") as file:
        file.write(b"no entry\n")
    for _ in range(2):
        with pytest.raises(RunError, match="line 2 is not a journal entry"):
            known.of(tmp_path)
