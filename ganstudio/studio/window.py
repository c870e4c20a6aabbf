"""The window: a skeleton that is on screen at once, and the rest after its first paint."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ganstudio.studio.actions import ActionSet, ActionSpec
from ganstudio.studio.commands import Commands
from ganstudio.studio.dropping import DropTarget
from ganstudio.studio.icons import app_icon
from ganstudio.studio.notices import NoticeBar
from ganstudio.studio.settings import Settings
from ganstudio.studio.status import StatusBar
from ganstudio.studio.style import Appearance
from ganstudio.studio.theme import Theme
from ganstudio.studio.toolbar import ToolBar

PREPARE_MS = 30
"""Between two docks that are made ahead: clicks on the start page go first."""
MOST_STOPS = 1000


class Blank(QWidget):
    """The ground of the skeleton; says when it has been painted for the first time."""

    painted = Signal()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Nothing but the news."""
        self.painted.emit()


class MainWindow(Commands, DropTarget, QMainWindow):
    """Owns every part; the parts do not know each other.

    ``session_factory`` makes a session from (recipe, folder); None takes the real one.
    """

    furnished = Signal()

    def __init__(self, settings: Settings | None = None, appearance: Appearance | None = None,
                 session_factory: Any = None, open_path: str | None = None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.settings = settings or Settings()
        self.appearance = appearance or Appearance(QApplication.instance(),
                                                   self.settings.get("theme", "auto"))
        self.session_factory = session_factory
        self.open_path = open_path
        self.controller: Any = None
        self.workspace: Any = None
        self._early: Any = None
        """The workspace while its docks are made ahead of the first run."""
        self.start_page: Any = None
        self.ticker: Any = None
        self.draw_page: Any = None
        self.lab_page: Any = None
        self.compare_page: Any = None
        self.queue_page: Any = None
        self.export_dialog: Any = None
        self.palette_box: Any = None
        self._first_run_shown = False
        self._told: tuple[dict[str, bool], str] = ({}, "")
        self._told_recipe: Any = None
        self.setAcceptDrops(True)
        self.setWindowTitle("GAN Studio")
        self.setWindowIcon(app_icon())
        self._skeleton()
        self._place()
        self.appearance.changed.connect(self.set_theme)
        self.set_theme(self.appearance.theme)

    # ---- the skeleton ----------------------------------------------------------------------------

    def _skeleton(self) -> None:
        self.actions_ = ActionSet(self)
        self.actions_.fill(self.menuBar())
        self.toolbar = ToolBar(self.actions_, self)
        self.toolbar.speed.chosen.connect(self.set_pace)
        self.addToolBar(self.toolbar)
        self.status_bar = StatusBar(self)
        self.setStatusBar(self.status_bar)
        shell = QWidget()
        column = QVBoxLayout(shell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.notices = NoticeBar()
        self.pages = QStackedWidget()
        self.blank = Blank()
        self.blank.painted.connect(self._painted)
        self.pages.addWidget(self.blank)
        self.pages.currentChanged.connect(self._moved)
        column.addWidget(self.notices)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(shell)
        self.enable_actions()

    def _place(self) -> None:
        """Where it stood last time, else most of the screen."""
        unit = self.fontMetrics().height()
        self.setMinimumSize(unit * 40, unit * 26)
        saved = self.settings.get("geometry", "")
        if saved and self.restoreGeometry(QByteArray.fromBase64(saved.encode("ascii", "ignore"))):
            return
        area = self.screen().availableGeometry()
        self.resize(min(round(area.width() * .9), unit * 110),
                    min(round(area.height() * .9), unit * 66))

    def _painted(self) -> None:
        self.blank.painted.disconnect(self._painted)
        QTimer.singleShot(0, self, self.furnish)

    def furnish(self) -> None:
        """Bring in everything that the first paint need not wait for."""
        if self.controller is not None:
            return
        from ganstudio.studio.palette import PaletteBox
        from ganstudio.studio.run_controller import RunController
        from ganstudio.studio.start_page import StartPage
        from ganstudio.studio.ticker import Ticker

        self.controller = run = RunController(self.session_factory, self)
        run.opened.connect(self._run_opened)
        run.closed.connect(self._run_closed)
        run.ready.connect(self._run_ready)
        run.updated.connect(self._updated)
        run.happened.connect(self.react)
        run.state_changed.connect(self._moved)
        run.going_changed.connect(self._moved)
        run.recipe_changed.connect(self.enable_actions)
        run.recipe_changed.connect(self._tell_recipe)
        run.undo_stack.indexChanged.connect(self._moved)
        self.ticker = Ticker(self)
        self.ticker.tick.connect(run.poll)
        self.toolbar.speed.set_notch(self.settings.get("speed", -1))
        self.prepare_tiers()
        self.palette_box = PaletteBox(self)
        page = self.start_page = StartPage(self.settings)
        page.preset_chosen.connect(self.start_preset)
        page.run_chosen.connect(self.resume)
        page.path_given.connect(self.open_any)
        page.draw_wanted.connect(self.show_draw)
        page.lab_wanted.connect(self.show_dynamics)
        page.compare_wanted.connect(lambda: self.show_comparison([]))
        page.file_wanted.connect(self.choose_file)
        page.folder_wanted.connect(self.choose_folder)
        page.set_theme(self.appearance.theme)
        self.palette_box.set_theme(self.appearance.theme)
        self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        page.setFocus()
        self.enable_actions()
        self.list_layouts()
        if self.settings.complaint:
            self.notices.add("warning", self.settings.complaint)
        self.furnished.emit()
        if self.open_path is not None:
            self.open_any(Path(self.open_path))

    # ---- a run on screen -------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the docks while nobody waits, one a turn: the first run is on screen sooner."""
        if self.workspace is None and self.isVisible():
            if self._early is None:
                self._early = self._new_workspace()
            if self._early.make_next(self.settings.get("docks", {})):
                QTimer.singleShot(PREPARE_MS, self, self.prepare)

    def _new_workspace(self) -> Any:
        from ganstudio.studio.workspace import Workspace
        space = Workspace()
        space.set_theme(self.appearance.theme)  # each dock is dressed in it when it is made
        space.trouble.connect(lambda text, details: self.notices.add("error", text, details))
        self.pages.addWidget(space)
        return space

    def _make_workspace(self) -> None:
        if self.workspace is not None:
            return
        self.workspace = space = self._early or self._new_workspace()
        self._early = None
        space.make(self.settings.get("docks", {}))
        space.command.connect(self.controller.send)
        space.wants_changed.connect(self.send_wants)
        space.docks_changed.connect(self._show_dock_ticks)
        for number, (key, frame) in enumerate(space.frames.items(), start=1):
            spec = ActionSpec(f"dock.{key}", frame.windowTitle(), "", "View/Panels",
                              f"Ctrl+{number}", when="run", checkable=True)
            self.actions_.add(spec, lambda key=key: self.toggle_dock(key))
            self.actions_.place(spec.id)
        self.bind_timeline()
        controls = space.dock("controls")
        if controls is not None:
            controls.bind(self.controller)
            controls.restart_wanted.connect(self.restart)
            controls.discard_wanted.connect(self.discard_pending)
            controls.refused.connect(lambda text: self.notices.add("warning", text))

        doctor = space.dock("doctor")
        if doctor is not None:
            doctor.remedy_chosen.connect(self.apply_remedy)

    def _run_opened(self) -> None:
        self.notices.clear()
        self._make_workspace()
        self.workspace.begin(None)
        self.pages.setCurrentWidget(self.workspace)
        if not self._first_run_shown:
            self._first_run_shown = True
            self.restore_layout()
        self.workspace.show_floating(True)
        self.workspace.setFocus()
        self._name_window()
        self.ticker.start()
        self.send_wants()
        self.enable_actions()

    def _name_window(self) -> None:
        recipe = self.controller.recipe
        self.setWindowTitle(f"{recipe.name} – GAN Studio" if recipe else "GAN Studio")

    def _run_ready(self, info: object) -> None:
        from ganstudio.studio.recent import remember
        if self.controller.folder is not None:
            remember(self.settings, self.controller.folder)
            self.settings.save()  # so that it is found again even if this process is killed
        self._name_window()
        self.workspace.begin(info)
        self._told_recipe = None
        self._tell_recipe()
        self.status_bar.hide_progress()
        self.send_wants()
        self.enable_actions()

    def _tell_recipe(self) -> None:
        """Docks that read losses and outputs by the recipe follow the one in force."""
        run = self.controller
        if self.workspace is not None and run.is_ready and run.running is not self._told_recipe:
            self._told_recipe = run.running
            self.workspace.set_recipe(run.running)

    def _run_closed(self) -> None:
        self.ticker.stop()
        self.status_bar.clear_run()
        self.setWindowTitle("GAN Studio")
        self.enable_actions()

    def _updated(self, update: object) -> None:
        self.status_bar.show_status(update.status, self.ticker.rate)
        self.workspace.receive(update)

    def send_wants(self) -> None:
        """Tell the session what is looked at now."""
        if self.controller is not None and self.controller.session is not None:
            from ganstudio.session.messages import Watch
            self.controller.send(Watch(self.workspace.wants()))

    def _show_dock_ticks(self) -> None:
        for key, frame in self.workspace.frames.items():
            self.actions_[f"dock.{key}"].setChecked(not frame.isHidden())

    def leave_workspace(self) -> None:
        """Remember the layout and hide the docks that float."""
        if self.workspace is not None and self.pages.currentWidget() is self.workspace:
            self.settings.set("layout", self.workspace.layout_text())
            self.settings.set("layout_shape", list(self.workspace.placed or ()))
            self.workspace.show_floating(False)

    # ---- state of the actions --------------------------------------------------------------------

    def enable_actions(self) -> None:
        """Switch each action by what is possible now."""
        run = self.controller
        open_ = run is not None and run.session is not None
        # Pages about several runs: a key there must not move the one that is out of sight.
        in_sight = open_ and self.pages.currentWidget() not in (self.compare_page, self.queue_page)
        ready = in_sight and run.is_ready
        to_come = in_sight and str(run.state) == "preparing"
        facts = {
            "always": True, "run": open_, "ready": ready, "writable": ready and not run.read_only,
            "trainable": self.behind() is not None or (
                (ready or to_come) and (run.free or not run.read_only)),
            "pending": open_ and bool(run.pending),
            "undo": open_ and run.undo_stack.canUndo(), "redo": open_ and run.undo_stack.canRedo(),
        }
        told = facts, self.why_not(in_sight)
        if told != self._told:
            self._told = told
            self.actions_.enable(*told)
        self.show_going()
        stack = run.undo_stack if run is not None else None
        self.actions_["undo"].setText(f"Undo {stack.undoText()}".strip() if stack else "Undo")
        self.actions_["redo"].setText(f"Redo {stack.redoText()}".strip() if stack else "Redo")

    def _moved(self, _: object = None) -> None:
        self.enable_actions()

    def set_theme(self, theme: Theme) -> None:
        """Dress every part."""
        self._going_shown = None
        self.actions_.set_theme(theme)
        self.show_going()
        self.status_bar.set_theme(theme)
        self.notices.set_theme(theme)
        for part in (self.start_page, self.workspace or self._early, self.palette_box,
                     self.draw_page, self.lab_page, self.compare_page, self.queue_page):
            if part is not None:
                part.set_theme(theme)

    # ---- Qt's own --------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Keys that a focused button or list needs are left to it."""
        if event.type() == QEvent.Type.ShortcutOverride and needs_key(event):
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab passes by what stands behind another dock's tab."""
        for _ in range(MOST_STOPS):
            if not super().focusNextPrevChild(forward):
                return False
            focus = QApplication.focusWidget()
            if focus is None or self.workspace is None or self.workspace.shows(focus):
                return True
        return False

    def changeEvent(self, event: QEvent) -> None:
        """Nothing is looked at while the window is minimised."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self.workspace is not None:
            self.send_wants()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember everything, then stop the worker before going."""
        self.leave_workspace()
        geometry = bytes(self.saveGeometry().toBase64()).decode()
        self.settings.set("geometry", geometry)
        if self.workspace is not None:
            self.settings.set("docks", self.workspace.dock_states())
        for space in (self.workspace, self._early):
            if space is not None:
                space.shut()
        for page in (self.compare_page, self.queue_page):
            if page is not None:
                page.shut()
        if self.lab_page is not None:
            self.settings.set("lab", self.lab_page.shut())
        self.settings.save()
        self.hide()
        self.close_beside()
        if self.export_dialog is not None:
            self.export_dialog.close()
        if self.ticker is not None:
            self.ticker.stop()
        if self.controller is not None:
            self.controller.close_now()
        event.accept()

    def show_exception(self, kind: type[BaseException], error: BaseException,
                       trace: TracebackType | None) -> None:
        """``sys.excepthook``: our own mistakes become a notice, and the window lives on."""
        if issubclass(kind, KeyboardInterrupt):
            self.close()
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(details)
        self.notices.add("error", f"Something went wrong in the window: {error or kind.__name__}",
                         details)


def needs_key(event: QKeyEvent) -> bool:
    """Whether the widget in focus wants this key for itself rather than as a shortcut."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    focus = QApplication.focusWidget()
    if event.key() == Qt.Key.Key_Space:
        return isinstance(focus, QAbstractButton | QComboBox | QAbstractItemView)
    letter = Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z
    return letter and isinstance(focus, QComboBox | QAbstractItemView)
