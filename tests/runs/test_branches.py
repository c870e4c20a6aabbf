"""Branches on the disk: whole or not at all, found again, and never at the cost of the parent."""

import errno
import json
import os

import numpy as np
import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.recipe import differences, with_value
from ganstudio.runs import ancestry, branches
from ganstudio.runs.branches import Fork
from ganstudio.runs.checkpoint import state_digest
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import RunFolder
from ganstudio.training.frames import ScalarChunk


@pytest.fixture
def run(tmp_path):
    trainer = tiny.trainer()
    folder = RunFolder.create(tmp_path / "a.run", trainer.recipe)
    folder.trainer = trainer
    record(folder, 0, 8)
    trainer.advance(8)
    folder.save(trainer.state(), trainer.recipe)
    return folder


def record(folder, after, upto):
    count = upto - after
    folder.history.add(ScalarChunk(np.arange(after + 1, upto + 1),
                                   np.full((count, 4), upto, np.float32)))
    folder.history.flush()


def fork(step, parent="", **changes):
    trainer = tiny.trainer()
    trainer.advance(step)
    new = trainer.recipe
    for path, value in changes.items():
        new = with_value(new, path, value)
    return Fork(parent, trainer.state(), trainer.recipe, new, differences(trainer.recipe, new))


def everything(path):
    return {p.relative_to(path): p.read_bytes() for p in sorted(path.rglob("*"))
            if p.is_file() and branches.HOME not in p.parts}


def test_a_branch_is_a_run_folder_that_can_be_gone_on_with(run):
    before = everything(run.path)
    made = branches.create(run.path, fork(5, batch=9), "bigger")
    folder = RunFolder.open(made.path)
    state, recipe, _ = folder.latest()
    assert state.values["step"] == 5 and recipe.batch == 9 and folder.recipe().batch == 16
    assert state_digest(state) == state_digest(fork(5).state)
    assert [e["kind"] for e in folder.journal.read()] == ["created", "forked", "tweak"]
    assert everything(run.path) == before
    assert branches.branches(run.path)[1] == made == branches.read_branch(run.path, made.id)
    assert (made.parent, made.step, made.name) == ("", 5, "bigger")
    assert branches.root_of(made.path) == run.path and branches.id_of(made.path) == made.id
    assert branches.root_of(run.path) == run.path and branches.id_of(run.path) == ""


def test_names_and_colours_are_told_apart(run):
    made = [branches.create(run.path, fork(5)) for _ in range(3)]
    assert [b.name for b in made] == ["from 5", "from 5 (2)", "from 5 (3)"]
    assert len({b.colour for b in branches.branches(run.path)}) == 4


@pytest.mark.parametrize("instant", range(9))
def test_a_fork_that_breaks_off_leaves_the_parent_whole(run, monkeypatch, instant):
    """At each of the writes in turn the disk is full."""
    before, calls, real = everything(run.path), [], os.fsync

    def sync(*arguments):
        calls.append(1)
        if len(calls) == instant + 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(os, "fsync", sync)
    try:
        branches.create(run.path, fork(5, batch=9))
    except (OSError, RunError):
        assert len(calls) == instant + 1
        assert [b.id for b in branches.branches(run.path)] == [""]
    else:
        assert len(branches.branches(run.path)) == 2
    assert everything(run.path) == before
    assert not [p for p in run.path.rglob("*") if ".tmp-" in p.name]


def test_a_branch_that_was_never_finished_is_not_seen_and_goes_when_the_run_is_closed(run):
    half = run.path / branches.HOME / ".0a1b2c3d.tmp-12345678"
    half.mkdir(parents=True)
    (half / "run.json").write_text("{")
    assert [b.id for b in branches.branches(run.path)] == [""]
    branches.tidy(run.path)
    assert not half.exists()


def past(folder):
    part, = ancestry.past_parts(folder)
    return part.steps.tolist(), part.stats[0][:, 0].tolist()


def test_the_past_of_a_branch_is_that_of_its_ancestors_and_its_own(run):
    one = branches.create(run.path, fork(5))
    record(RunFolder(one.path), 5, 9)
    two = branches.create(run.path, fork(7, one.id))
    record(RunFolder(two.path), 7, 10)
    for folder, steps in ((run, (2, 5, 8)), (RunFolder(one.path), (6, 8)),
                          (RunFolder(two.path), (8, 9))):
        for step in steps:
            folder.metrics.add(step, {"from": folder.path.name})
    entries = ancestry.past_records(RunFolder(two.path), lambda f: f.metrics)
    assert [e["step"] for e in entries] == [2, 5, 6, 8, 9]
    assert entries[3]["from"] == two.id
    steps, losses = past(RunFolder(two.path))
    assert steps == list(range(1, 11))
    assert losses == [8] * 5 + [9] * 2 + [10] * 3
    assert past(run)[0] == list(range(1, 9))
    # A branch that begins before its parent did.
    three = branches.create(run.path, fork(3, two.id))
    record(RunFolder(three.path), 3, 4)
    assert past(RunFolder(three.path))[1] == [8] * 3 + [4]


