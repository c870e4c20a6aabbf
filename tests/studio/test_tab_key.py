"""The window by the Tab key alone: everything is reached, in the order in which it is seen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QSlider,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ganstudio.session.messages import Pause
from ganstudio.studio.form.section import Header
from ganstudio.studio.window import MainWindow
from tests.studio.fake_session import MADE

KINDS = (QAbstractButton, QAbstractSpinBox, QComboBox, QSlider, QTabBar)


def walked(window: MainWindow, qtbot: QtBot, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """Where Tab leads until it comes round."""
    found: list[QWidget] = []
    while (focus := QApplication.focusWidget()) not in found:
        found.append(focus)
        qtbot.keyClick(focus, key)
        assert len(found) < 400
    return found


@pytest.fixture
def paused(running: MainWindow, qtbot: QtBot) -> MainWindow:
    running.controller.pause()
    qtbot.waitUntil(lambda: bool(MADE[-1].asked(Pause)))
    running.toolbar.buttons["start"].setFocus(Qt.FocusReason.TabFocusReason)
    return running


def test_tab_reaches_all_that_is_in_sight_and_nothing_else(paused, qtbot) -> None:
    stops = walked(paused, qtbot)
    assert all(paused.workspace.shows(stop) for stop in stops)
    wanted = [w for kind in KINDS for w in paused.findChildren(kind)
              if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isEnabled()
              and not w.visibleRegion().isEmpty()]
    assert len(wanted) > 30 and not [w for w in wanted if w not in stops]
    assert stops[0] is paused.toolbar.buttons["start"]


def test_settings_come_after_their_headings(paused, qtbot) -> None:
    form = paused.workspace.dock("controls").form
    stops = walked(paused, qtbot)
    of_form = [s for s in stops if form.isAncestorOf(s)]
    first, last = stops.index(of_form[0]), stops.index(of_form[-1])
    assert stops[first:last + 1] == of_form
    assert stops[first - 1] is paused.workspace.dock("controls").filter_box
    heights = [s.mapTo(form.inner, s.rect().center()).y() for s in of_form]
    assert heights == sorted(heights) and isinstance(of_form[0], Header)
    # A section that is unfolded later takes its place.
    form.boxes["update"].set_open(True)
    later = [s for s in walked(paused, qtbot) if form.isAncestorOf(s)]
    heights = [s.mapTo(form.inner, s.rect().center()).y() for s in later]
    assert len(later) > len(of_form) and heights == sorted(heights)


def test_back_is_the_same_way(paused, qtbot) -> None:
    there = walked(paused, qtbot)
    paused.toolbar.buttons["start"].setFocus(Qt.FocusReason.TabFocusReason)
    back = walked(paused, qtbot, Qt.Key.Key_Backtab)
    assert back[1:] == there[:0:-1]


def pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return rows[:, :image.width(), :3].astype(int)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_whatever_has_the_keys_shows_it(paused, qtbot, theme) -> None:
    paused.appearance.apply()
    paused.appearance.set_mode(theme)
    plain = []
    for stop in walked(paused, qtbot):
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        with_focus = pixels(stop)
        stop.clearFocus()
        if (np.abs(with_focus - pixels(stop)).max(axis=2) > 60).sum() < 20:
            plain.append((type(stop).__name__, stop.accessibleName()))
    assert not plain


def test_a_whole_page_that_has_the_keys_has_no_ring_round_it(window, qtbot) -> None:
    window.appearance.apply()
    page = window.start_page
    page.setFocus()
    qtbot.waitUntil(page.hasFocus)
    with_focus = pixels(page)
    page.clearFocus()
    assert np.array_equal(with_focus[0], pixels(page)[0])
