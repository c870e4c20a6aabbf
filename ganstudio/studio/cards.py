"""Picture cards and the grid that they stand in."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractButton

from ganstudio.studio.button_grid import ButtonGrid
from ganstudio.studio.icons import pixmap
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT

SUMMARY_LINES = 3


class Card(QAbstractButton):
    """A picture, a title and a few lines of text; the whole of it is the button."""

    def __init__(self, key: str, title: str, summary: str, glyph: str = "") -> None:
        super().__init__()
        self.key = key
        self.setText(title)
        self.summary = summary
        self.glyph = glyph
        self.thumbnail: object = None
        self.theme = LIGHT
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Train {title}")
        self.setAccessibleDescription(summary)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_thumbnail(self, thumbnail: object) -> None:
        """Put the picture in; None leaves the glyph."""
        self.thumbnail = thumbnail
        self.update()

    def height_for(self, width: int) -> int:
        """A wide picture, a title and the text."""
        unit = self.fontMetrics().height()
        return round(width * .56 + unit * (1.15 + SUMMARY_LINES) + unit * 1.3)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is as good as Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Card, picture, title, text."""
        theme, unit = self.theme, self.fontMetrics().height()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.underMouse() or self.hasFocus()
        outline = QColor(theme.accent if lit else theme.line)
        width = 2.0 if self.hasFocus() else 1.0
        box = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        radius = unit * .55
        painter.setPen(QPen(outline, width))
        painter.setBrush(QColor(theme.pressed if self.isDown() else theme.panel))
        painter.drawRoundedRect(box, radius, radius)
        picture = QRectF(0, 0, self.width(), round(self.width() * .56))
        picture.adjust(width, width, -width, 0)
        self._paint_picture(painter, picture, radius)
        left, top = round(unit * .8), round(picture.bottom() + unit * .55)
        room = QRect(left, top, self.width() - 2 * left, unit)
        painter.setFont(scaled(self.font(), 1.05, bold=True))
        painter.setPen(QColor(theme.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip,
                         self.text())
        painter.setFont(self.font())
        painter.setPen(QColor(theme.muted))
        draw_lines(painter, self.summary, room.translated(0, round(unit * 1.3)), SUMMARY_LINES)

    def _paint_picture(self, painter: QPainter, area: QRectF, radius: float) -> None:
        painter.save()
        clip = QPainterPath()
        clip.addRoundedRect(area.adjusted(0, 0, 0, radius * 2), radius, radius)
        below = QPainterPath()
        below.addRect(area.adjusted(0, 0, 0, 0))
        painter.setClipPath(clip.intersected(below))
        painter.fillRect(area, QColor(self.theme.soft))
        if self.thumbnail is not None:
            self.thumbnail.draw(painter, area, self.theme)
        elif self.glyph:
            side = area.height() * .34
            ratio = self.devicePixelRatioF()
            picture = pixmap(self.glyph, self.theme.muted, round(side * ratio))
            painter.drawPixmap(QRectF(area.center().x() - side / 2, area.center().y() - side / 2,
                                      side, side), picture, QRectF(picture.rect()))
        painter.restore()
        painter.setPen(QPen(QColor(self.theme.line), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())


def draw_lines(painter: QPainter, text: str, room: QRect, most: int) -> None:
    """Wrapped text, the last line cut short with an ellipsis where there is more."""
    layout = QTextLayout(text, painter.font())
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    metrics = painter.fontMetrics()
    layout.beginLayout()
    for number in range(most):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(room.width())
        start, length = line.textStart(), line.textLength()
        piece = text[start:start + length].rstrip()
        if number == most - 1 and start + length < len(text):
            piece = metrics.elidedText(text[start:], Qt.TextElideMode.ElideRight, room.width())
        baseline = room.top() + metrics.ascent() + number * metrics.lineSpacing()
        painter.drawText(room.left(), baseline, piece)
    layout.endLayout()


class CardGrid(ButtonGrid):
    """Cards of one width, as many beside each other as fit; arrows move between them."""

    chosen = Signal(str)

    @property
    def cards(self) -> list[Card]:
        """The cards in order."""
        return self.items

    def add(self, item: Card) -> None:
        """Put a card at the end."""
        item.clicked.connect(lambda: self.chosen.emit(item.key))
        super().add(item)

    def plan(self, width: int) -> tuple[int, int, int, int]:
        """Columns, card width, card height, gap."""
        unit = self.fontMetrics().height()
        gap = round(unit * .9)
        least = unit * 11
        columns = max(1, min(len(self.cards) or 1, (width + gap) // (least + gap)))
        columns = min(columns, 4)
        card = (width - gap * (columns - 1)) // columns
        height = self.cards[0].height_for(card) if self.cards else 0
        return columns, card, height, gap

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the card beside, above or below."""
        columns, *_ = self.plan(self.width())
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns,
              Qt.Key.Key_Down: columns}.get(event.key())
        focus = next((k for k, c in enumerate(self.cards) if c.hasFocus()), None)
        if by is None or focus is None or not 0 <= focus + by < len(self.cards):
            super().keyPressEvent(event)
            return
        self.cards[focus + by].setFocus(Qt.FocusReason.OtherFocusReason)
