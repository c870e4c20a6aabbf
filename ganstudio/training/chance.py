"""The random numbers of the stabilisers: streams of their own, made when first drawn from."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from ganstudio.training.streams import Stream, generator, stream_seed


class Chance(Protocol):
    """Where a loss takes its random numbers from."""

    def stream(self, which: Stream) -> torch.Generator:
        """The generator of one stream, where it stands."""


class RunChance:
    """A run's own streams. One that was never drawn from does not exist, and costs nothing."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self.seed, self.device = seed, device
        self._made: dict[Stream, torch.Generator] = {}

    def stream(self, which: Stream) -> torch.Generator:
        """The generator of one stream, where it stands."""
        if which not in self._made:
            self._made[which] = generator(self.seed, which, self.device)
        return self._made[which]

    def existing(self) -> list[torch.Generator]:
        """The generators of those that exist."""
        return list(self._made.values())

    def tensors(self) -> dict[str, Tensor]:
        """The states of those that exist, by name."""
        return {which.name.lower(): made.get_state() for which, made in self._made.items()}

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Take up the states from ``tensors()``; a stream that is not there begins anew.

        Raises:
            KeyError: a stream of another name.
        """
        # What exists is kept: a recorded graph draws from the very generators.
        before, self._made = self._made, {}
        for name, state in tensors.items():
            which = Stream[name.upper()]
            if which in before:
                self._made[which] = before[which]
            self.stream(which).set_state(state.cpu())


class SameChance:
    """The same numbers whenever ``again`` has been called: what makes a loss a fixed function."""

    def __init__(self, device: torch.device, seed: int = 0) -> None:
        self.device, self.seed = device, seed
        self._made: dict[Stream, torch.Generator] = {}
        self._begun: set[Stream] = set()

    def again(self) -> None:
        """Every stream begins anew."""
        self._begun.clear()

    def stream(self, which: Stream) -> torch.Generator:
        """The generator of one stream, where it stands since ``again``."""
        if which not in self._made:
            self._made[which] = torch.Generator(device=self.device)
        if which not in self._begun:
            self._begun.add(which)
            self._made[which].manual_seed(stream_seed(self.seed, which))
        return self._made[which]
