"""The real session on its real thread: what is asked for happens, and is told."""

import numpy as np
import pytest
import tiny
from PIL import Image

from ganstudio.recipe import Recipe, preset
from ganstudio.runs.folder import RunFolder
from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import (
    Pause,
    Run,
    SetPace,
    Snapshot,
    State,
    Step,
    Stop,
    Tweak,
    Watch,
)
from ganstudio.session.session import Session
from ganstudio.training.frames import WantLine, WantMosaic, WantPoints, WantSurface


def test_a_session_gets_ready_and_waits(session):
    one = session()
    assert one.info.name == "tiny" and one.info.sample_shape == (2,)
    assert one.status.state is State.PAUSED and one.status.step == 0
    assert one.status.device == "cpu" and one.status.memory_bytes > 0
    assert one.kinds()[-1] == "ready" and one.steps() == []
    assert isinstance(one.session.recipe, Recipe)


def test_it_runs_and_pauses_within_a_step(session):
    one = session()
    one.send(Run())
    one.event("running")
    one.at(20)
    assert one.status.state is State.RUNNING
    one.send(Pause())
    paused = one.event("paused")
    one.state(State.PAUSED)
    assert one.status.step == paused.step == one.steps()[-1]
    assert one.status.steps_per_second == 0
    one.send(Run())
    one.at(paused.step + 5)


def test_pause_lets_only_the_step_in_hand_be_finished(session, monkeypatch):
    """The command lands in the middle of a step; no other step is begun."""
    one = session()
    trainer = one.session._worker.conductor.trainer
    trainer.tiers.wanted = "eager"
    real, begun = trainer._step, []

    def watched(only):
        begun.append(1)
        if len(begun) == 30:
            one.session.send(Pause())
        real(only)

    monkeypatch.setattr(trainer, "_step", watched)
    one.send(Run())
    assert one.event("paused").step == 30
    assert len(begun) == 30


def test_that_it_stands_is_said_before_the_state_is_saved(session, monkeypatch):
    one, seen = session(), []
    real = Conductor.save

    def watched(conductor, wait=True):
        seen.append(one.session.mailbox._status.state)
        return real(conductor, wait)

    one.send(Run())
    one.at(20)
    monkeypatch.setattr(Conductor, "save", watched)
    one.send(Pause())
    one.until(lambda w: seen)
    assert seen[0] is State.PAUSED


def test_closing_waits_for_what_is_imported_aside(session, monkeypatch):
    one, waited = session(), []
    monkeypatch.setattr("ganstudio.training.aside.finish", lambda: waited.append(1))
    one.session.close()
    assert waited


def test_it_runs_to_a_step_and_no_further(session):
    one = session()
    one.run_to(37)
    assert one.steps() == list(range(1, 38))
    assert one.events[-1].text == "Reached step 37"
    one.send(Run(until=10))  # long past
    one.until(lambda w: w.kinds().count("paused") == 2)
    assert one.status.step == 37


@pytest.mark.parametrize(("who", "text"), [
    ("round", "One round"), ("d", "One discriminator step"), ("g", "One generator step")])
def test_one_step(session, who, text):
    one = session()
    one.send(Step(who))
    assert one.event("stepped").text == text
    one.until(lambda w: w.status.step == 1)
    assert one.status.state is State.PAUSED and one.steps() == [1]


def test_a_step_while_running_pauses(session):
    one = session()
    one.send(Run())
    one.at(5)
    one.send(Step())
    stepped = one.event("stepped")
    one.state(State.PAUSED)
    assert one.status.step == stepped.step == one.steps()[-1]


def test_scalars_come_once_each_and_in_order_under_load(session):
    one = session()
    one.send(Watch({"a": WantSurface(24), "b": WantPoints(64)}), Run())
    for k in range(25):
        one.at(8 * k)
        one.send(Tweak({"optimizer_d.lr": 0.001 + 1e-5 * k}))
        if k % 5 == 0:
            one.send(Pause(), Run())
    one.send(Pause())
    one.until(lambda w: w.status.state is State.PAUSED and w.kinds()[-1] == "paused")
    steps = one.steps()
    assert steps == list(range(1, len(steps) + 1)) and len(steps) == one.status.step
    assert all(np.isfinite(c.values).all() for c in one.rows)


