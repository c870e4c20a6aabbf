"""Theory beside practice: D* and the learned D, divergences, and D trained to optimality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, log
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ganstudio.session.messages import KeepD, RevertD, State, TrainD, Update
from ganstudio.studio.docks.dynamics_theory_plots import HeatPlane, TheoryLine
from ganstudio.studio.docks.plotting_range import SteadyRange, fixed, grouped, plain
from ganstudio.studio.docks.plotting_widgets import Bar, named, spin, tool
from ganstudio.studio.docks.samples_page import Readout
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.field_frames import TheoryFrame, WantTheory
from ganstudio.training.frames import RunInfo, Want

EMPTY = "Start a run on 1-D or 2-D data to see its optimal discriminator here."
IMAGES = "The optimal discriminator needs 1-D or 2-D data whose density is known."
LOOKING = "Working out the optimal discriminator…"

SHORT = 24  # font heights
UNBOUND = 16_777_215

NUMBERS: tuple[tuple[str, str, float | None, str], ...] = (
    ("v_star", "V(D*, G)", -log(4), "The value of the game at the optimal discriminator: "
     "2·JSD − log 4."),
    ("jsd", "JSD", 0.0, "The Jensen-Shannon divergence of data and generator, in nats."),
    ("bound", "bound log 2 − L_D/2", 0.0, "What the learned D's loss proves of the JSD: never "
     "above it."),
    ("loss_d", "L_D learned", log(4), "The learned D's cross-entropy loss on both densities, both "
     "weighed alike: a weight of the real term is taken out of D's answer first."),
    ("loss_d_star", "L_D at D*", log(4), "The same loss at the optimal discriminator: the least "
     "there is."),
    ("w1", "W1", 0.0, "The exact Wasserstein-1 distance: of the densities for 1-D data, else of "
     "equally many samples of either, which real samples alone do not bring below the floor."),
    ("critic_gap", "critic's gap", 0.0, "Mean of D on the data less its mean on the generator: "
     "at most the densities' W1 times D's steepest slope."),
    ("lipschitz", "steepest slope of D", None, "The largest slope of D seen on the lattice."),
)
EXACT = {-log(4): "−log 4", log(4): "log 4", 0.0: "0"}


class TheoryPage(QWidget):
    """Pictures above, figures with their equilibrium values below."""

    wants_changed = Signal()
    command = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.info: RunInfo | None = None
        self.trial = False
        """D was trained alone, and it is still open whether to keep it."""
        self._difference = SteadyRange()
        self._raw = SteadyRange()
        self.headline, self.detail = Readout("What theory says"), Readout("In numbers")
        font = self.headline.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.headline.setFont(font)
        self.line, self.gap = TheoryLine(), TheoryLine(difference=True)
        self.star, self.learned, self.heat_gap = (HeatPlane(t) for t in
                                                  ("D* optimal", "D learned", "D − D*"))
        self._controls()
        self._lay_out()
        self.begin(None)

    def _controls(self) -> None:
        self.steps = spin(500, 1, 100_000, "Steps of D alone", "How many steps D takes while G "
                          "stands still.", "Steps ")
        self.train = tool("Train D to optimality", "D alone for so many steps at the present G: "
                          "see whether G's gradient vanishes. The run must be paused.")
        self.train.clicked.connect(self._on_train)
        self.keep = tool("Keep", "Go on from the D that was just trained.")
        self.revert = tool("Go back", "Put everything back to where it was before.")
        self.keep.clicked.connect(lambda: self._settle(KeepD()))
        self.revert.clicked.connect(lambda: self._settle(RevertD()))
        self.norms = QLabel()
        self.norms.setTextFormat(Qt.TextFormat.RichText)
        self.bar = Bar(self.train, self.steps, self.keep, self.revert)

    def _lay_out(self) -> None:
        flat, plane = QWidget(), QWidget()
        self._flat_row = QVBoxLayout(flat)
        self._plane_row = QBoxLayout(QBoxLayout.Direction.LeftToRight, plane)
        for layout, widgets in ((self._flat_row, ((self.line, 3), (self.gap, 2))),
                                (self._plane_row, ((self.star, 1), (self.learned, 1),
                                                   (self.heat_gap, 1)))):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
            for part, share in widgets:
                layout.addWidget(part, share)
        for plot in (self.line, self.gap, self.star, self.learned, self.heat_gap):
            named(plot, getattr(plot, "title", "Optimal and learned discriminator"))
            plot.setToolTip("")
        self.stack = QStackedWidget()
        self._flat, self._plane = flat, plane
        self.stack.addWidget(flat)
        self.stack.addWidget(plane)
        self.table = QWidget()
        self._grid = QGridLayout(self.table)
        self._grid.setContentsMargins(8, 2, 8, 4)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(1)
        self.cells: dict[str, tuple[QLabel, QLabel, QLabel]] = {}
        for key, title, rest, tip in NUMBERS:
            said = "" if rest is None else f"at equilibrium {EXACT[rest]}"
            cells = self.cells[key] = (QLabel(title), QLabel("–"), QLabel(said))
            cells[1].setAlignment(Qt.AlignmentFlag.AlignRight)
            cells[1].setMinimumWidth(cells[1].fontMetrics().horizontalAdvance("−0.00000"))
            for cell in cells:
                cell.setToolTip(tip)
            cells[1].setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.bar, 0), (self.headline, 0), (self.detail, 0),
                                (self.stack, 1000), (self.table, 0), (self.norms, 0)):
            column.addWidget(widget, stretch)
        column.addStretch(1)
        self.norms.setContentsMargins(8, 0, 8, 4)
        self._place_table()

    def _place_table(self) -> None:
        """Two columns of figures where there is room for them."""
        unit = self.fontMetrics().height()
        columns = 2 if self.width() > unit * 40 else 1
        for k, (_, cells) in enumerate(self.cells.items()):
            row, column = k % (-(-len(self.cells) // columns)), k // (-(-len(self.cells)
                                                                       // columns))
            for j, cell in enumerate(cells):
                self._grid.addWidget(cell, row, 4 * column + j)
                if j == 2:
                    cell.setVisible(self.width() > unit * 22)
        self._grid.setColumnStretch(4 * columns - 1, 1)
        self._grid.setColumnMinimumWidth(3, 2 * unit if columns == 2 else 0)
        self.table.setVisible(self.height() > unit * (26 if columns == 2 else 34))

    def minimumSizeHint(self) -> QSize:
        """Small: the parts arrange themselves anew where there is little room."""
        return QSize(200, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side, or one above the other."""
        super().resizeEvent(event)
        unit = self.fontMetrics().height()
        short = self.height() < unit * SHORT
        self.detail.setVisible(not short)
        figures = unit * 14 if self.height() > unit * 34 else 0  # below the pictures
        across = self.width() > 0.9 * (self.height() - figures)
        self._plane_row.setDirection(QBoxLayout.Direction.LeftToRight if across
                                     else QBoxLayout.Direction.TopToBottom)
        for plot in (self.star, self.learned, self.heat_gap):
            plot.show_x = plot.show_y = not short
            plot.stale()
        # Squares in a row are no higher than a third of the width, and what is left over stays
        # below the figures.
        self._plane.setMaximumHeight(round(self.width() / 3 + 3 * unit) if across else UNBOUND)
        self._fit_stack()
        self._place_table()

    def _fit_stack(self) -> None:
        flat = self.stack.currentWidget() is self._flat
        self.stack.setMaximumHeight(UNBOUND if flat else self._plane.maximumHeight())

    # ---- what comes

    def begin(self, info: RunInfo | None) -> None:
        """A run is ready, or gone."""
        self.info = info
        self._difference.reset()
        self._raw.reset()
        words = EMPTY if info is None else IMAGES if info.is_image else LOOKING
        for plot in (self.line, self.gap, self.star, self.learned, self.heat_gap):
            plot.set_message(words)
        flat = info is None or info.sample_shape != (2,)
        self.stack.setCurrentWidget(self._flat if flat else self._plane)
        self._fit_stack()
        self.gap.setVisible(info is not None and not info.is_image)
        self.headline.say("")
        self.detail.say("")
        self.norms.setText("")
        for cells in self.cells.values():
            cells[1].setText("–")
        self._set_trial(False)
        self.train.setEnabled(False)

    def set_recipe(self, recipe: Any) -> None:
        """Nothing here is read by the recipe: frames say how D's output is read."""

    def wants(self) -> dict[str, Want]:
        """What is asked to be looked at."""
        return {"theory": WantTheory()} if self.info and not self.info.is_image else {}

    def receive(self, update: Update, frames: Mapping[str, Any]) -> None:
        """Draw what is new."""
        paused = update.status.state == State.PAUSED
        self.train.setEnabled(paused and self.info is not None)
        for event in update.events:
            if event.kind == "note" and event.text.startswith("dynamics.theory cannot be shown"):
                for plot in (self.line, self.star, self.learned, self.heat_gap):
                    plot.set_message(event.text.split(": ", 1)[-1].capitalize())
            elif event.kind == "trained_d":
                self._show_norms(event.data)
            elif event.kind in ("kept_d", "reverted_d", "restored", "running"):
                self._set_trial(False)
        frame = frames.get("theory")
        if isinstance(frame, TheoryFrame):
            self._show(frame)

    def _show(self, f: TheoryFrame) -> None:
        for plot in (self.line, self.learned):
            plot.set_message("")
        for plot in (self.gap, self.star, self.heat_gap):
            plot.set_message(f"{f.blank}." if f.blank else "")
        if len(f.x):
            self.line.show_frame(f)
            self.gap.show_frame(f)
        else:
            self._show_planes(f)
        for key, *_ in NUMBERS:
            value = float(getattr(f, key))
            self.cells[key][1].setText(fixed(value, 4) if isfinite(value) else "–")
        off = np.abs(f.difference[np.isfinite(f.difference)])
        far = float(off.max()) if len(off) else float("nan")
        if isfinite(f.jsd) and f.output == "probability":
            proven = 100 * max(f.bound, 0.0) / f.jsd if f.jsd > 1e-9 else 100.0
            said = f"JSD {fixed(f.jsd, 4)}: D proves {min(proven, 100):.0f} % of it"
        elif isfinite(f.w1) and f.output == "critic":
            floor = f" (floor {fixed(f.w1_floor, 4)})" if f.w1_count else ""
            said = f"W1 {fixed(f.w1, 4)}{floor}, the critic sees {fixed(f.critic_gap, 4)}"
        elif f.blank:
            said = f"{f.blank}."
        else:
            said = f"D is at most {plain(far, 3)} from optimal"
        self.headline.say(said)
        self.cells["w1"][0].setText(f"W1 of {f.w1_count} samples" if f.w1_count else "W1")
        self.cells["w1"][2].setText(
            f"noise floor {fixed(f.w1_floor, 4)} ± {fixed(f.w1_floor_sd, 4)}" if f.w1_count
            else "at equilibrium 0")
        density = "exact" if f.q_exact else f"kernel estimate, bandwidth {plain(f.bandwidth, 3)}"
        noise = f"both with noise of σ = {plain(f.noise, 3)}; " if f.noise else ""
        apart = f"largest |D − D*| {plain(far, 3)}; " if isfinite(far) else ""
        self.detail.say(f"step {grouped(f.step)}; {apart}{noise}generator's "
                        f"density: {density}; lattice holds {100 * f.mass_p:.1f} % of the data, "
                        f"{100 * f.mass_q:.1f} % of the generator")

    def _show_planes(self, f: TheoryFrame) -> None:
        self.heat_gap.setVisible(not f.blank)  # what is blank is said once
        both = np.concatenate([a[np.isfinite(a)] for a in (f.d_star, f.d)])
        low, high = (0.0, 1.0) if f.output == "probability" or not len(both) else (
            self._raw.fit(float(both.min()), float(both.max())))
        finite = np.abs(f.difference[np.isfinite(f.difference)])
        _, reach = self._difference.fit(0.0, float(finite.max()) if len(finite) else 1.0)
        self.star.show_values(f.d_star, f.extent, low, high)
        self.learned.show_values(f.d, f.extent, low, high)
        self.heat_gap.show_values(f.difference, f.extent, -reach, reach)

    # ---- D alone

    def _on_train(self) -> None:
        self.train.setEnabled(False)
        self.command.emit(TrainD(self.steps.value()))

    def _settle(self, command: KeepD | RevertD) -> None:
        self._set_trial(False)
        self.command.emit(command)

    def _set_trial(self, on: bool) -> None:
        self.trial = on
        self.keep.setVisible(on)
        self.revert.setVisible(on)

    def _show_norms(self, data: Mapping[str, Any]) -> None:
        """G's gradient under each loss, before and after D was trained alone."""
        self._set_trial(True)
        rows = "".join(
            f"<tr><td>{name}</td><td align='right'>{plain(before, 3)}</td>"
            f"<td align='right'>{plain(after, 3)}</td><td align='right'>×{plain(after / before, 2)}"
            f"</td><td>{became(after / before)}</td></tr>"
            for name, before, after in gradients(data))
        self.norms.setText(
            f"<b>G's gradient ‖∂L_G/∂θ‖, before and after {data.get('steps', '')} steps of D alone"
            f"</b><table cellspacing='6'>{rows}</table>")

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        for plot in (self.line, self.gap, self.star, self.learned, self.heat_gap):
            plot.set_theme(theme)
        self.detail.setStyleSheet(f"color: {theme.muted};")
        for cells in self.cells.values():
            cells[2].setStyleSheet(f"color: {theme.muted};")

    def pictures(self) -> Sequence[QWidget]:
        """The widgets that make up the picture, for exports."""
        flat = self.stack.currentWidget() is self._flat
        return (self.line, self.gap) if flat else tuple(
            p for p in (self.star, self.learned, self.heat_gap) if not p.isHidden())


LOSSES = {"minimax": "minimax", "non_saturating": "non-saturating", "wasserstein": "Wasserstein"}


def gradients(data: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """(loss, norm before, norm after) for each loss that was measured."""
    before, after = data.get("before", {}), data.get("after", {})
    return [(LOSSES.get(key, key), float(before[key]), float(after[key]))
            for key in before if key in after and before[key] > 0]


def became(ratio: float) -> str:
    """What became of a gradient, in a word."""
    return ("vanishes" if ratio < 0.1 else "shrinks" if ratio < 0.7 else
            "holds" if ratio < 1.5 else "grows")
