"""One kind of round as a graph: how it is recorded, and what Python does for each replay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganstudio.training.frames import SCALARS
from ganstudio.training.players import warm_decay
from ganstudio.training.stabilisers import Player
from ganstudio.training.tiers.recorder import Recorder, Recording

if TYPE_CHECKING:
    from ganstudio.training.trainer import Trainer


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


class Inputs:
    """The memory from which a graph takes what differs from round to round, and its scalars.

    ``chosen`` (drawn,) are the places of the real samples, ``out`` (len(SCALARS),) what the round
    gives. ``rates`` are D's and G's, unless they are constants of the graph.
    """

    def __init__(self, trainer: Trainer, trail: Trail, rates: torch.dtype | None) -> None:
        def numbers(count: int, dtype: torch.dtype = trainer.dtype) -> list[Number]:
            return [Number(dtype, trainer.device) for _ in range(count)]

        self.trail = trail
        self.chosen = torch.zeros(trail.drawn, dtype=torch.int64, device=trainer.device)
        self.out = torch.zeros(len(SCALARS), dtype=trainer.dtype, device=trainer.device)
        self.rates = numbers(2, rates) if rates is not None else []
        self.sigma = numbers(1)[0]
        self.averages = numbers(trail.averaged)
        self.notes = {who: numbers(count) for who, count in trail.noted.items()}

    @contextmanager
    def taken(self, trainer: Trainer) -> Iterator[None]:
        """Inside, the trainer's moves read from here what is no constant of the graph."""
        extra = trainer.stabilisers
        if self.rates:
            extra.rate_d, extra.rate_g = (rate.tensor for rate in self.rates)
        if extra.objective.sigma:
            extra.objective.level = self.sigma.tensor
        trainer.players.weights_ahead = iter([each.tensor for each in self.averages])
        extra.history.weights_ahead = {who: iter([each.tensor for each in numbers])
                                       for who, numbers in self.notes.items()}
        try:
            with trainer.batches.handed(self.chosen, trainer.recipe.batch):
                yield
        finally:  # rates and deviation are settled anew when the next round begins
            trainer.players.weights_ahead = None
            extra.history.weights_ahead = {}

    def write(self, trainer: Trainer) -> None:
        """For the round that has begun; samples are drawn and averages count it as taken."""
        extra = trainer.stabilisers
        self.chosen.copy_(trainer.batches.choose(self.trail.drawn))
        for number, rate in zip(self.rates, (extra.rate_d, extra.rate_g), strict=False):
            assert not isinstance(rate, Tensor)
            number.set(rate)
        self.sigma.set(extra.objective.sigma)
        updates = trainer.players.averaging()[1]
        for number in self.averages:
            number.set(1.0 - warm_decay(trainer.recipe.average.decay, int(updates.add_(1))))
        for who, numbers in self.notes.items():
            for number in numbers:
                extra.history.counts[who] += 1
                number.set(1.0 / extra.history.counts[who])


class GraphRound:
    """A kind of round: its graph, and the memory that it reads and writes."""

    def __init__(self, trainer: Trainer, recorder: Recorder, live_rates: bool,
                 beside: Recording | None) -> None:
        """Record the round that has begun; what the trainer is afterwards means nothing."""
        extra = trainer.stabilisers
        waited = dict(extra.waited)
        with recorder.aside():
            trail = _trail(trainer)
        extra.waited = waited
        self.inputs = Inputs(trainer, trail, recorder.rates if live_rates else None)
        with self.inputs.taken(trainer):
            self.recording = recorder.record(
                lambda: _moves(trainer, self.inputs.out),
                [trainer.noise, trainer.layers_rng, *extra.chance.existing()], beside)

    def play(self, trainer: Trainer, waited: dict[str, int]) -> Tensor:
        """The round that has begun: its scalars, on the device, until the next is played.

        ``waited`` are the lazy penalties' counts after it.
        """
        self.inputs.write(trainer)
        trainer.stabilisers.waited = dict(waited)
        self.recording.replay()
        return self.inputs.out


def _trail(trainer: Trainer) -> Trail:
    """Take one eager round and see what it left."""
    history, updates = trainer.stabilisers.history, trainer.players.averaging()[1]
    drawn, averaged, counts = trainer.batches.drawn, int(updates), dict(history.counts)
    trainer.play()
    players: tuple[Player, Player] = ("d", "g")
    noted = {who: history.counts.get(who, 0) - counts.get(who, 0) for who in players}
    return Trail(trainer.batches.drawn - drawn, int(updates) - averaged,
                 {who: count for who, count in noted.items() if count})


def _moves(trainer: Trainer, out: Tensor) -> None:
    """What is recorded."""
    trainer.play()
    reading = trainer.reading
    torch.stack((reading.loss_d, reading.loss_g, *reading.outputs.unbind()), out=out)
