import json

import pytest

from ganstudio.cli import main

TINY = [
    "--set", "data.points=200", "--set", "batch=16",
    "--set", "generator.depth=1", "--set", "generator.width=8",
    "--set", "discriminator.depth=1", "--set", "discriminator.width=8",
]


class Answer:
    """What one command line gave: exit code, stdout, stderr."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def document(self):
        """The one JSON document on stdout."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    def refused(self, *words):
        """It was the caller's mistake, said in one sentence that holds ``words``."""
        assert self.code == 2 and self.out == ""
        line, = self.err.splitlines()
        assert line.startswith("ganstudio: ")
        for word in words:
            assert str(word) in line, line
        return line


@pytest.fixture(autouse=True)
def few_passes(monkeypatch):
    """Floors from two sets of fresh reals, so that a run of a few steps takes no second more."""
    monkeypatch.setattr("ganstudio.training.metrics_look.PASSES", 2)


@pytest.fixture
def ganstudio(capsys, tmp_path, monkeypatch):
    """Runs a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        capsys.readouterr()
        code = main([str(w) for w in words])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return run


@pytest.fixture
def trained(ganstudio, tmp_path):
    """A tiny ring trained for 12 steps."""
    ganstudio("train", "ring", *TINY, "--steps", 12, "--run", "x.run", "--json").document  # noqa: B018
    return tmp_path / "x.run"
