"""Number fields that refuse what is out of range and leave the wheel alone until focused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox, QToolTip, QWidget

from ganstudio.recipe import FieldSpec

UNBOUNDED = 1e12


def leaves_to_window(box: IntBox | FloatBox, event: QEvent) -> bool:
    """Whether a key that a text field claims is the window's: no number is being typed now."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    asks = (event.matches(QKeySequence.StandardKey.Undo)
            or event.matches(QKeySequence.StandardKey.Redo)
            or event.key() == Qt.Key.Key_Space)
    return asks and not box.lineEdit().isModified()


def _prepare(box: IntBox | FloatBox) -> None:
    box.setLocale(QLocale.c())
    box.setKeyboardTracking(False)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.setCorrectionMode(box.CorrectionMode.CorrectToPreviousValue)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.editingFinished.connect(lambda: box.lineEdit().setModified(False))


def _unit(spec: FieldSpec) -> str:
    return f" {spec.knob.unit}" if spec.knob.unit and spec.knob.unit != "k" else ""


class FieldBox:
    """What both number boxes do alike; ``number`` is the type of their value."""

    number: Callable[[Any], Any]

    def show_value(self, value: object) -> None:
        """Show a value without reporting it as an edit."""
        if self.value() != value and not (self.hasFocus() and self.lineEdit().isModified()):
            self.blockSignals(True)
            self.setValue(self.number(value))
            self.blockSignals(False)

    def fixup(self, text: str) -> str:
        """Say what is allowed where something else was typed."""
        _explain(self)
        mended: str = super().fixup(text)
        return mended

    def event(self, event: QEvent) -> bool:
        """Ctrl+Z and Space are the window's unless a number is being typed."""
        if leaves_to_window(self, event):
            event.ignore()
            return False
        taken: bool = super().event(event)
        return taken

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change by the wheel only when focused, so that scrolling past never edits."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class IntBox(FieldBox, QSpinBox):
    """A whole number; ``committed`` comes on Enter, on leaving, and with each step."""

    number = int
    committed = Signal(object)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        _prepare(self)
        low, high = spec.low, spec.high
        self.setRange(int(low) if low is not None else -(2**31),
                      int(high) if high is not None else 2**31 - 1)
        self.setSuffix(_unit(spec))
        self.setSingleStep(int(spec.knob.step or 1))
        self.valueChanged.connect(self.committed.emit)


class FloatBox(FieldBox, QDoubleSpinBox):
    """A number written as short as it can be: 0.0002, 1e-08; steps by ratio on a log scale."""

    number = float
    committed = Signal(object)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        _prepare(self)
        self.setDecimals(15)
        low = spec.low if spec.low is not None else -UNBOUNDED
        high = spec.high if spec.high is not None else UNBOUNDED
        self.setRange(low + (1e-12 if spec.low_open else 0), high - (1e-9 if spec.high_open else 0))
        self.setSuffix(_unit(spec))
        self.setSingleStep(spec.knob.step or 0.1)
        self.valueChanged.connect(self.committed.emit)

    def textFromValue(self, value: float) -> str:
        """Six digits are enough for any field."""
        return f"{value:.6g}"

    def valueFromText(self, text: str) -> float:
        """The number in the text; the last good one where there is none."""
        try:
            return float(self._bare(text))
        except ValueError:
            return self.value()

    def _bare(self, text: str) -> str:
        return text.removesuffix(self.suffix()).strip().replace(",", ".").replace("−", "-")

    def validate(self, text: str, position: int) -> object:
        """Numbers in range are accepted; the beginnings of numbers may go on."""
        bare = self._bare(text)
        if any(c not in "0123456789+-.eE" for c in bare):
            return QValidator.State.Invalid, text, position
        try:
            value = float(bare)
        except ValueError:
            return QValidator.State.Intermediate, text, position
        fits = self.minimum() <= value <= self.maximum()
        state = QValidator.State.Acceptable if fits else QValidator.State.Intermediate
        return state, text, position

    def stepBy(self, steps: int) -> None:
        """One arrow press: along 1, 2, 5, 10 on a log scale, else by the field's step."""
        if not self.spec.knob.log or self.value() <= 0:
            super().stepBy(steps)
            return
        value = self.value()
        for _ in range(abs(steps)):
            value = next_round(value, up=steps > 0)
        self.setValue(value)


def next_round(value: float, up: bool) -> float:
    """The next of 1, 2, 5, 10, 20 … above or below a positive number."""
    mantissa, _, exponent = f"{value:.9e}".partition("e")
    m, scale = float(mantissa), 10.0 ** int(exponent)
    if up:
        step = next(s for s in (1.0, 2.0, 5.0, 10.0) if s > m * (1 + 1e-9))
    else:
        step = next(s for s in (5.0, 2.0, 1.0, 0.5) if s < m * (1 - 1e-9))
    return float(f"{step * scale:.6g}")


def _explain(box: IntBox | FloatBox) -> None:
    point = box.mapToGlobal(box.rect().bottomLeft())
    QToolTip.showText(point, f"{box.spec.knob.title} must be {box.spec.range_text()}", box)
