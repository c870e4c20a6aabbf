"""How a script reads: nothing in it is unused, undefined or out of order."""

import re
import subprocess
import sys

import pytest

from ganstudio.recipe.game import SGD_RULES
from ganstudio.recipe.presets import PRESETS
from ganstudio.runs.retrace import script_of
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.plan import told as told_of
from ganstudio.runs.script.rule_steps import NOTES
from ganstudio.runs.script.write import script_text
from tests import tiny
from tests.runs.script.test_changes import JOURNALS

RULES = "E,F,W,I,UP,C4,SIM,RET,B"
"""All but B905: ``zip`` without ``strict`` reads better in a lesson."""
POINTS = {"gaussian-1d": (1,)}
SGD = {"optimizer_d": {"kind": "sgd"}, "optimizer_g": {"kind": "sgd"}}


def plan_of(recipe, journal=()):
    image = recipe.data.kind in ("digits", "images")
    shape = (1, 8, 8) if image else POINTS.get(recipe.data.kind, (2,))
    return Plan(recipe, shape, "cpu", *told_of(recipe, script_of(journal)))


def plans():
    """Every preset that needs no data of one's own, every kind of run, every rule, changes."""
    for name, preset in PRESETS.items():
        if not preset.needs_data:
            yield f"preset-{name}", plan_of(preset.make(""))
    for name, parts in {**tiny.ZOO, **tiny.STEADIED}.items():
        yield f"kind-{name}", plan_of(tiny.recipe(**parts))
    for rule in NOTES:
        parts = {"update": {"rule": rule}, **(SGD if rule in SGD_RULES else {})}
        yield f"rule-{rule}", plan_of(tiny.recipe(**parts))
        parts |= {"penalty": {"gp": 0.1, "r1": 0.1, "r1_every": 3}, "loss": {"flip": 0.1},
                  "generator": tiny.mlp(norm="batch", dropout=0.1),
                  "discriminator": tiny.mlp(norm="spectral"), "average": {"decay": 0.9}}
        yield f"rule-{rule}-steadied", plan_of(tiny.recipe(**parts))
    for name, journal in JOURNALS.items():
        yield f"changes-{name}", plan_of(tiny.recipe(), journal)


@pytest.fixture(scope="module")
def texts():
    return {name: script_text(plan) for name, plan in plans()}


def test_no_script_has_anything_that_a_linter_finds(texts, tmp_path):
    for name, text in texts.items():
        (tmp_path / f"{re.sub('[^a-z0-9]', '_', name)}.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", RULES, "--ignore",
         "B905", "--line-length", "100", "--output-format", "concise", str(tmp_path)],
        capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout


def test_no_script_defines_what_it_does_not_use(texts):
    for name, text in texts.items():
        defined = re.findall(r"^(?:def|class) (\w+)|^(\w+) = ", text, re.MULTILINE)
        for word in {a or b for a, b in defined}:
            assert len(re.findall(rf"\b{word}\b", text)) > 1, (name, word)


def test_every_function_says_what_it_does(texts):
    for name, text in texts.items():
        bare = re.findall(r"^((?:def|class) .*:)\n(?! *\"\"\")", text, re.MULTILINE)
        assert not bare, (name, bare)
