"""A list box whose text is never cut in the middle of a letter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent, QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QToolTip

TEXT_MARGIN = 2
"""Pixels that a combo box leaves free at the sides of its text."""
ICON_GAP = 4


class ElidedBox(QComboBox):
    """What does not fit is cut at ``cut`` with an ellipsis and is told by the tooltip."""

    cut = Qt.TextElideMode.ElideRight

    def _shown(self) -> QStyleOptionComboBox:
        """The box as it is painted, its text cut to the room beside the arrow."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option,
            QStyle.SubControl.SC_ComboBoxEditField, self).width() - TEXT_MARGIN
        if not option.currentIcon.isNull():
            room -= option.iconSize.width() + ICON_GAP
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), self.cut, room)
        return option

    def paintEvent(self, _: QPaintEvent) -> None:
        """As Qt does, but for the text."""
        painter = QStylePainter(self)
        option = self._shown()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def event(self, event: QEvent) -> bool:
        """Resting on a title that is cut tells it whole."""
        if isinstance(event, QHelpEvent):
            cut = self._shown().currentText != self.currentText()
            QToolTip.showText(event.globalPos(), self.currentText() if cut else self.toolTip(),
                              self)
            return True
        return super().event(event)
