"""The form of a whole recipe, generated from the recipe itself."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from ganstudio.recipe import Recipe, Section, leaves, sections
from ganstudio.studio.form.row import Row
from ganstudio.studio.form.section import Known, SectionBox
from ganstudio.studio.tab_order import tab_along
from ganstudio.studio.text import scaled
from ganstudio.studio.theme import LIGHT, Theme

OPEN_AT_FIRST = ("loss", "optimizer_d", "optimizer_g")


def ordered(recipe: Recipe) -> tuple[list[Section], list[Section]]:
    """The sections that can be played with live, and those that set the run up."""
    found = sections(recipe)
    live = [s for s in found if any(f.live for f in s.fields)]
    return live, [s for s in found if s not in live]


def _touched(paths: set[str]) -> set[str] | None:
    """The sections that tell of these leaves; None for all of them."""
    heads = {path.rpartition(".")[0] or "run" for path in paths}
    # Whether a field applies is told by its siblings, and for some by the data.
    return None if "data" in heads else heads


class RecipeForm(QScrollArea):
    """``edited`` carries path, value and gesture; ``reset`` a path."""

    edited = Signal(str, object, int)
    reset = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.inner = QWidget()
        self.column = QVBoxLayout(self.inner)
        unit = self.fontMetrics().height()
        self.column.setContentsMargins(unit // 2, 0, unit // 2, unit)
        self.column.setSpacing(0)
        self.setWidget(self.inner)
        self.boxes: dict[str, SectionBox] = {}
        self.known: Known | None = None
        self.after: tuple[QWidget, ...] = ()
        """What Tab leaves for the form."""
        self.captions: list[QLabel] = []
        self.theme = LIGHT
        self.open_keys: set[str] = set(OPEN_AT_FIRST)
        self._words: list[str] = []

    def show_recipe(self, recipe: Recipe, base: Recipe, waiting: set[str],
                    pending: set[str], whole: bool = True) -> None:
        """Show the values, and for each when it is in force.

        Not ``whole``: sections that show just that already are left as they are.
        """
        live, setup = ordered(recipe)
        if not self.boxes:
            self._build(live, setup)
        before, values = self.known, leaves(recipe)
        self.known = known = Known(recipe, values, leaves(base), waiting, pending & set(values))
        touched = None if whole or before is None else _touched(known.unlike(before))
        for section in (*live, *setup):
            box = self.boxes[section.path or "run"]
            box.known = known
            if touched is None or box.key in touched:
                box.show_recipe(section, known)
            if not box.header.isChecked() and box.key in self.open_keys:
                box.set_open(True)
        if self._words:
            self.filter(" ".join(self._words))

    def _build(self, live: list[Section], setup: list[Section]) -> None:
        for caption, group in (("Live", live), ("Set-up", setup)):
            label = QLabel(caption.upper())
            label.setFont(scaled(label.font(), 0.85, bold=True, spacing=1))
            label.setAccessibleName(caption)
            unit = self.fontMetrics().height()
            label.setContentsMargins(0, round(unit * .8), 0, round(unit * .2))
            self.captions.append(label)
            self.column.addWidget(label)
            for section in group:
                box = SectionBox(section)
                box.edited.connect(self.edited)
                box.reset.connect(self.reset)
                box.folded.connect(self._remember)
                box.set_theme(self.theme)
                self.boxes[box.key] = box
                self.column.addWidget(box)
        self.column.addStretch(1)
        tab_along(*self.after, *(box.header for box in self.boxes.values()))
        self._tint()

    def _remember(self, key: str, folded: bool) -> None:
        if self._words:
            return
        (self.open_keys.discard if folded else self.open_keys.add)(key)

    def filter(self, text: str) -> None:
        """Show only the rows in which every word of ``text`` occurs."""
        self._words = text.lower().split()
        for box in self.boxes.values():
            box.filter(self._words)
        for caption in self.captions:
            caption.setVisible(not self._words)

    def rows(self) -> dict[str, Row]:
        """Every row made so far, by path."""
        return {path: row for box in self.boxes.values() for path, row in box.rows.items()}

    def row(self, path: str) -> Row | None:
        """The row of a field if its section has been unfolded yet."""
        box = self.boxes.get(path.rpartition(".")[0] or "run")
        return box.rows.get(path) if box is not None else None

    def find(self, path: str) -> Row | None:
        """The row of a field, its section unfolded."""
        box = self.boxes.get(path.rpartition(".")[0] or "run")
        if box is None:
            return None
        box.set_open(True)
        return box.rows.get(path)

    def reveal(self, path: str) -> bool:
        """Scroll to a field and put the cursor in it."""
        row = self.find(path)
        if row is None:
            return False
        row.take_focus()
        QTimer.singleShot(0, row, lambda: self.ensureWidgetVisible(row, 0, row.height() * 2))
        return True

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        self.theme = theme
        for box in self.boxes.values():
            box.set_theme(theme)
        self._tint()

    def _tint(self) -> None:
        for label in self.captions:
            label.setStyleSheet(f"color: {self.theme.muted};")

    def save_state(self) -> dict[str, Any]:
        """Which groups are unfolded."""
        return {"open": sorted(self.open_keys)}

    def restore_state(self, state: Any) -> None:
        """Unfold the groups of a saved state; anything else is ignored."""
        keys = state.get("open") if hasattr(state, "get") else None
        if isinstance(keys, list):
            self.open_keys = {k for k in keys if isinstance(k, str)}
            for box in self.boxes.values():
                box.set_open(box.key in self.open_keys)
