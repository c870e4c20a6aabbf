"""Toy games: one rule in full, or several side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ganstudio.game.catalogue import RULES
from ganstudio.session.toy_frames import Mover, ToyPicture, ToySpec
from ganstudio.studio.docks.dynamics_field import FieldScene
from ganstudio.studio.docks.dynamics_panel import LabPanel
from ganstudio.studio.docks.dynamics_surface import SurfaceView
from ganstudio.studio.docks.dynamics_three import ThreeScene
from ganstudio.studio.docks.dynamics_transport import Transport
from ganstudio.studio.docks.dynamics_words import comparison, verdict
from ganstudio.studio.docks.plotting_widgets import Bar, spin, tool, truth, whole
from ganstudio.studio.docks.samples_page import Readout
from ganstudio.studio.theme import LIGHT, Theme

VIEWS = {"field": ("Field", "The game's field, the path, and the eigenvalues beside it."),
         "three": ("Three fields", "Consensus taken apart: the game's own field, the conservative "
                   "one, and their weighted sum."),
         "surface": ("Surface", "The generator's loss as a surface with height.")}
LAYERS = {"arrows": ("Arrows", "The field as arrows: length and colour by speed.", True),
          "streams": ("Streamlines", "Lines along the field.", False),
          "nullclines": ("Nullclines", "Where θ is at rest (solid) and where ψ is (dashed).",
                         False),
          "contours": ("Contours", "Level lines of the generator's loss.", False)}
NARROW, SHORT = 27, 21  # font heights
PREPARING = "Preparing the mathematics…"


class LabPage(QWidget):
    """Controls, pictures, and a sentence that says what becomes of the game.

    ``asked`` says that something else is to be seen; ``transport`` plays it.
    """

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.mode, self.view = "toy", "field"
        self.start = (1.0, 1.0)
        self.picture: ToyPicture | None = None
        self._quiet = True
        self._narrow = False
        self._game = ""
        self.panel, self.transport = LabPanel(), Transport()
        self.field, self.three, self.surface = FieldScene(), ThreeScene(), SurfaceView()
        self.headline, self.detail = Readout("Verdict"), Readout("Verdict in numbers")
        font = self.headline.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.headline.setFont(font)
        self._bars()
        self._lay_out()
        self._connect()
        self._new_game()
        self._quiet = False

    # ---- building

    def _bars(self) -> None:
        self.panel_button = tool("Settings", "Show or hide the controls of game and rule.", True,
                                 True)
        self.views, group = {}, QButtonGroup(self)
        for key, (text, tip) in VIEWS.items():
            self.views[key] = tool(text, tip, True, key == "field")
            group.addButton(self.views[key])
            self.views[key].clicked.connect(lambda _=False, key=key: self.set_view(key))
        self.layers = {key: tool(text, tip, True, on) for key, (text, tip, on) in LAYERS.items()}
        self.density = spin(24, 8, 60, "Density", "Arrows along the shorter side.", "Density ")
        self.density.setMaximumWidth(self.density.sizeHint().width())
        self.rule_off = QFrame()
        self.rule_off.setFrameShape(QFrame.Shape.VLine)
        self.rule_off.setFixedHeight(self.fontMetrics().height())
        self.bar = Bar(self.panel_button, *self.views.values(), self.rule_off,
                       *self.layers.values())

    def _lay_out(self) -> None:
        self.stack = QStackedWidget()
        self.scenes: dict[str, QWidget] = {"field": self.field, "three": self.three,
                                           "surface": self.surface}
        for scene in self.scenes.values():
            self.stack.addWidget(scene)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.foot = self.transport.controls()
        self.foot.add(self.density)
        for widget, stretch in ((self.bar, 0), (self.headline, 0), (self.detail, 0),
                                (self.stack, 1), (self.foot, 0)):
            column.addWidget(widget, stretch)
        self._split = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._split.setContentsMargins(0, 0, 0, 0)
        self._split.setSpacing(0)
        self._split.addWidget(self.panel)
        self._split.addWidget(middle, 1)

    def _connect(self) -> None:
        self.panel.game_changed.connect(self._new_game)
        for signal in (self.panel.changed, self.panel.compared, self.density.valueChanged,
                       self.field.plane.moved, self.three.changed, self.field.resized,
                       self.transport.ahead):
            signal.connect(self._ask)
        for button in self.layers.values():
            button.toggled.connect(self._ask)
        self.panel_button.toggled.connect(lambda _: self._fit_panel())
        for plane in (self.field.plane, *self.three.planes):
            plane.start_moved.connect(self._on_start)
        self.field.plane.home.connect(self._go_home)
        self.three.home.connect(self._go_home)

    # ---- what is asked

    def _ask(self, *_: object) -> None:
        if not self._quiet:
            self.asked.emit()

    def _new_game(self) -> None:
        game = self.panel.game
        self.start = game.start
        self.picture = None
        for plane in (self.field.plane, *self.three.planes):
            plane.clear()
            plane.x_title, plane.y_title = game.axes
            if plane in self.three.planes[1:]:
                plane.y_title = ""
            plane.start = self.start
        self.field.distance.clear()
        self.three.clear()
        # One loss for both has level lines that descent crosses; a game's own say less.
        if game.name == "xor" or self._game == "xor":
            self.layers["contours"].setChecked(game.name == "xor")
        self._game = game.name
        self._go_home()

    def _go_home(self) -> None:
        for plane in (self.field.plane, *self.three.planes):
            plane.frame_view(self.panel.game.view)
        self._ask()

    def _on_start(self, x: float, y: float) -> None:
        self.start = (x, y)
        for plane in (self.field.plane, *self.three.planes):
            plane.start = self.start
            plane.update()
        self._ask()

    def set_view(self, key: str) -> None:
        """Field, three fields, or surface."""
        self.view = key
        self.views[key].setChecked(True)
        self._fit_mode()
        self._ask()

    def set_mode(self, mode: str) -> None:
        """``toy`` or ``compare``."""
        if mode != self.mode:
            self.mode = mode
            self.panel.set_mode(mode)
            self._fit_mode()
            self._ask()

    def _fit_mode(self) -> None:
        compare = self.mode == "compare"
        for button in self.views.values():
            button.setVisible(not compare)
        self.stack.setCurrentWidget(self.scenes[self.shown])
        self.field.set_compare(compare)
        self._fit_controls()

    def _fit_controls(self) -> None:
        """What belongs to this view, and of that what there is room for."""
        short = self.height() < self.fontMetrics().height() * SHORT
        for button in (*self.layers.values(), self.density, self.rule_off):
            button.setVisible(self.shown == "field" and not short)
        for widget in (self.transport.speed_slider, self.transport.steps_box):
            widget.setVisible(not short)

    @property
    def shown(self) -> str:
        """The view in sight."""
        return "field" if self.mode == "compare" else self.view

    def movers(self) -> tuple[Mover, ...]:
        """The rules that move in this view."""
        if self.mode == "compare":
            return self.panel.rules.movers()
        own = self.panel.mover()
        if self.view != "three":
            return (own,)
        rates = {k: v for k, v in own.params.items() if k in ("lr", "lr_g", "lr_d")}
        return (Mover("simultaneous", rates),
                Mover("consensus", {**rates, "gamma": self.three.gamma}))

    def spec(self) -> ToySpec:
        """What is to be seen now."""
        view, spacing = self.field.view(self.density.value())
        layers = frozenset(k for k, button in self.layers.items() if button.isChecked())
        if self.shown == "three":
            view, spacing = self.three.view()
            layers = frozenset({"arrows", "three"})
        elif self.shown == "surface":
            layers = frozenset({"surface"})
            e = self.field.plane.extent
            view = (e.x0, e.x1, e.y0, e.y1)
        return ToySpec(self.panel.game.name, self.panel.game_form.values(), self.movers(),
                       self.start, view, spacing, self.transport.steps_box.value(), layers,
                       self.three.gamma)

    # ---- what is drawn

    def show_picture(self, picture: ToyPicture) -> None:
        """Draw what the session has."""
        self.transport.show_playing(picture.playing)
        if picture.error:
            self.headline.say(picture.error)
            self.detail.say("")
            return
        if picture.spec.game != self.panel.game.name:
            return  # a picture of the game before
        self.picture = picture
        if self.shown == "surface":
            if picture.surface is not None:
                self.surface.show_picture(picture)
        elif self.shown == "three":
            self.three.show_picture(picture)
        else:
            looks = self.panel.rules.looks() if self.mode == "compare" else (0,)
            if len(looks) == len(picture.tracks):
                self.field.show_picture(picture, looks)
        self._say(picture)

    def _say(self, picture: ToyPicture) -> None:
        if self.mode == "compare":
            self.panel.rules.show_tracks(picture.tracks)
            text, more = comparison(picture)
        else:
            text, more = verdict(picture, self.shown == "three")
        self.headline.say(text)
        self.detail.say(more)

    def say_preparing(self) -> None:
        """Before the first picture."""
        if self.picture is None:
            self.headline.say(PREPARING)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        for part in (self.panel, self.transport, self.field, self.three, self.surface):
            part.set_theme(theme)
        self.detail.setStyleSheet(f"color: {theme.muted};")
        self.rule_off.setStyleSheet(f"color: {theme.line};")

    def legend(self) -> Sequence[tuple[int, str]]:
        """The look and the title of each rule that is compared, for exports."""
        rules = self.panel.rules
        return [(look, RULES[name].title) for look, name in
                zip(rules.looks(), rules.checked(), strict=True)] if self.mode == "compare" else ()

    def pictures(self) -> Sequence[QWidget]:
        """The widgets that make up the picture, for exports."""
        if self.shown == "surface":
            return (self.surface,)
        return self.three.pictures() if self.shown == "three" else self.field.pictures()

    # ---- shape

    def minimumSizeHint(self) -> QSize:
        """Small: the parts arrange themselves anew where there is little room."""
        return QSize(200, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Controls beside the pictures, or above them where it is narrow."""
        super().resizeEvent(event)
        self._fit_panel()

    def _fit_panel(self) -> None:
        unit = self.fontMetrics().height()
        beside = max(unit * 15, self.panel.widget().minimumSizeHint().width() + unit)
        narrow = self.width() < beside + unit * NARROW
        if narrow != self._narrow:  # where it is narrow, the picture comes first
            self._narrow = narrow
            self.panel_button.setChecked(not narrow)
        on, short = self.panel_button.isChecked(), self.height() < unit * 30
        self.panel.setVisible(on)
        self.stack.setVisible(not (on and narrow and short))
        self._split.setDirection(QBoxLayout.Direction.TopToBottom if narrow
                                 else QBoxLayout.Direction.LeftToRight)
        self.panel.setMaximumWidth(16777215 if narrow else beside)
        self.panel.setMinimumWidth(0 if narrow else beside)
        self.panel.setMaximumHeight(self.height() // 2 if narrow and not short else 16777215)
        self.detail.setVisible(self.height() > unit * SHORT)
        self._fit_controls()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space runs and pauses."""
        if event.key() == Qt.Key.Key_Space:
            self.transport.run_button.toggle()
        else:
            super().keyPressEvent(event)

    # ---- choices

    def save_state(self) -> dict[str, Any]:
        """Choices as plain data."""
        return {"view": self.view, "density": self.density.value(), "start": list(self.start),
                "ahead": self.transport.steps_box.value(), "panel": self.panel.state(),
                "speed": self.transport.speed_slider.slider.value(),
                "settings": self.panel_button.isChecked(), "gamma": self.three.gamma,
                **{f"layer_{k}": b.isChecked() for k, b in self.layers.items()}}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Take up choices; what makes no sense is ignored."""
        self._quiet = True
        if isinstance(state.get("panel"), Mapping):
            self.panel.restore(state["panel"])
        start = state.get("start")
        if isinstance(start, list) and len(start) == 2 and all(
                isinstance(v, float) and abs(v) < 1e6 for v in start):
            self._on_start(*start)
        self.density.setValue(whole(state, "density", self.density.value(), 8, 60))
        self.transport.steps_box.setValue(whole(state, "ahead", 400, 10, 4000))
        slider = self.transport.speed_slider.slider
        slider.setValue(whole(state, "speed", slider.value(), 0, slider.maximum()))
        self.panel_button.setChecked(truth(state, "settings", True))
        if isinstance(state.get("gamma"), float):
            self.three.set_gamma(state["gamma"])
        for key, button in self.layers.items():
            button.setChecked(truth(state, f"layer_{key}", button.isChecked()))
        if state.get("view") in VIEWS:
            self.set_view(state["view"])
        self._quiet = False
