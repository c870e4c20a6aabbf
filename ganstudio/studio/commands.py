"""What the actions do. A part of the window, in a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices

from ganstudio import __version__
from ganstudio.studio import ask
from ganstudio.studio.compare_commands import CompareCommands
from ganstudio.studio.look_commands import LookCommands
from ganstudio.studio.run_commands import RunCommands
from ganstudio.studio.share_commands import ShareCommands
from ganstudio.studio.tier_commands import TierCommands
from ganstudio.studio.time_commands import TimeCommands

NOTICE_LEVELS = {"nonfinite": "error", "error": "error", "refused": "warning", "note": "info",
                 "export_failed": "error", "unsaved": "warning", "free": "info"}


class Commands(CompareCommands, TimeCommands, LookCommands, ShareCommands, TierCommands,
               RunCommands):
    """Methods that the table of actions names, mixed into the window."""

    draw_page: Any

    # ---- starting --------------------------------------------------------------------------------

    def show_start(self) -> None:
        """Close the run and go back to the start page."""
        self.leave_workspace()
        self.pages.setCurrentWidget(self.start_page)
        self.start_page.setFocus()

        def closed() -> None:
            self.start_page.refresh_recent()

        self.controller.leave(closed)

    def start_preset(self, name: str) -> None:
        """Train a preset at once; one that needs data asks for it first."""
        from ganstudio.recipe import PRESETS, preset
        if PRESETS[name].needs_data:
            self._ask_data(name)
        else:
            self.controller.start(preset(name))

    def _ask_data(self, name: str) -> None:
        """Where the images are: remembered from last time, or asked for."""
        known = self.settings.get(f"data_path.{name}", "")
        if known and Path(known).exists():
            self._start_with(name, known)
            return
        from ganstudio.studio.data_dialog import DataDialog
        dialog = DataDialog(name, self)
        dialog.chosen.connect(lambda path: self._start_with(name, path))
        dialog.open()

    def _start_with(self, name: str, path: str) -> None:
        from ganstudio.data.dataset import DataError
        from ganstudio.data.identify import identify
        from ganstudio.recipe import preset
        try:
            identify(Path(path))
        except DataError as error:
            self.notices.add("error", str(error))
            return
        self.settings.set(f"data_path.{name}", path)
        self.controller.start(preset(name, path))

    def open_any(self, path: Path) -> None:
        """Open a run, a sweep, a recipe, or data, whichever the path is."""
        from ganstudio.data.dataset import DataError
        from ganstudio.recipe import RecipeError
        from ganstudio.runs.sweep import is_sweep
        from ganstudio.studio.opening import is_run, recipe_for
        if is_run(path):
            self.resume(path)
            return
        if is_sweep(path):
            self.show_sweep(path)
            return
        try:
            self.controller.start(recipe_for(path))
        except (RecipeError, DataError) as error:
            self.notices.add("error", str(error))

    def look(self, folder: Path) -> None:
        """Open a run that cannot be written, to be looked at only."""
        self.notices.clear()
        self.controller.look(folder)
        why = self.controller.looked_why
        follows = (" While it trains there its curves follow, and samples show the step that was "
                   "saved last." if "open in" in why else "")
        self.notices.add("info", f"This run is open to be looked at only, since {why}: nothing in "
                         f"it changes.{follows}")

    def resume(self, folder: Path) -> None:
        """Open a run folder where it stopped."""
        self.controller.resume(folder)

    def open_run(self) -> None:
        """Ask for a run folder."""
        from ganstudio.studio.paths import runs_dir
        chosen = ask.folder(self, "Open a run folder", str(runs_dir()))
        if chosen:
            self.open_any(Path(chosen))

    def open_recipe(self) -> None:
        """Ask for a recipe file."""
        chosen = ask.file(self, "Open a recipe", "", "Recipes (*.json)")
        if chosen:
            self.open_any(Path(chosen))

    def choose_file(self) -> None:
        """Ask for a file of data."""
        chosen = ask.file(
            self, "Choose data", "", "Data (*.csv *.tsv *.txt *.npy *.npz *.gz *ubyte *.json);;"
            "All files (*)")
        if chosen:
            self.open_any(Path(chosen))

    def choose_folder(self) -> None:
        """Ask for a folder of images."""
        chosen = ask.folder(self, "Choose a folder of images")
        if chosen:
            self.open_any(Path(chosen))

    def show_draw(self) -> None:
        """Go to the canvas."""
        if self.draw_page is None:
            from ganstudio.studio.draw_page import DrawPage
            self.draw_page = DrawPage()
            self.draw_page.set_theme(self.appearance.theme)
            self.draw_page.done.connect(self._train_drawn)
            self.draw_page.left.connect(lambda: self.pages.setCurrentWidget(self.start_page))
            self.pages.addWidget(self.draw_page)
        self.pages.setCurrentWidget(self.draw_page)
        self.draw_page.canvas.setFocus()

    def show_dynamics(self) -> None:
        """Toy games: in their dock where a run is open, else on a page of their own."""
        from ganstudio.studio.lab_page import show_lab
        show_lab(self)

    def _train_drawn(self, strokes: Any) -> None:
        from ganstudio.recipe.data import Drawn
        from ganstudio.studio.opening import recipe_on
        self.controller.start(recipe_on(Drawn(strokes=strokes), "Drawn"))

    # ---- training --------------------------------------------------------------------------------

    def step_round(self) -> None:
        """One round."""
        self.controller.step("round")

    def step_d(self) -> None:
        """One step of D."""
        self.controller.step("d")

    def step_g(self) -> None:
        """One step of G."""
        self.controller.step("g")

    def restart(self) -> None:
        """A fresh run with the recipe as shown."""
        self.controller.restart()

    def apply_remedy(self, remedy: Any) -> None:
        """Make the changes that the doctor proposes, as one edit; start anew where they ask it."""
        from ganstudio.recipe import RecipeError
        from ganstudio.studio.edits import lowered
        try:
            self.controller.edit_all(remedy.changes, lowered(remedy.label))
        except RecipeError as error:
            self.notices.add("warning", str(error))
            return
        if remedy.restart:
            self.restart()

    def show_doctor(self) -> None:
        """Bring the doctor to the front."""
        self.show_dock("doctor")

    def discard_pending(self) -> None:
        """Take back what waits for a restart."""
        self.controller.discard_pending()

    def set_pace(self, pace: float | None) -> None:
        """Train at this pace from now on."""
        self.settings.set("speed", self.toolbar.speed.slider.value())
        if self.controller is not None:
            self.controller.set_pace(pace)

    def faster(self) -> None:
        """One notch up."""
        self.toolbar.speed.nudge(1)

    def slower(self) -> None:
        """One notch down."""
        self.toolbar.speed.nudge(-1)

    def flat_out(self) -> None:
        """As fast as can be."""
        self.toolbar.speed.set_notch(-1)

    def snapshot(self) -> None:
        """Save the state now."""
        from ganstudio.session.messages import Snapshot
        self.controller.send(Snapshot())

    # ---- editing ---------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take the last change back."""
        self.controller.undo_stack.undo()

    def redo(self) -> None:
        """Make it again."""
        self.controller.undo_stack.redo()

    def find_setting(self) -> None:
        """Put the cursor into the filter of the controls."""
        controls = self.show_dock("controls")
        if controls is not None:
            controls.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
            controls.filter_box.selectAll()

    def reveal_setting(self, path: str) -> None:
        """Put the cursor into the row of one setting."""
        controls = self.show_dock("controls")
        if controls is not None:
            controls.filter_box.clear()
            controls.form.reveal(path)

    def explain(self) -> None:
        """Explain the setting in focus."""
        controls = self.workspace.dock("controls") if self.workspace else None
        row = controls.focused_row() if controls is not None else None
        if row is not None:
            row.explain()
        else:
            self.status_bar.showMessage("Put the cursor into a setting first", 4000)

    def show_palette(self) -> None:
        """Open the command palette."""
        if self.palette_box is not None:
            from ganstudio.studio.palette_items import palette_items
            self.palette_box.open(palette_items(self))

    # ---- the rest --------------------------------------------------------------------------------

    def reveal(self) -> None:
        """Show the run folder in the file manager."""
        self.show_folder(self.controller.folder)

    def reveal_runs(self) -> None:
        """Show the folder of runs in the file manager."""
        from ganstudio.studio.paths import runs_dir
        runs_dir().mkdir(parents=True, exist_ok=True)
        self.show_folder(runs_dir())

    def show_folder(self, folder: Path) -> None:
        """Open a folder with the system's own means."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.notices.add("info", f"The folder is {folder}")

    def about(self) -> None:
        """Name and version."""
        from PySide6.QtWidgets import QMessageBox
        box = QMessageBox(QMessageBox.Icon.NoIcon, "About GAN Studio",
                          f"<h3>GAN Studio {__version__}</h3>"
                          "<p>Train generative adversarial networks and watch the game they "
                          "play.</p>", QMessageBox.StandardButton.Close, self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _way_out(self, event: Any) -> tuple[str, Any] | None:
        """The button of an event's notice: what it says and does, where there is something."""
        look = event.data.get("lookable")
        if look:
            return "Look at it", lambda: self.look(Path(look))
        return ("Show remedies", self.show_doctor) if event.kind == "nonfinite" else None

    def react(self, event: Any) -> None:
        """Tell the person what happened, where it matters."""
        self.react_to_branches(event)
        level = NOTICE_LEVELS.get(event.kind)
        if level is not None:
            self.notices.add(level, event.text[:1].upper() + event.text[1:], event.details,
                             self._way_out(event))
        elif event.kind == "saved":
            self.status_bar.showMessage(event.text, 5000)
            if self.compare_page is not None and self.pages.currentWidget() is self.compare_page:
                self.compare_page.reread()
        elif event.kind == "progress" and event.data.get("what") == "data":
            self.status_bar.show_progress(event.text, event.data["done"], event.data["total"])
        elif event.kind == "exported":
            path = Path(event.data["path"])
            self.notices.add("info", event.text, action=(
                "Show", lambda: self.show_folder(path if path.is_dir() else path.parent)))
        if event.kind == "free":
            self.enable_actions()
        if event.kind == "error":
            self.status_bar.hide_progress()
            if self.controller.recipe is None:
                # A run folder that cannot be opened: there is nothing to show of it.
                self.show_start()
