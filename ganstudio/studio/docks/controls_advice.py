"""What the settings do to each other: quiet sentences under the form's filter."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ganstudio.studio.icons import icon
from ganstudio.studio.theme import LIGHT, Theme


class Advice(QWidget):
    """One line with a cross for each sentence. A dismissed one stays away until it has been put
    right and comes about again."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = LIGHT
        self.lines: dict[str, QFrame] = {}
        self._dismissed: set[str] = set()
        self.column = QVBoxLayout(self)
        unit = self.fontMetrics().height()
        self.column.setContentsMargins(unit // 2, 0, unit // 2, unit // 3)
        self.column.setSpacing(unit // 4)
        self.setAccessibleName("Contradictions in the settings")
        self.hide()

    def show_sentences(self, sentences: tuple[str, ...]) -> None:
        """Show these and no others."""
        self._dismissed &= set(sentences)
        wanted = [text for text in sentences if text not in self._dismissed]
        for text in [t for t in self.lines if t not in wanted]:
            self._remove(text)
        for text in wanted:
            if text not in self.lines:
                self.lines[text] = self._line(text)
                self.column.addWidget(self.lines[text])
        self.setVisible(bool(self.lines))

    def _line(self, text: str) -> QFrame:
        unit = self.fontMetrics().height()
        line = QFrame()
        line.setObjectName("advice")
        row = QHBoxLayout(line)
        row.setContentsMargins(unit // 2, unit // 3, unit // 4, unit // 3)
        row.setSpacing(unit // 2)
        sign = QLabel()
        sign.setObjectName("sign")
        label = QLabel(text)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setAccessibleName(f"Warning: {text}")
        shut = QToolButton()
        shut.setProperty("flat", True)
        shut.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        shut.setIconSize(QSize(round(unit * .8), round(unit * .8)))
        shut.setToolTip("Dismiss")
        shut.setAccessibleName("Dismiss warning")
        shut.clicked.connect(lambda: self.dismiss(text))
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label, 1)
        row.addWidget(shut, 0, Qt.AlignmentFlag.AlignTop)
        self._tint(line)
        return line

    def dismiss(self, text: str) -> None:
        """Take one sentence away."""
        self._dismissed.add(text)
        self._remove(text)
        self.setVisible(bool(self.lines))

    def _remove(self, text: str) -> None:
        line = self.lines.pop(text, None)
        if line is not None:
            self.column.removeWidget(line)
            line.hide()
            line.deleteLater()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        for line in self.lines.values():
            self._tint(line)

    def _tint(self, line: QFrame) -> None:
        theme, unit = self.theme, self.fontMetrics().height()
        line.setStyleSheet(f"#advice {{ background: {theme.tint_warning}; border: none; "
                           f"border-radius: {unit // 4}px; }}")
        sign, shut = line.findChild(QLabel, "sign"), line.findChild(QToolButton)
        if sign is not None:
            sign.setPixmap(icon("warning", theme, theme.warning).pixmap(unit, unit))
        if shut is not None:
            shut.setIcon(icon("close", theme, theme.muted))
