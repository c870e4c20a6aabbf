"""What can be done with a branch or a mark, as a menu at the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QInputDialog, QMenu

from ganstudio.session.timeline_messages import LabelBranch, Mark, Switch
from ganstudio.studio.docks.timeline_lanes import HUES, Lane, hue

if TYPE_CHECKING:
    from ganstudio.studio.docks.timeline import TimelineDock


def branch_menu(dock: TimelineDock, lane: Lane | None, mark: Mark | None) -> QMenu:
    """The menu for a lane, and for a mark on it."""
    menu = QMenu(dock)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if lane is None or dock.told is None:
        menu.addAction("Nothing is recorded yet").setEnabled(False)
        return menu
    info, here = lane.info, lane.info.id == dock.told.branch
    if mark is not None:
        menu.addAction(f"Go to step {mark.step:,}", lambda: dock.look_at(info.id, mark.step))
        if mark.kind == "tweak":
            menu.addAction("Continue without this change", lambda: dock.without(mark, stay=False))
            menu.addAction("Fork without this change and compare", lambda: dock.without(mark))
        menu.addSeparator()
    go = menu.addAction(f"Go over to {info.name}", lambda: dock.command.emit(Switch(info.id)))
    go.setEnabled(not here)
    beside = menu.addAction("Open beside, in a window of its own",
                            lambda: dock.beside_wanted.emit(info.path))
    beside.setEnabled(not here and bool(info.path))
    menu.addSeparator()
    menu.addAction("Rename…", lambda: rename(dock, lane))
    colours = menu.addMenu("Colour")
    for number, (name, *_) in enumerate(HUES):
        dot = QPixmap(16, 16)
        dot.fill(QColor(hue(number, dock.view.theme)))
        action = colours.addAction(QIcon(dot), name.capitalize(), lambda number=number:
                                   dock.command.emit(LabelBranch(info.id, colour=number)))
        action.setCheckable(True)
        action.setChecked(number == info.colour)
    parents = {other.info.parent for other in dock.view.lanes if other.info.id}
    gone = menu.addAction("Delete", lambda: dock.delete_wanted.emit(info.id, info.name))
    gone.setEnabled(bool(info.id) and not here and info.id not in parents)
    return menu


def rename(dock: TimelineDock, lane: Lane) -> None:
    """Ask for another name without stopping the window."""
    dialog = QInputDialog(dock)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Rename the branch")
    dialog.setLabelText("Name:")
    dialog.setTextValue(lane.info.name)
    dialog.textValueSelected.connect(
        lambda name: dock.command.emit(LabelBranch(lane.info.id, name=name)))
    dialog.open()
