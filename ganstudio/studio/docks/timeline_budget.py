"""How much memory and disk the kept states of a run may take."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from ganstudio.studio.docks.plotting_widgets import spin

MEMORY_MB = 256
DISK_MB = 1024


class BudgetBox(QDialog):
    """Two numbers in megabytes."""

    chosen = Signal(int, int)

    def __init__(self, memory: int, disk: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Kept states")
        words = QLabel("States of the run are kept as it goes on: many of late, fewer further "
                       "back, and those at changes and diagnoses longest. From them every moment "
                       "can be shown and gone on from; with fewer it only takes longer to get "
                       "there.")
        words.setWordWrap(True)
        self.memory = spin(memory, 0, 1 << 20, "Memory", "Megabytes of memory for kept states")
        self.disk = spin(disk, 0, 1 << 24, "Disk", "Megabytes of disk for kept states, all "
                                                   "branches of a run together")
        form = QFormLayout()
        for box, text in ((self.memory, "In memory"), (self.disk, "On disk, each run")):
            box.setSuffix(" MB")
            box.setGroupSeparatorShown(True)
            form.addRow(text, box)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok
                                   | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for part in (words, form, buttons):
            column.addLayout(part) if isinstance(part, QFormLayout) else column.addWidget(part)
        self.accepted.connect(lambda: self.chosen.emit(self.memory.value(), self.disk.value()))
