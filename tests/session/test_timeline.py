"""Looking back, coming back, and branching off, in a real session on its real thread."""

import numpy as np
import pytest
import tiny

from ganstudio.runs import branches
from ganstudio.runs.checkpoint import state_digest
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.snapshots import Snapshots
from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import Pause, Run, Snapshot, State, Step, Tweak, Watch
from ganstudio.session.moments import Moment, Replay, find_base
from ganstudio.session.replay import replay as replay_run
from ganstudio.session.timeline_messages import (
    DeleteBranch,
    Fork,
    LabelBranch,
    Live,
    Look,
    RestoreBranch,
    Rewind,
    SetBudget,
    Switch,
)
from ganstudio.training.field_frames import PathAngleFrame, WantPathAngle
from ganstudio.training.frames import WantMosaic, WantPoints, WantSurface


def digest(one):
    return one.session._worker.conductor.digest()


def past(one):
    """The trainer of the moment that is looked at."""
    return one.session._worker.timeline.replay.trainer


def timeline(one, found):
    """Wait for a timeline of which this holds."""
    return one.until(lambda w: w.timeline if w.timeline and found(w.timeline) else None)


def exact(one, step):
    return timeline(one, lambda t: t.looking and t.looking.exact and t.looking.step == step)


def reference(recipe, script, upto):
    """Digests at every step of the run that does as ``script`` says: (step, do) pairs."""
    run = Conductor(recipe, None)
    found = {}
    for step in range(upto + 1):
        while run.step < step:
            run.advance(1)
        for at, do in script:
            if at == step and run.step == step:
                do(run)
        found[run.step] = run.digest()
    return found


# ---- exact ---------------------------------------------------------------------------------------


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


# ---- looking back --------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["folder", "memory"])
def test_a_look_back_shows_that_moment_and_the_present_is_untouched(session, tmp_path, where):
    was = reference(tiny.recipe(), [(20, lambda r: r.tweak({"batch": 9}))], 40)
    one = session(tiny.recipe(), tmp_path / "x.run" if where == "folder" else None)
    one.send(Watch({"a": WantPoints(16), "b": WantSurface(8)}))
    one.run_to(20)
    one.send(Tweak({"batch": 9}))
    one.event("tweaked")
    one.run_to(40)
    one.until(lambda w: any(f.step == 40 for _, f in w.frames))
    one.frames.clear()
    for step in (33, 7, 20, 0, 40):
        one.send(Look(step))
        exact(one, step)
        one.until(lambda w: {k for k, f in w.frames if f.step == step} == {"a", "b"})  # noqa: B023
        assert state_digest(past(one).state()) == was[step]
    one.send(Look(11))
    exact(one, 11)
    assert one.status.step == 40 and digest(one) == was[40]
    one.frames.clear()
    one.send(Live())
    one.until(lambda w: {k for k, f in w.frames if f.step == 40} == {"a", "b"})
    assert timeline(one, lambda t: t.looking is None)


