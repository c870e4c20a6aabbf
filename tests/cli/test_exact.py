"""Killed and taken up again is the run that never stopped, for every make of run at once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ganstudio.cli import train as cli
from ganstudio.cli.main import parser
from ganstudio.runs.checkpoint import state_digest
from ganstudio.runs.folder import RunFolder
from ganstudio.session.conductor import Conductor
from ganstudio.session.replay import replay

from .conftest import TINY

RUNS = {
    "ring": ("ring", {}),
    "wgan-gp-lazy-r1": ("ring", {"loss.kind": "wasserstein", "penalty.gp": 10, "penalty.r1": 0.1,
                                 "penalty.r1_every": 16, "update.k_d": 2}),
    "consensus": ("ring", {"update.rule": "consensus"}),
    "digits": ("digits", {"generator.norm": "batch", "discriminator.norm": "spectral",
                          "average.decay": 0.99, "minibatch.pack": 2, "batch": 32}),
}
SMALL = {"ring": TINY, "digits": ["--set", "generator.width=4", "--set", "discriminator.width=4",
                                  "--set", "batch=8", "--set", "latent.dim=4"]}
TWEAKS = (20, 60, 130, 210)
"""Steps after which D's learning rate changes."""


def words(name):
    preset, fields = RUNS[name]
    settings = [w for path, value in fields.items() for w in ("--set", f"{path}={value}")]
    return [preset, "--device", "cpu", "--set", "machine.threads=1", *settings]


def recipe(name):
    line = ["train", *words(name), *SMALL[RUNS[name][0]]]
    return cli.recipe_for(line[1], parser().parse_args(line))


def go_on(run, target, tweaks=()):
    """Train; what is tweaked depends on the step alone, so it can be done again after a loss."""
    while run.step < target:
        if run.step in tweaks:
            run.tweak({"optimizer_d.lr": round(2e-4 + 1e-6 * run.step, 6)})
        due = min([t for t in tweaks if t > run.step], default=target)
        run.advance(min(due, target) - run.step)


def pull_the_plug(run):
    """Nothing more is saved, and the folder is left as by a process that died."""
    run.saver.close()
    run.saver = None
    run.folder.lock.drop()


def numbers(folder):
    return folder.history.rows().tobytes()


@pytest.mark.parametrize("name", RUNS)
def test_cut_short_and_taken_up_it_is_the_unbroken_run(name, tmp_path):
    tweaks = (3, 9, 21)
    whole = Conductor(recipe(name), tmp_path / "whole.run")
    go_on(whole, 40, tweaks)
    digest = whole.digest()
    whole.close()
    parts = Conductor(recipe(name), tmp_path / "parts.run")
    go_on(parts, 15, tweaks)
    parts.save()
    go_on(parts, 27, tweaks)
    pull_the_plug(parts)
    parts = Conductor(None, tmp_path / "parts.run")
    assert parts.step < 27
    go_on(parts, 40, tweaks)
    assert parts.digest() == digest
    parts.close()
    assert replay(parts.folder).digest == digest
    assert numbers(parts.folder) == numbers(whole.folder)


# ---- processes of their own, killed by the system ------------------------------------------------

DRIVER = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from cli.test_exact import *
path, target, kill = sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
run = Conductor(None if os.path.exists(path + "/run.json") else recipe(sys.argv[2]), Path(path))
go_on(run, kill or target, TWEAKS)
if kill:
    os.kill(os.getpid(), signal.SIGKILL)
run.close()
"""


def command(place, *line):
    return subprocess.Popen([sys.executable, "-m", "ganstudio", *map(str, line)], cwd=place,
                            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def done(process):
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    return json.loads(out)


def kill_in(process, run, step):
    """SIGKILL once the time-lapse shows that ``step`` has been passed."""
    frames = run / "timelapse"
    end = time.monotonic() + 300
    while not any(int(p.stem) >= step for p in frames.glob("*.*") if p.stem.isdigit()):
        assert time.monotonic() < end and process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", RUNS)
def test_a_killed_process_taken_up_has_the_digest_of_the_unbroken_run(name, tmp_path):
    done(command(tmp_path, "train", *words(name), "--steps", 150, "--run", "parts.run", "--json"))
    # Many more steps than are needed, so that it cannot be through before it is killed.
    long = command(tmp_path, "resume", "parts.run", "--steps", 100_000)
    kill_in(long, tmp_path / "parts.run", 200)
    saved = RunFolder.open(tmp_path / "parts.run").latest().step
    assert saved >= 150 and (tmp_path / "parts.run" / "lock").exists()
    target = max(400, saved + 50)
    done(command(tmp_path, "resume", "parts.run", "--steps", target - saved, "--json"))
    done(command(tmp_path, "train", *words(name), "--steps", target, "--run", "whole.run",
                 "--json"))
    whole, parts = (done(command(tmp_path, "inspect", f"{one}.run", "--json"))
                    for one in ("whole", "parts"))
    assert whole["step"] == parts["step"] == target
    assert whole["state_digest"] == parts["state_digest"]
    assert whole["losses"] == parts["losses"]
    assert numbers(RunFolder(tmp_path / "whole.run")) == numbers(RunFolder(tmp_path / "parts.run"))
    assert done(command(tmp_path, "replay", "parts.run", "--json"))["same"]
    print(f"{name}: killed after step 200, gone on from {saved}: {parts['state_digest']}")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", RUNS)
def test_a_killed_process_with_tweaks_in_its_journal_too(name, tmp_path):
    def drive(run, target, kill=0):
        here = str(Path(__file__).parents[1])
        return subprocess.run(
            [sys.executable, "-c", DRIVER, here, name, str(tmp_path / run),
             str(target), str(kill)], capture_output=True, text=True, timeout=600,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})

    assert drive("whole.run", 400).returncode == 0
    assert drive("parts.run", 150).returncode == 0
    for kill in (190, 250, 330):
        assert drive("parts.run", 400, kill).returncode == -signal.SIGKILL
    assert drive("parts.run", 400).returncode == 0
    whole, parts = (RunFolder.open(tmp_path / f"{one}.run") for one in ("whole", "parts"))
    found = [state_digest(folder.latest().state) for folder in (whole, parts)]
    assert found[0] == found[1] == replay(parts).digest
    assert numbers(whole) == numbers(parts)
    tweaks = {e["step"] for e in parts.journal.lineage() if e["kind"] == "tweak"}
    assert tweaks == set(TWEAKS)
