"""Which two of several runs stand on the two sides of the wiper."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from ganstudio.studio.compare_pickers import dot


class Sides(QWidget):
    """Two lists; hidden while there are no more than two runs, which leaves nothing to choose."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.boxes: list[QComboBox] = []
        self._runs: list[tuple[Path, str, str]] = []
        self._wanted: list[Path] = []
        """What the person chose; empty for the first two."""
        self._shown = [-1, -1]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for k, title in enumerate(("Left", "Right")):
            label, box = QLabel(title), QComboBox()
            label.setBuddy(box)
            box.setAccessibleName(f"The run on the {title.lower()}")
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
            box.activated.connect(lambda _, k=k: self._chosen(k))
            row.addWidget(label)
            row.addWidget(box, 1)
            self.boxes.append(box)
        self.hide()

    def set_runs(self, runs: Sequence[tuple[Path, str, str]]) -> None:
        """Offer these, each as path, name and colour; what was chosen stays."""
        runs = list(runs)
        if runs == self._runs:
            return
        self._runs = runs
        paths = [path for path, _, _ in runs]
        if not all(path in paths for path in self._wanted):
            self._wanted = []
        chosen = self._wanted or paths
        for k, box in enumerate(self.boxes):
            box.clear()
            for path, name, colour in runs:
                box.addItem(dot(colour, box.iconSize().width()), name, path)
            box.setCurrentIndex(paths.index(chosen[k]) if k < len(chosen) else -1)
        self._shown = [box.currentIndex() for box in self.boxes]
        self.setVisible(len(runs) > 2)

    def pair(self) -> list[Path]:
        """The run on the left and the one on the right; fewer where there are fewer."""
        found = [box.currentData() for box in self.boxes]
        return [path for path in found if isinstance(path, Path)]

    def _chosen(self, k: int) -> None:
        """A run cannot stand on both sides: the other side takes the one that stood here."""
        here, there = self.boxes[k], self.boxes[1 - k]
        if here.currentIndex() == there.currentIndex():
            there.setCurrentIndex(self._shown[k])
        self._shown = [box.currentIndex() for box in self.boxes]
        self._wanted = self.pair()
        self.changed.emit()
