import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.runs import jsonl
from ganstudio.runs.errors import RunError
from ganstudio.runs.records import Records, far_enough


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path / "metrics.jsonl")


def test_what_is_added_is_read(records):
    assert records.read() == []
    records.add(0, {"w1": 0.5, "name": "größer"})
    records.add(7, {"w1": 0.25})
    assert records.read() == [{"w1": 0.5, "name": "größer", "step": 0}, {"w1": 0.25, "step": 7}]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_have_are_refused_and_leave_nothing(records, bad):
    records.add(1, {"w1": 1.0})
    with pytest.raises(ValueError, match="JSON"):
        records.add(2, {"w1": bad})
    assert [e["step"] for e in records.read()] == [1]


@given(st.integers(0, 400))
def test_a_torn_last_line_is_left_out_and_then_mended(tmp_path_factory, cut):
    records = Records(tmp_path_factory.mktemp("run") / "metrics.jsonl")
    for step in range(3):
        records.add(step, {"name": "ü" * 20})
    whole = records.path.read_bytes()
    kept = whole[:max(0, len(whole) - cut)]
    records.path.write_bytes(kept)
    left = kept.count(b"\n")
    assert [e["step"] for e in records.read()] == list(range(left))
    records.add(9, {})
    assert [e["step"] for e in records.read()] == [*range(left), 9]


@pytest.mark.parametrize(("to", "left"), [(-1, []), (0, [0]), (4, [0, 3]), (5, [0, 3, 5]),
                                          (99, [0, 3, 5])])
def test_going_back_forgets_what_came_later(records, to, left):
    for step in (0, 3, 5):
        records.add(step, {"w1": step})
    records.cut_after(to)
    assert [e["step"] for e in records.read()] == left
    records.add(to + 100, {})
    assert [e["step"] for e in records.read()] == [*left, to + 100]


def test_nothing_is_written_where_nothing_is_cut(records):
    records.cut_after(3)
    assert not records.path.exists()
    records.add(1, {})
    before = records.path.stat().st_mtime_ns, records.path.stat().st_ino
    records.cut_after(1)
    assert (records.path.stat().st_mtime_ns, records.path.stat().st_ino) == before


@pytest.mark.parametrize("line", ["rubbish", "[]", '{"step": true}', '{"step": "1"}',
                                  "[" * 100_000], ids=lambda v: v[:12])
def test_damage_is_named_and_survives_a_cut(records, line):
    records.add(1, {})
    with records.path.open("a") as file:
        file.write(line + "\n")
    records.add(5, {})
    with pytest.raises(RunError, match=r"metrics\.jsonl: line 2 is not an entry with its step"):
        records.read()
    records.cut_after(4)
    assert records.path.read_text().splitlines() == ['{"step": 1}', line]


def test_a_file_that_no_run_writes_is_refused(records, monkeypatch):
    records.add(1, {"name": "x" * 100})
    monkeypatch.setattr(jsonl, "MAX_FILE", 50)
    with pytest.raises(RunError, match="larger than"):
        records.read()


def test_a_folder_in_its_place_is_one_sentence(records):
    records.path.mkdir()
    with pytest.raises(RunError, match=r"metrics\.jsonl cannot be read"):
        records.read()


def test_entries_of_a_long_run_are_some_thousand_and_leave_no_gap():
    kept, last = [], None
    for step in range(0, 1_000_000, 7):
        if far_enough(step, last):
            kept.append(step)
            last = step
    assert len(kept) < 1500
    assert max(b - a for a, b in itertools.pairwise(kept)) <= 0.011 * 1_000_000
    assert far_enough(5, 100) and not far_enough(100, 100) and far_enough(101, 100)
