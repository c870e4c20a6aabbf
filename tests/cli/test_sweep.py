"""``train --sweep`` and ``train`` of several recipes."""

import json

from ganstudio.recipe import Recipe, preset, to_text
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.sweep import SweepFolder

from .conftest import TINY


def test_a_sweep_answers_with_one_sorted_document(ganstudio, tmp_path):
    answer = ganstudio("train", "ring", *TINY, "--sweep", "batch=8,16", "--sweep",
                       "seed=1,2", "--steps", 6, "--run", "s", "--json", "--sort", "loss_g")
    said = answer.document
    assert set(said) == {"sweep", "sort", "runs", "left"}
    assert said["sweep"] == "s" and said["sort"] == "loss_g" and said["left"] == []
    losses = [run["losses"]["loss_g"] for run in said["runs"]]
    assert len(losses) == 4 and losses == sorted(losses)
    assert {tuple(run["values"].items()) for run in said["runs"]} == {
        (("batch", b), ("seed", s)) for b in (8, 16) for s in (1, 2)}
    for run in said["runs"]:
        folder = RunFolder.open(tmp_path / run["run"])
        assert folder.recipe().seed == run["values"]["seed"]
        assert folder.latest()[0].values["step"] == 6 == run["step"]


def test_a_sweep_speaks_to_people_and_goes_on(ganstudio):
    answer = ganstudio("train", "ring", *TINY, "--sweep", "batch=8,16", "--steps", 4)
    assert answer.code == 0 and answer.err == ""
    lines = answer.out.splitlines()
    assert lines[0] == "2 of 2 runs in runs/ring-1.sweep"
    assert lines[1].split()[:5] == ["run", "batch", "state", "step", "sliced_w1"]
    assert "Sliced W1: lower is better, floor" in lines[-1]
    again = ganstudio("resume", "runs/ring-1.sweep")
    assert again.code == 0 and again.out == answer.out


def test_several_recipes_are_trained_in_turn(ganstudio, tmp_path):
    (tmp_path / "mine.json").write_text(to_text(preset("moons")))
    said = ganstudio("train", "ring", "mine.json", *TINY, "--steps", 3, "--run", "s",
                     "--json").document
    assert {run["name"] for run in said["runs"]} == {"Ring", preset("moons").name}
    assert [j.recipe.data.kind for j in SweepFolder.open(tmp_path / "s").jobs] == ["ring", "moons"]


def test_a_failure_is_told_and_the_rest_is_trained(ganstudio, tmp_path):
    bad = Recipe(name="bad", data={"kind": "points", "path": str(tmp_path / "none.csv")})
    (tmp_path / "bad.json").write_text(to_text(bad))
    answer = ganstudio("train", "bad.json", "ring", *TINY[2:], "--steps", 3, "--run", "s", "--json")
    assert answer.code == 2 and "1 of 2 runs failed" in answer.err and "none.csv" in answer.err
    said = json.loads(answer.out)
    assert [run["state"] for run in said["runs"]] == ["done", "failed"]
    assert "none.csv" in said["runs"][1]["error"]


def test_the_callers_mistakes(ganstudio, tmp_path):
    run = ["train", "ring", *TINY, "--run", "s", "--steps", 2]
    ganstudio(*run, "--sweep", "batch=8,0").refused("batch", "0 is not allowed")
    ganstudio(*run, "--sweep", "bath=8,9").refused("bath")
    ganstudio(*run, "--sweep", "batch").refused("is no sweep")
    ganstudio(*run, "--sweep", "batch=8,9", "--sort", "luck").refused("luck", "sliced_w1")
    ganstudio(*run, "--sweep", "batch=8,9", "--doctor").refused("--doctor")
    assert not (tmp_path / "s").exists()
    ganstudio(*run, "--sweep", "batch=8,16")
    ganstudio(*run, "--sweep", "batch=8,16").refused("resume")
    ganstudio("resume", "s", "--steps", 3).refused("--steps")
