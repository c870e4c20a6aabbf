"""The queue: runs trained one after another, unattended, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ganstudio.metrics.table import METRICS
from ganstudio.recipe import Recipe
from ganstudio.recipe.data import IMAGE_KINDS
from ganstudio.recipe.sweep import Point, said
from ganstudio.runs.ranking import LOSSES, best_key, floor_of, keys_of, value_of
from ganstudio.runs.sweep import Job, Result, make_jobs
from ganstudio.runs.timelapse import Timelapse
from ganstudio.session.queue_session import QueueNews, QueueSession
from ganstudio.studio.compare_tables import PlainTable
from ganstudio.studio.docks.metrics_plot import figures
from ganstudio.studio.docks.plotting_range import plain
from ganstudio.studio.icons import icon
from ganstudio.studio.queue_add import AddForm
from ganstudio.studio.queue_tiles import Tile, Tiles
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT, Theme

PERIOD = 200
RUN = Qt.ItemDataRole.UserRole
TITLES = {"loss_d": "Loss of D", "loss_g": "Loss of G"}


class NumberItem(QTableWidgetItem):
    """A cell that sorts by its number; those without one come last. A ``name`` stands left."""

    def __init__(self, number: float, text: str, name: bool = False) -> None:
        super().__init__(text)
        self.number = number if number == number else float("inf")
        if not name:
            self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return isinstance(other, NumberItem) and self.number < other.number


class QueuePage(QWidget):
    """A list that works itself off on a thread of its own."""

    left = Signal()
    going_changed = Signal()
    run_opened = Signal(object)
    compared = Signal(object)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.folder = folder
        self.theme: Theme = LIGHT
        self.news = QueueNews()
        self.going = False
        """Whether it trains."""
        self._drawn: object = None
        self._build(self.fontMetrics().height())
        self.session = QueueSession(folder)
        self.session.start()
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD)
        self._timer.timeout.connect(self.poll)
        self._timer.start()

    def _build(self, unit: int) -> None:
        self.back = QPushButton("Back")
        self.back.clicked.connect(self.left)
        heading = QLabel("Queue of runs")
        heading.setFont(scaled(heading.font(), 1.25, bold=True))
        self.status = QLabel()
        self.go_button = QPushButton("Run")
        self.go_button.setProperty("primary", True)
        self.go_button.clicked.connect(self._toggle)
        self.skip_button = QPushButton("Skip this run")
        self.skip_button.clicked.connect(lambda: self.session.skip())
        head = QHBoxLayout()
        head.setSpacing(unit // 2)
        for part in (self.back, heading):
            head.addWidget(part)
        head.addStretch(1)
        for part in (self.status, self.skip_button, self.go_button):
            head.addWidget(part)
        self.form = AddForm()
        self.form.added.connect(self._add)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("How far the queue is")
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.hide()
        self.table = PlainTable("Runs of the queue and their results", stretch=False)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.table.horizontalHeader().sortIndicatorChanged.connect(
            lambda *_: self.refresh_tiles())
        self.table.itemSelectionChanged.connect(self._selected)
        self.table.itemDoubleClicked.connect(lambda item: self._open(self._run_of(item.row())))
        self.empty = QLabel("Nothing waits. Choose a recipe above, perhaps a setting with several "
                            "values, and add it; then press Run and leave it alone.")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.tiles = Tiles()
        self.tiles.chosen.connect(self._choose)
        self.tiles.opened.connect(self._open)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.tiles)
        area.setMinimumHeight(self.tiles.side() + unit * 2)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self.split.addWidget(area)
        self.split.setSizes([300, 240])
        column = QVBoxLayout(self)
        column.setContentsMargins(unit // 2, unit // 2, unit // 2, unit // 2)
        column.setSpacing(unit // 2)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(self.form)
        column.addWidget(self.note)
        column.addWidget(self.empty, 1)
        column.addWidget(self.split, 1)
        column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.open_button = QPushButton("Open")
        self.compare_button = QPushButton("Compare")
        self.retry_button = QPushButton("Try again")
        self.remove_button = QPushButton("Remove from the queue")
        self.open_button.clicked.connect(lambda: self._open(*self.selected()[:1]))
        self.compare_button.clicked.connect(
            lambda: self.compared.emit([self.folder / run for run in self.selected()]))
        self.retry_button.clicked.connect(lambda: self._each(self.session.retry))
        self.remove_button.clicked.connect(lambda: self._each(self.session.remove))
        for button in (self.open_button, self.compare_button, self.retry_button,
                       self.remove_button):
            row.addWidget(button)
        row.addStretch(1)
        return row

    # ---- doing -----------------------------------------------------------------------------------

    def offer(self, recipe: Recipe | None) -> None:
        """The recipe of the open run can be added too."""
        self.form.offer(recipe)

    def _add(self, points: Sequence[Point], steps: int) -> None:
        taken = [*(j.run for j in self.news.jobs), *(p.name for p in self.folder.glob("*.run"))]
        self.session.add(make_jobs(((p.recipe, p.values) for p in points), steps, taken))

    def _toggle(self) -> None:
        (self.session.pause if self.news.state == "running" else self.session.run)()

    def _each(self, act: object) -> None:
        for run in self.selected():
            act(run)  # type: ignore[operator]

    def _open(self, run: str = "") -> None:
        if run and (self.folder / run / "run.json").is_file():
            self.run_opened.emit(self.folder / run)

    # ---- selection -------------------------------------------------------------------------------

    def _run_of(self, row: int) -> str:
        item = self.table.item(row, 0)
        return str(item.data(RUN)) if item is not None else ""

    def selected(self) -> list[str]:
        """The runs that are selected, from top to bottom."""
        return [self._run_of(i.row()) for i in self.table.selectionModel().selectedRows()]

    def _choose(self, run: str) -> None:
        for row in range(self.table.rowCount()):
            if self._run_of(row) == run:
                self.table.selectRow(row)

    def _selected(self) -> None:
        runs = self.selected()
        self.tiles.select(set(runs))
        results = self.news.results
        there = [r for r in runs if (self.folder / r / "run.json").is_file()]
        self.open_button.setEnabled(len(there) == 1 and there[0] != self.news.current)
        self.compare_button.setEnabled(2 <= len(there) <= 6)
        self.remove_button.setEnabled(bool(runs))
        self.retry_button.setEnabled(any(r in results and results[r].state != "done"
                                         for r in runs))

    # ---- what is new -----------------------------------------------------------------------------

    def poll(self) -> None:
        """Take in how the queue stands."""
        self.news = news = self.session.poll()
        if news.notes:
            self.note.setText("\n".join(news.notes))
            self.note.show()
        self._show_state(news)
        drawn = (news.jobs, news.results, news.current)
        if drawn != self._drawn:
            self._drawn = drawn
            self.refresh()
        elif news.current:
            self._show_step(news)

    def _show_state(self, news: QueueNews) -> None:
        going = news.state == "running"
        if going is not self.going:
            self.going = going
            self.going_changed.emit()
        self.go_button.setText("Pause" if going else "Run")
        self.go_button.setIcon(icon("pause" if going else "run", self.theme,
                                    self.theme.accent_text))
        waits = [j for j in news.jobs if j.run not in news.results]
        self.go_button.setEnabled(going or (news.state == "paused" and bool(waits)))
        self.skip_button.setEnabled(bool(news.current))
        total = sum(j.steps for j in news.jobs)
        done = sum(j.steps for j in news.jobs if j.run in news.results) + news.step
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(1000 * done / total) if total else 0)
        words = f"{len(news.jobs) - len(waits)} of {len(news.jobs)} runs" if news.jobs else ""
        left = news.seconds_left()
        if going and left is not None:
            words += f" · {news.rate:,.0f} steps/s · {clock(left)} left"
        self.status.setText(words)

    def _show_step(self, news: QueueNews) -> None:
        for row in range(self.table.rowCount()):
            if self._run_of(row) == news.current:
                self.table.item(row, 2).setText(f"{news.step:,}")

    def refresh(self) -> None:
        """Table and pictures anew; the order that was chosen and the selection stay."""
        news, table = self.news, self.table
        self.empty.setVisible(not news.jobs)
        self.split.setVisible(bool(news.jobs))
        chosen = self.selected()
        images = any(job.recipe.data.kind in IMAGE_KINDS for job in news.jobs)
        keys = list(keys_of(news.results.values()))
        best = best_key(news.results.values(), images)
        keys.sort(key=lambda k: (k != best, k not in LOSSES))  # what tells most comes first
        head = ["Run", "State", "Step",
                *(METRICS[k].title if k in METRICS else TITLES[k] for k in keys)]
        table.blockSignals(True)
        table.setSortingEnabled(False)
        table.fill(head, [self._row(job, news.results.get(job.run), keys) for job in news.jobs])
        table.setSortingEnabled(True)
        if table.horizontalHeader().sortIndicatorSection() >= len(head):
            table.sortItems(0)
        table.clearSelection()
        mode = table.selectionMode()
        table.setSelectionMode(table.SelectionMode.MultiSelection)
        for run in chosen:
            self._choose(run)
        table.setSelectionMode(mode)
        table.blockSignals(False)
        self.refresh_tiles()
        self._selected()

    def _row(self, job: Job, result: Result | None, keys: Sequence[str]) -> list[QTableWidgetItem]:
        current = job.run == self.news.current
        state = result.state if result is not None else "training" if current else "waiting"
        place = self.news.jobs.index(job)
        name = NumberItem(place, said(job.values) or job.title, name=True)
        name.setData(RUN, job.run)
        name.setToolTip(f"{job.title}\n{self.folder / job.run}")
        standing = QTableWidgetItem(f"failed: {result.error}" if result is not None and result.error
                                    else state)
        if state == "failed":
            standing.setForeground(QBrush(QColor(self.theme.error)))
            standing.setToolTip(standing.text())
        step = result.step if result is not None else self.news.step if current else 0
        row = [name, standing, NumberItem(step, f"{step:,}")]
        for key in keys:
            value = value_of(result, key) if result is not None else float("nan")
            item = NumberItem(value, figures(key, value, 4))
            if result is not None and key in result.metrics:
                floor, sd = floor_of(result.metrics, key)
                item.setToolTip(f"{METRICS[key].help}\nFresh real data would score {plain(floor)} "
                                f"± {plain(sd, 2)}.")
            row.append(item)
        return row

    def refresh_tiles(self) -> None:
        """The pictures anew, in the table's order."""
        jobs = {job.run: job for job in self.news.jobs}
        tiles = []
        for row in range(self.table.rowCount()):
            run = self._run_of(row)
            lapse = Timelapse(self.folder / run / "timelapse")
            result = self.news.results.get(run)
            steps = lapse.steps() if result is not None else []
            tiles.append(Tile(run, said(jobs[run].values) or jobs[run].title,
                              lapse.frame(steps[-1]) if steps else None,
                              result.state if result is not None else
                              "training" if run == self.news.current else "waiting"))
        self.tiles.show_tiles(tiles)

    # ---- the rest --------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.back.setIcon(icon("home", theme))
        for label in (self.form.complaint, self.note):
            label.setStyleSheet(f"color: {theme.error};")
        for label in (self.status, self.empty):
            label.setStyleSheet(f"color: {theme.muted};")
        self.tiles.set_theme(theme)
        self.refresh()
        self._show_state(self.news)

    def shut(self) -> None:
        """The window closes: the run in hand is saved and goes on another time."""
        self._timer.stop()
        self.session.close()
        self.going = False


def clock(seconds: float) -> str:
    """How long, in words."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
