"""Small widgets that the docks share: a bar that wraps, sliders with a value, a pace-maker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QIcon
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

GAP = 6
"""Pixels between controls."""


class FlowLayout(QLayout):
    """Widgets side by side, on as many lines as it takes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(GAP, 4, GAP, 4)

    def addItem(self, item: QLayoutItem) -> None:
        """See QLayout."""
        self._items.append(item)

    def count(self) -> int:
        """See QLayout."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """See QLayout."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """See QLayout."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """See QLayout."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """See QLayout."""
        return True

    def heightForWidth(self, width: int) -> int:
        """See QLayout."""
        return self._place(QRect(0, 0, width, 0), False)

    def sizeHint(self) -> QSize:
        """See QLayout."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """The widest widget on a line of its own."""
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        m = self.contentsMargins()
        return size + QSize(m.left() + m.right(), m.top() + m.bottom())

    def setGeometry(self, rect: QRect) -> None:
        """See QLayout."""
        super().setGeometry(rect)
        self._place(rect, True)

    def _place(self, rect: QRect, move: bool) -> int:
        m = self.contentsMargins()
        area = rect.adjusted(m.left(), m.top(), -m.right(), -m.bottom())
        lines: list[list[tuple[QLayoutItem, QSize]]] = [[]]
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(area.width(), 1), 10_000))
            size = size.expandedTo(item.minimumSize())
            if lines[-1] and used + GAP + size.width() > area.width():
                lines.append([])
                used = 0
            used += size.width() + (GAP if lines[-1] else 0)
            lines[-1].append((item, size))
        y = area.y()
        for line in lines:
            tall = max((size.height() for _, size in line), default=0)
            x = area.x()
            for item, size in line:
                if move:
                    item.setGeometry(QRect(QPoint(x, y + (tall - size.height()) // 2), size))
                x += size.width() + GAP
            y += tall + 4
        return y - 4 - rect.y() + m.bottom()


class Bar(QWidget):
    """A line of controls that wraps where it is narrow."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self._flow = FlowLayout(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for widget in widgets:
            self._flow.addWidget(widget)

    def add(self, widget: QWidget) -> None:
        """One more control."""
        self._flow.addWidget(widget)


def named(widget: QWidget, name: str, tip: str = "") -> QWidget:
    """Give a control its accessible name and its tooltip."""
    widget.setAccessibleName(name)
    widget.setToolTip(tip or name)
    if tip:
        widget.setAccessibleDescription(tip)
    return widget


def tool(text: str, tip: str, checkable: bool = False, checked: bool = False,
         icon: QIcon | None = None) -> QToolButton:
    """A button for a panel's bar. Tab reaches it; a click leaves the keys where they were, so
    that Space goes on to run and pause.
    """
    button = QToolButton()
    button.setText(text)
    button.setCheckable(checkable)
    button.setChecked(checked)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon if icon
                              else Qt.ToolButtonStyle.ToolButtonTextOnly)
    if icon:
        button.setIcon(icon)
    named(button, text, tip)
    return button


def spin(value: int, low: int, high: int, name: str, tip: str, prefix: str = "") -> QSpinBox:
    """A box for a whole number."""
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    box.setPrefix(prefix)
    box.setKeyboardTracking(False)
    named(box, name, tip)
    return box


class ValueSlider(QWidget):
    """A slider with its name before and its value after it, both of a fixed width."""

    changed = Signal(int)

    def __init__(self, title: str, tip: str, most: int, written: Callable[[int], str]) -> None:
        super().__init__()
        self._written = written
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, most)
        self.slider.setMinimumWidth(80)
        self.slider.setFixedWidth(120)
        named(self.slider, title, tip)
        self.label = QLabel(title)
        self.label.setToolTip(tip)
        self.label.setBuddy(self.slider)
        self.value_label = QLabel(written(0))
        widest = max((written(k) for k in range(most + 1)), key=len)
        self.value_label.setMinimumWidth(
            QFontMetrics(self.value_label.font()).horizontalAdvance(widest + "0"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        for widget in (self.label, self.slider, self.value_label):
            layout.addWidget(widget)
        self.slider.valueChanged.connect(self._on_value)

    def _on_value(self, value: int) -> None:
        self.value_label.setText(self._written(value))
        self.changed.emit(value)

    def set_value(self, value: int) -> None:
        """Move the slider."""
        self.slider.setValue(value)


class Pace:
    """Runs something soon, but at most so often; the last request is never forgotten."""

    def __init__(self, parent: QWidget, milliseconds: int, action: Callable[[], None],
                 at_once: bool = True) -> None:
        self._action, self._at_once = action, at_once
        self._timer = QTimer(parent)
        self._timer.setSingleShot(True)
        self._timer.setInterval(milliseconds)
        self._timer.timeout.connect(self._on_timeout)
        self._again = False

    def request(self) -> None:
        """Run it now if it has rested, else when it has."""
        if self._timer.isActive():
            self._again = True
        elif self._at_once:
            self._timer.start()
            self._action()
        else:
            self._again = True
            self._timer.start()

    def stop(self) -> None:
        """Forget what was asked."""
        self._timer.stop()
        self._again = False

    def _on_timeout(self) -> None:
        if self._again:
            self._again = False
            if self._at_once:
                self._timer.start()
            self._action()


def truth(state: Mapping[str, Any], key: str, default: bool) -> bool:
    """A yes or no from saved state, whatever is there."""
    value = state.get(key) if isinstance(state, Mapping) else None
    return value if isinstance(value, bool) else default


def whole(state: Mapping[str, Any], key: str, default: int, low: int, high: int) -> int:
    """A whole number from saved state, whatever is there."""
    value = state.get(key) if isinstance(state, Mapping) else None
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    return default
