"""Bringing run folders of older formats up to the present one.

Format 2 (from 1): a checkpoint says how many lines the journal had, so that commands that came
after it and were lost in a crash can be told from those that it contains; and the history has
coarser levels beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.recipe import Recipe, RecipeError, with_values
from ganstudio.runs.checkpoint import load_checkpoint, save_checkpoint
from ganstudio.runs.errors import RunError
from ganstudio.runs.journal import Journal
from ganstudio.runs.lineage import Entry

if TYPE_CHECKING:
    from ganstudio.runs.folder import RunFolder


def migrate(folder: RunFolder) -> None:
    """Rewrite what is of format 1, file by file and the mark last: it can be broken off anywhere.

    Raises:
        OSError: the folder cannot be written; it is then as readable as before.
        RunError: its journal or recipe is damaged.
    """
    from ganstudio.runs.folder import FORMAT, write_mark

    started = folder.recipe()
    for path in folder.checkpoint_files():
        try:
            old = load_checkpoint(path)
        except RunError:
            continue  # a damaged one is not made better; the other may be whole
        if old.entries is None:
            save_checkpoint(path, old.state, old.recipe,
                            position_of(folder.journal, started, old.step, old.recipe))
    folder.history.catch_up()
    write_mark(folder.path, {**folder.about(), "format": FORMAT})


def position_of(journal: Journal, started: Recipe, step: int, recipe: Recipe) -> int:
    """How many lines the journal had when ``recipe`` was in force at ``step``.

    Format 1 did not say. A tweak at that very step may have come before the checkpoint or after:
    the first line after which the recipe is the checkpoint's is taken.

    Raises:
        RunError: the journal cannot be read.
    """
    position, now = 0, started
    for number, entry in journal.numbered():
        tweak = entry.get("kind") == "tweak"
        if entry["step"] > step or (tweak and entry["step"] == step and now == recipe):
            break
        position, now = number, tweaked(now, entry)
    return position


def tweaked(recipe: Recipe, entry: Entry) -> Recipe:
    """The recipe after a journal entry, which changes it only if it is a tweak.

    Raises:
        RunError: a tweak that cannot be.
    """
    if entry.get("kind") != "tweak":
        return recipe
    try:
        return with_values(recipe, {path: new for path, (_, new) in entry["changes"].items()})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = str(error) if isinstance(error, RecipeError) else "it is not a tweak"
        raise RunError(f"the journal's entry at step {entry['step']} is damaged: {why}") from None
