"""The timeline and the losses as whole pictures: what a pixel here and there would not tell."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.losses import LossesDock
from ganstudio.studio.docks.timeline import TimelineDock
from ganstudio.studio.style import palette
from ganstudio.studio.theme import DARK, LIGHT, Theme
from tests.studio.docks.golden import far_off
from tests.studio.docks.made import POINTS, event, rows, tweak, update
from tests.studio.docks.told import CHILD, GRAND, MAIN, tell, timeline_dock, told

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
MOST = 0.005
"""Pixels that other fonts and other rounding may change; one curve alone is more."""


def swinging(count: int):
    """Losses that calm down to their lines, and D's outputs that come together."""
    t = np.linspace(0, 12, count)
    fade = np.exp(-t / 5)
    return rows(1, np.stack([1.386 + np.sin(3 * t) * fade, 0.693 + np.cos(3 * t) * fade * .6,
                             0.5 + 0.4 * fade, 0.5 - 0.4 * fade], axis=1))


def dressed(dock: Dock, theme: Theme) -> None:
    dock.setPalette(palette(theme))
    dock.setAutoFillBackground(True)
    dock.setBackgroundRole(dock.palette().ColorRole.Button)
    dock.set_theme(theme)


@pytest.fixture
def losses(show) -> LossesDock:
    made = show(LossesDock(), 640, 420)
    made.begin(POINTS)
    return made


@THEMES
def test_curves_with_their_equilibrium_and_marks(losses, theme) -> None:
    dressed(losses, theme)
    losses.receive(update([swinging(400)], [
        tweak(150, "slower D", optimizer_d__lr=[1e-3, 5e-4]), event("diagnosis", 300, "collapse")]))
    losses.redraw()
    for key, plot in (("losses", losses.loss_plot), ("outputs", losses.output_plot)):
        assert far_off(plot, f"{key}-{theme.name}", plot.frame()) < MOST


@THEMES
def test_no_losses_yet(losses, theme) -> None:
    dressed(losses, theme)
    losses.begin(POINTS)
    assert far_off(losses.loss_plot, f"losses-empty-{theme.name}",
                   losses.loss_plot.frame()) < MOST


def lanes_of(dock: TimelineDock) -> QRectF:
    """From the first step to the last, from the first lane to the last."""
    view = dock.view
    top = view.to_y(0) - view.unit * .6
    return QRectF(view.to_x(0), top, view.to_x(1000) - view.to_x(0),
                  view.to_y(len(view.lanes) - 1) + view.unit * .6 - top)


@THEMES
def test_branches_with_their_changes_and_the_cursor(show, theme) -> None:
    dock = timeline_dock(show)
    dressed(dock, theme)
    tell(dock, told("b1", (MAIN, CHILD, GRAND)))
    dock.look_at("b1", 560)
    assert far_off(dock.view, f"timeline-{theme.name}", lanes_of(dock), 240, 60) < MOST


@THEMES
def test_no_history_yet(show, theme) -> None:
    dock = show(TimelineDock(), 640, 200)
    dressed(dock, theme)
    assert far_off(dock.view, f"timeline-empty-{theme.name}", QRectF(dock.view.rect())) < MOST
