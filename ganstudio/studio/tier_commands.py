"""What the actions do about how steps are computed. A part of the window."""

from __future__ import annotations

from typing import Any

MENU = "Train/Computing steps"


def tier_line(tier: str, why: str) -> str:
    """What computes now, and why it is not the faster one, for the menu."""
    if not tier:
        return "Nothing computed yet"
    return f"Now: {tier}" + (f", since {why}" if why else "")


class TierCommands:
    """Methods that the table of actions names, mixed into the window."""

    actions_: Any
    controller: Any
    settings: Any

    def tier_auto(self) -> None:
        """Whole rounds at once wherever they can be had."""
        self._use_tier("auto")

    def tier_eager(self) -> None:
        """Eager steps always."""
        self._use_tier("eager")

    def _use_tier(self, tier: str) -> None:
        self.settings.set("tier", tier)
        if self.controller is not None:
            self.controller.set_tier(tier)
        self._show_tier(tier)

    def _show_tier(self, tier: str) -> None:
        for name in ("auto", "eager"):
            self.actions_[f"tier_{name}"].setChecked(name == tier)

    def prepare_tiers(self) -> None:
        """Take up the choice of last time, and have the menu say what computes."""
        tier = "eager" if self.settings.get("tier", "auto") == "eager" else "auto"
        self.controller.tier = tier
        self._show_tier(tier)
        menu = self.actions_.menu(MENU)
        menu.addSeparator()
        now = menu.addAction(tier_line("", ""))
        now.setEnabled(False)
        menu.aboutToShow.connect(lambda: now.setText(tier_line(*self.controller.computing)))
