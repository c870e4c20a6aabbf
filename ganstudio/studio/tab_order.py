"""Where the Tab key goes next, for widgets that are made in another order than they are seen."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_along(*widgets: QWidget) -> None:
    """Tab leads from each of these that can be reached by it to the next.

    Left out are lists that are opened, which are windows of their own, and parts of a widget
    that hand the keys over to it.
    """
    reached = [w for w in widgets if w.focusPolicy() & Qt.FocusPolicy.TabFocus
               and w.focusProxy() is None and w.window() is widgets[0].window()]
    for one, following in pairwise(reached):
        QWidget.setTabOrder(one, following)
