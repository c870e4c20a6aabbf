"""Where the docks stand: an inner main window without a middle, and its layouts."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QTabBar, QTabWidget, QWidget

from ganstudio.recipe import Recipe
from ganstudio.session.messages import Update
from ganstudio.studio.dock_frame import DockFrame
from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.catalogue import CATALOGUE, DockEntry, load
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.studio.turns import Turns
from ganstudio.training.frames import RunInfo, Want

LAYOUT_VERSION = 1
NARROW = 75  # font heights: below this the docks stand in two columns instead of three
SHORT = 42  # and below this height nothing stands above anything else: tabs instead
REFLOW_MS = 120
MOST = (1 << 24) - 1  # no bound on a widget's height


class Workspace(QMainWindow):
    """Makes the docks, places them, and hands each what it asked to see."""

    wants_changed = Signal()
    command = Signal(object)
    trouble = Signal(str, str)
    """A dock could not be made or failed: one sentence, and the traceback."""
    docks_changed = Signal()
    """A dock was shown or hidden."""

    def __init__(self, parent: QWidget | None = None,
                 catalogue: tuple[DockEntry, ...] = CATALOGUE) -> None:
        super().__init__(parent, Qt.WindowType.Widget)
        self.setObjectName("workspace")
        self.catalogue = catalogue
        self._unmade = iter(catalogue)
        self.frames: dict[str, DockFrame] = {}
        self.theme = LIGHT
        self._failed: set[str] = set()
        self.turns = Turns(self._deliver, self)
        self._floating_hidden: list[DockFrame] = []
        self.setDockNestingEnabled(True)
        self.setDocumentMode(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas,
                            QTabWidget.TabPosition.North)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self._settled)
        self.placed: tuple[bool, bool] | None = None
        """The shape that ``default_layout`` was made for; None once the person has moved a dock."""
        self._placing = False
        self._bottom_height = 0
        self._reflow = QTimer(self)
        self._reflow.setSingleShot(True)
        self._reflow.setInterval(REFLOW_MS)
        self._reflow.timeout.connect(self._reflowed)

    # ---- making ----------------------------------------------------------------------------------

    def make(self, states: Mapping[str, Any]) -> None:
        """Make every dock that is not there yet."""
        while self.make_next(states):
            pass

    def make_next(self, states: Mapping[str, Any]) -> bool:
        """Make one dock more, False where there is none left; one that cannot be made is
        reported and left out.
        """
        entry = next(self._unmade, None)
        if entry is None:
            return False
        try:
            dock = load(entry)
            saved = states.get(entry.key)
            if isinstance(saved, Mapping):
                dock.restore_state(saved)
        except Exception as error:
            self.trouble.emit(f"The {entry.title} panel could not be opened: {error}",
                              traceback.format_exc())
        else:
            self._adopt(dock, entry)
        return True

    def _adopt(self, dock: Dock, entry: DockEntry) -> None:
        frame = DockFrame(dock, entry.title, self)
        self.frames[entry.key] = frame
        dock.wants_changed.connect(self._changed)
        dock.command.connect(self.command)
        frame.visibilityChanged.connect(self._changed)
        frame.dockLocationChanged.connect(self._changed)
        frame.dockLocationChanged.connect(self._was_moved)
        frame.topLevelChanged.connect(self._changed)
        frame.set_theme(self.theme)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, frame)

    def dock(self, key: str) -> Dock | None:
        """The dock of this key, if it was made."""
        frame = self.frames.get(key)
        return frame.contents if frame is not None else None

    # ---- what is seen ----------------------------------------------------------------------------

    def _changed(self, *_: object) -> None:
        self._settle.start()

    def _settled(self) -> None:
        for frame in self.frames.values():
            tabbed = bool(self.tabifiedDockWidgets(frame)) and not frame.isFloating()
            frame.bar.set_slim(tabbed)
        self._cap_bottom()
        for bar in self.findChildren(QTabBar):
            if bar.parent() is self and not bar.property("prepared"):
                bar.setProperty("prepared", True)
                bar.setAccessibleName("Panels")
                bar.setElideMode(Qt.TextElideMode.ElideNone)
                bar.setExpanding(False)
                bar.setDrawBase(False)
                bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
                bar.customContextMenuRequested.connect(
                    lambda point, bar=bar: self._tab_menu(bar, point))
        self.wants_changed.emit()
        self.docks_changed.emit()

    def _tab_menu(self, bar: QTabBar, point: QPoint) -> None:
        """Float or close, for a dock whose title is on a tab."""
        title = bar.tabText(bar.tabAt(point))
        frame = next((f for f in self.frames.values() if f.windowTitle() == title), None)
        if frame is None:
            return
        menu = QMenu(bar)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Float", lambda: frame.setFloating(True))
        menu.addAction("Close", frame.close)
        menu.popup(bar.mapToGlobal(point))

    def seen(self, key: str) -> bool:
        """Whether the dock can be seen: not closed, not behind a tab, not minimised."""
        frame = self.frames.get(key)
        if frame is None or not frame.isVisible() or frame.window().isMinimized():
            return False
        return not frame.contents.visibleRegion().isEmpty()

    def shows(self, widget: QWidget) -> bool:
        """Whether a widget that could have the keys does not stand behind another dock's tab."""
        frame = next((f for f in self.frames.values() if f.isAncestorOf(widget)), None)
        return frame is None or not frame.visibleRegion().isEmpty()

    def wants(self) -> dict[str, Want]:
        """What the docks ask to look at: those in sight, and any that goes on unseen."""
        found: dict[str, Want] = {}
        for key, frame in self.frames.items():
            if self.seen(key) or getattr(frame.contents, "looks_while_hidden", False):
                found.update(frame.contents.wants())
        return found

    def extras(self) -> tuple[tuple[str, bytes, str], ...]:
        """What the docks in sight have to add to a gallery: (name, content, caption)."""
        return tuple(extra for key, frame in self.frames.items() if self.seen(key)
                     for extra in frame.contents.extras())

    def begin(self, info: RunInfo | None) -> None:
        """A run is ready, or gone (None)."""
        def begin(key: str) -> None:
            self._guard(key, self.frames[key].contents.begin, info)
            self._changed()

        self.turns.begin(self.frames, begin)

    def set_recipe(self, recipe: Recipe) -> None:
        """The recipe in force, for those docks that read numbers by it."""
        for key, frame in self.frames.items():
            take = getattr(frame.contents, "set_recipe", None)
            if take is not None:
                self.turns.after(key, partial(self._guard, key, take, recipe))

    def set_cursor(self, step: int | None) -> None:
        """Every dock shows the moment after so many steps; None is the present."""
        self.turns.finish()
        for key, frame in self.frames.items():
            self._guard(key, frame.contents.set_cursor, step)

    def receive(self, update: Update) -> None:
        """Hand on what is new to those in sight, and to those that listen unseen."""
        self.turns.hand_out(update, {
            key: frame.contents.draws_always for key, frame in self.frames.items()
            if frame.contents.hears_while_hidden or self.seen(key)})

    def _deliver(self, key: str, update: Update) -> None:
        self._guard(key, self.frames[key].contents.receive, update)

    def _guard(self, key: str, call: Any, argument: object) -> None:
        """A dock that raises is reported once; the window lives on."""
        try:
            call(argument)
        except Exception as error:
            if key not in self._failed:
                self._failed.add(key)
                self.trouble.emit(f"The {self.frames[key].windowTitle()} panel failed: {error}",
                                  traceback.format_exc())

    def set_theme(self, theme: Theme) -> None:
        """Dress every dock."""
        self.theme = theme
        for frame in self.frames.values():
            frame.set_theme(theme)

    def dock_states(self) -> dict[str, Any]:
        """Every dock's own choices."""
        return {key: frame.contents.save_state() for key, frame in self.frames.items()}

    def shut(self) -> None:
        """Every dock ends what it runs of its own."""
        self.turns.forget()
        for frame in self.frames.values():
            frame.contents.shut()

    # ---- layouts ---------------------------------------------------------------------------------

    def layout_text(self) -> str:
        """The present arrangement as text."""
        return bytes(self.saveState(LAYOUT_VERSION).toBase64().data()).decode()

    def apply_layout(self, text: str) -> bool:
        """Arrange as in ``layout_text``; False (nothing changed) where that cannot be."""
        try:
            state = QByteArray.fromBase64(text.encode())
        except (UnicodeEncodeError, AttributeError):
            return False
        self._placing = True
        worked = not state.isEmpty() and self.restoreState(state, LAYOUT_VERSION)
        self._placing = False
        if worked:
            self.placed = None
        self._changed()
        return worked

    def shape(self) -> tuple[bool, bool]:
        """Whether it is too narrow for three columns, and too short for docks in two rows."""
        unit = self.fontMetrics().height()
        return self.width() < unit * NARROW, self.height() < unit * SHORT

    def _was_moved(self, *_: object) -> None:
        if not self._placing:
            self.placed = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A layout that nobody has changed follows the shape of the window."""
        super().resizeEvent(event)
        self.follow_shape()

    def follow_shape(self) -> None:
        """Arrange anew soon, if the docks stand as placed for another shape."""
        if self.placed is not None and self.placed != self.shape():
            self._reflow.start()

    def _reflowed(self) -> None:
        floating = any(f.isFloating() for f in self.frames.values())
        if self.placed is None or self.placed == self.shape() or floating or not self.isVisible():
            return
        closed = [f for f in self.frames.values() if f.isHidden()]
        seen = [f for key, f in self.frames.items() if self.seen(key)]
        self.default_layout()
        for frame in closed:
            frame.hide()
        for frame in reversed(seen):  # of several that now share their tabs, the first of them
            if self.tabifiedDockWidgets(frame):
                frame.raise_()

    def default_layout(self) -> None:
        """Controls left, samples in the middle, curves right, the rest in tabs below them."""
        self._placing = True
        self._place()
        self._placing = False
        self.placed = self.shape()
        self._changed()

    def _place(self) -> None:
        places: dict[str, list[DockFrame]] = {"left": [], "centre": [], "right": [], "below": [],
                                              "bottom": []}
        for entry in self.catalogue:
            frame = self.frames.get(entry.key)
            if frame is not None:
                frame.setFloating(False)
                self.removeDockWidget(frame)
                places[entry.place].append(frame)
        narrow, short = self.shape()
        columns = [places["left"], places["centre"]]
        columns.append([] if narrow else places["right"])
        heads: list[DockFrame] = []
        for column in columns:
            for frame in column:
                if heads:
                    self.splitDockWidget(heads[-1], frame, Qt.Orientation.Horizontal)
                else:
                    self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, frame)
                heads.append(frame)
        under = [*(places["right"] if narrow else []), *places["below"]]
        self._stack(heads, under, in_tabs=short)
        for frame in places["bottom"]:
            self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, frame)
        for frame in self.frames.values():
            frame.show()
        if under:
            (heads[-1] if short else under[0]).raise_()
        self._size_columns(heads, under, narrow)
        # Once more when every dock knows its least size.
        QTimer.singleShot(0, self, lambda: self._size_columns(heads, under, narrow))

    def _stack(self, heads: list[DockFrame], under: list[DockFrame], in_tabs: bool) -> None:
        for index, frame in enumerate(under):
            if in_tabs and heads:
                self.tabifyDockWidget(heads[-1], frame)
            elif index:
                self.tabifyDockWidget(under[0], frame)
            elif heads:
                self.splitDockWidget(heads[-1], frame, Qt.Orientation.Vertical)
            else:
                self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, frame)

    def _size_columns(self, heads: list[DockFrame], under: list[DockFrame], narrow: bool) -> None:
        unit = self.fontMetrics().height()
        width, height = max(self.width(), unit * 50), max(self.height(), unit * 30)
        left = min(unit * 22, round(width * .32))
        rest = width - left
        widths = [left, rest] if narrow else [left, round(rest * .55), round(rest * .45)]
        if len(widths) == len(heads):
            self.resizeDocks(heads, widths, Qt.Orientation.Horizontal)
        self._size_bottom(shrink=True)
        if under and heads and under[0] not in self.tabifiedDockWidgets(heads[-1]):
            self.resizeDocks([heads[-1], under[0]], [round(height * .55), round(height * .45)],
                             Qt.Orientation.Vertical)

    def heighten(self, height: int) -> None:
        """Give the docks along the lower edge this height, up to a third of all."""
        self._bottom_height = height
        self._cap_bottom()
        # Once the docks know what they may take.
        QTimer.singleShot(0, self, lambda: self._size_bottom(shrink=False))

    def _cap_bottom(self) -> None:
        """A larger window gives its room to the docks above, not to an empty strip below."""
        area = Qt.DockWidgetArea.BottomDockWidgetArea
        for frame in self.frames.values():
            alone = self.dockWidgetArea(frame) == area and not frame.isFloating() \
                and not self.tabifiedDockWidgets(frame)
            frame.setMaximumHeight(self._height_of(frame) + 4 if alone else MOST)

    def _height_of(self, frame: DockFrame) -> int:
        least = round(frame.contents.least_height * self.fontMetrics().height())
        return max(self._bottom_height, least) + frame.bar.sizeHint().height()

    def _size_bottom(self, shrink: bool) -> None:
        bottom = self._bottom()
        if bottom:
            height = min(self._height_of(bottom[0]), self.height() // 3)
            if shrink or bottom[0].height() < height:
                self.resizeDocks(bottom, [height] * len(bottom), Qt.Orientation.Vertical)
                self._insist(bottom[0], height)

    def _insist(self, frame: DockFrame, height: int) -> None:
        """``resizeDocks`` takes no room from another area: a bound does, for a moment."""
        frame.setMinimumHeight(height)
        QTimer.singleShot(0, frame, lambda: frame.setMinimumHeight(0))

    def _bottom(self) -> list[DockFrame]:
        area = Qt.DockWidgetArea.BottomDockWidgetArea
        return [f for f in self.frames.values()
                if self.dockWidgetArea(f) == area and not f.isFloating() and not f.isHidden()]

    def changeEvent(self, event: QEvent) -> None:
        """Ask again for what is seen when the window is minimised or comes back."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._changed()

    def show_floating(self, show: bool) -> None:
        """Hide the docks that float when the workspace itself is hidden; show them again."""
        if show:
            for frame in self._floating_hidden:
                frame.show()
            self._floating_hidden = []
        else:
            self._floating_hidden = [f for f in self.frames.values()
                                     if f.isFloating() and not f.isHidden()]
            for frame in self._floating_hidden:
                frame.hide()
