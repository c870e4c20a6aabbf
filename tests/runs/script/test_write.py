import subprocess
import sys

import numpy as np
import pytest
import torch

from tests import tiny
from tests.runs.script.conftest import losses_of

QUICK = ("batch-norm-average", "dropout", "epochs", "simultaneous", "dcgan")


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in tiny.ZOO])
def test_a_script_repeats_the_losses_of_every_kind_of_run(told, name):
    told(tiny.recipe(**tiny.ZOO[name])).matches(40)


@pytest.mark.parametrize("precision", [
    "float32", pytest.param("float64", marks=pytest.mark.slow)])
def test_a_script_runs_without_ganstudio_and_without_qt(told, precision, tmp_path):
    made = told(tiny.recipe(machine={"precision": precision}, average={"decay": 0.9}))
    (tmp_path / "script.py").write_text(made.text, encoding="utf-8")
    # -I: neither this folder nor the person's packages are looked at; and both are forbidden.
    code = ("import sys, runpy; sys.modules['ganstudio'] = None; sys.modules['PySide6'] = None; "
            "sys.argv = ['script.py', '100']; runpy.run_path('script.py', run_name='__main__')")
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, text=True,
                          capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(losses_of(done.stdout), made.expected(100), rtol=0, atol=1e-6)
    saved = torch.load(tmp_path / "generator.pt", weights_only=True)
    assert [t.shape for t in saved.values()][:2] == [(8, 2), (8,)]


def test_it_holds_only_what_the_recipe_uses(told):
    text = told(tiny.recipe()).text
    for absent in ("copy", "normalize", "Dropout", "BatchNorm", "clip", "K_D", "DECAY", "device",
                   "CUDA", "sklearn", "PIL", "global average"):
        assert absent not in text, absent
    assert len(text.splitlines()) < 150
    assert all(len(line) <= 100 for line in text.splitlines())


@pytest.mark.parametrize("name", ["batch-norm-average", "spectral-average", "dcgan"])
def test_the_averaged_generator_samples_alike(told, name):
    made = told(tiny.recipe(**tiny.ZOO[name]))
    variables = made.matches(20)
    z = torch.randn(6, made.trainer.recipe.latent.dim, generator=torch.manual_seed(0))
    with torch.no_grad():
        mine, theirs = made.trainer.players.sampler(True)(z), variables["average"](z)
    torch.testing.assert_close(theirs, mine, rtol=1e-5, atol=1e-6)


def test_a_name_can_break_nothing(told):
    told(tiny.recipe(name='x"""\nimport os\\')).matches(3)
