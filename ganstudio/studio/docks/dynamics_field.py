"""Scenes of a toy game: the plane with eigenvalues beside it, and consensus taken apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from ganstudio.game.catalogue import RULES, Param
from ganstudio.session.toy_frames import ToyPicture, View
from ganstudio.studio.docks.dynamics_distance import DistancePlot
from ganstudio.studio.docks.dynamics_eigen import EigenPlane, Family, modulus_label
from ganstudio.studio.docks.dynamics_look import LOOKS, SpeedScale
from ganstudio.studio.docks.dynamics_params import ParamRow
from ganstudio.studio.docks.dynamics_plane import FieldPlane
from ganstudio.studio.docks.plotting_widgets import Bar, named
from ganstudio.studio.theme import LIGHT, Theme

LEAST = 12.0
"""Pixels between arrows, whatever density is asked for."""

HELP = ("Drag the start, or move it with the arrow keys (Shift finely); Shift and a click brings "
        "it. Wheel or + and − zoom, dragging or Ctrl and arrow keys move, double click or Home "
        "resets.")


def rounded(plane: FieldPlane, count: int) -> tuple[View, float]:
    """What a plane has in sight, and the spacing of so many arrows along its shorter side."""
    e, frame = plane.visible(), plane.frame()
    side = min(e.x1 - e.x0, e.y1 - e.y0)
    count = max(4, min(count, int(min(frame.width(), frame.height()) / LEAST)))
    return (e.x0, e.x1, e.y0, e.y1), float(f"{side / count:.3g}")


class FieldScene(QWidget):
    """The plane; beside it (below it where narrow) eigenvalues, and distances when comparing."""

    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.compare = False
        self._looks: Sequence[int] = (0,)
        self._picture: ToyPicture | None = None
        self.plane, self.eigen, self.distance = FieldPlane(), EigenPlane(), DistancePlot()
        named(self.plane, "The game's field, with the start that can be moved", HELP)
        self.plane.setToolTip("")
        named(self.eigen, "Eigenvalues of the update map beside the unit circle",
              "Inside the circle the players draw nearer, outside they are driven away.")
        self.eigen.setToolTip("")
        named(self.distance, "Distance to equilibrium by step, logarithmic")
        self.distance.setToolTip("")
        self.side = QWidget()
        column = QVBoxLayout(self.side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.distance, 3)
        column.addWidget(self.eigen, 2)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._row.addWidget(self.plane, 3)
        self._row.addWidget(self.side, 2)
        self.set_compare(False)

    def minimumSizeHint(self) -> QSize:
        """Small: the parts arrange themselves anew where there is little room."""
        return QSize(120, 90)

    def set_compare(self, on: bool) -> None:
        """Distances beside the plane, or eigenvalues alone."""
        self.compare = on
        self.distance.setVisible(on)
        self._fit()

    def view(self, count: int) -> tuple[View, float]:
        """What is in sight, and the spacing of so many arrows."""
        return rounded(self.plane, count)

    def show_picture(self, picture: ToyPicture, looks: Sequence[int]) -> None:
        """Draw this everywhere."""
        self._picture, self._looks = picture, looks
        self.plane.looks = looks
        self.plane.show_picture(picture)
        self.plane.set_title(self._title(picture))
        if self.compare:
            self.distance.show_tracks(picture.tracks, looks)
        self._show_eigenvalues(picture)

    def _title(self, picture: ToyPicture) -> str:
        if "nullclines" in picture.spec.layers:
            return "θ at rest: solid · ψ at rest: dashed"
        return ""

    def _show_eigenvalues(self, picture: ToyPicture) -> None:
        families = []
        for k, track in enumerate(picture.tracks):
            if track.eigenvalues is None:
                continue
            if self.compare:
                look = LOOKS[self._looks[k] % len(LOOKS)]
                families.append(Family("", track.eigenvalues, look.colour(self.theme).name(),
                                       look.mark))
            else:
                families.append(Family("", track.eigenvalues, self.theme.accent, "circle", 11))
        label = ""
        if not self.compare and picture.tracks:
            label = modulus_label(picture.tracks[0].eigenvalues)
        known = any(t.eigenvalues is not None for t in picture.tracks)
        self.eigen.set_message("" if known else "No eigenvalues: there is no derivative at rest.")
        self.eigen.show_values(families, label)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        for plot in (self.plane, self.eigen, self.distance):
            plot.set_theme(theme)
        if self._picture is not None:
            self._show_eigenvalues(self._picture)

    def pictures(self) -> Sequence[QWidget]:
        """What is in sight."""
        return [w for w in (self.plane, self.distance, self.eigen) if w.isVisibleTo(self)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Beside each other, or one above the other."""
        super().resizeEvent(event)
        self._fit()
        self.resized.emit()

    def _fit(self) -> None:
        unit = self.fontMetrics().height()
        wide, high = self.width(), self.height()
        across = wide > 0.95 * high
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if across
                               else QBoxLayout.Direction.TopToBottom)
        room = wide > unit * 22 if across else high > unit * 22
        self.side.setVisible(room)
        self.eigen.setVisible(not self.compare or (high > unit * 24 and across))


