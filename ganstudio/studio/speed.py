"""The speed control: from one step a second to flat out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

PACES: tuple[float | None, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, None)
FLAT_OUT = len(PACES) - 1


def pace_text(pace: float | None) -> str:
    """How a pace reads: ``flat out`` or ``10 steps/s``."""
    if pace is None:
        return "flat out"
    return "1 step/s" if pace == 1 else f"{pace:,.0f} steps/s"


class SpeedControl(QWidget):
    """A slider with few, clear notches and its pace in words beside it."""

    chosen = Signal(object)
    """Steps a second, or None for flat out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        unit = self.fontMetrics().height()
        row.setContentsMargins(unit // 2, 0, unit // 2, 0)
        row.setSpacing(unit // 2)
        self.caption = QLabel("Speed")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, FLAT_OUT)
        self.slider.setPageStep(1)
        self.slider.setValue(FLAT_OUT)
        self.slider.setFixedWidth(unit * 7)
        self.slider.setAccessibleName("Training speed")
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setToolTip("How fast to train, from one step a second to flat out  ( [ and ] )")
        self.label = QLabel(pace_text(None))
        self.label.setMinimumWidth(self.fontMetrics().horizontalAdvance("1,000 steps/s "))
        self.caption.setBuddy(self.slider)
        for widget in (self.caption, self.slider, self.label):
            row.addWidget(widget)
        self.slider.valueChanged.connect(self._moved)

    def set_compact(self, compact: bool) -> None:
        """Do without the caption, with a shorter slider."""
        self.caption.setVisible(not compact)
        unit = self.fontMetrics().height()
        self.slider.setFixedWidth(unit * (4 if compact else 7))

    @property
    def pace(self) -> float | None:
        """The chosen steps a second; None is flat out."""
        return PACES[self.slider.value()]

    def nudge(self, notches: int) -> None:
        """One or more notches faster (positive) or slower."""
        self.slider.setValue(self.slider.value() + notches)

    def set_notch(self, notch: int) -> None:
        """Stand at one notch; anything outside the scale is flat out."""
        self.slider.setValue(notch if 0 <= notch <= FLAT_OUT else FLAT_OUT)

    def _moved(self, notch: int) -> None:
        self.label.setText(pace_text(PACES[notch]))
        self.slider.setAccessibleDescription(pace_text(PACES[notch]))
        self.chosen.emit(PACES[notch])
