"""The captured step: whole rounds in one call that needs neither Python nor its lock."""

from __future__ import annotations

import inspect
import math
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ganstudio.recipe.game import Optimizer as Settings
from ganstudio.recipe.networks import Mlp
from ganstudio.training.frames import SCALARS
from ganstudio.training.moves import NonFiniteLossError, Reading
from ganstudio.training.optimizers import Optimizer
from ganstudio.training.tiers import mlp_program
from ganstudio.training.tiers.mlp_program import Game, Pass, Player, Source

if TYPE_CHECKING:
    from ganstudio.training.trainer import Trainer

CALL_SECONDS = 0.004
"""A call lasts about this long: nothing can interrupt it, and Pause must not wait."""


@cache
def compiled() -> Any:
    """The program; about 15 ms the first time.

    Raises:
        RuntimeError, OSError: torch cannot read it, or its source is not there.
    """
    names = {"torch": torch, "math": math, "Tensor": Tensor,
             "Game": Game, "Pass": Pass, "Player": Player, "Source": Source}
    source = inspect.getsource(mlp_program)
    # torch.jit.script would warn every user that it is to go; the compiler beneath it does not.
    unit = torch.jit.CompilationUnit()
    unit.define(source[source.index("\ndef "):], names.get)
    return unit.rounds


def numbers_of(settings: Settings) -> list[float]:
    """An optimizer's numbers in the order in which the program reads them."""
    constants = {"adam": (settings.beta1, settings.beta2, settings.eps),
                 "rmsprop": (settings.alpha, settings.eps), "momentum": (settings.momentum,),
                 "sgd": ()}
    return [settings.lr, *constants[settings.kind]]


def _player(part: Mlp, weights: list[Tensor], optimizer: Optimizer, settings: Settings) -> Player:
    state = [*optimizer.state.values(), [], []]
    return Player([w.detach() for w in weights], part.activation, part.slope, optimizer.kind,
                  numbers_of(settings), state[0], state[1], optimizer.counts)


class Captured:
    """Takes a trainer's rounds by the compiled program, on the trainer's own tensors."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self._seconds = CALL_SECONDS
        """What a round takes, roughly."""

    @property
    def at_once(self) -> int:
        """Rounds for one call."""
        return max(1, int(CALL_SECONDS / self._seconds))

    def advance(self, count: int) -> tuple[Tensor, NonFiniteLossError | None]:
        """Take ``count`` rounds; their scalars (done, len(SCALARS)), and what ended them early."""
        trainer = self.trainer
        recipe, update = trainer.recipe, trainer.recipe.update
        begun = perf_counter()
        trainer.stabilisers.begin(recipe, trainer.step)  # what is off now forgets its past
        rows = torch.empty((count, len(SCALARS)), dtype=trainer.dtype)
        alternating = update.rule == "alternating"
        batches = count * (update.k_d if alternating and update.train_d else 1)
        data = Source(
            trainer.batches.items, trainer.batches.choose(batches * recipe.batch), trainer.noise,
            recipe.latent.kind, recipe.latent.dim, recipe.batch)
        with torch.no_grad(), torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
            # Unoptimised: every operation is a kernel already, and the optimiser's first
            # passes would hold training up for 0.2 s.
            done, who, value = compiled()(count, *self._players(), data, self._game(), rows)
        if done:
            last = rows[done - 1].clone()
            trainer.reading = Reading(last[0], last[1], last[2:])
        self._seconds += 0.3 * ((perf_counter() - begun) / count - self._seconds)
        return rows[:done], NonFiniteLossError(who, value) if done < count else None

    def _players(self) -> tuple[Player, Player]:
        players, recipe = self.trainer.players, self.trainer.recipe
        assert isinstance(recipe.generator, Mlp) and isinstance(recipe.discriminator, Mlp)
        return (_player(recipe.generator, players.weights_g, players.optimizer_g,
                        recipe.optimizer_g),
                _player(recipe.discriminator, players.weights_d, players.optimizer_d,
                        recipe.optimizer_d))

    def _game(self) -> Game:
        recipe, update = self.trainer.recipe, self.trainer.recipe.update
        averaged, updates = self.trainer.players.averaging()
        d_first = update.first == "d"
        return Game(
            loss=recipe.loss.kind, simultaneous=update.rule == "simultaneous", d_first=d_first,
            shared=not update.fresh_noise and d_first and update.train_d and update.train_g,
            k_d=update.k_d, k_g=update.k_g, train_d=update.train_d, train_g=update.train_g,
            clip=recipe.loss.clip, decay=recipe.average.decay if averaged else 0.0,
            averaged=averaged, updates=updates)
