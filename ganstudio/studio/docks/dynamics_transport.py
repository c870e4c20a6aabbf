"""Run, pause, step, reset and speed for a toy game."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from ganstudio.studio.docks.plotting_widgets import Bar, ValueSlider, spin, tool
from ganstudio.studio.icons import icon
from ganstudio.studio.theme import LIGHT, Theme

SPEEDS = (1, 2, 5, 10, 20, 30, 50, 100, 200, 500, 1_000, 2_000, 5_000)
"""Steps a second."""


class Transport(QObject):
    """Buttons that say what is wanted; the page passes it on."""

    play = Signal(bool)
    step = Signal()
    reset = Signal()
    speed = Signal(float)
    ahead = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme = LIGHT
        self.run_button = tool("Run", "Play the game step by step (Space runs and pauses here).",
                               True)
        self.run_button.toggled.connect(self._toggled)
        self.step_button = tool("Step", "One step of the rule.")
        self.step_button.clicked.connect(self.step)
        self.reset_button = tool("Reset", "The players back to the start.")
        self.reset_button.clicked.connect(self.reset)
        self.speed_slider = ValueSlider("Speed", "Steps a second while it runs.",
                                        len(SPEEDS) - 1, lambda k: f"{SPEEDS[k]:,}/s")
        self.speed_slider.slider.setFixedWidth(84)
        self.speed_slider.set_value(SPEEDS.index(30))
        self.speed_slider.changed.connect(lambda k: self.speed.emit(float(SPEEDS[k])))
        self.steps_box = spin(400, 10, 4000, "Steps ahead",
                              "How many steps the path is shown ahead.", "Ahead ")
        self.steps_box.setSingleStep(50)
        self.steps_box.setMaximumWidth(self.steps_box.sizeHint().width())
        self.steps_box.valueChanged.connect(self.ahead)

    def controls(self) -> Bar:
        """All of them on a line that wraps."""
        return Bar(self.run_button, self.step_button, self.reset_button, self.speed_slider,
                   self.steps_box)

    def _toggled(self, on: bool) -> None:
        self.run_button.setText("Pause" if on else "Run")
        self.run_button.setAccessibleName("Pause" if on else "Run")
        self._dress()
        self.play.emit(on)

    def show_playing(self, on: bool) -> None:
        """As the session has it, without asking for anything."""
        if on != self.run_button.isChecked():
            self.run_button.blockSignals(True)
            self.run_button.setChecked(on)
            self.run_button.blockSignals(False)
            self.run_button.setText("Pause" if on else "Run")
            self._dress()

    def _dress(self) -> None:
        self.run_button.setIcon(icon("pause" if self.run_button.isChecked() else "run",
                                     self._theme))

    def set_theme(self, theme: Theme) -> None:
        """Tint the pictures on the buttons."""
        self._theme = theme
        for button, name in ((self.step_button, "step"), (self.reset_button, "restart")):
            button.setIcon(icon(name, theme))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.run_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._dress()
