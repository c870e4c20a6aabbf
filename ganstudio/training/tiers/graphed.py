"""Rounds replayed as CUDA graphs: what the eager step has the device do, done in one call.

A graph is recorded from the trainer's own moves. It repeats the device's work on the same
memory, and none of the Python around it; so what Python does in a round is done here: real samples
are chosen and handed in by their places, numbers that change with the steps (rates, the noise's
deviation, weights of averages) are written where the graph reads them, counters go on. All other
numbers are constants of a graph: a *kind* of round has one set of them and one graph.
"""

from __future__ import annotations

from itertools import count as count_up
from time import perf_counter
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganstudio.recipe import Recipe, leaves
from ganstudio.recipe.schedules import rate_at
from ganstudio.training.frames import SCALARS
from ganstudio.training.interrupt import Interrupt
from ganstudio.training.moves import NonFiniteLossError, Reading
from ganstudio.training.tiers.captured import penalised_moves_of
from ganstudio.training.tiers.claims import graph_why_not
from ganstudio.training.tiers.graph_round import GraphRound
from ganstudio.training.tiers.judge import close_states, same_state
from ganstudio.training.tiers.recorder import Recorder

if TYPE_CHECKING:
    from ganstudio.training.trainer import Trainer

CALL_SECONDS = 0.01
"""How long the device is kept busy by one call, after which it is waited for: Pause must not."""
SETTLED = 32
"""Eager rounds under one recipe before a graph is recorded: not while a slider is dragged."""
COMPARED = 2
"""Rounds that are taken both ways before a graph is trusted."""
MOST_KINDS = 16
"""Graphs that are kept."""
MOST_TRIALS = 3
PREPARING = "the graph is being prepared"
DIFFERS = "the graph's rounds differ from the eager ones on this machine"
TOO_MANY = f"this recipe has more than {MOST_KINDS} kinds of rounds"
LIVE = frozenset({"average.decay", "instance_noise.sigma", "instance_noise.decay",
                  "instance_noise.steps", *(f"optimizer_{who}.{name}" for who in "dg" for name in (
                      "lr", "schedule", "warmup", "steps", "final"))})
"""Fields that a graph reads from memory, or that the kind of a round tells apart by itself."""

Kind = tuple[object, ...]
"""What the constants of a round are: equal kinds can be played by one graph."""


