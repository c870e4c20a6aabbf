"""Toy games with no run open: the Dynamics dock on a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ganstudio.studio.docks.dynamics import DynamicsDock
from ganstudio.studio.icons import icon
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import Theme


class LabHome(QWidget):
    """A heading with the way back, and the dock with its toy modes alone."""

    left = Signal()

    def __init__(self, state: object) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.setBackgroundRole(self.palette().ColorRole.Button)
        unit = self.fontMetrics().height()
        self.back = QPushButton("Start page")
        self.back.clicked.connect(self.left)
        heading = QLabel("Dynamics of toy games")
        heading.setFont(scaled(heading.font(), 1.25, bold=True))
        head = QHBoxLayout()
        head.setContentsMargins(unit // 2, unit // 3, unit // 2, 0)
        head.setSpacing(unit)
        head.addWidget(self.back)
        head.addWidget(heading)
        head.addStretch(1)
        self.dock = DynamicsDock()
        self.dock.set_toy_only()
        if isinstance(state, Mapping):
            self.dock.restore_state(state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit // 3)
        column.addLayout(head)
        column.addWidget(self.dock, 1)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.back.setIcon(icon("home", theme))
        self.dock.set_theme(theme)

    def shut(self) -> dict[str, Any]:
        """End the thread of toy games; the page's choices, to be kept."""
        self.dock.shut()
        return self.dock.save_state()


def show_lab(window: Any) -> None:
    """Bring the toy games of a main window into sight."""
    controller = window.controller
    if controller is not None and controller.session is not None:
        dock = window.show_dock("dynamics")
        if dock is not None and dock.mode not in ("toy", "compare"):
            dock.set_mode("toy")
        return
    if window.lab_page is None:
        window.lab_page = LabHome(window.settings.get("lab", {}))
        window.lab_page.set_theme(window.appearance.theme)
        window.lab_page.left.connect(window.show_start)
        window.pages.addWidget(window.lab_page)
    window.pages.setCurrentWidget(window.lab_page)
    window.lab_page.dock.lab.field.plane.setFocus()
