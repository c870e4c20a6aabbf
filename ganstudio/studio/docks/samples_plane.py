"""Samples that are points in the plane, over D's surface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from ganstudio.studio.docks.plotting_bar import ColourBar
from ganstudio.studio.docks.plotting_canvas import Extent
from ganstudio.studio.docks.plotting_plane import LAYERS, PlaneView, extent_of
from ganstudio.studio.docks.plotting_range import plain
from ganstudio.studio.docks.plotting_ticks import Linear
from ganstudio.studio.docks.plotting_widgets import Bar, Pace, named, tool, truth
from ganstudio.studio.docks.samples_page import Page, Readout
from ganstudio.studio.theme import Theme
from ganstudio.training.frames import (
    Frame,
    RunInfo,
    SurfaceFrame,
    Want,
    WantArrows,
    WantLatentMap,
    WantPoints,
    WantSurface,
)

BUTTONS = {
    "real": ("Real", "Points of the data.", True),
    "fake": ("Generated", "G(z) at fixed latents.", True),
    "surface": ("D", "D's output as colour.", True),
    "push": ("Push", "Minus the gradient of the generator's loss at each generated point: "
             "where training pushes it.", False),
    "gradient": ("∇D", "The gradient of D's output at each generated point.", False),
    "grid": ("Grid", "Latent grid: what G makes of a square lattice of latents.", False),
}


class PlanePage(Page):
    """The plane, its layers and a colour bar."""

    def __init__(self) -> None:
        super().__init__()
        self._home = Extent(-1, 1, -1, 1)
        self._asked: tuple[float, float, float, float] | None = None
        self.plane = PlaneView()
        named(self.plane, "Real and generated points over D's surface",
              "Wheel or + and − zoom, dragging or arrow keys move, double click or Home resets.")
        self.plane.setToolTip("")
        self.bar = ColourBar()
        self.readout = Readout("Position and D under the pointer")
        self.layers = {key: tool(*BUTTONS[key][:2], True, BUTTONS[key][2]) for key in LAYERS}
        self.reset = tool("Reset", "Show the whole data again (Home).")
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.plane, 1)
        middle.addWidget(self.bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Bar(*self.layers.values(), self.averaged, self.reset))
        layout.addLayout(middle, 1)
        layout.addWidget(self.readout)
        # The surface is asked for anew when the view has come to rest for a moment.
        self._pace = Pace(self, 200, self._ask_surface, at_once=False)
        for button in self.layers.values():
            button.toggled.connect(self._on_layers)
        self.plane.moved.connect(lambda *_: self._pace.request())
        self.plane.home.connect(self._on_home)
        self.plane.hovered.connect(self._on_hover)
        self.reset.clicked.connect(self._on_home)
        self._on_layers()

    def begin(self, info: RunInfo) -> None:
        """See Page."""
        self._pace.stop()
        self._asked = None
        self._home = Extent(*info.extent)
        self.plane.clear()
        if len(info.offset) >= 2 and len(info.scale) >= 2:
            self.plane.x_scale = Linear(float(info.offset[0]), float(info.scale[0]))
            self.plane.y_scale = Linear(float(info.offset[1]), float(info.scale[1]))
        self.plane.extent = self._home
        self.plane.stale()
        self.readout.say("")
        self._pace.request()

    def _on(self, layer: str) -> bool:
        return self.layers[layer].isChecked()

    def wants(self) -> dict[str, Want]:
        """See Page."""
        averaged = self.take_average()
        wants: dict[str, Want] = {}
        if self._on("real") or self._on("fake"):
            wants["points"] = WantPoints(averaged=averaged)
        if self._on("surface"):
            wants["surface"] = WantSurface(extent=self._asked)
        if self._on("push") or self._on("gradient"):
            wants["arrows"] = WantArrows(averaged=averaged)
        if self._on("grid"):
            wants["map"] = WantLatentMap(averaged=averaged)
        return wants

    def receive(self, frames: Mapping[str, Frame]) -> None:
        """See Page."""
        for key in ("points", "surface", "arrows", "map"):
            frame = frames.get(key)
            if frame is not None:
                self.plane.show_frame(frame)
                if isinstance(frame, SurfaceFrame):
                    self.bar.set_range(*self.plane.d_range, self.plane.equilibrium)

    def _on_layers(self) -> None:
        self.plane.set_layers({key for key in LAYERS if self._on(key)})
        self.bar.setVisible(self._on("surface"))
        self.wants_changed.emit()

    def _on_home(self) -> None:
        self.plane.set_extent(self._home)
        self._pace.request()

    def _ask_surface(self) -> None:
        """Ask for the surface of what is in sight, a little rounded; of the run's own extent
        where that is all there is to see.
        """
        seen = self.plane.visible()
        asked = None if seen == self._home else extent_of(seen)
        if asked is not None:
            asked = tuple(float(f"{end:.4g}") for end in asked)  # type: ignore[assignment]
        if asked != self._asked:
            self._asked = asked
            self.wants_changed.emit()

    def resizeEvent(self, event: object) -> None:
        """More or less of the plane is in sight."""
        super().resizeEvent(event)
        self._pace.request()

    def _on_hover(self, at: tuple[float, float] | None) -> None:
        if at is None:
            self.readout.say("")
            return
        x, y = self.plane.x_scale.number(at[0]), self.plane.y_scale.number(at[1])
        d = self.plane.d_at(*at) if self._on("surface") else None
        self.readout.say(f"x {plain(x)}   y {plain(y)}"
                         + (f"   D {plain(d, 3)}" if d is not None else ""))

    def set_theme(self, theme: Theme) -> None:
        """See Page."""
        super().set_theme(theme)
        self.plane.set_theme(theme)
        self.bar.set_theme(theme)

    def save_state(self) -> dict[str, Any]:
        """See Page."""
        return {"averaged": self.averaged.isChecked(),
                **{key: button.isChecked() for key, button in self.layers.items()}}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Page."""
        for key, button in {**self.layers, "averaged": self.averaged}.items():
            button.setChecked(truth(state, key, button.isChecked()))
