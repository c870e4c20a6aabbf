"""The status bar says how rounds are computed, why not faster, and how far training is."""

import pytest

from ganstudio.session.messages import State, Status
from ganstudio.studio.status import NUMBERS_S, StatusBar


def test_the_tier_is_shown_with_its_reason(qtbot):
    bar = StatusBar()
    qtbot.addWidget(bar)
    cell = bar.cells["tier"]
    bar.show_status(Status(State.RUNNING, tier="captured"), 30.0)
    assert cell.text() == "captured" and "Not faster" not in cell.toolTip()
    bar.show_status(Status(State.RUNNING, tier="eager", tier_why="R1 γ (1) needs the eager step"),
                    30.0)
    assert cell.text() == "eager"
    assert "Not faster: R1 γ (1) needs the eager step." in cell.toolTip()
    bar.show_status(Status(State.PAUSED), 30.0)
    assert cell.text() == "–"


def test_numbers_stand_long_enough_to_be_read_and_are_right_when_training_stops(
        qtbot, monkeypatch: pytest.MonkeyPatch):
    now = [100.0]
    monkeypatch.setattr("ganstudio.studio.status.time.monotonic", lambda: now[0])
    bar = StatusBar()
    qtbot.addWidget(bar)
    cell = bar.cells["step"]
    bar.show_status(Status(State.RUNNING, 10, steps_per_second=100), 30.0)
    bar.show_status(Status(State.RUNNING, 11, steps_per_second=100), 30.0)
    assert cell.text() == "step 10"
    bar.show_status(Status(State.RUNNING, 12, steps_per_second=5), 30.0)
    assert cell.text() == "step 12"  # slowly enough that each is read
    bar.show_status(Status(State.PAUSED, 12), 30.0)
    assert cell.text() == "step 12"
    bar.show_status(Status(State.RUNNING, 13, steps_per_second=100), 30.0)
    assert cell.text() == "step 13"
    now[0] += NUMBERS_S + 0.01
    bar.show_status(Status(State.RUNNING, 14, steps_per_second=100), 30.0)
    assert cell.text() == "step 14"
