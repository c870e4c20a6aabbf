"""Recipe + seed + journal = the run, whatever happened on the way."""

import json

import pytest
import tiny
import torch

from ganstudio.runs.checkpoint import state_digest
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import RunFolder
from ganstudio.session.replay import describe, replay
from ganstudio.training.moves import NonFiniteLossError
from ganstudio.training.trainer import KEEP_EVERY
from tests.session.conftest import pull_the_plug, train


def checked(run):
    """The run, saved, is what replaying gives; how many steps that were."""
    digest = run.digest()
    run.close()
    folder = RunFolder.open(run.folder.path)
    found = replay(folder)
    assert found.same and found.digest == digest == state_digest(folder.latest().state)
    return found.step


def test_a_run_with_tweaks_and_single_moves(conduct):
    run = conduct(tiny.recipe())
    for step, changes in ((4, {"optimizer_g.lr": 0.01}), (9, {"loss.kind": "hinge", "batch": 5})):
        train(run, step)
        run.tweak(changes)
    run.advance(3, only="d")
    run.advance(1, only="g")
    run.begin_trial()
    run.advance_trial(2)
    run.keep_trial()
    train(run, 19)
    assert checked(run) == 19


def test_a_tweak_that_was_lost_in_a_crash_is_marked_undone(conduct):
    run = conduct(tiny.recipe())
    train(run, 5)
    run.tweak({"optimizer_d.lr": 0.01})
    train(run, 7)
    run.save()
    run.tweak({"batch": 9})  # at the checkpoint's own step, and not in it
    train(run, 8)
    run.tweak({"optimizer_d.lr": 0.5})
    train(run, 12)
    pull_the_plug(run)
    again = conduct()
    assert again.step == 7 and again.recipe.batch == 16 and again.recipe.optimizer_d.lr == 0.01
    train(again, 10)
    again.tweak({"batch": 4})
    train(again, 15)
    kinds = [(e["kind"], e["step"]) for e in again.folder.journal.lineage()]
    assert kinds == [("created", 0), ("tweak", 5), ("resumed", 7), ("tweak", 10)]
    assert len(again.folder.journal.read()) == 6
    assert checked(again) == 15


def test_a_run_that_crashed_before_anything_was_saved(conduct):
    run = conduct(tiny.recipe())
    train(run, 3)
    run.saver.wait()
    run.tweak({"batch": 9})
    pull_the_plug(run)
    for file in run.folder.checkpoint_files():
        file.unlink()
    again = conduct()
    assert again.step == 0 and again.recipe.batch == 16
    train(again, 4)
    checked(again)


def broken(run, only=""):
    with torch.no_grad():
        run.trainer.players.weights_d[0].fill_(float("inf"))
    with pytest.raises(NonFiniteLossError):
        run.advance(5, only=only)
    assert run.step == KEEP_EVERY


def test_after_a_loss_that_is_no_number(conduct):
    """The run falls back; tweaks made since then are made again there, clipping too."""
    run = conduct(tiny.recipe(loss={"kind": "wasserstein"}))
    train(run, KEEP_EVERY - 8)
    run.tweak({"optimizer_d.lr": 0.002})
    train(run, KEEP_EVERY + 10)
    run.tweak({"loss.clip": 0.05, "batch": 9})
    train(run, KEEP_EVERY + 20)
    broken(run)
    assert run.recipe.batch == 9
    train(run, KEEP_EVERY + 6)
    run.tweak({"batch": 11})
    train(run, KEEP_EVERY + 9)
    assert checked(run) == KEEP_EVERY + 9


def test_single_moves_up_to_such_a_loss_are_part_of_the_run(conduct):
    run = conduct(tiny.recipe(loss={"kind": "wasserstein"}))
    train(run, KEEP_EVERY - 3)
    while run.step < KEEP_EVERY + 5:
        run.advance(4, only="d")
    broken(run, only="d")
    train(run, KEEP_EVERY + 4)
    checked(run)


def test_a_journal_that_does_not_tell_the_truth_is_found_out(conduct):
    run = conduct(tiny.recipe())
    train(run, 5)
    run.tweak({"batch": 9})
    train(run, 8)
    run.close()
    path = run.folder.journal.path
    path.write_text(path.read_text().replace("[16, 9]", "[16, 10]"))
    found = replay(RunFolder.open(run.folder.path))
    assert not found.same and "is not what its recipe and its journal say: at step 8" in (
        describe(found))


@pytest.mark.parametrize(("entry", "sentence"), [
    ({"step": 2, "kind": "tweak", "changes": {"batch": 3}}, "it is not a tweak"),
    ({"step": 2, "kind": "tweak", "changes": {"batch": [1, "x"]}}, "batch: 'x' is not allowed"),
    ({"step": 2, "kind": "tweak", "changes": {"nope": [1, 2]}}, "nope is not a field"),
    ({"step": 2, "kind": "tweak", "changes": {"generator.width": [8, 9]}}, "cannot be replayed"),
    ({"step": 2, "kind": "move", "only": "x", "count": 1}, "it is not a move"),
    ({"step": 2, "kind": "move", "only": "d", "count": 9}, "it is not a move"),
])
def test_a_damaged_journal_gets_one_sentence(conduct, entry, sentence):
    run = conduct(tiny.recipe())
    train(run, 4)
    run.folder.journal.path.write_text(json.dumps(entry) + "\n")
    run.folder.journal._lines = 1
    run.close()
    with pytest.raises(RunError) as refusal:
        replay(RunFolder.open(run.folder.path))
    assert sentence in str(refusal.value) and "\n" not in str(refusal.value)


def test_replaying_can_be_interrupted_and_needs_a_saved_state(conduct, tmp_path):
    folder = RunFolder.create(tmp_path / "new.run", tiny.recipe())
    with pytest.raises(RunError, match="holds no saved state"):
        replay(folder)
    run = conduct(tiny.recipe())
    train(run, 200)
    run.close()
    asked = []
    assert replay(run.folder, interrupted=lambda: asked.append(1) or len(asked) > 2) is None
