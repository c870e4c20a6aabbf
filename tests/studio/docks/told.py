"""Made-up timelines, and a timeline dock that has been told one."""

from __future__ import annotations

from PySide6.QtCore import QPoint

from ganstudio.session.messages import State, Status, Update
from ganstudio.session.timeline_messages import BranchInfo, Mark, Timeline
from ganstudio.studio.docks.timeline import TimelineDock
from tests.studio.docks.made import POINTS

MAIN = BranchInfo("", "", 0, 1000, "main", 0, "/run", (100, 400, 900),
                  (Mark(300, "tweak", "slower D"), Mark(700, "diagnosis", "mode collapse")))
CHILD = BranchInfo("b1", "", 500, 800, "from 500", 1, "/run/branches/b1", (500, 790),
                   (Mark(600, "tweak", "batch 9"),))
GRAND = BranchInfo("b2", "b1", 650, 700, "late", 2, "/run/branches/b2", (650,), ())
LATER = BranchInfo("b3", "", 200, 300, "early", 3, "/run/branches/b3", (200,), ())


def told(branch="", infos=(MAIN, CHILD), looking=None):
    return Timeline(branch, tuple(infos), looking, 12_000_000, 34_000_000)


def tell(dock, timeline, step=1000, events=()):
    dock.receive(Update(Status(State.RUNNING, step), (), {}, tuple(events), None, timeline))


def timeline_dock(show):
    """It lists the commands that it sends and the cursors that it sets."""
    made = show(TimelineDock())
    made.resize(1000, 220)
    made.sent, made.cursors = [], []
    made.command.connect(made.sent.append)
    made.cursor_moved.connect(made.cursors.append)
    made.begin(POINTS)
    tell(made, told())
    return made


def at(dock, step, row=0):
    return QPoint(round(dock.view.to_x(step)), round(dock.view.to_y(row)))


def asked(dock, kind):
    return [c for c in dock.sent if isinstance(c, kind)]

