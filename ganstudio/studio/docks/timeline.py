"""Timeline: the whole past of the run along the bottom, and one cursor through all panels."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ganstudio.session.messages import Update
from ganstudio.session.timeline_messages import Fork, Live, Look, Mark, SetBudget, Timeline
from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.plotting_range import grouped
from ganstudio.studio.docks.plotting_widgets import Pace, named, tool, whole
from ganstudio.studio.docks.samples_page import Readout
from ganstudio.studio.docks.timeline_budget import DISK_MB, MEMORY_MB, BudgetBox
from ganstudio.studio.docks.timeline_lanes import last_tweak, marks_of, snapshots_of
from ganstudio.studio.docks.timeline_menu import branch_menu
from ganstudio.studio.docks.timeline_view import TimelineView
from ganstudio.studio.hurry import hurried
from ganstudio.studio.icons import icon
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.frames import RunInfo

SPEEDS: tuple[tuple[str, float], ...] = (
    ("10 steps/s", 10), ("100 steps/s", 100), ("1,000 steps/s", 1_000),
    ("10,000 steps/s", 10_000), ("all in 20 s", 0))
"""What the play button may do; 0 is the whole past in ``WHOLE_SECONDS``."""
WHOLE_SECONDS = 20.0
PLAY_MS = 40
LOOK_MS = 40


class TimelineDock(Dock):
    """Scrubs, plays, goes back to the present, and begins branches."""

    key: ClassVar[str] = "timeline"
    title: ClassVar[str] = "Timeline"
    hears_while_hidden: ClassVar[bool] = True
    draws_always: ClassVar[bool] = True
    least_height: ClassVar[float] = 3.6

    cursor_moved = Signal(object)
    """The step that every panel is to show; None is the present."""
    compare_wanted = Signal(str, str)
    """Two run folders, a branch and the one that it was tried against, to be seen together."""

    height_wanted = Signal(int)
    """The height at which every branch can be seen."""
    delete_wanted = Signal(str, str)
    """A branch, and its name."""
    beside_wanted = Signal(str)
    """A branch's run folder."""

    def __init__(self) -> None:
        super().__init__()
        self.told: Timeline | None = None
        self.moment: int | None = None
        self.branch = ""
        self.memory_mb, self.disk_mb = MEMORY_MB, DISK_MB
        self._played = (0.0, 0.0)
        self._asked: Look | None = None
        self._sent: Look | None = None
        self._looks = Pace(self, LOOK_MS, self._send_look)
        self._clock = QTimer(self)
        self._clock.setInterval(PLAY_MS)
        self._clock.timeout.connect(self._play_on)
        self._build()

    def _build(self) -> None:
        self.first_button = tool("First", "Back to the first step  (Home)")
        self.play_button = tool("Play", "Play the history forward at this speed", True)
        self.speed_box = QComboBox()
        for text, speed in SPEEDS:
            self.speed_box.addItem(text, speed)
        self.speed_box.setCurrentIndex(len(SPEEDS) - 1)
        for button in (self.first_button, self.play_button):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._dress(LIGHT)
        named(self.speed_box, "Speed of playing", "How fast the history is played")
        self.live_button = tool("Live", "Back to the present  (End)", True, True)
        self.fork_button = tool("Continue from here", "Go on from this moment on a new branch; "
                                "what came after it is kept as the old one")
        self.try_button = tool("Fork and compare", "A second branch without the last change, "
                               "to set beside this one")
        self.budget_button = tool("Keep…", "How much memory and disk the kept states may take")
        self.words = Readout("Moment shown")
        self.button_row = QWidget()
        row = QHBoxLayout(self.button_row)
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(4)
        for widget in (self.first_button, self.play_button, self.speed_box, self.live_button):
            row.addWidget(widget)
        row.addWidget(self.words, 1, Qt.AlignmentFlag.AlignVCenter)
        for widget in (self.fork_button, self.try_button, self.budget_button):
            row.addWidget(widget)
        self.view = TimelineView()
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.button_row)
        column.addWidget(self.area, 1)
        self.first_button.clicked.connect(self.to_first)
        self.play_button.toggled.connect(self._set_playing)
        self.live_button.clicked.connect(self.go_live)
        self.fork_button.clicked.connect(self.continue_here)
        self.try_button.clicked.connect(self.fork_and_compare)
        self.budget_button.clicked.connect(self.ask_budget)
        self.view.scrubbed.connect(self._scrubbed)
        self.view.went_live.connect(self.go_live)
        self.view.keyed.connect(self._keyed)
        self.view.marked.connect(self.to_mark)
        self.view.menu_wanted.connect(lambda what, at: branch_menu(self, *what).popup(at))
        self.begin(None)

    # ---- what the window tells ------------------------------------------------------------------

    def begin(self, info: RunInfo | None) -> None:
        """See Dock."""
        self.play_button.setChecked(False)
        self.told, self.branch = None, ""
        self._asked = self._sent = None
        self.view.show_timeline(None)
        self.view.tip = 0
        self._stand(None)
        if info is not None:
            self.command.emit(SetBudget(self.memory_mb << 20, self.disk_mb << 20))

    def receive(self, update: Update) -> None:
        """See Dock."""
        self.view.calm = hurried(update.status)
        if self.told is not None or update.timeline is not None:
            self.view.set_tip(update.status.step)
        if update.timeline is not None:
            self._take(update.timeline)
        for event in update.events:
            if event.kind == "forked" and event.data.get("stay"):
                self.compare_wanted.emit(event.data["path"], event.data["parent_path"])

    def _take(self, told: Timeline) -> None:
        moved = self.told is None or told.branch != self.told.branch
        self.told = told
        rows = len(self.view.lanes)
        self.view.show_timeline(told)
        if len(self.view.lanes) != rows:
            self.height_wanted.emit(self.area.y() + self.view.sizeHint().height() + 2)
        looking = told.looking
        if moved or looking is None:
            if self._asked is None or moved:
                self.branch = told.branch
                self._stand(None)
        elif self._asked is None:  # somebody else asked for it
            self.branch = looking.branch
            self._stand(looking.step)
        self._asked = None if self._answered() else self._asked
        self._say()

    def _answered(self) -> bool:
        looking = self.told.looking if self.told else None
        asked = self._asked
        return asked is None or (looking is not None and looking.step == asked.step)

    def set_theme(self, theme: Theme) -> None:
        """See Dock."""
        self.view.set_theme(theme)
        self._dress(theme)

    def _dress(self, theme: Theme) -> None:
        for button, name in ((self.play_button, "run"), (self.first_button, "step-back")):
            button.setIcon(icon(name, theme))

    def save_state(self) -> dict[str, Any]:
        """See Dock."""
        return {"memory": self.memory_mb, "disk": self.disk_mb,
                "speed": self.speed_box.currentIndex()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Dock."""
        self.memory_mb = whole(state, "memory", MEMORY_MB, 0, 1 << 20)
        self.disk_mb = whole(state, "disk", DISK_MB, 0, 1 << 24)
        self.speed_box.setCurrentIndex(whole(state, "speed", len(SPEEDS) - 1, 0, len(SPEEDS) - 1))

    # ---- the cursor -----------------------------------------------------------------------------

    @property
    def step(self) -> int:
        """Where the cursor stands."""
        return self.view.tip if self.moment is None else self.moment

    def _stand(self, cursor: int | None) -> None:
        changed = cursor != self.moment
        self.moment = cursor
        self.view.set_cursor(self.branch, cursor)
        self.live_button.setChecked(cursor is None)
        self.fork_button.setEnabled(cursor is not None)
        self._say()
        if changed:
            self.cursor_moved.emit(cursor)

    def look_at(self, branch: str, step: int) -> None:
        """Show this moment in every panel."""
        if self.told is None:
            return
        self.branch = branch
        self._asked = Look(step, branch)
        self._stand(step)
        self._looks.request()

    def _scrubbed(self, branch: str, step: int) -> None:
        self.play_button.setChecked(False)
        self.look_at(branch, step)

    def _send_look(self) -> None:
        if self._asked is not None and self._asked is not self._sent:
            self._sent = self._asked
            self.command.emit(self._asked)

    def go_live(self) -> None:
        """Show the present."""
        self.play_button.setChecked(False)
        self._looks.stop()
        self._asked = None
        if self.told is not None:
            self.branch = self.told.branch
            self.command.emit(Live())
        self._stand(None)

    def to_first(self) -> None:
        """Show the first step."""
        self._scrubbed(self.branch, 0)

    def _keyed(self, way: int, kept: bool) -> None:
        self.move(way, kept)

    def move(self, way: int, kept: bool = False) -> None:
        """So many steps (or kept states) forward, or back where negative."""
        if self.told is None:
            return
        if kept:
            steps = snapshots_of(self.told, self.branch)
            ahead = [s for s in steps if s > self.step][:1] if way > 0 else [
                s for s in steps if s < self.step][-1:]
            target = ahead[0] if ahead else (self._tip() if way > 0 else 0)
        else:
            target = self.step + way
        self._go(target)

    def to_mark(self, way: int) -> None:
        """To the change or diagnosis before (−1) or after (1)."""
        if self.told is None:
            return
        steps = [m.step for m in marks_of(self.told, self.branch)]
        ahead = [s for s in steps if s > self.step][:1] if way > 0 else [
            s for s in steps if s < self.step][-1:]
        if ahead:
            self._go(ahead[0])

    def _go(self, step: int) -> None:
        assert self.told is not None
        if step >= self._tip() and self.branch == self.told.branch:
            self.go_live()
        else:
            self._scrubbed(self.branch, min(max(step, 0), self._tip()))

    def _tip(self) -> int:
        lane = next((lane for lane in self.view.lanes if lane.info.id == self.branch), None)
        return self.view.tip_of(lane) if lane else self.view.tip

    # ---- playing --------------------------------------------------------------------------------

    def _set_playing(self, on: bool) -> None:
        if on and self.told is not None:
            start = 0 if self.moment is None else self.moment
            self._played = (float(start), time.monotonic())
            self.look_at(self.branch, start)
            self._clock.start()
        else:
            self._clock.stop()
            if on:
                self.play_button.setChecked(False)

    def _play_on(self) -> None:
        at, before = self._played
        now = time.monotonic()
        speed = self.speed_box.currentData() or max(self._tip(), 1) / WHOLE_SECONDS
        self._played = (at + speed * (now - before), now)
        if not self._answered():
            return  # the session has not come to the last one yet
        self._asked = None
        if self._played[0] >= self._tip():
            self.play_button.setChecked(False)
            self._go(self._tip())
        elif int(self._played[0]) != self.moment:
            self.look_at(self.branch, int(self._played[0]))

    # ---- branching ------------------------------------------------------------------------------

    def continue_here(self) -> None:
        """Go on from the moment that is shown, on a new branch."""
        if self.moment is not None:
            self.play_button.setChecked(False)
            self.command.emit(Fork(self.moment, branch=self.branch))

    def last_tweak(self) -> Mark | None:
        """The last change at or before the cursor."""
        return last_tweak(self.told, self.branch, self.step) if self.told else None

    def fork_and_compare(self) -> None:
        """Make a branch that is without the last change, and keep to this one."""
        mark = self.last_tweak()
        if mark is not None:
            self.without(mark)

    def without(self, mark: Mark, stay: bool = True) -> None:
        """A branch from just before a change; ``stay`` on this one, or go over to it."""
        self.command.emit(Fork(mark.step, branch=self.branch, before=True, stay=stay,
                               name=f"without {mark.text}"))

    # ---- words ----------------------------------------------------------------------------------

    def _say(self) -> None:
        told = self.told
        self.try_button.setEnabled(self.last_tweak() is not None)
        if told is None:
            self.words.say("")
            return
        looking = told.looking
        if self.moment is None:
            self.words.say(f"The present  ·  kept: {told.memory_bytes / 1e6:,.0f} MB in memory, "
                           f"{told.disk_bytes / 1e6:,.0f} MB on disk",
                           f"{(told.memory_bytes + told.disk_bytes) / 1e6:,.0f} MB")
            return
        other = next((b.name for b in told.branches if b.id == self.branch
                      and b.id != told.branch), "")
        text = (f"{other}, step " if other else "Step ") + grouped(self.moment)
        if looking is not None and looking.forking:
            text += "  ·  going there to branch off…"
        elif looking is not None and looking.step == self.moment and not looking.exact:
            text += f"  ·  showing {grouped(looking.shown)}, on the way there…"
        elif looking is not None and looking.step == self.moment:
            text += "  ·  exact"
        self.words.say(text, grouped(self.moment))

    def ask_budget(self) -> None:
        """Let the person say how much may be kept."""
        box = BudgetBox(self.memory_mb, self.disk_mb, self)
        box.chosen.connect(self._set_budget)
        box.open()

    def _set_budget(self, memory: int, disk: int) -> None:
        self.memory_mb, self.disk_mb = memory, disk
        self.command.emit(SetBudget(memory << 20, disk << 20))