def test_what_was_done_to_a_branch_begins_with_what_was_done_before_it(run):
    run.journal.append("tweak", 2, changes={"batch": [16, 12]})
    run.journal.append("tweak", 5, changes={"batch": [12, 13]})
    run.journal.append("tweak", 6, changes={"batch": [13, 14]})
    made = branches.create(run.path, fork(5, batch=9))
    steps = [(c.step, c.values) for c in branches.script(branches.lineage(made.path)).changes]
    assert steps == [(2, {"batch": 12}), (5, {"batch": 13}), (5, {"batch": 9})]
    without = branches.create(run.path, Fork("", fork(5).state, fork(5).recipe, fork(5).recipe,
                                             {}, before=True))
    script = branches.script(branches.lineage(without.path))
    assert [c.step for c in script.changes] == [2]


def test_relabel(run):
    made = branches.create(run.path, fork(5))
    branches.relabel(run.path, made.id, name="  slow D  ")
    branches.relabel(run.path, made.id, colour=6)
    branches.relabel(run.path, "", name="first try", colour=2)
    assert [(b.name, b.colour) for b in branches.branches(run.path)] == [
        ("first try", 2), ("slow D", 6)]
    with pytest.raises(RunError, match="at least one letter"):
        branches.relabel(run.path, made.id, name=" ")
    with pytest.raises(RunError, match="from 0 to 7"):
        branches.relabel(run.path, made.id, colour=8)


def test_delete_and_bring_back(run):
    one = branches.create(run.path, fork(5))
    two = branches.create(run.path, fork(6, one.id))
    with pytest.raises(RunError, match="from 6 goes on from from 5; delete from 6 first"):
        branches.delete(run.path, one.id)
    with pytest.raises(RunError, match="main line"):
        branches.delete(run.path, "")
    branches.delete(run.path, two.id)
    assert [b.id for b in branches.branches(run.path)] == ["", one.id]
    assert branches.restore(run.path, two.id) == two
    assert RunFolder.open(two.path).latest()[0].values["step"] == 6
    branches.delete(run.path, two.id)
    branches.tidy(run.path)
    with pytest.raises(RunError, match="no longer be brought back"):
        branches.restore(run.path, two.id)


# ---- damaged and hostile -------------------------------------------------------------------------

JSON = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9)),
                    lambda inner: st.one_of(st.lists(inner, max_size=3),
                                            st.dictionaries(st.text(max_size=6), inner)),
                    max_leaves=5)


@pytest.fixture(scope="module")
def two_branches(tmp_path_factory):
    root = tmp_path_factory.mktemp("x") / "a.run"
    RunFolder.create(root, tiny.recipe())
    for name in ("aa", "bb"):
        RunFolder.create(root / "branches" / name, tiny.recipe())
    return root


@given(st.one_of(st.binary(max_size=40), JSON.map(lambda x: json.dumps(x).encode()),
                 st.fixed_dictionaries({"format": st.just(1), "parent": st.one_of(
                     st.text(max_size=20), st.just("../../.."), st.just("aa")),
                     "step": JSON, "name": JSON, "colour": JSON}).map(
                         lambda x: json.dumps(x).encode())))
def test_a_damaged_branch_file_gets_one_sentence(two_branches, text):
    root = two_branches
    (root / "branches" / "bb" / "branch.json").write_bytes(text)
    (root / "branches" / "aa" / "branch.json").write_bytes(text.replace(b'"aa"', b'"bb"'))
    for branch in branches.branches(root):
        assert 0 < len(branch.name) <= branches.LONGEST_NAME
        try:
            branches.lineage(branch.path)
        except RunError as error:
            assert "\n" not in str(error)
    try:
        branches.read_branch(root, "bb")
    except RunError as error:
        assert str(error) and "\n" not in str(error)


@pytest.mark.parametrize("name", ["../x", "..", "A b", "x" * 17, ".trash", "a/b"])
def test_no_path_leads_out_of_the_run(run, name):
    with pytest.raises(RunError, match="not the name of a branch"):
        branches.path_of(run.path, name)
    with pytest.raises(RunError):
        branches.delete(run.path, name)
