"""A recipe and its changes in words, for a page."""

from __future__ import annotations

import shlex
from typing import Any

from ganstudio.recipe import FieldSpec, Recipe, field_applies, find_field, sections
from ganstudio.runs.gallery.data import GalleryData


def recipe_tables(recipe: Recipe) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each section's title, with its kind, and (title, value) of the fields that matter."""
    tables = []
    for section in sections(recipe):
        title = section.title
        if section.kinds:
            kind = getattr(recipe, section.path).kind
            title = f"{title}: {dict(section.kinds).get(kind, kind)}"
        rows = [(spec.knob.title, value_text(spec, _value(recipe, spec.path)))
                for spec in section.fields if field_applies(recipe, spec)]
        if rows or section.kinds:
            tables.append((title, rows))
    return tables


def _value(recipe: Recipe, path: str) -> Any:
    owner: Any = recipe
    for name in path.split("."):
        owner = getattr(owner, name)
    return owner


def value_text(spec: FieldSpec | None, value: Any) -> str:
    """A field's value as a person reads it: choices by their titles, numbers with their unit."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if spec is not None and spec.choices:
        return dict(spec.choices).get(str(value), str(value))
    if isinstance(value, float):
        text = f"{value:.6g}".replace("e-0", "e-").replace("-", "−")
    else:
        text = "none" if value is None else str(value)
    unit = spec.knob.unit if spec is not None else ""
    if unit and isinstance(value, int):
        text = f"{value:,}"
    return f"{text} {unit}" if unit and unit != "k" else text


def change_text(recipe: Recipe, path: str, change: Any) -> str:
    """One change, such as ``Optimizer of D, learning rate: 0.001 → 0.0005``."""
    spec = find_field(recipe, path)
    head = path.partition(".")[0] if "." in path else ""
    section = next((s.title for s in sections(recipe) if s.path == head), "")
    title = path if spec is None else (
        f"{section}, {spec.knob.title}" if section and section != spec.knob.title and head
        else spec.knob.title)
    if isinstance(change, list | tuple) and len(change) == 2:
        return f"{title}: {value_text(spec, change[0])} → {value_text(spec, change[1])}"
    return f"{title}: {value_text(spec, change)}"


def commands(data: GalleryData) -> list[tuple[str, str]]:
    """(what it does, command line) for making this gallery, or this run, again."""
    run = shlex.quote(data.run_folder) if data.run_folder else "RUN"
    size = f" --rows {data.rows} --columns {data.columns}"
    again = [(
        "This gallery again, from the run as it was saved at this step",
        f"ganstudio gallery {run} --out NEW-FOLDER{size} --seed {data.seed}",
    )]
    if data.tweaks:
        again.append(("A run with the settings as they stood at the end (the changes above were "
                      "made on the way: the run folder’s journal holds them all)",
                      f"ganstudio train recipe.json --steps {data.step}"))
    else:
        again.append(("The same run from the start",
                      f"ganstudio train recipe.json --steps {data.step}"))
    return again
