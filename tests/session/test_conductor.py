"""A run that is trained and recorded, on this thread."""

import errno
import threading

import numpy as np
import pytest
import tiny
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.recipe import RecipeError
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.timelapse import next_frame_step
from ganstudio.session import conductor as module
from ganstudio.session.autosave import AUTOSAVE_SECONDS
from ganstudio.session.conductor import Conductor
from ganstudio.session.filming import Filming
from ganstudio.training.moves import NonFiniteLossError
from ganstudio.training.trainer import KEEP_EVERY, Trainer
from tests.session.conftest import pull_the_plug, train

EXPLODES = {
    "loss": {"kind": "wasserstein"},
    "optimizer_d": {"kind": "sgd", "lr": 10}, "optimizer_g": {"kind": "sgd", "lr": 10},
}


def history(folder):
    folder.history.flush()
    return folder.history.rows()["step"].tolist()


def frames_up_to(step):
    steps = [0]
    while (due := next_frame_step(steps[-1])) <= step:
        steps.append(due)
    return steps


def test_what_is_trained_is_recorded(conduct, tmp_path):
    run = conduct(tiny.recipe())
    assert (run.step, run.started_at, run.past()) == (0, 0, ())
    train(run, 30)
    run.tweak({"optimizer_d.lr": 0.5, "batch": 9}, "wild")
    train(run, 40)
    run.advance(1, only="d")
    digest = run.digest()
    assert run.close() is True and run.close() is True
    folder = RunFolder.open(tmp_path / "x.run")
    assert history(folder) == list(range(1, 42))
    assert folder.timelapse.steps() == frames_up_to(41)
    entries = folder.journal.read()
    assert [e["kind"] for e in entries] == ["created", "tweak", "move"]
    assert entries[1]["step"] == 30 and entries[1]["label"] == "wild"
    assert entries[1]["changes"] == {"optimizer_d.lr": [0.001, 0.5], "batch": [16, 9]}
    assert entries[2]["only"] == "d"
    again = conduct(None)
    assert again.digest() == digest and again.recipe.batch == 9
    assert again.past()[0].steps.tolist() == list(range(1, 42))
    assert again.step == again.started_at == 41


