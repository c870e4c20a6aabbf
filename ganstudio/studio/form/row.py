"""One row of the form: sign, title, editor, reset."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ganstudio.recipe import FieldSpec
from ganstudio.studio.edits import value_text
from ganstudio.studio.form.editors import make_editor
from ganstudio.studio.form.info_popup import InfoPopup
from ganstudio.studio.form.state_dot import (
    CHIP_TEXT,
    LIVE,
    MEANING,
    PENDING,
    RESTART,
    WAITING,
    StateDot,
)
from ganstudio.studio.icons import icon
from ganstudio.studio.theme import LIGHT, Theme

SETTLE_MS = 400  # a change that is in force sooner is never announced as waiting


class TitleButton(QAbstractButton):
    """A field's title, on two lines where one is too short; a click explains the field."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.WhatsThisCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        """One line or two."""
        metrics = self.fontMetrics()
        wraps = metrics.horizontalAdvance(self.text()) > width and " " in self.text()
        return metrics.height() + (metrics.lineSpacing() if wraps else 0)

    def sizeHint(self) -> QSize:
        """As long as the text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()), metrics.height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """The text, underlined under the pointer."""
        painter = QPainter(self)
        group = QPalette.ColorGroup.Normal if self.isEnabled() else QPalette.ColorGroup.Disabled
        painter.setPen(self.palette().color(group, QPalette.ColorRole.WindowText))
        font = self.font()
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, "\n".join(self.lines()))

    def lines(self) -> list[str]:
        """What fits on the first line, and the rest, cut short only where it must be."""
        def fits(text: str) -> bool:
            return self.fontMetrics().horizontalAdvance(text) <= self.width()
        first, rest = self.text(), ""
        while not fits(first) and " " in first:
            first, _, word = first.rpartition(" ")
            rest = f"{word} {rest}".rstrip()
        return [self.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, self.width())
                for line in (first, rest) if line]


class Row(QWidget):
    """``edited`` carries path, value and gesture; ``reset`` the path."""

    edited = Signal(str, object, int)
    reset = Signal(str)

    def __init__(self, spec: FieldSpec, value: Any, default: Any) -> None:
        super().__init__()
        self.spec = spec
        self.default = default
        self.theme = LIGHT
        self.state = LIVE if spec.live else RESTART
        unit = self.fontMetrics().height()
        self.dot = StateDot(self.state)
        self.title = TitleButton(spec.knob.title)
        self.title.setAccessibleName(f"About {spec.knob.title}")
        self.title.clicked.connect(self.explain)
        self.editor = make_editor(spec, default)
        self.editor.setMinimumWidth(round(unit * 6))
        self.editor.setMaximumWidth(round(unit * 9.2))
        self.reset_button = QToolButton()
        self.reset_button.setProperty("flat", True)
        self.reset_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reset_button.setIconSize(QSize(round(unit * .9), round(unit * .9)))
        self.reset_button.clicked.connect(lambda: self.reset.emit(spec.path))
        keep = self.reset_button.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(keep)
        self.chip = QLabel()
        self.chip.hide()
        self.now = QLabel()
        # Of one size whatever the number is, or the form would be laid out at every step.
        self.now.setMinimumWidth(self.fontMetrics().horizontalAdvance("now 0.00000000"))
        self.now.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, round(unit * .15), 0, round(unit * .15))
        grid.setHorizontalSpacing(round(unit * .4))
        grid.setVerticalSpacing(0)
        grid.addWidget(self.dot, 0, 0)
        grid.addWidget(self.title, 0, 1)
        grid.addWidget(self.editor, 0, 2)
        grid.addWidget(self.reset_button, 0, 3)
        if self.editor.below is not None:
            grid.addWidget(self.editor.below, 1, 1, 1, 2)
        grid.addWidget(self.chip, 2, 1, 1, 2)
        grid.addWidget(self.now, 3, 2)
        grid.setColumnStretch(1, 5)
        grid.setColumnStretch(2, 6)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._wear)
        self.editor.edited.connect(
            lambda new, gesture: self.edited.emit(spec.path, new, gesture))
        self.setToolTip(self._tip())
        self.show_value(value)

    def _tip(self) -> str:
        return self.spec.knob.help

    def show_value(self, value: Any) -> None:
        """Show a value, and whether it differs from the preset's."""
        self.editor.show_value(value)
        differs = self.default is not None and value != self.default
        self.reset_button.setVisible(differs)
        self.reset_button.setEnabled(differs)

    def show_now(self, text: str) -> None:
        """What a schedule makes of the value at this step; nothing where it stays as it is."""
        if text != self.now.text():
            self.now.setText(text)
            self.now.setVisible(bool(text))

    def set_default(self, default: Any) -> None:
        """The value that reset returns to."""
        if default == self.default and self.reset_button.toolTip():
            return
        self.default = default
        text = f"Back to {value_text(self.spec, default)}" if default is not None else ""
        self.reset_button.setToolTip(text)
        self.reset_button.setAccessibleName(f"Reset {self.spec.knob.title}")

    def set_applies(self, applies: bool) -> None:
        """Grey the row where the field means nothing beside its siblings' values."""
        self.editor.set_applies(applies)
        self.title.setEnabled(applies)
        self.dot.setEnabled(applies)

    def set_state(self, state: str) -> None:
        """Wear live, restart, waiting or pending."""
        if state == self.state:
            return
        self.state = state
        if state == WAITING:
            self._settle.start()
        else:
            self._settle.stop()
            if state != self.dot.state:
                self._wear()

    def _wear(self) -> None:
        self.dot.set_state(self.state)
        text = CHIP_TEXT.get(self.state, "")
        self.chip.setText(text)
        self.chip.setVisible(bool(text))
        self.editor.main.setAccessibleDescription(f"{self.spec.knob.help} {MEANING[self.state]}")
        self._tint()

    def _tint(self) -> None:
        colour = self.theme.warning if self.state == PENDING else self.theme.accent
        self.chip.setStyleSheet(f"color: {colour}; font-weight: 600;")
        self.now.setStyleSheet(f"color: {self.theme.muted};")

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.dot.set_theme(theme)
        self.reset_button.setIcon(icon("reset", theme, theme.muted))
        self._tint()

    def explain(self) -> None:
        """Open the card that tells what the field does."""
        InfoPopup(self.spec, self.default, self.theme, self).show_beside(self)

    def matches(self, words: list[str], section: str) -> bool:
        """Whether every word occurs in the title, help, path or section."""
        text = f"{section} {self.spec.knob.title} {self.spec.path} {self.spec.knob.help}".lower()
        return all(word in text for word in words)

    def take_focus(self) -> None:
        """Put the cursor here, the value selected."""
        self.editor.main.setFocus(Qt.FocusReason.ShortcutFocusReason)
        select = getattr(self.editor.main, "selectAll", None)
        if select is not None:
            select()
