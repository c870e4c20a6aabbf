"""The window and the past of a real run, by clicks and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ganstudio.runs import branches
from ganstudio.runs.folder import RunFolder
from ganstudio.session.messages import State
from ganstudio.studio.run_controller import real_session

WAIT = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def trained(make_window, qtbot: QtBot):
    """A window with a small run, paused somewhere past step 60, with one change at about 30."""
    from tests.tiny import recipe

    window = make_window(real_session)
    window.controller.start(recipe())
    qtbot.waitUntil(lambda: window.controller.is_ready, timeout=WAIT)
    dock = window.workspace.dock("timeline")
    qtbot.waitUntil(lambda: dock.view.tip > 30, timeout=WAIT)
    window.controller.edit("optimizer_d.lr", 0.0005)
    qtbot.waitUntil(lambda: dock.view.tip > 60 and dock.last_tweak() is not None, timeout=WAIT)
    window.controller.pause()
    qtbot.waitUntil(lambda: window.controller.state is State.PAUSED, timeout=WAIT)
    qtbot.waitUntil(lambda: dock.told.branches[0].tip == dock.view.tip, timeout=WAIT)
    return window, dock


def test_scrub_fork_go_back_delete_and_undo(trained, qtbot: QtBot) -> None:
    window, dock = trained
    run, root = window.controller, window.controller.folder
    frames = []
    run.updated.connect(lambda update: frames.extend(f.step for f in update.frames.values()))
    tip, changed = dock.view.tip, dock.last_tweak().step
    target = changed // 2  # however far it came: no mark takes hold of the click there
    view = dock.view
    qtbot.mouseClick(view, LEFT, pos=QPoint(round(view.to_x(target)), round(view.to_y(0))))
    target = dock.moment
    assert target < changed
    qtbot.waitUntil(lambda: bool(dock.told.looking) and dock.told.looking.exact, timeout=WAIT)
    qtbot.waitUntil(lambda: bool(frames) and frames[-1] == target, timeout=WAIT)
    losses = window.workspace.dock("losses")
    assert losses.loss_plot.moment == target and run.step is not None

    # Continue from there: the recipe shown is that of the moment, before the change.
    qtbot.mouseClick(dock.fork_button, LEFT)
    qtbot.waitUntil(lambda: run.folder != root, timeout=WAIT)
    assert run.recipe.optimizer_d.lr == 0.001 and dock.moment is None
    assert losses.loss_plot.moment is None
    qtbot.waitUntil(lambda: len(view.lanes) == 2 and view.tip == target, timeout=WAIT)
    assert losses.history.last == target
    assert run.state is State.PAUSED
    qtbot.keyClick(window, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: view.tip == target + 1, timeout=WAIT)
    child = dock.told.branch

    # Back on the main line by its name; then the branch goes, and comes back.
    qtbot.mouseDClick(view, LEFT, pos=QPoint(12, round(view.to_y(0))))
    qtbot.waitUntil(lambda: run.folder == root and view.tip == tip, timeout=WAIT)
    assert run.recipe.optimizer_d.lr == 0.0005
    window.delete_branch(child, "from there")
    qtbot.waitUntil(lambda: len(view.lanes) == 1, timeout=WAIT)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(view.lanes) == 2, timeout=WAIT)
    window.close()
    assert RunFolder.open(root).history.rows()["step"][-1] == tip
    assert [b.step for b in branches.branches(root)] == [0, target]


def test_shortcuts_move_the_cursor_and_compare_forks(trained, qtbot: QtBot) -> None:
    window, dock = trained
    alt, control = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
    tip = dock.view.tip
    qtbot.keyClick(window, Qt.Key.Key_Left, alt)
    assert dock.moment == tip - 1
    qtbot.keyClick(window, Qt.Key.Key_Up, alt)
    assert dock.moment == dock.last_tweak().step
    qtbot.keyClick(window, Qt.Key.Key_L, control)
    assert dock.moment is None
    pairs = []
    dock.compare_wanted.connect(lambda *both: pairs.append(both))
    root = window.controller.folder
    qtbot.keyClick(window, Qt.Key.Key_B, control | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: bool(pairs), timeout=WAIT)
    assert window.controller.folder == root and pairs[0][1] == str(root)
    qtbot.waitUntil(lambda: len(dock.view.lanes) == 2, timeout=WAIT)
    qtbot.waitUntil(lambda: window.compare_page is not None, timeout=WAIT)
    assert [str(path) for path in window.compare_page.paths()] == list(pairs[0])


def test_a_branch_opens_beside_in_a_window_of_its_own(trained, qtbot: QtBot) -> None:
    window, dock = trained
    window.time_compare()
    qtbot.waitUntil(lambda: len(dock.view.lanes) == 2, timeout=WAIT)
    path = dock.view.lanes[1].info.path
    window.open_beside(path)
    other = window.beside[0]
    qtbot.waitUntil(lambda: other.controller is not None and other.controller.is_ready,
                    timeout=WAIT)
    assert str(other.controller.folder) == path
    assert other.controller.recipe.optimizer_d.lr == 0.001
    window.close()
    assert not other.isVisible() and other.controller.session is None
    other.deleteLater()
