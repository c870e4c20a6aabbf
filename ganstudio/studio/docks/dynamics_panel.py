"""Which game and which rules: the controls beside the pictures of a toy game."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from ganstudio.game.catalogue import GAMES, RULES, Entry
from ganstudio.session.toy_frames import Mover
from ganstudio.studio.docks.dynamics_params import ParamForm
from ganstudio.studio.docks.dynamics_rules import RuleList
from ganstudio.studio.docks.plotting_widgets import GAP, named
from ganstudio.studio.theme import LIGHT, Theme

XOR_RATE = 0.03


class LabPanel(QScrollArea):
    """A game with its parameters; below, one rule, or several to compare."""

    game_changed = Signal()
    changed = Signal()
    compared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self._known: dict[str, dict[str, Any]] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.game_box = self._chooser(GAMES, "Game")
        self.rule_box = self._chooser(RULES, "Update rule")
        self.rule_box.setCurrentIndex(self.rule_box.findData("simultaneous"))
        self.game_form, self.rule_form = ParamForm(), ParamForm()
        self.rules = RuleList()
        self.game_help, self.rule_help = self._words(), self._words()
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(GAP + 2, GAP, GAP + 2, GAP)
        column.setSpacing(GAP)
        for widget in (self._caption("Game"), self.game_box, self.game_form, self.game_help,
                       self._caption("Update rule"), self.rule_box, self.rule_form,
                       self.rule_help, self.rules):
            column.addWidget(widget, 10 if widget is self.rules else 0)
        column.addStretch(1)
        self.setWidget(inner)
        self._show_game()
        self._show_rule()
        self.set_mode("toy")
        self.game_box.currentIndexChanged.connect(self._on_game)
        self.rule_box.currentIndexChanged.connect(self._on_rule)
        self.game_form.changed.connect(self.changed)
        self.rule_form.changed.connect(self.changed)
        self.rules.changed.connect(self.compared)

    def _chooser(self, table: Mapping[str, Entry], name: str) -> QComboBox:
        box = QComboBox()
        for key, entry in table.items():
            box.addItem(entry.title, key)
            box.setItemData(box.count() - 1, entry.help, Qt.ItemDataRole.ToolTipRole)
        box.setMaxVisibleItems(20)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(10)
        named(box, name)
        return box

    def _caption(self, text: str) -> QLabel:
        label = QLabel(text)
        font = label.font()
        font.setBold(True)
        label.setFont(font)
        return label

    def _words(self) -> QLabel:
        label = QLabel()
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    # ---- choices

    @property
    def game(self) -> Entry:
        """The game that is chosen."""
        return GAMES[str(self.game_box.currentData())]

    @property
    def rule(self) -> Entry:
        """The rule that is chosen."""
        return RULES[str(self.rule_box.currentData())]

    def mover(self) -> Mover:
        """The chosen rule with its parameters."""
        return Mover(self.rule.name, self.rule_form.values())

    def choose(self, game: str, rule: str | None = None) -> None:
        """Choose a game, and a rule, by name."""
        self.game_box.setCurrentIndex(max(self.game_box.findData(game), 0))
        if rule is not None:
            self.rule_box.setCurrentIndex(max(self.rule_box.findData(rule), 0))

    def set_mode(self, mode: str) -> None:
        """One rule (``toy``), or a list of them (``compare``)."""
        one = mode == "toy"
        for widget in (self.rule_box, self.rule_form, self.rule_help):
            widget.setVisible(one)
        self.rules.setVisible(not one)

    def _on_game(self) -> None:
        self._show_game()
        rate = self.rule_form.rows.get("lr")
        if self.game.name == "xor" and rate is not None and float(rate.value()) > XOR_RATE:
            rate.set_value(XOR_RATE)  # beyond about .06 descent overshoots its narrow valleys
        self.game_changed.emit()

    def _on_rule(self) -> None:
        self._show_rule()
        self.changed.emit()

    def _show_game(self) -> None:
        self.game_form.set_entry(self.game)
        self.game_help.setText(f"{self.game.help} <i>{self.game.source}.</i>")

    def _show_rule(self) -> None:
        self.rule_form.set_entry(self.rule)
        self.rule_help.setText(f"{self.rule.help} <i>{self.rule.source}.</i><br>"
                               f"A step costs {self.rule.cost}.")

    def set_theme(self, theme: Theme) -> None:
        """Write in these colours."""
        self.theme = theme
        for label in (self.game_help, self.rule_help):
            label.setStyleSheet(f"color: {theme.muted};")
        self.rules.set_theme(theme)

    def state(self) -> dict[str, Any]:
        """Choices as plain data."""
        return {"game": self.game.name, "rule": self.rule.name,
                "game_params": self.game_form.all_values(),
                "rule_params": self.rule_form.all_values(),
                "two_rates": self.rule_form.two_rates.isChecked(), "compare": self.rules.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up choices; what makes no sense is ignored."""
        game, rule = state.get("game"), state.get("rule")
        self.choose(game if game in GAMES else self.game.name,
                    rule if rule in RULES else self.rule.name)
        for key, form, entry in (("game_params", self.game_form, self.game),
                                 ("rule_params", self.rule_form, self.rule)):
            given = state.get(key)
            if isinstance(given, Mapping):
                form.set_entry(entry, given)
        self.rule_form.two_rates.setChecked(state.get("two_rates") is True)
        if isinstance(state.get("compare"), Mapping):
            self.rules.restore(state["compare"])
