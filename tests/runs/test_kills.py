"""SIGKILL at random instants; the run is taken up each time (see ``killer``)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def killed(kills, seed):
    answer = subprocess.run([sys.executable, str(Path(__file__).with_name("killer.py")),
                             str(kills), str(seed)], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    return json.loads(answer.stdout)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=[pytest.mark.slow,
                                                               pytest.mark.timeout(900)])])
def test_no_kill_damages_what_was_saved(kills):
    said = killed(kills, seed=7)
    assert len(said["kills"]) == kills
    assert all(row["killed"] and row["same"] and row["left"] for row in said["kills"])
    steps = [row["step"] for row in said["kills"]]
    assert steps == sorted(steps)  # nothing that was saved is lost later
    assert said["end_is_the_unbroken_run"] and said["history_is_whole"]
    assert said["replay_is_the_run"] and said["left_over"] == []
