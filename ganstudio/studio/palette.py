"""The command palette: every command, preset and setting, found by typing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ganstudio.studio.fuzzy import score
from ganstudio.studio.theme import Theme

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the palette; ``hint`` (a shortcut or a kind) stands at the right."""

    text: str
    hint: str
    run: Callable[[], object]
    enabled: bool = True


NOTHING = Item("Nothing is called that", "", lambda: None, enabled=False)


class Items(QAbstractListModel):
    """The lines that match."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown: list[Item] = []

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """How many lines match."""
        return len(self.shown)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, hint, or the name for a screen reader."""
        item = self.shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return item.text
        if role == Qt.ItemDataRole.UserRole:
            return item.hint
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{item.text}, {item.hint}" if item.hint else item.text
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """What cannot be done now is shown, faint."""
        usual = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        return usual if self.shown[index.row()].enabled else Qt.ItemFlag.NoItemFlags

    def show(self, items: list[Item]) -> None:
        """Replace the lines."""
        self.beginResetModel()
        self.shown = items
        self.endResetModel()


class Line(QStyledItemDelegate):
    """Draws a line: text left, hint right and muted."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Roomy lines."""
        return QSize(0, round(option.fontMetrics.height() * 1.9))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Ground, text, hint."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = QPalette.ColorRole
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        unit = option.fontMetrics.height()
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(option.palette.color(role.Highlight))
            painter.drawRoundedRect(option.rect.adjusted(unit // 3, 1, -unit // 3, -1),
                                    unit * .3, unit * .3)
        group = QPalette.ColorGroup.Active if enabled else QPalette.ColorGroup.Disabled
        ink = role.HighlightedText if chosen else role.Text
        painter.setPen(option.palette.color(group, ink))
        room = QRect(option.rect).adjusted(unit, 0, -unit, 0)
        hint = index.data(Qt.ItemDataRole.UserRole)
        hint_width = option.fontMetrics.horizontalAdvance(hint)
        text = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideRight,
                                             room.width() - hint_width - unit)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        if not chosen:
            painter.setPen(option.palette.color(group, role.PlaceholderText))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, hint)
        painter.restore()


class PaletteBox(QFrame):
    """A card over the window: type to narrow, arrows to choose, Enter to do, Escape to leave."""

    def __init__(self, window: QWidget) -> None:
        # A popup, so that it stands above docks that float as well.
        super().__init__(window, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.setAccessibleName("Command palette")
        self.items: list[Item] = []
        unit = self.fontMetrics().height()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, round(unit * .6), 0, round(unit * .4))
        column.setSpacing(round(unit * .4))
        self.line = QLineEdit()
        self.line.setObjectName("paletteLine")
        self.line.setPlaceholderText("Type a command, a preset or a setting")
        self.line.setAccessibleName("Search commands, presets and settings")
        self.line.installEventFilter(self)
        holder = QVBoxLayout()
        holder.setContentsMargins(round(unit * .6), 0, round(unit * .6), 0)
        holder.addWidget(self.line)
        column.addLayout(holder)
        self.view = QListView()
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName("Matches")
        self.model = Items(self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(Line(self.view))
        column.addWidget(self.view)
        self.line.textChanged.connect(self._narrow)
        self.view.clicked.connect(lambda index: self._do(index.row()))

    def open(self, items: list[Item]) -> None:
        """Show over the window with these lines."""
        self.items = items
        self.line.clear()
        window = self.parentWidget()
        unit = self.fontMetrics().height()
        self.setFixedWidth(min(unit * 38, window.width() - unit * 4))
        self._narrow("")
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, unit * 4)))
        self.show()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def _narrow(self, text: str) -> None:
        if text.strip():
            ranked = []
            for place, item in enumerate(self.items):
                found = score(text, item.text)
                if found is not None:
                    ranked.append((-found - (0.5 if item.enabled else 0), place, item))
            ranked.sort(key=lambda r: r[:2])
            shown = [item for _, _, item in ranked]
        else:
            shown = [item for item in self.items if item.enabled]
        self.model.show(shown[:MOST_SHOWN] or [NOTHING])
        first = next((i for i, item in enumerate(self.model.shown) if item.enabled), -1)
        if first >= 0:
            self.view.setCurrentIndex(self.model.index(first))
        self._fit()

    def _fit(self) -> None:
        """As high as the matches, up to a dozen or so."""
        window, unit = self.parentWidget(), self.fontMetrics().height()
        most = min(unit * 26, window.height() - unit * 8)
        lines = max(1, len(self.model.shown)) * max(1, self.view.sizeHintForRow(0))
        self.setFixedHeight(min(most, lines + self.line.sizeHint().height() + unit * 2))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys that move in the list work while the cursor stays in the line."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            page = max(1, self.view.height() // max(1, self.view.sizeHintForRow(0)) - 1)
            moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page,
                     Qt.Key.Key_PageUp: -page}
            if key in moves:
                self._move(moves[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.view.currentIndex().row())
                return True
            if key == Qt.Key.Key_Escape:
                self.leave()
                return True
        return False

    def _move(self, by: int) -> None:
        rows = [i for i, item in enumerate(self.model.shown) if item.enabled]
        if not rows:
            return
        now = self.view.currentIndex().row()
        place = rows.index(now) if now in rows else 0
        place = (place + by) % len(rows) if abs(by) == 1 else min(max(place + by, 0), len(rows) - 1)
        self.view.setCurrentIndex(self.model.index(rows[place]))

    def _do(self, row: int) -> None:
        if 0 <= row < len(self.model.shown) and self.model.shown[row].enabled:
            item = self.model.shown[row]
            self.leave()
            item.run()

    def leave(self) -> None:
        """Go away; the focus is where it was before."""
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """A card on the panel colour."""
        unit = self.fontMetrics().height()
        self.setStyleSheet(
            f"#palette {{ background: {theme.panel}; border: 1px solid {theme.muted}; }}"
            f"#paletteLine {{ font-size: {round(unit * .85)}px; padding: {round(unit * .4)}px; }}"
            f"QListView {{ background: {theme.panel}; }}")
