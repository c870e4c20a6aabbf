"""The Dynamics dock as a whole: its tabs, its thread, its memory, its exports."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ganstudio.game.catalogue import GAMES, RULES
from ganstudio.studio.docks.dynamics import DynamicsDock
from ganstudio.studio.theme import LIGHT
from tests.studio.docks.made import POINTS, picture
from tests.studio.docks.toys import settle


def test_nothing_moves_while_nobody_looks(dock, qtbot: QtBot):
    dock.lab.transport.run_button.click()
    assert dock.session.playing
    dock.hide()
    assert not dock.session.playing and not dock._timer.isActive()
    dock.show()
    settle(dock, qtbot)
    assert dock.lab.transport.run_button.text() == "Run"


@pytest.mark.parametrize("size", [(300, 560), (300, 260), (620, 240), (1500, 900)])
@pytest.mark.parametrize("view", ["field", "three", "surface", "compare"])
def test_any_size_is_usable(dock, qtbot: QtBot, size, view):
    if view == "compare":
        dock.tabs.setCurrentIndex(1)
    else:
        dock.lab.set_view(view)
    dock.resize(*size)
    settle(dock, qtbot)
    assert dock.width() == size[0], "nothing forces it wider"
    plane = dock.lab.pictures()[0]
    assert plane.width() >= 90 and plane.height() >= 80
    assert dock.rect().contains(plane.mapTo(dock, plane.rect().center()))
    assert not picture(dock).isNull()


def test_choices_come_back(dock, qtbot: QtBot, show):
    dock.lab.panel.choose("dirac", "consensus")
    dock.lab.panel.game_form.rows["r1_gamma"].box.setValue(0.5)
    dock.lab.panel.rule_form.rows["gamma"].box.setValue(2.0)
    dock.lab.layers["streams"].setChecked(True)
    dock.lab.density.setValue(17)
    settle(dock, qtbot)
    other = DynamicsDock()
    other.restore_state(dock.save_state())
    spec, same = dock.lab.spec(), other.lab.spec()
    assert (spec.game, spec.game_params, spec.movers, spec.layers) == (
        same.game, same.game_params, same.movers, same.layers)
    assert other.lab.density.value() == 17
    other.shut()


@pytest.mark.parametrize("state", [
    {}, {"tab": 99, "lab": 3}, {"lab": {"panel": {"game": "chess", "rule": 5}, "start": ["a", 1]}},
    {"lab": {"panel": {"game_params": {"a": "x", "zz": 1}, "compare": {"checked": [1, "sga"],
             "values": {"sga": {"lambda": "no"}}, "rates": {"lr": -4}}}, "view": "tower",
             "gamma": "much"}},
    {"real": {"view": 7, "plane": -3}},
])
def test_corrupt_choices_are_ignored(state, qtbot: QtBot):
    dock = DynamicsDock()
    dock.restore_state(state)
    assert dock.lab.panel.game.name in GAMES
    dock.shut()
    dock.deleteLater()


def test_the_thread_starts_when_seen_and_ends_when_shut(show, qtbot: QtBot):
    dock = DynamicsDock()
    assert not [t for t in threading.enumerate() if t.name == "toy games"]
    show(dock)
    settle(dock, qtbot)
    assert [t for t in threading.enumerate() if t.name == "toy games"]
    dock.shut()
    assert not [t for t in threading.enumerate() if t.name == "toy games"]


def test_the_thread_ends_with_a_dock_that_was_not_told(qtbot: QtBot):
    dock = DynamicsDock()
    dock.show()
    session = dock.session
    qtbot.waitUntil(lambda: session._thread is not None)
    thread = session._thread
    dock.deleteLater()
    del dock
    qtbot.waitUntil(lambda: not thread.is_alive(), timeout=20_000)


def test_svg_png_and_tables(dock, qtbot: QtBot, tmp_path):
    from ganstudio.studio.docks.dynamics_export import (
        eigenvalue_table,
        trajectory_table,
        write_picture,
        write_tables,
    )
    sheet = dock.composition()
    assert dock.save(tmp_path / "a.svg", lambda path: write_picture(path, sheet))
    text = (tmp_path / "a.svg").read_text()
    assert "<svg" in text and "Spirals out" in text and text.count("<polyline") > 100
    assert "<image" not in text, "everything is drawn as lines and text"
    assert dock.save(tmp_path / "a.png", lambda path: write_picture(path, sheet))
    image = QImage(str(tmp_path / "a.png"))
    assert image.width() == 3 * sheet.size.width()
    assert image.pixelColor(3, 3) == QColor(LIGHT.panel)
    now = dock.lab.picture
    assert dock.save(tmp_path / "t.csv", lambda path: write_tables(path, trajectory_table(now)))
    rows = (tmp_path / "t.csv").read_text().splitlines()
    assert rows[0] == "rule,step,theta,psi,distance,played" and len(rows) == 402
    assert [float(v) for v in rows[2].split(",")[2:4]] == list(now.tracks[0].path[1])
    eigen = eigenvalue_table(now).splitlines()
    assert len(eigen) == 3 and float(eigen[1].split(",")[3]) == pytest.approx(1.00498756)


def test_a_save_that_fails_says_so_and_leaves_nothing(dock, tmp_path):
    from ganstudio.studio.docks.dynamics_export import write_picture
    sheet = dock.composition()
    gone = tmp_path / "no such folder" / "a.svg"
    assert not dock.save(gone, lambda path: write_picture(path, sheet))
    assert "could not be written" in dock.lab.detail.full
    assert not list(tmp_path.iterdir())


def test_making_it_shows_no_windows_of_their_own(qapp, qtbot: QtBot):
    class Watcher(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def eventFilter(self, watched, event) -> bool:  # noqa: N802
            if (event.type() == QEvent.Type.Show and isinstance(watched, QWidget)
                    and watched.isWindow()):
                self.seen.append(repr(watched))
            return False

    watcher = Watcher()
    qapp.installEventFilter(watcher)
    dock = DynamicsDock()
    for name in RULES:
        dock.lab.panel.choose("dirac", name)
    for view in ("three", "surface", "field"):
        dock.lab.set_view(view)
    dock.set_mode("compare")
    dock.begin(POINTS)
    qapp.removeEventFilter(watcher)
    dock.shut()
    dock.deleteLater()
    assert not watcher.seen


def test_a_moment_in_sight_starts_no_thread(qtbot: QtBot):
    dock = DynamicsDock()
    dock.show()
    dock.hide()
    qtbot.wait(60)
    assert dock.session._thread is None
    dock.shut()
    dock.deleteLater()


def test_what_is_on_screen_goes_into_a_gallery(dock):
    files = {name: (content, caption) for name, content, caption in dock.extras()}
    assert set(files) == {"screen.svg", "screen.png", "toy-trajectory.csv", "toy-eigenvalues.csv"}
    assert QImage.fromData(files["screen.png"][0]).width() == 2 * dock.composition().size.width()
    assert "Spirals out" in files["screen.png"][1] and b"<svg" in files["screen.svg"][0]
    dock.set_mode("real")
    assert dock.extras() == ()  # there is no run, and so no picture
