"""The picture of a run's past: lanes of branches, kept states, marks, and one cursor."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ganstudio.session.timeline_messages import Mark, Timeline
from ganstudio.studio.docks.plotting_widgets import Pace
from ganstudio.studio.docks.timeline_lanes import Lane, lanes_of
from ganstudio.studio.docks.timeline_paint import focus_ring, paint
from ganstudio.studio.docks.timeline_places import Places
from ganstudio.studio.docks.timeline_zoom import Zoom
from ganstudio.studio.theme import LIGHT, Theme

SNAP = 5
"""Pixels within which a click takes hold of a mark."""
CALM_MS = 250
"""Between two paintings while the run goes on and nobody's pointer is here."""
HINT = "The wheel zooms, with Shift it moves along; double click for the whole run"


class TimelineView(QWidget):
    """Draws a ``Timeline``; the pointer and keys move the cursor.

    ``branch`` and ``moment`` are where the cursor stands; moment None is the present. The wheel
    zooms about the pointer, + and − about the cursor; a double click or 0 shows the whole again.
    """

    scrubbed = Signal(str, int)
    """The person moved the cursor: branch and step."""
    went_live = Signal()
    keyed = Signal(int, bool)
    """An arrow key: so many steps, or (True) kept states."""
    marked = Signal(int)
    """Ctrl and an arrow key: to the mark before (−1) or after (1)."""
    menu_wanted = Signal(object, object)
    """A right click: (lane or None, mark or None) as a pair, and the place on the screen."""
    chosen = Signal(str)
    """A double click on a branch's name."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.timeline: Timeline | None = None
        self.lanes: tuple[Lane, ...] = ()
        self.branch = ""
        self.moment: int | None = None
        self.tip = 0
        """The step of the branch in training: known more often than the timeline."""
        self.zoom = Zoom()
        self._drawn = 0
        """The tip as it was last painted."""
        self.calm = False
        """Whether it need not be up to date at once: the run goes on by itself."""
        self._pace = Pace(self, CALM_MS, self.update)
        self._drag = False
        self._names = 0.0
        self._before: tuple[str, int | None] = ("", None)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setAccessibleName("Timeline")
        self.setToolTip("")

    # ---- what is shown ------------------------------------------------------------------------

    def show_timeline(self, timeline: Timeline | None) -> None:
        """Draw this from now on."""
        self.timeline = timeline
        rows = len(self.lanes)
        self.lanes = lanes_of(timeline) if timeline else ()
        if timeline is None:
            self.zoom.reset()
        self._names = max((self.fontMetrics().horizontalAdvance(lane.info.name)
                           for lane in self.lanes), default=0)
        if len(self.lanes) != rows:
            self.setMinimumHeight(self.sizeHint().height())
            self.updateGeometry()
        self._show_news()

    def set_tip(self, step: int) -> None:
        """The run has come so far."""
        self.tip = step
        first, end = self.range()
        if abs(step - self._drawn) * self.width() >= end - first:
            self._show_news()  # it has moved by a pixel

    def _show_news(self) -> None:
        """Paint at once where somebody looks closely, else when it is due."""
        if self.calm and not self.underMouse():
            self._pace.request()
        else:
            self.update()

    def set_cursor(self, branch: str, cursor: int | None) -> None:
        """Stand at a step of a branch, or at the present."""
        if (branch, cursor) != (self.branch, self.moment):
            self.branch, self.moment = branch, cursor
            self.zoom.show(self.tip if cursor is None else cursor, self.last())
            where = "the present" if cursor is None else f"step {cursor:,}"
            self.setAccessibleDescription(f"Looking at {where}")
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.update()

    # ---- geometry -----------------------------------------------------------------------------

    @property
    def unit(self) -> float:
        """The height of the font."""
        return float(self.fontMetrics().height())

    def sizeHint(self) -> QSize:
        """Room for the axis and every lane."""
        return QSize(round(self.unit * 40),
                     round(self.unit * (2.0 + 1.5 * max(1, len(self.lanes)))))

    def last(self) -> int:
        """The last step of any branch."""
        return max([1, self.tip, *(lane.info.tip for lane in self.lanes)])

    def places(self) -> Places:
        """Where everything stands at present."""
        unit = self.unit
        most = max(unit * 6, self.width() * .18)
        left = min(max(self._names * 1.1 + unit * 2.8, unit * 6), most)
        return Places(unit, left, max(left + 20, self.width() - unit * 1.5), *self.range())

    def span(self) -> tuple[float, float]:
        """The pixels of the first and of the last step in sight."""
        places = self.places()
        return places.left, places.right

    def range(self) -> tuple[float, float]:
        """The first and the last step in sight."""
        return self.zoom.range(self.last())

    def to_x(self, step: float) -> float:
        """Step to pixel."""
        return self.places().to_x(step)

    def to_step(self, x: float) -> int:
        """Pixel to step."""
        return min(max(round(self.places().to_step(x)), 0), self.last())

    def to_y(self, row: int) -> float:
        """The middle of a lane."""
        return self.places().to_y(row)

    def tip_of(self, lane: Lane) -> int:
        """The last step of a lane."""
        here = self.timeline is not None and lane.info.id == self.timeline.branch
        return max(lane.info.tip, self.tip) if here else lane.info.tip

    def lane_at(self, at: QPointF) -> Lane | None:
        """The lane at this height."""
        return min(self.lanes, key=lambda lane: abs(self.to_y(lane.row) - at.y()), default=None)

    def mark_at(self, at: QPointF) -> tuple[Lane, Mark] | None:
        """The mark under the pointer."""
        lane = self.lane_at(at)
        if lane is None or abs(self.to_y(lane.row) - at.y()) > self.unit * .7:
            return None
        marks = lane.info.marks
        away = [abs(x - at.x()) for x in self.places().all_to_x(m.step for m in marks)]
        nearest = min(range(len(away)), key=away.__getitem__, default=None)
        return None if nearest is None or away[nearest] > SNAP else (lane, marks[nearest])

    # ---- painting -----------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        """Axis, lanes, cursor."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._drawn = self.tip
        if self.timeline is None:
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter),
                             "The history of the run will stand here.")
        else:
            paint(self, painter)
        focus_ring(painter, self)

    # ---- hands --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the cursor."""
        if event.button() == Qt.MouseButton.LeftButton and self.timeline is not None \
                and event.position().x() >= self.span()[0] - SNAP:
            self._drag = True
            self._before = (self.branch, self.moment)
            self._scrub(event.position(), choose=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        if self._drag and event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event.position(), choose=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._drag = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go over to the branch whose name this is; elsewhere, show the whole run."""
        lane = self.lane_at(event.position())
        if event.position().x() >= self.span()[0] - SNAP:
            self.zoom.reset()
            branch, moment = self._before  # the first of the two clicks was not meant to scrub
            self.went_live.emit() if moment is None else self.scrubbed.emit(branch, moment)
            self.update()
        elif lane is not None:
            self.chosen.emit(lane.info.id)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom, or move along; over the names the lanes scroll."""
        turn = event.angleDelta()
        if self.timeline is None or event.position().x() < self.span()[0] - SNAP:
            event.ignore()
            return
        first, end = self.range()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turn.x()) > abs(turn.y()):
            self.zoom.pan(-(turn.y() or turn.x()) / 1200 * (end - first), self.last())
        else:
            at = min(max(self.to_step(event.position().x()), first), end)
            self.zoom.zoom(1.0015 ** -turn.y(), at, self.last())
        self.update()
        event.accept()

    def _scrub(self, at: QPointF, choose: bool) -> None:
        assert self.timeline is not None
        step = self.to_step(at.x())
        lane = self._lane_for(at, step) if choose else next(
            (each for each in self.lanes if each.info.id == self.branch), None)
        if lane is None:
            return
        mark = self.mark_at(at)
        if mark is not None and mark[0] is lane:
            step = mark[1].step
        step = min(step, self.tip_of(lane))
        if lane.info.id == self.timeline.branch and step >= self.tip_of(lane):
            self.went_live.emit()
        else:
            self.scrubbed.emit(lane.info.id, step)

    def _lane_for(self, at: QPointF, step: int) -> Lane | None:
        """The lane under the pointer where it reaches that far back, else the one in training."""
        lane = self.lane_at(at)
        if lane is not None and at.y() > self.unit * 1.5 and lane.info.step <= step \
                and self.to_x(self.tip_of(lane)) >= at.x() - 2 * SNAP:
            return lane
        assert self.timeline is not None
        here = self.timeline.branch
        return next((each for each in self.lanes if each.info.id == here), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go step by step, PageUp and PageDown by kept states, Ctrl and arrows by marks."""
        key = event.key()
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key), 0)
        page = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(key), 0)
        if way and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.marked.emit(way)
        elif way:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.keyed.emit(way * (max(1, self.last() // 100) if shift else 1), False)
        elif page:
            self.keyed.emit(page, True)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            step = self.tip if self.moment is None else self.moment
            self.zoom.zoom(1.25 if key == Qt.Key.Key_Minus else .8, step, self.last())
            self.update()
        elif key == Qt.Key.Key_0:
            self.zoom.reset()
            self.update()
        elif key == Qt.Key.Key_Home:
            self.scrubbed.emit(self.branch, 0)
        elif key == Qt.Key.Key_End or (key == Qt.Key.Key_Escape and self.moment is not None):
            self.went_live.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with a branch or a mark."""
        at = QPointF(event.pos())
        mark = self.mark_at(at)
        lane = mark[0] if mark else self.lane_at(at)
        self.menu_wanted.emit((lane, mark[1] if mark else None), event.globalPos())

    def event(self, event: object) -> bool:
        """Hovering tells what is there."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def words_at(self, at: QPointF) -> str:
        """What stands under the pointer, in words."""
        mark = self.mark_at(at)
        if mark is not None:
            what = {"tweak": "changed", "diagnosis": "diagnosis"}[mark[1].kind]
            return f"Step {mark[1].step:,}, {what}: {mark[1].text}"
        lane = self.lane_at(at)
        if lane is None or abs(self.to_y(lane.row) - at.y()) > self.unit * .75:
            return HINT if self.timeline is not None else ""
        if at.x() < self.span()[0]:
            begun = f", from step {lane.info.step:,}" if lane.info.id else ""
            return f"Branch {lane.info.name}{begun} to step {self.tip_of(lane):,}"
        return f"Step {self.to_step(at.x()):,}"
