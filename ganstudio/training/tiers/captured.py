"""The captured step: whole rounds in one call that needs neither Python nor its lock."""

from __future__ import annotations

import inspect
import math
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ganstudio.game.losses import LOSSES
from ganstudio.game.penalties import DRAWS
from ganstudio.recipe.game import Optimizer as Settings
from ganstudio.recipe.game import Update
from ganstudio.recipe.networks import Mlp
from ganstudio.recipe.schedules import rate_at, sigma_at
from ganstudio.recipe.tree import Recipe
from ganstudio.training.frames import SCALARS
from ganstudio.training.interrupt import Interrupt
from ganstudio.training.moves import NonFiniteLossError, Reading
from ganstudio.training.optimizers import Optimizer
from ganstudio.training.streams import Stream
from ganstudio.training.tiers import loss_program, mlp_program, penalty_program
from ganstudio.training.tiers.parts import Game, Pass, Player, Source

if TYPE_CHECKING:
    from ganstudio.training.trainer import Trainer

CALL_SECONDS = 0.004
"""A call that nothing can interrupt lasts about this long: Pause must not wait."""
LONG_CALL_SECONDS = 0.03
"""One that sees an ``Interrupt`` ends at the next round, so it need only let pictures be made.
After each call the interpreter's lock is waited for, where a window is drawing: measured .07 of
the time with calls of one round of 6 ms, and .02 with these."""
NEVER = torch.zeros(1, dtype=torch.uint8)


@cache
def compiled() -> Any:
    """The program; about 15 ms the first time.

    Raises:
        RuntimeError, OSError: torch cannot read it, or its source is not there.
    """
    names = {"torch": torch, "math": math, "Tensor": Tensor,
             "Game": Game, "Pass": Pass, "Player": Player, "Source": Source}
    sources = (inspect.getsource(module)
               for module in (loss_program, penalty_program, mlp_program))
    # torch.jit.script would warn every user that it is to go; the compiler beneath it does not.
    unit = torch.jit.CompilationUnit()
    unit.define("\n".join(source[source.index("\ndef "):] for source in sources), names.get)
    return unit.rounds


def numbers_of(settings: Settings) -> list[float]:
    """An optimizer's numbers in the order in which the program reads them."""
    constants = {"adam": (settings.beta1, settings.beta2, settings.eps),
                 "rmsprop": (settings.alpha, settings.eps), "momentum": (settings.momentum,),
                 "sgd": ()}
    return [settings.lr, *constants[settings.kind]]


def _player(part: Mlp, weights: list[Tensor], optimizer: Optimizer, settings: Settings,
            steps: range) -> Player:
    state = [*optimizer.state.values(), [], []]
    return Player([w.detach() for w in weights], weights, part.activation, part.slope,
                  part.out == "tanh", optimizer.kind, numbers_of(settings),
                  [rate_at(settings, step) for step in steps], state[0], state[1],
                  optimizer.counts)


def batches_of(recipe: Recipe) -> int:
    """Batches of real samples that a round draws."""
    update = recipe.update
    if update.rule == "simultaneous":
        return 1
    found = update.k_d if update.train_d else 1
    if LOSSES[recipe.loss.kind].compares:
        found += (update.k_g if update.train_g else 1) - shares_fakes(update)
    return found


def penalised_moves_of(update: Update, d_steps: int = 0) -> int:
    """D's moves that its penalties count in a round with ``d_steps`` of them (0: with k_D)."""
    if update.rule == "simultaneous":
        return 1
    return (d_steps or update.k_d) if update.train_d else 0


def shares_fakes(update: Update) -> bool:
    """Whether G's first move is on the batch of D's last."""
    return not update.fresh_noise and update.first == "d" and update.train_d and update.train_g


