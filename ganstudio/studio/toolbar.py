"""The toolbar, filled from the table of actions."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from ganstudio.studio.actions import TOOL_GROUPS, ActionSet
from ganstudio.studio.speed import SpeedControl

SHORT_TEXT = {"step": "Step"}
RUN_TEXTS = ("Run", "Pause")
COMPACT = ("restart", "snapshot", "export")
ICON_ONLY = ("start", "theme")


class ToolBar(QToolBar):
    """Home; run, step, restart; speed; snapshot, export; and the theme at the far end."""

    def __init__(self, actions: ActionSet, parent: QWidget) -> None:
        super().__init__("Toolbar", parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        unit = self.fontMetrics().height()
        self.setIconSize(QSize(round(unit * 1.15), round(unit * 1.15)))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.speed = SpeedControl()
        self.compact = False
        self._roomy = 0
        """The width that every button with its text takes."""
        self.buttons: dict[str, QToolButton] = {}
        for group in TOOL_GROUPS:
            if group == "look":
                spring = QWidget()
                spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
                self.addWidget(spring)
            elif group != TOOL_GROUPS[0]:
                self.addSeparator()
            if group == "speed":
                self.addWidget(self.speed)
            for key, spec in actions.specs.items():
                if spec.tool == group:
                    self._add(key, actions)
        self.buttons["run"].setProperty("primary", True)
        self._steps(actions)
        # A toolbar reads the stylesheet's padding only when told that the style changed.
        self.ensurePolished()
        QApplication.sendEvent(self, QEvent(QEvent.Type.StyleChange))

    def showEvent(self, event: QShowEvent) -> None:
        """Only now are all styles known."""
        super().showEvent(event)
        self.fix_run_width()

    def _add(self, key: str, actions: ActionSet) -> None:
        action = actions[key]
        action.setIconText(SHORT_TEXT.get(key, actions.specs[key].text.rstrip("…")))
        self.addAction(action)
        button = cast(QToolButton, self.widgetForAction(action))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(actions.specs[key].text.rstrip("…"))
        if key in ICON_ONLY:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.buttons[key] = button

    def _steps(self, actions: ActionSet) -> None:
        """The step button's menu: a round, D only, G only."""
        menu = QMenu(self)
        for key in ("step", "step_d", "step_g"):
            menu.addAction(actions[key])
        self.buttons["step"].setMenu(menu)
        self.buttons["step"].setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)

    def fix_run_width(self) -> None:
        """Keep the run button as wide as its wider text, so that nothing jumps."""
        button = self.buttons["run"]
        button.setMinimumWidth(0)
        # As Qt measures it: the advance alone is a pixel less.
        widths = {text: button.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, text).width()
                  for text in (*RUN_TEXTS, button.text())}
        spare = button.sizeHint().width() - widths[button.text()]
        button.setMinimumWidth(spare + max(widths.values()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room some buttons keep only their icons."""
        super().resizeEvent(event)
        if not self.compact:
            self._roomy = self.sizeHint().width()
        compact = self.width() < self._roomy
        if compact is not self.compact:
            self.compact = compact
            style = (Qt.ToolButtonStyle.ToolButtonIconOnly if compact
                     else Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            for key in COMPACT:
                self.buttons[key].setToolButtonStyle(style)
            self.speed.set_compact(compact)
