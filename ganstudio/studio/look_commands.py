"""What the actions do about docks, layouts and themes. A part of the window."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction


class LookCommands:
    """Methods that the table of actions names, mixed into the window."""

    def show_dock(self, key: str) -> Any:
        """The dock, brought into sight."""
        frame = self.workspace.frames.get(key) if self.workspace else None
        if frame is None:
            return None
        frame.show()
        frame.raise_()
        return frame.contents

    def toggle_dock(self, key: str) -> None:
        """Close a dock in sight; bring one that is not into sight."""
        if self.workspace.seen(key):
            self.workspace.frames[key].close()
        else:
            self.show_dock(key)

    def reset_layout(self) -> None:
        """Every dock back to its place."""
        if self.workspace is not None:
            self.workspace.default_layout()
        self.settings.set("layout", "")

    def restore_layout(self) -> None:
        """The arrangement of the last time; it goes on to follow the window if it did then."""
        if not self.workspace.apply_layout(self.settings.get("layout", "")):
            self.workspace.default_layout()
            return
        shape = self.settings.get("layout_shape", [])
        if len(shape) == 2:
            self.workspace.placed = (bool(shape[0]), bool(shape[1]))
            self.workspace.follow_shape()

    def layouts(self) -> dict[str, str]:
        """The named layouts."""
        found = self.settings.get("layouts", {})
        return {k: v for k, v in found.items() if isinstance(k, str) and isinstance(v, str)}

    def save_layout(self) -> None:
        """Ask for a name for the present layout."""
        if self.workspace is None:
            self.status_bar.showMessage("Open a run first", 4000)
            return
        from ganstudio.studio.name_dialog import NameDialog
        dialog = NameDialog(self, "Save layout", "layout", "Save")
        dialog.chosen.connect(self.keep_layout)
        dialog.open()

    def keep_layout(self, name: str) -> None:
        """Keep the present layout under a name."""
        name = name.strip()
        if name:
            self.settings.set("layouts", {**self.layouts(), name: self.workspace.layout_text()})
            self.settings.save()
            self.list_layouts()

    def choose_layout(self, name: str) -> None:
        """Arrange as in a named layout."""
        if self.workspace is not None and not self.workspace.apply_layout(
                self.layouts().get(name, "")):
            self.notices.add("warning", f"The layout {name} cannot be used; it is left as it was.")

    def delete_layout(self) -> None:
        """Ask which named layout to delete."""
        names = sorted(self.layouts())
        if names:
            self._ask("Delete layout", "Which layout?", self.drop_layout, names)
        else:
            self.status_bar.showMessage("There are no named layouts", 4000)

    def drop_layout(self, name: str) -> None:
        """Delete a named layout."""
        self.settings.set("layouts", {k: v for k, v in self.layouts().items() if k != name})
        self.settings.save()
        self.list_layouts()

    def list_layouts(self) -> None:
        """Show the named layouts at the head of their menu."""
        menu = self.actions_.menu("View/Layout")
        for action in [a for a in menu.actions() if a.property("layout")]:
            menu.removeAction(action)
            action.deleteLater()
        first = next(iter(menu.actions()), None)
        for name in sorted(self.layouts()):
            action = self.make_action(name, lambda name=name: self.choose_layout(name))
            action.setProperty("layout", True)
            menu.insertAction(first, action)

    def _ask(self, title: str, label: str, then: Any, choices: list[str]) -> None:
        """Have one of some words chosen without stopping the window."""
        from PySide6.QtWidgets import QInputDialog
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setComboBoxItems(choices)
        dialog.textValueSelected.connect(then)
        dialog.open()

    def toggle_theme(self) -> None:
        """Light to dark, dark to light."""
        self.appearance.toggle()
        self.settings.set("theme", self.appearance.mode)

    def _theme(self, mode: str) -> None:
        self.appearance.set_mode(mode)
        self.settings.set("theme", mode)

    def theme_auto(self) -> None:
        """As the system."""
        self._theme("auto")

    def theme_light(self) -> None:
        """Light."""
        self._theme("light")

    def theme_dark(self) -> None:
        """Dark."""
        self._theme("dark")

    def full_screen(self) -> None:
        """Fill the screen, or not."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.actions_["full_screen"].setChecked(self.isFullScreen())

    def make_action(self, text: str, run: Any) -> Any:
        """An action outside the table, for things that the person named."""
        action = QAction(text, self)
        action.triggered.connect(lambda _=False: run())
        return action
