"""Samples that are images: a grid at fixed latents, real ones beside it, one of them large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ganstudio.studio.docks.plotting_mosaic import Mosaic, Picture
from ganstudio.studio.docks.plotting_range import fixed
from ganstudio.studio.docks.plotting_widgets import GAP, Bar, named, spin, tool, truth, whole
from ganstudio.studio.docks.samples_page import Page
from ganstudio.studio.theme import Theme
from ganstudio.training.frames import Frame, MosaicFrame, RunInfo, Want, WantMosaic

MOST_TILES = 32
NARROW = 420
"""Below this width real and generated images stand one above the other."""


class TilePanel(QWidget):
    """One tile, large, with its latent to copy and D's verdict."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = Picture("The chosen image, large")
        self.heading = QLabel()
        self.score = QLabel()
        for label in (self.heading, self.score):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.z = QPlainTextEdit()
        self.z.setReadOnly(True)
        self.z.setTabChangesFocus(True)
        self.z.setMaximumHeight(4 * self.z.fontMetrics().height() + 12)
        named(self.z, "Latent z of the chosen image", "The numbers that G made this image from.")
        self.copy = tool("Copy z", "Copy the latent z as a list of numbers.")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(
            self.z.toPlainText()))
        self.close_button = tool("Close", "Back to the whole grid (Esc).")
        self.close_button.setShortcut("Esc")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.heading)
        words.addWidget(self.score)
        words.addWidget(self.z)
        words.addWidget(Bar(self.copy, self.close_button))
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.addWidget(self.picture, 2)
        layout.addLayout(words, 3)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_tile(self, frame: MosaicFrame, k: int, real: bool) -> None:
        """Fill in from a frame."""
        high, wide = frame.tile
        row, column = divmod(k, frame.columns)
        self.picture.set_image(frame.image[row * high:(row + 1) * high,
                                           column * wide:(column + 1) * wide])
        self.heading.setText(f"<b>{'Real' if real else 'Generated'}</b>, row {row + 1}, "
                             f"column {column + 1}")
        self.score.setText(f"D: {fixed(float(frame.scores[k]))}" if k < len(frame.scores)
                           else "D: …")
        there = k < len(frame.z)
        text = ("[" + ", ".join(f"{v:.6g}" for v in frame.z[k]) + "]") if there else ""
        if text != self.z.toPlainText():
            self.z.setPlainText(text)
        self.z.setVisible(there)
        self.copy.setVisible(there)


