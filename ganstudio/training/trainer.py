"""Recipe → step: the deterministic training loop, with all of its state in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from ganstudio.data.dataset import Dataset
from ganstudio.nets.latent import LatentSampler
from ganstudio.nets.packing import COMPANIES
from ganstudio.recipe import Recipe, needs_restart
from ganstudio.training.batches import RealBatches
from ganstudio.training.frames import SCALARS, ScalarChunk
from ganstudio.training.machine import resolve_device
from ganstudio.training.moves import (
    NonFiniteLossError,
    Reading,
    clip_weights,
    move_both,
    move_d,
    move_g,
    read_d,
    read_g,
)
from ganstudio.training.players import DTYPES, Players
from ganstudio.training.rows import entry_at, joined
from ganstudio.training.rule_moves import RuleMoves, is_plain
from ganstudio.training.stabilisers import Stabilisers
from ganstudio.training.streams import Stream, generator
from ganstudio.training.tiers.choose import Tiers, Wanted
from ganstudio.training.trace import flat_weights

T = TypeVar("T")
KEEP_EVERY = 64
"""Steps between copies of the state that a broken run falls back to."""


@dataclass(slots=True)
class Turn:
    """Where in a round of epochs the run stands (unused when k counts steps)."""

    player: str = ""
    left: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """All that a trainer is, by value: tensors by name and plain numbers."""

    tensors: dict[str, Tensor]
    values: dict[str, Any]


class Trainer:
    """A training run that moves only when told to.

    A *step* is one round, k_D discriminator and k_G generator moves; where k counts epochs it is
    one move. ``advance`` is the only thing that changes the state.
    """

    def __init__(self, recipe: Recipe, dataset: Dataset, tier: Wanted = "auto") -> None:
        self.recipe = recipe
        self.dataset = dataset
        self.device = resolve_device(recipe)
        self.looks_late = self.device.type != "cpu"
        """Losses are looked at when a chunk is done: reading one would wait for the device."""
        self.dtype = DTYPES[recipe.machine.precision]
        self.batches = RealBatches(dataset.items, generator(recipe.seed, Stream.ORDER),
                                   self.device, self.dtype)
        self.players = Players(recipe, dataset.shape, self.device, self._company())
        self.latent = LatentSampler(recipe.latent.kind, recipe.latent.dim, self.device, self.dtype)
        self.noise = generator(recipe.seed, Stream.NOISE, self.device)
        self.layers_rng = generator(recipe.seed, Stream.LAYERS, self.device)
        for network in (self.players.g, self.players.d):
            network.use_dropout_rng(self.layers_rng)
        self.stabilisers = Stabilisers(recipe, self.device)
        self.rule_moves = RuleMoves(self.players, recipe, lambda: (self._real(), self._z()),
                                    self.layers_rng, self.stabilisers)
        self.step = 0
        self.turn = Turn()
        self._blank = torch.full((), float("nan"), device=self.device)
        """The loss of a player that has not moved yet; told from other NaNs by being this one."""
        self.reading = Reading(self._blank, self._blank,
                               torch.full((2,), float("nan"), device=self.device))
        self.finished = self._chunk(0, [])
        """The rows of the last ``advance``; where it raised, those that came before."""
        self.keep_before = False
        """Whether somebody looks at the last step: ``before`` are then the weights before it."""
        self.before: Tensor | None = None
        self.good_recipe = recipe
        """The recipe as it was at the state that the last failure fell back to."""
        self._kept: tuple[State, Recipe] | None = None
        self._unproven: tuple[State, Recipe] | None = None
        self.tiers = Tiers(self, tier)

    @property
    def epoch(self) -> float:
        """Passes through the real data so far."""
        return self.batches.epoch

    # ---- moving ------------------------------------------------------------------------------

    def advance(self, count: int, interrupted: Callable[[], object] = lambda: False,
                only: str = "") -> ScalarChunk:
        """Take up to ``count`` steps and return their scalars.

        ``interrupted`` is asked after each step, or after the few that a faster tier takes
        together (see ``tiers.choose``); an ``Interrupt`` is seen after each step there too.
        ``only`` = "d" or "g" makes each step one move of that player alone.

        Raises:
            NonFiniteLossError: a loss is not a number any more.
            Exception: whatever else a step raised. After either the state is the last good one,
                ``step`` is its step, and ``finished`` has the rows up to the failure.
        """
        rows: list[Tensor] = []
        first = self.step
        self.finished = self._chunk(first, rows)
        failed: Exception | None = None
        while failed is None and self.step < first + count:
            try:
                self._keep_good()
                self.before = flat_weights(self.players) if self.keep_before else None
                together = 0 if only else self.tiers.room(
                    self._most_together(first + count), interrupted)
                if together:
                    failed = self._take_together(together, rows, interrupted)
                else:
                    self._take_one(only, rows)
            except Exception as error:
                failed = error
            if interrupted():
                break
        self.finished = self._chunk(first, rows)
        if failed is None:
            failed = self._late_failure(rows)
        if failed is None:
            self._prove()
        else:
            if isinstance(failed, NonFiniteLossError):
                failed.step = first + len(self.finished.steps) + 1
            self.fall_back()
            raise failed
        return self.finished

    def _take_one(self, only: str, rows: list[Tensor]) -> None:
        self._step(only)
        self.step += 1
        if not self.looks_late:
            self._prove()
        reading = self.reading
        rows += (reading.loss_d, reading.loss_g, reading.outputs[0], reading.outputs[1])

    def _most_together(self, end: int) -> int:
        """Steps that may be one: none to be copied, and no weights before it to be kept, within."""
        return 1 if self.keep_before else min(end - self.step, KEEP_EVERY - self.step % KEEP_EVERY)

    def _take_together(self, count: int, rows: list[Tensor], interrupted: object
                       ) -> Exception | None:
        block, failed = self.tiers.advance(count, interrupted)
        self.step += len(block)
        if len(block) and not self.looks_late:
            self._prove()
        rows.append(block)
        return failed

    def _step(self, only: str) -> None:
        self.stabilisers.begin(self.recipe, self.step)
        self.play(only)

    def play(self, only: str = "") -> None:
        """The moves of one step; what they weigh has been settled (``stabilisers.begin``)."""
        update, extra = self.recipe.update, self.stabilisers
        if only:
            (self._d_move if only == "d" else self._g_move)()
        elif not is_plain(self.recipe):
            self.rule_moves.step(self.recipe, self.reading, self.step)
        elif update.rule == "simultaneous":
            move_both(self.players, self.recipe, self._real(), self._z(), self.reading, extra)
        elif update.unit == "epochs":
            self._epoch_move()
        elif not update.fresh_noise and update.first == "d" and update.train_d and update.train_g:
            self._shared_round()
        else:
            moves = ((update.train_d, extra.d_steps, self._d_move, self._d_read),
                     (update.train_g, update.k_g, self._g_move, self._g_read))
            for trained, k, move, read in moves if update.first == "d" else moves[::-1]:
                if trained:
                    for _ in range(k):
                        move()
                else:
                    read()

    def _shared_round(self) -> None:
        """A round whose first G step is on the very fakes of the last D step: one pass less."""
        extra = self.stabilisers
        for left in reversed(range(extra.d_steps)):
            real = self._real()
            fake = move_d(self.players, self.recipe, real, self._z(), self.reading, extra,
                          keep=left == 0)
        move_g(self.players, self.recipe, fake, self.reading, extra, real)
        for _ in range(self.recipe.update.k_g - 1):
            self._g_move()

    def _epoch_move(self) -> None:
        update = self.recipe.update
        turn = self.turn
        if turn.left <= 0:
            turn.player = update.first if not turn.player else {"d": "g", "g": "d"}[turn.player]
            passes = update.k_d if turn.player == "d" else update.k_g
            turn.left = passes * -(-len(self.batches) // self.recipe.batch)
        turn.left -= 1
        if turn.player == "d":
            (self._d_move if update.train_d else self._d_read)()
        else:
            (self._g_move if update.train_g else self._g_read)()

    def _d_move(self) -> None:
        move_d(self.players, self.recipe, self._real(), self._z(), self.reading, self.stabilisers)

    def _g_move(self) -> None:
        fake = self.players.g(self._z())
        move_g(self.players, self.recipe, fake, self.reading, self.stabilisers, self._g_real())

    def _d_read(self) -> None:
        read_d(self.players, self.recipe, self._real(), self._z(), self.reading, self.stabilisers)

    def _g_read(self) -> None:
        read_g(self.players, self._z(), self.reading, self.stabilisers, self._g_real())

    def _g_real(self) -> Tensor | None:
        """A batch of its own for a generator whose loss looks at real samples."""
        return self._real() if self.stabilisers.objective.g_needs_real else None

    def _real(self) -> Tensor:
        return self.batches.draw(self.recipe.batch)

    def _z(self) -> Tensor:
        return self.latent.draw(self.recipe.batch, self.noise)

    def _company(self) -> Tensor | None:
        """Real samples for a D that packs: the same from one start to the next."""
        count = COMPANIES * (self.recipe.minibatch.pack - 1)
        if not count:
            return None
        rows = np.random.default_rng([self.recipe.seed, 78]).integers(len(self.batches), size=count)
        items = self.batches.items
        return self.batches.as_input(items.index_select(0, torch.from_numpy(rows).to(items.device)))

    # ---- keeping the last good state -----------------------------------------------------------

    def _keep_good(self) -> None:
        """Copy the state now and then; a copy counts as good once a step from it was finite."""
        if self._unproven is None and (self._kept is None or self.step % KEEP_EVERY == 0):
            self._unproven = self.state(), self.recipe

    def _prove(self) -> None:
        """All steps since the copy was taken are known to be finite."""
        if self._unproven is not None:
            self._kept, self._unproven = self._unproven, None

    def _late_failure(self, rows: list[Tensor]) -> NonFiniteLossError | None:
        """On a GPU nobody has looked at the losses yet: the first bad one; rows are cut there."""
        if not self.looks_late:
            return None
        values, width = self.finished.values, len(SCALARS)
        for index in np.flatnonzero(~np.isfinite(values[:, :2]).all(1)).tolist():
            for column, player in ((0, "discriminator"), (1, "generator")):
                blank = entry_at(rows, index * width + column) is self._blank
                if not blank and not np.isfinite(values[index, column]):
                    self.finished = ScalarChunk(self.finished.steps[:index], values[:index])
                    return NonFiniteLossError(player, float(values[index, column]))
        return None

    def fall_back(self) -> None:
        """Return to the last state that is known to be good: always one between two steps.

        The recipe stays as it is now: changes made since then are made again, from there.
        """
        recipe = self.good_recipe = self.recipe
        good = self._kept or self._unproven
        if good is not None:
            state, self.good_recipe = good
            self.recipe = self.good_recipe
            self.load(state)
            self.apply(recipe)

    def rehearse(self, act: Callable[[], T]) -> tuple[State, T]:
        """The state that ``act`` leads to, and what it returned; all is as before afterwards."""
        kept = self._kept, self._unproven, self.before
        here = self.state()
        try:
            returned = act()
            return self.state(), returned
        finally:
            self.load(here)
            self._kept, self._unproven, self.before = kept

    # ---- changing ------------------------------------------------------------------------------

    def apply(self, recipe: Recipe) -> None:
        """Take up a changed recipe at the next step; moments, weights and data order stay.

        Raises:
            ValueError: a change that only a fresh run can take up.
        """
        blocked = needs_restart(self.recipe, recipe)
        if blocked:
            raise ValueError(f"{', '.join(blocked)} can only change in a run started afresh")
        if recipe.loss.clip and recipe.loss.clip != self.recipe.loss.clip:
            clip_weights(self.players, recipe.loss.clip)
        self.recipe = recipe

    # ---- state ---------------------------------------------------------------------------------

    def _live_tensors(self) -> dict[str, Tensor]:
        named = self.players.tensors()
        named.update({f"batches.{k}": v for k, v in self.batches.tensors().items()})
        named.update({f"rule.{k}": v for k, v in self.rule_moves.tensors().items()})
        named.update(self.stabilisers.tensors())
        named["noise.rng"] = self.noise.get_state()
        named["layers.rng"] = self.layers_rng.get_state()
        named["reading.loss_d"] = self.reading.loss_d
        named["reading.loss_g"] = self.reading.loss_g
        named["reading.outputs"] = self.reading.outputs
        return named

    def state(self) -> State:
        """A copy of everything, on the device; nothing is left out."""
        # The order of the data is drawn anew each epoch and never written into: states share it.
        shared = {"batches.order"}
        return State(
            {name: tensor.detach() if name in shared else tensor.detach().clone()
             for name, tensor in self._live_tensors().items()},
            {"step": self.step, "turn": [self.turn.player, self.turn.left],
             "batches": self.batches.values(), **self.stabilisers.values()},
        )

    def load(self, state: State) -> None:
        """Take up a state; the trainer is then bit for bit the one that it was taken from.

        Raises:
            ValueError: it is the state of other networks or other data, or it is damaged.
        """
        try:
            self._take_up(state)
        except (KeyError, IndexError, TypeError, RuntimeError) as error:
            raise ValueError(f"the saved state is incomplete or damaged ({error})") from None

    def _take_up(self, state: State) -> None:
        groups: dict[str, dict[str, Tensor]] = {"batches": {}, "noise": {}, "layers": {},
                                                "reading": {}, "rule": {}}
        players, extra = {}, {}
        for name, tensor in state.tensors.items():
            head, _, tail = name.partition(".")
            if head in groups:
                groups[head][tail] = tensor
            elif head in ("chance", "history"):
                extra[name] = tensor
            else:
                players[name] = tensor
        self.players.load(players)
        self.batches.load(groups["batches"], state.values["batches"])
        self.rule_moves.load(groups["rule"])
        self.stabilisers.load(extra, state.values,
                              {"g": self.players.weights_g, "d": self.players.weights_d})
        self.noise.set_state(groups["noise"]["rng"].cpu())
        self.layers_rng.set_state(groups["layers"]["rng"].cpu())
        loss_d, loss_g, outputs = (groups["reading"][k].to(self.device).clone()
                                   for k in ("loss_d", "loss_g", "outputs"))
        self.reading = Reading(self._blank if loss_d.isnan() else loss_d,
                               self._blank if loss_g.isnan() else loss_g, outputs)
        self.step = int(state.values["step"])
        player, left = state.values["turn"]
        self.turn = Turn(str(player), int(left))
        self._kept = self._unproven = None
        self.before = None
        self.tiers.displaced()

    def _chunk(self, first: int, rows: list[Tensor]) -> ScalarChunk:
        width = len(SCALARS)
        values = (joined(rows).to("cpu", torch.float32).numpy().reshape(-1, width)
                  if rows else np.empty((0, width), np.float32))
        steps = np.arange(first + 1, first + 1 + len(values), dtype=np.int64)
        return ScalarChunk(steps, values)

