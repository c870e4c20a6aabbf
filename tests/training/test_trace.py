"""The recent path: bounded, and kept only while somebody looks."""


import numpy as np
import tiny

from ganstudio.training import trace
from ganstudio.training.field_frames import (
    WantField,
    WantSpectrum,
)
from ganstudio.training.trace import Trace
from tests.training.looking import watched
from tests.training.written_out import SMALL


def test_the_trace_is_bounded_and_covers_ever_more_steps(monkeypatch):
    monkeypatch.setattr(trace, "MOST_MOMENTS", 8)
    monkeypatch.setattr(trace, "LONGEST_STRIDE", 4)
    made = tiny.trainer(**SMALL)
    kept = Trace()
    for step in range(60):
        kept.note(made.players, step)
        assert len(kept.moments) <= 8
    steps = [m.step for m in kept.moments]
    assert set(np.diff(steps)) == {4} and steps[-1] >= 56
    assert kept.first.step == 0
    kept.cut_after(40)
    assert kept.moments[-1].step <= 40
    kept.clear()
    assert kept.nearest(3) is None


def test_large_networks_keep_few_moments(monkeypatch):
    monkeypatch.setattr(trace, "MOST_NUMBERS", 100)
    made = tiny.trainer(**SMALL)
    kept = Trace()
    for step in range(9):
        kept.note(made.players, step)
    assert 2 <= len(kept.moments) <= 4


def test_nothing_is_kept_while_nobody_looks():
    made, seen = watched(steps=3)
    assert seen.slow.trace.moments == []
    seen.watch([WantField()])
    made.advance(1)
    seen.moved()
    assert len(seen.slow.trace.moments) == 2
    seen.watch([WantSpectrum()])
    assert seen.slow.trace.moments == []
