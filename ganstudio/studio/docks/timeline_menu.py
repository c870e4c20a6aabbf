"""What can be done with a branch or a mark, as a menu at the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QMenu

from ganstudio.session.timeline_messages import LabelBranch, Mark, Switch
from ganstudio.studio.docks.timeline_lanes import HUES, Lane, hue
from ganstudio.studio.name_dialog import NameDialog

if TYPE_CHECKING:
    from ganstudio.studio.docks.timeline import TimelineDock

MOST_NAME = 20
"""Of a long name so many font heights are shown."""


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
    name = menu.fontMetrics().elidedText(info.name, Qt.TextElideMode.ElideRight,
                                         menu.fontMetrics().height() * MOST_NAME)
    go = menu.addAction(f"Go over to “{name}”".replace("&", "&&"),
                        lambda: dock.command.emit(Switch(info.id)))
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
    why_not = ("the main line stays" if not info.id else "it is the one in training" if here
               else "others go on from it" if info.id in parents else "")
    gone = menu.addAction(f"Delete ({why_not})" if why_not else "Delete",
                          lambda: dock.delete_wanted.emit(info.id, info.name))
    gone.setEnabled(not why_not)
    return menu


def rename(dock: TimelineDock, lane: Lane) -> None:
    """Ask for another name without stopping the window."""
    others = [other.info.name for other in dock.view.lanes if other.info.id != lane.info.id]
    dialog = NameDialog(dock, "Rename the branch", "branch", "Rename", lane.info.name, others)
    dialog.chosen.connect(lambda name: dock.command.emit(LabelBranch(lane.info.id, name=name)))
    dialog.open()
