"""``ganstudio presets``, and the list of fields in ``train --help``."""

from __future__ import annotations

import json

from ganstudio.recipe import PRESETS, Preset, Recipe, sections

GROUPS = {"data": "By what is learned", "stabilised": "The ring, with one stabiliser",
          "published": "Published recipes"}


def presets(*, as_json: bool) -> int:
    """List every preset with its source."""
    if as_json:
        said = ("title", "summary", "source", "group", "needs_data", "takes_data", "steps")
        print(json.dumps({name: {key: getattr(p, key) for key in said}
                          for name, p in PRESETS.items()}, ensure_ascii=False, indent=2))
        return 0
    width = max(map(len, PRESETS))
    group = ""
    for name, preset in PRESETS.items():
        if preset.group != group:
            group = preset.group
            print(f"{GROUPS[group]}:")
        print(f"  {name:<{width}}  {preset.summary}{_notes(preset)}")
    return 0


def _notes(preset: Preset) -> str:
    said = ""
    if preset.steps:
        said += f" In {preset.steps:,} steps."
    if preset.needs_data:
        said += " Needs --data."
    elif preset.takes_data:
        said += " The bundled digits, or --data."
    return f"{said} [{preset.source}]" if preset.source else said


def field_help() -> str:
    """Every field that ``--set`` takes, with its default, range and meaning."""
    lines = ["fields for --set (with the defaults of the ring; * can change while it trains):"]
    for section in sections(Recipe()):
        lines.append(f"\n  {section.title}")
        if section.kinds:
            lines.append(f"    {section.path}.kind: {', '.join(k for k, _ in section.kinds)}")
        for field in section.fields:
            star = "*" if field.live else " "
            default = "" if field.default is None else f" [{field.default}]"
            lines.append(f"   {star}{field.path}{default}: {field.knob.help} "
                         f"({field.range_text()})")
    return "\n".join(lines)
