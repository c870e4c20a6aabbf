"""A bar at the top for what the person should know; it never stops the work."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.studio.icons import icon
from ganstudio.studio.theme import LIGHT, Theme

MOST = 3
LEVELS = ("info", "warning", "error")


class Notice(QFrame):
    """One message with an icon, an optional action, and details that can be opened and copied."""

    def __init__(self, level: str, text: str, details: str, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.level, self.text, self.details = level, text, details
        unit = self.fontMetrics().height()
        column = QVBoxLayout(self)
        column.setContentsMargins(unit, unit // 3, unit // 2, unit // 3)
        column.setSpacing(unit // 3)
        row = QHBoxLayout()
        row.setSpacing(round(unit * .6))
        self.sign = QLabel()
        self.label = QLabel(text)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.label.setAccessibleName(f"{level}: {text}")
        row.addWidget(self.sign)
        row.addWidget(self.label, 1)
        self.buttons = row
        self.more = QPushButton("Details")
        self.more.setProperty("link", True)
        self.more.clicked.connect(self._toggle)
        self.copy = QPushButton("Copy details")
        self.copy.setProperty("link", True)
        self.copy.clicked.connect(self._copy)
        self.shut = QToolButton()
        self.shut.setProperty("flat", True)
        self.shut.setIconSize(QSize(unit, unit))
        self.shut.setToolTip("Dismiss")
        self.shut.setAccessibleName("Dismiss notice")
        for button in (self.more, self.copy, self.shut):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        column.addLayout(row)
        if not details:
            self.more.hide()
            self.copy.hide()
        self.box = QPlainTextEdit(details)
        self.box.setReadOnly(True)
        self.box.setAccessibleName("Details")
        self.box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.box.setFixedHeight(unit * 10)
        self.box.hide()
        column.addWidget(self.box)
        self.set_theme(theme)

    def _toggle(self) -> None:
        self.box.setVisible(self.box.isHidden())
        self.more.setText("Details" if self.box.isHidden() else "Hide details")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.text}\n\n{self.details}")
        self.copy.setText("Copied")

    def set_theme(self, theme: Theme) -> None:
        """A tinted ground and a stripe in the level's colour."""
        ink = {"info": theme.accent, "warning": theme.warning, "error": theme.error}[self.level]
        ground = getattr(theme, f"tint_{self.level}")
        self.setStyleSheet(f"#notice {{ background: {ground}; border: none; "
                           f"border-bottom: 1px solid {ink}; }}")
        side = round(self.fontMetrics().height() * 1.25)
        self.sign.setPixmap(icon(self.level, theme, ink).pixmap(side, side))
        self.shut.setIcon(icon("close", theme, theme.muted))


class NoticeBar(QWidget):
    """The newest few notices, newest first; equal ones are shown once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = LIGHT
        self.notices: list[Notice] = []
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("Notices")
        self.hide()

    def add(self, level: str, text: str, details: str = "",
            action: tuple[str, object] | None = None) -> Notice:
        """Show a message; ``action`` is a button's text and what it does."""
        for old in [n for n in self.notices if n.text == text]:
            self.dismiss(old)
        while len(self.notices) >= MOST:
            self.dismiss(self.notices[-1])
        notice = Notice(level if level in LEVELS else "info", text, details, self.theme)
        if action is not None:
            button = QPushButton(action[0])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(action[1])
            notice.buttons.insertWidget(2, button)
        notice.shut.clicked.connect(lambda: self.dismiss(notice))
        self.notices.insert(0, notice)
        self.column.insertWidget(0, notice)
        self.show()
        return notice

    def dismiss(self, notice: Notice) -> None:
        """Take a notice away."""
        if notice in self.notices:
            self.notices.remove(notice)
            self.column.removeWidget(notice)
            notice.hide()
            notice.deleteLater()
        self.setVisible(bool(self.notices))

    def clear(self) -> None:
        """Take every notice away."""
        for notice in list(self.notices):
            self.dismiss(notice)

    def set_theme(self, theme: Theme) -> None:
        """Tint what is shown."""
        self.theme = theme
        for notice in self.notices:
            notice.set_theme(theme)
