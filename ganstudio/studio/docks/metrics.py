"""Metrics: how good and how diverse the generator is, each number with its noise floor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QHelpEvent, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QScrollArea,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from ganstudio.metrics.table import METRICS, applicable
from ganstudio.session.messages import State, Update, Viewed
from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.metrics_history import MetricsHistory
from ganstudio.studio.docks.metrics_plot import HINTS, MetricPlot, whole_run
from ganstudio.studio.docks.plotting_widgets import Bar, Pace, tool, truth
from ganstudio.studio.docks.samples_page import NO_AVERAGE
from ganstudio.studio.hurry import eventful
from ganstudio.studio.tab_order import tab_along
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.frames import RunInfo, Want, WantMetrics
from ganstudio.training.metrics_frames import MetricsFrame

CHOSEN = {
    "modes": ("modes", "high_quality", "reverse_kl", "sliced_w1"),
    "line": ("w1", "js", "precision", "recall"),
    "plane": ("sliced_w1", "js", "precision", "recall"),
    "points": ("sliced_w1", "energy", "precision", "recall"),
    "images": ("frechet", "kid", "precision", "recall"),
}
"""What is shown of each kind of data until the person chooses."""
FEATURES = {"random": "Random features", "pixels": "Pixels",
            "classifier": "Classifier on the labels"}
LEAST_WIDTH = 15
"""Font heights that a plot needs across, else there is one column fewer."""
LIVE = "metrics.live"


def kind_of(info: RunInfo) -> str:
    """Which row of ``CHOSEN`` a run starts from."""
    if info.is_image:
        return "images"
    if info.knows_modes and info.sample_shape == (2,):
        return "modes"
    if not info.knows_density:
        return "points"
    return "line" if info.sample_shape == (1,) else "plane"


def offered(info: RunInfo) -> tuple[str, ...]:
    """Every metric that applies to a run."""
    if info.is_image:
        return applicable(3, False)
    dim = info.sample_shape[0]
    return tuple(key for key in applicable(dim, info.knows_modes, info.knows_density)
                 if dim > 1 or not key.startswith("sliced"))


class MetricsDock(Dock):
    """Small plots side by side, one a metric."""

    key: ClassVar[str] = "metrics"
    title: ClassVar[str] = "Metrics"
    hears_while_hidden: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.own = self.history = MetricsHistory()
        """Of the branch in training, and of the one that is shown."""
        self._viewed = ""
        self.plots: dict[str, MetricPlot] = {}
        self._info: RunInfo | None = None
        self._chosen: dict[str, tuple[str, ...]] = dict(CHOSEN)
        self.features = "random"
        self._theme = LIGHT
        self._problem = ""
        self._pace = Pace(self, 200, self.redraw)
        self._build()
        self.begin(None)

    # ---- building

    def _build(self) -> None:
        self.choose = tool("Choose", "Choose which metrics are measured and shown.")
        self.choose.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.choose.setMenu(QMenu(self.choose))
        self.features_button = tool("Features", "Choose what images are compared in: the name of "
                                    "every metric says it.")
        self.features_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.features_button.setMenu(QMenu(self.features_button))
        self.averaged = tool("Averaged G", "Measure the averaged generator, where the recipe "
                             "keeps one; else the generator itself.", True, True)
        self._averaged_tip = self.averaged.toolTip()
        self.averaged.toggled.connect(lambda _: self._asked_anew())
        self.note = QLabel()
        self.note.setProperty("muted", True)
        self.bar = Bar(self.choose, self.features_button, self.averaged, self.note)
        self.message = QLabel()
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.message.setMargin(16)
        self.inner = QWidget()
        self.grid = QGridLayout(self.inner)
        self.grid.setContentsMargins(4, 0, 4, 4)
        self.grid.setSpacing(6)
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setWidget(self.inner)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.message, 1)
        layout.addWidget(self.scroll_area, 1)

    def _fill_menus(self) -> None:
        menu = self.choose.menu()
        menu.clear()
        menu.setToolTipsVisible(True)
        for key in offered(self._info) if self._info else ():
            action = QAction(METRICS[key].title, menu, checkable=True, checked=key in self.shown)
            action.setToolTip(f"{METRICS[key].help} {HINTS[METRICS[key].better][2:]}.")
            action.toggled.connect(lambda on, key=key: self.show_metric(key, on))
            menu.addAction(action)
        menu = self.features_button.menu()
        menu.clear()
        group = QActionGroup(menu)
        own = self.features if self.features not in FEATURES else ""
        for spec, title in {**FEATURES, **({own: own} if own else {})}.items():
            if spec == "classifier" and not (self._info and self._info.has_labels):
                continue
            action = QAction(title, menu, checkable=True, checked=spec == self.features)
            action.triggered.connect(lambda _=False, spec=spec: self.set_features(spec))
            group.addAction(action)
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction("Your own…", self._ask_features)

    # ---- choices

    @property
    def shown(self) -> tuple[str, ...]:
        """The keys that are shown, in the table's order."""
        if self._info is None:
            return ()
        chosen = self._chosen[kind_of(self._info)]
        return tuple(key for key in offered(self._info) if key in chosen)

    def show_metric(self, key: str, on: bool) -> None:
        """Add a metric or take it away."""
        if self._info is None:
            return
        kind = kind_of(self._info)
        kept = tuple(k for k in self._chosen[kind] if k != key)
        self._chosen[kind] = (*kept, key) if on else kept
        self._lay_out()
        self._asked_anew()

    def set_features(self, spec: str) -> None:
        """Compare images in these features from now on."""
        if spec and spec != self.features:
            self.features = spec
            self._fill_menus()
            self._asked_anew()

    def _ask_features(self) -> None:
        spec, ok = QInputDialog.getText(
            self, "Your own features", "module:function, from images (n, c, h, w) in [−1, 1] to "
            "features (n, d), or a network; it is imported from the working folder or what is "
            "installed:", text=self.features if ":" in self.features else "")
        if ok and ":" in spec:
            self.set_features(spec.strip())

    def _asked_anew(self) -> None:
        self._problem = ""
        self.wants_changed.emit()
        self._say()

    # ---- what the window tells

    def wants(self) -> Mapping[str, Want]:
        """See Dock."""
        if not self.shown:
            return {}
        features = self.features if self._info and self._info.is_image else "random"
        return {LIVE: WantMetrics(self.shown, features, self.averaged.isChecked())}

    def begin(self, info: RunInfo | None) -> None:
        """See Dock."""
        self._info = info
        self._problem = ""
        self.own = self.history = MetricsHistory()
        self._viewed = ""
        self.features_button.setVisible(info is not None and info.is_image)
        if info is not None and self.features == "classifier" and not info.has_labels:
            self.features = "random"
        self._fill_menus()
        self._lay_out()
        self._say()
        self.wants_changed.emit()

    def receive(self, update: Update) -> None:
        """See Dock."""
        for event in update.events:
            if event.kind in ("restored", "reverted_d"):
                self.own.cut_after(event.step)
            elif event.kind in ("forked", "switched") and not event.data.get("stay"):
                self.own.clear()
            elif event.kind == "note" and event.text.startswith(LIVE):
                self._problem = event.text.partition(": ")[2] or event.text
                self._say()
        self.own.add(update.metrics)
        if update.viewed is not None:
            self._view(update.viewed)
        frame = update.frames.get(LIVE)
        if isinstance(frame, MetricsFrame):
            self.history.add([frame])
        if not self._info and update.status.state == State.PREPARING:
            self.message.setText("Preparing the run…")
        news = update.metrics or frame is not None or update.viewed or eventful(update.events)
        if news and self.isVisible():
            self._pace.request()

    def _view(self, viewed: Viewed) -> None:
        """Show another branch's metrics, or again those of the one in training."""
        self._viewed, self.history = viewed.name, self.own
        if viewed.name:
            self.history = MetricsHistory()
            self.history.add(viewed.metrics)

    def set_cursor(self, step: int | None) -> None:
        """See Dock."""
        for plot in self.plots.values():
            plot.moment = step
            plot.update()
        if self.isVisible():
            self._pace.request()

    def set_recipe(self, recipe: Any) -> None:
        """Offer the averaged generator only where the run keeps one."""
        there = recipe.average.decay > 0
        self.averaged.setEnabled(there)
        self.averaged.setToolTip(self._averaged_tip if there else NO_AVERAGE)

    def set_theme(self, theme: Theme) -> None:
        """See Dock."""
        self._theme = theme
        for plot in self.plots.values():
            plot.set_theme(theme)

    def save_state(self) -> dict[str, Any]:
        """See Dock."""
        return {"chosen": {kind: list(keys) for kind, keys in self._chosen.items()},
                "averaged": self.averaged.isChecked(), "features": self.features}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Dock. Features of the person's own are asked for anew: they would run code."""
        self.averaged.setChecked(truth(state, "averaged", self.averaged.isChecked()))
        chosen = state.get("chosen") if isinstance(state, Mapping) else None
        for kind, keys in chosen.items() if isinstance(chosen, Mapping) else ():
            if kind in CHOSEN and isinstance(keys, list):
                self._chosen[kind] = tuple(k for k in keys if k in METRICS)
        features = state.get("features") if isinstance(state, Mapping) else None
        if isinstance(features, str) and features in FEATURES:
            self.features = features
        self._fill_menus()
        self._lay_out()
        self._say()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came in while hidden."""
        super().showEvent(event)
        self._pace.request()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is drawn while nobody looks."""
        super().hideEvent(event)
        self._pace.stop()

    # ---- the plots

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as fit."""
        super().resizeEvent(event)
        self._place()

    def _lay_out(self) -> None:
        for key in [k for k in self.plots if k not in self.shown]:
            plot = self.plots.pop(key)
            self.grid.removeWidget(plot)
            plot.deleteLater()
        for key in self.shown:
            if key not in self.plots:
                plot = self.plots[key] = MetricPlot(key)
                plot.setAccessibleName(f"Plot of {METRICS[key].title} by step")
                plot.hovered.connect(self._on_hover)
                plot.installEventFilter(self)
                plot.set_theme(self._theme)
        self.plots = {key: self.plots[key] for key in self.shown}
        self._place()
        if self.isVisible():
            self.redraw()

    def _place(self) -> None:
        unit = self.fontMetrics().height()
        fit = max(1, self.width() // (unit * LEAST_WIDTH))
        count = max(len(self.plots), 1)
        rows = -(-count // min(fit, count))
        columns = -(-count // rows)  # so that no row is much shorter than another
        for k, plot in enumerate(self.plots.values()):
            plot.setMinimumHeight(unit * 8)
            self.grid.addWidget(plot, k // columns, k % columns)
        tab_along(self.choose, self.features_button, self.averaged, *self.plots.values())
        for column in range(self.grid.columnCount()):
            self.grid.setColumnStretch(column, 1 if column < columns else 0)
        for row in range(self.grid.rowCount()):
            self.grid.setRowStretch(row, 1 if row < rows else 0)

    def minimumSizeHint(self) -> QSize:
        """Small: what does not fit scrolls."""
        unit = self.fontMetrics().height()
        return QSize(unit * 10, unit * 6)

    def _say(self) -> None:
        """Either the plots, or words that say why there are none."""
        if self._info is None:
            text = "Start a run to measure its generator."
        elif self._problem:
            text = self._problem
        elif not self.shown:
            text = "Choose a metric to measure."
        else:
            text = ""
        self.message.setText(text)
        self.message.setVisible(bool(text))
        self.scroll_area.setVisible(not text)
        self.bar.setEnabled(self._info is not None)

    def redraw(self) -> None:
        """Bring every plot up to date with the history."""
        span = self.history.span()
        x0, x1 = whole_run(*span) if span else (0.0, 100.0)
        newest = self.history.frame
        for key, plot in self.plots.items():
            steps, values = self.history.of(key)
            plot.show_values(newest.name(key) if newest else METRICS[key].title, steps, values,
                             x0, x1)
        took = newest.seconds if newest is not None else 0.0
        where = f"{self._viewed}, " if self._viewed else ""
        read = next((found for plot in self.plots.values() if (found := plot.read())), None)
        self.note.setText(f"{where}step {read[0]:,}" if read else "")
        self.note.setToolTip(f"Taking them took {took:.2f} s, in pieces of at most "
                             f"{1000 * newest.longest:.0f} ms." if newest and took else "")

    def _on_hover(self, at: tuple[float, float] | None) -> None:
        for plot in self.plots.values():
            plot.cursor_step = None if at is None else at[0]
            plot.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Resting on a plot's heading tells what the metric is."""
        if isinstance(watched, MetricPlot) and isinstance(event, QHelpEvent):
            inside = event.pos().y() <= watched.frame().top()
            QToolTip.showText(event.globalPos(), watched.explanation() if inside else "", watched)
            return True
        return super().eventFilter(watched, event)
