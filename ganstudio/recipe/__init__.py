"""The one validated, versioned description of a run."""

from ganstudio.recipe.change import (
    RecipeError,
    build,
    differences,
    leaves,
    needs_restart,
    parse_assignment,
    with_value,
    with_values,
)
from ganstudio.recipe.contradictions import warnings
from ganstudio.recipe.fields import (
    FieldSpec,
    Section,
    field_applies,
    find_field,
    is_needed,
    sections,
)
from ganstudio.recipe.files import from_pasted, from_text, load, to_text
from ganstudio.recipe.knob import Effect, Knob
from ganstudio.recipe.presets import PRESETS, Preset, preset
from ganstudio.recipe.tree import Recipe

__all__ = [
    "PRESETS", "Effect", "FieldSpec", "Knob", "Preset", "Recipe", "RecipeError", "Section", "build",
    "differences", "field_applies", "find_field", "from_pasted", "from_text", "is_needed", "leaves",
    "load", "needs_restart", "parse_assignment", "preset", "sections", "to_text", "warnings",
    "with_value", "with_values",
]
