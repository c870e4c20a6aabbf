"""What the command palette offers: actions, presets, runs, layouts and settings."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QKeySequence

from ganstudio.recipe import PRESETS, leaves, sections
from ganstudio.studio.edits import phrase, value_text
from ganstudio.studio.palette import Item
from ganstudio.studio.recent import recent_runs


def palette_items(window: Any) -> list[Item]:
    """Every line, in the order in which they are shown before anything is typed."""
    return [*_actions(window), *_presets(window), *_settings(window), *_runs(window),
            *_layouts(window)]


def _actions(window: Any) -> list[Item]:
    found = []
    for key in window.actions_:
        action = window.actions_[key]
        spec = window.actions_.specs[key]
        if key == "palette":
            continue
        text = action.text().replace("&", "")
        if spec.menu.endswith("View/Theme") and key != "theme":
            text = f"Theme: {text.lower()}"
        elif spec.menu.endswith("Computing steps"):
            text = f"Computing steps: {text.lower()}"
        elif key.startswith("dock."):
            text = f"Show or hide {text}"
        hint = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        found.append(Item(text, hint, action.trigger, action.isEnabled()))
    return found


def _presets(window: Any) -> list[Item]:
    return [Item(f"Start: {preset.title}", "preset", lambda name=name: window.start_preset(name))
            for name, preset in PRESETS.items()]


def _settings(window: Any) -> list[Item]:
    recipe = window.controller.recipe if window.controller.session is not None else None
    if recipe is None:
        return []
    values = leaves(recipe)
    return [Item(f"Set {phrase(spec.path, spec.knob.title)}…",
                 value_text(spec, values.get(spec.path)),
                 lambda path=spec.path: window.reveal_setting(path))
            for section in sections(recipe) for spec in section.fields]


def _runs(window: Any) -> list[Item]:
    return [Item(f"Open run: {run.name}", f"step {run.step:,}",
                 lambda path=run.path: window.resume(path))
            for run in recent_runs(window.settings)]


def _layouts(window: Any) -> list[Item]:
    return [Item(f"Layout: {name}", "layout", lambda name=name: window.choose_layout(name))
            for name in sorted(window.layouts())]
