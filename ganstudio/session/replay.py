"""Recipe + seed + journal = the run: trained again from nothing, and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ganstudio.data.catalogue import load_dataset
from ganstudio.nets.sizes import ALLOWED_IMAGE_SIZES
from ganstudio.recipe import RecipeError
from ganstudio.runs.ancestry import past_entries
from ganstudio.runs.checkpoint import state_digest
from ganstudio.runs.errors import RunError
from ganstudio.runs.folder import RunFolder
from ganstudio.runs.lineage import Entry
from ganstudio.runs.migrate import tweaked
from ganstudio.training.machine import prepare_thread
from ganstudio.training.trainer import Trainer

PIECE = 64
"""Steps between two questions whether to go on."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run made again: its step, the digest that was saved and the one that came out."""

    step: int
    saved: str
    digest: str

    @property
    def same(self) -> bool:
        """Whether the run is, bit for bit, what its recipe and its journal say."""
        return self.saved == self.digest


def replay(folder: RunFolder, on_progress: Callable[[int, int], None] = lambda *_: None,
           interrupted: Callable[[], bool] = lambda: False) -> Replayed | None:
    """Train a run again up to its newest checkpoint, from its recipe and its journal alone.

    Nothing is written. None if it was interrupted.

    Raises:
        RunError, DataError: with one sentence for the person.
        NonFiniteLossError: it breaks where the run itself did not.
    """
    saved = folder.latest()
    if saved is None:
        raise RunError(f"{folder.path} holds no saved state to compare with")
    recipe, entries = past_entries(folder, saved.entries or 0)
    prepare_thread(recipe.machine.threads)
    sizes = ALLOWED_IMAGE_SIZES if "dcgan" in (recipe.generator.kind,
                                               recipe.discriminator.kind) else None
    trainer = Trainer(recipe, load_dataset(recipe.data, recipe.seed, image_sizes=sizes))

    def advance(target: int, only: str = "") -> bool:
        while trainer.step < target and not interrupted():
            trainer.advance(min(PIECE, target - trainer.step), only=only)
            on_progress(trainer.step, saved.step)
        return trainer.step >= target

    for entry in entries:
        if not _obey(trainer, entry, advance):
            return None
    if not advance(saved.step):
        return None
    return Replayed(trainer.step, state_digest(saved.state), state_digest(trainer.state()))


def _obey(trainer: Trainer, entry: Entry, advance: Callable[..., bool]) -> bool:
    kind, step = entry.get("kind"), entry["step"]
    if kind == "tweak":
        if not advance(step):
            return False
        _apply(trainer, entry)
    elif kind == "move":
        only, count = entry.get("only"), entry.get("count")
        if only not in ("d", "g") or not isinstance(count, int) or not 0 < count <= step:
            raise RunError(f"the journal's entry at step {step} is damaged: it is not a move")
        return advance(step - count) and advance(step, only)
    return True


def _apply(trainer: Trainer, entry: Entry) -> None:
    try:
        trainer.apply(tweaked(trainer.recipe, entry))
    except ValueError as error:
        if isinstance(error, RunError | RecipeError):
            raise
        raise RunError(f"the journal's entry at step {entry['step']} cannot be replayed: {error}"
                       ) from None


def describe(found: Replayed) -> str:
    """What came out, in one sentence."""
    if found.same:
        return (f"the run is what its recipe and its journal say: step {found.step} has the state "
                f"digest {found.digest}")
    return (f"the run is not what its recipe and its journal say: at step {found.step} the saved "
            f"state has the digest {found.saved}, and replaying gives {found.digest}")
