"""What holds for every dock: names for those who cannot see, keys, themes, no torch."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTableView,
    QWidget,
)

from ganstudio.session.messages import State
from ganstudio.studio.docks.latent import LatentDock
from ganstudio.studio.docks.log import LogDock
from ganstudio.studio.docks.losses import LossesDock
from ganstudio.studio.docks.metrics import MetricsDock
from ganstudio.studio.docks.plotting_canvas import Plot
from ganstudio.studio.docks.plotting_mosaic import Mosaic
from ganstudio.studio.docks.samples import SamplesDock
from ganstudio.studio.docks.timeline import TimelineDock
from ganstudio.studio.theme import DARK, LIGHT
from tests.studio.docks.made import IMAGES, LINE, POINTS, event, picture, steady, update

DOCKS = (LossesDock, MetricsDock, SamplesDock, LatentDock, LogDock, TimelineDock)
CONTROLS = (QAbstractButton, QSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
            QTableView, Plot, Mosaic)


def controls(dock: QWidget) -> list[QWidget]:
    found = [w for kind in CONTROLS for w in dock.findChildren(kind)]
    return [w for w in found if not isinstance(w.parent(), (QAbstractSpinBox, QLineEdit,
                                                            QTableView))]


@pytest.mark.parametrize("make", DOCKS)
def test_every_control_has_a_name_and_is_reached_by_keys(show, make):
    dock = show(make())
    for control in controls(dock):
        assert control.accessibleName(), f"{control} has no name"
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, f"{control.accessibleName()}"


@pytest.mark.parametrize("make", DOCKS)
def test_keys_and_titles(make, qapp):
    assert make.key and make.title
    dock = make()
    assert all(key.startswith(make.key + ".") for key in dock.wants())
    dock.deleteLater()


@pytest.mark.parametrize("run", [POINTS, LINE, IMAGES])
@pytest.mark.parametrize("make", DOCKS)
def test_themes_change_while_it_runs(show, make, run):
    dock = show(make())
    dock.begin(run)
    dock.receive(update([steady(50)], [event("note", 1)]))
    shots = []
    for theme in (LIGHT, DARK, LIGHT):
        dock.set_theme(theme)
        shots.append(picture(dock))
    assert shots[0] == shots[2]
    if make not in (LogDock, TimelineDock):  # whose ground is the palette's
        assert shots[0] != shots[1]


@pytest.mark.parametrize("make", DOCKS)
def test_any_update_is_taken_before_a_run_and_after_it(show, make):
    dock = show(make())
    for run in (None, POINTS, None, IMAGES, LINE):
        for state in State:
            dock.receive(update(state=state))
        dock.begin(run)
        dock.receive(update([steady(3)], [event("ready"), event("finished", 3)]))
        picture(dock)


def test_the_docks_bring_no_torch_with_them():
    code = ("import sys; import ganstudio.studio.docks.losses, ganstudio.studio.docks.samples, "
            "ganstudio.studio.docks.latent, ganstudio.studio.docks.log, "
            "ganstudio.studio.docks.metrics, ganstudio.studio.docks.timeline; "
            "sys.exit('torch' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
