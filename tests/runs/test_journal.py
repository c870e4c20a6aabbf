import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.runs.errors import RunError
from ganstudio.runs.journal import Journal, Tail


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal.jsonl")


def test_what_is_appended_is_read(journal):
    assert journal.read() == []
    journal.append("created", 0, name="ä ring")
    journal.append("tweak", 7, changes={"batch": [1, 2]}, label="größer")
    entries = journal.read()
    assert [(e["kind"], e["step"]) for e in entries] == [("created", 0), ("tweak", 7)]
    assert entries[1]["changes"] == {"batch": [1, 2]} and entries[1]["time"].endswith("+00:00")
    assert journal.tweaks() == entries[1:]
    assert len(journal.path.read_text(encoding="utf-8").splitlines()) == 2


@given(st.integers(0, 400))
def test_a_torn_last_line_is_left_out_and_then_mended(tmp_path_factory, cut):
    journal = Journal(tmp_path_factory.mktemp("run") / "journal.jsonl")
    for step in range(3):
        journal.append("tweak", step, label="ü" * 20, changes={})
    whole = journal.path.read_bytes()
    kept = whole[:max(0, len(whole) - cut)]
    journal.path.write_bytes(kept)
    left = kept.count(b"\n")
    assert [e["step"] for e in journal.read()] == list(range(left))
    journal.append("saved", 9)
    assert [e["step"] for e in journal.read()] == [*range(left), 9]


@pytest.mark.parametrize("tail", [b"\x00" * 30, b'{"step": 3', b"\xff\xfe", b"{" * 5000])
def test_rubbish_after_the_last_line_is_left_out(journal, tail):
    journal.append("created", 0)
    with journal.path.open("ab") as file:
        file.write(tail)
    assert len(journal.read()) == 1
    journal.append("saved", 1)
    assert len(journal.read()) == 2


@pytest.mark.parametrize("line", [
    "rubbish", "[]", "5", "{}", '{"step": "x"}', '{"step": null}', "[" * 100_000,
    '{"step": ' + "9" * 5000 + "}", '{"step": 1, "x": "' + "x" * 1_100_000 + '"}',
], ids=lambda v: v[:12])
def test_a_line_that_is_no_entry_is_named(journal, line):
    journal.append("created", 0)
    with journal.path.open("a") as file:
        file.write(line + "\n")
    journal.append("saved", 1)
    with pytest.raises(RunError, match=r"journal\.jsonl: line 2 is not a journal entry"):
        journal.read()


def test_empty_lines_do_no_harm(journal):
    journal.path.write_text("\n\n" + json.dumps({"step": 1, "kind": "x"}) + "\n\n")
    assert len(journal.read()) == 1


def test_a_journal_that_cannot_be_read(journal):
    journal.path.mkdir()
    with pytest.raises(RunError, match="cannot be read"):
        journal.read()


def test_lines_are_counted_also_from_the_file(journal):
    assert journal.lines == 0
    for step in range(3):
        journal.append("tweak", step)
    assert journal.lines == Journal(journal.path).lines == 3


def test_what_a_full_disk_did_not_take_is_written_later_and_once(journal, monkeypatch):
    journal.append("created", 0)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
        with pytest.raises(OSError, match="No space"):
            journal.append("tweak", 1)
        assert journal.lines == 2 and len(Journal(journal.path).read()) == 1
    journal.sync()
    journal.append("tweak", 2)
    assert [e["step"] for e in journal.read()] == [0, 1, 2]


def test_a_journal_of_more_lines_than_any_run_writes(journal, monkeypatch):
    monkeypatch.setattr("ganstudio.runs.jsonl.MAX_LINES", 3)
    for step in range(4):
        journal.append("tweak", step)
    with pytest.raises(RunError, match="has more than 3 lines"):
        journal.read()


def test_a_negative_step_is_no_entry(journal):
    journal.path.write_text('{"step": -1}\n')
    with pytest.raises(RunError, match="line 1 is not a journal entry"):
        journal.read()


def test_a_tail_gives_each_entry_once(journal):
    tail = Tail(journal)
    assert tail.new() == []
    for step in range(3):
        journal.append("tweak", step)
    assert [e["step"] for e in tail.new()] == [0, 1, 2]
    assert tail.new() == []
    with journal.path.open("ab") as file:
        file.write(b'no entry\n{"step": 7, "kind": "tw')
    assert tail.new() == []  # the line is not finished
    with journal.path.open("ab") as file:
        file.write(b'eak"}\n')
    assert [(e["step"], e["kind"]) for e in tail.new()] == [(7, "tweak")]


def test_a_tail_reads_only_what_is_new(journal, monkeypatch):
    tail = Tail(journal)
    for step in range(300):
        journal.append("tweak", step, durable=False)
    assert len(tail.new()) == 300
    journal.append("tweak", 300)
    from ganstudio.runs import journal as module
    read = []
    monkeypatch.setattr(module, "parsed", lambda line: read.append(line))
    tail.new()
    assert len(read) == 1
    for step in range(20):
        journal.append("tweak" if step % 2 else "move", step, label="a \"tweak\" or two")
    read.clear()
    tail.new(("diagnosis",))
    assert read == []


def test_a_tail_gives_the_last_of_some_kinds(journal):
    for step in range(20):
        journal.append("tweak" if step % 2 else "move", step, label='"tweak"')
    journal.append("diagnosis", 20)
    assert [e["step"] for e in Tail(journal).new(("diagnosis",))] == [20]
    assert [e["step"] for e in Tail(journal).new(("tweak", "diagnosis"))] == [*range(1, 20, 2), 20]
    assert [e["step"] for e in Tail(journal).new(("diagnosis", "tweak"), 3)] == [17, 19, 20]
