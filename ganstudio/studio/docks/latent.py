"""Latent: walk between two latents and see what the generator makes on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSlider,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from ganstudio.recipe.data import LATENT_BOXES
from ganstudio.session.messages import State, Update
from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.latent_views import Pad, PathView, Strip
from ganstudio.studio.docks.plotting_mosaic import Picture
from ganstudio.studio.docks.plotting_range import fixed, plain
from ganstudio.studio.docks.plotting_ticks import Linear
from ganstudio.studio.docks.plotting_widgets import GAP, Bar, Pace, named, spin, tool, truth, whole
from ganstudio.studio.docks.samples_page import NO_AVERAGE, Readout
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.frames import RunInfo, WalkFrame, Want, WantWalk

EMPTY = "Start a run to walk through its latent space."
STEPS = 200
"""Positions of the slider."""

POINT_STOPS = 64
"""Stops of a path of points: enough for a smooth line."""

PLAY_MS = 50


def draw_z(rng: np.random.Generator, kind: str, dimension: int) -> tuple[float, ...]:
    """One latent of the recipe's kinds."""
    if kind in LATENT_BOXES:
        z = rng.uniform(*LATENT_BOXES[kind], dimension)
    else:
        z = rng.standard_normal(dimension)
        if kind == "sphere":
            z /= max(float(np.linalg.norm(z)), 1e-12)
    return tuple(float(v) for v in z)


