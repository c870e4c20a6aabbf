"""The studio's choice of how steps are computed."""

from pytestqt.qtbot import QtBot

from ganstudio.session.messages import UseTier
from ganstudio.studio.tier_commands import MENU, tier_line
from ganstudio.studio.window import MainWindow
from tests.studio.fake_session import MADE


def ticked(window: MainWindow) -> list[str]:
    return [name for name in ("tier_auto", "tier_eager") if window.actions_[name].isChecked()]


def test_nothing_is_asked_for_at_first(running: MainWindow) -> None:
    assert ticked(running) == ["tier_auto"] and not MADE[-1].asked(UseTier)


def test_the_choice_acts_at_once_on_later_runs_and_after_a_start(
        running: MainWindow, make_window, qtbot: QtBot) -> None:
    running.actions_["tier_eager"].trigger()
    assert ticked(running) == ["tier_eager"]
    assert [c.tier for c in MADE[-1].asked(UseTier)] == ["eager"]
    running.start_preset("moons")
    qtbot.waitUntil(lambda: len(MADE) == 2)
    assert [c.tier for c in MADE[-1].asked(UseTier)] == ["eager"]
    running.close()
    again = make_window()
    assert ticked(again) == ["tier_eager"] and again.controller.tier == "eager"
    again.actions_["tier_auto"].trigger()
    assert ticked(again) == ["tier_auto"]


def test_the_menu_says_what_computes_and_why(running: MainWindow) -> None:
    menu = running.actions_.menu(MENU)
    running.controller.computing = "eager", "R1 γ (1) needs the eager step"
    menu.aboutToShow.emit()
    line = menu.actions()[-1]
    assert line.text() == "Now: eager, since R1 γ (1) needs the eager step"
    assert not line.isEnabled()


def test_its_words() -> None:
    assert tier_line("", "") == "Nothing computed yet"
    assert tier_line("captured", "") == "Now: captured"
