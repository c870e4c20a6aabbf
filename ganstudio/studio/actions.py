"""One table of actions: menus, toolbar, shortcuts and the command palette are made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from ganstudio.runs.export.kinds import KINDS
from ganstudio.studio.icons import icon
from ganstudio.studio.theme import Theme


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One thing that can be done.

    ``handler`` names a method of the window. ``when`` is ``always``, ``run`` (a run is open),
    ``ready`` (its trainer is built), ``writable`` (and it may change), ``trainable`` (it may or
    will), ``pending`` (changes wait for a restart), ``undo`` or ``redo``.
    ``menu`` may hold a submenu after a slash; a ``-`` before it starts a new group there.
    ``tool`` names its group on the toolbar.
    """

    id: str
    text: str
    handler: str
    menu: str = ""
    shortcut: str = ""
    icon: str = ""
    when: str = "always"
    tip: str = ""
    tool: str = ""
    checkable: bool = False


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("start", "Start page", "show_start", "File", "Ctrl+N", "home",
               tip="Choose what to train; the open run is saved and closed", tool="home"),
    ActionSpec("open_run", "Open run…", "open_run", "File", "Ctrl+O", "folder",
               tip="Open a run folder and train on"),
    ActionSpec("open_recipe", "Open recipe…", "open_recipe", "File", "Ctrl+Shift+O",
               tip="Start a run from a recipe file"),
    ActionSpec("save_recipe", "Save recipe as…", "save_recipe", "File", "Ctrl+Shift+S",
               when="run", tip="Write the recipe as shown to a file"),
    ActionSpec("snapshot", "Snapshot", "snapshot", "-File", "Ctrl+S", "snapshot", "writable",
               "Save the whole state into the run folder now", tool="keep"),
    ActionSpec("export", "Export…", "export", "File", "Ctrl+E", "export", "ready",
               "Write a gallery of samples, curves and a time-lapse, or take the run away in "
               "another form", tool="keep"),
    *(ActionSpec(f"export_{kind}", f"{about.title}…", f"export_{kind}", "File/Export as",
                 when="ready", tip=about.about) for kind, about in KINDS.items()),
    ActionSpec("compare", "Compare runs…", "compare_runs", "File", "Ctrl+K",
               tip="Set runs or branches side by side: curves, samples, metrics and settings"),
    ActionSpec("queue", "Queue of runs…", "show_queue", "File", "Ctrl+Shift+K",
               tip="Train recipes or a range of one setting one after another, unattended"),
    ActionSpec("reveal", "Show run folder", "reveal", "File", when="run",
               tip="Open the run's folder in the file manager"),
    ActionSpec("quit", "Quit", "close", "-File", "Ctrl+Q"),

    ActionSpec("undo", "Undo", "undo", "Edit", "Ctrl+Z", "undo", "undo"),
    ActionSpec("redo", "Redo", "redo", "Edit", "Ctrl+Shift+Z", "redo", "redo"),
    ActionSpec("copy_recipe", "Copy recipe", "copy_recipe", "-Edit", "Ctrl+Shift+C", "copy", "run",
               "Copy the recipe as text, to paste into a message to a colleague"),
    ActionSpec("paste_recipe", "Paste recipe", "paste_recipe", "Edit", "Ctrl+Shift+V",
               tip="Start a run from a recipe that was copied as text"),
    ActionSpec("find", "Find a setting", "find_setting", "-Edit", "Ctrl+F", "search", "run"),
    ActionSpec("palette", "Command palette", "show_palette", "Edit", "Ctrl+Shift+P", "palette",
               tip="Find any command, preset or setting by typing"),

    ActionSpec("run", "Run", "run_pause", "Train", "Space", "run", "trainable",
               "Train, or pause after the step in hand", tool="train"),
    ActionSpec("step", "Step one round", "step_round", "Train", ".", "step", "writable",
               "One round of the game, then pause", tool="train"),
    ActionSpec("step_d", "Step D only", "step_d", "Train", "D", "step", "writable",
               "One step of the discriminator, then pause"),
    ActionSpec("step_g", "Step G only", "step_g", "Train", "G", "step", "writable",
               "One step of the generator, then pause"),
    ActionSpec("faster", "Faster", "faster", "-Train", "]", when="run"),
    ActionSpec("slower", "Slower", "slower", "Train", "[", when="run"),
    ActionSpec("flat_out", "Flat out", "flat_out", "Train", "Ctrl+]", when="run",
               tip="As fast as the machine can"),
    ActionSpec("tier_auto", "As fast as can be", "tier_auto", "Train/Computing steps",
               tip="Whole rounds at once where that gives the same numbers (captured on the CPU, "
               "graphs on an NVIDIA GPU); else one operation at a time", checkable=True),
    ActionSpec("tier_eager", "Always eager", "tier_eager", "Train/Computing steps",
               tip="One operation at a time, whatever the run", checkable=True),
    ActionSpec("restart", "Restart", "restart", "-Train", "Ctrl+R", "restart", "run",
               "Start a fresh run with the settings as shown", tool="train"),
    ActionSpec("discard", "Discard waiting changes", "discard_pending", "Train", when="pending",
               tip="Take back every change that needs a restart"),

    ActionSpec("time_live", "Back to the present", "time_live", "-Train/Timeline", "Ctrl+L",
               when="ready", tip="Every panel shows the run as it is now"),
    ActionSpec("time_back", "One step back in time", "time_back", "Train/Timeline", "Alt+Left",
               when="ready"),
    ActionSpec("time_forward", "One step forward in time", "time_forward", "Train/Timeline",
               "Alt+Right", when="ready"),
    ActionSpec("time_mark_back", "Previous change or diagnosis", "time_mark_back",
               "Train/Timeline", "Alt+Up", when="ready"),
    ActionSpec("time_mark_forward", "Next change or diagnosis", "time_mark_forward",
               "Train/Timeline", "Alt+Down", when="ready"),
    ActionSpec("time_first", "First step of the run", "time_first", "Train/Timeline", "Alt+Home",
               when="ready"),
    ActionSpec("time_play", "Play the history", "time_play", "Train/Timeline", "Ctrl+Space",
               when="ready", tip="Show the run's past from the cursor on, at the chosen speed"),
    ActionSpec("time_fork", "Continue from here", "time_fork", "Train/Timeline", "Ctrl+B",
               when="writable", tip="Go on from the moment shown on a new branch"),
    ActionSpec("time_compare", "Fork and compare the last change", "time_compare",
               "Train/Timeline", "Ctrl+Shift+B", when="writable",
               tip="Keep this branch, and make one without the last change"),
    ActionSpec("time_budget", "Memory and disk for the past…", "time_budget", "Train/Timeline",
               when="writable"),

    ActionSpec("dynamics", "Dynamics of toy games", "show_dynamics", "View", "Ctrl+D",
               tip="Games of two numbers: fields, update rules and eigenvalues; no run is needed"),
    ActionSpec("doctor", "What ails this run?", "show_doctor", "View", "Ctrl+Shift+D", when="run",
               tip="The doctor's verdict on this run, with its evidence and remedies"),
    ActionSpec("save_layout", "Save layout as…", "save_layout", "View/Layout"),
    ActionSpec("delete_layout", "Delete a layout…", "delete_layout", "View/Layout"),
    ActionSpec("reset_layout", "Reset layout", "reset_layout", "View/Layout", "Ctrl+Shift+0",
               tip="Put every panel back where it was at first"),
    ActionSpec("theme", "Switch light and dark", "toggle_theme", "-View/Theme", "Ctrl+T", "theme",
               tool="look"),
    ActionSpec("theme_auto", "As the system", "theme_auto", "View/Theme"),
    ActionSpec("theme_light", "Light", "theme_light", "View/Theme"),
    ActionSpec("theme_dark", "Dark", "theme_dark", "View/Theme"),
    ActionSpec("full_screen", "Full screen", "full_screen", "View", "F11", checkable=True),

    ActionSpec("explain", "Explain this setting", "explain", "Help", "F1", "info", "run",
               "What the setting in focus does, with its source"),
    ActionSpec("runs_folder", "Show the folder of runs", "reveal_runs", "Help"),
    ActionSpec("about", "About GAN Studio", "about", "-Help"),
)
TOOL_GROUPS = ("home", "train", "speed", "keep", "look")
MENUS = ("File", "Edit", "Train", "View", "Help")


