"""What is to be put into the queue: a recipe, its steps, and perhaps a range of one setting."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from ganstudio.recipe import PRESETS, Recipe, RecipeError, preset, sections
from ganstudio.recipe.sweep import HOW, Axis, Point, combinations, parse_values
from ganstudio.studio.edits import phrase

ONE_RUN = "one run as it is"
STEPS = 2000
HOW_HERE = "write the values as a, b, c or as low..high/count, for example 1e-4..1e-2/5"


class AddForm(QWidget):
    """Answers with ``added``: the runs that the person described, and their steps."""

    added = Signal(object, int)

    def __init__(self) -> None:
        super().__init__()
        self.shown: Recipe | None = None
        self.recipe_box = QComboBox()
        self.recipe_box.setAccessibleName("Recipe")
        self.field_box = QComboBox()
        self.field_box.setAccessibleName("Setting to sweep over")
        self.values = QLineEdit()
        self.values.setAccessibleName("Values of the setting")
        self.values.setClearButtonEnabled(True)
        self.steps = QSpinBox()
        self.steps.setRange(1, 2_000_000_000)
        self.steps.setValue(STEPS)
        self.steps.setGroupSeparatorShown(True)
        self.steps.setAccessibleName("Steps of each run")
        self.button = QPushButton("Add to the queue")
        self.complaint = QLabel()
        self.complaint.setWordWrap(True)
        self.complaint.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for k, (title, part, stretch) in enumerate((
                ("Recipe", self.recipe_box, 2), ("Over a range of", self.field_box, 2),
                ("Values", self.values, 3), ("Steps each", self.steps, 1))):
            label = QLabel(title)
            label.setBuddy(part)
            grid.addWidget(label, 0, k)
            grid.addWidget(part, 1, k)
            grid.setColumnStretch(k, stretch)
        grid.addWidget(self.button, 1, 4)
        grid.addWidget(self.complaint, 2, 0, 1, 5)
        for box in (self.recipe_box, self.field_box):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
        self.recipe_box.currentIndexChanged.connect(self._fill_fields)
        self.field_box.currentIndexChanged.connect(self._hint)
        self.values.returnPressed.connect(self._add)
        self.button.clicked.connect(self._add)
        self.offer(None)

    def offer(self, shown: Recipe | None) -> None:
        """List the recipe of the open run, if there is one, and the presets."""
        chosen = "" if shown is not None else self.recipe_box.currentData()
        self.shown = shown
        self.recipe_box.blockSignals(True)
        self.recipe_box.clear()
        if shown is not None:
            self.recipe_box.addItem(f"{shown.name}, as the open run shows it", "")
        for name, about in PRESETS.items():
            if not about.needs_data:
                self.recipe_box.addItem(about.title, name)
        at = self.recipe_box.findData(chosen)
        self.recipe_box.setCurrentIndex(max(at, 0))
        self.recipe_box.blockSignals(False)
        self._fill_fields()

    def recipe(self) -> Recipe:
        """The recipe that is chosen."""
        name = self.recipe_box.currentData()
        if not name and self.shown is not None:
            return self.shown
        return preset(name)

    def _fill_fields(self) -> None:
        chosen = self.field_box.currentData()
        recipe = self.recipe()
        self.field_box.blockSignals(True)
        self.field_box.clear()
        self.field_box.addItem(ONE_RUN, "")
        for section in sections(recipe):
            for field in section.fields:
                if field.type in ("int", "float", "bool", "choice"):
                    self.field_box.addItem(phrase(field.path, field.knob.title), field.path)
        self.field_box.setCurrentIndex(max(self.field_box.findData(chosen), 0))
        self.field_box.blockSignals(False)
        self._hint()

    def _hint(self) -> None:
        path = self.field_box.currentData()
        self.values.setEnabled(bool(path))
        spec = next((f for s in sections(self.recipe()) for f in s.fields if f.path == path), None)
        if spec is None:
            self.values.setPlaceholderText("")
        elif spec.type in ("int", "float"):
            self.values.setPlaceholderText("a, b, c or low..high/count")
        else:
            self.values.setPlaceholderText(", ".join(v for v, _ in spec.choices) or "true, false")
        self.values.setToolTip(spec.knob.help + f" {spec.range_text().capitalize()}."
                               if spec is not None else "")

    def points(self) -> list[Point]:
        """The runs described.

        Raises:
            RecipeError: the values cannot be.
        """
        recipe, path = self.recipe(), self.field_box.currentData()
        axes = [Axis(path, parse_values(recipe, path, self.values.text()))] if path else []
        return combinations(recipe, axes)

    def _said(self, text: str) -> str:
        """A complaint in the words of this form, where the field is chosen from a list."""
        path = str(self.field_box.currentData())
        return (text.replace(HOW, HOW_HERE).replace(f"{path}=", "")
                .replace(path, self.field_box.currentText()))

    def _add(self) -> None:
        try:
            points = self.points()
        except RecipeError as error:
            text = self._said(str(error))
            self.complaint.setText(text[:1].upper() + text[1:])
            self.complaint.show()
            return
        self.complaint.hide()
        self.added.emit(points, self.steps.value())
