import json

import pytest


def test_a_gallery_is_written_from_a_saved_run(ganstudio, trained, tmp_path):
    before = {p: p.read_bytes() for p in trained.rglob("*") if p.is_file()}
    said = ganstudio("gallery", trained, "--out", "g", "--rows", 2, "--columns", 3, "--seed", 4,
                     "--json").document
    assert said["step"] == 12 and said["samples"] == 6
    assert {"index.html", "dynamics.svg", "dynamics.png", "eigenvalues.csv"} <= set(said["files"])
    assert "<h2>Dynamics</h2>" in (tmp_path / "g" / "index.html").read_text(encoding="utf-8")
    assert all((tmp_path / "g" / name).is_file() for name in said["files"])
    assert {p: p.read_bytes() for p in trained.rglob("*") if p.is_file()} == before


def test_the_same_seed_gives_the_same_samples(ganstudio, trained, tmp_path):
    def samples(name, seed):
        answer = ganstudio("gallery", trained, "--out", name, "--rows", 1, "--columns", 4,
                           "--seed", seed)
        assert answer.code == 0 and "gallery of step 12 written to" in answer.out
        return {p.name: p.read_bytes() for p in (tmp_path / name).glob("samples*.csv")}

    one = samples("a", 1)
    assert one and one == samples("b", 1) and one != samples("c", 2)


@pytest.mark.parametrize(("words", "said"), [
    (["nowhere", "--out", "g"], "nowhere is not a run folder"),
    (["x.run"], "--out"),
    (["x.run", "--out", "g", "--rows", "0"], "'0' is not a whole number from 1 to 200"),
    (["x.run", "--out", "g", "--columns", "x"], "'x' is not a whole number from 1 to 200"),
    (["x.run", "--out", "g", "--seed", "-3"], "'-3' is not a whole number from 0"),
], ids=str)
def test_gallery_refuses_in_one_sentence(ganstudio, trained, tmp_path, words, said):
    ganstudio("gallery", *words).refused(said)
    assert not (tmp_path / "g").exists()


def test_a_folder_of_somebody_else_is_left_alone(ganstudio, trained, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    ganstudio("gallery", trained, "--out", "mine", "--rows", 1, "--columns", 1).refused("mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_ctrl_c_leaves_nothing_behind(ganstudio, trained, tmp_path, monkeypatch):
    import os
    import signal

    from ganstudio.runs.gallery import write

    real = write.curves_scene
    monkeypatch.setattr(write, "curves_scene", lambda *a, **k: (
        os.kill(os.getpid(), signal.SIGINT), real(*a, **k))[1])
    answer = ganstudio("gallery", trained, "--out", "g", "--rows", 1, "--columns", 1, "--json")
    assert (answer.code, answer.out) == (130, "")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.run"]


def test_a_run_that_never_trained_has_a_gallery_of_step_0(ganstudio, tmp_path):
    import tiny

    from ganstudio.runs.folder import RunFolder

    RunFolder.create(tmp_path / "new.run", tiny.recipe())
    answer = ganstudio("gallery", "new.run", "--out", "g", "--rows", 1, "--columns", 1, "--json")
    assert json.loads(answer.out)["step"] == 0