class Captured:
    """Takes a trainer's rounds by the compiled program, on the trainer's own tensors."""

    name = "captured"

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self._seconds = CALL_SECONDS
        """What a round takes, roughly."""

    def at_once(self, interrupted: object = None) -> int:
        """Rounds for one call."""
        seconds = LONG_CALL_SECONDS if isinstance(interrupted, Interrupt) else CALL_SECONDS
        return max(1, int(seconds / self._seconds))

    def advance(self, count: int, interrupted: object = None
                ) -> tuple[Tensor, NonFiniteLossError | None]:
        """Take ``count`` rounds, or fewer if ``interrupted`` is an ``Interrupt`` that is set.

        Returns their scalars (done, len(SCALARS)), and the loss that ended them if one did.
        """
        trainer = self.trainer
        recipe = trainer.recipe
        begun = perf_counter()
        trainer.stabilisers.begin(recipe, trainer.step)  # what is off now forgets its past
        rows = torch.empty((count, len(SCALARS)), dtype=trainer.dtype)
        steps = range(trainer.step, trainer.step + count)
        stop = interrupted.tensor() if isinstance(interrupted, Interrupt) else NEVER
        here, waited = trainer.batches.place(), dict(trainer.stabilisers.waited)
        game, data = self._game(count), self._source(count, steps)
        # Unoptimised: every operation is a kernel already, and the optimiser's first passes would
        # hold training up for 0.2 s. Only penalties are left to autograd.
        with torch.set_grad_enabled(bool(game.penalties)), \
                torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
            done, who, value = compiled()(count, *self._players(steps), data, game, rows, stop)
        if done < count and not who:  # what was taken for rounds that were not played is given back
            trainer.batches.return_to(here)
            self._choose(done)
            trainer.stabilisers.waited = waited
            self._dues(done)
        if done:
            last = rows[done - 1].clone()
            trainer.reading = Reading(last[0], last[1], last[2:])
        self._seconds += 0.3 * ((perf_counter() - begun) / max(done, 1) - self._seconds)
        return rows[:done], NonFiniteLossError(who, value) if who else None

    def _choose(self, count: int) -> Tensor:
        """Where in the data the real samples of so many rounds stand; they count as drawn."""
        recipe = self.trainer.recipe
        return self.trainer.batches.choose(batches_of(recipe) * count * recipe.batch)

    def _dues(self, count: int) -> list[list[float]]:
        """What each penalty weighs in each of D's moves of so many rounds; they count as made."""
        extra = self.trainer.stabilisers
        names = [name for name, _ in extra.objective.penalties]
        if not names:
            return []
        moves = count * penalised_moves_of(self.trainer.recipe.update)
        return [[due.get(name, 0.0) for name in names]
                for due in (dict(extra.due()) for _ in range(moves))]

    def _source(self, count: int, steps: range) -> Source:
        trainer, recipe = self.trainer, self.trainer.recipe
        sigmas = [sigma_at(recipe.instance_noise, step) for step in steps]
        # A stream begins to exist when it is first drawn from.
        extra = trainer.stabilisers
        noise = extra.chance.stream(Stream.INSTANCE_NOISE) if any(sigmas) else trainer.noise
        draws = (penalised_moves_of(recipe.update)
                 and any(name in DRAWS for name, _ in extra.objective.penalties))
        mixing = extra.chance.stream(Stream.PENALTIES) if draws else trainer.noise
        return Source(
            trainer.batches.items, self._choose(count), [0], trainer.noise, recipe.latent.kind,
            recipe.latent.dim, recipe.batch, noise, sigmas, [0.0], mixing)

    def _players(self, steps: range) -> tuple[Player, Player]:
        players, recipe = self.trainer.players, self.trainer.recipe
        assert isinstance(recipe.generator, Mlp) and isinstance(recipe.discriminator, Mlp)
        return (_player(recipe.generator, players.weights_g, players.optimizer_g,
                        recipe.optimizer_g, steps),
                _player(recipe.discriminator, players.weights_d, players.optimizer_d,
                        recipe.optimizer_d, steps))

    def _game(self, count: int) -> Game:
        trainer = self.trainer
        recipe, update = trainer.recipe, trainer.recipe.update
        averaged, updates = trainer.players.averaging()
        return Game(
            loss=recipe.loss.kind, smooth=trainer.stabilisers.objective.smooth,
            real_weight=trainer.stabilisers.objective.loss.real_weight,
            compares=LOSSES[recipe.loss.kind].compares,
            simultaneous=update.rule == "simultaneous", d_first=update.first == "d",
            shared=shares_fakes(update),
            k_d=update.k_d, k_g=update.k_g, train_d=update.train_d, train_g=update.train_g,
            clip=recipe.loss.clip,
            penalties=[name for name, _ in trainer.stabilisers.objective.penalties],
            dues=self._dues(count), paid=[0], decay=recipe.average.decay if averaged else 0.0,
            averaged=averaged, updates=updates)
