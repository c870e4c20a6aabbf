"""The pieces of the doctor's page: the verdict's head, and one remedy."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.studio.docks.plotting_widgets import named
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT, Theme
from ganstudio.training.doctor.remedies import Remedy
from ganstudio.training.doctor.words import confidence_words


def words(text: str = "") -> QLabel:
    """A paragraph that wraps and can be selected."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label


class Page(QWidget):
    """What scrolls, no taller than its words are at its width.

    A layout's least height is that of its words at their narrowest, half as much again: the page
    would scroll on into nothing.
    """

    def minimumSizeHint(self) -> QSize:
        """As narrow as may be."""
        return QSize(0, self.heightForWidth(self.width()))


class Meter(QWidget):
    """A bar of 0 … 1."""

    def __init__(self) -> None:
        super().__init__()
        self.value, self.colour, self.ground = 0.0, "#000000", "#ffffff"
        self.setFixedHeight(6)
        self.setMinimumWidth(60)

    def sizeHint(self) -> QSize:
        """Short."""
        return QSize(160, 6)

    def set(self, value: float, colour: str, ground: str) -> None:
        """Show this much, in these colours."""
        self.value, self.colour, self.ground = value, colour, ground
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Ground and bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.rect())
        painter.setBrush(QColor(self.ground))
        painter.drawRoundedRect(box, 3, 3)
        box.setWidth(max(6.0, box.width() * self.value) if self.value > 0 else 0.0)
        painter.setBrush(QColor(self.colour))
        painter.drawRoundedRect(box, 3, 3)


class Head(QWidget):
    """The headline, and below it how sure the doctor is."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.headline, self.sure, self.meter = words(), words(), Meter()
        self.headline.setFont(scaled(self.font(), 1.35, bold=True))
        self._tone, self._value = "", 0.0
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.meter, 1)
        row.addWidget(self.sure, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.headline)
        column.addLayout(row)

    def say(self, headline: str, tone: str, value: float) -> None:
        """``tone``: ``ill`` (``value`` is the confidence), ``watching`` (progress), ``well``."""
        if headline != self.headline.text():
            self.headline.setText(headline)
        self._tone, self._value = tone, value
        said = {"ill": f"{confidence_words(value)}, {100 * value:.0f} %",
                "watching": f"{100 * value:.0f} % of what is needed"}.get(tone, "")
        self.sure.setText(said[:1].upper() + said[1:])
        self.setAccessibleName(f"{headline}. {said}" if said else headline)
        self.meter.setVisible(tone in ("ill", "watching"))
        self.sure.setVisible(bool(said))
        self._dress()

    def set_theme(self, theme: Theme) -> None:
        """Dress."""
        self.theme = theme
        self._dress()

    def _dress(self) -> None:
        t = self.theme
        colour = {"ill": t.error, "well": t.running}.get(self._tone, t.text)
        self.headline.setStyleSheet(f"color: {colour};")
        self.sure.setStyleSheet(f"color: {t.muted};")
        self.meter.set(self._value, t.error if self._tone == "ill" else t.accent, t.hover)


class RemedyRow(QWidget):
    """A button that applies a remedy, with its reason and source."""

    chosen = Signal(object)

    def __init__(self, remedy: Remedy) -> None:
        super().__init__()
        self.remedy = remedy
        self.label = label = f"Start anew: {remedy.label}" if remedy.restart else remedy.label
        self.button = QPushButton(label)
        what = ", ".join(f"{path} = {value}" for path, value in remedy.changes.items())
        note = "; saves this run and begins a new one" if remedy.restart else "; can be undone"
        named(self.button, label, f"{what}{note}")
        self.taken = False
        self.button.clicked.connect(self._take)
        self.button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.why, self.source = words(remedy.why), words(remedy.source)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 6)
        column.setSpacing(2)
        column.addWidget(self.button)
        column.addWidget(self.why)
        column.addWidget(self.source)

    def _take(self) -> None:
        self.taken = True
        self.chosen.emit(self.remedy)

    def offer(self, open_: bool) -> None:
        """Whether it can be taken (again), or has been applied."""
        if open_ == self.button.isEnabled():
            return
        self.taken = not open_
        self.button.setEnabled(open_)
        self.button.setText(self.label if open_ else f"Applied: {self.remedy.label}")

    def set_theme(self, theme: Theme) -> None:
        """Dress."""
        self.source.setStyleSheet(f"color: {theme.muted};")
