"""Buttons of one size in as many columns as fit: the cards and rows of the start page."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.studio.theme import Theme


class ButtonGrid(QWidget):
    """Places what is added to it by :meth:`plan`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items: list[Any] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def plan(self, width: int) -> tuple[int, int, int, int]:
        """Columns, width and height of each item, and the gap between them."""
        raise NotImplementedError

    def add(self, item: Any) -> None:
        """Put an item at the end."""
        item.setParent(self)
        item.show()
        self.items.append(item)
        self.updateGeometry()
        self._place()

    def hasHeightForWidth(self) -> bool:
        """Fewer columns need more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all rows."""
        columns, _, height, gap = self.plan(width)
        return max(0, -(-len(self.items) // columns) * (height + gap) - gap)

    def sizeHint(self) -> QSize:
        """All columns if there is room."""
        width = self.width() or self.fontMetrics().height() * 50
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """One column at least."""
        return QSize(self.fontMetrics().height() * 11, self.heightForWidth(self.width() or 800))

    def resizeEvent(self, _: QResizeEvent) -> None:
        """Place the items anew."""
        self._place()
        self.updateGeometry()

    def _place(self) -> None:
        columns, width, height, gap = self.plan(self.width())
        for k, item in enumerate(self.items):
            item.setGeometry((k % columns) * (width + gap), (k // columns) * (height + gap),
                             width, height)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        for item in self.items:
            item.theme = theme
            item.update()
