"""Controls: every setting of the run, with when it takes effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.recipe import RecipeError, leaves, warnings
from ganstudio.recipe.schedules import SCHEDULED, scheduled
from ganstudio.session.messages import Update
from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.controls_advice import Advice
from ganstudio.studio.form.recipe_form import RecipeForm
from ganstudio.studio.form.row import Row
from ganstudio.studio.form.state_dot import LIVE, RESTART, StateDot
from ganstudio.studio.icons import icon
from ganstudio.studio.run_controller import RunController
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT, Theme

REST_MS = 40
"""The form is renewed no oftener than this."""


class FilterBox(QLineEdit):
    """Narrows the form as one types; Escape clears."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears the filter."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class ControlsDock(Dock):
    """The form, a filter above it, and a bar when changes wait for a restart."""

    key = "controls"
    title = "Controls"

    restart_wanted = Signal()
    discard_wanted = Signal()
    refused = Signal(str)
    """A value was not allowed: why, in one sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.controller: RunController | None = None
        self.theme = LIGHT
        self._behind = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._rested)
        unit = self.fontMetrics().height()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(unit // 2, unit // 2, unit // 2, unit // 4)
        top.setSpacing(unit // 3)
        self.filter_box = FilterBox()
        self.filter_box.setPlaceholderText("Filter settings")
        self.filter_box.setAccessibleName("Filter settings")
        self.filter_box.setClearButtonEnabled(True)
        self.search_action = self.filter_box.addAction(
            icon("search", self.theme, self.theme.muted),
            QLineEdit.ActionPosition.LeadingPosition)
        top.addWidget(self.filter_box)
        top.addLayout(self._legend(unit))
        column.addLayout(top)
        self.advice = Advice()
        column.addWidget(self.advice)
        self.form = RecipeForm()
        self.form.after = (self.filter_box,)
        column.addWidget(self.form, 1)
        column.addWidget(self._pending_bar(unit))
        self.filter_box.textChanged.connect(self.form.filter)
        self.form.edited.connect(self._edit)
        self.form.reset.connect(self._reset)

    def _legend(self, unit: int) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(unit // 3)
        row.setContentsMargins(unit // 6, 0, 0, 0)
        self.legend_dots = []
        self.legend_labels = []
        for state, text in ((LIVE, "live"), (RESTART, "needs a restart")):
            dot, label = StateDot(state), QLabel(text)
            label.setFont(scaled(label.font(), 0.9))
            self.legend_dots.append(dot)
            self.legend_labels.append(label)
            row.addWidget(dot)
            row.addWidget(label)
            row.addSpacing(unit // 2)
        row.addStretch(1)
        return row

    def _pending_bar(self, unit: int) -> QWidget:
        self.pending_bar = QFrame()
        self.pending_bar.setObjectName("pendingBar")
        column = QVBoxLayout(self.pending_bar)
        column.setContentsMargins(unit * 2 // 3, unit // 2, unit * 2 // 3, unit // 2)
        self.pending_label = QLabel()
        self.pending_label.setWordWrap(True)
        buttons = QHBoxLayout()
        self.discard_button = QPushButton("Discard")
        self.restart_button = QPushButton("Restart")
        self.restart_button.setProperty("primary", True)
        for button in (self.discard_button, self.restart_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        buttons.addStretch(1)
        buttons.addWidget(self.discard_button)
        buttons.addWidget(self.restart_button)
        column.addWidget(self.pending_label)
        column.addLayout(buttons)
        self.discard_button.clicked.connect(self.discard_wanted)
        self.restart_button.clicked.connect(self.restart_wanted)
        self.pending_bar.hide()
        return self.pending_bar

    def sizeHint(self) -> QSize:
        """Narrow and tall."""
        unit = self.fontMetrics().height()
        return QSize(unit * 22, unit * 40)

    def minimumSizeHint(self) -> QSize:
        """Wide enough for a title beside its value."""
        unit = self.fontMetrics().height()
        return QSize(round(unit * 15), unit * 10)

    def bind(self, controller: RunController) -> None:
        """Edit through this controller."""
        self.controller = controller
        controller.recipe_changed.connect(self._refresh_soon)
        self.refresh()

    def _refresh_soon(self) -> None:
        """At once, but while something is dragged no oftener than it can be seen."""
        if self._rest.isActive():
            self._behind = True
            return
        if self.controller is not None and self.controller.dragged:
            self._rest.start()
        self.refresh(whole=False)

    def _rested(self) -> None:
        if self._behind:
            self._behind = False
            self._refresh_soon()

    def refresh(self, whole: bool = True) -> None:
        """Show the recipe as it stands; not ``whole``: only where it has changed."""
        run = self.controller
        if run is None or run.recipe is None or run.base is None:
            return
        pending = run.pending
        self.form.show_recipe(run.recipe, run.base, set(run.waiting), set(pending),
                              whole)
        self.advice.show_sentences(warnings(run.recipe))
        self.pending_bar.setVisible(bool(pending))
        if pending:
            what = "1 change waits" if len(pending) == 1 else f"{len(pending)} changes wait"
            self.pending_label.setText(f"{what} for a restart. The run so far is kept in its "
                                       "folder.")

    def receive(self, update: Update) -> None:
        """Show what the schedules have made of rates and noise by now."""
        if self.controller is None or self.controller.recipe is None:
            return
        present = scheduled(self.controller.recipe, update.status.step)
        for path in SCHEDULED:
            row = self.form.row(path)
            if row is not None:
                value = present.get(path)
                row.show_now("" if value is None else f"now {value:.3g}")

    def _edit(self, path: str, value: object, gesture: int) -> None:
        if self.controller is None:
            return
        try:
            self.controller.edit(path, value, gesture)
        except RecipeError as error:
            self.refresh()
            self.refused.emit(str(error))

    def _reset(self, path: str) -> None:
        if self.controller is not None and self.controller.base is not None:
            default = leaves(self.controller.base).get(path)
            if default is not None:
                self._edit(path, default, 0)

    def focused_row(self) -> Row | None:
        """The row that the focus is in."""
        widget: QWidget | None = self.focusWidget()
        while widget is not None and not isinstance(widget, Row):
            widget = widget.parentWidget()
        return widget

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self.theme = theme
        self.form.set_theme(theme)
        self.advice.set_theme(theme)
        self.search_action.setIcon(icon("search", theme, theme.muted))
        for dot in self.legend_dots:
            dot.set_theme(theme)
        for label in self.legend_labels:
            label.setStyleSheet(f"color: {theme.muted};")
        self.pending_bar.setStyleSheet(
            f"#pendingBar {{ background: {theme.tint_warning}; "
            f"border-top: 1px solid {theme.warning}; }}")

    def save_state(self) -> dict[str, Any]:
        """Which groups are unfolded."""
        return self.form.save_state()

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Unfold the groups of a saved state."""
        self.form.restore_state(state)
