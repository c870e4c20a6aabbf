"""The sign that each control wears: when does a change of it take effect?"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ganstudio.studio.theme import LIGHT, Theme

LIVE, RESTART, WAITING, PENDING = "live", "restart", "waiting", "pending"
MEANING = {
    LIVE: "Live: a change takes effect at the next step.",
    RESTART: "Set-up: a change needs a restart.",
    WAITING: "Changed: takes effect at the next step.",
    PENDING: "Changed: takes effect when the run is restarted.",
}
CHIP_TEXT = {WAITING: "at next step", PENDING: "needs restart"}


class StateDot(QWidget):
    """Filled: live. Ring: restart. Half-filled: on its way. Ring with a core: awaits a restart."""

    def __init__(self, state: str = LIVE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        side = max(8, round(self.fontMetrics().height() * 0.55))
        self.setFixedSize(side, side)
        self.theme = LIGHT
        self.state = ""
        self.set_state(state)

    def set_state(self, state: str) -> None:
        """Wear another sign."""
        if state != self.state:
            self.state = state
            self.setToolTip(MEANING[state])
            self.setAccessibleName(MEANING[state])
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the sign."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor({LIVE: self.theme.running, WAITING: self.theme.accent,
                         PENDING: self.theme.warning}.get(self.state, self.theme.muted))
        if not self.isEnabled():
            colour = QColor(self.theme.line)
        ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(colour if self.state == LIVE else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(ring)
        if self.state == WAITING:
            painter.setBrush(colour)
            painter.drawPie(ring, 90 * 16, 180 * 16)
        elif self.state == PENDING:
            painter.setBrush(colour)
            core = ring.width() * 0.28
            painter.drawEllipse(ring.adjusted(core, core, -core, -core))
