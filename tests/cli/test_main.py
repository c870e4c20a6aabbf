"""The command line as a whole: help, mistakes, and what it must never import."""

import json
import os
import subprocess
import sys

import pytest

from ganstudio import __version__
from ganstudio.cli import main as cli
from ganstudio.cli.main import COMMANDS
from ganstudio.cli.progress import ProgressBar, _clock
from ganstudio.recipe import PRESETS, Recipe, sections


def test_presets_by_name(ganstudio):
    said = ganstudio("presets", "--json").document
    assert set(said) == set(PRESETS)
    assert said["mnist"]["needs_data"] and not said["ring"]["needs_data"]
    text = ganstudio("presets").out
    assert all(name in text for name in PRESETS) and "Needs --data." in text


def test_help_names_every_command_and_costs_nothing(ganstudio):
    answer = ganstudio("--help")
    assert answer.code == 0 and all(name in answer.out for name in COMMANDS)
    assert ganstudio("--version").out.strip() == f"ganstudio {__version__}"


def test_help_of_train_lists_every_field(ganstudio):
    text = ganstudio("train", "--help").out
    for section in sections(Recipe()):
        for field in section.fields:
            assert field.path in text and field.knob.help in text and field.range_text() in text
    assert "data.kind: gaussian-1d, " in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(ganstudio, command):
    answer = ganstudio(command, "--help")
    assert answer.code == 0 and "--json" in answer.out


@pytest.mark.parametrize(("words", "said"), [
    (["tarin"], ["there is no command and no file or folder 'tarin'", "train, resume"]),
    (["a", "b"], ["the studio opens one run or recipe, not 2"]),
    (["studio", "nowhere.run"], ["no file or folder 'nowhere.run'"]),
    (["--loud"], ["--help"]),
    (["presets", "--loud"], ["unrecognized arguments: --loud"]),
])
def test_mistakes_are_told_in_one_sentence(ganstudio, words, said):
    ganstudio(*words).refused(*said)


def test_a_bug_is_our_fault():
    """Not the caller's 2: Python's own traceback and exit code 1."""
    code = ("import sys; from ganstudio.cli import presets, main\n"
            "presets.presets = lambda **_: 1 / 0\nsys.exit(main(['presets']))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr and done.stdout == ""


HEADLESS = """
import json, sys
from ganstudio.cli import main
tiny = ["--set", "data.points=200", "--set", "batch=8", "--set", "generator.width=4",
        "--set", "discriminator.width=4"]
said = []
for words in (["presets"], ["train", "ring", *tiny, "--steps", "3", "--run", "x.run"],
              ["resume", "x.run", "--steps", "2"], ["inspect", "x.run"],
              ["gallery", "x.run", "--out", "g", "--rows", "1", "--columns", "1"]):
    said.append(main([*words, "--json"]))
qt = sorted(m for m in sys.modules if m.split(".")[0] in ("PySide6", "shiboken6", "pyqtgraph"))
slow = sorted({"torch._dynamo", "matplotlib"} & set(sys.modules))
print(json.dumps([said, qt, slow]), file=sys.stderr)
"""


def test_no_headless_command_imports_qt(tmp_path):
    done = subprocess.run([sys.executable, "-c", HEADLESS], cwd=tmp_path, capture_output=True,
                          text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    codes, qt, slow = json.loads(done.stderr.splitlines()[-1])
    assert codes == [0] * 5 and qt == [] and slow == []
    documents, rest = [], done.stdout
    while rest.strip():
        document, end = json.JSONDecoder().raw_decode(rest.lstrip())
        rest = rest.lstrip()[end:]
        documents.append(document)
    assert len(documents) == 5  # one each, and nothing else


def test_the_module_is_the_program(tmp_path):
    done = subprocess.run([sys.executable, "-m", "ganstudio", "presets"], cwd=tmp_path,
                          capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 0 and "ring" in done.stdout and done.stderr == ""


def test_a_light_command_imports_no_torch(tmp_path):
    code = ("import sys; from ganstudio.cli import main\n"
            "main(['presets']); main(['train', '-h'])\n"
            "assert not {'torch', 'PySide6', 'scipy'} & set(sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True,
                          text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 0, done.stderr


# ---- the progress bar ----------------------------------------------------------------------


class Terminal:
    def __init__(self, terminal):
        self.terminal, self.said = terminal, ""

    def isatty(self):
        return self.terminal

    def write(self, text):
        self.said += text

    def flush(self):
        pass


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("ganstudio.cli.progress.time.monotonic", lambda: now[0])
    return now


def test_a_terminal_sees_one_line_redrawn(monkeypatch, clock):
    screen = Terminal(True)
    monkeypatch.setattr(sys, "stderr", screen)
    bar = ProgressBar("training", "steps")
    for done in range(0, 101, 10):
        clock[0] += 1
        bar.show(done, 100)
        bar.show(done, 100)  # too soon to be seen
    bar.end()
    assert screen.said.count("\r") <= 12 and screen.said.count("\n") == 1
    assert "100%" in screen.said and "50 of 100 steps" in screen.said and "0:05 left" in screen.said


def test_elsewhere_short_work_says_nothing_and_long_work_a_line_now_and_then(monkeypatch, clock):
    log = Terminal(False)
    monkeypatch.setattr(sys, "stderr", log)
    short = ProgressBar("training", "steps")
    for done in range(11):
        short.show(done, 10)
    short.end()
    assert log.said == ""
    long = ProgressBar("training", "steps")
    for done in range(60):
        clock[0] += 1
        long.show(done, 100)
    long.end()
    assert 4 <= log.said.count("\n") <= 6 and "\r" not in log.said


@pytest.mark.parametrize(("seconds", "text"), [
    (0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3600, "1:00:00"), (float("inf"), "–:––")])
def test_clock(seconds, text):
    assert _clock(seconds) == text


def test_nothing_to_do_is_all_done(monkeypatch, clock):
    screen = Terminal(True)
    monkeypatch.setattr(sys, "stderr", screen)
    ProgressBar("reading", "files").show(0, 0)
    assert "100%" in screen.said


def test_main_takes_its_words_from_the_program(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["ganstudio", "presets", "--json"])
    assert cli() == 0
    assert json.loads(capsys.readouterr().out)
