"""The status bar says how rounds are computed, and why not faster."""

from ganstudio.session.messages import State, Status
from ganstudio.studio.status import StatusBar


def test_the_tier_is_shown_with_its_reason(qtbot):
    bar = StatusBar()
    qtbot.addWidget(bar)
    cell = bar.cells["tier"]
    bar.show_status(Status(State.RUNNING, tier="captured"), 30.0)
    assert cell.text() == "captured" and "Not captured" not in cell.toolTip()
    bar.show_status(Status(State.RUNNING, tier="eager", tier_why="R1 γ (1) needs the eager step"),
                    30.0)
    assert cell.text() == "eager"
    assert "Not captured: R1 γ (1) needs the eager step." in cell.toolTip()
    bar.show_status(Status(State.PAUSED), 30.0)
    assert cell.text() == "–"