class Graphed:
    """Takes a trainer's rounds by replaying graphs, on the trainer's own tensors."""

    name = "graph"

    def __init__(self, trainer: Trainer, recorder: Recorder) -> None:
        self.trainer = trainer
        self.recorder = recorder
        self._rounds: dict[Kind, GraphRound] = {}
        self._failed: dict[Kind, str] = {}
        self._trials: dict[Kind, int] = {}
        self._given_up = ""
        self._bound: list[object] = []
        """What ``_replaceable`` was when the graphs were recorded."""
        self._recipe: Recipe | None = None
        self._claim = ""
        self._number_of: dict[tuple[tuple[str, object], ...], int] = {}
        self._numbers = count_up()
        self._constants = 0
        """A number for the present recipe's constants: equal ones have the same."""
        self._eager_rounds = 0
        self._seconds = CALL_SECONDS
        """What a round takes, roughly."""

    # ---- which rounds ------------------------------------------------------------------------

    def why_not(self) -> str:
        """Why the next round is not to be replayed; empty where it is.

        When its time has come the round's graph is recorded here, and compared.
        """
        self._take_up(self.trainer.recipe)
        why = self._given_up or self._claim or self._changing() or self._unready()
        self._eager_rounds += bool(why)
        return why

    def _take_up(self, recipe: Recipe) -> None:
        if recipe is self._recipe:
            return
        self._recipe, self._eager_rounds = recipe, 0
        self._claim = graph_why_not(recipe)
        constants = tuple((path, value) for path, value in leaves(recipe).items()
                          if path not in LIVE)
        number = self._number_of.pop(constants, None)
        self._number_of[constants] = next(self._numbers) if number is None else number
        self._constants = self._number_of[constants]
        if len(self._number_of) > MOST_KINDS:  # a dragged slider makes hundreds
            del self._number_of[next(iter(self._number_of))]

    def _changing(self) -> str:
        trainer, recipe = self.trainer, self.trainer.recipe
        if (recipe.average.decay > 0) != (trainer.players.average is not None):
            return "the average begins or ends"
        if not self._rates_live() and any(
                rate_at(each, trainer.step) != rate_at(each, trainer.step + 1)
                for each in (recipe.optimizer_d, recipe.optimizer_g)):
            return "a learning rate that changes with the steps needs Adam in float32 or bf16"
        return ""

    def _rates_live(self) -> bool:
        """Whether rates lie on the device: the fused Adam of these precisions reads them there."""
        recipe = self.trainer.recipe
        return (recipe.optimizer_d.kind == recipe.optimizer_g.kind == "adam"
                and recipe.machine.precision != "float64")

    def _next(self, step: int) -> tuple[Kind, dict[str, int]]:
        """The kind of the round after ``step`` rounds, and the lazy penalties' counts after it."""
        extra, recipe = self.trainer.stabilisers, self.trainer.recipe
        extra.begin(recipe, step)
        before = dict(extra.waited)
        moves = penalised_moves_of(recipe.update, extra.d_steps)
        dues = tuple(extra.due() for _ in range(moves if extra.objective.penalties else 0))
        after, extra.waited = extra.waited, before
        rates = None if self._rates_live() else (extra.rate_d, extra.rate_g)
        return (self._constants, extra.d_steps, rates, extra.objective.sigma > 0,
                recipe.average.decay > 0, dues), after

    def _unready(self) -> str:
        """Why the next round's graph cannot be replayed yet, or at all."""
        kind, _ = self._next(self.trainer.step)
        present = self._replaceable()
        if not _same_things(self._bound, present):
            self._rounds.clear()
            self._bound, self._eager_rounds = present, 0
        if kind in self._rounds:
            return ""
        if kind not in self._failed and self._eager_rounds >= SETTLED:
            self._prepare(kind)
        return self._failed.get(kind, self._given_up or (
            "" if kind in self._rounds else PREPARING))

    def _replaceable(self) -> list[object]:
        """What a round works on and a trainer may replace; all else is only written into."""
        trainer = self.trainer
        means = trainer.stabilisers.history.means
        return [trainer.players.average, *(t for who in sorted(means) for t in means[who]),
                *trainer.stabilisers.chance.existing()]

    # ---- making a graph ----------------------------------------------------------------------

    def _prepare(self, kind: Kind) -> None:
        if not self._room_for(kind):
            self._failed[kind] = TOO_MANY
            return
        self._trials[kind] = self._trials.get(kind, 0) + 1
        if self._trials[kind] > MOST_TRIALS:
            self._failed[kind] = "what the graph works on keeps being replaced"
            return
        try:
            made, equal = self._made_and_compared()
        except Exception as error:  # whatever fails here, the eager step does not need it
            self._given_up = f"the graph could not be recorded ({error})"
            self._rounds.clear()
            return
        if not _same_things(self._bound, self._replaceable()):
            return  # something that the round begins with did not exist yet
        if not equal:
            self._failed[kind] = DIFFERS
            return
        self._rounds[kind] = made
        del self._trials[kind]

    def _room_for(self, kind: Kind) -> bool:
        """Whether one more graph may be kept; the oldest of another recipe goes for it."""
        if len(self._rounds) < MOST_KINDS:
            return True
        old = next((other for other in self._rounds if other[0] != kind[0]), None)
        if old is not None:
            del self._rounds[old]
        return old is not None

    def _made_and_compared(self) -> tuple[GraphRound, bool]:
        trainer = self.trainer
        before = trainer.state()
        eager, _ = trainer.rehearse(self._eagerly)
        _, made = trainer.rehearse(self._recorded)
        graphed, _ = trainer.rehearse(lambda: self._replayed(made))
        if self.recorder.exact:
            return made, same_state(eager, graphed)
        return made, close_states(before, eager, graphed, trainer.recipe.machine.precision)

    def _eagerly(self) -> None:
        """Rounds of the next one's kind, as they always were."""
        trainer, extra = self.trainer, self.trainer.stabilisers
        waited = dict(extra.waited)
        with self.recorder.aside():
            for _ in range(COMPARED):
                extra.begin(trainer.recipe, trainer.step)
                extra.waited = dict(waited)
                trainer.play()

    def _recorded(self) -> GraphRound:
        self._next(self.trainer.step)
        beside = next((each.recording for each in self._rounds.values()), None)
        return GraphRound(self.trainer, self.recorder, self._rates_live(), beside)

    def _replayed(self, made: GraphRound) -> None:
        _, after = self._next(self.trainer.step)
        for _ in range(COMPARED):
            row = made.play(self.trainer, after)
        self._read(row)

    # ---- playing -----------------------------------------------------------------------------

    def at_once(self, interrupted: object = None) -> int:
        """Rounds for one call."""
        return max(1, int(CALL_SECONDS / self._seconds))

    def advance(self, count: int, interrupted: object = None
                ) -> tuple[Tensor, NonFiniteLossError | None]:
        """Take ``count`` rounds, or fewer: until an ``Interrupt`` is set or a graph is missing.

        Returns their scalars (done, len(SCALARS)), on the device. Nobody has looked at the losses.
        """
        trainer, begun, done = self.trainer, perf_counter(), 0
        asked = interrupted if isinstance(interrupted, Interrupt) else None
        rows = torch.empty((count, len(SCALARS)), dtype=trainer.dtype, device=trainer.device)
        while done < count and not (done and asked is not None and asked()):
            kind, after = self._next(trainer.step + done)
            one = self._rounds.get(kind)
            if one is None:
                break
            rows[done].copy_(one.play(trainer, after))
            done += 1
        if done:
            self._read(rows[done - 1])
        self.recorder.wait()
        self._seconds += 0.3 * ((perf_counter() - begun) / max(done, 1) - self._seconds)
        return rows[:done], None

    def _read(self, row: Tensor) -> None:
        last = row.clone()
        self.trainer.reading = Reading(last[0], last[1], last[2:])


def _same_things(some: list[object], others: list[object]) -> bool:
    return len(some) == len(others) and all(
        a is b for a, b in zip(some, others, strict=True))
