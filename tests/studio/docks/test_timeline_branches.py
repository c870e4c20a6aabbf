"""The timeline's branches: forked, named, coloured, compared and deleted from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMenu

from ganstudio.session.timeline_messages import (
    BranchInfo,
    Fork,
    LabelBranch,
    SetBudget,
    Switch,
)
from ganstudio.studio.docks.timeline import TimelineDock
from ganstudio.studio.docks.timeline_budget import BudgetBox
from ganstudio.studio.docks.timeline_menu import branch_menu
from ganstudio.studio.name_dialog import LONGEST, NameDialog
from tests.studio.docks.made import event
from tests.studio.docks.told import CHILD, GRAND, LATER, MAIN, asked, at, tell, timeline_dock, told

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dock(show):
    return timeline_dock(show)


def test_continue_from_here(dock, qtbot):
    assert not dock.fork_button.isEnabled()
    qtbot.mouseClick(dock.view, LEFT, pos=at(dock, 750, 1))
    qtbot.mouseClick(dock.fork_button, LEFT)
    fork = asked(dock, Fork)[-1]
    assert (fork.step, fork.branch, fork.stay) == (dock.moment, "b1", False)
    tell(dock, told("b2", (MAIN, CHILD, GRAND)), 650)
    assert dock.moment is None and dock.branch == "b2" and dock.view.tip == 650


def test_fork_and_compare_is_one_click(dock, qtbot):
    qtbot.mouseClick(dock.try_button, LEFT)
    assert asked(dock, Fork)[-1] == Fork(300, branch="", before=True, stay=True,
                                         name="without slower D")
    pairs = []
    dock.compare_wanted.connect(lambda *both: pairs.append(both))
    tell(dock, told(), events=[event("forked", 300, stay=True, path="/a", parent_path="/b")])
    assert pairs == [("/a", "/b")]


def test_there_is_nothing_to_compare_before_a_change(dock):
    tell(dock, told(infos=(BranchInfo("", "", 0, 9, "main", 0, "/run", (), ()),)))
    dock.go_live()
    assert not dock.try_button.isEnabled()


def chosen(menu, text):
    return next(a for a in menu.actions() if a.text() == text)


def test_the_menu_of_a_branch(dock, qtbot):
    tell(dock, told(infos=(MAIN, CHILD, GRAND)))
    lanes = dock.view.lanes
    menu = branch_menu(dock, lanes[1], None)
    assert not chosen(menu, "Delete (others go on from it)").isEnabled()
    chosen(menu, "Go over to “from 500”").trigger()
    assert asked(dock, Switch) == [Switch("b1")]
    colours = menu.findChild(QMenu)
    chosen(colours, "Teal").trigger()
    assert asked(dock, LabelBranch)[-1] == LabelBranch("b1", colour=5)
    gone = []
    dock.delete_wanted.connect(lambda *what: gone.append(what))
    chosen(branch_menu(dock, lanes[2], None), "Delete").trigger()
    assert gone == [("b2", "late")]
    main = branch_menu(dock, lanes[0], MAIN.marks[0])
    assert not chosen(main, "Delete (the main line stays)").isEnabled()
    assert not chosen(main, "Go over to “main”").isEnabled()
    chosen(main, "Continue without this change").trigger()
    assert asked(dock, Fork)[-1].before and not asked(dock, Fork)[-1].stay


def test_the_menu_says_why_the_branch_in_training_stays(dock):
    tell(dock, told("b1"))
    assert not chosen(branch_menu(dock, dock.view.lanes[1], None),
                      "Delete (it is the one in training)").isEnabled()


def test_names_in_the_menu_are_plain_text_of_bounded_length(dock):
    tell(dock, told(infos=(MAIN, replace(CHILD, name="this & that " * 6))))
    text = branch_menu(dock, dock.view.lanes[1], None).actions()[0].text()
    assert "this && that" in text and text.endswith("…”") and len(text) < 70


def renaming(dock, qtbot, row):
    """The dialog, as a right click on a lane and a click in its menu bring it."""
    spot = at(dock, 750, row)
    QApplication.postEvent(dock.view, QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, spot, dock.view.mapToGlobal(spot)))
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(chosen(menu, "Rename…")).center())
    return dock.findChild(NameDialog)


def test_a_branch_is_renamed_by_typing(dock, qtbot):
    tell(dock, told(infos=(MAIN, CHILD, LATER)))
    dialog = renaming(dock, qtbot, 1)
    assert dialog.line.text() == dialog.line.selectedText() == "from 500"
    qtbot.keyClicks(dialog.line, "  low rate " + 100 * "x")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    assert asked(dock, LabelBranch) == [LabelBranch("b1", name=("  low rate " + 100 * "x")[
        :LONGEST].strip())]


@pytest.mark.parametrize("name", ["", "   ", "early", " main "])
def test_a_name_that_cannot_be_is_not_taken(dock, qtbot, name):
    tell(dock, told(infos=(MAIN, CHILD, LATER)))
    dialog = renaming(dock, qtbot, 1)
    dialog.line.clear()
    qtbot.keyClicks(dialog.line, name)
    assert not dialog.take_button.isEnabled()
    assert dialog.complaint.text() == ("Another branch is called that." if name.strip() else "")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    assert dialog.isVisible() and not asked(dock, LabelBranch)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible() and not asked(dock, LabelBranch)


def test_the_budget_is_asked_for_kept_and_sent(dock, qtbot):
    assert asked(dock, SetBudget) == [SetBudget(256 << 20, 1024 << 20)]
    qtbot.mouseClick(dock.budget_button, LEFT)
    box = dock.findChild(BudgetBox)
    box.memory.setValue(64)
    box.disk.setValue(2000)
    qtbot.mouseClick(box.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok),
                     LEFT)
    assert asked(dock, SetBudget)[-1] == SetBudget(64 << 20, 2000 << 20)
    other = TimelineDock()
    other.restore_state(dock.save_state())
    assert (other.memory_mb, other.disk_mb) == (64, 2000)
    other.restore_state({"memory": -5, "disk": "x", "speed": 99})
    assert (other.memory_mb, other.disk_mb) == (256, 1024)
    other.deleteLater()
