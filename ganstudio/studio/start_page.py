"""The first thing that is seen: presets as pictures, your own data, and recent runs."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ganstudio.recipe import PRESETS
from ganstudio.studio.cards import Card, CardGrid
from ganstudio.studio.dropping import dropped
from ganstudio.studio.icons import icon, pixmap
from ganstudio.studio.recent import recent_runs
from ganstudio.studio.rows import RowGrid, TwoLineRow, recent_row
from ganstudio.studio.settings import Settings
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.studio.thumbnails import preset_thumbnail

DATA_GLYPHS = {"mnist": "image", "images": "folder"}
WIDE = 62  # font heights: from here on the side column stands beside the cards


class DropZone(QFrame):
    """Says what may be dropped; the whole page takes it."""

    def __init__(self) -> None:
        super().__init__()
        self.lit = False
        self.theme = LIGHT
        unit = self.fontMetrics().height()
        column = QVBoxLayout(self)
        column.setContentsMargins(unit, unit, unit, unit)
        column.setSpacing(unit // 2)
        self.sign = QLabel()
        self.sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text = QLabel("Drop a table of points (CSV, NPY, NPZ), an IDX file, or a folder "
                           "of images")
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout()
        self.file_button = QPushButton("Choose file…")
        self.folder_button = QPushButton("Choose folder…")
        row.addStretch(1)
        row.addWidget(self.file_button)
        row.addWidget(self.folder_button)
        row.addStretch(1)
        column.addWidget(self.sign)
        column.addWidget(self.text)
        column.addLayout(row)

    def set_lit(self, lit: bool) -> None:
        """Show that something hovers that can be dropped."""
        self.lit = lit
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """A dashed outline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(self.theme.accent if self.lit else self.theme.muted), 1.5)
        pen.setStyle(Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(QColor(self.theme.tint_info if self.lit else self.theme.panel))
        radius = self.fontMetrics().height() * .55
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        side = round(self.fontMetrics().height() * 1.8)
        picture = pixmap("drop", theme.muted, side * 2)
        picture.setDevicePixelRatio(2)
        self.sign.setPixmap(picture)
        self.text.setStyleSheet(f"color: {theme.muted};")
        self.update()


class StartPage(QScrollArea):
    """Everything that can be started, a click away."""

    preset_chosen = Signal(str)
    run_chosen = Signal(object)
    path_given = Signal(object)
    draw_wanted = Signal()
    lab_wanted = Signal()
    compare_wanted = Signal()
    file_wanted = Signal()
    folder_wanted = Signal()
    settled = Signal()
    """Every picture is drawn: the machine is free for other preparations."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.theme = LIGHT
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("page", True)  # it may hold the keys, and no ring round the window says so
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        unit = self.fontMetrics().height()
        inner = QWidget()
        inner.setObjectName("startPage")
        outer = QHBoxLayout(inner)
        outer.setContentsMargins(unit * 2, unit * 2, unit * 2, unit * 2)
        middle = QWidget()
        middle.setMaximumWidth(unit * 90)
        outer.addStretch(1)
        outer.addWidget(middle, 1000)
        outer.addStretch(1)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(unit * 1.4))
        column.addLayout(self._heading(unit))
        self.split = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.split.setSpacing(unit * 2)
        self.grid = CardGrid()
        self.rows = {"stabilised": RowGrid(), "published": RowGrid()}
        left = QVBoxLayout()
        left.setSpacing(unit)
        left.addWidget(self.grid)
        for group, caption in (("stabilised", "The ring, with one stabiliser"),
                               ("published", "Published recipes")):
            left.addSpacing(unit)
            left.addWidget(self._caption(caption))
            left.addWidget(self.rows[group])
        left.addStretch(1)
        self.split.addLayout(left, 1)
        self.side = self._side(unit)
        self.split.addWidget(self.side, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(self.split)
        column.addStretch(1)
        self.setWidget(inner)
        self._add_cards()
        self._waiting: list[str] = []
        self._painter = QTimer(self)
        self._painter.setInterval(0)
        self._painter.timeout.connect(self._draw_one)
        self._draw_all()
        self.refresh_recent()

    def _heading(self, unit: int) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(unit // 3)
        self.heading = QLabel("What should it learn?")
        self.heading.setFont(scaled(self.font(), 2, bold=True))
        self.lead = QLabel("Choose a picture and a generator begins to imitate it, while a "
                           "discriminator tries to tell the two apart.")
        self.lead.setFont(scaled(self.font(), 1.15))
        self.lead.setWordWrap(True)
        column.addWidget(self.heading)
        column.addWidget(self.lead)
        return column

    def _side(self, unit: int) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(round(unit * .6))
        column.addWidget(self._caption("Your own data"))
        self.draw_button = QPushButton("Draw a distribution…")
        self.draw_button.clicked.connect(self.draw_wanted)
        column.addWidget(self.draw_button)
        self.lab_button = QPushButton("Play with toy games…")
        self.lab_button.setToolTip("Games of two numbers: see update rules spiral in, circle or "
                                   "escape.")
        self.lab_button.clicked.connect(self.lab_wanted)
        self.drop = DropZone()
        self.drop.file_button.clicked.connect(self.file_wanted)
        self.drop.folder_button.clicked.connect(self.folder_wanted)
        column.addWidget(self.drop)
        column.addSpacing(unit)
        column.addWidget(self._caption("No data needed"))
        column.addWidget(self.lab_button)
        column.addSpacing(unit)
        self.recent_caption = self._caption("Recent runs")
        column.addWidget(self.recent_caption)
        self.recent_list = QVBoxLayout()
        self.recent_list.setSpacing(2)
        column.addLayout(self.recent_list)
        self.compare_button = QPushButton("Compare runs…")
        self.compare_button.setToolTip("Set two or more runs side by side")
        self.compare_button.clicked.connect(self.compare_wanted)
        column.addWidget(self.compare_button)
        column.addStretch(1)
        return side

    def _caption(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setFont(scaled(label.font(), 1.1, bold=True))
        return label

    def _add_cards(self) -> None:
        for name, preset in PRESETS.items():
            source = f"\n{preset.source}" if preset.source else ""
            if preset.needs_data:
                source += "\nAsks for a folder or a file."
            tip = f"{preset.summary}{source}"
            if preset.group in self.rows:
                row = TwoLineRow(preset.title, preset.source)
                row.setAccessibleName(f"Train {preset.title}")
                row.clicked.connect(lambda _=False, name=name: self.preset_chosen.emit(name))
                row.setToolTip(tip)
                self.rows[preset.group].add(row)
            else:
                card = Card(name, preset.title, preset.summary, DATA_GLYPHS.get(name, ""))
                card.setToolTip(tip)
                self.grid.add(card)
        self.grid.chosen.connect(self.preset_chosen)

    # ---- pictures, one at a time so that the window stays awake ----------------------------------

    def _draw_all(self) -> None:
        self._waiting = [card.key for card in self.grid.cards]
        self._painter.start()

    def _draw_one(self) -> None:
        begun = time.perf_counter()
        while self._waiting and time.perf_counter() - begun < 0.008:
            key = self._waiting.pop(0)
            path = self.settings.get(f"data_path.{key}", "")
            card = next(c for c in self.grid.cards if c.key == key)
            card.show_thumbnail(preset_thumbnail(key, path))
        if not self._waiting:
            self._painter.stop()
            self.settled.emit()

    # ---- recent runs -----------------------------------------------------------------------------

    def refresh_recent(self) -> None:
        """Read the list of runs anew."""
        while self.recent_list.count():
            widget = self.recent_list.takeAt(0).widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        runs = recent_runs(self.settings)
        for run in runs:
            row = recent_row(run)
            row.theme = self.theme
            row.clicked.connect(lambda _=False, path=run.path: self.run_chosen.emit(path))
            self.recent_list.addWidget(row)
        self.recent_caption.setVisible(bool(runs))
        self.compare_button.setVisible(len(runs) > 1)

    # ---- dropping --------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files from this machine are welcome."""
        if dropped(event.mimeData()) is not None:
            event.acceptProposedAction()
            self.drop.set_lit(True)

    def dragMoveEvent(self, event: QDragEnterEvent) -> None:
        """Anywhere on the page will do."""
        event.acceptProposedAction()

    def dragLeaveEvent(self, _: QDragLeaveEvent) -> None:
        """It went away."""
        self.drop.set_lit(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the first file or folder."""
        self.drop.set_lit(False)
        path = dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.path_given.emit(path)

    # ---- shape and colour ------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The side column goes below the cards where the window is narrow."""
        super().resizeEvent(event)
        unit = self.fontMetrics().height()
        wide = self.width() >= unit * WIDE
        direction = (QBoxLayout.Direction.LeftToRight if wide
                     else QBoxLayout.Direction.TopToBottom)
        if self.split.direction() != direction:
            self.split.setDirection(direction)
        self.side.setFixedWidth(unit * 19 if wide else 16777215)
        if not wide:
            self.side.setMinimumWidth(0)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.grid.set_theme(theme)
        for rows in self.rows.values():
            rows.set_theme(theme)
        self.drop.set_theme(theme)
        self.draw_button.setIcon(icon("draw", theme))
        self.lab_button.setIcon(icon("run", theme))
        self.lead.setStyleSheet(f"color: {theme.muted};")
        for index in range(self.recent_list.count()):
            row = self.recent_list.itemAt(index).widget()
            row.theme = theme
            row.update()
