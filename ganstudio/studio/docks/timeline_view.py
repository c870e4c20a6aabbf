"""The picture of a run's past: lanes of branches, kept states, marks, and one cursor."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ganstudio.session.timeline_messages import Mark, Timeline
from ganstudio.studio.docks.plotting_range import grouped
from ganstudio.studio.docks.plotting_ticks import Whole
from ganstudio.studio.docks.timeline_lanes import Lane, hue, lanes_of
from ganstudio.studio.icons import mix
from ganstudio.studio.theme import LIGHT, Theme

SNAP = 5
"""Pixels within which a click takes hold of a mark."""


class TimelineView(QWidget):
    """Draws a ``Timeline``; the pointer and keys move the cursor.

    ``branch`` and ``moment`` are where the cursor stands; moment None is the present.
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
        self._drag = False
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
        if len(self.lanes) != rows:
            self.setMinimumHeight(self.sizeHint().height())
            self.updateGeometry()
        self.update()

    def set_tip(self, step: int) -> None:
        """The run has come so far."""
        if step != self.tip:
            self.tip = step
            self.update()

    def set_cursor(self, branch: str, cursor: int | None) -> None:
        """Stand at a step of a branch, or at the present."""
        if (branch, cursor) != (self.branch, self.moment):
            self.branch, self.moment = branch, cursor
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

    def span(self) -> tuple[float, float]:
        """The pixels of step 0 and of the last."""
        left = self.unit * (9 if self.width() > self.unit * 45 else 6)
        return left, max(left + 20, self.width() - self.unit * 1.5)

    def to_x(self, step: float) -> float:
        """Step to pixel."""
        left, right = self.span()
        return left + (right - left) * step / self.last()

    def to_step(self, x: float) -> int:
        """Pixel to step."""
        left, right = self.span()
        return min(max(round((x - left) / (right - left) * self.last()), 0), self.last())

    def to_y(self, row: int) -> float:
        """The middle of a lane."""
        return self.unit * (2.35 + 1.5 * row)

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
        near = [(abs(self.to_x(m.step) - at.x()), m) for m in lane.info.marks]
        found = min(near, key=lambda pair: pair[0], default=None)
        return (lane, found[1]) if found is not None and found[0] <= SNAP else None

    # ---- painting -----------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        """Axis, lanes, cursor."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.timeline is None:
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter),
                             "The history of the run will stand here.")
            return
        self._paint_axis(painter)
        for lane in self.lanes:
            self._paint_lane(painter, lane)
        for lane in self.lanes:
            self._paint_marks(painter, lane)
        self._paint_cursor(painter)

    def _paint_axis(self, painter: QPainter) -> None:
        left, right = self.span()
        painter.setPen(QColor(self.theme.muted))
        room = painter.fontMetrics().horizontalAdvance("000 000") * 2
        for at, text in Whole().ticks(0, self.last(), max(1, int((right - left) / room))):
            x = self.to_x(at)
            wide = painter.fontMetrics().horizontalAdvance(text)
            begin = min(max(x - wide / 2, 0), self.width() - wide - 2)
            painter.drawText(QPointF(begin, self.unit * 1.0), text)
            painter.setPen(QPen(QColor(mix(self.theme.line, self.theme.panel, .4)), 1))
            painter.drawLine(QPointF(x, self.unit * 1.4), QPointF(x, self.height()))
            painter.setPen(QColor(self.theme.muted))

    def _paint_lane(self, painter: QPainter, lane: Lane) -> None:
        theme, y = self.theme, self.to_y(lane.row)
        ink = QColor(hue(lane.info.colour, theme))
        faint = QColor(mix(ink.name(), theme.panel, .6))
        here = self.timeline is not None and lane.info.id == self.timeline.branch
        begin, end = self.to_x(lane.info.step), self.to_x(self.tip_of(lane))
        if lane.parent is not None:
            way = QPainterPath(QPointF(begin, self.to_y(lane.parent)))
            way.lineTo(begin, y - self.unit * .4)
            way.quadTo(begin, y, begin + self.unit * .4, y)
            painter.setPen(QPen(ink if here else faint, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(way)
        now = end if here else self.to_x(lane.now) if lane.now >= 0 else begin
        thick = QPen(ink, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
        painter.setPen(QPen(faint, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(begin, y), QPointF(max(end, begin + self.unit * .4), y))
        if now > begin:
            painter.setPen(thick)
            painter.drawLine(QPointF(begin, y), QPointF(now, y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink if here else QColor(theme.panel))
        if not here:
            painter.setPen(QPen(faint, 1.5))
        painter.drawEllipse(QPointF(max(end, begin + self.unit * .4), y), 4, 4)
        self._paint_name(painter, lane, ink, here)

    def _paint_name(self, painter: QPainter, lane: Lane, ink: QColor, here: bool) -> None:
        left = self.span()[0]
        y, unit = self.to_y(lane.row), self.unit
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(QPointF(unit * .8, y), unit * .22, unit * .22)
        font = painter.font()
        font.setBold(here)
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(self.theme.text if here else self.theme.muted))
        text = painter.fontMetrics().elidedText(lane.info.name, Qt.TextElideMode.ElideRight,
                                                round(left - unit * 2.4))
        painter.drawText(QRectF(unit * 1.4, y - unit, left - unit * 2, unit * 2),
                         int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.restore()

    def _paint_marks(self, painter: QPainter, lane: Lane) -> None:
        theme, y = self.theme, self.to_y(lane.row)
        painter.setPen(QPen(QColor(hue(lane.info.colour, theme)), 1))
        last = -9.0
        for step in lane.info.snapshots:
            x = round(self.to_x(step)) + .5
            if x - last >= 2:
                painter.drawLine(QPointF(x, y - 5), QPointF(x, y + 5))
                last = x
        for mark in lane.info.marks:
            x, r = self.to_x(mark.step), self.unit * .32
            painter.setPen(QPen(QColor(theme.panel), 1))
            if mark.kind == "tweak":
                painter.setBrush(QColor(theme.marker))
                shape = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
            else:
                painter.setBrush(QColor(theme.warning))
                shape = [(x, y - r), (x + r, y + r * .8), (x - r, y + r * .8)]
            painter.drawPolygon(QPolygonF([QPointF(*p) for p in shape]))

    def _paint_cursor(self, painter: QPainter) -> None:
        theme, unit = self.theme, self.unit
        live = self.moment is None
        step = self.tip if self.moment is None else self.moment
        x = round(self.to_x(step))
        ink = QColor(theme.running if live else theme.accent)
        painter.setPen(QPen(ink, 2))
        painter.drawLine(QPointF(x, unit * 1.3), QPointF(x, self.height()))
        text = "live" if live else grouped(step)
        wide = painter.fontMetrics().horizontalAdvance(text) + unit * .7
        begin = min(max(x - wide / 2, 1), self.width() - wide - 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        box = QRectF(begin, unit * .15, wide, unit * 1.15)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(theme.accent_text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(.5, .5, -.5, -.5))

    # ---- hands --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the cursor."""
        if event.button() == Qt.MouseButton.LeftButton and self.timeline is not None \
                and event.position().x() >= self.span()[0] - SNAP:
            self._drag = True
            self._scrub(event.position(), choose=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        if self._drag and event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event.position(), choose=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._drag = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go over to the branch whose name this is."""
        lane = self.lane_at(event.position())
        if lane is not None and event.position().x() < self.span()[0] - SNAP:
            self.chosen.emit(lane.info.id)

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
            return ""
        if at.x() < self.span()[0]:
            begun = f", from step {lane.info.step:,}" if lane.info.id else ""
            return f"Branch {lane.info.name}{begun} to step {self.tip_of(lane):,}"
        return f"Step {self.to_step(at.x()):,}"