def test_the_watched_session_is_the_headless_run(session):
    headless = Conductor(tiny.recipe(), None)
    while headless.step < 60:
        headless.advance(60 - headless.step)
    one = session()
    one.send(Watch({"a": WantSurface(8), "b": WantPoints(8)}))
    one.run_to(25)
    one.send(Step())
    one.run_to(60)
    one.until(lambda w: len(w.frames) > 2)
    assert one.session._worker.conductor.digest() == headless.digest()


# ---- tweaks ----------------------------------------------------------------------------------


def test_a_tweak_is_taken_up_and_told(session):
    one = session()
    one.send(Tweak({"optimizer_d.lr": 0.5}, "faster"))
    told = one.event("tweaked")
    assert told.text == "faster" and told.data["label"] == "faster"
    assert told.data["changes"] == {"optimizer_d.lr": [0.001, 0.5]}
    assert told.data["paths"] == ["optimizer_d.lr"]
    assert one.session.recipe.optimizer_d.lr == 0.5


def test_tweaks_that_wait_together_are_one(session):
    one = session(ready=False)  # still preparing: all of them wait
    one.send(*(Tweak({"optimizer_d.lr": 0.1 * k}) for k in range(1, 6)), Tweak({"batch": 9}, "x"))
    told = one.event("tweaked")
    assert told.data["changes"] == {"optimizer_d.lr": [0.001, 0.5], "batch": [16, 9]}
    assert told.data["paths"] == ["optimizer_d.lr", "batch"]
    one.send(Step())
    one.event("stepped")
    assert one.kinds().count("tweaked") == 1


def test_commands_between_tweaks_keep_their_place(session):
    one = session(ready=False)
    one.send(Tweak({"batch": 9}), Step(), Tweak({"batch": 7}))
    one.until(lambda w: w.kinds().count("tweaked") == 2)
    told = [(e.kind, e.step) for e in one.events if e.kind in ("tweaked", "stepped")]
    assert told == [("tweaked", 0), ("stepped", 1), ("tweaked", 1)]
    assert one.session._worker.conductor.trainer.batches.drawn == 9


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"batch": 0}, "batch: 0 is not allowed; it must be a whole number at least 1"),
    ({"batch": 3, "generator.width": 9}, "generator.width can only change in a run started"),
    ({"nope": 1}, "nope is not a field"),
])
def test_a_tweak_that_cannot_be_is_refused_in_words(session, changes, sentence):
    one = session()
    one.send(Tweak(changes))
    told = one.event("refused")
    assert told.text.startswith(sentence) and told.data["paths"] == list(changes)
    assert one.session.recipe.batch == 16
    one.send(Step())
    one.event("stepped")


def test_a_bad_tweak_does_not_take_a_good_one_with_it(session):
    one = session(ready=False)
    one.send(Tweak({"batch": 0}), Tweak({"optimizer_g.lr": 0.25}))
    told = one.event("tweaked")
    assert told.data["paths"] == ["optimizer_g.lr"]
    assert one.event("refused").data["paths"] == ["batch"]
    assert one.session.recipe.optimizer_g.lr == 0.25 and one.session.recipe.batch == 16


def test_a_tweak_that_changes_nothing_says_so(session):
    one = session()
    one.send(Tweak({"batch": 16}))
    told = one.event("tweaked")
    assert told.text == "Nothing changed" and told.data["changes"] == {}


# ---- looking ---------------------------------------------------------------------------------


def test_frames_come_for_what_is_watched_and_for_nothing_else(session):
    one = session()
    one.send(Watch({"points": WantPoints(9)}))
    one.until(lambda w: w.frames)
    key, frame = one.frames[0]
    assert key == "points" and frame.step == 0 and frame.fake.shape == (9, 2)
    one.send(Run(until=200))
    one.event("paused")
    one.until(lambda w: w.frames[-1][1].step == 200)
    assert {k for k, _ in one.frames} == {"points"}
    steps = [f.step for _, f in one.frames]
    assert steps == sorted(steps)
    one.frames.clear()
    one.send(Watch({}), Step(), Snapshot(), Step())
    one.until(lambda w: w.status.step == 202 and w.kinds().count("stepped") == 2)
    assert one.frames == []


