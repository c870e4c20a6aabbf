"""How a run's past is painted: axis, lanes of branches, kept states, marks and the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from ganstudio.session.timeline_messages import Mark
from ganstudio.studio.docks.plotting_range import grouped
from ganstudio.studio.docks.plotting_ticks import Whole
from ganstudio.studio.docks.timeline_lanes import Lane, hue
from ganstudio.studio.docks.timeline_places import Places
from ganstudio.studio.icons import mix

if TYPE_CHECKING:
    from ganstudio.studio.docks.timeline_view import TimelineView

APART = 0.45
"""How near two marks of a kind may stand, in heights of the font: nearer, the rims of many would
wipe each other and the lane away."""


def paint(view: TimelineView, painter: QPainter) -> None:
    """Everything; the view has a timeline."""
    at = view.places()
    flag, words = _flag(view, at, painter)
    _paint_axis(view, at, painter, flag)
    edge = at.unit * .5
    painter.save()
    painter.setClipRect(QRectF(at.left - edge, 0, at.right - at.left + 2 * edge, view.height()))
    for lane in view.lanes:
        _paint_lane(view, at, painter, lane)
    for lane in view.lanes:
        _paint_marks(view, at, painter, lane)
    painter.restore()
    for lane in view.lanes:
        _paint_name(view, at, painter, lane)
    _paint_cursor(view, at, painter, flag, words)


def _paint_axis(view: TimelineView, at: Places, painter: QPainter, flag: QRectF) -> None:
    metrics, wide = painter.fontMetrics(), view.width()
    room = metrics.horizontalAdvance("000 000") * 2
    words, grid = QColor(view.theme.muted), QColor(mix(view.theme.line, view.theme.panel, .4))
    ticks = Whole().ticks(at.first, at.end, max(1, int((at.right - at.left) / room)))
    painter.setPen(words)
    for step, text in ticks:
        needs = metrics.horizontalAdvance(text)
        begin = min(max(at.to_x(step) - needs / 2, 0), wide - needs - 2)
        if begin + needs < flag.left() - 3 or begin > flag.right() + 3:
            painter.drawText(QPointF(begin, at.unit * 1.0), text)
    painter.setPen(QPen(grid, 1))
    top, bottom = at.unit * 1.4, view.height()
    painter.drawLines([QLineF(x, top, x, bottom) for x in
                       (at.to_x(step) for step, _ in ticks)])
    if view.zoom.window is not None:
        _paint_share(view, at, painter)


def _paint_share(view: TimelineView, at: Places, painter: QPainter) -> None:
    """Where the part in sight stands in the whole."""
    step = (at.right - at.left) / view.last()
    y = at.unit * 1.42
    painter.setPen(QPen(QColor(view.theme.line), 2))
    painter.drawLine(QPointF(at.left, y), QPointF(at.right, y))
    painter.setPen(QPen(QColor(view.theme.muted), 3))
    painter.drawLine(QPointF(at.left + at.first * step, y),
                     QPointF(at.left + max(at.end, at.first + 1) * step, y))


def _paint_lane(view: TimelineView, at: Places, painter: QPainter, lane: Lane) -> None:
    theme, y, unit = view.theme, at.to_y(lane.row), at.unit
    ink = QColor(hue(lane.info.colour, theme))
    faint = QColor(mix(ink.name(), theme.panel, .6))
    here = view.timeline is not None and lane.info.id == view.timeline.branch
    begin, end = at.to_x(lane.info.step), at.to_x(view.tip_of(lane))
    if lane.parent is not None:
        way = QPainterPath(QPointF(begin, at.to_y(lane.parent)))
        way.lineTo(begin, y - unit * .4)
        way.quadTo(begin, y, begin + unit * .4, y)
        painter.setPen(QPen(ink if here else faint, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(way)
    now = end if here else at.to_x(lane.now) if lane.now >= 0 else begin
    thick = QPen(ink, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    painter.setPen(QPen(faint, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(begin, y), QPointF(max(end, begin + unit * .4), y))
    if now > begin:
        painter.setPen(thick)
        painter.drawLine(QPointF(begin, y), QPointF(now, y))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink if here else QColor(theme.panel))
    if not here:
        painter.setPen(QPen(faint, 1.5))
    painter.drawEllipse(QPointF(max(end, begin + unit * .4), y), 4, 4)


def _paint_name(view: TimelineView, at: Places, painter: QPainter, lane: Lane) -> None:
    ink = QColor(hue(lane.info.colour, view.theme))
    here = view.timeline is not None and lane.info.id == view.timeline.branch
    y, unit = at.to_y(lane.row), at.unit
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(QPointF(unit * .8, y), unit * .22, unit * .22)
    font = painter.font()
    font.setBold(here)
    painter.save()
    painter.setFont(font)
    painter.setPen(QColor(view.theme.text if here else view.theme.muted))
    text = painter.fontMetrics().elidedText(lane.info.name, Qt.TextElideMode.ElideRight,
                                            round(at.left - unit * 2.4))
    painter.drawText(QRectF(unit * 1.4, y - unit, at.left - unit * 2, unit * 2),
                     int(Qt.AlignmentFlag.AlignVCenter), text)
    painter.restore()


def _paint_marks(view: TimelineView, at: Places, painter: QPainter, lane: Lane) -> None:
    theme, y = view.theme, at.to_y(lane.row)
    painter.setPen(QPen(QColor(hue(lane.info.colour, theme)), 1))
    left, right = at.left - at.unit, at.right + at.unit
    painter.drawLines([QLineF(x, y - 5, x, y + 5) for x in snapshots_apart(at, lane)
                       if left <= x <= right])
    painter.setPen(QPen(QColor(theme.panel), 1))
    r, kind = at.unit * .32, ""
    tweak = QPolygonF([QPointF(0, -r), QPointF(r, 0), QPointF(0, r), QPointF(-r, 0)])
    diagnosis = QPolygonF([QPointF(0, -r), QPointF(r, r * .8), QPointF(-r, r * .8)])
    for mark, x in marks_apart(at, lane):
        if not left <= x <= right:
            continue
        if mark.kind != kind:
            kind = mark.kind
            painter.setBrush(QColor(theme.marker if kind == "tweak" else theme.warning))
        painter.drawPolygon((tweak if kind == "tweak" else diagnosis).translated(x, y))


def snapshots_apart(at: Places, lane: Lane) -> list[float]:
    """The pixels of the kept states, two apart at least."""
    apart = [float("-inf")]
    for place in at.all_to_x(lane.info.snapshots):
        x = round(place) + .5
        if x - apart[-1] >= 2:
            apart.append(x)
    return apart[1:]


def marks_apart(at: Places, lane: Lane) -> list[tuple[Mark, float]]:
    """The marks with their pixels; of those of a kind that would cover each other, one."""
    last: dict[str, float] = {}
    apart: list[tuple[Mark, float]] = []
    places, room = at.all_to_x(mark.step for mark in lane.info.marks), at.unit * APART
    for mark, x in zip(lane.info.marks, places, strict=True):
        if x - last.get(mark.kind, float("-inf")) >= room:
            last[mark.kind] = x
            apart.append((mark, x))
    return apart


def _flag(view: TimelineView, at: Places, painter: QPainter) -> tuple[QRectF, str]:
    """Where the cursor's flag stands, and its words."""
    step = view.tip if view.moment is None else view.moment
    text = "live" if view.moment is None else grouped(step)
    x = at.to_x(step)
    if not at.left - 1 <= x <= at.right + 1:  # out of sight: it says on which side
        text = f"‹ {text}" if x < at.left else f"{text} ›"
        x = min(max(x, at.left), at.right)
    wide = painter.fontMetrics().horizontalAdvance(text) + at.unit * .7
    begin = min(max(round(x) - wide / 2, 1), view.width() - wide - 1)
    return QRectF(begin, at.unit * .15, wide, at.unit * 1.15), text


def _paint_cursor(view: TimelineView, at: Places, painter: QPainter, flag: QRectF,
                  words: str) -> None:
    theme = view.theme
    x = round(at.to_x(view.tip if view.moment is None else view.moment))
    ink = QColor(theme.running if view.moment is None else theme.accent)
    if at.left - 1 <= x <= at.right + 1:
        painter.setPen(QPen(ink, 2))
        painter.drawLine(QPointF(x, at.unit * 1.3), QPointF(x, view.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRoundedRect(flag, 4, 4)
    painter.setPen(QColor(theme.accent_text))
    painter.drawText(flag, int(Qt.AlignmentFlag.AlignCenter), words)


def focus_ring(painter: QPainter, view: TimelineView) -> None:
    """Shows that the keys are about the timeline."""
    if view.hasFocus():
        painter.setPen(QPen(QColor(view.theme.accent), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(view.rect()).adjusted(.5, .5, -.5, -.5))
