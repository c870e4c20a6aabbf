"""What can be started by name."""

from __future__ import annotations

from ganstudio.recipe.change import RecipeError
from ganstudio.recipe.presets.basic import BASIC
from ganstudio.recipe.presets.entry import Preset
from ganstudio.recipe.presets.published import PUBLISHED
from ganstudio.recipe.presets.small import SMALL
from ganstudio.recipe.presets.stabilised import STABILISED
from ganstudio.recipe.tree import Recipe

__all__ = ["PRESETS", "Preset", "preset"]

PRESETS: dict[str, Preset] = {
    **BASIC.presets, **STABILISED.presets, **PUBLISHED.presets,
    **SMALL.presets,
}


def preset(name: str, data_path: str = "") -> Recipe:
    """The recipe of the preset called ``name``.

    ``data_path`` is the folder or file for the presets that take one.

    Raises:
        RecipeError: no such preset (the message lists them), or its data path is missing.
    """
    found = PRESETS.get(name)
    if found is None:
        raise RecipeError(f"there is no preset {name!r}; the presets are {', '.join(PRESETS)}")
    if found.needs_data and not data_path:
        raise RecipeError(f"the preset {name!r} needs data: give a folder of images or an IDX file "
                          "with --data PATH")
    return found.make(data_path)
