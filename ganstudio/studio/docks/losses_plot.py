"""One plot of two curves: raw spread faint, smoothed line bold, references, markers, cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from ganstudio.studio.docks.losses_markers import (
    LANES,
    MANY,
    Marker,
    Placed,
    apart,
    label_left,
    place,
)
from ganstudio.studio.docks.plotting_canvas import Plot
from ganstudio.studio.docks.plotting_extent import Extent
from ganstudio.studio.docks.plotting_paint import (
    Bars,
    LentPoints,
    lent_lines,
    mixed,
    stroke,
    thin,
)
from ganstudio.studio.docks.plotting_range import fixed, grouped
from ganstudio.studio.docks.plotting_ticks import Whole

DASH = (7.0, 4.0)
Numbers = NDArray[np.floating]


@dataclass(slots=True)
class Curve:
    """``low``, ``high`` and ``line`` over the plot's shared ``steps``, as positions on the axis.

    ``reading`` is the number to show in the legend: the newest, or the one at the cursor.
    """

    name: str
    colour: str
    dash: tuple[float, ...] = ()
    low: Numbers = field(default_factory=lambda: np.empty(0))
    high: Numbers = field(default_factory=lambda: np.empty(0))
    line: Numbers = field(default_factory=lambda: np.empty(0))
    reading: float = float("nan")


@dataclass(frozen=True, slots=True)
class Reference:
    """A horizontal line that theory draws: its position, a word for the margin, its colour and
    what it means.
    """

    y: float
    text: str
    colour: str
    meaning: str


class CurvePlot(Plot):
    """Curves over the step. ``labelled`` plots write the words of markers, others only lines."""

    def __init__(self, curves: Sequence[Curve], labelled: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves = list(curves)
        self.steps: Numbers = np.empty(0)
        self.column = 1.0
        """Steps that one entry of ``steps`` spans."""
        self.sparse = False
        """Whether every entry of ``steps`` is one row: then raw is a line, not a spread."""
        self.references: list[Reference] = []
        self.markers: list[Marker] = []
        self.labelled = labelled
        self.cursor_step: float | None = None
        self.moment: float | None = None
        """The past step that all panels show; None is the present."""
        self.note = ""
        """The cursor's step, written at the right of the legend."""
        self.zoom_y = False
        self.x_scale = Whole()
        self.lanes_used = 0
        self._placed: list[Placed] = []
        self._placed_in: tuple[Extent, QRectF] | None = None
        self._entries: list[tuple[float, float]] = []
        self._names: list[float] = []
        self._note_fits = self._fitting = False
        self._points, self._bars, self._lines = LentPoints(), Bars(), lent_lines()
        self._fit_header()

    # ---- the legend above the plot

    def _cell(self) -> float:
        """The width of one curve's entry, its largest reading included."""
        metrics = self.metrics()
        return 30 + max(metrics.horizontalAdvance(c.name + "  −00000.000") for c in self.curves)

    def set_references(self, references: list[Reference]) -> None:
        """Draw these lines, their words in the margin at the right."""
        self.references = references
        self.stale()

    def words_width(self) -> float:
        """The room that the words of the references need."""
        return max((self.metrics().horizontalAdvance(r.text) for r in self.references),
                   default=0.0) + 10

    def _fit_header(self) -> None:
        metrics = self.metrics()
        line, cell, room = metrics.height() + 3, self._cell(), self.frame().width()
        rows = 1 if cell * len(self.curves) <= room else 2
        # Where each reading stands, and whether the step has room beside them.
        self._entries = [(k * cell, 2.0) if rows == 1 else (0.0, 2 + k * line)
                         for k in range(len(self.curves))]
        self._names = [metrics.horizontalAdvance(c.name + "  ") for c in self.curves]
        self._note_fits = rows == 1 and cell * len(self.curves) + metrics.horizontalAdvance(
            "step 00 000 000") <= room
        header = rows * line + 5
        if header != self.header:
            self.header = header
            self.stale()

    def stale(self) -> None:
        """Axes and legend must be drawn anew."""
        super().stale()
        if hasattr(self, "_bars") and not self._fitting:
            self._fitting = True
            self._fit_header()
            self._fitting = False

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """The legend without its readings, and the words of the references."""
        line = self.metrics().height() + 3
        for curve, (left, y) in zip(self.curves, self._entries, strict=True):
            x = frame.left() + left
            sample = self._points.resized(2)
            sample[:] = [[x, y + line / 2], [x + 24, y + line / 2]]
            stroke(painter, self._points, QColor(curve.colour), curve.dash)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(QPointF(x + 30, y + line - 4), curve.name)
        for box, reference in self._reference_boxes():
            painter.setPen(mixed(reference.colour, self.theme.text, 0.8))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                             reference.text)

    def draw_over(self, painter: QPainter, frame: QRectF) -> None:
        """The readings, and the cursor's step at the right."""
        if self.message:
            return
        line = self.metrics().height() + 3
        painter.setPen(QColor(self.theme.text))
        for curve, (left, y), wide in zip(self.curves, self._entries, self._names, strict=True):
            painter.drawText(QPointF(frame.left() + left + 30 + wide, y + line - 4),
                             fixed(curve.reading))
        if self.note and self._note_fits:
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(QRectF(frame.left(), 2, frame.width(), line),
                             int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                             self.note)

    # ---- the picture

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """References under the curves, markers and cursor over them."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for reference in self.references:
            painter.setPen(thin(mixed(reference.colour, self.theme.plot, 0.7), (1, 3)))
            y = round(float(self.to_y(reference.y)))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
        x = self.to_x(self.steps)
        for curve in self.curves:
            self._draw_raw(painter, x, curve)
        for curve in self.curves:
            self._draw_line(painter, x, self.to_y(curve.line), QColor(curve.colour), curve.dash)
        self._draw_markers(painter, frame)
        if self.moment is not None:
            at = round(float(self.to_x(self.moment)))
            painter.setPen(QPen(QColor(self.theme.accent), 2))
            painter.drawLine(QPointF(at, frame.top()), QPointF(at, frame.bottom()))
        if self.cursor_step is not None:
            at = round(float(self.to_x(self.cursor_step)))
            painter.setPen(thin(self.theme.muted))
            painter.drawLine(QPointF(at, frame.top()), QPointF(at, frame.bottom()))

    def _draw_raw(self, painter: QPainter, x: Numbers, curve: Curve) -> None:
        faint = mixed(curve.colour, self.theme.plot, 0.3)
        x, low, high = _present(x, curve.low, curve.high)
        if self.sparse:
            self._draw_line(painter, x, self.to_y(low), faint, heavy=False)
            return
        frame, e = self.frame(), self.visible()
        top, bottom = np.clip(self.to_y(np.stack((high, low))),
                              frame.top() - 2, frame.bottom() + 2)
        # Neighbouring columns are made to touch, so that a jump shows as a line.
        touching = np.maximum(bottom[1:], top[:-1])
        np.minimum(top[1:], bottom[:-1], out=top[1:])
        bottom[1:] = touching
        wide = self.column * frame.width() / (e.x1 - e.x0)
        self._bars.draw(painter, x, wide, top, bottom, faint)

    def _draw_line(self, painter: QPainter, x: Numbers, y: Numbers, colour: QColor,
                   dash: tuple[float, ...] = (), heavy: bool = True) -> None:
        x, y = _present(x, y)
        points = self._points.resized(len(x))
        points[:, 0] = x
        frame = self.frame()
        # Far outside, the painter's own clipping gets slow and imprecise.
        np.clip(y, frame.top() - 4000, frame.bottom() + 4000, out=points[:, 1])
        stroke(painter, self._points, colour, dash, heavy)

    def _reference_boxes(self) -> list[tuple[QRectF, Reference]]:
        frame, high = self.frame(), self.metrics().height()
        boxes: list[tuple[QRectF, Reference]] = []
        for reference in sorted(self.references, key=lambda r: -r.y):
            y = float(self.to_y(reference.y))
            if frame.top() - 1 <= y <= frame.bottom() + 1:
                top = max(y - high / 2, boxes[-1][0].bottom() if boxes else 0)
                boxes.append((QRectF(frame.right() + 5, top, self.right, high), reference))
        return boxes

    def place_markers(self) -> None:
        """Find room for the labels; call when the markers change."""
        e, frame, metrics = self.visible(), self.frame(), self.metrics()
        self._placed_in = (e, frame)
        inside = [m for m in self.markers if e.x0 <= m.step <= e.x1]
        lines = apart(inside, self.to_x([m.step for m in inside]).tolist())
        seen, pixels = [m for m, _ in lines], [x for _, x in lines]
        most = min(190.0, frame.width() * 0.45)
        widths = [min(metrics.horizontalAdvance(m.label) + 8.0, most) for m in seen]
        fit = int(0.25 * frame.height() / (metrics.height() + 4))
        self._placed = place(seen, pixels, widths, frame.right(), min(max(fit, 1), LANES))
        lanes = [p.lane for p in self._placed if p.lane is not None]
        self.lanes_used = max(lanes) + 1 if lanes and self.labelled else 0

    def _draw_markers(self, painter: QPainter, frame: QRectF) -> None:
        if self._placed_in != (self.visible(), frame):  # the view or the size is another
            self.place_markers()
        if not self._placed:
            return
        lines = self._lines.resized(len(self._placed))
        lines[:, 0] = lines[:, 2] = np.round([p.x for p in self._placed])
        lines[:, 1], lines[:, 3] = frame.top(), frame.bottom()
        faint = mixed(self.theme.marker, self.theme.plot, 0.45)
        painter.setPen(thin(faint if len(lines) > MANY else self.theme.marker, (2, 3)))
        painter.drawLines(*self._lines.args())
        if not self.labelled:
            return
        metrics = self.metrics()
        for p in self._placed:
            if p.lane is None:
                continue
            box = self.label_box(p)
            painter.fillRect(box, mixed(self.theme.marker, self.theme.plot, 0.14))
            painter.setPen(QColor(self.theme.marker))
            text = metrics.elidedText(p.marker.label, Qt.TextElideMode.ElideRight, p.width - 6)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    def label_box(self, placed: Placed) -> QRectF:
        """Where a marker's label stands."""
        frame, high = self.frame(), self.metrics().height() + 2
        left = label_left(placed.x, placed.width, frame.right())
        return QRectF(left, frame.top() + 3 + (placed.lane or 0) * (high + 2), placed.width, high)

    def headroom(self) -> float:
        """The share of the plot's height that labels take."""
        return self.lanes_used * (self.metrics().height() + 4) / max(self.frame().height(), 1)

    def marker_at(self, pixel: QPointF) -> Marker | None:
        """The marker whose label or line is under the pointer."""
        for p in self._placed:
            if self.labelled and p.lane is not None and self.label_box(p).contains(pixel):
                return p.marker
        near = [p for p in self._placed if abs(p.x - pixel.x()) <= 4]
        return min(near, key=lambda p: abs(p.x - pixel.x())).marker if near else None

    def event(self, event: object) -> bool:
        """Hovering a marker tells it in full."""
        if isinstance(event, QHelpEvent):
            pixel = QPointF(event.pos())
            marker = self.marker_at(pixel)
            told = [r.meaning for box, r in self._reference_boxes() if box.contains(pixel)]
            words = marker.full if marker else "\n".join(told)
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the cursor; with Shift they move the view."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if step is None or shifted or self.message:
            super().keyPressEvent(event)
            return
        e, frame = self.visible(), self.frame()
        at = self.cursor_step if self.cursor_step is not None else e.x1
        at += step * max(1.0, 4 * (e.x1 - e.x0) / frame.width())
        self.hovered.emit((min(max(at, e.x0), e.x1), e.y0))


def _present(x: Numbers, y: Numbers, *more: Numbers) -> tuple[Numbers, ...]:
    """All of them, without the entries at which ``y`` is absent."""
    seen = np.isfinite(y)
    return (x, y, *more) if seen.all() else tuple(each[seen] for each in (x, y, *more))


def step_note(step: int, span: int) -> str:
    """The words for the cursor's place; a mean over many steps says so."""
    return f"step {grouped(step)}" + (f" (mean of {span:,})" if span > 1 else "")