def clean_path(menu: str) -> str:
    """The menu's path without the mark of a new group."""
    return menu.removeprefix("-")


class ActionSet(QObject):
    """The table come alive on one window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.window = window
        self.specs: dict[str, ActionSpec] = {}
        self.actions: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self.tips: dict[str, str] = {}
        for spec in ACTIONS:
            self.add(spec)

    def __getitem__(self, key: str) -> QAction:
        return self.actions[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.actions)

    def add(self, spec: ActionSpec, run: Callable[[], object] | None = None) -> QAction:
        """Take one more action in; ``run`` stands in for a handler of the window."""
        action = QAction(spec.text, self.window)
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        shown = ""
        if spec.shortcut:
            sequence = QKeySequence(spec.shortcut)
            action.setShortcut(sequence)
            shown = f" ({sequence.toString(QKeySequence.SequenceFormat.NativeText)})"
        self.tips[spec.id] = (f"{spec.text.rstrip('…')}{shown}"
                              + (f"\n{spec.tip}" if spec.tip else ""))
        action.setToolTip(self.tips[spec.id])
        action.setStatusTip("")
        handler = run or getattr(self.window, spec.handler)
        action.triggered.connect(lambda _checked=False: handler())
        self.window.addAction(action)
        self.specs[spec.id] = spec
        self.actions[spec.id] = action
        return action

    def fill(self, bar: QMenuBar) -> None:
        """Put every action that names a menu into the menu bar."""
        for name in MENUS:
            self.menus[name] = bar.addMenu("&" + name)
        self.menus["View/Panels"] = self.menus["View"].addMenu("Panels")
        for key, spec in self.specs.items():
            if spec.menu:
                self.place(key)

    def place(self, key: str) -> None:
        """Put one action at the end of its menu."""
        spec = self.specs[key]
        menu = self.menu(clean_path(spec.menu), new_group=spec.menu.startswith("-"))
        menu.addAction(self.actions[key])

    def menu(self, path: str, new_group: bool = False) -> QMenu:
        """The menu at a path such as ``View/Theme``, made if need be."""
        if path not in self.menus:
            parent, _, name = path.rpartition("/")
            outer = self.menu(parent)
            if new_group and not outer.isEmpty():
                outer.addSeparator()
            self.menus[path] = outer.addMenu(name)
        elif new_group and not self.menus[path].isEmpty():
            self.menus[path].addSeparator()
        return self.menus[path]

    def enable(self, facts: dict[str, bool], why_not: str = "") -> None:
        """Switch actions on and off; ``facts`` gives each ``when`` its present truth. ``why_not``
        is said by those that train or change a run while they are off.
        """
        for key, spec in self.specs.items():
            on = facts.get(spec.when, True)
            self.actions[key].setEnabled(on)
            told = why_not if spec.when in ("writable", "trainable") and not on else ""
            self.actions[key].setToolTip(self.tips[key] + (f"\n{told}" if told else ""))

    def set_theme(self, theme: Theme) -> None:
        """Tint every icon for this theme."""
        for key, spec in self.specs.items():
            if spec.icon:
                primary = spec.id == "run"
                self.actions[key].setIcon(
                    icon(spec.icon, theme, theme.accent_text if primary else ""))