class ImagesPage(Page):
    """The grid and its choices."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = spin(8, 1, MOST_TILES, "Rows", "Rows of the grid.")
        self.columns = spin(8, 1, MOST_TILES, "Columns", "Columns of the grid.")
        self.beside = tool("Real beside", "Show real images beside the generated ones.", True,
                           True)
        self.scores = tool("D's scores", "Write D's output on every tile.", True)
        self.averaged.setChecked(True)
        grid = QWidget()
        line = QHBoxLayout(grid)
        line.setContentsMargins(0, 0, 0, 0)
        for widget in (self.rows, QLabel("×"), self.columns):
            line.addWidget(widget)
        self.fake = Mosaic("Generated images, fixed latents", "Generated, at fixed latents")
        self.real = Mosaic("Real images", "Real")
        self.panel = TilePanel()
        self.panel.hide()
        self._frames: dict[str, MosaicFrame] = {}
        self._tile: tuple[str, int] | None = None
        self._shape: tuple[object, ...] = ()
        self._sides = QSplitter(Qt.Orientation.Horizontal)
        self._sides.setChildrenCollapsible(False)
        self._sides.addWidget(self.fake)
        self._sides.addWidget(self.real)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self._sides)
        self._split.addWidget(self.panel)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Bar(grid, self.beside, self.averaged, self.scores))
        layout.addWidget(self._split, 1)
        self.rows.valueChanged.connect(lambda _: self.wants_changed.emit())
        self.columns.valueChanged.connect(lambda _: self.wants_changed.emit())
        self.scores.toggled.connect(self._on_scores)
        self.beside.toggled.connect(self._on_beside)
        self.fake.chosen.connect(lambda k: self.choose("mosaic", k))
        self.real.chosen.connect(lambda k: self.choose("real", k))
        self.panel.close_button.clicked.connect(self._on_close)

    def begin(self, info: RunInfo) -> None:
        """See Page."""
        self._frames, self._tile = {}, None
        self.panel.hide()
        self._arrange()
        self.fake.clear()
        self.real.clear()

    def wants(self) -> dict[str, Want]:
        """See Page."""
        rows, columns = self.rows.value(), self.columns.value()
        scores = self.scores.isChecked() or self._tile is not None
        wants: dict[str, Want] = {"mosaic": WantMosaic(rows, columns, False, scores,
                                                       self.take_average())}
        if self.beside.isChecked():
            wants["real"] = WantMosaic(rows, columns, True, scores, False)
        return wants

    def receive(self, frames: Mapping[str, Frame]) -> None:
        """See Page."""
        for key, mosaic in (("mosaic", self.fake), ("real", self.real)):
            frame = frames.get(key)
            if isinstance(frame, MosaicFrame):
                self._frames[key] = frame
                self._show(key, mosaic)

    def _show(self, key: str, mosaic: Mosaic) -> None:
        frame = self._frames.get(key)
        if frame is None:
            return
        scores = frame.scores if self.scores.isChecked() else np.empty(0)
        shape = frame.rows, frame.columns, frame.image.shape
        mosaic.set_picture(frame.image, frame.rows, frame.columns, scores)
        if shape != self._shape:
            self._shape = shape
            self._arrange()
        if self._tile is not None and self._tile[0] == key:
            k = min(self._tile[1], frame.rows * frame.columns - 1)
            self.panel.show_tile(frame, k, key == "real")

    def choose(self, key: str, k: int) -> None:
        """Show this tile large."""
        fresh = self._tile is None
        self._tile = (key, k)
        self._show(key, self.fake if key == "mosaic" else self.real)
        self.panel.show()
        self._arrange()
        if fresh:
            self.wants_changed.emit()

    def _on_close(self) -> None:
        self._tile = None
        self.panel.hide()
        self._arrange()
        self.fake.setFocus()
        self.wants_changed.emit()

    def _on_scores(self) -> None:
        self._show("mosaic", self.fake)
        self._show("real", self.real)
        self.wants_changed.emit()

    def _on_beside(self, on: bool) -> None:
        self._arrange()
        if self._tile is not None and self._tile[0] == "real" and not on:
            self._on_close()
        self.wants_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Side by side where there is room; where there is little, only the grid whose tile is
        shown large.
        """
        across = self._side_by_side()
        self._sides.setOrientation(Qt.Orientation.Horizontal if across
                                   else Qt.Orientation.Vertical)
        alone = self._tile[0] if self._tile is not None and not across else None
        self.fake.setVisible(alone != "real")
        self.real.setVisible(self.beside.isChecked() and alone != "mosaic")

    def _side_by_side(self) -> bool:
        """Whether the two grids come out larger beside each other than one above the other."""
        if self.width() < NARROW:
            return self.width() > self.height()
        wide, high = self._sides.width(), self._sides.height()
        beside = self.fake.scale_in(wide / 2, high)
        above = self.fake.scale_in(wide, high / 2)
        return beside >= above

    def set_theme(self, theme: Theme) -> None:
        """See Page."""
        super().set_theme(theme)
        for widget in (self.fake, self.real, self.panel.picture):
            widget.set_theme(theme)

    def save_state(self) -> dict[str, Any]:
        """See Page."""
        return {"rows": self.rows.value(), "columns": self.columns.value(),
                "beside": self.beside.isChecked(), "scores": self.scores.isChecked(),
                "averaged": self.averaged.isChecked()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Page."""
        for key, box in (("rows", self.rows), ("columns", self.columns)):
            box.setValue(whole(state, key, box.value(), 1, MOST_TILES))
        for key, button in (("beside", self.beside), ("scores", self.scores),
                            ("averaged", self.averaged)):
            button.setChecked(truth(state, key, button.isChecked()))
