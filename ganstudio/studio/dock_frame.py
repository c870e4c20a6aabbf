"""The frame round a dock: a slim title with float and close."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QStyle,
    QStyleOption,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.studio.docks.base import Dock
from ganstudio.studio.icons import icon
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT, Theme


class TitleBar(QWidget):
    """Title at the left, buttons at the right; gone where a tab already bears the title."""

    def __init__(self, frame: DockFrame) -> None:
        super().__init__(frame)
        self.setObjectName("dockTitle")
        unit = self.fontMetrics().height()
        row = QHBoxLayout(self)
        row.setContentsMargins(round(unit * .7), round(unit * .25), round(unit * .35),
                               round(unit * .25))
        row.setSpacing(round(unit * .15))
        self.label = QLabel(frame.windowTitle())
        self.label.setFont(scaled(self.label.font(), 1, bold=True))
        row.addWidget(self.label)
        row.addStretch(1)
        self.frame, self.row = frame, row
        self.head_inside = False
        self.float_button = self._button(row, "Float or dock", frame)
        self.float_button.clicked.connect(frame.toggle_floating)
        self.close_button = self._button(row, "Close", frame)
        self.close_button.clicked.connect(frame.close)
        self.slim = False

    def _button(self, row: QHBoxLayout, text: str, frame: DockFrame) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        side = round(self.fontMetrics().height() * .85)
        button.setIconSize(QSize(side, side))
        button.setToolTip(text)
        button.setAccessibleName(f"{text} {frame.windowTitle()}")
        row.addWidget(button)
        return button

    def set_slim(self, slim: bool) -> None:
        """Take no room (in a tab), or the usual."""
        if slim != self.slim:
            self.slim = slim
            self.setMaximumHeight(0 if slim else 16777215)
            for button in (self.float_button, self.close_button):  # no Tab into what is not seen
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus if slim else Qt.FocusPolicy.TabFocus)
            self.place_head()
            self.updateGeometry()

    def place_head(self) -> None:
        """The dock's row of buttons stands here where it fits, else within the dock."""
        head = self.frame.contents.button_row
        if head is None:
            return
        taken = self.label.sizeHint().width() + self.fontMetrics().height() * 7
        inside = not self.slim and head.sizeHint().width() + taken <= self.width()
        if inside == self.head_inside:
            return
        self.head_inside = inside
        if inside:
            self.row.insertWidget(1, head, 1000)
        else:
            box = self.frame.contents.layout()
            assert isinstance(box, QVBoxLayout)
            box.insertWidget(0, head)
        head.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be room for the dock's buttons now, or no longer."""
        super().resizeEvent(event)
        self.place_head()

    def sizeHint(self) -> QSize:
        """No height where slim."""
        return QSize(super().sizeHint().width(), 0) if self.slim else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """No height where slim."""
        return QSize(0, 0 if self.slim else super().minimumSizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """Let the stylesheet draw the ground."""
        option = QStyleOption()
        option.initFrom(self)
        QStylePainter(self).drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option)

    def set_theme(self, theme: Theme) -> None:
        """Tint the buttons."""
        self.float_button.setIcon(icon("float", theme, theme.muted))
        self.close_button.setIcon(icon("close", theme, theme.muted))


class DockFrame(QDockWidget):
    """A dock's contents in Qt's movable, floatable, closable frame."""

    def __init__(self, contents: Dock, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.contents = contents
        self.theme = LIGHT
        self.topLevelChanged.connect(self._outline)
        self.setObjectName(f"dock.{contents.key}")
        self.setAccessibleName(title)
        self.bar = TitleBar(self)
        self.setTitleBarWidget(self.bar)
        contents.setAutoFillBackground(True)
        contents.setBackgroundRole(contents.palette().ColorRole.Button)
        # Small enough that several fit into a small window; what does not fit is cut off.
        unit = self.fontMetrics().height()
        contents.setMinimumSize(unit * 10, round(unit * contents.least_height))
        self.setWidget(contents)

    def toggle_floating(self) -> None:
        """Float a little aside, so that it is seen to float; or dock again."""
        floating = not self.isFloating()
        self.setFloating(floating)
        if floating:
            aside = self.fontMetrics().height() * 2
            self.move(self.pos() + QPoint(aside, aside))

    def _outline(self, floating: bool) -> None:
        """Room for an outline round a dock that floats."""
        edge = 1 if floating else 0
        self.setContentsMargins(edge, edge, edge, edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The outline of a dock that floats."""
        super().paintEvent(event)
        if self.isFloating():
            painter = QPainter(self)
            painter.setPen(QColor(self.theme.muted))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def set_theme(self, theme: Theme) -> None:
        """Dress frame and contents."""
        self.theme = theme
        self.bar.set_theme(theme)
        self.contents.set_theme(theme)
