"""The right editor for each field of a recipe."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ganstudio.recipe import FieldSpec
from ganstudio.studio.form.log_slider import LogSlider
from ganstudio.studio.form.numbers import FloatBox, IntBox
from ganstudio.studio.form.switch import ChoiceBox, Switch


class Editor(QWidget):
    """Edits one field; ``edited`` carries the value and the gesture (0: a step of its own).

    ``main`` is the widget that takes the focus; ``below`` is a second line, or None.
    """

    edited = Signal(object, int)

    def __init__(self, main: QWidget, spec: FieldSpec, below: QWidget | None = None) -> None:
        super().__init__()
        self.main = main
        self.below = below
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(main)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        name = spec.knob.title + (f" in {spec.knob.unit}" if spec.knob.unit else "")
        for part in (main, below):
            if part is not None:
                part.setAccessibleName(name)
                part.setAccessibleDescription(spec.knob.help)
                part.setObjectName(spec.path)

    def show_value(self, value: Any) -> None:
        """Show a value without reporting it."""
        raise NotImplementedError

    def set_applies(self, applies: bool) -> None:
        """Grey the editor where its field means nothing."""
        self.main.setEnabled(applies)
        if self.below is not None:
            self.below.setEnabled(applies)


class NumberEditor(Editor):
    """A number field, with a slider under it on a log scale."""

    def __init__(self, spec: FieldSpec, default: float) -> None:
        self.box = IntBox(spec) if spec.type == "int" else FloatBox(spec)
        self.slider = None
        if spec.knob.log and spec.high is not None:
            self.slider = LogSlider(spec, default)
        super().__init__(self.box, spec, self.slider)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.committed.connect(lambda value: self.edited.emit(value, 0))
        if self.slider is not None:
            self.slider.moved.connect(self._slid)

    def _slid(self, value: object, gesture: int) -> None:
        self.box.show_value(value)
        self.edited.emit(value, gesture)

    def show_value(self, value: Any) -> None:
        """Show a value in the box and on the slider."""
        self.box.show_value(value)
        if self.slider is not None:
            self.slider.show_value(value)


class BoolEditor(Editor):
    """A switch."""

    def __init__(self, spec: FieldSpec) -> None:
        self.switch = Switch()
        super().__init__(self.switch, spec)
        self.layout().setAlignment(self.switch, Qt.AlignmentFlag.AlignRight)
        self.switch.clicked.connect(lambda checked: self.edited.emit(checked, 0))

    def show_value(self, value: Any) -> None:
        """Show on or off."""
        self.switch.setChecked(bool(value))


class ChoiceEditor(Editor):
    """A drop-down list."""

    def __init__(self, spec: FieldSpec) -> None:
        self.box = ChoiceBox(spec.choices)
        super().__init__(self.box, spec)
        self.box.activated.connect(lambda _: self.edited.emit(self.box.currentData(), 0))

    def show_value(self, value: Any) -> None:
        """Show the choice."""
        with QSignalBlocker(self.box):
            self.box.show_value(value)


class PathEditor(Editor):
    """A text, with a button to choose a folder."""

    def __init__(self, spec: FieldSpec) -> None:
        self.line = QLineEdit()
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.line)
        super().__init__(holder, spec)
        self.main = self.line
        self.line.setAccessibleName(spec.knob.title)
        self.line.editingFinished.connect(self._typed)
        if spec.path.endswith(".path"):
            browse = QPushButton("Choose…")
            browse.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            browse.setAccessibleName(f"Choose {spec.knob.title.lower()}")
            browse.clicked.connect(self._browse)
            column.addWidget(browse, 0, Qt.AlignmentFlag.AlignRight)

    def _typed(self) -> None:
        if self.line.isModified() and self.line.text():
            self.line.setModified(False)
            self.edited.emit(self.line.text(), 0)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Choose a folder of images",
                                                  self.line.text())
        if chosen:
            self.edited.emit(chosen, 0)

    def show_value(self, value: Any) -> None:
        """Show the text, its end in sight."""
        if not self.line.isModified():
            self.line.setText(str(value))
            self.line.setToolTip(str(value))


def make_editor(spec: FieldSpec, default: Any) -> Editor:
    """The editor for a field's type."""
    if spec.type == "bool":
        return BoolEditor(spec)
    if spec.type == "choice":
        return ChoiceEditor(spec)
    if spec.type in ("int", "float"):
        return NumberEditor(spec, float(default if default is not None else spec.default or 0))
    return PathEditor(spec)
