"""A foldable group of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from ganstudio.recipe import FieldSpec, Recipe, Section, field_applies, is_needed
from ganstudio.recipe.knob import Knob
from ganstudio.studio.edits import value_text
from ganstudio.studio.form.row import Row
from ganstudio.studio.icons import pixmap
from ganstudio.studio.tab_order import tab_along
from ganstudio.studio.theme import LIGHT, Theme


class Header(QAbstractButton):
    """The group's title with a chevron; while folded, its main values stand at the right."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.summary = ""
        self.theme = LIGHT

    def sizeHint(self) -> QSize:
        """Two lines high, for calm."""
        unit = self.fontMetrics().height()
        return QSize(unit * 10, round(unit * 2))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Right unfolds, left folds."""
        if event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            if self.isChecked() is not (event.key() == Qt.Key.Key_Right):
                self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Chevron, title, summary."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        unit = self.fontMetrics().height()
        name = "chevron-down" if self.isChecked() else "chevron-right"
        side = round(unit * .85)
        picture = pixmap(name, self.theme.muted, side * 3)
        top = (self.height() - side) / 2
        painter.drawPixmap(QRectF(0, top, side, side), picture, QRectF(picture.rect()))
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        left = round(unit * 1.15)
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter,
                         self.text())
        if self.summary and not self.isChecked():
            used = left + painter.fontMetrics().horizontalAdvance(self.text()) + unit
            painter.setFont(self.font())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            room = self.rect().adjusted(used, 0, -unit // 3, 0)
            text = self.fontMetrics().elidedText(self.summary, Qt.TextElideMode.ElideRight,
                                                 room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                             text)
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


@dataclass(frozen=True, slots=True)
class Known:
    """What the form shows: ``values`` and ``defaults`` are the leaves of the recipe and of its
    preset, ``waiting`` and ``pending`` the paths that are not yet in force.
    """

    recipe: Recipe
    values: dict[str, Any]
    defaults: dict[str, Any]
    waiting: set[str]
    pending: set[str]

    def unlike(self, other: Known) -> set[str]:
        """The paths of which anything differs."""
        found = self.waiting ^ other.waiting | self.pending ^ other.pending
        for mine, others in ((self.values, other.values), (self.defaults, other.defaults)):
            found |= {path for path in mine.keys() | others.keys()
                      if mine.get(path) != others.get(path)}
        return found


class SectionBox(QWidget):
    """One part of the recipe. Its rows are made when it is first unfolded."""

    edited = Signal(str, object, int)
    reset = Signal(str)
    folded = Signal(str, bool)

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section
        self.rows: dict[str, Row] = {}
        self.theme = LIGHT
        self.known: Known | None = None
        self._filtered = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.header = Header(section.title)
        self.header.setToolTip(section.help)
        self.header.setAccessibleName(section.title)
        self.header.setAccessibleDescription(section.help)
        self.body = QWidget()
        self.body_layout = QVBoxLayout(self.body)
        unit = self.fontMetrics().height()
        self.body_layout.setContentsMargins(unit // 4, 0, 0, unit // 2)
        self.body_layout.setSpacing(0)
        self.body.hide()
        column.addWidget(self.header)
        column.addWidget(self.body)
        self.header.toggled.connect(self._toggled)

    @property
    def key(self) -> str:
        """The section's path, or ``run`` for the top of the tree."""
        return self.section.path or "run"

    def specs(self) -> list[FieldSpec]:
        """The fields, the choice of a kind first where there is one."""
        found = list(self.section.fields)
        if self.section.kinds:
            knob = Knob("Kind", self.section.help, choices=self.section.kinds)
            found.insert(0, FieldSpec(f"{self.section.path}.kind", knob, "choice", None,
                                      self.section.kinds))
        return found

    def _toggled(self, open_: bool) -> None:
        if open_:
            self._fill()
        self.body.setVisible(open_)
        self.folded.emit(self.key, not open_)

    def _fill(self) -> None:
        known = self.known
        if self.rows or known is None:
            return
        defaults = known.defaults
        for spec in self.specs():
            row = Row(spec, known.values.get(spec.path), defaults.get(spec.path))
            row.set_default(defaults.get(spec.path))
            row.set_theme(self.theme)
            row.edited.connect(self.edited)
            row.reset.connect(self.reset)
            self.rows[spec.path] = row
            self.body_layout.addWidget(row)
        tab_along(self.header, *(part for row in self.rows.values()
                                 for part in row.findChildren(QWidget)))
        self._show()

    def show_recipe(self, section: Section, known: Known) -> None:
        """Show values and signs; a part of another kind gets new rows."""
        if section.fields != self.section.fields:
            for row in self.rows.values():
                self.body_layout.removeWidget(row)
                row.hide()
                row.deleteLater()
            self.rows.clear()
        self.section, self.known = section, known
        if self.header.isChecked() and not self.rows:
            self._fill()
        else:
            self._show()

    def _show(self) -> None:
        known = self.known
        assert known is not None
        for path, row in self.rows.items():
            row.set_default(known.defaults.get(path))
            row.show_value(known.values.get(path))
            row.set_applies(field_applies(known.recipe, row.spec))
            if not self._filtered:
                row.setVisible(self._needed(row))
            own = "live" if row.spec.live else "restart"
            row.set_state("pending" if path in known.pending else
                          "waiting" if path in known.waiting else own)
        summary = self._summary(known.recipe, known.values)
        if summary != self.header.summary:
            self.header.summary = summary
            self.header.update()

    def _needed(self, row: Row) -> bool:
        return self.known is None or is_needed(self.known.recipe, row.spec)

    def _summary(self, recipe: Recipe, values: dict[str, Any]) -> str:
        """What is switched on, or the first field that matters and the learning rate."""
        switches = {spec.knob.needs for spec in self.specs()} - {""}
        if switches and not self.section.kinds:
            on = [f"{spec.knob.title} {value_text(spec, values[spec.path])}"
                  for spec in self.specs()
                  if spec.path.rpartition(".")[2] in switches and values.get(spec.path)]
            first = self.specs()[0]
            if first.path.rpartition(".")[2] in switches:
                return ", ".join(on) or "off"
        shown: list[str] = []
        for spec in self.specs()[:2]:
            telling = spec.type == "choice" or spec.path.endswith(".lr") or not shown
            if telling and field_applies(recipe, spec):
                unit = f" {spec.knob.unit}" if spec.knob.unit else ""
                shown.append(value_text(spec, values.get(spec.path)) + unit)
        return " · ".join(shown)

    def set_open(self, open_: bool) -> None:
        """Unfold or fold."""
        self.header.setChecked(open_)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = self.header.theme = theme
        self.header.update()
        for row in self.rows.values():
            row.set_theme(theme)

    def filter(self, words: list[str]) -> bool:
        """Show only the rows that match; True if any does. No words show all."""
        self._filtered = bool(words)
        if words:
            self._fill()
        found = False
        for row in self.rows.values():
            fits = row.matches(words, self.section.title) if words else self._needed(row)
            row.setVisible(fits)
            found = found or fits
        self.body.setVisible(found if words else self.header.isChecked())
        self.setVisible(found if words else True)
        return found
