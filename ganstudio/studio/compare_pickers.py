"""Which runs are compared: a list to choose from for each, two at least."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QWidget

from ganstudio.studio import ask
from ganstudio.studio.compare_choices import Choice, choice_of
from ganstudio.studio.elided_box import ElidedBox
from ganstudio.studio.paths import runs_dir

MOST = 6
ASK = "Choose a run folder…"
PER_ROW = 3


class Pickers(QWidget):
    """A row of lists; ``changed`` whenever another run is chosen."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.boxes: list[QComboBox] = []
        self._choices: list[Choice] = []
        self.more = QPushButton("Add a run")
        self.more.clicked.connect(self._add_one)
        self.fewer = QPushButton("Take the last away")
        self.fewer.clicked.connect(self._drop_one)
        self.grid = QGridLayout()
        buttons = QHBoxLayout()
        buttons.addWidget(self.more)
        buttons.addWidget(self.fewer)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(self.grid, 1)
        row.addLayout(buttons)

    def set_choices(self, offered: Sequence[Choice], paths: Sequence[Path]) -> None:
        """Offer these, with ``paths`` chosen; the two newest runs where none are named."""
        self._choices = list(offered)
        known = {c.path for c in self._choices}
        self._choices = [*(choice_of(p) for p in paths if p not in known), *self._choices]
        chosen = list(dict.fromkeys(paths))
        for choice in self._choices:
            if len(chosen) >= 2:
                break
            if choice.path not in chosen:
                chosen.append(choice.path)
        while self.boxes:
            self._remove(self.boxes.pop())
        for path in [*chosen, None, None][:max(2, len(chosen))][:MOST]:
            self._append(path)
        self._settle()

    def paths(self) -> list[Path]:
        """What is chosen, each once."""
        found = [box.currentData() for box in self.boxes]
        return list(dict.fromkeys(p for p in found if isinstance(p, Path)))

    def set_colours(self, colours: Sequence[str]) -> None:
        """Give each list the colour of its run."""
        order = {path: k for k, path in enumerate(self.paths())}
        for box in self.boxes:
            at = order.get(box.currentData())
            for i in range(box.count()):
                box.setItemIcon(i, QIcon())
            if at is not None and at < len(colours):
                box.setItemIcon(box.currentIndex(), dot(colours[at], box.iconSize().width()))

    def _append(self, path: Path | None) -> None:
        box = ElidedBox()
        box.cut = Qt.TextElideMode.ElideMiddle  # names of one family differ at their ends
        box.setAccessibleName(f"Run {len(self.boxes) + 1}")
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(14)
        box.setPlaceholderText("Choose a run")
        for choice in self._choices:
            box.addItem(choice.title, choice.path)
            box.setItemData(box.count() - 1, str(choice.path), Qt.ItemDataRole.ToolTipRole)
        box.insertSeparator(box.count())
        box.addItem(ASK, ASK)
        box.setCurrentIndex(-1 if path is None else [
            box.itemData(i) for i in range(box.count())].index(path))
        box.activated.connect(lambda _, box=box: self._activated(box))
        box.setProperty("was", box.currentIndex())
        self.boxes.append(box)
        k = len(self.boxes) - 1
        self.grid.addWidget(box, k // PER_ROW, k % PER_ROW)

    def _remove(self, box: QComboBox) -> None:
        self.grid.removeWidget(box)
        box.hide()
        box.deleteLater()

    def _activated(self, box: QComboBox) -> None:
        if box.currentData() == ASK:
            chosen = ask.folder(self, "Choose a run folder to compare", str(runs_dir()))
            if not chosen:
                box.setCurrentIndex(box.property("was"))
                return
            path = Path(chosen)
            choice = choice_of(path)
            for each in self.boxes:
                each.insertItem(0, choice.title, path)
            self._choices.insert(0, choice)
            box.setCurrentIndex(0)
        box.setProperty("was", box.currentIndex())
        self._settle()

    def _add_one(self) -> None:
        taken = self.paths()
        self._append(next((c.path for c in self._choices if c.path not in taken), None))
        self._settle()

    def _drop_one(self) -> None:
        self._remove(self.boxes.pop())
        self._settle()

    def _settle(self) -> None:
        self.more.setEnabled(len(self.boxes) < MOST)
        self.fewer.setEnabled(len(self.boxes) > 2)
        self.changed.emit()


def dot(colour: str, side: int) -> QIcon:
    """A spot of a run's colour, as the icon of its entry in a list."""
    picture = QPixmap(side * 2, side * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(side // 4, side // 4, side // 2, side // 2)
    painter.end()
    return QIcon(picture)
