"""The list of rules to compare: each with its colour and dash, its tick and its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ganstudio.game.catalogue import RULES, Value
from ganstudio.session.toy_frames import Mover, Track
from ganstudio.session.toy_words import modulus
from ganstudio.studio.docks.dynamics_look import LOOKS
from ganstudio.studio.docks.dynamics_params import RATE, ParamForm, default_of
from ganstudio.studio.docks.plotting_paint import LentPoints, draw_mark, stroke
from ganstudio.studio.docks.plotting_widgets import named
from ganstudio.studio.theme import LIGHT, Theme

FIRST = ("simultaneous", "alternating", "consensus", "extragradient", "ogda")
RATES = ("lr", "lr_g", "lr_d")
ICON = QSize(36, 14)


class RuleList(QWidget):
    """Rules with ticks; below, the parameters of the one that is selected.

    The step size is common to all, so that the comparison is fair.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self._values: dict[str, dict[str, Value]] = {
            name: {p.name: default_of(p) for p in entry.params if p.name not in ("lr_g", "lr_d")}
            for name, entry in RULES.items()}
        self._rates: dict[str, Value] = {"lr": RATE}
        self._taken: dict[str, int] = {}
        self.list = QListWidget()
        self.list.setIconSize(ICON)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        named(self.list, "Rules to compare", "Tick the rules to compare; the parameters of the "
              "selected one are below. The step size is common to all.")
        for name, entry in RULES.items():
            item = QListWidgetItem(entry.title)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if name in FIRST else Qt.CheckState.Unchecked)
            item.setToolTip(f"{entry.help}\n{entry.source}. Cost of a step: {entry.cost}.")
            self.list.addItem(item)
        for name in FIRST:
            self._take(name)
        self.form = ParamForm()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addWidget(self.form)
        self.list.setMinimumHeight(self.fontMetrics().height() * 14)
        self.list.itemChanged.connect(self._on_item)
        self.list.currentItemChanged.connect(lambda *_: self._show_form())
        self.form.changed.connect(self._on_form)
        self.list.setCurrentRow(0)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(k) for k in range(self.list.count())]

    def _take(self, name: str) -> None:
        """The first look that no ticked rule has, kept while the rule is ticked."""
        used = set(self._taken.values())
        free = [k for k in range(len(LOOKS)) if k not in used]
        self._taken[name] = free[0] if free else len(self._taken) % len(LOOKS)

    def checked(self) -> list[str]:
        """The rules that are ticked, in the order of the list."""
        return [i.data(Qt.ItemDataRole.UserRole) for i in self._items()
                if i.checkState() == Qt.CheckState.Checked]

    def set_checked(self, names: list[str]) -> None:
        """Tick exactly these."""
        for item in self._items():
            on = item.data(Qt.ItemDataRole.UserRole) in names
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    def movers(self) -> tuple[Mover, ...]:
        """What the ticked rules are, with their parameters."""
        found = []
        for name in self.checked():
            own = {k: v for k, v in self._values[name].items() if k not in RATES}
            found.append(Mover(name, {**own, **self._rates}))
        return tuple(found)

    def looks(self) -> tuple[int, ...]:
        """The look of each ticked rule."""
        return tuple(self._taken.get(name, 0) for name in self.checked())

    def _on_item(self, item: QListWidgetItem) -> None:
        name = item.data(Qt.ItemDataRole.UserRole)
        on = item.checkState() == Qt.CheckState.Checked
        if on == (name in self._taken):
            return
        if on:
            self._take(name)
        else:
            self._taken.pop(name)
        self._paint_icons()
        self.changed.emit()

    def _show_form(self) -> None:
        item: QListWidgetItem | None = self.list.currentItem()
        if item is None:
            return
        name = item.data(Qt.ItemDataRole.UserRole)
        self.form.set_entry(RULES[name], {**self._values[name], **self._rates})

    def _on_form(self) -> None:
        item: QListWidgetItem | None = self.list.currentItem()
        if item is None:
            return
        values = self.form.values()
        self._rates = {k: v for k, v in values.items() if k in RATES}
        self._values[item.data(Qt.ItemDataRole.UserRole)] = {
            k: v for k, v in values.items() if k not in RATES}
        self.changed.emit()

    def show_tracks(self, tracks: tuple[Track, ...]) -> None:
        """Write each verdict beside its rule."""
        words = {t.mover.rule: _short(t) for t in tracks}
        self.list.blockSignals(True)
        for item in self._items():
            name = item.data(Qt.ItemDataRole.UserRole)
            text = RULES[name].title + (f"\n{words[name]}" if words.get(name) else "")
            if item.text() != text:
                item.setText(text)
        self.list.blockSignals(False)

    def set_theme(self, theme: Theme) -> None:
        """Paint the samples in these colours."""
        self.theme = theme
        self._paint_icons()

    def _paint_icons(self) -> None:
        self.list.blockSignals(True)
        ratio = self.devicePixelRatioF()
        for item in self._items():
            look = self._taken.get(item.data(Qt.ItemDataRole.UserRole))
            icon = QIcon()
            for mode, ground in ((QIcon.Mode.Normal, None), (QIcon.Mode.Selected, self.theme.plot)):
                icon.addPixmap(self._icon(look, ratio, ground), mode)
            item.setIcon(icon)
        self.list.blockSignals(False)

    def _icon(self, look: int | None, ratio: float, ground: str | None) -> QPixmap:
        """The sample of a look; on the plot's ground where the row's own would swallow it."""
        picture = QPixmap(round(ICON.width() * ratio), round(ICON.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        if look is not None:
            painter = QPainter(picture)
            if ground is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(ground))
                painter.drawRoundedRect(QRectF(QPointF(), QSizeF(ICON)), 3, 3)
            sample(painter, 3, ICON.height() / 2, ICON.width() - 6, look, self.theme)
            painter.end()
        return picture

    def state(self) -> dict[str, Any]:
        """Choices as plain data."""
        return {"checked": self.checked(), "values": self._values, "rates": self._rates}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up choices; what makes no sense is ignored."""
        names = state.get("checked")
        if isinstance(names, list):
            self.set_checked([n for n in names if n in RULES])
        values = state.get("values")
        for name, own in (values.items() if isinstance(values, Mapping) else ()):
            entry = RULES.get(name)
            if entry is None or not isinstance(own, Mapping):
                continue
            for key, value in own.items():
                param = entry.param(str(key))
                if param is not None and param.accepts(value):
                    self._values[name][param.name] = value
        rates = state.get("rates")
        if isinstance(rates, Mapping):
            entry = RULES["simultaneous"]
            good = {k: v for k, v in rates.items()
                    if k in RATES and entry.param(k) is not None and entry.param(k).accepts(v)}
            if "lr" in good or {"lr_g", "lr_d"} <= set(good):
                self._rates = good
        self._show_form()


def sample(painter: QPainter, x: float, y: float, wide: float, look: int, theme: Theme) -> None:
    """A piece of a path as it is drawn, for legends."""
    points = LentPoints()
    points.resized(2)[:] = [[x, y], [x + wide, y]]
    colour = LOOKS[look % len(LOOKS)].colour(theme)
    stroke(painter, points, colour, LOOKS[look % len(LOOKS)].dash)
    draw_mark(painter, x + wide / 2, y, LOOKS[look % len(LOOKS)].mark, 7, colour,
              QColor(theme.plot))


def _short(track: Track) -> str:
    judged = track.judgement
    if track.radius is None:
        return judged.outcome
    way = {"converges": "in", "diverges": "out", "cycles": "circles"}[judged.kind]
    return f"{way}: |λ| = {modulus(track.radius)}"
