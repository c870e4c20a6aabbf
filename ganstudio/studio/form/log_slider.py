"""A slider on a logarithmic scale."""

from __future__ import annotations

from itertools import count
from math import log, log2

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from ganstudio.recipe import FieldSpec

NOTCHES = 1000
THROTTLE_MS = 150
GESTURE_GAP_MS = 800
_gestures = count(1)


class LogSlider(QSlider):
    """Reports round values: two digits, or powers of two (and half-way) for sizes.

    ``moved`` carries the value and the number of the gesture it belongs to: everything from
    press to release is one gesture, and so are key presses that follow each other closely.
    While the mouse drags, values are reported a few times a second.
    """

    moved = Signal(object, int)

    def __init__(self, spec: FieldSpec, default: float, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.spec = spec
        self.high = float(spec.high or 1)
        low = float(spec.low or 0)
        if low <= 0:
            low = self.high * 1e-7
            if default > 0:
                low = min(low, default / 100)
        self.low = low
        self.setRange(0, NOTCHES)
        self.setPageStep(NOTCHES // 20)
        self.setSingleStep(NOTCHES // 100)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._gesture = 0
        self._since = QElapsedTimer()
        self._throttle = QTimer(self)
        self._throttle.setSingleShot(True)
        self._throttle.setInterval(THROTTLE_MS)
        self._throttle.timeout.connect(self._report)
        self._reported: float | None = None
        self.sliderPressed.connect(self._begin)
        self.sliderReleased.connect(self._end)
        self.valueChanged.connect(self._changed)

    def value_at(self, notch: int) -> float | int:
        """The round value at a notch."""
        raw = self.low * (self.high / self.low) ** (notch / NOTCHES)
        if self.spec.type != "int":
            return float(f"{raw:.2g}")
        if self.spec.knob.step:
            return int(float(f"{raw:.2g}"))
        power = 2 ** int(log2(max(raw, 1)))
        rounded = min((power, power * 3 // 2 if power > 1 else 1, power * 2),
                      key=lambda v: abs(v - raw))
        return int(min(max(rounded, self.low), self.high))

    def notch_of(self, value: float) -> int:
        """Where a value stands; zero and below stand at the left end."""
        if value <= self.low:
            return 0
        return round(NOTCHES * log(value / self.low) / log(self.high / self.low))

    def show_value(self, value: object) -> None:
        """Stand at a value without reporting it."""
        if self.isSliderDown():
            return
        self.blockSignals(True)
        self.setValue(self.notch_of(float(value)))
        self.blockSignals(False)

    def _begin(self) -> None:
        self._gesture = next(_gestures)
        self._reported = None

    def _end(self) -> None:
        self._throttle.stop()
        self._report()

    def _changed(self, _: int) -> None:
        if self.isSliderDown():
            if not self._throttle.isActive():
                self._throttle.start()
            return
        if not self._since.isValid() or self._since.restart() > GESTURE_GAP_MS:
            self._begin()
            self._since.start()
        self._report()

    def _report(self) -> None:
        value = self.value_at(self.value())
        if value != self._reported:
            self._reported = value
            self.moved.emit(value, self._gesture)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move by the wheel only when focused."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
