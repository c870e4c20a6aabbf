"""Starting: without a display, without torch, with what was given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ganstudio.studio import platform

PROGRAM = "import sys; from ganstudio.studio.app import main; sys.exit(main())"


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items()
            if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run([sys.executable, "-c", code], env={**kept, **env}, text=True,
                          capture_output=True, timeout=90,
                          cwd=Path(__file__).resolve().parents[2])


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


@linux
@pytest.mark.parametrize("env", [{}, {"DISPLAY": ":4711"}, {"WAYLAND_DISPLAY": "wayland-none"},
                                 {"DISPLAY": ":4711", "QT_QPA_PLATFORM": "xcb"}])
def test_no_display_is_one_sentence_and_exit_2(env: dict[str, str]) -> None:
    done = run(PROGRAM, **env)
    assert done.returncode == 2 and done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "ganstudio train" in done.stderr and done.stderr.count(". ") == 0


@linux
def test_the_look_round_needs_no_qt() -> None:
    code = ("import sys; from ganstudio.studio.platform import problem; problem({}); "
            "print([m for m in sys.modules if 'PySide' in m or 'torch' in m])")
    assert run(code).stdout.strip() == "[]"


def test_missing_libraries_name_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "loads", lambda name: name not in (
        "libEGL.so.1", "libxcb-cursor.so.0"))
    sentence = platform.problem({"QT_QPA_PLATFORM": "offscreen"}, "linux")
    assert sentence is not None and "apt install libegl1`" in sentence
    assert "libxcb-cursor0" not in sentence and "\n" not in sentence
    monkeypatch.setattr(platform, "x_answers", lambda display: True)
    sentence = platform.problem({"DISPLAY": ":0"}, "linux")
    assert sentence is not None and "libegl1 libxcb-cursor0" in sentence


def test_other_systems_are_not_asked() -> None:
    assert platform.problem({}, "win32") is None and platform.problem({}, "darwin") is None


def test_offscreen_is_honoured() -> None:
    assert platform.problem({"QT_QPA_PLATFORM": "offscreen"}) is None


def test_the_window_is_shown_before_torch_numpy_and_the_recipe(tmp_path: Path) -> None:
    code = """
import sys
from PySide6.QtWidgets import QApplication
from ganstudio.studio.settings import Settings
from ganstudio.studio.style import Appearance
from ganstudio.studio.window import MainWindow
app = QApplication([])
look = Appearance(app); look.apply()
window = MainWindow(Settings(), look)
late = ("torch", "numpy", "pydantic", "pyqtgraph", "scipy")
seen = []
window.blank.painted.connect(lambda: seen.append([m for m in late if m in sys.modules]))
window.furnished.connect(lambda: (seen.append("torch" in sys.modules), window.close()))
window.show()
app.exec()
print(seen)
"""
    done = run(code, QT_QPA_PLATFORM="offscreen", GANSTUDIO_CONFIG=str(tmp_path))
    assert done.stdout.strip() == "[[], False]", done.stdout + done.stderr


@linux
def test_a_polite_kill_closes_cleanly(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from PySide6.QtCore import QTimer
from ganstudio.studio import app, window
old = window.MainWindow.furnish
def furnish(self):
    old(self)
    QTimer.singleShot(50, lambda: os.kill(os.getpid(), signal.SIGTERM))
window.MainWindow.furnish = furnish
sys.exit(app.main())
"""
    done = run(code, QT_QPA_PLATFORM="offscreen", GANSTUDIO_CONFIG=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "settings.json").exists()


def test_the_program_opens_and_closes_cleanly(tmp_path: Path) -> None:
    code = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ganstudio.studio import app, window
old = window.MainWindow.furnish
def furnish(self):
    old(self)
    QTimer.singleShot(0, self.close)
window.MainWindow.furnish = furnish
sys.exit(app.main())
"""
    done = run(code, QT_QPA_PLATFORM="offscreen", GANSTUDIO_CONFIG=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "settings.json").exists()
