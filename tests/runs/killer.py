"""Kills a training process at random instants and takes the run up again each time.

    python tests/runs/killer.py KILLS SEED

One process imports torch once and forks the ones that train; each is killed with SIGKILL after a
random time, at whatever it is doing. Saving is due every few hundredths of a second, so many
kills hit it. Prints one JSON document: after each kill the step that was found, how far the
dead process had come, and whether the state is bit for bit that of the run which was never killed.
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import tiny  # noqa: E402
import torch  # noqa: E402

from ganstudio.runs.checkpoint import state_digest  # noqa: E402
from ganstudio.runs.folder import RunFolder  # noqa: E402
from ganstudio.runs.lock import standing  # noqa: E402
from ganstudio.session import autosave  # noqa: E402
from ganstudio.session.conductor import Conductor  # noqa: E402
from ganstudio.session.replay import replay  # noqa: E402

TWEAK_EVERY = 40
RECIPE = tiny.recipe(average={"decay": 0.9}, generator=tiny.mlp(norm="batch", depth=1, width=8),
                     discriminator=tiny.mlp(norm="spectral", depth=1, width=8))


def go_on(run, target):
    """Train, with a tweak at every fortieth step that depends on the step alone."""
    while run.step < target:
        due = (run.step // TWEAK_EVERY + 1) * TWEAK_EVERY
        if run.step % TWEAK_EVERY == 0:
            run.tweak({"optimizer_d.lr": round(1e-4 * (1 + run.step // TWEAK_EVERY % 7), 6)})
        run.advance(min(due, target) - run.step)


def train_for_ever(path, counter):
    autosave.AUTOSAVE_SECONDS, autosave.TWEAK_SAVE_SECONDS = 0.03, 0.02
    run = Conductor(None if (path / "run.json").exists() else RECIPE, path, owner="killer")
    while True:
        go_on(run, run.step + 1)
        os.pwrite(counter, run.step.to_bytes(8, "little"), 0)


def kill_one(path, counter, seconds):
    child = os.fork()
    if child == 0:
        try:
            train_for_ever(path, counter)
        except BaseException as error:
            print(f"the child failed: {error!r}", file=sys.stderr)
        os._exit(3)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def look(path, counter):
    """What lies in the folder of a process that has just been killed."""
    reached = int.from_bytes(os.pread(counter, 8, 0), "little")
    if not (path / "run.json").exists():
        return {"step": 0, "reached": reached, "digest": None, "left": True}
    folder = RunFolder.open(path)
    saved = folder.latest()
    folder.journal.read()
    folder.history.past()
    return {"step": saved.step if saved else 0, "reached": reached,
            "digest": state_digest(saved.state) if saved else None,
            "before_tweak": bool(saved and saved.step % TWEAK_EVERY == 0),
            "left": standing(path).left_by is not None}


def main(kills, seed):
    torch.set_num_threads(1)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "x.run"
        counter = os.open(Path(place) / "counter", os.O_RDWR | os.O_CREAT)
        rows = []
        for _ in range(kills):
            killed = kill_one(path, counter, rng.uniform(0.05, 0.9))
            rows.append({"killed": killed, **look(path, counter)})
        last = Conductor(None, path)
        go_on(last, last.step + 100)
        end, whole = last.step, last.digest()
        history = last.folder.history
        last.close()
        steps = history.rows()["step"].tolist()
        played = replay(RunFolder.open(path))
        compare(rows)
        unbroken = Conductor(RECIPE, None)
        go_on(unbroken, end)
        print(json.dumps({
            "kills": rows, "end": end, "end_is_the_unbroken_run": unbroken.digest() == whole,
            "history_is_whole": steps == list(range(1, end + 1)),
            "replay_is_the_run": played.same,
            "left_over": [p.name for p in path.rglob(".*")]}))


def compare(rows):
    """Whether each state is the unbroken run's; at a tweak's step it may be that before it."""
    wanted = sorted({r["step"] for r in rows if r["digest"]})
    run, found = Conductor(RECIPE, None), {}
    for step in wanted:
        go_on(run, step)
        found[step] = {run.digest()}
    for row in rows:
        row["same"] = row["digest"] is None or row["digest"] in found[row["step"]]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
