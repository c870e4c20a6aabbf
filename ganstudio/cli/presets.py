"""``ganstudio presets``, and the list of fields in ``train --help``."""

from __future__ import annotations

import json

from ganstudio.recipe import PRESETS, Recipe, sections


def presets(*, as_json: bool) -> int:
    """List every preset with its source."""
    if as_json:
        print(json.dumps({name: {"title": p.title, "summary": p.summary, "source": p.source,
                                 "needs_data": p.needs_data} for name, p in PRESETS.items()},
                         ensure_ascii=False, indent=2))
        return 0
    width = max(map(len, PRESETS))
    for name, preset in PRESETS.items():
        data = " Needs --data." if preset.needs_data else ""
        source = f" [{preset.source}]" if preset.source else ""
        print(f"{name:<{width}}  {preset.summary}{data}{source}")
    return 0


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
