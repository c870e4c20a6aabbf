"""What a preset is, and how one is put on a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ganstudio.recipe.tree import Recipe

Group = Literal["data", "stabilised", "published"]
Make = Callable[[str], Recipe]


@dataclass(frozen=True, slots=True)
class Preset:
    """A named recipe, made from a path ("" where none is given).

    ``needs_data`` presets must be given a path; ``takes_data`` presets use the digits that come
    with the program where none is. ``steps`` is the budget within which it is known to do what
    the summary says, 0 where nothing is claimed. ``group`` tells presets that are about their
    data from those that train the ring with one stabiliser, and from published recipes.
    """

    name: str
    title: str
    summary: str
    source: str
    make: Make
    needs_data: bool = False
    takes_data: bool = False
    steps: int = 0
    group: Group = "data"


class PresetList:
    """Presets of one group, in the order in which they are shown."""

    def __init__(self, group: Group) -> None:
        self.group: Group = group
        self.presets: dict[str, Preset] = {}

    def __call__(self, name: str, title: str, summary: str, source: str = "", *,
                 needs_data: bool = False, takes_data: bool = False, steps: int = 0,
                 ) -> Callable[[Make], Make]:
        """Decorates the function that makes the recipe."""
        def register(make: Make) -> Make:
            self.presets[name] = Preset(name, title, summary, source, make, needs_data,
                                        takes_data or needs_data, steps, self.group)
            return make
        return register
