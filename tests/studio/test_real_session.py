"""The window on the real session: a click trains, typing tweaks, closing stops the thread."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ganstudio.session.messages import State
from ganstudio.studio.opening import is_run
from ganstudio.studio.run_controller import real_session

WAIT = 60_000


def test_click_train_tweak_close_and_resume(make_window, qtbot: QtBot) -> None:
    steps = []
    window = make_window(real_session)
    card = next(c for c in window.start_page.grid.cards if c.key == "two-gaussians")
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    run = window.controller
    run.updated.connect(lambda update: steps.append(update.status.step))
    qtbot.waitUntil(lambda: bool(steps) and steps[-1] > 3, timeout=WAIT)
    assert run.pending == () and not window.notices.notices

    box = window.workspace.dock("controls").form.find("optimizer_g.lr").editor.box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "0.002")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: run.running.optimizer_g.lr == 0.002 and not run.waiting, timeout=WAIT)

    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: run.state is State.PAUSED, timeout=WAIT)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    folder = run.folder
    window.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("ganstudio")]
    assert is_run(folder)

    again = make_window(real_session)
    row = again.start_page.recent_list.itemAt(0).widget()
    assert row.run.step > 3
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: again.controller.is_ready, timeout=WAIT)
    assert again.controller.recipe.optimizer_g.lr == 0.002
    assert again.controller.state is State.PAUSED


def test_a_run_folder_that_is_none_is_said(make_window, qtbot: QtBot, tmp_path) -> None:
    window = make_window(real_session)
    (tmp_path / "broken.run").mkdir()
    (tmp_path / "broken.run" / "run.json").write_text("{}")
    window.open_any(tmp_path / "broken.run")
    qtbot.waitUntil(lambda: bool(window.notices.notices), timeout=WAIT)
    assert window.notices.notices[0].level == "error"
    qtbot.waitUntil(lambda: window.controller.session is None, timeout=WAIT)
    assert window.pages.currentWidget() is window.start_page