class ThreeScene(QWidget):
    """Own, conservative and weighted sum, with the weight γ as a live slider."""

    changed = Signal()
    home = Signal()

    TITLES = ("Own field v", "Conservative −∇½‖v‖²", "Sum v + γ·conservative")

    def __init__(self) -> None:
        super().__init__()
        self.planes = tuple(FieldPlane(part=k) for k in range(3))
        self._scale = SpeedScale()
        entry = RULES["consensus"].param("gamma")
        assert entry is not None
        shown = Param("gamma", "Weight γ of the conservative field", entry.help, entry.default,
                      low=entry.low, high=entry.high)
        self.row = ParamRow(shown, self.changed.emit)
        if self.row.slider is not None:
            self.row.slider.setFixedWidth(160)
        self.bar = Bar(*self.row.widgets())
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(0)
        for k, plane in enumerate(self.planes):
            plane.set_title(self.TITLES[k])
            plane.shown = (frozenset({0}), frozenset(), frozenset({1}))[k]
            plane.movable = k != 1
            plane.scale, plane.show_scale = self._scale, False
            plane.looks = (0, 2)
            named(plane, self.TITLES[k], HELP)
            plane.setToolTip("")
            plane.setMinimumSize(90, 80)
            plane.moved.connect(lambda *_, k=k: self._follow(k))
            plane.home.connect(self.home)
            self._row.addWidget(plane, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addLayout(self._row, 1000)
        column.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        """Small: the parts arrange themselves anew where there is little room."""
        return QSize(120, 90)

    @property
    def gamma(self) -> float:
        """The weight."""
        return float(self.row.value())

    def set_gamma(self, value: float) -> None:
        """Choose the weight."""
        self.row.set_value(value)

    def view(self) -> tuple[View, float]:
        """What is in sight, and the spacing of arrows."""
        return rounded(self.planes[0], 15)

    def _follow(self, k: int) -> None:
        """All three look at the same part."""
        for plane in self.planes:
            plane.set_extent(self.planes[k].extent)
        self.changed.emit()

    def show_picture(self, picture: ToyPicture) -> None:
        """Draw all three."""
        if len(picture.fields) != 3:
            return
        self._scale.fit(np.concatenate([np.hypot(f.vx, f.vy) for f in picture.fields]))
        for plane in self.planes:
            plane.show_picture(picture)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        for plane in self.planes:
            plane.set_theme(theme)

    def pictures(self) -> Sequence[QWidget]:
        """The three planes."""
        return self.planes

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side, or one above the other."""
        super().resizeEvent(event)
        across = self.width() > 1.1 * self.height()
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if across
                               else QBoxLayout.Direction.TopToBottom)
        # Taller than wide shows nothing more of the game: the rest stays empty.
        tall = round(self.width() / 3 * 1.25) if across else 16777215
        for plane in self.planes:
            plane.setMaximumHeight(max(tall, 90))
        self.changed.emit()
