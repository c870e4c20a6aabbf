from dataclasses import replace

import pytest

from ganstudio.recipe import load
from ganstudio.runs.export.content import ExportError
from ganstudio.runs.export.kinds import KINDS
from ganstudio.runs.export.write import write_export
from ganstudio.runs.gallery.data import GalleryCancelled
from ganstudio.runs.retrace import Script, Solo
from tests.runs.script.conftest import run_text


def test_a_recipe_comes_back(made, tmp_path):
    content, _ = made()
    (path,) = write_export("recipe", content, tmp_path / "deep" / "r.json")
    assert load(path) == content.recipe


def test_a_script_tells_of_the_journal(made, tmp_path):
    journal = ({"step": 1, "kind": "tweak", "changes": {"batch": [16, 4]}},)
    content, _ = made(journal=journal)
    (path,) = write_export("script", content, tmp_path / "s.py")
    variables, losses = run_text(path.read_text(encoding="utf-8"), 5)
    assert variables["BATCH"] == 4 and losses.shape == (5, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_it_replaces_what_it_wrote_before(made, tmp_path, kind):
    content, _ = made()
    out = tmp_path / f"x{KINDS[kind].ending}"
    first = write_export(kind, content, out)
    assert write_export(kind, content, out)[0].stat().st_size > 0
    assert not list(tmp_path.rglob(".*")), "something half-written was left"
    assert all(p.exists() for p in first)


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_that_cannot_be_is_refused_in_one_sentence(made, tmp_path, kind):
    content, _ = made()
    out = tmp_path / "taken"
    out.touch() if kind == "tensorboard" else out.mkdir()
    with pytest.raises(ExportError, match=r"taken is a (file|folder); give the name of a"):
        write_export(kind, content, out)


def test_what_a_script_cannot_tell_is_refused_and_leaves_nothing(made, tmp_path):
    content, _ = made(update={"rule": "sga"})
    content = replace(content, done=Script(solos=(Solo(0, 1, "d"),)))
    with pytest.raises(ExportError, match="sga"):
        write_export("script", content, tmp_path / "s.py")
    assert not list(tmp_path.iterdir())


def test_a_cancelled_log_leaves_nothing(made, tmp_path):
    content, _ = made()
    with pytest.raises(GalleryCancelled):
        write_export("tensorboard", content, tmp_path / "log", cancelled=lambda: True)
    assert not list((tmp_path / "log").iterdir())


def test_an_unknown_kind(made, tmp_path):
    content, _ = made()
    with pytest.raises(ExportError, match="script, onnx"):
        write_export("pickle", content, tmp_path / "x")