class LatentDock(Dock):
    """Two latents A and B, the way between them, and the sample at t on it."""

    key: ClassVar[str] = "latent"
    title: ClassVar[str] = "Latent"

    def __init__(self) -> None:
        super().__init__()
        self._rng = np.random.default_rng()
        self._info: RunInfo | None = None
        self.z: dict[str, tuple[float, ...]] = {"A": (), "B": ()}
        self._way = 1
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(PLAY_MS)
        self._timer.timeout.connect(self._advance)
        # While the slider is dragged the worker is not asked for every pixel of it.
        self._pace = Pace(self, 60, self.wants_changed.emit)
        self.set_theme(LIGHT)

    # ---- building

    def _build(self) -> None:
        self.words = QLabel(EMPTY)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        self.words.setContentsMargins(12, 12, 12, 12)
        self.dice, self.pads = {}, {}
        for name in "AB":
            self.dice[name] = tool(f"New {name}", f"Draw a new z for {name} at random.")
            self.dice[name].clicked.connect(lambda _=False, name=name: self.redraw(name))
            self.pads[name] = Pad(name)
            self.pads[name].picked.connect(lambda x, y, name=name: self._on_pick(name, x, y))
        self.swap = tool("Swap", "Let A and B change places.")
        self.swap.clicked.connect(self._on_swap)
        self.play = tool("Play", "Move t to and fro while this dock is in sight.", True)
        self.play.toggled.connect(self._on_play)
        self.averaged = tool("Averaged", "Use the averaged generator (EMA) in place of the one "
                             "in training.", True, True)
        self._averaged_tip = self.averaged.toolTip()
        self.averaged.toggled.connect(lambda _: self._ask())
        self.count = spin(8, 2, 24, "Stops", "Images between A and B, ends included.", "Stops ")
        self.count.valueChanged.connect(lambda _: self._ask())
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(STEPS // 10)
        self.slider.setValue(STEPS // 2)
        named(self.slider, "Position t between A and B",
              "0 is A, 1 is B; arrow keys, Page Up and Page Down move it.")
        self.slider.valueChanged.connect(self._on_slider)
        self.path, self.large, self.strip = PathView(), Picture("The sample at t"), Strip()
        named(self.path, "The way from A to B in the space of samples",
              "Wheel or + and − zoom, dragging or arrow keys move, double click or Home resets.")
        self.path.setToolTip("")
        self.path.home.connect(self._on_home)
        self.strip.went.connect(lambda t: self.slider.setValue(round(t * STEPS)))
        self.readout = Readout("t, z and D's output there")
        self._lay_out()

    def _lay_out(self) -> None:
        body = QWidget()
        self._body = body
        self._pads = Bar(self.pads["A"], self.pads["B"])
        line = QHBoxLayout()
        line.setContentsMargins(GAP + 2, 2, GAP + 2, 2)
        for widget in (QLabel("A"), self.slider, QLabel("B")):
            line.addWidget(widget)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Bar(self.dice["A"], self.dice["B"], self.swap, self.play, self.averaged,
                             self.count))
        layout.addWidget(self._pads)
        layout.addWidget(self.path, 1)
        layout.addWidget(self.large, 3)
        layout.addWidget(self.strip, 1)
        layout.addLayout(line)
        layout.addWidget(self.readout)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.words)
        self._stack.addWidget(body)

    # ---- what the window tells

    def begin(self, info: RunInfo | None) -> None:
        """See Dock."""
        self._info = info
        self.play.setChecked(False)
        self._pace.stop()
        if info is None:
            self.words.setText(EMPTY)
            self._stack.setCurrentWidget(self.words)
            self.wants_changed.emit()
            return
        images, low = info.is_image, info.latent_dim <= 2
        self._pads.setVisible(low)
        self.path.setVisible(not images)
        self.large.setVisible(images)
        self.strip.setVisible(images)
        self.count.setVisible(images)
        reach = 3.0 if info.latent_kind == "normal" else 1.0
        for pad in self.pads.values():
            pad.begin(min(info.latent_dim, 2),
                      *LATENT_BOXES.get(info.latent_kind, (-reach, reach)))
        if not images:
            self.path.begin(info.sample_shape[0], info.extent)
            scales = [Linear(float(o), float(s)) for o, s in zip(info.offset, info.scale,
                                                                  strict=False)]
            if len(scales) >= 2 and info.sample_shape[0] == 2:
                self.path.x_scale, self.path.y_scale = scales[0], scales[1]
            elif scales:
                self.path.x_scale, self.path.y_scale = Linear(), scales[0]
            self.path.stale()
        self.large.set_image(None)
        self.strip.clear()
        self.readout.say("")
        self._pads.updateGeometry()
        self._stack.setCurrentWidget(self._body)
        for name in "AB":
            self._set_z(name, draw_z(self._rng, info.latent_kind, info.latent_dim))
        self._ask()

    def wants(self) -> Mapping[str, Want]:
        """See Dock."""
        if self._info is None:
            return {}
        count = self.count.value() if self._info.is_image else POINT_STOPS
        averaged = self.averaged.isChecked() and self.averaged.isEnabled()
        return {"latent.walk": WantWalk(self.z["A"], self.z["B"], self.t, count, averaged)}

    def receive(self, update: Update) -> None:
        """See Dock."""
        if self._info is None:
            preparing = update.status.state == State.PREPARING
            self.words.setText("Preparing the run…" if preparing else EMPTY)
            return
        frame = update.frames.get("latent.walk")
        if not isinstance(frame, WalkFrame):
            return
        if self._info.is_image:
            self.large.set_image(np.asarray(frame.at))
            self.strip.show_walk(np.asarray(frame.stops), self.t)
        else:
            self.path.show_walk(frame, self.t)
        self._say(frame)

    def _say(self, frame: WalkFrame) -> None:
        shown = ", ".join(plain(float(v), 3) for v in frame.z[:3])
        more = f", … ({len(frame.z)} numbers)" if len(frame.z) > 3 else ""
        self.readout.say(f"t {self.t:.2f}   D {fixed(frame.d)}   z {shown}{more}")

    def set_recipe(self, recipe: Any) -> None:
        """Offer the averaged generator only where the run keeps one."""
        there = recipe.average.decay > 0
        if there != self.averaged.isEnabled():
            self.averaged.setEnabled(there)
            self.averaged.setToolTip(self._averaged_tip if there else NO_AVERAGE)
            self._ask()

    def set_theme(self, theme: Theme) -> None:
        """See Dock."""
        for widget in (self.path, self.large, self.strip, *self.pads.values()):
            widget.set_theme(theme)

    def save_state(self) -> dict[str, Any]:
        """See Dock."""
        return {"t": self.slider.value(), "count": self.count.value(),
                "averaged": self.averaged.isChecked()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Dock."""
        self.slider.setValue(whole(state, "t", self.slider.value(), 0, STEPS))
        self.count.setValue(whole(state, "count", self.count.value(), 2, 24))
        self.averaged.setChecked(truth(state, "averaged", self.averaged.isChecked()))

    # ---- moving about

    @property
    def t(self) -> float:
        """Where the walk is, 0 at A and 1 at B."""
        return self.slider.value() / STEPS

    def redraw(self, name: str) -> None:
        """A new latent for A or B."""
        if self._info is not None:
            self._set_z(name, draw_z(self._rng, self._info.latent_kind, self._info.latent_dim))
            self._ask()

    def _set_z(self, name: str, z: tuple[float, ...]) -> None:
        self.z[name] = z
        if z:
            self.pads[name].set_z(z)
        self.dice[name].setToolTip(f"Draw a new z for {name} at random.\nNow "
                                   + ", ".join(f"{v:.3g}" for v in z[:8])
                                   + ("…" if len(z) > 8 else ""))

    def _on_pick(self, name: str, x: float, y: float) -> None:
        if self._info is None:
            return
        z = (x, y)[:self._info.latent_dim]
        if self._info.latent_kind == "sphere":
            length = float(np.hypot(*z)) if len(z) == 2 else abs(z[0])
            z = tuple(v / length for v in z) if length > 1e-9 else (1.0, 0.0)[:len(z)]
        self._set_z(name, z)
        self._ask()

    def _on_swap(self) -> None:
        a, b = self.z["A"], self.z["B"]
        self._set_z("A", b)
        self._set_z("B", a)
        self._ask()

    def _on_slider(self) -> None:
        self.strip.t = self.path.t = self.t
        self.strip.update()
        self._ask()

    def _on_home(self) -> None:
        if self._info is not None and not self._info.is_image:
            walk = self.path.walk
            self.path.begin(self._info.sample_shape[0], self._info.extent)
            self.path.walk = walk

    def _ask(self) -> None:
        self._pace.request()

    # ---- playing

    def _on_play(self, on: bool) -> None:
        if on and self.isVisible() and self._info is not None:
            self._timer.start()
        else:
            self._timer.stop()

    def _advance(self) -> None:
        at = self.slider.value() + 2 * self._way
        if not 0 <= at <= STEPS:
            self._way = -self._way
            at = self.slider.value() + 2 * self._way
        self.slider.setValue(at)

    def showEvent(self, event: QShowEvent) -> None:
        """Play on where it was playing."""
        super().showEvent(event)
        self._on_play(self.play.isChecked())

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing moves while nobody looks."""
        super().hideEvent(event)
        self._timer.stop()
