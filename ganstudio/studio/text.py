"""Small helps with type."""

from __future__ import annotations

from PySide6.QtGui import QFont


def scaled(font: QFont, factor: float, bold: bool = False, spacing: float = 0) -> QFont:
    """The font at another size; fonts may be set in points or in pixels."""
    made = QFont(font)
    if font.pointSizeF() > 0:
        made.setPointSizeF(font.pointSizeF() * factor)
    else:
        made.setPixelSize(max(1, round(font.pixelSize() * factor)))
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    if spacing:
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
    return made
