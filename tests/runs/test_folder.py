import json

import numpy as np
import pytest
import tiny

from ganstudio.runs.checkpoint import state_digest
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import MARK, RunFolder, is_run_folder
from ganstudio.training.frames import ScalarChunk


@pytest.fixture
def run(tmp_path):
    return RunFolder.create(tmp_path / "a" / "b.run", tiny.recipe(name="rïng"))


def test_a_new_folder_says_what_it_is(run):
    assert is_run_folder(run.path)
    about = json.loads((run.path / MARK).read_text(encoding="utf-8"))
    assert about["format"] == 2 and about["name"] == "rïng" and about["created"]
    again = RunFolder.open(run.path)
    assert again.recipe() == tiny.recipe(name="rïng")
    assert again.latest() is None
    assert [e["kind"] for e in again.journal.read()] == ["created"]


@pytest.mark.parametrize("thing", ["file", "full", "run"])
def test_create_takes_no_place_that_holds_something(tmp_path, thing):
    target = tmp_path / "x"
    if thing == "file":
        target.write_text("mine")
    elif thing == "full":
        target.mkdir()
        (target / "mine.txt").write_text("mine")
    else:
        RunFolder.create(target, tiny.recipe())
    with pytest.raises(RunError, match="already holds something; choose a new folder"):
        RunFolder.create(target, tiny.recipe())
    assert (target if thing == "file" else target / "mine.txt").exists() or thing == "run"


def test_create_takes_an_empty_folder(tmp_path):
    assert is_run_folder(RunFolder.create(tmp_path, tiny.recipe()).path)


def test_create_says_why_it_cannot(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written: Not a directory"):
        RunFolder.create(tmp_path / "file" / "x", tiny.recipe())
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(RunError, match="cannot be written: No space left"):
        RunFolder.create(tmp_path / "new", tiny.recipe())
    assert not is_run_folder(tmp_path / "new")


@pytest.mark.parametrize(("content", "sentence"), [
    (None, "is not a run folder: there is no run.json in it"),
    ("{", "is damaged: it is not readable JSON"),
    ("[" * 100_000, "is damaged: it is not readable JSON"),
    ("\xff", "is damaged: it is not readable JSON"),
    ("[]", "is damaged: it is not an object"),
    ("{}", "does not say which format the run has"),
    ('{"format": "1"}', "does not say which format the run has"),
    ('{"format": 0}', "does not say which format the run has"),
    ('{"format": true}', "does not say which format the run has"),
    ('{"format": 3}', "was written by a newer GAN Studio (run format 3; this one reads up to 2)"),
    ('"' + "x" * 1_000_000 + '"', "is damaged: it is far too long"),
], ids=lambda v: str(v)[:14])
def test_open_says_what_is_wrong(run, content, sentence):
    if content is None:
        (run.path / MARK).unlink()
    else:
        (run.path / MARK).write_text(content, encoding="latin-1")
    with pytest.raises(RunError) as refusal:
        RunFolder.open(run.path)
    assert sentence in str(refusal.value)


def test_a_damaged_recipe_gets_one_sentence(run):
    (run.path / "recipe.json").write_text('{"batch": 0}')
    with pytest.raises(RunError, match=r"recipe\.json: batch: 0 is not allowed"):
        run.recipe()


# ---- checkpoints -----------------------------------------------------------------------------


def saved_at(run, *steps):
    trainer = tiny.trainer()
    for step in steps:
        trainer.advance(step - trainer.step)
        run.save(trainer.state(), trainer.recipe)
    return trainer


def stems(run):
    return [int(p.stem) for p in run.checkpoint_files()]


def test_the_newest_two_are_kept_where_there_is_no_room_for_more(run):
    run.disk_budget = 0
    trainer = saved_at(run, 1, 2, 4)
    assert stems(run) == [2, 4]
    state, recipe, _ = run.latest()
    assert state_digest(state) == state_digest(trainer.state()) and recipe == trainer.recipe


def test_a_state_from_before_is_not_dropped_as_the_oldest(run):
    trainer = saved_at(run, 1)
    early = trainer.state()
    for step in (5, 9):
        trainer.advance(step - trainer.step)
        run.save(trainer.state(), trainer.recipe)
    run.save(early, trainer.recipe)
    assert 1 in stems(run)


def test_within_the_budget_older_states_stay_and_those_at_tweaks_stay_longest(run):
    saved_at(run, 1, 2, 3, 4, 5, 6)
    assert stems(run) == [1, 2, 3, 4, 5, 6]
    run.journal.append("tweak", 2, changes={})
    run.disk_budget = 3 * run.checkpoint_files()[0].stat().st_size + 2000
    run.thin()
    assert stems(run) == [2, 5, 6]


def test_the_state_that_a_branch_begins_with_stays(run):
    (run.path / "branch.json").write_text("{}")
    saved_at(run, 3, 4, 5, 6, 7)
    run.disk_budget = 3 * run.checkpoint_files()[0].stat().st_size + 2000
    run.thin()
    assert stems(run) == [3, 6, 7]


def test_a_damaged_newest_one_gives_way_to_the_one_before(run):
    saved_at(run, 1, 2)
    newest = run.checkpoint_files()[-1]
    newest.write_bytes(newest.read_bytes()[:50])
    assert run.latest()[0].values["step"] == 1
    run.checkpoint_files()[0].write_bytes(b"")
    with pytest.raises(RunError, match=r"0000000002\.safetensors is not a readable checkpoint"):
        run.latest()


def test_other_files_among_the_checkpoints_are_left_alone(run):
    run.disk_budget = 0
    saved_at(run, 1)
    mine = run.checkpoints / "mine.safetensors"
    mine.write_bytes(b"x")
    saved_at(run, 3, 5, 7)
    assert mine.exists() and stems(run) == [5, 7]


def test_cut_after_forgets_the_future(run):
    saved_at(run, 2, 6)
    run.history.add(ScalarChunk(np.arange(1, 7), np.zeros((6, 4), np.float32)))
    for step in (0, 3, 6):
        run.timelapse.add_points(step, np.zeros((3, 2), np.float32))
    run.cut_after(3)
    run.history.flush()
    assert stems(run) == [2]
    assert run.history.rows()["step"].tolist() == [1, 2, 3]
    assert run.timelapse.steps() == [0, 3]
    run.cut_after(3)
    assert run.timelapse.steps() == [0, 3]
