"""Metrics of several runs with their differences, and the fields in which their recipes differ."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from ganstudio.metrics.table import METRICS
from ganstudio.recipe import Recipe, differences, find_field, leaves
from ganstudio.session.comparing import Subject
from ganstudio.studio.docks.metrics_plot import HINTS, figures
from ganstudio.studio.docks.plotting_range import plain
from ganstudio.studio.edits import phrase, value_text
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import Theme
from ganstudio.training.metrics_frames import latest

NOISE = 2.0
"""A difference below so many standard deviations of the floor may be chance."""


class PlainTable(QTableWidget):
    """A table to read: nothing in it can be edited, rows are chosen whole."""

    def __init__(self, name: str, stretch: bool = True) -> None:
        super().__init__()
        self.stretch = stretch
        """Whether the first column takes the room that is left, where there is any."""
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.setWordWrap(False)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setMaximumSectionSize(self.fontMetrics().height() * 13)

    def fill(self, head: Sequence[str], rows: Sequence[Sequence[QTableWidgetItem]]) -> None:
        """Show these in place of what was there."""
        self.setColumnCount(len(head))
        self.setHorizontalHeaderLabels(list(head))
        for j, text in enumerate(head):
            self.horizontalHeaderItem(j).setToolTip(text)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if head:
            self.horizontalHeaderItem(0).setTextAlignment(left)
        self.setRowCount(len(rows))
        for i, row in enumerate(rows):
            for j, item in enumerate(row):
                self.setItem(i, j, item)
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The first column is never narrower than what is in it: rather the table scrolls."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        if not self.stretch or not self.columnCount():
            return
        header = self.horizontalHeader()
        wide = [max(self.sizeHintForColumn(j), header.sectionSizeHint(j))
                for j in range(self.columnCount())]
        most = header.maximumSectionSize()
        fits = wide[0] + sum(min(w, most) for w in wide[1:]) <= self.viewport().width()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch if fits else
                                    QHeaderView.ResizeMode.ResizeToContents)


def cell(text: str, tip: str = "", right: bool = False, bold: bool = False) -> QTableWidgetItem:
    """One cell."""
    made = QTableWidgetItem(text)
    if tip:
        made.setToolTip(tip)
    if right:
        made.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    if bold:
        made.setFont(scaled(made.font(), 1, bold=True))
    return made


def metric_rows(subjects: Sequence[Subject], theme: Theme
                ) -> tuple[list[str], list[list[QTableWidgetItem]]]:
    """Each metric that any has: floor, every run's newest value, and its difference from the
    first run's. The best is bold where chance does not explain it; a difference that may be
    chance is faint.
    """
    found = [latest(s.metrics) for s in subjects]
    alike = [_same_data(subjects[0], s) for s in subjects]
    head = ["Metric", "Floor", *(s.name for s in subjects[:1]),
            *(word for s in subjects[1:] for word in (s.name, "Difference"))]
    rows = []
    for key in METRICS:
        ones = [f.get(key) for f in found]
        if not any(ones):
            continue
        any_one = next(one for one in ones if one)
        floor, sd = (any_one["floor"], any_one["floor_sd"])
        # Values in other features, or against other data, are not on one scale.
        measured = [one if one and one["name"] == any_one["name"] and alike[k] else None
                    for k, one in enumerate(ones)]
        best = _best(key, measured, floor, sd)
        row = [cell(any_one["name"], f"{METRICS[key].help}\n{HINTS[METRICS[key].better]}"),
               cell(f"{_said(key, floor)} ± {_said('', sd)}" if floor is not None else "–",
                    "What fresh real data would score", right=True)]
        for k, one in enumerate(ones):
            value = one["value"] if one else None
            row.append(cell(_said(key, value), f"at step {one['step']:,}" if one else
                            "not measured", right=True, bold=k == best))
            if k:
                first = measured[0]["value"] if measured[0] else None
                row.append(_difference(key, value if measured[k] else None, first, sd, theme))
        rows.append(row)
    return head, rows


def _same_data(one: Subject, other: Subject) -> bool:
    return (one.recipe is not None and other.recipe is not None
            and one.recipe.data == other.recipe.data)


def _said(key: str, value: float | None) -> str:
    return "–" if value is None else figures(key, value, 4 if key else 2)


def _best(key: str, ones: Sequence[Any], floor: float | None, sd: float | None) -> int | None:
    """The best of several, where it is ahead of the next by more than chance."""
    better = METRICS[key].better
    if better == "floor" and floor is None:
        return None
    sign = -1.0 if better == "higher" else 1.0
    costs = sorted((abs(one["value"] - floor) if better == "floor" else sign * one["value"], k)
                   for k, one in enumerate(ones) if one and one["value"] is not None)
    if len(costs) < 2 or _noise(costs[1][0] - costs[0][0], sd):
        return None
    return costs[0][1]


def _noise(gap: float, sd: float | None) -> bool:
    """Whether two runs may differ by so much by chance alone."""
    return gap == 0 or (sd is not None and isfinite(sd) and abs(gap) <= NOISE * sd * 2 ** 0.5)


def _difference(key: str, value: float | None, first: float | None, sd: float | None, theme: Theme
                ) -> QTableWidgetItem:
    if value is None or first is None:
        return cell("–", right=True)
    gap = value - first
    noise = _noise(gap, sd)
    text = "0" if gap == 0 else ("+" if gap > 0 else "") + plain(gap, 3)
    made = cell(text, f"Within what chance alone does ({NOISE:g} standard deviations of two "
                "floors)" if noise else "More than chance alone does", right=True)
    if noise:
        made.setForeground(QBrush(QColor(theme.muted)))
    return made


def recipe_rows(subjects: Sequence[Subject]) -> tuple[list[str], list[list[QTableWidgetItem]]]:
    """The fields in which the recipes differ, with each run's value."""
    recipes = [s.recipe for s in subjects if s.recipe is not None]
    paths = differing(recipes)
    flat = [leaves(r) for r in recipes]
    rows = []
    for path in paths:
        spec = next((s for r in recipes if (s := find_field(r, path)) is not None), None)
        title = phrase(path, spec.knob.title if spec is not None else "Kind")
        row = [cell(title[:1].upper() + title[1:], path)]
        for one in flat:
            row.append(cell(_short(value_text(spec, one[path])) if path in one else "not there",
                            bold=one.get(path) != flat[0].get(path)))
        rows.append(row)
    return ["Setting", *(s.name for s in subjects if s.recipe is not None)], rows


def differing(recipes: Sequence[Recipe]) -> list[str]:
    """The leaves that are not the same in all, in the recipe's order; names and threads aside."""
    found: dict[str, None] = {}
    for other in recipes[1:]:
        found |= dict.fromkeys(differences(recipes[0], other))
    return [path for path in found if path not in ("name", "machine.threads")]


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
