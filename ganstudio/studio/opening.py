"""What a path that somebody gives is: a run, a recipe, or data to train on."""

from __future__ import annotations

from pathlib import Path

from ganstudio.recipe import Recipe, RecipeError, build, load, preset

RUN_MARK = "run.json"


def is_run(path: Path) -> bool:
    """Whether the folder is a run folder."""
    return path.is_dir() and (path / RUN_MARK).is_file()


def recipe_for(path: Path) -> Recipe:
    """The recipe that a file holds, or one that trains on the data there.

    Raises:
        RecipeError: the recipe file is wrong.
        DataError: it is nothing that can be trained on.
    """
    if path.suffix.lower() == ".json" and path.is_file():
        return load(path)
    from ganstudio.data.identify import identify
    return recipe_on(identify(path), path.stem or path.name)


def recipe_on(part: object, name: str) -> Recipe:
    """The recipe of the nearest preset with this data in it."""
    images = part.kind == "images"
    base = preset("images", part.path) if images else preset("moons")
    document = base.model_dump(mode="json")
    document["data"] = part.model_dump(mode="json")
    document["name"] = name[:200] or base.name
    return build(document)


__all__ = ["RecipeError", "is_run", "recipe_for", "recipe_on"]
