"""Losses: what each player pays, and what D says of real and generated samples."""

from __future__ import annotations

import time
from collections.abc import Mapping
from math import log
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QSplitter, QVBoxLayout

from ganstudio.game.facts import at_rest
from ganstudio.recipe.game import Loss
from ganstudio.session.messages import State, Update
from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.history import History
from ganstudio.studio.docks.losses_markers import Marker, markers_of
from ganstudio.studio.docks.losses_picture import Picture, followed, picture_of
from ganstudio.studio.docks.losses_plot import DASH, Curve, CurvePlot, Reference, step_note
from ganstudio.studio.docks.losses_range import needed
from ganstudio.studio.docks.losses_strand import Strand, changed, strand_of
from ganstudio.studio.docks.plotting_canvas import Extent
from ganstudio.studio.docks.plotting_range import (
    SteadyRange,
    fixed,
    plain,
    symexp,
    symlog,
)
from ganstudio.studio.docks.plotting_ticks import Linear, SymLog
from ganstudio.studio.docks.plotting_widgets import (
    Bar,
    Pace,
    ValueSlider,
    named,
    tool,
    truth,
    whole,
)
from ganstudio.studio.hurry import eventful, hurried
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.studio.turns import APART_MS
from ganstudio.training.frames import RunInfo

WINDOWS = (0, 1_000, 10_000, 100_000)
"""How many of the newest steps are followed; 0 is the whole run."""

NUMBERS = {log(4): "log 4", log(2): "log 2", -log(2): "−log 2", 0.25: "1/4", 0.125: "1/8",
           0.5: "1/2", 2.0: "2", 0.0: "0"}
SLIDER_STEPS = 60
MOVED = 12
"""Pixels by which the curves have moved on when they are drawn again…"""
CALM = 0.25
"""… or seconds that they have stood."""


def smoothing_of(position: int) -> float:
    """β of a slider position 0 … 60: the memory 1/(1−β) grows evenly from 1 to 1,000 steps."""
    return 1 - 10 ** (-3 * position / SLIDER_STEPS)