def test_the_nearest_state_shows_first(session, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.send(Watch({"a": WantPoints(16)}))
    one.run_to(30)
    one.run_to(60)
    one.until(lambda w: any(f.step == 60 for _, f in w.frames))
    one.frames.clear()
    one.send(Look(50))
    exact(one, 50)
    one.until(lambda w: any(f.step == 50 for _, f in w.frames))
    shown = [f.step for _, f in one.frames]
    assert shown[0] < 50 and shown[-1] == 50
    one.frames.clear()
    one.send(Look(45, exact=False))
    seen = timeline(one, lambda t: t.looking and t.looking.step == 45)
    assert seen.looking.shown < 45 and not seen.looking.exact


def test_training_goes_on_while_the_past_is_watched(session, tmp_path):
    unwatched = Conductor(tiny.recipe(), None)
    while unwatched.step < 400:
        unwatched.advance(400 - unwatched.step)
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.send(Watch({"a": WantPoints(16)}), Run(until=400))
    one.at(60)
    one.send(Look(50))
    exact(one, 50)
    one.frames.clear()
    one.until(lambda w: w.status.step == 400)
    assert all(f.step <= 50 for _, f in one.frames)
    assert digest(one) == unwatched.digest()


def test_to_run_or_step_is_to_come_back(session):
    one = session()
    one.run_to(10)
    for command in (Step(), Run(until=20)):
        one.send(Look(3))
        exact(one, 3)
        one.send(command)
        timeline(one, lambda t: t.looking is None)
    one.state(State.PAUSED)


def test_playing_forward_takes_each_step_once(session, monkeypatch):
    one = session()
    one.run_to(30)
    one.send(Look(3))
    exact(one, 3)
    first = past(one)
    for step in range(4, 20):
        one.send(Look(step))
        exact(one, step)
        if past(one) is not first:  # only where a kept state was nearer
            kept = one.session._worker.timeline.memory.steps("")
            assert any(s in kept for s in range(4, step + 1))
            first = past(one)


@pytest.mark.parametrize(("look", "sentence"), [
    (Look(11), "Step 11 has not been trained; this branch reaches step 10"),
    (Look(-1), "Step -1 has not been trained"),
    (Look(3, "nope"), "That branch is not there any more"),
    (Rewind(99), "Step 99 has not been trained"),
    (Fork(5, {"batch": 0}), "No branch could be made: batch: 0 is not allowed"),
    (Fork(5, {"generator.width": 9}), "No branch could be made: generator.width can only change"),
    (Switch("nope"), "There is no branch 'nope'"),
    (DeleteBranch(""), "This branch is being trained"),
    (RestoreBranch("abc"), "That branch can no longer be brought back"),
    (LabelBranch("", name=" "), "A branch needs a name"),
])
def test_what_cannot_be_is_refused_in_words(session, tmp_path, look, sentence):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.run_to(10)
    one.send(look)
    assert one.event("refused").text.startswith(sentence)
    before = digest(one)
    one.send(Step())
    one.event("stepped")
    assert one.status.step == 11 and digest(one) != before


# ---- branching off -------------------------------------------------------------------------------


def test_to_rewind_and_go_on_keeps_the_old_future_as_it_was(session, tmp_path):
    root = tmp_path / "x.run"
    was = reference(tiny.recipe(), [], 40)
    one = session(tiny.recipe(), root)
    one.run_to(40)
    one.send(Rewind(15))
    told = one.event("forked")
    assert (told.step, told.data["parent"], told.data["stay"]) == (15, "", False)
    assert digest(one) == was[15] and one.session.folder == branches.path_of(
        root, told.data["branch"])
    one.send(Tweak({"batch": 9}))
    one.event("tweaked")
    one.run_to(30)
    ended = digest(one)
    assert ended == reference(tiny.recipe(), [(15, lambda r: r.tweak({"batch": 9}))], 30)[30]
    seen = timeline(one, lambda t: len(t.branches) == 2)
    new = next(b for b in seen.branches if b.id)
    assert (seen.branch, new.step, new.parent) == (new.id, 15, "")
    assert next(b.tip for b in seen.branches if not b.id) == 40
    one.close()
    # The old future: nothing of it was lost.
    old = RunFolder.open(root)
    assert old.history.rows()["step"].tolist() == list(range(1, 41))
    assert state_digest(old.latest()[0]) == was[40]
    # The new one can be opened for itself, with all of its history.
    again = session(None, new_path := branches.path_of(root, new.id))
    assert digest(again) == ended
    assert again.steps() == list(range(1, 31))
    again.send(Look(7))
    exact(again, 7)
    assert state_digest(past(again).state()) == was[7]
    assert RunFolder.open(new_path).latest()[0].values["step"] == 30


def test_rows_after_the_fork_follow_those_before_it(session, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.run_to(20)
    one.rows.clear()
    one.send(Fork(10))
    one.event("forked")
    assert one.steps() == list(range(1, 11))
    one.run_to(12)
    assert one.steps() == list(range(1, 13))


def test_a_run_that_runs_goes_on_running_on_the_new_branch(session, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.send(Run())
    one.at(30)
    one.send(Fork(10, {"optimizer_d.lr": 0.02}, name="hotter D"))
    told = one.event("forked")
    assert told.text == "Branch hotter D begins at step 10"
    one.until(lambda w: w.status.state is State.RUNNING and w.rows[-1].steps[-1] > 10
              and w.status.step < 10**6)
    assert "paused" not in one.kinds() and one.session.recipe.optimizer_d.lr == 0.02
    one.send(Pause())
    one.event("paused")


def test_a_branch_may_be_made_and_left_for_later(session, tmp_path):
    root = tmp_path / "x.run"
    one = session(tiny.recipe(), root)
    one.run_to(8)
    one.send(Tweak({"batch": 9}))
    one.event("tweaked")
    one.run_to(12)
    before = digest(one)
    one.send(Fork(8, before=True, stay=True, name="without"))
    told = one.event("forked")
    assert told.data["stay"] and told.data["parent_path"] == str(root)
    assert digest(one) == before and one.session.folder == root
    state, recipe, _ = RunFolder.open(branches.path_of(root, told.data["branch"])).latest()
    assert recipe.batch == 16
    assert state_digest(state) == reference(tiny.recipe(), [], 8)[8]


def test_branches_of_branches_and_back(session, tmp_path):
    root = tmp_path / "x.run"
    one = session(tiny.recipe(), root)
    one.run_to(20)
    main = digest(one)
    one.send(Rewind(10))
    first = one.event("forked").data["branch"]
    one.run_to(18)
    digest_first = digest(one)
    one.send(Rewind(5))  # from before the first branch
    second = one.event("forked", len(one.events)).data["branch"]
    one.run_to(7)
    assert len({first, second}) == 2
    for branch, right in (("", main), (first, digest_first)):
        before = len(one.events)
        one.send(Switch(branch))
        assert one.event("switched", before).data["branch"] == branch
        assert digest(one) == right
    one.send(Look(6, second))
    exact(one, 6)
    assert state_digest(past(one).state()) == reference(tiny.recipe(), [], 6)[6]


def test_another_branch_brings_its_own_curves_and_metrics(session, tmp_path):
    root = tmp_path / "x.run"
    one = session(tiny.recipe(), root)
    one.run_to(8)
    one.session._worker.conductor.measuring.measure()
    one.send(Fork(5, {"batch": 9}, name="small"))
    made = one.event("forked").data["branch"]
    one.run_to(11)
    one.send(Look(4))
    exact(one, 4)
    assert one.viewed is None  # still the branch in training
    one.send(Look(7, ""))
    exact(one, 7)
    viewed = one.viewed
    assert (viewed.branch, viewed.name) == ("", "main")
    assert viewed.past[0].steps.tolist() == list(range(1, 9))
    assert [f.step for f in viewed.metrics] == [8]
    one.send(Look(6, made))
    exact(one, 6)
    assert one.viewed.name == ""
    one.send(Look(7, ""))
    exact(one, 7)
    one.send(Live())
    one.until(lambda w: not w.viewed.name)


def test_labels_deleting_and_bringing_back(session, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.run_to(6)
    one.send(Fork(3, stay=True))
    made = one.event("forked").data["branch"]
    one.send(LabelBranch(made, "mine", 5))
    timeline(one, lambda t: [(b.name, b.colour) for b in t.branches if b.id] == [("mine", 5)])
    one.send(DeleteBranch(made))
    assert one.event("branch_deleted").data == {"branch": made, "name": "mine"}
    timeline(one, lambda t: len(t.branches) == 1)
    one.send(RestoreBranch(made))
    one.event("branch_restored")
    timeline(one, lambda t: len(t.branches) == 2)
    one.send(DeleteBranch(made))
    timeline(one, lambda t: len(t.branches) == 1)
    one.close()
    assert not list((tmp_path / "x.run" / "branches").iterdir())


def test_without_a_folder_it_goes_back_and_nothing_else(session):
    was = reference(tiny.recipe(), [], 20)
    one = session()
    one.run_to(20)
    one.send(Fork(5, {"batch": 9}))
    assert "no folder" in one.event("refused").text
    one.send(Rewind(5))
    assert one.event("restored").step == 5
    assert digest(one) == was[5]
    one.run_to(20)
    assert digest(one) == was[20]


# ---- keeping -------------------------------------------------------------------------------------


def test_states_are_kept_at_tweaks_and_within_the_budget(session, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.run_to(13)
    one.send(Tweak({"batch": 9}, "smaller"))
    one.event("tweaked")
    one.run_to(400)
    told = timeline(one, lambda t: any(b.tip == 400 for b in t.branches))
    main = told.branches[0]
    assert 13 in main.snapshots and main.snapshots == tuple(sorted(main.snapshots))
    assert [(m.step, m.kind, m.text) for m in main.marks] == [(13, "tweak", "smaller")]
    assert told.memory_bytes > 0 and told.disk_bytes > 0
    one.send(SetBudget(0, 0))
    told = timeline(one, lambda t: t.disk_bytes < told.disk_bytes or len(
        t.branches[0].snapshots) <= 3)
    assert len(told.branches[0].snapshots) <= 3


def test_images_too(session, tmp_path):
    one = session(tiny.recipe(**tiny.IMAGES), tmp_path / "x.run")
    one.send(Watch({"m": WantMosaic(2, 2)}))
    one.run_to(6)
    one.until(lambda w: any(f.step == 6 for _, f in w.frames))
    first = next(f for _, f in one.frames if f.step == 6)
    one.run_to(9)
    one.frames.clear()
    one.send(Look(6))
    exact(one, 6)
    one.until(lambda w: any(f.step == 6 for _, f in w.frames))
    again = next(f for _, f in one.frames if f.step == 6)
    assert np.array_equal(first.image, again.image)


def test_metrics_of_a_past_moment_are_shown_and_not_recorded(session, tmp_path):
    from ganstudio.training.metrics_frames import WantMetrics

    one = session(tiny.recipe(), tmp_path / "x.run")
    one.send(Watch({"m": WantMetrics(("coverage",))}))
    one.run_to(30)
    one.until(lambda w: any(f.step == 30 and f.complete for _, f in w.frames))
    folder = RunFolder.open(tmp_path / "x.run")
    one.send(Look(12))
    exact(one, 12)
    one.until(lambda w: any(f.step == 12 and f.complete for _, f in w.frames))
    one.send(Step())
    one.event("stepped")
    assert 12 not in [e["step"] for e in folder.metrics.read()]


def test_a_path_angle_between_two_states_on_the_disk(session, tmp_path):
    """What memory forgot is read from the run's folder."""
    one = session(folder=tmp_path / "run", recipe=tiny.recipe())
    for step in (5, 15):
        one.run_to(step)
        seen = len(one.events)
        one.send(Snapshot())
        one.event("saved", seen)
    one.run_to(30)
    one.send(SetBudget(0, 1 << 30),
             Watch({"path": WantPathAngle(5, 5, to_step=15)}))
    frame = one.until(lambda w: next((f for _, f in w.frames
                                      if isinstance(f, PathAngleFrame)), None))
    assert (frame.from_step, frame.step) == (5, 15) and frame.length > 0
