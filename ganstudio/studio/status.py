"""The status bar: what the run is doing, in numbers that do not jump about."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from ganstudio.studio.hurry import hurried
from ganstudio.studio.theme import LIGHT, Theme

STATE_TEXT = {"preparing": "Preparing", "paused": "Paused", "running": "Training",
              "failed": "Stopped by an error", "closed": "Closed"}

TIER_TIP = ("How rounds are computed: captured ones (on the CPU) and graphs (on an NVIDIA GPU) run "
            "whole, without Python, and leave the window alone; eager ones go operation by "
            "operation. The numbers are the same, on a GPU to rounding.")
# key, widest text, what it is.
CELLS = (
    ("step", "step 100,000,000", "Rounds trained so far"),
    ("epoch", "epoch 10,000.0", "Passes through the data so far"),
    ("rate", "10,000 steps/s", "Training speed"),
    ("tier", "captured", TIER_TIP),
    ("drawing", "drawing 30 Hz", "How often the panels are redrawn; gives way to training"),
    ("device", "cuda:0", "What the run is computed on"),
    ("memory", "1,000 MB", "Memory that the program holds"),
)


NUMBERS_S = 0.2
"""The numbers stand for so long while training goes on."""


class StateDot(QWidget):
    """A small sign of the state: filled while training, two bars when paused, else a ring."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        side = round(self.fontMetrics().height() * 0.75)
        self.setFixedSize(side, side)
        self.state = ""
        self.theme = LIGHT

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the sign."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, side = self.theme, self.width()
        colour = {"running": theme.running, "failed": theme.error}.get(self.state, theme.muted)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        if self.state in ("running", "failed"):
            painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))
        elif self.state == "paused":
            bar = side * 0.26
            for x in (side * 0.16, side * 0.58):
                painter.drawRoundedRect(int(x), 1, round(bar), side - 2, 1, 1)
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(QColor(colour))
            pen.setWidthF(side / 7)
            painter.setPen(pen)
            painter.drawEllipse(self.rect().adjusted(2, 2, -2, -2))


class StatusBar(QStatusBar):
    """State at the left; step, epoch, speed, drawing rate, device and memory at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        unit = self.fontMetrics().height()
        self.dot = StateDot()
        self.state = QLabel("Ready")
        self.state.setAccessibleName("State")
        self.state.setContentsMargins(0, 0, unit // 2, 0)
        spacer = QLabel()
        spacer.setFixedWidth(unit // 4)
        self.addWidget(spacer)
        self.addWidget(self.dot)
        self.addWidget(self.state)
        self.cells: dict[str, QLabel] = {}
        for key, widest, tip in CELLS:
            label = QLabel()
            label.setAccessibleName(tip)
            label.setToolTip(tip)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setContentsMargins(unit // 3, unit // 5, unit // 3, unit // 5)
            label.setText(widest)
            # Of a fixed size, or each new number would have the whole window laid out again.
            label.setFixedSize(label.sizeHint())
            self.cells[key] = label
            self.addPermanentWidget(label)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(unit * 9)
        self.progress.setAccessibleName("Progress")
        self.addWidget(self.progress)
        self.doing = ""
        self._told: tuple[object, ...] = ()
        self._counted = 0.0
        """When the numbers were written last."""
        self.clear_run()

    def show_progress(self, text: str, done: int, total: int) -> None:
        """How far a preparation is; a total of 0 is not known."""
        self.doing = text
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.progress.setVisible(done < total)
        if done >= total:
            self.doing = ""

    def hide_progress(self) -> None:
        """The preparation is over."""
        self.doing = ""
        self.progress.hide()

    def clear_run(self) -> None:
        """No run is open."""
        self.say("", "Ready")
        self.hide_progress()
        for label in self.cells.values():
            label.hide()

    def say(self, state: str, text: str) -> None:
        """The state's sign and words."""
        if (state, text) != (self.dot.state, self.state.text()):
            self.dot.state = state
            self.dot.update()
            self.state.setText(text)

    def show_status(self, status: object, drawing_hz: float) -> None:
        """The numbers of a session's ``Status``."""
        state = str(status.state)
        text = STATE_TEXT.get(state, state)
        self.say(state, self.doing if self.doing and state == "preparing" else text)
        now, told = time.monotonic(), (state, status.tier, status.tier_why)
        if hurried(status) and told == self._told and now - self._counted < NUMBERS_S:
            return  # faster than that nobody reads
        self._told, self._counted = told, now
        rate = status.steps_per_second if state == "running" else 0.0
        texts = {
            "step": f"step {status.step:,}",
            "epoch": f"epoch {status.epoch:,.1f}",
            "rate": f"{rate:,.0f} steps/s" if rate >= 10 else f"{rate:.1f} steps/s",
            "tier": status.tier or "–",
            "drawing": f"drawing {drawing_hz:.0f} Hz",
            "device": status.device or "–",
            "memory": f"{status.memory_bytes / 1e6:,.0f} MB" if status.memory_bytes else "–",
        }
        tip = f"{TIER_TIP}\nNot faster: {status.tier_why}." if status.tier_why else TIER_TIP
        if self.cells["tier"].toolTip() != tip:
            self.cells["tier"].setToolTip(tip)
        for key, text in texts.items():
            label = self.cells[key]
            if label.text() != text:
                label.setText(text)
                if label.sizeHint().width() > label.width():
                    label.setFixedWidth(label.sizeHint().width())
            if label.isHidden():
                label.show()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self.dot.theme = theme
        self.dot.update()
