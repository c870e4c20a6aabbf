"""Which run the Run button is about, and when there is nothing to run."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ganstudio.session.conductor import Conductor
from ganstudio.session.messages import Pause, Run, State
from ganstudio.studio.paths import runs_dir
from ganstudio.studio.run_controller import real_session
from ganstudio.studio.window import MainWindow
from tests import tiny
from tests.studio.fake_session import MADE

LEFT = Qt.MouseButton.LeftButton
WAIT = 60_000
CHANGING = ("step", "step_d", "step_g", "snapshot", "time_fork", "time_compare", "time_budget")
LOOKING = ("export", "time_live", "time_back", "time_play", "restart")


@pytest.fixture
def held(places: Path):
    """A run of four steps that is open elsewhere."""
    other = Conductor(tiny.recipe(name="held"), runs_dir() / "held.run", owner="somebody else")
    other.advance(4)
    other.save()
    other.folder.history.flush()
    yield other
    other.close()


def pressed(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.toolbar.buttons["run"], LEFT)


def test_a_run_to_look_at_cannot_be_run_until_it_is_free(held, make_window, qtbot: QtBot) -> None:
    window = make_window(real_session)
    window.look(held.folder.path)
    qtbot.waitUntil(lambda: window.controller.is_ready, timeout=WAIT)
    off = ("run", *CHANGING)
    assert not any(window.actions_[key].isEnabled() for key in off)
    assert all("looked at only, since it is open in somebody else" in window.actions_[key].toolTip()
               for key in off)
    assert "(Space)" in window.toolbar.buttons["run"].toolTip()
    assert all(window.actions_[key].isEnabled() for key in LOOKING)
    pressed(window, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_Period)
    assert not window.controller.going

    window.compare_runs()  # nothing is asked to be saved
    window.compare_page.leave()
    assert [n.level for n in window.notices.notices] == ["info"]

    held.close()
    qtbot.waitUntil(lambda: window.actions_["run"].isEnabled(), timeout=WAIT)
    assert "is free now: press Run" in window.notices.notices[0].text
    assert not window.actions_["step"].isEnabled()
    pressed(window, qtbot)
    qtbot.waitUntil(lambda: window.controller.state is State.RUNNING, timeout=WAIT)
    qtbot.waitUntil(lambda: window.actions_["step"].isEnabled(), timeout=WAIT)
    assert all(window.actions_[key].isEnabled() for key in (*CHANGING, *LOOKING))
    assert "Not possible" not in window.actions_["run"].toolTip()


def test_a_run_that_is_looked_at_gives_way_to_one_that_is_not(running, tmp_path, qtbot) -> None:
    running.look(tmp_path)
    qtbot.waitUntil(lambda: MADE[-1].read_only and running.controller.is_ready)
    assert not running.actions_["run"].isEnabled()
    running.start_preset("ring")
    qtbot.waitUntil(lambda: running.controller.is_ready and not running.controller.read_only)
    assert running.actions_["run"].isEnabled() and running.actions_["step"].isEnabled()


@pytest.mark.parametrize("page", ["compare", "queue"])
def test_a_run_behind_a_page_can_be_paused_there(running, qtbot: QtBot, page: str) -> None:
    running.actions_[page].trigger()
    assert running.actions_["run"].isEnabled() and running.actions_["run"].text() == "Pause"
    assert not running.actions_["step"].isEnabled()
    assert "not in sight" in running.actions_["step"].toolTip()
    pressed(running, qtbot)
    assert len(MADE[-1].asked(Pause)) == 1
    assert running.actions_["run"].text() == "Run" and not running.actions_["run"].isEnabled()
    qtbot.keyClick(running, Qt.Key.Key_Space)
    assert len(MADE[-1].asked(Run)) == 1  # nothing begins to train out of sight
    getattr(running, f"{page}_page").back.click()
    assert running.actions_["run"].isEnabled() and running.actions_["step"].isEnabled()
    pressed(running, qtbot)
    qtbot.waitUntil(lambda: len(MADE[-1].asked(Run)) == 2)


def test_a_queue_that_trains_behind_can_be_paused_from_the_start_page(make_window, qtbot,
                                                                      monkeypatch) -> None:
    monkeypatch.setattr("ganstudio.training.metrics_look.PASSES", 2)
    window = make_window()
    window.actions_["queue"].trigger()
    page = window.queue_page
    qtbot.waitUntil(lambda: page.news.state == "idle", timeout=WAIT)
    page.offer(tiny.recipe())
    page.form.steps.setValue(100_000)
    qtbot.mouseClick(page.form.button, LEFT)
    qtbot.waitUntil(lambda: page.go_button.isEnabled(), timeout=WAIT)
    qtbot.mouseClick(page.go_button, LEFT)
    qtbot.waitUntil(lambda: window.actions_["run"].text() == "Pause", timeout=WAIT)
    qtbot.mouseClick(page.back, LEFT)
    assert window.pages.currentWidget() is window.start_page
    pressed(window, qtbot)
    qtbot.waitUntil(lambda: page.news.state == "paused", timeout=WAIT)
    qtbot.waitUntil(lambda: not window.actions_["run"].isEnabled(), timeout=WAIT)
    assert window.actions_["run"].text() == "Run"
