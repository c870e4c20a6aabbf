"""Going on from a moment of the past: branches made, switched, labelled, deleted."""

import tiny

from ganstudio.runs import branches
from ganstudio.runs.checkpoint import state_digest
from ganstudio.runs.folder import RunFolder
from ganstudio.session.messages import Pause, Run, State, Tweak
from ganstudio.session.timeline_messages import (
    DeleteBranch,
    Fork,
    LabelBranch,
    Live,
    Look,
    RestoreBranch,
    Rewind,
    Switch,
)
from tests.session.timeline_tools import digest, exact, past, reference, timeline


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
    assert told.text == "The branch “hotter D” begins at step 10"
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
