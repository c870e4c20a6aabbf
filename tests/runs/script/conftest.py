"""Runs a script and the trainer that it tells of, side by side."""

import contextlib
import io
import sys

import numpy as np
import pytest
import torch

from ganstudio.recipe import with_value
from ganstudio.runs.retrace import script_of
from ganstudio.runs.script.plan import Plan
from ganstudio.runs.script.plan import told as told_of
from ganstudio.runs.script.write import script_text
from tests import tiny


class Told:
    """A recipe with what is done to it: ``journal`` entries, applied to a trainer in turn."""

    def __init__(self, recipe, journal=()):
        self.trainer = tiny.trainer(recipe)
        changes, alone = told_of(recipe, script_of(journal))
        self.plan = Plan(recipe, self.trainer.dataset.shape, "cpu", changes, alone)
        self.text = script_text(self.plan)

    def expected(self, steps):
        """The trainer's losses (steps, 2), in double precision where it has that."""
        rows = []
        for step in range(steps):
            recipe = self.trainer.recipe
            for change in self.plan.changes:
                if change.step == step:
                    recipe = with_value(recipe, change.path, change.new)
            if recipe is not self.trainer.recipe:
                self.trainer.apply(recipe)
            only = next((a.player for a in self.plan.alone
                         if a.step <= step < a.step + a.count), "")
            self.trainer.advance(1, only=only)
            reading = self.trainer.reading
            rows.append([float(reading.loss_d), float(reading.loss_g)])
        return np.array(rows)

    def matches(self, steps=100):
        """Both give the same losses to 1e-6; returns the script's variables."""
        variables, got = run_text(self.text, steps)
        want = self.expected(steps)
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6)
        return variables


def losses_of(printed):
    """The losses (steps, 2) of what a script printed."""
    header, *rows = printed.split()
    assert header == "step,loss_d,loss_g"
    assert [int(row.split(",")[0]) for row in rows] == list(range(1, len(rows) + 1))
    return np.array([[float(cell) for cell in row.split(",")[1:]] for row in rows])


def run_text(text, steps):
    """Run a script in this process: its variables, and its losses."""
    argv, dtype, save = sys.argv, torch.get_default_dtype(), torch.save
    sys.argv, torch.save = ["script.py", str(steps)], lambda *_: None
    variables = {"__name__": "__main__"}
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(text, "script.py", "exec"), variables)
    finally:
        sys.argv, torch.save = argv, save
        torch.set_default_dtype(dtype)
    return variables, losses_of(printed.getvalue())


@pytest.fixture
def told():
    return Told
