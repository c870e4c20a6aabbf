"""Rounds replayed as CUDA graphs: what the eager step has the device do, done in one call.

A graph is recorded from the trainer's own moves. It repeats the device's work on the same
memory, and none of the Python around it; so what Python does in a round is done here: real samples
are chosen and handed in by their places, numbers that change with the steps (rates, the noise's
deviation, weights of averages) are written where the graph reads them, counters go on. All other
numbers are constants of a graph: a *kind* of round has one set of them and one graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
from ganstudio.training.players import warm_decay
from ganstudio.training.stabilisers import Player
from ganstudio.training.tiers.captured import penalised_moves_of
from ganstudio.training.tiers.claims import graph_why_not
from ganstudio.training.tiers.judge import close_states, same_state
from ganstudio.training.tiers.recorder import Recorder, Recording

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


class Number:
    """A number on the device that a graph reads; written only when it changes."""

    def __init__(self, dtype: torch.dtype, device: torch.device) -> None:
        self.tensor = torch.zeros((), dtype=dtype, device=device)
        self._value = 0.0

    def set(self, value: float) -> None:
        """What it is from the next replay on."""
        if value != self._value:
            self._value = value
            self.tensor.fill_(value)


@dataclass(frozen=True, slots=True)
class Trail:
    """What one round of a kind leaves in Python: samples drawn, updates of averages."""

    drawn: int
    averaged: int
    noted: dict[Player, int]


@dataclass(frozen=True, slots=True)
class Round:
    """The graph of one kind of round, and the memory that it reads and writes."""

    recording: Recording
    trail: Trail
    chosen: Tensor
    """Places of its real samples, (drawn,)."""
    out: Tensor
    """Its scalars, (len(SCALARS),)."""
    rates: tuple[Number, Number] | None
    """D's and G's, unless they are constants."""
    sigma: Number
    averages: list[Number]
    notes: dict[Player, list[Number]]


class Graphed:
    """Takes a trainer's rounds by replaying graphs, on the trainer's own tensors."""

    name = "graph"

    def __init__(self, trainer: Trainer, recorder: Recorder) -> None:
        self.trainer = trainer
        self.recorder = recorder
        self._rounds: dict[Kind, Round] = {}
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

    def _made_and_compared(self) -> tuple[Round, bool]:
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

    def _replayed(self, made: Round) -> None:
        _, after = self._next(self.trainer.step)
        for _ in range(COMPARED):
            self._play(made, after)
        self._read(made.out)

    def _recorded(self) -> Round:
        trainer, extra = self.trainer, self.trainer.stabilisers
        self._next(trainer.step)
        waited = dict(extra.waited)
        with self.recorder.aside():
            trail = self._trail()
        extra.waited = waited
        number = trainer.dtype
        made = Round(
            _NOTHING, trail, torch.zeros(trail.drawn, dtype=torch.int64, device=trainer.device),
            torch.zeros(len(SCALARS), dtype=number, device=trainer.device),
            (self._number(self.recorder.rates), self._number(self.recorder.rates))
            if self._rates_live() else None,
            self._number(number), [self._number(number) for _ in range(trail.averaged)],
            {who: [self._number(number) for _ in range(n)] for who, n in trail.noted.items()})
        with self._reading_from(made):
            recording = self.recorder.record(
                lambda: self._moves(made.out),
                [trainer.noise, trainer.layers_rng, *extra.chance.existing()],
                next((each.recording for each in self._rounds.values()), None))
        return replace(made, recording=recording)

    def _number(self, dtype: torch.dtype) -> Number:
        return Number(dtype, self.trainer.device)

    def _trail(self) -> Trail:
        """Take one eager round and see what it left."""
        trainer, history = self.trainer, self.trainer.stabilisers.history
        updates = trainer.players.averaging()[1]
        drawn, averaged, noted = trainer.batches.drawn, int(updates), dict(history.counts)
        trainer.play()
        players: tuple[Player, Player] = ("d", "g")
        return Trail(trainer.batches.drawn - drawn, int(updates) - averaged,
                     {who: history.counts[who] - noted.get(who, 0) for who in players
                      if history.counts.get(who, 0) > noted.get(who, 0)})

    def _moves(self, out: Tensor) -> None:
        """What is recorded."""
        self.trainer.play()
        reading = self.trainer.reading
        torch.stack((reading.loss_d, reading.loss_g, *reading.outputs.unbind()), out=out)

    @contextmanager
    def _reading_from(self, made: Round) -> Iterator[None]:
        """Inside, a round takes from ``made`` what is not a constant of it."""
        trainer, extra = self.trainer, self.trainer.stabilisers
        if made.rates is not None:
            extra.rate_d, extra.rate_g = (rate.tensor for rate in made.rates)
        if extra.objective.sigma:
            extra.objective.level = made.sigma.tensor
        trainer.players.weights_ahead = iter([each.tensor for each in made.averages])
        extra.history.weights_ahead = {who: iter([each.tensor for each in numbers])
                                       for who, numbers in made.notes.items()}
        try:
            with trainer.batches.handed(made.chosen, trainer.recipe.batch):
                yield
        finally:  # rates and deviation are settled anew when the next round begins
            trainer.players.weights_ahead = None
            extra.history.weights_ahead = {}

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
            self._play(one, after)
            rows[done].copy_(one.out)
            done += 1
        if done:
            self._read(rows[done - 1])
        self.recorder.wait()
        self._seconds += 0.3 * ((perf_counter() - begun) / max(done, 1) - self._seconds)
        return rows[:done], None

    def _play(self, one: Round, waited: dict[str, int]) -> None:
        """One round that has begun; ``waited`` are the lazy penalties' counts after it."""
        trainer, extra, trail = self.trainer, self.trainer.stabilisers, one.trail
        one.chosen.copy_(trainer.batches.choose(trail.drawn))
        if one.rates is not None:
            for number, rate in zip(one.rates, (extra.rate_d, extra.rate_g), strict=True):
                assert not isinstance(rate, Tensor)
                number.set(rate)
        one.sigma.set(extra.objective.sigma)
        updates = trainer.players.averaging()[1]
        for number in one.averages:
            number.set(1.0 - warm_decay(trainer.recipe.average.decay, int(updates.add_(1))))
        for who, numbers in one.notes.items():
            for number in numbers:
                extra.history.counts[who] += 1
                number.set(1.0 / extra.history.counts[who])
        extra.waited = dict(waited)
        one.recording.replay()

    def _read(self, row: Tensor) -> None:
        last = row.clone()
        self.trainer.reading = Reading(last[0], last[1], last[2:])


class _Nothing:
    """Stands where the recording will be."""

    def replay(self) -> None:
        """Nothing."""


_NOTHING = _Nothing()


def _same_things(some: list[object], others: list[object]) -> bool:
    return len(some) == len(others) and all(
        a is b for a, b in zip(some, others, strict=True))
