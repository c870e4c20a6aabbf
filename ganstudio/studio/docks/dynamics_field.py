"""The scene of a toy game: its plane, with eigenvalues and distances beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from ganstudio.session.toy_frames import ToyPicture, View
from ganstudio.studio.docks.dynamics_distance import DistancePlot
from ganstudio.studio.docks.dynamics_eigen import EigenPlane, Family, modulus_label
from ganstudio.studio.docks.dynamics_look import LOOKS
from ganstudio.studio.docks.dynamics_plane import FieldPlane
from ganstudio.studio.docks.plotting_widgets import named
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
        self._column = QVBoxLayout(self.side)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.distance)
        self._column.addWidget(self.eigen)
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
        for part, share in ((self.distance, 3 if on else 2), (self.eigen, 2 if on else 3)):
            self._column.setStretchFactor(part, share)
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
        if self.distance.isVisibleTo(self):
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
        tall = across and high > unit * 24
        self.eigen.setVisible(not self.compare or tall)
        was = self.distance.isVisibleTo(self)
        self.distance.setVisible(self.compare or tall)
        if not was and self._picture is not None and (self.compare or tall):
            self.distance.show_tracks(self._picture.tracks, self._looks)
