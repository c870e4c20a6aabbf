"""Taking a picture of the dynamics away: SVG, PNG, and the numbers as CSV."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from ganstudio.runs.atomic import write_bytes, write_text
from ganstudio.session.toy_frames import ToyPicture
from ganstudio.studio.docks.dynamics_rules import sample
from ganstudio.studio.theme import Theme

MARGIN = 14
PNG_SCALE = 3


class Composition:
    """Widgets as they lie on screen, under a title, on one sheet.

    Each widget has ``paint_whole``, which paints it in vectors.
    """

    def __init__(self, widgets: Sequence[Any], title: str, detail: str, theme: Theme,
                 legend: Sequence[tuple[int, str]] = ()) -> None:
        self.widgets, self.title, self.detail, self.theme = widgets, title, detail, theme
        top = widgets[0].window()
        boxes = [QRect(w.mapTo(top, w.rect().topLeft()), w.size()) for w in widgets]
        whole = boxes[0]
        for box in boxes[1:]:
            whole = whole.united(box)
        self._boxes = [box.translated(-whole.topLeft()) for box in boxes]
        self._font = QFont(widgets[0].font())
        self._head = QFont(self._font)
        self._head.setPointSizeF(self._font.pointSizeF() * 1.35)
        self._head.setBold(True)
        lines = QFontMetricsF(self._head).height() + QFontMetricsF(self._font).height()
        self._legend = self._placed(legend, whole.width(), lines + 10)
        if self._legend:
            lines = self._legend[-1][3] + QFontMetricsF(self._font).height()
        self._top = round(MARGIN + lines + 10) if title else MARGIN
        self.size = QSize(whole.width() + 2 * MARGIN, whole.height() + self._top + MARGIN)

    def _placed(self, legend: Sequence[tuple[int, str]], wide: float, top: float
                ) -> list[tuple[int, str, float, float]]:
        """Where each look's words stand, on as many lines as it takes."""
        metrics, placed, x, y = QFontMetricsF(self._font), [], 0.0, top
        for look, text in legend:
            room = 40 + metrics.horizontalAdvance(text)
            if x and x + room > wide:
                x, y = 0.0, y + metrics.height() + 3
            placed.append((look, text, x, y))
            x += room + 18
        return placed

    def paint(self, painter: QPainter) -> None:
        """The sheet, from (0, 0)."""
        painter.fillRect(QRectF(0, 0, self.size.width(), self.size.height()),
                         QColor(self.theme.panel))
        if self.title:
            painter.setFont(self._head)
            painter.setPen(QColor(self.theme.text))
            y = MARGIN + QFontMetricsF(self._head).ascent()
            painter.drawText(QPointF(MARGIN, y), self.title)
            painter.setFont(self._font)
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(QPointF(MARGIN, y + QFontMetricsF(self._font).height() + 4),
                             self.detail)
        metrics = QFontMetricsF(self._font)
        for look, text, x, top in self._legend:
            sample(painter, MARGIN + x, MARGIN + top + metrics.height() / 2, 32, look, self.theme)
            painter.setPen(QColor(self.theme.text))
            painter.drawText(QPointF(MARGIN + x + 40, MARGIN + top + metrics.ascent()), text)
        for widget, box in zip(self.widgets, self._boxes, strict=True):
            painter.save()
            painter.translate(MARGIN + box.x(), self._top + box.y())
            painter.setClipRect(QRectF(0, 0, box.width(), box.height()))
            widget.paint_whole(painter)
            painter.restore()


def svg_bytes(sheet: Composition) -> bytes:
    """The sheet as SVG."""
    # Imported here: the first paint of the window need not wait for it.
    from PySide6.QtSvg import QSvgGenerator

    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # Tiny, the default, knows no clipping: paths would run out of their plots.
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setSize(sheet.size)
    generator.setViewBox(QRect(0, 0, sheet.size.width(), sheet.size.height()))
    generator.setResolution(96)
    generator.setTitle(sheet.title or "Dynamics")
    painter = QPainter(generator)
    sheet.paint(painter)
    painter.end()
    buffer.close()
    # Where the font of this machine is missing, any plain one will do.
    return re.sub(rb'font-family="([^",]+)"', rb'font-family="\1, sans-serif"', bytes(data.data()))


def png_bytes(sheet: Composition, scale: float = PNG_SCALE) -> bytes:
    """The sheet as PNG, ``scale`` pixels to each on screen."""
    image = QImage(sheet.size * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    sheet.paint(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    buffer.close()
    return bytes(data.data())


def write_picture(path: Path, sheet: Composition) -> None:
    """SVG or PNG by the name's ending, whole or not at all.

    Raises:
        OSError: what the system said.
    """
    write_bytes(path, svg_bytes(sheet) if path.suffix.lower() == ".svg" else png_bytes(sheet))


def _table(header: str, rows: Iterable[Sequence[object]]) -> str:
    lines = [header, *(",".join(f"{v:.17g}" if isinstance(v, float) else str(v) for v in row)
                       for row in rows)]
    return "\n".join(lines) + "\n"


def trajectory_table(picture: ToyPicture) -> str:
    """Every rule's path as CSV: rule, step, theta, psi, distance, played (1) or preview (0)."""
    return _table("rule,step,theta,psi,distance,played", (
        (t.mover.rule, t.first + k, float(place[0]), float(place[1]), float(t.distance[k]),
         int(t.first + k <= t.taken))
        for t in picture.tracks for k, place in enumerate(t.path)))


def eigenvalue_table(picture: ToyPicture) -> str:
    """Every rule's eigenvalues as CSV: rule, real, imaginary, modulus."""
    return _table("rule,real,imaginary,modulus", (
        (t.mover.rule, float(z.real), float(z.imag), float(abs(z)))
        for t in picture.tracks if t.eigenvalues is not None for z in t.eigenvalues))


def write_tables(path: Path, text: str) -> None:
    """A table, whole or not at all.

    Raises:
        OSError: what the system said.
    """
    write_text(path, text)
