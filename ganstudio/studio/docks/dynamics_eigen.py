"""Eigenvalues in the complex plane: of an update map beside the unit circle, or of a Jacobian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ganstudio.session.toy_words import modulus
from ganstudio.studio.docks.dynamics_look import haloed, longest
from ganstudio.studio.docks.plotting_canvas import Extent, Plot
from ganstudio.studio.docks.plotting_paint import draw_mark, mixed, thin
from ganstudio.studio.docks.plotting_range import LINEAR_BELOW, SteadyRange, plain, symlog
from ganstudio.studio.docks.plotting_ticks import Linear, SymLog

Complex = NDArray[np.complex128]
LINEAR_SHARE = 1 / LINEAR_BELOW
"""The unit of an axis that turns linear below 1."""
LEAST_SHARE = 1e-6
"""Eigenvalues below this share of the largest are drawn at 0 on logarithmic axes."""


@dataclass(frozen=True, slots=True)
class Family:
    """Eigenvalues drawn alike. ``residuals`` are drawn as discs around them: of a symmetric matrix
    each disc holds an eigenvalue, of any other it holds one of a matrix that near.
    """

    name: str
    values: Complex
    colour: str
    mark: str = "circle"
    size: float = 9.0
    residuals: NDArray[np.floating] | None = None


class EigenPlane(Plot):
    """Eigenvalues of an update map: those inside the unit circle draw nearer, those outside push
    away. With ``half_plane`` they are of the field's own Jacobian, and the left half is stable.
    """

    def __init__(self, parent: QWidget | None = None, half_plane: bool = False) -> None:
        super().__init__(parent)
        self.equal_aspect = True
        self.half_plane = half_plane
        self.families: tuple[Family, ...] = ()
        self.label = ""
        self.titles = (("Eigenvalues of J",) if half_plane else
                       ("Eigenvalues of the update map", "Eigenvalues"))
        self._home = Extent(-1.25, 1.25, -1.25, 1.25)
        self._range = SteadyRange()
        self._free = False
        self.extent = self._home
        self.log = False
        self._unit = 1.0
        self.x_title, self.y_title = "real part", "imaginary part"
        self.setMinimumSize(110, 110)
        self.moved.connect(self._on_moved)
        self.home.connect(self.go_home)
        self.header = self.metrics().height() + 8

    def show_values(self, families: Sequence[Family], label: str = "") -> None:
        """Draw these; the view follows only where they would leave it."""
        self.families, self.label = tuple(families), label
        if not self._free:
            self._fit()
        self.update()

    def all_values(self) -> Complex:
        """Every finite eigenvalue shown."""
        values = [f.values for f in self.families]
        every = np.concatenate(values) if values else np.empty(0, complex)
        finite: Complex = every[np.isfinite(every)]
        return finite

    def set_log(self, on: bool) -> None:
        """Symmetric logarithmic axes: one large eigenvalue then hides no others."""
        self.log = on
        self.equal_aspect = not on
        self.x_scale = self.y_scale = SymLog(self._unit) if on else Linear()
        self.go_home()
        self.stale()

    def _at(self, z: complex) -> tuple[float, float]:
        """The pixels of an eigenvalue."""
        x, y = z.real, z.imag
        if self.log:
            x, y = float(symlog(x / self._unit)), float(symlog(y / self._unit))
        return float(self.to_x(x)), float(self.to_y(y))

    def _fit(self) -> None:
        values = self.all_values()
        if self.half_plane:
            reach = float(np.abs(values).max(initial=0.0)) or 1.0
            if self.log:
                self._fit_log(values, reach)
                return
            _, high = self._range.fit(-reach, reach)
            side = 1.15 * max(high, 1e-9)
            self.set_extent(Extent(-side, side, -side, side))
            return
        reach = float(max(np.abs(values.real).max(initial=0), np.abs(values.imag).max(initial=0)))
        high = self._range.fit(0.0, reach)[1] if reach > 1.2 else 0.0
        side = 1.25 if reach <= 1.2 else 1.1 * high
        self.set_extent(Extent(-side, side, -side, side))

    def _fit_log(self, values: Complex, reach: float) -> None:
        """Linear below the least modulus, and where nothing is on the right, less of the right."""
        least = max(float(np.abs(values).min(initial=reach)), LEAST_SHARE * reach)
        decade = 10.0 ** np.floor(np.log10(least))
        if not 0.09 < decade * LINEAR_SHARE / self._unit < 11:  # a decade off changes nothing
            self._unit = float(decade * LINEAR_SHARE)
            self._range.reset()
        self.x_scale = self.y_scale = SymLog(self._unit)
        x, y = symlog(values.real / self._unit), symlog(np.abs(values.imag) / self._unit)
        _, high = self._range.fit(0.0, float(symlog(reach / self._unit)))
        side = 1.04 * max(high, 1e-9)
        right = side if x.max(initial=0.0) > 0.25 * side else 0.3 * side
        up = side if y.max(initial=0.0) > 0.45 * side else 0.5 * side
        self.set_extent(Extent(-side, right, -up, up))

    def _on_moved(self, *_: object) -> None:
        self._free = True

    def go_home(self) -> None:
        """All of it again."""
        self._free = False
        self._range.reset()
        self._fit()

    def draw(self, painter: QPainter, frame: QRectF) -> None:
        """The stable region, its edge, and the eigenvalues."""
        theme = self.theme
        zero_x, zero_y = float(self.to_x(0.0)), float(self.to_y(0.0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if self.half_plane:
            stable = QPainterPath()
            stable.addRect(QRectF(frame.left(), frame.top(), zero_x - frame.left(),
                                  frame.height()).intersected(frame))
        else:
            radius = float(self.to_x(1.0)) - zero_x
            stable = QPainterPath()
            stable.addEllipse(QPointF(zero_x, zero_y), radius, radius)
        painter.fillPath(stable, mixed(theme.running, theme.plot, 0.13))
        painter.setPen(thin(mixed(theme.muted, theme.plot, 0.45)))
        painter.drawLine(QPointF(frame.left(), zero_y), QPointF(frame.right(), zero_y))
        painter.drawLine(QPointF(zero_x, frame.top()), QPointF(zero_x, frame.bottom()))
        painter.setPen(QPen(mixed(theme.running, theme.text, 0.7), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.half_plane:
            painter.drawLine(QPointF(zero_x, frame.top()), QPointF(zero_x, frame.bottom()))
        else:
            painter.drawPath(stable)
        for family in self.families:
            self._draw_family(painter, family, zero_x, zero_y)
        if not self.half_plane:
            self._lens(painter, frame)

    def _lens(self, painter: QPainter, frame: QRectF) -> None:
        """Where the largest eigenvalue all but touches the circle, that place magnified."""
        values = self.all_values()
        side = min(0.36 * frame.width(), 0.3 * frame.height())
        if not len(values) or side < 60 or self._free:
            return
        z = complex(max(values, key=lambda v: (round(abs(v), 9), v.imag)))
        off = abs(abs(z) - 1)
        if off > 0.06:
            return
        reach = max(2.2 * off, 0.004)
        box = QRectF(frame.right() - side - 8, frame.top() + 8, side, side)
        unit, theme = side / (2 * reach), self.theme
        painter.save()
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.fillRect(box, QColor(theme.plot))
        # Near by, the circle is its tangent to the eye; a wide polygon keeps it exact.
        turn = np.angle(z) + np.linspace(-1, 1, 121) * min(4 * reach, np.pi)
        x = box.center().x() + (np.cos(turn) - z.real) * unit
        y = box.center().y() - (np.sin(turn) - z.imag) * unit
        inner = box.center() + QPointF(-z.real * unit, z.imag * unit)
        arc = QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
        region = QPainterPath()
        region.addPolygon(arc)
        region.lineTo(inner)
        region.closeSubpath()
        painter.fillPath(region, mixed(theme.running, theme.plot, 0.13))
        painter.setPen(QPen(mixed(theme.running, theme.text, 0.7), 1.4))
        painter.drawPolyline(arc)
        for family in self.families:
            for v in family.values[np.isfinite(family.values)]:
                at = box.center() + QPointF((v.real - z.real) * unit, -(v.imag - z.imag) * unit)
                if box.contains(at):
                    draw_mark(painter, at.x(), at.y(), family.mark, family.size,
                              QColor(family.colour), QColor(theme.plot))
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(thin(theme.muted))
        painter.drawRect(box)
        e = self.visible()
        times = unit / (frame.width() / (e.x1 - e.x0))
        haloed(painter, box.left() + 6, box.bottom() - 6, f"×{plain(times, 2)}", theme)

    def _draw_family(self, painter: QPainter, family: Family, zero_x: float, zero_y: float
                     ) -> None:
        values = family.values[np.isfinite(family.values)]
        colour = QColor(family.colour)
        if not self.half_plane and len(self.families) == 1:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(thin(mixed(family.colour, self.theme.plot, 0.5)))
            for z in values:
                painter.drawLine(QPointF(zero_x, zero_y), QPointF(*self._at(z)))
        if family.residuals is not None:
            self._discs(painter, family, family.residuals)
        for z in values:
            draw_mark(painter, *self._at(z), family.mark, family.size, colour,
                      QColor(self.theme.plot))

    def _discs(self, painter: QPainter, family: Family, residuals: NDArray[np.floating]) -> None:
        ground = QColor(family.colour)
        ground.setAlpha(50)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        for z, r in zip(family.values, residuals, strict=True):
            if np.isfinite(z) and np.isfinite(r):
                left, top = self._at(z + r * (-1 + 1j))
                right, bottom = self._at(z + r * (1 - 1j))
                painter.drawEllipse(QRectF(left, top, right - left, bottom - top))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def draw_still(self, painter: QPainter, frame: QRectF) -> None:
        """The title above."""
        metrics = self.metrics()
        painter.setPen(QColor(self.theme.text))
        room = self.width() - frame.left() - 4
        painter.drawText(QPointF(frame.left(), metrics.ascent() + 3),
                         longest(self.titles, metrics, room))

    def draw_over(self, painter: QPainter, frame: QRectF) -> None:
        """The number that matters, and a legend where there are several families."""
        if self.message:
            return
        line = self.metrics().height() + 3
        if self.label:
            haloed(painter, frame.left() + 9, frame.bottom() - 9, self.label, self.theme)
        named = [f for f in self.families if f.name]
        for k, family in enumerate(named):
            y = frame.top() + 10 + k * line
            draw_mark(painter, frame.left() + 14, y + line / 2 - 4, family.mark, 8,
                      QColor(family.colour), QColor(self.theme.plot))
            haloed(painter, frame.left() + 26, y + line / 2, family.name, self.theme)


def modulus_label(values: Complex | None) -> str:
    """The largest modulus, for the corner of the plane."""
    if values is None or not len(values):
        return ""
    return f"|λ| = {modulus(float(np.abs(values).max()))}"


