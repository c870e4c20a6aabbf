"""Real minibatches, indexed straight from memory, each epoch in a fresh order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Place = tuple[Tensor, Tensor, int, int]
"""Order of the epoch, state of the generator, position in the order, samples drawn."""


class RealBatches:
    """Minibatches without replacement within an epoch.

    Points are kept in the training type; images stay uint8 and become numbers in [−1, 1] batch
    by batch, so that 60,000 images take their own size in memory and not four times it.
    A batch that reaches the end of an epoch is filled from the start of the next.
    """

    def __init__(self, items: NDArray[np.generic], generator: torch.Generator,
                 device: torch.device, dtype: torch.dtype) -> None:
        held = torch.from_numpy(np.ascontiguousarray(items))
        self.is_image = held.dtype == torch.uint8
        self.items = held.to(device) if self.is_image else held.to(device, dtype)
        self.generator = generator
        self.dtype = dtype
        self.drawn = 0
        """Samples drawn since the start of the run."""
        self._handed: Iterator[Tensor] | None = None
        self._position = 0
        self._order = self._shuffled()

    def __len__(self) -> int:
        return int(self.items.shape[0])

    @property
    def epoch(self) -> float:
        """Passes through the data so far."""
        return self.drawn / len(self)

    def _shuffled(self) -> Tensor:
        # Pinned, it goes to a GPU without waiting for what the GPU is at.
        device = self.items.device
        order = torch.randperm(len(self), generator=self.generator,
                               pin_memory=device.type == "cuda")
        return order.to(device, non_blocking=True)

    def draw(self, count: int) -> Tensor:
        """The next ``count`` real samples, (count, …) in the training type."""
        chosen = self.choose(count) if self._handed is None else next(self._handed)
        return self.as_input(self.items.index_select(0, chosen))

    @contextmanager
    def handed(self, chosen: Tensor, count: int) -> Iterator[None]:
        """Inside, ``draw`` takes the places in ``chosen``, ``count`` at a time; none is drawn."""
        self._handed = iter(torch.split(chosen, count))
        try:
            yield
        finally:
            self._handed = None

    def choose(self, count: int) -> Tensor:
        """Where in ``items`` the next ``count`` samples stand, (count,); they count as drawn."""
        self.drawn += count
        end = self._position + count
        if end > len(self):
            return self._across_epochs(count)
        chosen = self._order[self._position:end]
        self._position = end
        return chosen

    def _across_epochs(self, count: int) -> Tensor:
        parts = [self._order[self._position:]]
        missing = count - int(parts[0].numel())
        while True:
            self._order = self._shuffled()
            taken = min(missing, len(self))
            parts.append(self._order[:taken])
            self._position = taken
            missing -= taken
            if missing == 0:
                return torch.cat(parts)

    def place(self) -> Place:
        """Where drawing stands; ``return_to`` takes it up."""
        return self._order, self.generator.get_state(), self._position, self.drawn

    def return_to(self, place: Place) -> None:
        """What was drawn since counts as not drawn."""
        self._order, rng, self._position, self.drawn = place
        self.generator.set_state(rng)

    def as_input(self, items: Tensor) -> Tensor:
        """What the networks take: uint8 images become numbers in [−1, 1]."""
        if not self.is_image:
            return items
        return items.to(self.dtype).mul_(2 / 255).sub_(1)

    def tensors(self) -> dict[str, Tensor]:
        """The state as tensors: the present order and the generator."""
        return {"order": self._order, "rng": self.generator.get_state()}

    def values(self) -> dict[str, int]:
        """The state as plain numbers."""
        return {"position": self._position, "drawn": self.drawn}

    def load(self, tensors: dict[str, Tensor], values: dict[str, int]) -> None:
        """Take up a state.

        Raises:
            ValueError: the saved order is not one of this data set.
        """
        order = tensors["order"]
        if order.shape != self._order.shape:
            raise ValueError(f"the run was trained on {order.numel()} samples, and the data now "
                             f"holds {len(self)}; put the original data back to go on")
        position, drawn = int(values["position"]), int(values["drawn"])
        if (order.dtype != torch.int64 or int(order.min()) < 0 or int(order.max()) >= len(self)
                or not 0 <= position <= len(self) or drawn < 0):
            raise ValueError("the saved order of the data is damaged")
        self._order = order.to(self.items.device)
        self.generator.set_state(tensors["rng"].cpu())
        self._position = position
        self.drawn = drawn
