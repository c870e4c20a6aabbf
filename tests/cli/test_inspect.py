import json

import numpy as np

from ganstudio.recipe import build
from ganstudio.runs.folder import RunFolder
from ganstudio.session.conductor import Conductor


def test_inspect_says_what_a_run_holds(ganstudio, trained):
    said = ganstudio("inspect", trained, "--json").document
    assert set(said) >= {"run", "step", "losses", "metrics", "recipe", "journal", "state_digest"}
    assert said["step"] == 12 and said["name"] == "Ring"
    assert build(said["recipe"]).batch == 16
    assert said["journal"][0]["kind"] == "created"
    conductor = Conductor(None, trained, read_only=True)
    assert said["state_digest"] == conductor.digest()
    row = RunFolder.open(trained).history.rows()[-1]
    assert said["losses"] == {n: float(row[n]) for n in said["losses"]}


def test_inspect_shows_the_recipe_as_of_now(ganstudio, trained):
    conductor = Conductor(None, trained)
    conductor.tweak({"batch": 7}, "smaller")
    conductor.close()
    said = ganstudio("inspect", trained, "--json").document
    assert said["recipe"]["batch"] == 7
    assert said["journal"][-1]["changes"] == {"batch": [16, 7]}
    text = ganstudio("inspect", trained)
    assert text.code == 0
    for words in ("Ring: step 12", said["state_digest"], "smaller", "loss_d"):
        assert words in text.out


def test_inspect_changes_nothing(ganstudio, trained):
    def everything():
        return {p: p.read_bytes() for p in trained.rglob("*") if p.is_file()}
    before = everything()
    ganstudio("inspect", trained)
    assert everything() == before


def test_inspect_of_a_run_that_never_trained(ganstudio, trained, tmp_path):
    import tiny

    RunFolder.create(tmp_path / "new.run", tiny.recipe())
    said = ganstudio("inspect", "new.run", "--json").document
    assert said["step"] == 0 and said["state_digest"] is None
    assert set(said["losses"].values()) == {None}
    assert "no state saved yet" in ganstudio("inspect", "new.run").out


def test_losses_that_are_no_numbers_are_null(ganstudio, trained):
    """D has not moved yet in this run, so it has no loss; NaN is no JSON."""
    rows = np.array(RunFolder.open(trained).history.rows())
    rows["loss_d"][-1] = np.nan
    (trained / "scalars.bin").write_bytes(rows.tobytes())
    answer = ganstudio("inspect", trained, "--json")
    assert "NaN" not in answer.out and answer.document["losses"]["loss_d"] is None
    assert "–" in ganstudio("inspect", trained).out


def test_inspect_refuses_in_one_sentence(ganstudio, trained):
    ganstudio("inspect", "nowhere").refused("nowhere is not a run folder")
    ganstudio("inspect").refused("RUN")
    (trained / "journal.jsonl").write_text("rubbish\n")
    ganstudio("inspect", trained).refused("line 1 is not a journal entry")
    (trained / "run.json").write_text(json.dumps({"format": 99}))
    ganstudio("inspect", trained).refused("newer GAN Studio")