def test_a_paused_session_makes_each_frame_once(session):
    one = session()
    one.send(Watch({"a": WantPoints(5), "b": WantSurface(6)}))
    one.until(lambda w: len(w.frames) == 2)
    one.send(Tweak({"batch": 3}))  # everything is out of date
    one.until(lambda w: len(w.frames) == 4)
    one.send(Watch({"a": WantPoints(6), "b": WantSurface(6)}))  # only one has changed
    one.until(lambda w: len(w.frames) == 5)
    one.send(Step())
    one.until(lambda w: len(w.frames) == 7)
    assert [f.step for _, f in one.frames] == [0] * 5 + [1] * 2


def test_a_want_that_does_not_fit_is_told_and_dropped(session):
    one = session()
    one.send(Watch({"mosaic": WantMosaic(), "line": WantLine(), "points": WantPoints(4)}))
    one.until(lambda w: w.kinds().count("note") == 2 and w.frames)
    notes = {e.text for e in one.events if e.kind == "note"}
    assert any("mosaic cannot be shown: a mosaic needs images" in n for n in notes)
    one.run_to(30)
    assert one.kinds().count("note") == 2 and {k for k, _ in one.frames} == {"points"}


def test_a_look_that_breaks_is_no_reason_to_stop(session, monkeypatch):
    one = session()
    observer = one.session._worker.conductor.observer
    real = observer.begin
    monkeypatch.setattr(observer, "begin", lambda want, resting: 1 / 0 if isinstance(
        want, WantSurface) else real(want, resting))
    one.send(Run(), Watch({"surface": WantSurface(), "points": WantPoints(4)}))
    note = one.event("note")
    assert "surface cannot be shown: division by zero" in note.text
    assert "ZeroDivisionError" in note.details
    one.at(note.step + 20)
    assert one.status.state is State.RUNNING


def test_files_that_could_not_be_used_are_told_once_with_their_names(session, tmp_path):
    for number in range(12):
        pixels = np.full((8, 8, 3), number, np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    (tmp_path / "odd.png").write_text("no image")
    one = session(preset("images", str(tmp_path)))
    notes = {e.text: e.details for e in one.events if e.kind == "note" and "image" in e.text}
    assert notes.pop("1 file was skipped; 12 images were read.") == (
        "odd.png: not an image that can be read")
    assert not any("skipped" in text for text in notes)


def test_slow_motion_shows_every_step(session, monkeypatch):
    one = session()
    seen, put = set(), one.session.mailbox.put_frame  # whoever polls may be late and miss one

    def note(key, frame):
        seen.add((key, frame.step))
        put(key, frame)

    monkeypatch.setattr(one.session.mailbox, "put_frame", note)
    wants = {f"w{k}": WantPoints(k + 1) for k in range(6)}
    one.send(Watch(wants))
    one.until(lambda w: len(w.frames) >= 6)
    one.send(SetPace(12), Run(until=6))
    one.event("paused")
    one.until(lambda w: {(k, f.step) for k, f in w.frames} >= {(k, 6) for k in wants})
    assert seen >= {(k, s) for k in wants for s in range(1, 7)}


def test_the_pace_is_kept_and_can_be_let_go(session):
    one = session()
    one.send(SetPace(0.01), Run())
    one.at(1)  # the first at once, the next in a hundred seconds
    one.send(SetPace(None))
    one.at(50)
    one.send(SetPace(0.01), Pause())
    one.event("paused")


# ---- the end ---------------------------------------------------------------------------------


def test_stop_saves_and_ends_the_thread(session, tmp_path):
    one = session(tiny.recipe(), tmp_path / "x.run")
    one.send(Run())
    one.at(30)
    one.send(Stop())
    one.state(State.CLOSED)
    saved = RunFolder.open(tmp_path / "x.run")
    assert saved.latest()[0].values["step"] == one.status.step == one.steps()[-1]
    assert saved.history.rows()["step"].tolist() == list(range(1, one.status.step + 1))
    one.send(Run())  # nobody is there any more
    assert one.session.close(1)


def test_a_session_that_was_never_started_closes():
    assert Session(tiny.recipe()).close()
