"""What the actions do to take a run or a recipe away, and to take one in. A part of the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication

from ganstudio.studio import ask


class ShareCommands:
    """Methods that the table of actions names, mixed into the window."""

    controller: Any
    notices: Any
    status_bar: Any
    export_dialog: Any

    # ---- exports ---------------------------------------------------------------------------------

    def export(self, kind: str = "") -> None:
        """Show the export panel, on one kind of export if that is named."""
        if self.export_dialog is None:
            from ganstudio.studio.export_dialog import ExportDialog
            self.export_dialog = ExportDialog(self.controller, self, self.workspace.extras)
        self.export_dialog.present(kind)

    def export_script(self) -> None:
        """The panel, on the plain script."""
        self.export("script")

    def export_onnx(self) -> None:
        """The panel, on ONNX."""
        self.export("onnx")

    def export_safetensors(self) -> None:
        """The panel, on safetensors."""
        self.export("safetensors")

    def export_tensorboard(self) -> None:
        """The panel, on the TensorBoard log."""
        self.export("tensorboard")

    def export_recipe(self) -> None:
        """The panel, on the recipe as it is in force."""
        self.export("recipe")

    # ---- recipes ---------------------------------------------------------------------------------

    def copy_recipe(self) -> None:
        """Put the recipe as shown on the clipboard, as text."""
        from ganstudio.recipe import to_text
        QGuiApplication.clipboard().setText(to_text(self.controller.recipe))
        self.status_bar.showMessage("Recipe copied: paste it into a message", 5000)

    def paste_recipe(self) -> None:
        """Start a run from the recipe on the clipboard."""
        from ganstudio.recipe import RecipeError, from_pasted
        try:
            recipe = from_pasted(QGuiApplication.clipboard().text())
        except RecipeError as error:
            text = str(error)
            self.notices.add("error", text[:1].upper() + text[1:])
        else:
            self.controller.start(recipe)

    def save_recipe(self) -> None:
        """Ask where to write the recipe as shown."""
        recipe = self.controller.recipe
        chosen = ask.new_file(self, "Save the recipe", f"{recipe.name}.json", "Recipes (*.json)")
        if chosen:
            self.write_recipe(Path(chosen))

    def write_recipe(self, path: Path) -> None:
        """Write the recipe as shown, whole or not at all."""
        from ganstudio.recipe import to_text
        from ganstudio.runs.atomic import write_text
        try:
            write_text(path, to_text(self.controller.recipe))
        except OSError as error:
            self.notices.add("error", f"The recipe could not be written to {path}: "
                                      f"{error.strerror or error}")
        else:
            self.status_bar.showMessage(f"Recipe saved to {path}", 5000)
