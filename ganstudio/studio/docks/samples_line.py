"""Samples that are single numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from ganstudio.studio.docks.plotting_canvas import Extent
from ganstudio.studio.docks.plotting_line import LineView
from ganstudio.studio.docks.plotting_range import plain
from ganstudio.studio.docks.plotting_ticks import Linear
from ganstudio.studio.docks.plotting_widgets import Bar, named, tool, truth
from ganstudio.studio.docks.samples_page import Page, Readout
from ganstudio.studio.theme import Theme
from ganstudio.training.frames import Frame, LineFrame, RunInfo, Want, WantLine


class LinePage(Page):
    """The classic 1-D picture."""

    def __init__(self) -> None:
        super().__init__()
        self._home = (-1.0, 1.0)
        self.view = LineView()
        named(self.view, "Densities of data and generated samples, D, and the lines z to x",
              "Wheel or + and − zoom, dragging or arrow keys move, double click or Home resets.")
        self.view.setToolTip("")
        self.readout = Readout("Densities and D under the pointer")
        self.reset = tool("Reset", "Show the whole data again (Home).")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Bar(self.averaged, self.reset))
        layout.addWidget(self.view, 1)
        layout.addWidget(self.readout)
        self.view.home.connect(self._on_home)
        self.reset.clicked.connect(self._on_home)
        self.view.hovered.connect(self._on_hover)

    def begin(self, info: RunInfo) -> None:
        """See Page."""
        self._home = (info.extent[0], info.extent[1])
        if len(info.offset) and len(info.scale):
            self.view.x_scale = Linear(float(info.offset[0]), float(info.scale[0]))
        self.view.clear(*self._home)
        self.readout.say("")

    def wants(self) -> dict[str, Want]:
        """See Page."""
        return {"line": WantLine(averaged=self.take_average())}

    def receive(self, frames: Mapping[str, Frame]) -> None:
        """See Page."""
        frame = frames.get("line")
        if isinstance(frame, LineFrame):
            self.view.show_frame(frame)
            if not frame.data_exact:
                self.view.setToolTip("Both densities are kernel estimates, bandwidth "
                                     f"{plain(frame.bandwidth, 2)}.")

    def _on_home(self) -> None:
        e = self.view.extent
        self.view.set_extent(Extent(*self._home, e.y0, e.y1))

    def _on_hover(self, at: tuple[float, float] | None) -> None:
        self.readout.say("" if at is None else self.view.reading(at[0]))

    def set_theme(self, theme: Theme) -> None:
        """See Page."""
        super().set_theme(theme)
        self.view.set_theme(theme)

    def save_state(self) -> dict[str, Any]:
        """See Page."""
        return {"averaged": self.averaged.isChecked()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Page."""
        self.averaged.setChecked(truth(state, "averaged", self.averaged.isChecked()))
