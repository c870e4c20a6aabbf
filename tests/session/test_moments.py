"""Every moment of a run's past is, bit for bit, what it was."""

import pytest
import tiny
import torch

from ganstudio.runs import branches
from ganstudio.runs.checkpoint import state_digest
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.retrace import Script
from ganstudio.runs.snapshots import Snapshots
from ganstudio.session.conductor import Conductor
from ganstudio.session.moments import QUEUED_STEPS, Base, Moment, Replay, find_base
from ganstudio.session.replay import replay as replay_run


@pytest.mark.parametrize("name", sorted(tiny.ZOO))
def test_every_moment_is_bit_for_bit_what_it_was(name, tmp_path, monkeypatch):
    """Whatever the run is made of, through tweaks and moves of one player, from any base."""
    path = tmp_path / "x.run"
    monkeypatch.setattr("ganstudio.session.autosave.TWEAK_SAVE_SECONDS", 0.0)
    run = Conductor(tiny.recipe(**tiny.ZOO[name]), path)
    was = {0: run.digest()}
    while run.step < 12:
        if run.step == 4:
            run.tweak({"optimizer_d.lr": 0.02, "batch": 9})
        if run.step == 6:
            run.advance(1, only="d")
        elif run.step == 9:
            run.tweak({"average.decay": 0.9, "optimizer_g.lr": 0.003})
            run.advance(1)
        else:
            run.advance(1)
        was[run.step] = run.digest()
        if run.step == 8:
            run.save()
    run.close()
    memory = Snapshots()
    for step in (0, 3, 4, 5, 6, 7, 8, 10, 11, 12):
        base = find_base(path, Moment("", step), memory)
        assert base.step == max(s for s in (0, 4, 8, 9, 12) if s <= step)
        replay = Replay(run.dataset, base)
        assert replay.forward(step)
        assert state_digest(replay.trainer.state()) == was[step], step


def test_a_moment_before_a_tweak_is_without_it(tmp_path):
    path = tmp_path / "x.run"
    run = Conductor(tiny.recipe(loss={"kind": "wasserstein", "clip": 0.1}), path)
    run.advance(1), run.advance(1), run.advance(1)
    before = run.digest()
    run.tweak({"loss.clip": 0.01})
    after = run.digest()
    run.close()
    assert before != after
    memory = Snapshots()
    for flag, right in ((True, before), (False, after)):
        base = find_base(path, Moment("", 3, flag), memory)
        replay = Replay(run.dataset, base)
        replay.forward(3)
        assert state_digest(replay.trainer.state()) == right
        assert replay.trainer.recipe.loss.clip == (0.1 if flag else 0.01)


def test_a_damaged_checkpoint_is_passed_over(tmp_path):
    path = tmp_path / "x.run"
    run = Conductor(tiny.recipe(), path)
    for _ in range(3):
        run.advance(2)
        run.save()
    right = run.digest()
    run.close()
    for file in run.folder.checkpoint_files()[1:]:
        file.write_bytes(b"")
    memory = Snapshots()
    base = find_base(path, Moment("", run.step), memory)
    assert base.step == int(run.folder.checkpoint_files()[0].stem)
    replay = Replay(run.dataset, base)
    replay.forward(run.step)
    assert state_digest(replay.trainer.state()) == right


def moments_of(dataset, path, branch, steps, before=False):
    """The digests of these moments, reached from what lies on the disk."""
    found = {}
    for step in steps:
        replay = Replay(dataset, find_base(path, Moment(branch, step, before), Snapshots()))
        replay.forward(step)
        found[step] = state_digest(replay.trainer.state())
    return found


def test_tweaks_in_quick_succession_need_no_state_of_their_own(tmp_path, monkeypatch):
    """One save serves them all; the moments between are reached by doing them again."""
    monkeypatch.setattr("ganstudio.session.autosave.TWEAK_SAVE_SECONDS", 1e9)
    path = tmp_path / "x.run"
    run = Conductor(tiny.recipe(), path)
    after, before = {}, {}
    for step in range(9):
        before[step] = run.digest()
        for k in range(3 if 2 <= step <= 6 else 0):
            run.tweak({"batch": 5 + step + k, "optimizer_d.lr": 0.01 / (step + k + 1)})
        after[step] = run.digest()
        run.advance(1)
    run.close()
    assert {int(p.stem) for p in run.folder.checkpoint_files()} == {2, 9}
    assert moments_of(run.dataset, path, "", after) == after
    assert moments_of(run.dataset, path, "", before, before=True) == before


def test_a_branch_keeps_what_its_parent_lost_later(tmp_path, monkeypatch):
    """The parent goes back beyond the fork, and on without the tweak that the branch has."""
    monkeypatch.setattr("ganstudio.session.autosave.TWEAK_SAVE_SECONDS", 1e9)
    path = tmp_path / "x.run"
    run = Conductor(tiny.recipe(), path)
    for _ in range(3):
        run.advance(1)
    run.save()
    was = {run.step: run.digest()}
    run.times._mark_saved = float("inf")  # the tweak is not saved
    while run.step < 8:
        if run.step == 5:
            run.tweak({"batch": 7})
        was[run.step] = run.digest()
        run.advance(1)
    was[8] = run.digest()
    made = branches.create(path, branches.Fork("", run.trainer.state(), run.recipe, run.recipe,
                                               {}))
    run.saver.close()
    run.saver = None
    run.folder.lock.drop()
    run = Conductor(None, path)
    assert run.step == 3 and run.recipe.batch == 16
    while run.step < 7:
        run.advance(1)
    run.close()
    assert 7 in {int(p.stem) for p in run.folder.checkpoint_files()}
    assert moments_of(run.dataset, path, made.id, was) == was
    assert replay_run(RunFolder.open(made.path)).same


def test_where_steps_are_only_queued_few_are_taken_at_once(monkeypatch):
    """The clock that says when to go back to training tells nothing of those in the queue."""
    run = Conductor(tiny.recipe(), None)
    replay = Replay(run.dataset, Base(None, run.recipe, Script()))
    counts, advance = [], replay.trainer.advance
    monkeypatch.setattr(replay.trainer, "advance", lambda count, *more: counts.append(
        count) or advance(count, *more))
    assert replay.forward(20)
    replay.trainer.device = torch.device("meta")
    assert not replay.forward(60, seconds=0)
    assert replay.forward(43)
    assert counts[:2] == [20, QUEUED_STEPS] and sum(counts[2:]) >= 23 - QUEUED_STEPS
    assert max(counts[1:]) == QUEUED_STEPS
