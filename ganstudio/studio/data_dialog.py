"""Asks where the images are, for presets that need some."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.recipe import PRESETS
from ganstudio.studio.text import scaled

NOTES = {
    "mnist": "MNIST comes as IDX files: choose train-images-idx3-ubyte (packed as .gz or not), "
             "or the folder that holds it. Nothing is downloaded.",
    "images": "Choose a folder of pictures of any size, an IDX file, or an array of images "
              "(.npy, .npz). How they are made square can be set under Data.",
}


class DataDialog(QDialog):
    """A path, typed or chosen; ``chosen`` carries it."""

    chosen = Signal(str)

    def __init__(self, preset: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = PRESETS[preset].title
        self.setWindowTitle(f"{title}: where is the data?")
        unit = self.fontMetrics().height()
        column = QVBoxLayout(self)
        column.setContentsMargins(unit * 2, unit + unit // 2, unit * 2, unit + unit // 2)
        column.setSpacing(unit * 2 // 3)
        heading = QLabel(f"Where is {'MNIST' if preset == 'mnist' else 'your data'}?")
        heading.setFont(scaled(self.font(), 1.35, bold=True))
        note = QLabel(NOTES[preset])
        note.setWordWrap(True)
        note.setMinimumWidth(unit * 30)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Folder or file")
        self.line.setAccessibleName("Folder or file")
        self.line.setMinimumWidth(unit * 20)
        row = QHBoxLayout()
        self.file_button = QPushButton("Choose file…")
        self.folder_button = QPushButton("Choose folder…")
        row.addWidget(self.line, 1)
        row.addWidget(self.file_button)
        row.addWidget(self.folder_button)
        self.complaint = QLabel()
        self.complaint.setObjectName("complaint")
        buttons = QHBoxLayout()
        self.cancel_button = QPushButton("Cancel")
        self.train_button = QPushButton("Train")
        self.train_button.setDefault(True)
        self.train_button.setEnabled(False)
        buttons.addWidget(self.complaint, 1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.train_button)
        for part in (heading, note):
            column.addWidget(part)
        column.addLayout(row)
        column.addSpacing(unit // 2)
        column.addLayout(buttons)
        for button in (self.file_button, self.folder_button, self.cancel_button):
            button.setAutoDefault(False)
        self.line.textChanged.connect(self._check)
        self.file_button.clicked.connect(self._file)
        self.folder_button.clicked.connect(self._folder)
        self.cancel_button.clicked.connect(self.reject)
        self.train_button.clicked.connect(self._take)

    def _check(self, text: str) -> None:
        exists = bool(text.strip()) and Path(text.strip()).expanduser().exists()
        self.train_button.setEnabled(exists)
        self.complaint.setText("" if exists or not text.strip() else "There is nothing there.")

    def _file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Choose the data")
        if chosen:
            self.line.setText(chosen)

    def _folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Choose the folder")
        if chosen:
            self.line.setText(chosen)

    def _take(self) -> None:
        path = str(Path(self.line.text().strip()).expanduser())
        self.accept()
        self.chosen.emit(path)
