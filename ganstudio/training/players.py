"""The two players of a real GAN: networks, optimizers and the generator's average."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ganstudio.nets.average import Average
from ganstudio.nets.build import build_discriminator, build_generator
from ganstudio.recipe.tree import Recipe
from ganstudio.training.optimizers import Optimizer
from ganstudio.training.streams import Stream, generator

DTYPES = {"float32": torch.float32, "bf16": torch.float32, "float64": torch.float64}
"""What weights and losses are in."""


class Players:
    """Generator and discriminator with all that moves them.

    ``weights_g`` and ``weights_d`` are the trained tensors in a fixed order. ``company`` are the
    real samples beside which a D that packs judges single ones at test time.
    """

    def __init__(self, recipe: Recipe, sample_shape: tuple[int, ...],
                 device: torch.device, company: Tensor | None = None) -> None:
        dtype = DTYPES[recipe.machine.precision]
        self.g = build_generator(recipe.generator, recipe.latent.dim, sample_shape,
                                 seed_rng=generator(recipe.seed, Stream.WEIGHTS_G), dtype=dtype)
        self.d = build_discriminator(recipe.discriminator, sample_shape,
                                     seed_rng=generator(recipe.seed, Stream.WEIGHTS_D),
                                     dtype=dtype, minibatch=recipe.minibatch,
                                     company=company)
        for network in (self.g, self.d):
            network.to(device)
            if len(sample_shape) == 3:
                network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            network.mixed = recipe.machine.precision == "bf16"
            network.train()
        self.weights_g: list[Tensor] = list(self.g.parameters())
        self.weights_d: list[Tensor] = list(self.d.parameters())
        self.optimizer_g = Optimizer(recipe.optimizer_g.kind, self.weights_g)
        self.optimizer_d = Optimizer(recipe.optimizer_d.kind, self.weights_d)
        self.d_mixes_batch = bool(self.d.uses_batch_statistics)
        self.has_dropout = bool(self.g.has_dropout) or bool(self.d.has_dropout)
        self.average: Average | None = None
        # Kept as a tensor on the CPU: it belongs to the state, and is read at every step.
        self._averaged = torch.zeros((), dtype=torch.int64)
        self.weights_ahead: Iterator[Tensor] | None = None
        """While a graph is recorded: what the average's updates are to read their weights from."""
        if recipe.average.decay > 0:
            self._begin_average()

    def _begin_average(self) -> None:
        self.average = Average(self.g)
        self._averaged.zero_()

    def average_step(self, decay: float) -> None:
        """Let the averaged generator follow; it begins at the weights of the moment it is on."""
        if decay <= 0:
            self.average = None
            return
        if self.average is None:
            self._begin_average()
        assert self.average is not None
        self.average.follow(self.g, 1.0 - warm_decay(decay, int(self._averaged.add_(1)))
                            if self.weights_ahead is None else next(self.weights_ahead))

    def averaging(self) -> tuple[list[Tensor], Tensor]:
        """The average's weights in the order of ``weights_g`` (none without one), and its updates.
        """
        module = self.average.module if self.average is not None else None
        return list(module.parameters()) if module is not None else [], self._averaged

    def sampler(self, averaged: bool) -> nn.Module:
        """The generator to look at: the averaged one if it is asked for and kept."""
        if averaged and self.average is not None:
            return self.average.module
        return self.g

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Both networks as at test time: no dropout, running statistics, nothing updated."""
        self.g.eval()
        self.d.eval()
        try:
            yield
        finally:
            self.g.train()
            self.d.train()

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor that the players' state consists of, live, by name."""
        named: dict[str, Tensor] = {}
        for prefix, group in (
            ("g", self.g.state_dict()), ("d", self.d.state_dict()),
            ("optimizer_g", self.optimizer_g.tensors()),
            ("optimizer_d", self.optimizer_d.tensors()),
            ("average", {**self.average.state_dict(), "updates": self._averaged}
             if self.average is not None else {}),
        ):
            named.update({f"{prefix}.{name}": tensor for name, tensor in group.items()})
        return named

    @torch.no_grad()
    def load(self, tensors: dict[str, Tensor]) -> None:
        """Take up a state from ``tensors()``.

        Raises:
            ValueError: a tensor is missing, is not known, or has another shape.
        """
        if any(name.startswith("average.") for name in tensors):
            if self.average is None:
                self._begin_average()
        else:
            self.average = None
        mine = self.tensors()
        for name in sorted(mine.keys() | tensors.keys()):
            if name not in tensors or name not in mine:
                where = "saved state" if name not in tensors else "networks"
                raise ValueError(f"{name} is not in the {where}: it was saved by another recipe")
            if mine[name].shape != tensors[name].shape:
                raise ValueError(f"{name} is {tuple(tensors[name].shape)} in the saved state and "
                                 f"{tuple(mine[name].shape)} in the networks")
        for name, tensor in mine.items():
            tensor.copy_(tensors[name])


def warm_decay(decay: float, updates: int) -> float:
    """The decay of the average's ``updates``-th update, counted from 1.

    Shorter at first, min(decay, (1 + n)/(10 + n)), or thousands of early steps would still show
    the random weights from which the average began.
    """
    return min(decay, (1 + updates) / (10 + updates))
