"""Controls for the parameters of a toy game or rule, made from the catalogue's descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from math import log10
from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QSlider,
    QSpinBox,
    QWidget,
)

from ganstudio.game.catalogue import Entry, Param, Value
from ganstudio.studio.docks.plotting_widgets import GAP, named

NOTCHES = 400
SPANS: dict[str, tuple[float, float]] = {
    "a": (-3, 3), "p": (-2, 3), "q": (-2, 3), "c": (0.05, 3), "stake": (0.1, 3),
    "r1_gamma": (0, 3), "lambda": (0, 5), "target": (0, 3), "clip": (0, 3), "sigma": (0, 2),
    "lr": (0.001, 2), "lr_g": (0.001, 2), "lr_d": (0.001, 2), "gamma": (0, 10),
    "eta": (0.001, 2), "beta": (-0.95, 0.95), "beta1": (0, 0.99), "beta2": (0, 0.999),
    "alpha": (0, 0.999), "eps": (1e-10, 0.1), "consensus_gamma": (0, 10), "k": (0, 20),
    "k_g": (0, 10), "k_d": (0, 20),
}
"""What a slider spans; the box beside it takes all that is allowed."""

UNDER = {"beta1": "adam", "beta2": "adam", "eps": "adam rmsprop", "alpha": "rmsprop"}
"""Parameters that mean something only under these optimizers."""

RATE = 0.1


def default_of(param: Param) -> Value:
    """What a control shows at first."""
    return RATE if param.default is None else param.default


class NumberBox(QDoubleSpinBox):
    """A number written as short as it can be; the wheel turns it only in focus."""

    def __init__(self, param: Param) -> None:
        super().__init__()
        self.setLocale(QLocale.c())
        self.setDecimals(12)
        self.setKeyboardTracking(False)
        low = -1e6 if param.low is None else param.low + (1e-10 if param.low_open else 0)
        high = 1e6 if param.high is None else param.high - (1e-6 if param.high_open else 0)
        self.setRange(low, high)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("0.00000") + 38)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def textFromValue(self, value: float) -> str:
        """Four digits are enough to show."""
        return f"{value:.4g}"

    def stepBy(self, steps: int) -> None:
        """By a twentieth of the decade in hand."""
        size = abs(self.value())
        step = 10.0 ** (int(log10(size)) - (2 if size < 1 else 1)) if size > 0 else 0.01
        self.setValue(self.value() + steps * max(step, 1e-10))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only in focus, so that scrolling past changes nothing."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class WholeBox(QSpinBox):
    """A whole number; the wheel turns it only in focus."""

    def __init__(self, param: Param) -> None:
        super().__init__()
        self.setRange(int(param.low or 0), int(param.high or 1000))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("0.00000") + 38)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only in focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class StillSlider(QSlider):
    """A slider that the wheel leaves alone until it is in focus."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only in focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ParamRow:
    """One parameter: label, slider and box; or a list, or a tick."""

    def __init__(self, param: Param, changed: Any) -> None:
        self.param = param
        self.slider: StillSlider | None = None
        self.label = QLabel(param.title)
        self.label.setToolTip(param.help)
        low, high = SPANS.get(param.name, (param.low or 0.0, param.high or 1.0))
        self._log = param.log and low > 0
        self._span = (log10(low), log10(high)) if self._log else (low, high)
        self.box: Any
        if param.kind == "bool":
            self.box = QCheckBox()
            self.box.toggled.connect(lambda _: changed())
        elif param.kind == "choice":
            self.box = QComboBox()
            for value, text in param.choices:
                self.box.addItem(text, value)
            self.box.currentIndexChanged.connect(lambda _: changed())
        else:
            self.box = WholeBox(param) if param.kind == "int" else NumberBox(param)
            self._add_slider()
            self.box.valueChanged.connect(lambda _: self._follow())
            self.box.valueChanged.connect(lambda _: changed())
        named(self.box, param.title, param.help)
        self.set_value(default_of(param))

    def _add_slider(self) -> None:
        self.slider = StillSlider(Qt.Orientation.Horizontal)
        whole = self.param.kind == "int"
        self.slider.setRange(0, round(self._span[1] - self._span[0]) if whole else NOTCHES)
        self.slider.setPageStep(1 if whole else NOTCHES // 20)
        self.slider.setMinimumWidth(48)
        named(self.slider, self.param.title, self.param.help)
        self.slider.valueChanged.connect(self._slid)

    def _slid(self, notch: int) -> None:
        low, high = self._span
        if self.param.kind == "int":
            self.box.setValue(int(low) + notch)
            return
        value = low + (high - low) * notch / NOTCHES
        self.box.setValue(float(f"{10 ** value:.3g}") if self._log else round(value, 4))

    def _follow(self) -> None:
        """The slider stands where the box says, as near as it can."""
        value, (low, high) = float(self.box.value()), self._span
        if self._log:
            value = log10(max(value, 1e-12))
        share = (value - low) / (high - low)
        self.slider.blockSignals(True)
        self.slider.setValue(round(min(max(share, 0.0), 1.0) * self.slider.maximum()))
        self.slider.blockSignals(False)

    def value(self) -> Value:
        """As chosen."""
        if self.param.kind == "bool":
            return bool(self.box.isChecked())
        if self.param.kind == "choice":
            return str(self.box.currentData())
        return int(self.box.value()) if self.param.kind == "int" else float(self.box.value())

    def set_value(self, value: object) -> None:
        """Show a value; one that is not allowed is left aside."""
        if not self.param.accepts(value):
            return
        if self.param.kind == "bool":
            self.box.setChecked(bool(value))
        elif self.param.kind == "choice":
            self.box.setCurrentIndex(max(self.box.findData(value), 0))
        else:
            self.box.setValue(int(value) if self.param.kind == "int" else float(value))
            self._follow()

    def widgets(self) -> list[QWidget]:
        """Everything on the row."""
        return [w for w in (self.label, self.slider, self.box) if w is not None]

    def show(self, on: bool) -> None:
        """Show the row, or hide it."""
        for widget in self.widgets():
            widget.setVisible(on)


class ParamForm(QWidget):
    """All parameters of one entry; ``changed`` comes with each change by hand."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.entry: Entry | None = None
        self.rows: dict[str, ParamRow] = {}
        self._quiet = False
        self.two_rates = QCheckBox("Two rates", self)
        named(self.two_rates, "Two rates", "A step size for each player (two time-scales).")
        self.two_rates.toggled.connect(self._on_two_rates)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)

    def set_entry(self, entry: Entry, values: Mapping[str, Any] | None = None) -> None:
        """Show another game's or rule's parameters; those of the same name keep their value."""
        kept = {**self.all_values(), **(values or {})}
        self._quiet = True
        while self._grid.count():
            widget = self._grid.takeAt(0).widget()
            if widget is not None and widget is not self.two_rates:
                widget.hide()
                widget.deleteLater()
        self.entry, self.rows = entry, {}
        for line, param in enumerate(entry.params):
            row = self.rows[param.name] = ParamRow(param, self._on_change)
            row.set_value(kept.get(param.name))
            self._grid.addWidget(row.label, line, 0)
            if row.slider is not None:
                self._grid.addWidget(row.slider, line, 1)
                self._grid.addWidget(row.box, line, 2)
            else:
                self._grid.addWidget(row.box, line, 1, 1, 2)
        rates = "lr" in self.rows
        self.two_rates.setVisible(rates)
        if rates:
            self._grid.addWidget(self.two_rates, len(entry.params), 1, 1, 2)
        self._fit_rows()
        self._quiet = False

    def _on_two_rates(self, on: bool) -> None:
        if on and "lr" in self.rows and not self._quiet:
            for name in ("lr_g", "lr_d"):
                self.rows[name].set_value(self.rows["lr"].value())
        self._fit_rows()
        self._on_change()

    def _on_change(self) -> None:
        if not self._quiet:  # while the form is being made, rows have no place to be shown in
            self._fit_rows()
            self.changed.emit()

    def _fit_rows(self) -> None:
        under = self.rows["optimizer"].value() if "optimizer" in self.rows else None
        for name, row in self.rows.items():
            on = True
            if name == "lr":
                on = not self.two_rates.isChecked()
            elif name in ("lr_g", "lr_d"):
                on = self.two_rates.isChecked()
            elif under is not None and name in UNDER:
                on = str(under) in UNDER[name].split()
            row.show(on)

    def all_values(self) -> dict[str, Value]:
        """Everything that is set, in sight or not."""
        return {name: row.value() for name, row in self.rows.items()}

    def values(self) -> dict[str, Value]:
        """What a specification takes: one rate or two."""
        found = self.all_values()
        for name in (("lr",) if self.two_rates.isChecked() else ("lr_g", "lr_d")):
            found.pop(name, None)
        return found
