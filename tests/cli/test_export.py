import pytest

from ganstudio.recipe import load
from tests.cli.conftest import TINY


@pytest.fixture
def run(ganstudio):
    ganstudio("train", "ring", *TINY, "--steps", 5, "--run", "r", "--json")
    return "r"


@pytest.mark.parametrize(("kind", "out", "count"), [
    ("script", "a.py", 1), ("onnx", "a.onnx", 1), ("safetensors", "a.safetensors", 2),
    ("tensorboard", "log", 1), ("recipe", "a.json", 1)])
def test_each_kind(ganstudio, run, tmp_path, kind, out, count):
    answer = ganstudio("export", run, "--to", kind, "--out", out, "--json").document
    assert answer["to"] == kind and answer["step"] == 5
    assert len(answer["files"]) == count
    assert all((tmp_path / name).stat().st_size > 0 for name in answer["files"])
    if kind == "recipe":
        assert load(tmp_path / out).batch == 16


def test_refusals(ganstudio, run):
    ganstudio("export", "nowhere", "--to", "onnx", "--out", "x").refused("nowhere", "run folder")
    ganstudio("export", run, "--to", "pickle", "--out", "x").refused("pickle", "safetensors")
    ganstudio("export", run, "--to", "script", "--out", run).refused("is a folder")
