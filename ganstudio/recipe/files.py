"""A recipe as a readable text file (JSON)."""

from __future__ import annotations

import json
from pathlib import Path

from ganstudio.recipe.change import RecipeError, build
from ganstudio.recipe.tree import SCHEMA_VERSION, Recipe

MAX_BYTES = 4_000_000


def to_text(recipe: Recipe) -> str:
    """The recipe as indented JSON, defaults included, so that it reads the same years on."""
    return json.dumps(recipe.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def from_text(text: str, where: str = "the recipe") -> Recipe:
    """A recipe from text.

    Raises:
        RecipeError: not JSON, from a newer version, or a field out of range.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise RecipeError(f"{where} is not readable JSON{line}") from None
    version = document.get("version", SCHEMA_VERSION) if isinstance(document, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise RecipeError(f"{where} was written by a newer GAN Studio (recipe version {version}; "
                          f"this one reads up to {SCHEMA_VERSION})")
    try:
        return build(document)
    except RecipeError as error:
        raise RecipeError(f"{where}: {error}") from None


def from_pasted(text: str) -> Recipe:
    """A recipe from text that somebody pasted: words and code fences around it do no harm.

    Raises:
        RecipeError: there is no recipe in it, or a field is out of range.
    """
    start, end = text.find("{"), text.rfind("}")
    if not start <= end or start < 0:
        raise RecipeError("the pasted text holds no recipe: a recipe is text between { and }, as "
                          "'Copy recipe' gives it")
    if end - start > MAX_BYTES:
        raise RecipeError("the pasted text is too long to be a recipe")
    return from_text(text[start:end + 1], "the pasted recipe")


def load(path: Path) -> Recipe:
    """A recipe from a file.

    Raises:
        RecipeError: missing, unreadable, too large, or not a recipe.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RecipeError(f"{path} is too large to be a recipe")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecipeError(f"{path} is not a text file") from None
    return from_text(text, str(path))
