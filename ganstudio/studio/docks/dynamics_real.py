"""The field of the networks in training: a plane, the spectrum, and the path between moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ganstudio.runs.gallery.tables import eigenvalues_csv
from ganstudio.session.messages import State, Update
from ganstudio.session.timeline_messages import Timeline
from ganstudio.studio.docks.dynamics_curve import AlphaPlot
from ganstudio.studio.docks.dynamics_eigen import EigenPlane, Family
from ganstudio.studio.docks.dynamics_real_plane import RealPlane
from ganstudio.studio.docks.plotting_range import grouped, plain
from ganstudio.studio.docks.plotting_widgets import Bar, named, spin, tool, whole
from ganstudio.studio.docks.samples_page import Readout
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.field_frames import (
    FieldFrame,
    PathAngleFrame,
    SpectrumFrame,
    WantField,
    WantPathAngle,
    WantSpectrum,
)
from ganstudio.training.frames import RunInfo, Want

EMPTY = "Start a run to see its field here."
LOOKING = ("Looking at the field… This is done beside training, within the probe budget; "
           "while the run is paused it is quicker.")
VIEWS = {"plane": ("Plane", "The field on a plane in the space of both players' parameters."),
         "spectrum": ("Spectrum", "Leading eigenvalues of the field's Jacobian."),
         "path": ("Path angle", "The field along the way between two moments of the run.")}
PLANES = (("gradients", "Gradients now"), ("recent_path", "Recent path"),
          ("last_step", "Last step"), ("random", "Random, filter-normalised"),
          ("eigen", "Leading rotation"))
SHORT, BESIDE = 24, 14
"""Font heights: below the one a page is short; the other is wide enough for numbers."""
WIDEST = 1.5
"""Heights of the page that the plane and its numbers are wide at the most."""
UNBOUND = 16_777_215
MOST_STEPS = 40
"""Kept moments that a list offers."""
OWN = (("", "as the plane"), *PLANES[:4])


def chooser(items: Sequence[tuple[Any, str]], name: str, tip: str) -> QComboBox:
    """A list of choices."""
    box = QComboBox()
    for value, text in items:
        box.addItem(text, value)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    named(box, name, tip)
    return box


def offer_steps(box: QComboBox, fixed: int, word: str, steps: Sequence[int]) -> None:
    """After its first ``fixed`` entries a list offers these steps, thinned evenly where they are
    many; what is chosen stays. Nothing happens while somebody is choosing.
    """
    chosen = box.currentData() if box.currentIndex() >= fixed else None
    most = len(steps) - 1
    shown = {steps[round(k * most / (MOST_STEPS - 1))] for k in range(MOST_STEPS)} if (
        len(steps) > MOST_STEPS) else set(steps)
    wanted = sorted(shown | ({chosen} if chosen is not None and steps else set()))
    if wanted == [box.itemData(k) for k in range(fixed, box.count())] or box.view().isVisible():
        return
    box.blockSignals(True)
    while box.count() > fixed:
        box.removeItem(box.count() - 1)
    for step in wanted:
        box.addItem(f"{word} {grouped(step)}", step)
    if chosen is not None:
        box.setCurrentIndex(max(box.findData(chosen), 0))
    box.blockSignals(False)


class RealPage(QWidget):
    """Three views of the game that the networks play."""

    wants_changed = Signal()
    command = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.view = "plane"
        self.info: RunInfo | None = None
        self.spectrum_frame: SpectrumFrame | None = None
        self._kept: list[int] = []
        self.headline, self.detail = Readout("What is seen"), Readout("In numbers")
        font = self.headline.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.headline.setFont(font)
        self.plane, self.spectrum = RealPlane(), EigenPlane(half_plane=True)
        self.angle = AlphaPlot("Path angle: cosine between the way and the field", cosine=True)
        self.norm = AlphaPlot("Path norm ‖v‖")
        for plot, name in ((self.plane, "The networks' field on a plane"),
                           (self.spectrum, "Eigenvalues of the field's Jacobian"),
                           (self.angle, "Path angle"), (self.norm, "Path norm")):
            named(plot, name)
            plot.setToolTip("")
        self._controls()
        self._lay_out()
        self.begin(None)

    def _controls(self) -> None:
        self.views, group = {}, QButtonGroup(self)
        for key, (text, tip) in VIEWS.items():
            self.views[key] = tool(text, tip, True, key == "plane")
            group.addButton(self.views[key])
            self.views[key].clicked.connect(lambda _=False, key=key: self.set_view(key))
        self.plane_box = chooser(PLANES, "Plane", "Which two directions span the picture.")
        self.g_box = chooser(OWN, "Axis of G", "The generator's own direction.")
        self.d_box = chooser(OWN, "Axis of D", "The discriminator's own direction.")
        self.again = tool("Draw again", "New random directions.")
        self.seed = 0
        self.again.clicked.connect(self._on_again)
        self.size_box = spin(15, 5, 31, "Arrows along a side", "Fewer arrows cost less.", "Grid ")
        self.count_box = spin(8, 2, 24, "Eigenvalues", "How many of each.", "Eigenvalues ")
        self.log = tool("Log", "Symmetric logarithmic axes: one large eigenvalue then hides no "
                        "others.", True, True)
        self.log.toggled.connect(self.spectrum.set_log)
        self.spectrum.set_log(True)
        self.from_box = chooser(((0, "since the start"), (None, "since watching began")), "From",
                                "The earlier of the two moments.")
        self.to_box = chooser(((None, "until now"),), "To", "The later of the two moments.")
        for box in (self.plane_box, self.g_box, self.d_box, self.from_box, self.to_box):
            box.currentIndexChanged.connect(lambda _: self._changed())
        for spin_box in (self.size_box, self.count_box):
            spin_box.valueChanged.connect(lambda _: self._changed())
        self._own: dict[str, tuple[QWidget, ...]] = {
            "plane": (self.plane_box, self.g_box, self.d_box, self.again, self.size_box),
            "spectrum": (self.count_box, self.log), "path": (self.from_box, self.to_box)}
        self.g_box.setItemText(0, "G: as the plane")
        self.d_box.setItemText(0, "D: as the plane")
        self.options = tool("Options", "Show or hide what this view can be told.", True)
        self.options.toggled.connect(lambda _: self._fit())
        self.bar = Bar(*self.views.values(), self.plane_box, self.options,
                       *(w for own in self._own.values() for w in own if w is not self.plane_box))

    def _lay_out(self) -> None:
        self.stack = QStackedWidget()
        path = QWidget()
        column = QVBoxLayout(path)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.angle, 3)
        column.addWidget(self.norm, 2)
        self._plane_room = QWidget()
        row = QHBoxLayout(self._plane_room)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.plane)
        self._scenes = {"plane": self._plane_room, "spectrum": self.spectrum, "path": path}
        for scene in self._scenes.values():
            self.stack.addWidget(scene)
        whole_page = QVBoxLayout(self)
        whole_page.setContentsMargins(0, 0, 0, 0)
        whole_page.setSpacing(0)
        for widget, stretch in ((self.bar, 0), (self.headline, 0), (self.detail, 0),
                                (self.stack, 1)):
            whole_page.addWidget(widget, stretch)

    def minimumSizeHint(self) -> QSize:
        """Small: the parts arrange themselves anew where there is little room."""
        return QSize(200, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the picture has it."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """What belongs to this view, and of that what there is room for."""
        unit = self.fontMetrics().height()
        short = self.height() < unit * SHORT
        # A square beside which its numbers stand needs no words above it.
        told = short and self.view == "plane" and self.width() - self.height() > unit * BESIDE
        self.headline.setVisible(not told)
        self.detail.setVisible(not short)
        self.options.setVisible(short)
        eigen = self.plane_box.currentData() == "eigen"
        kinds = {box.currentData() for box in (self.plane_box, self.g_box, self.d_box)}
        suits = {self.g_box: not eigen, self.d_box: not eigen, self.again: "random" in kinds}
        for key, widgets in self._own.items():
            for widget in widgets:
                offered = widget is self.plane_box or not short or self.options.isChecked()
                widget.setVisible(key == self.view and offered and suits.get(widget, True))
        self.plane.setMaximumWidth(UNBOUND if short else round(self.height() * WIDEST))
        self.plane_box.setMaximumWidth(unit * 9 if short else UNBOUND)

    # ---- choices

    def set_view(self, key: str) -> None:
        """Plane, spectrum or path angle."""
        self.view = key
        self.views[key].setChecked(True)
        self.stack.setCurrentWidget(self._scenes[key])
        self._offer_kept()
        self._changed()

    def _on_again(self) -> None:
        self.seed += 1
        self._changed()

    def _changed(self) -> None:
        self._fit()
        self.headline.say("" if self.info is None else "…")
        self.detail.say("")
        self.wants_changed.emit()

    def wants(self) -> dict[str, Want]:
        """What this view asks to look at."""
        if self.info is None:
            return {}
        if self.view == "spectrum":
            return {"spectrum": WantSpectrum(self.count_box.value())}
        if self.view == "path":
            return {"path": WantPathAngle(self.from_box.currentData(),
                                          to_step=self.to_box.currentData())}
        plane = self.plane_box.currentData()
        own = (None, None) if plane == "eigen" else (self.g_box.currentData() or None,
                                                     self.d_box.currentData() or None)
        return {"field": WantField(plane, self.size_box.value(), None, *own, self.seed)}

    # ---- what comes

    def begin(self, info: RunInfo | None) -> None:
        """A run is ready, or gone."""
        self.info, self.spectrum_frame = info, None
        self.plane.clear()
        self.spectrum.show_values(())
        for plot in (self.plane, self.spectrum, self.angle, self.norm):
            plot.set_message(EMPTY if info is None else LOOKING)
        self._kept = []
        for box, fixed, word in self._moments():
            offer_steps(box, fixed, word, ())
        self._changed()

    def _moments(self) -> tuple[tuple[QComboBox, int, str], ...]:
        """The lists of moments: how many entries always stand, and what is written before a step.
        """
        return (self.from_box, 2, "from step"), (self.to_box, 1, "until step")

    def _offer(self, timeline: Timeline) -> None:
        """Kept states of the branch in sight can be chosen."""
        branch = timeline.looking.branch if timeline.looking else timeline.branch
        kept = next((b.snapshots for b in timeline.branches if b.id == branch), ())
        self._kept = [step for step in kept if step > 0]
        self._offer_kept()

    def _offer_kept(self) -> None:
        if self.view == "path":  # elsewhere the lists are out of sight, and dear to fill
            for box, fixed, word in self._moments():
                offer_steps(box, fixed, word, self._kept)

    def receive(self, update: Update, frames: Mapping[str, Any]) -> None:
        """Draw what is new."""
        if self.info is None and update.status.state == State.PREPARING:
            self.plane.set_message("Preparing the run…")
        if update.timeline is not None:
            self._offer(update.timeline)
        for event in update.events:
            refused = event.text.removeprefix("dynamics.")
            if event.kind == "note" and refused != event.text and "cannot be shown" in refused:
                self._refuse(*refused.split(" cannot be shown: ", 1))
        field, spectrum, path = (frames.get(k) for k in ("field", "spectrum", "path"))
        if isinstance(field, FieldFrame):
            self.plane.show_frame(field)
            self._say_field(field)
        if isinstance(spectrum, SpectrumFrame):
            self._show_spectrum(spectrum)
        if isinstance(path, PathAngleFrame):
            for plot, values in ((self.angle, path.cosine), (self.norm, path.norm)):
                plot.set_message("")
                plot.show_curve(path.alpha, values)
            self._say(path.words, f"from step {grouped(path.from_step)} to {grouped(path.step)}; "
                      f"‖ω′ − ω‖ = {plain(path.length, 3)}; {cost(path.cost_seconds)}")

    def _refuse(self, key: str, why: str = "") -> None:
        plots = {"field": (self.plane,), "spectrum": (self.spectrum,),
                 "path": (self.angle, self.norm)}.get(key, ())
        for plot in plots:
            plot.set_message(f"This cannot be shown: {why}")

    def _say(self, headline: str, detail: str) -> None:
        self.headline.say(headline)
        self.detail.say(detail)

    def _say_field(self, f: FieldFrame) -> None:
        seen = f"This plane sees {100 * f.centre_share:.0f} % of the motion"
        turning = ""
        if np.isfinite(f.turning_share):
            turning = (f"; {100 * f.turning_share:.0f} ± {100 * f.turning_error:.0f} % of the "
                       "field turns")
        refined = "" if f.complete else f"refining, {f.done} of {f.levels}; "
        self._say(seen + turning, f"step {grouped(f.step)}; {refined}{cost(f.cost_seconds)}")

    def _show_spectrum(self, s: SpectrumFrame) -> None:
        self.spectrum_frame = s
        self.spectrum.set_message("")
        self._draw_spectrum(s)
        worst = max((float((r / np.maximum(np.abs(complexes(values)), 1e-30)).max(initial=0))
                     for values, r in ((s.eigenvalues, s.residuals), (s.block_g, s.residuals_g),
                                       (s.block_d, s.residuals_d))), default=0.0)
        refined = "" if s.complete else "refining; "
        self._say(spectrum_words(complexes(s.eigenvalues)),
                  f"step {grouped(s.step)}; {refined}residuals up to {plain(100 * worst, 2)} % of "
                  f"|λ| (discs); {s.products} Jacobian-vector products; {cost(s.cost_seconds)}")

    def _draw_spectrum(self, s: SpectrumFrame) -> None:
        self.spectrum.show_values([
            Family("whole game", complexes(s.eigenvalues), self.theme.text, "circle", 10,
                   s.residuals),
            Family("G alone", complexes(s.block_g), self.theme.player_g, "diamond", 8,
                   s.residuals_g),
            Family("D alone", complexes(s.block_d), self.theme.player_d, "square", 7,
                   s.residuals_d)])

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        for plot in (self.plane, self.spectrum, self.angle, self.norm):
            plot.set_theme(theme)
        self.detail.setStyleSheet(f"color: {theme.muted};")
        if self.spectrum_frame is not None:
            self._draw_spectrum(self.spectrum_frame)

    def pictures(self) -> Sequence[QWidget]:
        """The widgets that make up the picture, for exports."""
        return {"plane": (self.plane,), "spectrum": (self.spectrum,),
                "path": (self.angle, self.norm)}[self.view]

    def eigenvalue_table(self) -> str:
        """The spectrum as CSV: part, real, imaginary, residual; empty where there is none."""
        return "" if self.spectrum_frame is None else eigenvalues_csv(self.spectrum_frame)

    def save_state(self) -> dict[str, Any]:
        """Choices as plain data."""
        return {"view": self.view, "plane": self.plane_box.currentIndex(),
                "size": self.size_box.value(), "count": self.count_box.value()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Take up choices; what makes no sense is ignored."""
        self.plane_box.setCurrentIndex(whole(state, "plane", 0, 0, len(PLANES) - 1))
        self.size_box.setValue(whole(state, "size", 15, 5, 31))
        self.count_box.setValue(whole(state, "count", 8, 2, 24))
        if state.get("view") in VIEWS:
            self.set_view(state["view"])


def complexes(pairs: Any) -> Any:
    """(n, 2) real and imaginary parts as complex numbers (n,)."""
    return np.asarray(pairs[:, 0], float) + 1j * np.asarray(pairs[:, 1], float)


def cost(seconds: float) -> str:
    """What a look took, in words."""
    return f"took {1000 * seconds:.0f} ms" if seconds < 1 else f"took {seconds:.1f} s"


def spectrum_words(values: Any) -> str:
    """What the leading eigenvalues of the field's Jacobian say."""
    values = values[np.isfinite(values)]
    if not len(values):
        return "No eigenvalues were found"
    out = int((values.real > 1e-6 * np.abs(values).max()).sum())
    leader = values[int(np.argmax(np.abs(values)))]
    manner = ("turns" if abs(leader.imag) > 2 * abs(leader.real) else
              "spirals" if abs(leader.imag) > 0.05 * abs(leader.real) else "descends"
              if leader.real < 0 else "climbs")
    push = f"{out} of {len(values)} leading eigenvalues push away" if out else (
        "all leading eigenvalues draw in")
    return f"The leading motion {manner}; {push}"
