"""Log: what happened, plainly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut, QTextCursor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ganstudio.session.messages import Event, Update
from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.log_model import WORDS, LogModel, line_of, severity_of
from ganstudio.studio.docks.plotting_widgets import Bar, named, tool, truth
from ganstudio.studio.theme import Theme
from ganstudio.training.frames import RunInfo

NARROW = 420
"""Below this width the time is left to the tooltip."""


class _Filter(QSortFilterProxyModel):
    """Rows that hold every word of the filter, in step, kind, text or details."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []

    def set_text(self, text: str) -> None:
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange()

    def filterAcceptsRow(self, row: int, parent: QModelIndex) -> bool:
        if not self._words:
            return True
        event = self.sourceModel().events[row]
        # Not the time of day: its figures would answer to every number.
        told = " ".join(("step", str(event.step), WORDS[severity_of(event)], event.text,
                         event.details)).casefold()
        return all(word in told for word in self._words)


class LogDock(Dock):
    """A table of events, a filter, and the details of the one that is selected."""

    key: ClassVar[str] = "log"
    title: ClassVar[str] = "Log"
    hears_while_hidden: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.model = LogModel()
        self.shown = _Filter()
        self.shown.setSourceModel(self.model)
        self._shown_details: Event | None = None
        self._build()
        self._on_rows()

    def _build(self) -> None:
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter")
        self.filter.setClearButtonEnabled(True)
        self.filter.setMinimumWidth(120)
        named(self.filter, "Filter the log", "Shows rows that hold all of these words.")
        self.filter.textChanged.connect(self._on_filter)
        self.copy = tool("Copy all", "Copy the rows that are shown, with their details.")
        self.copy.clicked.connect(self.copy_shown)
        self.details_on = tool("Details", "Show the whole text of the selected row below.", True,
                               True)
        self.details_on.toggled.connect(lambda _: self._show_details())
        self.table = self._built_table()
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        named(self.details, "Details of the selected row", "Select text to copy it.")
        self.copy_details = tool("Copy details", "Copy the text above.")
        self.copy_details.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.details.toPlainText()))
        self._pane = QWidget()
        pane = QVBoxLayout(self._pane)
        pane.setContentsMargins(0, 0, 0, 0)
        pane.setSpacing(0)
        pane.addWidget(self.details)
        pane.addWidget(Bar(self.copy_details))
        self._pane.hide()
        self.words = QLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        self.words.setContentsMargins(12, 12, 12, 12)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        for k, widget in enumerate((self.table, self._pane)):
            self._split.addWidget(widget)
            self._split.setStretchFactor(k, 2 - k)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Bar(self.filter, self.copy, self.details_on))
        layout.addWidget(self.words, 1)
        layout.addWidget(self._split, 1)

    def _built_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.shown)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setTextElideMode(Qt.TextElideMode.ElideRight)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        metrics = table.fontMetrics()
        table.verticalHeader().setDefaultSectionSize(round(metrics.height() * 1.5))
        table.verticalHeader().setMinimumSectionSize(round(metrics.height() * 1.5))
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for k, widest in enumerate(("00:00:00", "0 000 000", "Warning")):
            table.setColumnWidth(k, metrics.horizontalAdvance(widest) + (38 if k == 2 else 16))
        named(table, "What happened", "")
        table.setToolTip("")
        table.selectionModel().currentRowChanged.connect(lambda *_: self._show_details())
        keys = QShortcut(QKeySequence.StandardKey.Copy, table)
        keys.setContext(Qt.ShortcutContext.WidgetShortcut)
        keys.activated.connect(self.copy_selected)
        return table

    # ---- what the window tells

    def begin(self, info: RunInfo | None) -> None:
        """The log goes on from run to run: what led to a new one is worth reading."""

    def receive(self, update: Update) -> None:
        """See Dock."""
        if not update.events:
            return
        bar = self.table.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 1
        self.model.add(update.events)
        self._on_rows()
        if at_end:
            self.table.scrollToBottom()

    def set_theme(self, theme: Theme) -> None:
        """See Dock."""
        self.model.set_theme(theme)

    def save_state(self) -> dict[str, Any]:
        """See Dock."""
        return {"details": self.details_on.isChecked()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Dock."""
        self.details_on.setChecked(truth(state, "details", self.details_on.isChecked()))

    # ---- controls

    def _on_filter(self, text: str) -> None:
        self.shown.set_text(text)
        self._on_rows()

    def _on_rows(self) -> None:
        there = self.shown.rowCount() > 0
        self.words.setText("No row holds these words." if self.model.events
                           else "Nothing has happened yet.")
        self.words.setVisible(not there)
        self._split.setVisible(there)
        self.copy.setEnabled(there)

    def _events(self, rows: list[int]) -> list[Event]:
        return [self.model.events[self.shown.mapToSource(self.shown.index(row, 0)).row()]
                for row in rows]

    def _show_details(self) -> None:
        row = self.table.currentIndex().row()
        event = self._events([row])[0] if row >= 0 else None
        self._pane.setVisible(event is not None and self.details_on.isChecked())
        if event is not None and event is not self._shown_details:
            self._shown_details = event
            self.details.setPlainText(line_of(event))
            self.details.moveCursor(QTextCursor.MoveOperation.Start)

    def _copy(self, rows: list[int]) -> None:
        QGuiApplication.clipboard().setText("\n".join(map(line_of, self._events(rows))))

    def copy_shown(self) -> None:
        """Copy every row that passes the filter."""
        self._copy(list(range(self.shown.rowCount())))

    def copy_selected(self) -> None:
        """Copy the selected rows, in their order."""
        self._copy(sorted(i.row() for i in self.table.selectionModel().selectedRows()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the room to the words where there is little."""
        super().resizeEvent(event)
        self.table.setColumnHidden(0, self.width() < NARROW)
