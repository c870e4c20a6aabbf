"""How a run's past is painted: axis, lanes of branches, kept states, marks and the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from ganstudio.session.timeline_messages import Mark
from ganstudio.studio.docks.plotting_range import grouped
from ganstudio.studio.docks.plotting_ticks import Whole
from ganstudio.studio.docks.timeline_lanes import Lane, hue
from ganstudio.studio.icons import mix

if TYPE_CHECKING:
    from ganstudio.studio.docks.timeline_view import TimelineView

APART = 0.45
"""How near two marks of a kind may stand, in heights of the font: nearer, the rims of many would
wipe each other and the lane away."""


def paint(view: TimelineView, painter: QPainter) -> None:
    """Everything; the view has a timeline."""
    _paint_axis(view, painter)
    left, right = view.span()
    edge = view.unit * .5
    painter.save()
    painter.setClipRect(QRectF(left - edge, 0, right - left + 2 * edge, view.height()))
    for lane in view.lanes:
        _paint_lane(view, painter, lane)
    for lane in view.lanes:
        _paint_marks(view, painter, lane)
    painter.restore()
    for lane in view.lanes:
        _paint_name(view, painter, lane)
    _paint_cursor(view, painter)


def _paint_axis(view: TimelineView, painter: QPainter) -> None:
    left, right = view.span()
    painter.setPen(QColor(view.theme.muted))
    room = painter.fontMetrics().horizontalAdvance("000 000") * 2
    flag = _flag(view, painter)[0]
    for at, text in Whole().ticks(*view.range(), max(1, int((right - left) / room))):
        x = view.to_x(at)
        wide = painter.fontMetrics().horizontalAdvance(text)
        begin = min(max(x - wide / 2, 0), view.width() - wide - 2)
        if begin + wide < flag.left() - 3 or begin > flag.right() + 3:
            painter.drawText(QPointF(begin, view.unit * 1.0), text)
        painter.setPen(QPen(QColor(mix(view.theme.line, view.theme.panel, .4)), 1))
        painter.drawLine(QPointF(x, view.unit * 1.4), QPointF(x, view.height()))
        painter.setPen(QColor(view.theme.muted))
    if view.zoom.window is not None:
        _paint_share(view, painter)


def _paint_share(view: TimelineView, painter: QPainter) -> None:
    """Where the part in sight stands in the whole."""
    left, right = view.span()
    unit = (right - left) / view.last()
    first, end = view.range()
    y = view.unit * 1.42
    painter.setPen(QPen(QColor(view.theme.line), 2))
    painter.drawLine(QPointF(left, y), QPointF(right, y))
    painter.setPen(QPen(QColor(view.theme.muted), 3))
    painter.drawLine(QPointF(left + first * unit, y), QPointF(left + max(end, first + 1) * unit, y))


def _paint_lane(view: TimelineView, painter: QPainter, lane: Lane) -> None:
    theme, y = view.theme, view.to_y(lane.row)
    ink = QColor(hue(lane.info.colour, theme))
    faint = QColor(mix(ink.name(), theme.panel, .6))
    here = view.timeline is not None and lane.info.id == view.timeline.branch
    begin, end = view.to_x(lane.info.step), view.to_x(view.tip_of(lane))
    if lane.parent is not None:
        way = QPainterPath(QPointF(begin, view.to_y(lane.parent)))
        way.lineTo(begin, y - view.unit * .4)
        way.quadTo(begin, y, begin + view.unit * .4, y)
        painter.setPen(QPen(ink if here else faint, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(way)
    now = end if here else view.to_x(lane.now) if lane.now >= 0 else begin
    thick = QPen(ink, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    painter.setPen(QPen(faint, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(begin, y), QPointF(max(end, begin + view.unit * .4), y))
    if now > begin:
        painter.setPen(thick)
        painter.drawLine(QPointF(begin, y), QPointF(now, y))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink if here else QColor(theme.panel))
    if not here:
        painter.setPen(QPen(faint, 1.5))
    painter.drawEllipse(QPointF(max(end, begin + view.unit * .4), y), 4, 4)


def _paint_name(view: TimelineView, painter: QPainter, lane: Lane) -> None:
    left = view.span()[0]
    ink = QColor(hue(lane.info.colour, view.theme))
    here = view.timeline is not None and lane.info.id == view.timeline.branch
    y, unit = view.to_y(lane.row), view.unit
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(QPointF(unit * .8, y), unit * .22, unit * .22)
    font = painter.font()
    font.setBold(here)
    painter.save()
    painter.setFont(font)
    painter.setPen(QColor(view.theme.text if here else view.theme.muted))
    text = painter.fontMetrics().elidedText(lane.info.name, Qt.TextElideMode.ElideRight,
                                            round(left - unit * 2.4))
    painter.drawText(QRectF(unit * 1.4, y - unit, left - unit * 2, unit * 2),
                     int(Qt.AlignmentFlag.AlignVCenter), text)
    painter.restore()


def _paint_marks(view: TimelineView, painter: QPainter, lane: Lane) -> None:
    theme, y = view.theme, view.to_y(lane.row)
    painter.setPen(QPen(QColor(hue(lane.info.colour, theme)), 1))
    left, right = view.span()
    left, right, last = left - view.unit, right + view.unit, -9.0
    for at in view.all_to_x(lane.info.snapshots):
        x = round(at) + .5
        if x - last >= 2 and left <= x <= right:
            painter.drawLine(QPointF(x, y - 5), QPointF(x, y + 5))
            last = x
    painter.setPen(QPen(QColor(theme.panel), 1))
    r, kind = view.unit * .32, ""
    tweak = QPolygonF([QPointF(0, -r), QPointF(r, 0), QPointF(0, r), QPointF(-r, 0)])
    diagnosis = QPolygonF([QPointF(0, -r), QPointF(r, r * .8), QPointF(-r, r * .8)])
    for mark, x in marks_apart(view, lane):
        if not left <= x <= right:
            continue
        if mark.kind != kind:
            kind = mark.kind
            painter.setBrush(QColor(theme.marker if kind == "tweak" else theme.warning))
        painter.drawPolygon((tweak if kind == "tweak" else diagnosis).translated(x, y))


def marks_apart(view: TimelineView, lane: Lane) -> list[tuple[Mark, float]]:
    """The marks with their pixels; of those of a kind that would cover each other, one."""
    last: dict[str, float] = {}
    apart: list[tuple[Mark, float]] = []
    places, room = view.all_to_x(mark.step for mark in lane.info.marks), view.unit * APART
    for mark, x in zip(lane.info.marks, places, strict=True):
        if x - last.get(mark.kind, float("-inf")) >= room:
            last[mark.kind] = x
            apart.append((mark, x))
    return apart


def _flag(view: TimelineView, painter: QPainter) -> tuple[QRectF, str]:
    """Where the cursor's flag stands, and its words."""
    step = view.tip if view.moment is None else view.moment
    text = "live" if view.moment is None else grouped(step)
    (left, right), x = view.span(), view.to_x(step)
    if not left - 1 <= x <= right + 1:  # out of sight: it says on which side
        text = f"‹ {text}" if x < left else f"{text} ›"
        x = min(max(x, left), right)
    wide = painter.fontMetrics().horizontalAdvance(text) + view.unit * .7
    begin = min(max(round(x) - wide / 2, 1), view.width() - wide - 1)
    return QRectF(begin, view.unit * .15, wide, view.unit * 1.15), text


def _paint_cursor(view: TimelineView, painter: QPainter) -> None:
    theme = view.theme
    (left, right), x = view.span(), round(view.to_x(
        view.tip if view.moment is None else view.moment))
    ink = QColor(theme.running if view.moment is None else theme.accent)
    if left - 1 <= x <= right + 1:
        painter.setPen(QPen(ink, 2))
        painter.drawLine(QPointF(x, view.unit * 1.3), QPointF(x, view.height()))
    box, text = _flag(view, painter)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor(theme.accent_text))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
    if view.hasFocus():
        painter.setPen(QPen(QColor(theme.accent), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(view.rect()).adjusted(.5, .5, -.5, -.5))
