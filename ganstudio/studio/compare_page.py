"""Runs and branches side by side: curves, samples with a wiper, metrics, and recipes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ganstudio.metrics.table import METRICS
from ganstudio.session.comparing import Reader, Subject
from ganstudio.studio.compare_choices import Choice, told_apart
from ganstudio.studio.compare_curves import Curve, CurvesView
from ganstudio.studio.compare_lockstep import LIVE, LockstepPart
from ganstudio.studio.compare_pickers import Pickers
from ganstudio.studio.compare_sides import Sides
from ganstudio.studio.compare_tables import PlainTable, differing, metric_rows, recipe_rows
from ganstudio.studio.compare_wiper import Side, WiperView
from ganstudio.studio.docks.timeline_lanes import hue
from ganstudio.studio.icons import icon
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.frames import SCALARS

SCALAR_TITLES = ("Loss of D", "Loss of G", "D on real", "D on fakes")
FIRST_METRICS = ("w1", "sliced_w1", "frechet")
PERIOD = 50
NARROW = 70  # font heights
SHORT = 30
NOTHING = "Nothing is recorded of this yet"


class ComparePage(LockstepPart, QWidget):
    """Shows the runs that are chosen in its head. Reads them on a thread of its own; trains them
    in lockstep where asked to.
    """

    left = Signal()
    going_changed = Signal()
    lockstep_wanted = Signal()
    """The person wants to train them; whoever owns other runs closes those, and calls ``train``."""

    def __init__(self) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.theme: Theme = LIGHT
        self.subjects: dict[Path, Subject] = {}
        self.reader = Reader()
        self.start_lockstep()
        self._build(self.fontMetrics().height())
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD)
        self._timer.timeout.connect(self.poll)

    def _build(self, unit: int) -> None:
        self.back = QPushButton("Back")
        self.back.clicked.connect(self.leave)
        heading = QLabel("Compare runs")
        heading.setFont(scaled(heading.font(), 1.25, bold=True))
        self.train_button = QPushButton("Train side by side")
        self.train_button.setToolTip("Train these runs on, by equal steps on one thread: runs of "
                                     "one seed see the same batches")
        self.train_button.clicked.connect(self._toggle)
        self.status = QLabel()
        head = QHBoxLayout()
        head.setSpacing(unit)
        for part in (self.back, heading):
            head.addWidget(part)
        head.addStretch(1)
        head.addWidget(self.status)
        head.addWidget(self.train_button)
        self.pickers = Pickers()
        self.pickers.changed.connect(self._chosen)
        self.problems = QLabel()
        self.problems.setWordWrap(True)
        self.split = QSplitter()
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._samples(unit))
        self.split.addWidget(self._figures())
        self.split.setStretchFactor(0, 4)
        self.split.setStretchFactor(1, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(unit // 2, unit // 2, unit // 2, unit // 2)
        column.setSpacing(unit // 2)
        column.addLayout(head)
        column.addWidget(self.pickers)
        column.addWidget(self.problems)
        column.addWidget(self.split, 1)

    def _samples(self, unit: int) -> QWidget:
        self.wiper = WiperView()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, LIVE)
        self.slider.setValue(LIVE)
        self.slider.setAccessibleName("The step that is shown")
        self.slider.setToolTip("Earlier steps of the runs; all the way right is the newest")
        self.slider.valueChanged.connect(lambda _: self.refresh_samples())
        self.step_label = QLabel("newest")
        self.step_label.setFixedWidth(unit * 7)
        self.note = QLabel()
        self.note.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.slider, 1)
        row.addWidget(self.step_label)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        self.sides = Sides()
        self.sides.changed.connect(self.refresh_samples)
        column.addWidget(self.sides)
        column.addWidget(self.wiper, 1)
        column.addLayout(row)
        column.addWidget(self.note)
        return made

    def _figures(self) -> QWidget:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        curves = QWidget()
        column = QVBoxLayout(curves)
        column.setContentsMargins(0, 4, 0, 0)
        self.plots: list[tuple[QComboBox, CurvesView]] = []
        for name in ("Upper curves", "Lower curves"):
            box, plot = QComboBox(), CurvesView()
            box.setAccessibleName(name)
            box.currentIndexChanged.connect(lambda _: self.refresh_curves())
            column.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
            column.addWidget(plot, 1)
            self.plots.append((box, plot))
        self.metrics_table = PlainTable("Metrics of the runs and their differences")
        self.recipe_table = PlainTable("Settings in which the runs differ")
        self.same = QLabel("These runs have the same settings.")
        self.same.setAlignment(Qt.AlignmentFlag.AlignCenter)
        recipes = QWidget()
        under = QVBoxLayout(recipes)
        under.setContentsMargins(0, 0, 0, 0)
        under.addWidget(self.recipe_table)
        under.addWidget(self.same)
        self.tabs.addTab(curves, "Curves")
        self.tabs.addTab(self.metrics_table, "Metrics")
        self.tabs.addTab(recipes, "Settings that differ")
        return self.tabs

    def sizeHint(self) -> QSize:
        """A comfortable page."""
        return QSize(1100, 700)

    # ---- which -----------------------------------------------------------------------------------

    def open(self, offered: Sequence[Choice], paths: Sequence[Path] = ()) -> None:
        """Show these runs; ``offered`` are those that can be chosen."""
        self.subjects.clear()
        self.pickers.set_choices(offered, paths)
        self._timer.start()

    def reread(self) -> None:
        """Something of them was saved: read them anew, unless they are trained here."""
        if self.session is None:
            for path in self.paths():
                self.reader.ask(path)

    def paths(self) -> list[Path]:
        """The runs that are chosen, the first on the left."""
        return self.pickers.paths()

    def _chosen(self) -> None:
        if self.session is not None and self.paths() != self._trained:
            self.end_training()
        for path in self.paths():
            if path not in self.subjects:
                self.reader.ask(path)
        self.refresh()

    def shown(self) -> list[Subject]:
        """Those that have been read and can be shown."""
        found = [self.subjects[p] for p in self.paths() if p in self.subjects]
        found = [s for s in found if not s.error]
        names = told_apart([(s.path, s.name) for s in found])
        return [replace(s, name=name) for s, name in zip(found, names, strict=True)]

    def colour(self, path: Path) -> str:
        """A run's colour on this page."""
        return hue(self.paths().index(path) + 1, self.theme)

    # ---- what is new -----------------------------------------------------------------------------

    def poll(self) -> None:
        """Take in what was read or trained."""
        found = self.reader.poll()
        for subject in found:
            self.subjects[subject.path] = subject
        if found:
            self.refresh()
        self.poll_lockstep()

    # ---- drawing ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Everything anew."""
        self.pickers.set_colours([hue(k + 1, self.theme) for k in range(len(self.paths()))])
        self._say_problems([])
        self._fill_boxes()
        self.refresh_curves()
        self.refresh_samples()
        self.refresh_tables()
        if self.session is None:
            self.train_button.setText("Train side by side")
            self.train_button.setIcon(icon("run", self.theme))
            self.status.setText("")
        self.train_button.setEnabled(self.session is not None or len(self.shown()) > 1)

    def _say_problems(self, more: list[str]) -> None:
        found = [self.subjects[p].error for p in self.paths() if p in self.subjects]
        lines = [e[:1].upper() + e[1:] for e in found if e] + more
        self.problems.setText("\n".join(lines))
        self.problems.setVisible(bool(lines))

    def _fill_boxes(self) -> None:
        measured = {v.key for s in self.shown() for f in s.metrics for v in f.values}
        keys = [*SCALARS, *(k for k in METRICS if k in measured)]
        titles = [*SCALAR_TITLES, *(METRICS[k].title for k in METRICS if k in measured)]
        for k, (box, _) in enumerate(self.plots):
            if [box.itemData(i) for i in range(box.count())] == keys:
                continue
            chosen = box.currentData()
            box.blockSignals(True)
            box.clear()
            for key, title in zip(keys, titles, strict=True):
                box.addItem(title, key)
            if chosen not in keys or (k and chosen == "loss_g"):
                chosen = next((m for m in FIRST_METRICS if m in keys), "loss_g") if k else "loss_d"
            box.setCurrentIndex(keys.index(chosen))
            box.blockSignals(False)

    def refresh_curves(self) -> None:
        """The plots anew."""
        last = max((s.step for s in self.shown()), default=0)
        for box, plot in self.plots:
            key = box.currentData()
            if key is not None:
                plot.show_curves([self._curve(s, key) for s in self.shown()], self._floor(key),
                                 last, "Reading…" if self._waiting() else NOTHING)

    def _waiting(self) -> bool:
        return any(p not in self.subjects for p in self.paths())

    def _curve(self, subject: Subject, key: str) -> Curve:
        colour = self.colour(subject.path)
        if key in SCALARS:
            return Curve(subject.name, colour, subject.steps,
                         subject.values[:, SCALARS.index(key)])
        pairs = sorted({f.step: v.value for f in subject.metrics for v in f.values
                        if v.key == key}.items())
        return Curve(subject.name, colour, np.array([s for s, _ in pairs], np.int64),
                     np.array([v for _, v in pairs], np.float64), dots=True)

    def _floor(self, key: str) -> tuple[float, float] | None:
        for subject in self.shown():
            for frame in reversed(subject.metrics):
                for value in frame.values:
                    if value.key == key and np.isfinite(value.floor):
                        return value.floor, value.floor_sd
        return None

    def refresh_tables(self) -> None:
        """The tables anew."""
        shown = self.shown()
        self.metrics_table.fill(*metric_rows(shown, self.theme))
        self.recipe_table.fill(*recipe_rows(shown))
        alike = len(shown) > 1 and not differing([s.recipe for s in shown if s.recipe is not None])
        self.same.setVisible(alike)
        self.recipe_table.setVisible(not alike)

    def refresh_samples(self) -> None:
        """The wiper anew, at the step of the slider."""
        every = self.shown()
        self.sides.set_runs([(s.path, s.name, self.colour(s.path)) for s in every])
        shown = [s for p in self.sides.pair() for s in every if s.path == p]
        newest = max((s.step for s in shown), default=0)
        live = self.slider.value() == LIVE
        step = newest if live else round(newest * self.slider.value() / LIVE)
        self.step_label.setText("newest" if live else f"step {step:,}")
        for _, plot in self.plots:
            plot.set_moment(None if live else step)
        sides = [self._side(s, step, live) for s in shown]
        left, right = [*sides, None, None][:2]
        message = ("Reading…" if self._waiting() else "Choose two runs" if len(shown) < 2 else
                   "No samples are recorded of these runs")
        if left is not None and right is not None and left.samples.shape[1:] != \
                right.samples.shape[1:] and not (left.is_image and right.is_image):
            left, right, message = None, None, "These runs make samples of different kinds"
        self.wiper.show_sides(left, right, shown[0].real if shown else None, message)
        self.note.setText(self._latents(shown))
        self.note.setVisible(bool(self.note.text()))

    def _side(self, subject: Subject, step: int, live: bool) -> Side | None:
        if live and subject.path in self._live:
            return self._live[subject.path]
        found = subject.frame_at(step)
        if found is None:
            return None
        return Side(subject.name, self.colour(subject.path), *found)

    def _latents(self, shown: Sequence[Subject]) -> str:
        recipes = [s.recipe for s in shown if s.recipe is not None]
        if len(recipes) < 2:
            return ""
        same = recipes[0].seed == recipes[1].seed and recipes[0].latent == recipes[1].latent
        return ("" if same else "Their seeds or latents differ, so equal places are not the same "
                "latents.")

    def leave(self) -> None:
        """Back to where the person came from."""
        self.end_training()
        self.left.emit()

    def shut(self) -> None:
        """The window closes: wait for whatever runs."""
        self._timer.stop()
        self.shut_lockstep()
        self.reader.close()

    # ---- shape and colour ------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        self.back.setIcon(icon("home", theme))
        self.problems.setStyleSheet(f"color: {theme.error};")
        for label in (self.note, self.same, self.status):
            label.setStyleSheet(f"color: {theme.muted};")
        self.wiper.set_theme(theme)
        for _, plot in self.plots:
            plot.set_theme(theme)
        self._live = {p: Side(s.name, self.colour(p), s.step, s.samples)
                      for p, s in self._live.items() if p in self.paths()}
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One below the other where it is narrow and tall; one plot only where it is short."""
        super().resizeEvent(event)
        unit = self.fontMetrics().height()
        narrow = self.width() < unit * NARROW and self.height() > self.width()
        for part in self.plots[1]:
            part.setVisible(self.height() > unit * SHORT)
        way = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if way is not self.split.orientation():
            self.split.setOrientation(way)
            self.split.setSizes([550, 450] if narrow else [450, 550])
