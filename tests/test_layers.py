"""Imports point downward only, and the light parts stay light."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIGHT = ("ganstudio.recipe", "ganstudio.session.session", "ganstudio.session.messages",
         "ganstudio.training.frames", "ganstudio.game.facts", "ganstudio.nets.sizes",
         "ganstudio.data.catalogue", "ganstudio.data.dataset", "ganstudio.data.images",
         "ganstudio.data.toys", "ganstudio.data.digits", "ganstudio.cli.main")
NO_QT = ("ganstudio.training.trainer", "ganstudio.training.observer", "ganstudio.session.worker",
         "ganstudio.runs.folder", "ganstudio.runs.gallery.write", "ganstudio.cli.train",
         "ganstudio.cli.gallery", "ganstudio.cli.inspect", "ganstudio.metrics.catalogue")
QT = ("PySide6", "shiboken6", "pyqtgraph")


def pulled_in(modules, forbidden):
    """Which of ``forbidden`` are imported with each of ``modules``, each in a fresh process."""
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1].split(','):\n"
        "    importlib.import_module(name)\n"
        "    found = [m for m in sys.argv[2].split(',') if m in sys.modules]\n"
        "    if found: print(name, 'imports', *found)\n")
    done = subprocess.run([sys.executable, "-c", code, ",".join(modules), ",".join(forbidden)],
                          cwd=ROOT, capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_contracts_hold():
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    before = Path.cwd()
    path = list(sys.path)
    try:
        os.chdir(ROOT)
        status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    finally:
        os.chdir(before)
        sys.path[:] = path
    assert status == EXIT_STATUS_SUCCESS, "see the broken contracts above"


def test_the_light_parts_import_neither_torch_nor_qt():
    assert pulled_in(LIGHT, ("torch", *QT)) == ""


@pytest.mark.slow  # the contracts above say it, and tests/cli runs the commands
def test_the_engine_imports_no_qt():
    assert pulled_in(NO_QT, QT) == ""


@pytest.mark.parametrize("name", ["ganstudio", "ganstudio.session", "ganstudio.training",
                                  "ganstudio.runs", "ganstudio.recipe"])
def test_packages_can_be_imported_for_next_to_nothing(name):
    assert pulled_in([name], ("torch", "scipy", "sklearn", *QT)) == ""
