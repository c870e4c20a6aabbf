"""Looking back while a run goes on, and what is kept for it."""

import gc
import json
import weakref

import numpy as np
import pytest
import tiny

from ganstudio.runs import jsonl
from ganstudio.runs.checkpoint import state_digest
from ganstudio.runs.folder import RunFolder
from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import Run, Snapshot, State, Step, Tweak, Watch
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
from tests.session.timeline_tools import digest, exact, past, reference, timeline


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
    inexact = 0
    for step in range(40, 50):  # a state may be kept at some of them, never at all
        one.send(Look(step, exact=False))
        seen = timeline(one, lambda t: t.looking and t.looking.step == step).looking  # noqa: B023
        assert seen.shown <= step and seen.exact is (seen.shown == step)
        inexact += not seen.exact
    assert inexact


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


def test_scrubbing_parses_no_line_of_the_journal_twice(session, tmp_path, monkeypatch):
    one = session(tiny.recipe(), tmp_path / "x.run")
    for k in range(20):
        one.run_to(k + 1)
        one.send(Tweak({"optimizer_d.lr": 0.01 / (k + 1)}))
        one.event("tweaked")
    parsed = []
    monkeypatch.setattr(jsonl, "parsed", lambda line: parsed.append(line) or json.loads(line))
    for step in (3, 17, 5, 12, 9):
        one.send(Look(step))
        exact(one, step)
    lines = (tmp_path / "x.run" / "journal.jsonl").read_text().splitlines()
    assert len(parsed) == len(lines)


def test_what_was_kept_goes_when_the_run_is_closed(session, tmp_path):
    """Without a search for dead cycles, which would hold up the window that opens the next."""
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.run_to(3)
    one.send(Tweak({"batch": 9}))
    one.event("tweaked")
    work = one.session._worker.timeline
    assert work.memory.nbytes
    gc.disable()
    try:
        kept = [weakref.ref(tensor) for step in work.memory.steps("")
                for tensor in work.memory.get("", step).state.tensors.values()]
        assert one.session.close(timeout=30)
        assert not [ref for ref in kept if ref() is not None]
    finally:
        gc.enable()
