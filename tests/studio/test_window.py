"""The window through clicks and keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.session.messages import Pause, Run, SetPace, Snapshot, State, Step, Watch
from ganstudio.studio.window import MainWindow
from tests.studio.fake_session import MADE, FakeSession

LEFT = Qt.MouseButton.LeftButton


def card(window: MainWindow, key: str):
    return next(c for c in window.start_page.grid.cards if c.key == key)


def test_a_click_on_a_card_trains(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(card(window, "ring"), LEFT)
    qtbot.waitUntil(lambda: window.controller.state is State.RUNNING)
    assert MADE[-1].recipe.name == "Ring"
    assert window.pages.currentWidget() is window.workspace
    assert window.windowTitle() == "Ring – GAN Studio"
    assert MADE[-1].folder.parent == Path(window.controller.folder).parent


def test_docks_made_ahead_are_those_of_the_first_run(window: MainWindow, qtbot: QtBot) -> None:
    window.prepare()
    space = window._early
    qtbot.waitUntil(lambda: len(space.frames) == len(space.catalogue))
    window.appearance.toggle()
    assert {frame.contents._theme for frame in space.frames.values()
            if hasattr(frame.contents, "_theme")} == {window.appearance.theme}
    assert window.workspace is None and window.pages.currentWidget() is window.start_page
    frames = dict(space.frames)
    qtbot.mouseClick(card(window, "ring"), LEFT)
    assert window.workspace is space and space.frames == frames
    qtbot.waitUntil(lambda: window.controller.state is State.RUNNING)
    assert all(window.actions_[f"dock.{key}"].isCheckable() for key in frames)


def test_a_run_may_come_before_all_docks_are_made(window: MainWindow, qtbot: QtBot) -> None:
    window.prepare()
    qtbot.mouseClick(card(window, "ring"), LEFT)
    assert len(window.workspace.frames) == len(window.workspace.catalogue)
    qtbot.waitUntil(lambda: window.controller.state is State.RUNNING)


def test_enter_on_a_card_trains(window: MainWindow, qtbot: QtBot) -> None:
    chosen = card(window, "moons")
    chosen.setFocus()
    qtbot.keyClick(chosen, Qt.Key.Key_Return)
    assert MADE[-1].recipe.name == "Moons"


def test_arrows_move_between_cards(window: MainWindow, qtbot: QtBot) -> None:
    cards = window.start_page.grid.cards
    cards[0].setFocus()
    qtbot.keyClick(cards[0], Qt.Key.Key_Right)
    assert QApplication.focusWidget() is cards[1]


def test_every_card_gets_its_picture(make_window, qtbot: QtBot) -> None:
    window = make_window(pictures=True)
    qtbot.waitUntil(lambda: not window.start_page._painter.isActive(), timeout=20_000)
    drawn = {c.key for c in window.start_page.grid.cards if c.thumbnail is not None}
    assert {"gaussian-1d", "ring", "digits", "checkerboard"} <= drawn
    assert "mnist" not in drawn


def test_a_published_recipe_trains_at_a_click(window: MainWindow, qtbot: QtBot) -> None:
    rows = {row.text(): row for row in window.start_page.rows["published"].rows}
    qtbot.mouseClick(rows["PacGAN2"], Qt.MouseButton.LeftButton)
    assert MADE[-1].recipe.minibatch.pack == 2


def test_the_toolbar_stands_still_when_run_turns_to_pause(running, qtbot: QtBot):
    places = []
    for going in (True, False):
        running.controller.going = going
        running.show_going()
        running.toolbar.layout().activate()
        places.append([b.geometry() for b in running.toolbar.buttons.values()])
    assert running.toolbar.buttons["run"].text() == "Run"
    assert places[0] == places[1]


@pytest.mark.parametrize("width", [1400, 900, 840, 800, 760, 700, 640])
def test_every_button_of_the_toolbar_is_there_at_every_width(running, width):
    running.resize(width, 700)
    QApplication.processEvents()
    running.toolbar.layout().activate()
    far = running.toolbar.buttons["theme"]
    assert far.isVisible() and far.geometry().right() <= running.toolbar.width()
    assert running.toolbar.buttons["export"].isVisible()


def test_space_pauses_and_runs(running: MainWindow, qtbot: QtBot) -> None:
    assert running.actions_["run"].text() == "Pause"
    qtbot.keyClick(running, Qt.Key.Key_Space)
    assert running.actions_["run"].text() == "Run"
    qtbot.waitUntil(lambda: running.controller.state is State.PAUSED)
    qtbot.keyClick(running, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: running.controller.state is State.RUNNING)
    assert len(MADE[-1].asked(Pause)) == 1 and len(MADE[-1].asked(Run)) == 2


def test_a_pause_does_not_wait_for_the_next_tick(running: MainWindow, qtbot: QtBot) -> None:
    running.ticker.stop()
    running.controller.pause()
    qtbot.waitUntil(lambda: running.controller.state is State.PAUSED)
    assert not running.controller._hurry.isActive()


def test_an_answer_that_does_not_come_is_not_looked_for_forever(running: MainWindow, qtbot: QtBot
                                                                ) -> None:
    running.ticker.stop()
    MADE[-1]._obey = lambda command: None
    running.controller.pause()
    qtbot.waitUntil(lambda: not running.controller._hurry.isActive(), timeout=20_000)
    assert running.controller.state is State.RUNNING


def test_space_on_a_focused_button_presses_it(running: MainWindow, qtbot: QtBot) -> None:
    header = running.workspace.dock("controls").form.boxes["update"].header
    header.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(header, Qt.Key.Key_Space)
    assert header.isChecked()
    assert not MADE[-1].asked(Pause)


def test_space_in_a_text_field_is_text(running: MainWindow, qtbot: QtBot) -> None:
    line = running.workspace.dock("controls").filter_box
    line.setFocus()
    qtbot.keyClicks(line, "a b.d")
    assert line.text() == "a b.d"
    assert not MADE[-1].asked(Pause) and not MADE[-1].asked(Step)


def test_steps(running: MainWindow, qtbot: QtBot) -> None:
    for key, who in ((Qt.Key.Key_Period, "round"), (Qt.Key.Key_D, "d"), (Qt.Key.Key_G, "g")):
        qtbot.keyClick(running, key)
        assert MADE[-1].asked(Step)[-1].who == who
    assert running.actions_["run"].text() == "Run"


def test_step_menu_offers_both_players(running: MainWindow) -> None:
    menu = running.toolbar.buttons["step"].menu()
    assert [a.text() for a in menu.actions()] == ["Step one round", "Step D only", "Step G only"]


def test_speed_from_slow_motion_to_flat_out(running: MainWindow, qtbot: QtBot) -> None:
    speed = running.toolbar.speed
    assert speed.label.text() == "flat out"
    qtbot.keyClick(running, Qt.Key.Key_BracketLeft)
    assert MADE[-1].asked(SetPace)[-1].steps_per_second == 1000
    speed.slider.setValue(0)
    assert speed.label.text() == "1 step/s"
    assert MADE[-1].asked(SetPace)[-1].steps_per_second == 1
    qtbot.keyClick(running, Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier)
    assert MADE[-1].asked(SetPace)[-1].steps_per_second is None


def test_snapshot(running: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(running.toolbar.buttons["snapshot"], LEFT)
    assert MADE[-1].asked(Snapshot)
    qtbot.waitUntil(lambda: running.status_bar.currentMessage() == "Saved step 1")


def test_status_bar_tells(running: MainWindow, qtbot: QtBot) -> None:
    cells = running.status_bar.cells
    qtbot.waitUntil(lambda: cells["rate"].text() == "1,234 steps/s")
    assert running.status_bar.state.text() == "Training"
    assert cells["device"].text() == "cpu"
    assert cells["memory"].text() == "300 MB"
    assert cells["step"].text().startswith("step ")


def test_start_page_closes_the_run(running: MainWindow, qtbot: QtBot) -> None:
    session = MADE[-1]
    qtbot.mouseClick(running.toolbar.buttons["start"], LEFT)
    assert session.closed
    assert running.pages.currentWidget() is running.start_page
    assert not running.actions_["run"].isEnabled()
    assert not running.ticker.active


def test_another_preset_closes_the_first_run(running: MainWindow, qtbot: QtBot) -> None:
    first = MADE[-1]
    first.polls_to_close = 3
    running.start_preset("grid")
    assert not first.closed and len(MADE) == 1
    qtbot.waitUntil(lambda: len(MADE) == 2)
    assert first.closed and MADE[-1].recipe.name == "Grid"


def test_closing_while_training_closes_the_session(running: MainWindow) -> None:
    session = MADE[-1]
    session.polls_to_close = 2
    running.close()
    assert session.closed and not running.ticker.active


def test_closing_while_preparing(make_window, qtbot: QtBot) -> None:
    class Slow(FakeSession):
        slow_to_ready = True

    window = make_window(Slow)
    window.start_preset("ring")
    qtbot.waitUntil(lambda: window.status_bar.state.text() == "Preparing")
    assert not window.actions_["step"].isEnabled()
    window.close()
    assert MADE[-1].closed


def test_hidden_docks_ask_for_nothing(running: MainWindow, qtbot: QtBot) -> None:
    space = running.workspace
    for frame in space.frames.values():
        frame.close()
    qtbot.waitUntil(lambda: MADE[-1].asked(Watch)[-1].wants == {})


def test_dock_toggles(running: MainWindow, qtbot: QtBot) -> None:
    frame = running.workspace.frames["controls"]
    action = running.actions_["dock.controls"]
    qtbot.waitUntil(action.isChecked)
    action.trigger()
    qtbot.waitUntil(lambda: not action.isChecked())
    assert frame.isHidden()
    action.trigger()
    assert not frame.isHidden()


def test_theme_switches_and_is_remembered(window: MainWindow, qtbot: QtBot) -> None:
    before = window.appearance.theme.name
    qtbot.mouseClick(window.toolbar.buttons["theme"], LEFT)
    after = window.appearance.theme.name
    assert {before, after} == {"light", "dark"}
    assert window.start_page.theme.name == after
    assert window.settings.get("theme", "") == after


def test_resumed_run_stays_paused(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.resume(tmp_path / "some.run")
    qtbot.waitUntil(lambda: window.controller.is_ready)
    assert not MADE[-1].asked(Run)
    assert window.windowTitle().startswith("resumed")


def test_every_control_has_a_name(running: MainWindow) -> None:
    from PySide6.QtWidgets import (
        QAbstractButton,
        QAbstractSlider,
        QAbstractSpinBox,
        QComboBox,
        QLineEdit,
        QTabBar,
    )

    for kind in (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit):
        for widget in running.findChildren(kind):
            if widget.objectName().startswith("qt_") or "ScrollBar" in type(widget).__name__:
                continue
            if isinstance(widget.parent(), QLineEdit | QTabBar | QAbstractSpinBox):
                continue
            named = widget.accessibleName() or getattr(widget, "text", lambda: "")()
            assert named, f"{widget} in {widget.parent()} has no accessible name"
