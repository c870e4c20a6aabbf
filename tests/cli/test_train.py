"""``train`` and ``resume``: the engine without a window."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.cli import train as module
from ganstudio.recipe import Recipe, load, preset, to_text
from ganstudio.runs.folder import RunFolder

from .conftest import TINY


def test_train_answers_with_one_document(ganstudio, tmp_path):
    answer = ganstudio("train", "ring", *TINY, "--steps", 20, "--run", "a.run", "--seed", 3,
                       "--device", "cpu", "--json")
    said = answer.document
    assert set(said) == {"run", "step", "steps_per_second", "losses", "metrics", "warnings",
                         "tier", "tier_why"}
    assert said["run"] == "a.run" and said["step"] == 20 and said["steps_per_second"] > 0
    assert set(said["losses"]) == {"loss_d", "loss_g", "d_real", "d_fake"}
    assert all(isinstance(v, float) for v in said["losses"].values())
    folder = RunFolder.open(tmp_path / "a.run")
    assert folder.recipe().seed == 3 and folder.recipe().machine.device == "cpu"
    assert folder.latest()[0].values["step"] == 20
    assert len(folder.history.rows()) == 20 and folder.timelapse.steps()[-1] == 20


def test_train_speaks_to_people_too(ganstudio):
    answer = ganstudio("train", "ring", *TINY, "--steps", 5)
    assert answer.code == 0 and answer.err == ""
    assert "step 5 of the run in runs/ring-1.run" in answer.out and "loss_d" in answer.out
    assert "runs/ring-2.run" in ganstudio("train", "ring", *TINY, "--steps", 5).out


DIGEST_RUNS = {
    "ring": ["ring", *TINY],
    "digits": ["digits", "--set", "generator.kind=mlp", "--set", "discriminator.kind=mlp",
               *TINY[2:], "--set", "average.decay=0.9", "--set", "latent.dim=4",
               "--set", "generator.norm=batch", "--set", "discriminator.norm=spectral"],
    "epochs": ["ring", *TINY, "--set", "update.unit=epochs", "--set", "optimizer_d.kind=rmsprop",
               "--set", "generator.dropout=0.2", "--set", "latent.kind=sphere"],
}


@pytest.mark.parametrize("words", DIGEST_RUNS.values(), ids=DIGEST_RUNS)
def test_stopped_and_resumed_is_the_unbroken_run(ganstudio, words):
    ganstudio("train", *words, "--steps", 30, "--run", "whole.run")
    ganstudio("train", *words, "--steps", 13, "--run", "parts.run")
    said = ganstudio("resume", "parts.run", "--steps", 17, "--json").document
    assert said["step"] == 30 and said["run"] == "parts.run"
    whole, parts = (ganstudio("inspect", f"{name}.run", "--json").document
                    for name in ("whole", "parts"))
    assert whole["state_digest"] == parts["state_digest"] and whole["losses"] == parts["losses"]


def test_a_contradiction_is_told_and_the_run_goes_on(ganstudio):
    said = ganstudio("train", "ring", *TINY, "--set", "loss.kind=wasserstein", "--steps", 2,
                     "--json")
    warning, = said.document["warnings"]
    assert warning.startswith("Nothing bounds the slope")
    assert f"ganstudio: warning: {warning}" in said.err.splitlines()
    calm = ganstudio("train", "ring", *TINY, "--steps", 2, "--json")
    assert calm.document["warnings"] == [] and "warning" not in calm.err


def test_a_recipe_file_can_be_trained(ganstudio, tmp_path):
    (tmp_path / "mine.json").write_text(to_text(Recipe(name="My ring!", batch=8)))
    assert ganstudio("train", "mine.json", *TINY, "--steps", 2).code == 0
    assert load(tmp_path / "runs" / "my-ring-1.run" / "recipe.json").name == "My ring!"


def test_data_is_taken_from_files(ganstudio, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    np.save(tmp_path / "pixels.npy", pixels)
    words = ["--set", "generator.width=4", "--set", "discriminator.width=4", "--set", "batch=8"]
    said = ganstudio("train", "images", "--data", "pixels.npy", *words, "--steps", 2, "--json")
    assert said.document["step"] == 2
    (tmp_path / "mine.json").write_text(to_text(preset("images", "elsewhere")))
    assert ganstudio("train", "mine.json", "--data", "pixels.npy", *words, "--steps", 1).code == 0


def test_what_was_done_to_a_folder_of_images_is_told(ganstudio, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(16):
        pixels = rng.integers(0, 256, (8, 8 + number % 2, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    for name in "abcdefg":
        (folder / f"{name}.png").write_text("no image")
    said = ganstudio("train", "images", "--data", "photos", "--steps", 1, "--set", "batch=4",
                     "--set", "generator.width=4", "--set", "discriminator.width=4", "--json")
    assert said.document["step"] == 1
    assert said.err.splitlines() == [
        "ganstudio: Images of 2 different sizes were cropped to squares, then resized to 8 x 8.",
        "ganstudio: 7 files were skipped; 16 images were read.",
        *(f"ganstudio:   {name}.png: not an image that can be read" for name in "abcde"),
        "ganstudio:   and 2 more"]


# ---- what the caller got wrong ---------------------------------------------------------------


@pytest.mark.parametrize(("words", "said"), [
    (["rings"], ["there is no preset and no file 'rings'", "ring, grid"]),
    (["ring", "--set", "colour=3"], ["colour is not a field of this recipe"]),
    (["ring", "--set", "batch"], ["--set batch: write it as field.path=value"]),
    (["ring", "--set", "batch=0"], ["batch: 0 is not allowed", "at least 1 and at most 65536"]),
    (["ring", "--set", "optimizer_d.lr=fast"], ["optimizer_d.lr: 'fast' is not allowed"]),
    (["ring", "--set", "batch=" + "9" * 5000], ["batch: "]),
    (["ring", "--set", "nope.kind=3"], ["nope.kind is not a field"]),
    (["ring", "--set", "generator.kind=dcgan"], ["a DCGAN makes images"]),
    (["ring", "--data", "x.csv"], ["--data is for data that is read from files"]),
    (["mnist"], ["needs data", "--data PATH"]),
    (["images", "--data", "nowhere"], ["nowhere"]),
    (["ring", "--steps", "0"], ["--steps", "'0' is not a whole number above 0"]),
    (["ring", "--steps", "many"], ["'many' is not a whole number above 0"]),
    (["ring", "--seed", "-1"], ["'-1' is not a whole number from 0 to 2147483647"]),
    (["ring", "--device", "abacus"], ["--device", "abacus"]),
    (["ring", "--device", "mps"], ["machine.device: no Apple GPU is to be had here"]),
    ([], ["PRESET|RECIPE", "train --help"]),
], ids=lambda v: " ".join(v)[:40])
def test_train_refuses_in_one_sentence(ganstudio, tmp_path, words, said):
    ganstudio("train", *words).refused(*said)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_recipe_file_is_named(ganstudio, tmp_path):
    (tmp_path / "bad.json").write_text('{"batch": 0}')
    ganstudio("train", "bad.json").refused("bad.json: batch: 0 is not allowed")
    (tmp_path / "new.json").write_text('{"version": 9}')
    ganstudio("train", "new.json").refused("written by a newer GAN Studio")


def test_a_place_that_is_taken_is_refused(ganstudio, trained, tmp_path):
    before = (trained / "scalars.bin").read_bytes()
    ganstudio("train", "ring", *TINY, "--run", "x.run").refused(
        "x.run already holds a run; go on with it by ganstudio resume x.run")
    assert (trained / "scalars.bin").read_bytes() == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").write_text("")
    ganstudio("train", "ring", *TINY, "--run", "full").refused("full already holds something")


def test_resume_needs_a_run(ganstudio, trained, tmp_path):
    ganstudio("resume", "nowhere").refused("nowhere is not a run folder")
    (trained / "run.json").write_text("{")
    ganstudio("resume", "x.run").refused("run.json is damaged")
    (trained / "run.json").write_text('{"format": 99}')
    ganstudio("resume", "x.run").refused("written by a newer GAN Studio")


def test_a_run_with_damaged_checkpoints_is_refused(ganstudio, trained):
    for path in (trained / "checkpoints").iterdir():
        path.write_bytes(b"rubbish")
    ganstudio("resume", "x.run").refused("is not a readable checkpoint")


def test_a_loss_that_is_no_number_is_told_and_the_last_good_state_kept(ganstudio, tmp_path):
    words = ["--set", "loss.kind=least_squares", "--set", "optimizer_d.kind=sgd", "--set",
             "optimizer_g.kind=sgd", "--set", "optimizer_d.lr=10", "--set", "optimizer_g.lr=10"]
    answer = ganstudio("train", "ring", *TINY, *words, "--run", "x.run", "--json")
    answer.refused("loss became", "at step", "is saved in x.run", "lower that player's learning")
    said = ganstudio("inspect", "x.run", "--json").document
    assert said["journal"][-1]["kind"] == "nonfinite"
    assert f"the last good state, step {said['step']}, is saved" in answer.err
    assert len(RunFolder.open(tmp_path / "x.run").history.rows()) == said["step"]


def test_a_full_disk_at_the_end_is_not_said_to_be_done(ganstudio, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr("ganstudio.runs.checkpoint.write_bytes", refuse)
    answer = ganstudio("train", "ring", *TINY, "--steps", 3, "--run", "x.run")
    assert answer.code == 2
    assert "could not be saved in x.run: No space left on device" in answer.err


# ---- Ctrl+C ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_after_the_step_in_hand(ganstudio, monkeypatch, number):
    real = module._run

    def run(conductor, *rest):
        conductor.trainer.tiers.wanted = "eager"
        step = conductor.trainer._step
        monkeypatch.setattr(conductor.trainer, "_step", lambda only: (
            os.kill(os.getpid(), number) if conductor.step == 9 else None, step(only)))
        return real(conductor, *rest)

    monkeypatch.setattr(module, "_run", run)
    before = signal.getsignal(number)
    answer = ganstudio("train", "ring", *TINY, "--steps", 1000, "--run", "x.run", "--json")
    assert answer.code == 130 and json.loads(answer.out)["step"] == 10
    assert signal.getsignal(number) is before
    monkeypatch.undo()


def test_ctrl_c_in_a_process_of_its_own_saves_all(ganstudio, tmp_path):
    words = ["ring", *TINY]
    process = subprocess.Popen(
        [sys.executable, "-m", "ganstudio", "train", *words, "--steps", "100000000", "--run",
         "cut.run", "--json"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, text=True)
    try:
        frame = tmp_path / "cut.run" / "timelapse" / f"{20:010d}.npy"
        end = time.monotonic() + 60
        while not frame.exists():
            assert time.monotonic() < end and process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130 and "Traceback" not in err
    step = json.loads(out)["step"]
    assert step >= 20
    more = 7
    assert ganstudio("resume", "cut.run", "--steps", more, "--json").document["step"] == step + more
    cut = ganstudio("inspect", "cut.run", "--json").document
    whole = ganstudio("train", *words, "--steps", step + more, "--run", "whole.run")
    assert whole.code == 0
    assert ganstudio("inspect", "whole.run", "--json").document["state_digest"] == cut[
        "state_digest"]


def test_ctrl_c_while_data_is_read_is_130(ganstudio, monkeypatch, tmp_path):
    import ganstudio.session.conductor as conducting

    def endless(*_args, progress, cancelled, **_options):
        os.kill(os.getpid(), signal.SIGINT)
        from ganstudio.data.dataset import Cancelled
        assert cancelled()
        raise Cancelled

    monkeypatch.setattr(conducting, "load_dataset", endless)
    answer = ganstudio("train", "ring", "--run", "x.run", "--json")
    assert (answer.code, answer.out) == (130, "") and not (tmp_path / "x.run").exists()


def test_ctrl_c_before_anything_is_130(ganstudio, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt
    monkeypatch.setattr(module, "train", interrupted)
    assert ganstudio("train", "ring").code == 130


def test_training_leaves_no_thread(ganstudio):
    before = threading.active_count()
    ganstudio("train", "ring", *TINY, "--steps", 2)
    assert threading.active_count() == before


def test_metrics_are_given_with_their_floor_and_recorded(ganstudio):
    said = ganstudio("train", "ring", *TINY, "--steps", "70", "--run", "r", "--json").document
    assert {"modes", "high_quality", "js", "recall", "memorised"} <= set(said["metrics"])
    modes = said["metrics"]["modes"]
    assert modes["name"] == "Modes captured" and modes["floor"] == 8 and modes["step"] == 70
    shown = ganstudio("inspect", "r", "--json").document
    assert shown["metrics"] == said["metrics"]
    again = ganstudio("resume", "r", "--steps", "5", "--json").document
    assert again["metrics"]["modes"]["step"] == 75
    lines = Path("r/metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [64, 70, 75]
    assert "High-quality share" in ganstudio("inspect", "r").out


def test_images_are_scored_in_the_features_asked_for(ganstudio):
    said = ganstudio("train", *DIGEST_RUNS["digits"], "--steps", 3, "--run", "r", "--json",
                     "--features", "pixels").document
    assert said["metrics"]["frechet"]["name"] == "Fréchet distance in pixels"
    again = ganstudio("resume", "r", "--steps", 1, "--features", "random", "--json").document
    assert again["metrics"]["frechet"]["name"] == "Fréchet distance in random features"
    ganstudio("resume", "r", "--steps", 1, "--features", "magic").refused("no features 'magic'")
    ganstudio("resume", "r", "--steps", 1, "--features", "no.such:thing").refused("be loaded")
    ganstudio("train", "ring", *TINY, "--run", "new", "--features", "magic").refused("'magic'")
    assert not Path("new").exists()
    ganstudio("train", "ring", *TINY, "--steps", 1, "--run", "p", "--features", "pixels").refused(
        "points are scored as they are")


def test_damaged_metrics_are_told_of_and_stop_nothing(ganstudio):
    ganstudio("train", "ring", *TINY, "--steps", "3", "--run", "r")
    Path("r/metrics.jsonl").write_text("rubbish\n")
    ganstudio("inspect", "r").refused("metrics.jsonl", "line 1")
    again = ganstudio("resume", "r", "--steps", "2", "--json")
    assert again.document["metrics"] == {} and "line 1" in again.err


# ---- how steps are computed --------------------------------------------------------------------


def test_the_tier_can_be_forced_is_told_and_changes_nothing(ganstudio, tmp_path):
    digests = []
    for tier in ("auto", "eager"):
        said = ganstudio("train", "ring", *TINY, "--steps", 30, "--run", f"{tier}.run", "--seed", 3,
                         "--device", "cpu", "--tier", tier, "--json").document
        assert (said["tier"], bool(said["tier_why"])) == (
            ("captured", False) if tier == "auto" else ("eager", True))
        seen = ganstudio("inspect", f"{tier}.run", "--json").document
        assert seen["tier"] == said["tier"]
        assert [e["step"] for e in seen["tiers"]] == ([0, 4] if tier == "auto" else [0])
        digests.append(seen["state_digest"])
    assert digests[0] == digests[1]