def test_the_number_of_threads_is_written_into_the_run(conduct, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    run = conduct(tiny.recipe(machine={"threads": 0}))
    assert run.recipe.machine.threads == run.folder.recipe().machine.threads == 2


def test_without_a_folder_nothing_is_written(conduct, tmp_path):
    run = conduct(tiny.recipe(), None)
    train(run, 5)
    assert run.save() and run.past() == () and run.folder is None
    assert list(tmp_path.iterdir()) == []


def test_to_look_only_leaves_the_folder_as_it_is(conduct, tmp_path):
    run = conduct(tiny.recipe())
    train(run, 5)
    run.close()

    def everything():
        return {p: (p.stat().st_mtime_ns, p.read_bytes() if p.is_file() else b"")
                for p in tmp_path.rglob("*")}

    before = everything()
    looked = conduct(None, read_only=True)
    assert looked.digest() == run.digest()
    looked.close()
    assert everything() == before


@settings(max_examples=8)
@given(name=st.sampled_from(sorted(tiny.ZOO)), stops=st.lists(st.integers(1, 13), max_size=3),
       chunk=st.integers(1, 9))
def test_closed_and_opened_again_it_is_the_unbroken_run(name, stops, chunk, tmp_path_factory):
    recipe = tiny.recipe(**tiny.ZOO[name])
    unbroken = Conductor(recipe, None)
    train(unbroken, 14)
    path = tmp_path_factory.mktemp("run") / "x.run"
    run = Conductor(recipe, path)
    try:
        for target in sorted({*stops, 14}):
            while run.step < target:
                run.advance(min(chunk, target - run.step))
            run.close()
            run = Conductor(None, path)
        assert run.digest() == unbroken.digest()
        assert history(run.folder) == list(range(1, 15))
        assert run.folder.timelapse.steps() == frames_up_to(14)
    finally:
        run.close()


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
@settings(max_examples=10)
def test_the_time_lapse_does_not_depend_on_how_steps_are_asked_for(counts):
    recorded = []

    run = Conductor(tiny.recipe(), None)
    run.filming.record = lambda: recorded.append(run.step)
    for count in counts:
        run.advance(count)
    assert recorded == frames_up_to(run.step)[1:]


def test_the_future_of_a_run_that_was_cut_off_is_forgotten(conduct, tmp_path):
    """The plug was pulled: rows and frames are there from after the last state that was saved."""
    run = conduct(tiny.recipe())
    train(run, 10)
    run.save()
    digest = run.digest()
    train(run, 20)
    run.folder.history.flush()
    pull_the_plug(run)
    again = conduct(None)
    assert again.step == 10 and again.digest() == digest
    assert again.past()[0].steps.tolist() == list(range(1, 11))
    assert again.folder.timelapse.steps() == frames_up_to(10)
    train(again, 20)
    assert again.digest() == run.digest()


def test_a_run_cut_off_before_anything_was_saved_begins_again(conduct, tmp_path):
    run = conduct(tiny.recipe())
    train(run, 3)
    pull_the_plug(run)
    again = conduct(None)
    assert again.step == 0 and again.past() == ()
    train(again, 3)
    assert again.digest() == run.digest()


# ---- tweaks ----------------------------------------------------------------------------------


def test_a_tweak_that_cannot_be_changes_nothing(conduct):
    run = conduct(tiny.recipe())
    before = run.recipe
    for changes, sentence in (
        ({"batch": 5, "optimizer_d.lr": -1}, r"optimizer_d\.lr: -1 is not allowed"),
        ({"batch": 5, "generator.width": 9}, r"generator\.width can only change in a run started"),
        ({"nope": 1}, "nope is not a field"),
    ):
        with pytest.raises(RecipeError, match=sentence):
            run.tweak(changes)
    assert run.recipe is before
    assert run.tweak({"batch": 16}) == {}
    assert [e["kind"] for e in run.folder.journal.read()] == ["created"]


# ---- when things go wrong --------------------------------------------------------------------


def test_a_loss_that_is_no_number_leaves_folder_and_run_at_the_last_good_step(conduct, tmp_path):
    run = conduct(tiny.recipe(loss={"kind": "wasserstein"}))
    train(run, KEEP_EVERY + 20)
    run.save()
    with torch.no_grad():
        run.trainer.players.weights_d[0].fill_(float("inf"))
    with pytest.raises(NonFiniteLossError):
        run.advance(5)
    assert run.step == KEEP_EVERY
    assert history(run.folder) == list(range(1, KEEP_EVERY + 1))
    assert run.folder.timelapse.steps() == frames_up_to(KEEP_EVERY)
    assert [int(p.stem) for p in run.folder.checkpoint_files()] == [KEEP_EVERY]
    entry = run.folder.journal.read()[-1]
    assert (entry["kind"], entry["player"], entry["failed_step"], entry["step"]) == (
        "nonfinite", "discriminator", KEEP_EVERY + 21, KEEP_EVERY)
    digest = run.digest()
    pull_the_plug(run)
    again = conduct(None)
    assert again.digest() == digest
    train(again, KEEP_EVERY + 30)
    assert history(again.folder) == list(range(1, KEEP_EVERY + 31))


def test_rows_of_the_failed_call_up_to_the_good_step_are_kept(conduct):
    run = conduct(tiny.recipe(**EXPLODES))
    with pytest.raises(NonFiniteLossError) as failure:
        while True:
            run.advance(1000)
    assert history(run.folder) == list(range(1, run.step + 1))
    assert failure.value.step > run.step


def test_an_exception_in_a_step_leaves_history_and_run_together(conduct, monkeypatch):
    run = conduct(tiny.recipe())
    run.trainer.tiers.wanted = "eager"
    train(run, KEEP_EVERY - 4)
    real = Trainer._step

    def failing(self, only):
        if self.step == KEEP_EVERY + 3:
            raise RuntimeError("a bug")
        real(self, only)

    monkeypatch.setattr(Trainer, "_step", failing)
    with pytest.raises(RuntimeError, match="a bug"):
        while True:
            run.advance(50)
    monkeypatch.undo()
    assert run.step == KEEP_EVERY
    assert history(run.folder) == list(range(1, KEEP_EVERY + 1))
    train(run, KEEP_EVERY + 10)
    assert history(run.folder) == list(range(1, KEEP_EVERY + 11))


def full_disk(monkeypatch, *, of):
    """From now on the disk refuses what ``of`` names."""
    def refuse(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")
    for target in of:
        monkeypatch.setattr(target, refuse)


def test_a_full_disk_is_told_once_and_training_goes_on(conduct, monkeypatch):
    told = []
    run = conduct(tiny.recipe(), on_unsaved=told.append)
    train(run, 3)
    with monkeypatch.context() as patch:
        full_disk(patch, of=["ganstudio.runs.journal.Journal._write",
                             "ganstudio.runs.history.ScalarHistory.flush",
                             "ganstudio.runs.records.Records.add",
                             "ganstudio.runs.timelapse.write_bytes"])
        run.tweak({"batch": 8})
        run.tweak({"batch": 7})
        train(run, 9)
        assert len(told) == 1
        assert "cannot be recorded in" in told[0] and "No space left" in told[0]
        assert run.recipe.batch == 7
    train(run, 12)
    run.save()
    assert history(run.folder) == list(range(1, 13))  # what waited was not lost


def test_a_state_that_cannot_be_saved_is_told(conduct, monkeypatch):
    told = []
    run = conduct(tiny.recipe(), on_unsaved=told.append)
    train(run, 3)
    with monkeypatch.context() as patch:
        full_disk(patch, of=["ganstudio.runs.checkpoint.write_bytes"])
        assert run.save() is False and run.save() is False
        assert len(told) == 2 and all("could not be saved" in t for t in told)
    assert run.save() is True


def test_a_recipe_or_a_run_is_needed(conduct, tmp_path):
    with pytest.raises(RecipeError, match="is not a run folder, and no recipe was given"):
        conduct(None, tmp_path / "nothing")


def test_a_checkpoint_that_does_not_fit_gets_one_sentence(conduct, tmp_path):
    run = conduct(tiny.recipe())
    train(run, 2)
    other = tiny.trainer(generator={"width": 9})
    other.advance(3)
    run.close()
    run.folder.save(other.state(), run.recipe)
    with pytest.raises(RunError, match=r"cannot go on: g\.\w+ is .* in the saved state"):
        conduct(None)


def test_a_folder_that_cannot_be_written_gets_one_sentence(conduct, monkeypatch):
    run = conduct(tiny.recipe())
    train(run, 2)
    run.close()
    full_disk(monkeypatch, of=["ganstudio.runs.history.ScalarHistory.cut_after"])
    with pytest.raises(RunError, match="cannot be written: No space left"):
        conduct(None)


def test_a_preparation_that_fails_leaves_no_thread(tmp_path, monkeypatch):
    def broken(self):
        raise RuntimeError("a bug")
    monkeypatch.setattr(Filming, "record", broken)
    before = threading.active_count()
    with pytest.raises(RuntimeError):
        Conductor(tiny.recipe(), tmp_path / "x.run")
    assert threading.active_count() == before


def test_close_ends_the_thread_even_if_saving_breaks(tmp_path, monkeypatch):
    run = Conductor(tiny.recipe(), tmp_path / "x.run")
    monkeypatch.setattr(Trainer, "state", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run.close()
    assert not [t for t in threading.enumerate() if t.name == "ganstudio-saver"]


def test_it_saves_by_itself_after_a_while(conduct, monkeypatch):
    run = conduct(tiny.recipe())
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    run.times.last_save = run.times.last_flush = now[0]
    run.advance(1)
    assert run.folder.checkpoint_files() == []
    now[0] += AUTOSAVE_SECONDS + 1
    run.advance(1)
    run.saver.wait()
    assert [int(p.stem) for p in run.folder.checkpoint_files()] == [2]
    assert run.folder.history.rows()["step"].tolist() == [1, 2]


def test_images_record_their_mosaic(conduct):
    run = conduct(tiny.recipe(**tiny.IMAGES))
    train(run, 2)
    assert [(s, f.shape, f.dtype) for s, f in run.folder.timelapse.frames()] == [
        (s, (64, 64), np.uint8) for s in (0, 1, 2)]
