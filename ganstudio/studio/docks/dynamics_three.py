"""Consensus taken apart: the game's own field, the conservative one, and their weighted sum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from ganstudio.game.catalogue import RULES, Param
from ganstudio.session.toy_frames import ToyPicture, View
from ganstudio.studio.docks.dynamics_distance import DistancePlot
from ganstudio.studio.docks.dynamics_eigen import EigenPlane, Family
from ganstudio.studio.docks.dynamics_field import HELP, rounded
from ganstudio.studio.docks.dynamics_look import LOOKS, SpeedScale
from ganstudio.studio.docks.dynamics_params import ParamRow
from ganstudio.studio.docks.dynamics_plane import FieldPlane
from ganstudio.studio.docks.plotting_widgets import Bar, named
from ganstudio.studio.theme import LIGHT, Theme

TITLES = (("Own field v", "Own v"), ("Conservative −∇½‖v‖²", "−∇½‖v‖²"),
          ("Sum v + γ·conservative", "Weighted sum", "Sum"))
TRACKS: tuple[frozenset[int], ...] = (frozenset({0}), frozenset(), frozenset({1}))
"""Which paths each plane shows: that of the own field, none, that of the sum."""
TRACK_LOOKS = (0, 2)
UNBOUNDED = 16777215
BELOW = 9
"""Font heights that the plots below need."""


class ThreeScene(QWidget):
    """Three planes with the weight γ as a live slider; below them what becomes of both paths."""

    changed = Signal()
    home = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self._picture: ToyPicture | None = None
        self.planes = tuple(FieldPlane(part=k) for k in range(3))
        self.distance, self.eigen = DistancePlot(), EigenPlane()
        for plot, name in ((self.distance, "Distance to equilibrium by step"),
                           (self.eigen, "Eigenvalues of the update map")):
            named(plot, f"{name}, under the own field and under the sum")
            plot.setToolTip("")
        self._scale = SpeedScale()
        entry = RULES["consensus"].param("gamma")
        assert entry is not None
        shown = Param("gamma", "Weight γ of the conservative field", entry.help, entry.default,
                      low=entry.low, high=entry.high)
        self.row = ParamRow(shown, self.changed.emit)
        if self.row.slider is not None:
            self.row.slider.setFixedWidth(160)
        self.bar = Bar(*self.row.widgets())
        self._fill_planes()
        self._lay_out()

    def _fill_planes(self) -> None:
        for k, plane in enumerate(self.planes):
            plane.set_title(*TITLES[k])
            plane.shown = TRACKS[k]
            plane.movable = k != 1
            plane.scale, plane.show_scale = self._scale, False
            plane.looks = TRACK_LOOKS
            named(plane, TITLES[k][0], HELP)
            plane.setToolTip("")
            plane.setMinimumSize(90, 80)
            plane.moved.connect(lambda *_, k=k: self._follow(k))
            plane.home.connect(self.home)

    def _lay_out(self) -> None:
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(0)
        for plane in self.planes:
            self._row.addWidget(plane, 1)
        self.below = QWidget()
        row = QHBoxLayout(self.below)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.distance, 2)
        row.addWidget(self.eigen, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addLayout(self._row, 1000)
        column.addWidget(self.below, 1)

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
        self._picture = picture
        self._scale.fit(np.concatenate([np.hypot(f.vx, f.vy) for f in picture.fields]))
        for plane in self.planes:
            plane.show_picture(picture)
        self._show_below()

    def _show_below(self) -> None:
        picture = self._picture
        if picture is None or self.below.isHidden():
            return
        self.distance.show_tracks(picture.tracks, TRACK_LOOKS)
        self.eigen.show_values([
            Family(name, track.eigenvalues, look.colour(self.theme).name(), look.mark)
            for name, track, look in zip(("own", "sum"), picture.tracks,
                                         (LOOKS[k] for k in TRACK_LOOKS), strict=True)
            if track.eigenvalues is not None])

    def clear(self) -> None:
        """Another game begins."""
        self._picture = None
        self.distance.clear()
        self.eigen.show_values(())

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        for plot in (*self.planes, self.distance, self.eigen):
            plot.set_theme(theme)
        self._show_below()

    def pictures(self) -> Sequence[QWidget]:
        """The three planes, and what is in sight below them."""
        below = () if self.below.isHidden() else (self.distance, self.eigen)
        return (*self.planes, *below)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side, or one above the other."""
        super().resizeEvent(event)
        self._fit()
        self.changed.emit()

    def _fit(self) -> None:
        unit, room = self.fontMetrics().height(), self.height() - self.bar.height()
        across = self.width() > 1.1 * room
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if across
                               else QBoxLayout.Direction.TopToBottom)
        for plane in self.planes:
            plane.snug = across
            plane.show_y = not across or plane is self.planes[0]
            plane.stale()
        # Equal frames: all but the first do without numbers on their upright axis.
        margins = [plane.frame().left() + plane.right for plane in self.planes]
        frame = max((self.width() - sum(margins)) / 3, 60)
        for k, margin in enumerate(margins):
            self._row.setStretch(k, round(frame + margin) if across else 1)
        tall = round(frame + self.planes[0].frame().top() + 2 * unit + 12)
        below = across and room - tall > BELOW * unit
        for plane in self.planes:
            plane.setMaximumHeight(max(tall, 90) if below else UNBOUNDED)
        if below == self.below.isHidden():
            self.below.setVisible(below)
            self._show_below()
