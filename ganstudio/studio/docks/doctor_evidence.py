"""One piece of evidence, painted: a number with its course, or the histograms of D's logits."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.studio.docks.plotting_range import plain
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.doctor.diagnosis import Evidence

PAD = 8.0


def reading(evidence: Evidence) -> str:
    """The number as people read it."""
    if not np.isfinite(evidence.value):
        return "–"
    if evidence.key == "logits":
        return f"{100 * evidence.value:.0f} % overlap"
    if evidence.percent:
        return f"{100 * evidence.value:.0f} %"
    return plain(evidence.value, 3)


class EvidenceView(QWidget):
    """A title, a number, and below them a sparkline or histograms."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.evidence: Evidence | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Six lines high; as wide as there is room."""
        high = self.fontMetrics().height()
        return QSize(high * 13, round(high * 5.6))

    def minimumSizeHint(self) -> QSize:
        """See sizeHint."""
        return QSize(self.fontMetrics().height() * 11, self.sizeHint().height())

    def show_evidence(self, evidence: Evidence) -> None:
        """Draw this from now on."""
        self.evidence = evidence
        words = f"{evidence.title}: {reading(evidence)}"
        if evidence.meaning:
            words += f" ({evidence.meaning})"
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Everything at once."""
        painter, e = QPainter(self), self.evidence
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.line), 1))
        painter.setBrush(QColor(self.theme.soft))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if e is None:
            return
        metrics, room = self.fontMetrics(), self.width() - 2 * PAD
        line = metrics.height()
        painter.setPen(QColor(self.theme.muted))
        title = metrics.elidedText(e.title, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QPointF(PAD, PAD + metrics.ascent()), title)
        font = scaled(self.font(), 1.25, bold=True)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.text))
        text = reading(e)
        painter.drawText(QPointF(PAD, PAD + line + metrics.ascent() + 2), text)
        wide = painter.fontMetrics().horizontalAdvance(text) + 8
        painter.setFont(self.font())
        painter.setPen(QColor(self.theme.muted))
        if room - wide > 4 * line:
            painter.drawText(
                QPointF(PAD + wide, PAD + line + metrics.ascent() + 2),
                metrics.elidedText(e.meaning, Qt.TextElideMode.ElideRight, int(room - wide)))
        top = PAD + 2.4 * line
        frame = QRectF(PAD, top, room, self.height() - top - PAD)
        if e.histograms:
            self._histograms(painter, frame, e)
        elif len(e.values) > 1:
            self._course(painter, frame, e)

    def _course(self, painter: QPainter, frame: QRectF, e: Evidence) -> None:
        x, y = np.array(e.steps), np.array(e.values)
        usual = e.usual
        if e.log:
            y = np.log10(np.where(y > 0, y, np.nan))
            usual = None if usual is None or usual <= 0 else float(np.log10(usual))
        seen = np.isfinite(y)
        if seen.sum() < 2:
            return
        x, y = x[seen], y[seen]
        low, high = float(y.min()), float(y.max())
        if usual is not None:
            low, high = min(low, usual), max(high, usual)
        if high - low < 1e-9:
            low, high = low - 0.5, high + 0.5
        across = frame.left() + (x - x[0]) / max(x[-1] - x[0], 1e-9) * frame.width()
        down = frame.bottom() - (y - low) / (high - low) * frame.height()
        if usual is not None:
            at = frame.bottom() - (usual - low) / (high - low) * frame.height()
            painter.setPen(QPen(QColor(self.theme.muted), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(frame.left(), at), QPointF(frame.right(), at))
        painter.setPen(QPen(QColor(self.theme.accent), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(across, down, strict=True)]))
        painter.setBrush(QColor(self.theme.accent))
        painter.drawEllipse(QPointF(across[-1], down[-1]), 2.5, 2.5)

    def _histograms(self, painter: QPainter, frame: QRectF, e: Evidence) -> None:
        top = max((max(shares) for _, shares in e.histograms), default=0) or 1.0
        colours = {"real": self.theme.real, "fake": self.theme.fake, "held-out": self.theme.text}
        for name, shares in e.histograms:
            step = frame.width() / len(shares)
            outline = [QPointF(frame.left(), frame.bottom())]
            for k, share in enumerate(shares):
                y = frame.bottom() - share / top * frame.height()
                outline += [QPointF(frame.left() + k * step, y),
                            QPointF(frame.left() + (k + 1) * step, y)]
            outline.append(QPointF(frame.right(), frame.bottom()))
            colour = QColor(colours[name])
            style = Qt.PenStyle.DotLine if name == "held-out" else Qt.PenStyle.SolidLine
            painter.setPen(QPen(colour, 1.2, style))
            if name == "held-out":
                painter.setBrush(Qt.BrushStyle.NoBrush)
            else:
                colour.setAlphaF(0.25)
                painter.setBrush(colour)
            painter.drawPolygon(QPolygonF(outline))
