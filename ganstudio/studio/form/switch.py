"""An on/off switch and a choice box that behave well in a scrolling form."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QSizePolicy, QWidget

from ganstudio.studio.elided_box import ElidedBox


class Switch(QAbstractButton):
    """On or off. It takes focus from Tab only, so that Space after a click still means Pause."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """In proportion to the font."""
        unit = self.fontMetrics().height()
        return QSize(round(unit * 2.1), round(unit * 1.2))

    def paintEvent(self, _: QPaintEvent) -> None:
        """A track with a knob: right and filled when on."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        role = QPalette.ColorRole
        track = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        radius = track.height() / 2
        on = self.isChecked()
        outline = colours.color(role.Accent if on else role.PlaceholderText)
        if not self.isEnabled():
            outline = colours.color(role.Mid)
        painter.setPen(QPen(outline, 1.5))
        painter.setBrush(outline if on else QColor(0, 0, 0, 0))
        painter.drawRoundedRect(track, radius, radius)
        knob = radius - 3
        x = track.right() - radius if on else track.left() + radius
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.color(role.HighlightedText) if on else outline)
        painter.drawEllipse(QRectF(x - knob, track.center().y() - knob, 2 * knob, 2 * knob))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.color(role.WindowText), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(.5, .5, -.5, -.5),
                                    radius + 1, radius + 1)


class ChoiceBox(ElidedBox):
    """A list of (value, title); the wheel does nothing unless focused."""

    def __init__(self, choices: tuple[tuple[str, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        for value, title in choices:
            self.addItem(title, value)

    def show_value(self, value: object) -> None:
        """Show a value without reporting it as an edit."""
        index = self.findData(str(value))
        if index != self.currentIndex():
            self.setCurrentIndex(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change by the wheel only when focused."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
