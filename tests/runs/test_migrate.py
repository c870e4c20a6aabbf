"""A folder of format 1, as the version before this wrote it, stored in ``format_1``."""

import json
import shutil
from pathlib import Path

import pytest

from ganstudio.runs.checkpoint import load_checkpoint, state_digest
from ganstudio.runs.folder import FORMAT, RunFolder
from ganstudio.session.conductor import Conductor
from ganstudio.session.replay import replay

DIGEST = "f0ec0a21915218914daa11e0a41854cb144198c28c9e4bf671695f46ac0a3bac"
OLD = Path(__file__).parent / "format_1" / "x.run"


@pytest.fixture
def path(tmp_path):
    return Path(shutil.copytree(OLD, tmp_path / "x.run"))


def test_it_is_read_as_it_is(path):
    before = {p: p.read_bytes() for p in path.rglob("*") if p.is_file()}
    folder = RunFolder.open(path)
    assert folder.format() == 1
    newest = folder.latest()
    assert (newest.step, newest.entries) == (12, 5)
    assert state_digest(newest.state) == DIGEST
    assert replay(folder).same
    assert before == {p: p.read_bytes() for p in path.rglob("*") if p.is_file()}


def test_a_tweak_at_the_checkpoints_own_step_is_told_from_those_before_it(path):
    """At step 9 the batch was changed, then saved, then a learning rate was changed."""
    for file in RunFolder.open(path).checkpoint_files()[1:]:
        file.unlink()
    folder = RunFolder.open(path)
    newest = folder.latest()
    assert newest.step == 9 and newest.recipe.batch == 6
    assert newest.recipe.optimizer_g.lr != 0.02
    assert newest.entries == 3
    assert replay(folder).same


def test_taken_up_it_becomes_the_present_format(path):
    run = Conductor(None, path)
    assert run.digest() == DIGEST
    run.advance(3)
    run.close()
    folder = RunFolder.open(path)
    assert folder.format() == FORMAT
    assert json.loads((path / "run.json").read_text())["name"] == "tiny"
    assert {load_checkpoint(p).entries is None for p in folder.checkpoint_files()} == {False}
    assert replay(folder).same and folder.latest().step > 12


def test_a_migration_that_was_broken_off_is_done_again(path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr("ganstudio.runs.folder.write_mark", full)
        with pytest.raises(ValueError, match="cannot be written: No space left"):
            RunFolder.open(path).hold("me")
    assert RunFolder.open(path).format() == 1
    assert replay(RunFolder.open(path)).same
    folder = RunFolder.open(path)
    folder.hold("me")
    folder.release()
    assert folder.format() == FORMAT and folder.latest().entries == 5


def test_a_damaged_checkpoint_does_not_stop_it(path):
    newest = RunFolder.open(path).checkpoint_files()[-1]
    newest.write_bytes(b"rubbish")
    folder = RunFolder.open(path)
    folder.hold("me")
    folder.release()
    assert folder.format() == FORMAT and folder.latest().step == 9