class LossesDock(Dock):
    """Both losses above, D(x) and D(G(z)) below, over one shared axis of steps."""

    key: ClassVar[str] = "losses"
    title: ClassVar[str] = "Losses"
    hears_while_hidden: ClassVar[bool] = True
    draws_always: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.own = self.shown = Strand()
        """The branch in training, and the one that is drawn."""
        self._theme = LIGHT
        self._loss, self._running = Loss(), False
        self._y_free = [False, False]
        self._ranges = (SteadyRange(), SteadyRange())
        self.loss_plot = CurvePlot([Curve("D loss", ""), Curve("G loss", "", DASH)], labelled=True)
        self.output_plot = CurvePlot([Curve("D(x)", ""), Curve("D(G(z))", "", DASH)])
        self._plots = (self.loss_plot, self.output_plot)
        self._pace = Pace(self, 100, self._redraw_by_turns)
        self._picture: Picture | None = None
        self._second = Pace(self, APART_MS, lambda: self._show(1), at_once=False)
        self._owed = False
        self._drawn = (0, 0.0)
        """The newest step when they were drawn, and the time."""
        self._build()
        self.set_theme(LIGHT)
        self.begin(None)

    # ---- building

    def _build(self) -> None:
        self.follow = tool("Follow", "Keep the newest steps in sight and fit the height "
                           "(Home in the plot). Dragging or zooming lets go.", True, True)
        self.follow.toggled.connect(self._on_follow)
        self.window_box = QComboBox()
        for count in WINDOWS:
            self.window_box.addItem(f"Last {count:,}" if count else "Whole run", count)
        named(self.window_box, "Steps shown", "How many of the newest steps are followed.")
        self.window_box.currentIndexChanged.connect(self._on_window)
        self.smoothing = ValueSlider(
            "Smoothing", "Exponential moving average with bias correction, per step; "
            "the raw values stay visible behind it.", SLIDER_STEPS,
            lambda k: f"{smoothing_of(k):.3f}")
        self.smoothing.set_value(36)
        self.smoothing.changed.connect(lambda _: self._soon())
        self.log = tool("Log", "Symmetric logarithmic scale for the losses: linear within "
                        "±0.001, logarithmic beyond, so that negative losses have a place.", True)
        self.log.toggled.connect(self._on_log)
        self.bar = Bar(self.follow, self.window_box, self.log, self.smoothing)
        named(self.loss_plot, "Plot of both losses by step",
              "Left and Right move the cursor, Shift with them moves the view, + and − zoom, "
              "Home follows.")
        named(self.output_plot, "Plot of D's mean output on real and generated samples by step",
              "Left and Right move the cursor, Shift with them moves the view, + and − zoom, "
              "Home follows.")
        self.loss_plot.show_x = False
        self.output_plot.x_title = "step"
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        for k, plot in enumerate(self._plots):
            plot.setToolTip("")
            self._splitter.addWidget(plot)
            self._splitter.setStretchFactor(k, 3 - k)
            plot.moved.connect(lambda x, y, k=k: self._on_moved(k, x, y))
            plot.home.connect(lambda: self.follow.setChecked(True))
            plot.hovered.connect(self._on_hover)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self._splitter, 1)

    @property
    def history(self) -> History:
        """The curves that are drawn."""
        return self.shown.history

    @property
    def markers(self) -> list[Marker]:
        """What is marked in them."""
        return self.shown.markers

    # ---- what the window tells

    def begin(self, info: RunInfo | None) -> None:
        """See Dock."""
        self._running = info is not None
        self._second.stop()
        self.own = self.shown = Strand()
        self._markers_stale = True
        for k, plot in enumerate(self._plots):
            plot.cursor_step, plot.note, plot.markers = None, "", []
            self._ranges[k].reset()
        self._message("Waiting for the first step…" if info else "Start a run to see its losses.")
        if self.follow.isChecked():
            self._on_follow(True)
        else:
            self.follow.setChecked(True)
        self._soon()

    def receive(self, update: Update) -> None:
        """See Dock."""
        if update.past:
            self.own.history.load(update.past)
        self.own.take(update.scalars)
        if update.viewed is not None:
            self.shown = strand_of(update.viewed) if update.viewed.name else self.own
        if update.timeline is not None:
            if self._markers_stale:
                self.own.markers, self._markers_stale = markers_of(update.timeline), False
            if self.shown is not self.own:
                self.shown.markers = markers_of(update.timeline, self.shown.branch)
        for event in update.events:
            if event.kind in ("forked", "switched") and not event.data.get("stay"):
                self.own.markers, self._markers_stale = [], True
            self.set_loss(self.own.mark(event))
        if not self._running and update.status.state is State.PREPARING:
            self._message("Preparing the run…")
        self._owed |= bool(update.scalars or update.events)
        owed = self._owed and self._due(update)
        if owed or update.past or update.viewed or eventful(update.events):
            self._soon()

    def _due(self, update: Update) -> bool:
        """Whether the curves have moved on, or have stood for long, or go slowly or not at all."""
        step, when = self._drawn
        plot = self.loss_plot
        moved = (self.own.last - step) * plot.frame().width() / (plot.extent.x1 - plot.extent.x0)
        return (not hurried(update.status) or moved >= MOVED
                or time.monotonic() - when >= CALM)

    def set_cursor(self, step: int | None) -> None:
        """See Dock."""
        for plot in self._plots:
            plot.moment = step
            plot.update()
        self._read(0, 1)

    def set_recipe(self, recipe: Any) -> None:
        """Take the loss from a recipe."""
        self.set_loss(recipe.loss.model_dump())

    def set_loss(self, changes: Mapping[str, Any]) -> None:
        """Draw the equilibrium of the loss with these fields changed."""
        loss = changed(self._loss, changes)
        if loss != self._loss:
            self._loss = loss
            self._set_references()
            self._soon()

    def set_theme(self, theme: Theme) -> None:
        """See Dock."""
        self._theme = theme
        for plot in self._plots:
            plot.curves[0].colour, plot.curves[1].colour = theme.player_d, theme.player_g
            plot.set_theme(theme)
        self._set_references()

    def save_state(self) -> dict[str, Any]:
        """See Dock."""
        return {"smoothing": self.smoothing.slider.value(), "log": self.log.isChecked(),
                "window": self.window_box.currentData()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Dock."""
        self.smoothing.set_value(whole(state, "smoothing", self.smoothing.slider.value(), 0,
                                       SLIDER_STEPS))
        self.log.setChecked(truth(state, "log", self.log.isChecked()))
        window = whole(state, "window", WINDOWS[self.window_box.currentIndex()], 0, max(WINDOWS))
        if window in WINDOWS:
            self.window_box.setCurrentIndex(WINDOWS.index(window))

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came in while hidden."""
        super().showEvent(event)
        self._pace.request()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is drawn while nobody looks."""
        super().hideEvent(event)
        self._pace.stop()

    # ---- controls

    def _soon(self) -> None:
        if self.isVisible():
            self._pace.request()

    def _on_follow(self, on: bool) -> None:
        if on:
            self._y_free = [False, False]
            for steady in self._ranges:
                steady.reset()
        self._soon()

    def _on_window(self) -> None:
        if self.follow.isChecked():
            self._on_follow(True)
        else:
            self.follow.setChecked(True)

    def _on_log(self, on: bool) -> None:
        old = self.loss_plot.extent
        turn = symlog if on else symexp
        self.loss_plot.y_scale = SymLog() if on else Linear()
        self._ranges[0].reset()
        if self._y_free[0]:
            low, high = (float(y) for y in turn([old.y0, old.y1]))
            self.loss_plot.set_extent(Extent(old.x0, old.x1, low, high))
        self._set_references()
        self.loss_plot.stale()
        self._soon()

    def _on_moved(self, k: int, along_x: bool, along_y: bool) -> None:
        self._second.stop()
        if along_y:
            self._y_free[k] = True
        e, other = self._plots[k].extent, self._plots[1 - k]
        other.set_extent(Extent(e.x0, e.x1, other.extent.y0, other.extent.y1))
        self.follow.setChecked(False)
        self._soon()

    def _on_hover(self, at: tuple[float, float] | None) -> None:
        cursor = None if at is None else at[0]
        for plot in self._plots:
            plot.cursor_step = cursor
            plot.update()
        self._read(0, 1)

    # ---- drawing

    def _message(self, text: str) -> None:
        if text == self.loss_plot.message:
            return
        self.loss_plot.set_message(text)
        self.output_plot.set_message(" " if text else "")
        for plot in self._plots:
            plot.stale()

    def redraw(self) -> None:
        """Bring both plots up to date with the history."""
        self._second.stop()
        if self._look():
            self._show(0)
            self._show(1)

    def _redraw_by_turns(self) -> None:
        """The same, but each plot in a turn of its own: see ``Turns``."""
        if self._look():
            self._show(0)
            self._second.request()

    def _look(self) -> bool:
        """Find what there is to draw; False where there is nothing yet."""
        self._owed = False
        self._drawn = (self.own.last, time.monotonic())
        if self.history.first is None:
            self._read(0, 1)
            return False
        if self.loss_plot.message:
            self._message("")
        if self.follow.isChecked():
            x0, x1 = followed(self.history, self.window_box.currentData())
        else:
            x0, x1 = self.loss_plot.extent.x0, self.loss_plot.extent.x1
        self._picture = picture_of(
            self.history, x0, x1, max(int(self.loss_plot.frame().width()), 50),
            smoothing_of(self.smoothing.slider.value()))
        return True

    def _show(self, k: int) -> None:
        """Bring one plot up to date with the picture."""
        assert self._picture is not None
        picture, plot = self._picture, self._plots[k]
        view = picture.view
        plot.steps, plot.column = view.x, view.width
        plot.sparse = bool(len(view) == 0 or view.rows.max() <= 1)
        turn = symlog if k == 0 and self.log.isChecked() else np.asarray
        for row, curve in enumerate(plot.curves, 2 * k):
            curve.low, curve.high = turn(view.low[row]), turn(view.high[row])
            curve.line = turn(picture.lines[row])
        self._fit(k, picture.x0, picture.x1)
        self._read(k)

    def _fit(self, k: int, x0: float, x1: float) -> None:
        plot = self._plots[k]
        y0, y1 = plot.extent.y0, plot.extent.y1
        plot.markers = self.markers
        if not self._y_free[k]:
            if k == 1 and at_rest(self._loss).output == "probability":
                y0, y1 = -0.04, 1.04
            else:
                low, high = needed(plot)
                # Labels of markers stand at the top: the curves leave them room.
                room = min(plot.headroom(), 0.4)
                y0, y1 = self._ranges[k].fit(low, high + (high - low) * room / (1 - room))
        plot.set_extent(Extent(x0, x1, y0, y1))
        plot.place_markers()

    def _set_references(self) -> None:
        facts, theme = at_rest(self._loss), self._theme
        turn = symlog if self.log.isChecked() else np.asarray
        same = "when generated and real samples cannot be told apart"
        self.loss_plot.set_references([
            Reference(float(turn(y)), f"{who}: {NUMBERS.get(y, plain(y))}", colour,
                      f"{facts.title}: {who}'s loss {same} is {plain(y)}.")
            for who, y, colour in (("D", facts.loss_d, theme.player_d),
                                   ("G", facts.loss_g, theme.player_g)) if y is not None])
        self.output_plot.set_references([] if facts.d_output is None else [
            Reference(y := facts.d_output, NUMBERS.get(y, plain(y)), theme.muted,
                      f"{facts.title}: D's output {same} is {plain(y)}.")])
        right = max(plot.words_width() for plot in self._plots)
        for plot in self._plots:
            plot.right = right
            plot.stale()

    def _read(self, *which: int) -> None:
        """Write the values at the cursor, or the newest, into the legends."""
        last = self.history.last
        cursor = self.loss_plot.cursor_step
        if cursor is None:
            cursor = self.loss_plot.moment
        entry = self.history.at(cursor if cursor is not None else float(last or 0))
        for k in which:
            plot = self._plots[k]
            for j, curve in enumerate(plot.curves, 2 * k):
                curve.reading = float(entry[1][j]) if entry else float("nan")
            plot.note = step_note(entry[0], entry[2]) if entry and k == 0 else ""
            if plot.note and self.shown.name:
                plot.note = f"{self.shown.name}, {plot.note}"
            plot.update()
        if entry and cursor is not None:
            self.loss_plot.setAccessibleDescription(
                self.loss_plot.note + ": " + ", ".join(
                    f"{c.name} {fixed(c.reading)}" for p in self._plots for c in p.curves))
