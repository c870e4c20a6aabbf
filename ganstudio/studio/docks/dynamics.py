"""Dynamics: the two-player game as a picture, for toy games and for the networks in training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ganstudio.session.messages import Update
from ganstudio.session.toy import ToySession
from ganstudio.studio.docks.base import Dock
from ganstudio.studio.docks.dynamics_export import (
    Composition,
    eigenvalue_table,
    png_bytes,
    svg_bytes,
    trajectory_table,
    write_picture,
    write_tables,
)
from ganstudio.studio.docks.dynamics_lab import LabPage
from ganstudio.studio.docks.dynamics_real import RealPage
from ganstudio.studio.docks.dynamics_theory import TheoryPage
from ganstudio.studio.docks.plotting_widgets import named, tool, whole
from ganstudio.studio.icons import icon
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.frames import RunInfo, Want

MODES = ("toy", "compare", "real", "theory")
TABS = {"toy": ("Toy", "A game of two numbers under one update rule."),
        "compare": ("Compare", "Several update rules from the same start."),
        "real": ("Real", "The field of the networks in training."),
        "theory": ("Theory", "The optimal discriminator and what follows from it.")}
GALLERY_SCALE = 2
POLL_MS = 6
SLOW_POLL_MS = 15


class DynamicsDock(Dock):
    """Four ways to look at the game, on tabs.

    Toy games are computed by a ``ToySession`` of the dock's own, started when the dock is first
    seen and ended by ``shut``.
    """

    key: ClassVar[str] = "dynamics"
    title: ClassVar[str] = "Dynamics"
    hears_while_hidden: ClassVar[bool] = True  # a trained D waits for a decision

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.session = session = ToySession()
        # Joined even where the dock is destroyed without having been told.
        self.destroyed.connect(lambda *_: session.close())
        self._serial = 0
        self.lab, self.real, self.theory = LabPage(), RealPage(), TheoryPage()
        self._build()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._poll)
        self._begin = QTimer(self)
        self._begin.setSingleShot(True)
        self._begin.setInterval(30)
        self._begin.timeout.connect(self._seen)
        self._looked_at = False
        self.lab.asked.connect(self.ask)
        transport = self.lab.transport
        transport.play.connect(self._play)
        transport.step.connect(self._step)
        transport.reset.connect(self._reset)
        transport.speed.connect(self.session.set_speed)
        for page in (self.real, self.theory):
            page.wants_changed.connect(self.wants_changed)
            page.command.connect(self.command)
        self.set_theme(LIGHT)

    def _build(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        named(self.tabs, "What to look at")
        self.tabs.setToolTip("")
        for k, mode in enumerate(MODES):
            self.tabs.addTab(TABS[mode][0])
            self.tabs.setTabToolTip(k, TABS[mode][1])
        self.tabs.currentChanged.connect(self._on_tab)
        self.export_button = tool("Export", "Save the picture or its numbers.")
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.export_button)
        self.export_actions = {
            "picture": self.menu.addAction("Picture (SVG or PNG)…", self.export_picture),
            "track": self.menu.addAction("Trajectory (CSV)…", self.export_trajectory),
            "eigen": self.menu.addAction("Eigenvalues (CSV)…", self.export_eigenvalues)}
        self.export_button.setMenu(self.menu)
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 4, 0)
        head.addWidget(self.tabs, 1)
        head.addWidget(self.export_button)
        self.stack = QStackedWidget()
        for page in (self.lab, self.real, self.theory):
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        column.addLayout(head)
        column.addWidget(self.stack, 1)

    def minimumSizeHint(self) -> QSize:
        """Small: the parts arrange themselves anew where there is little room."""
        return QSize(240, 180)

    # ---- the mode

    @property
    def mode(self) -> str:
        """Which tab is in front."""
        return MODES[self.tabs.currentIndex()]

    def set_mode(self, mode: str) -> None:
        """Bring a tab to the front."""
        self.tabs.setCurrentIndex(MODES.index(mode))

    def set_toy_only(self) -> None:
        """Leave out what needs a run."""
        for mode in ("real", "theory"):
            self.tabs.setTabVisible(MODES.index(mode), False)

    def _on_tab(self) -> None:
        toy = self.mode in ("toy", "compare")
        pages: dict[str, QWidget] = {"real": self.real, "theory": self.theory}
        if toy:
            self.lab.set_mode(self.mode)
        else:
            self._play(False)
        self.stack.setCurrentWidget(pages.get(self.mode, self.lab))
        self.export_actions["track"].setEnabled(toy)
        self.wants_changed.emit()
        if toy:
            self.ask()

    # ---- toy games

    def ask(self) -> None:
        """Have what the page shows computed."""
        if self._looked_at and self.mode in ("toy", "compare"):
            self.session.start()
            if self.lab.picture is None:
                self.lab.say_preparing()
            self._serial = self.session.ask(self.lab.spec())
            self._watch()

    def _watch(self) -> None:
        if not self._timer.isActive():
            self._timer.start(POLL_MS)

    def _poll(self) -> None:
        picture = self.session.poll()
        if picture is not None:
            self.lab.show_picture(picture)
        if not self.session.busy:
            self._timer.stop()
        else:
            self._timer.setInterval(SLOW_POLL_MS if self.session.playing else POLL_MS)

    def _play(self, on: bool) -> None:
        self.session.play(on)
        self.lab.transport.show_playing(on)
        self._watch()

    def _step(self) -> None:
        self.session.step()
        self._watch()

    def _reset(self) -> None:
        self.session.reset()
        self._watch()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words on the button only where there is room."""
        super().resizeEvent(event)
        wide = self.width() > self.fontMetrics().height() * 24
        self.export_button.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if wide
            else Qt.ToolButtonStyle.ToolButtonIconOnly)

    def _seen(self) -> None:
        self._looked_at = self.isVisible()
        self.ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin, or see what changed meanwhile: once it is sure that somebody looks, as docks that
        are put behind a tab are shown for a moment.
        """
        super().showEvent(event)
        self._begin.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing moves while nobody looks."""
        super().hideEvent(event)
        self._play(False)
        self._timer.stop()
        self._begin.stop()
        self._looked_at = False

    def shut(self) -> None:
        """End the thread of toy games."""
        self._timer.stop()
        self._begin.stop()
        self._looked_at = False
        self.session.close()

    # ---- the run

    def begin(self, info: RunInfo | None) -> None:
        """See Dock."""
        self.real.begin(info)
        self.theory.begin(info)
        self.wants_changed.emit()

    def set_recipe(self, recipe: Any) -> None:
        """Numbers are read by the loss in force."""
        self.theory.set_recipe(recipe)

    def wants(self) -> Mapping[str, Want]:
        """See Dock."""
        page = {"real": self.real, "theory": self.theory}.get(self.mode)
        return {f"{self.key}.{k}": w for k, w in page.wants().items()} if page else {}

    def receive(self, update: Update) -> None:
        """See Dock."""
        mark = f"{self.key}."
        frames = {k.removeprefix(mark): f for k, f in update.frames.items() if k.startswith(mark)}
        for page in (self.real, self.theory):
            page.receive(update, frames)

    def set_theme(self, theme: Theme) -> None:
        """See Dock."""
        self.theme = theme
        self.export_button.setIcon(icon("export", theme))
        for page in (self.lab, self.real, self.theory):
            page.set_theme(theme)

    def save_state(self) -> dict[str, Any]:
        """See Dock."""
        return {"tab": self.tabs.currentIndex(), "lab": self.lab.save_state(),
                "real": self.real.save_state()}

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """See Dock."""
        if isinstance(state.get("lab"), Mapping):
            self.lab.restore_state(state["lab"])
        if isinstance(state.get("real"), Mapping):
            self.real.restore_state(state["real"])
        tab = whole(state, "tab", 0, 0, len(MODES) - 1)
        if self.tabs.isTabVisible(tab):
            self.tabs.setCurrentIndex(tab)

    # ---- exports

    def composition(self) -> Composition:
        """The picture in sight as a sheet."""
        page = self.stack.currentWidget()
        legend = self.lab.legend() if page is self.lab else ()
        return Composition(page.pictures(), page.headline.full, page.detail.full, self.theme,
                           legend)

    def extras(self) -> tuple[tuple[str, bytes, str], ...]:
        """The picture on screen and its numbers; nothing while there is nothing in it."""
        page = self.stack.currentWidget()
        if not page.headline.full.strip("…"):
            return ()
        sheet, caption = self.composition(), f"On screen: {page.headline.full}. {page.detail.full}"
        files = [("screen.svg", svg_bytes(sheet), ""),
                 ("screen.png", png_bytes(sheet, GALLERY_SCALE), caption)]
        picture = self.lab.picture if page is self.lab else None
        if picture is not None:
            files += [("toy-trajectory.csv", trajectory_table(picture).encode(), ""),
                      ("toy-eigenvalues.csv", eigenvalue_table(picture).encode(), "")]
        return tuple(files)

    def export_picture(self) -> None:
        """Ask where, and write the picture."""
        self._ask_path("Save the picture", "dynamics.svg", "SVG picture (*.svg);;PNG picture "
                       "(*.png)", lambda path: write_picture(path, self.composition()))

    def export_trajectory(self) -> None:
        """Ask where, and write the path."""
        picture = self.lab.picture
        if picture is not None:
            self._ask_path("Save the trajectory", "trajectory.csv", "Table (*.csv)",
                           lambda path: write_tables(path, trajectory_table(picture)))

    def export_eigenvalues(self) -> None:
        """Ask where, and write the eigenvalues in sight."""
        text = self.real.eigenvalue_table() if self.mode == "real" else ""
        if not text and self.lab.picture is not None:
            text = eigenvalue_table(self.lab.picture)
        if text:
            self._ask_path("Save the eigenvalues", "eigenvalues.csv", "Table (*.csv)",
                           lambda path: write_tables(path, text))

    def _ask_path(self, title: str, name: str, kinds: str, write: Any) -> None:
        dialog = QFileDialog(self, title, str(Path.home()), kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(name).suffix.lstrip("."))
        dialog.selectFile(name)
        dialog.filterSelected.connect(
            lambda kind: dialog.setDefaultSuffix("png" if "png" in kind else
                                                 Path(name).suffix.lstrip(".")))
        dialog.fileSelected.connect(lambda path: self.save(Path(path), write))
        dialog.open()

    def save(self, path: Path, write: Any) -> bool:
        """Write to ``path`` with ``write``; what went wrong is said where the verdict stands."""
        page = self.stack.currentWidget()
        try:
            write(path)
        except OSError as error:
            page.detail.say(f"{path} could not be written: {error.strerror or error}")
            return False
        page.detail.say(f"Saved {path}")
        return True
