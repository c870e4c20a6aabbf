"""The averaged generator: an exponential moving average of weights and buffers."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from ganstudio.nets.spectral import SpectralNorm
from ganstudio.nets.units import Dropout


class Average:
    """A second copy of a network that follows the first slowly (Yazıcı et al. 2018).

    After each step every weight and floating-point buffer a of the copy moves to
    decay·a + (1−decay)·w; batch norm's running statistics belong to these, since weights
    averaged beside statistics that are not would sample wrongly. Counters are copied, and so are
    spectral norm's u and v, which have to stay unit vectors.

    ``module`` is the copy: in evaluation mode, without gradients, ready to sample from. With a
    decay of 0 the copy equals the network, so there is no need to keep one.
    """

    def __init__(self, model: nn.Module) -> None:
        self.module = copy.deepcopy(model).eval().requires_grad_(False)
        for parameter in self.module.parameters():
            parameter.grad = None
        for module in self.module.modules():
            if isinstance(module, Dropout):
                module.rng = None  # a copy at rest draws nothing; its generator would go stale

    def update(self, model: nn.Module, decay: float) -> None:
        """Move towards ``model``, of the same architecture; 0 ≤ ``decay`` < 1."""
        self.follow(model, 1.0 - decay)

    @torch.no_grad()
    def follow(self, model: nn.Module, weight: float | Tensor) -> None:
        """Move by ``weight``, 1 − decay, of the way; it may lie on the device, a scalar."""
        averaged, copied = _tensors(self.module)
        new_averaged, new_copied = _tensors(model)
        lerp_each(averaged, new_averaged, weight)
        if copied:
            torch._foreach_copy_(copied, new_copied)

    def state_dict(self) -> dict[str, Any]:
        """The copy's weights and buffers by name."""
        return self.module.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what :meth:`state_dict` gave; RuntimeError if names or shapes differ."""
        self.module.load_state_dict(state)


def lerp_each(tensors: list[Tensor], ends: list[Tensor], weight: float | Tensor) -> None:
    """Move each tensor by ``weight`` of the way to its end, in place."""
    if isinstance(weight, float):
        torch._foreach_lerp_(tensors, ends, weight)
        return
    for tensor, end in zip(tensors, ends, strict=True):
        tensor.lerp_(end, weight)


def _tensors(model: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """Those that are averaged and those that are copied, in a fixed order."""
    averaged: list[Tensor] = list(model.parameters())
    copied: list[Tensor] = []
    for module in model.modules():
        exact = isinstance(module, SpectralNorm)
        for buffer in module.buffers(recurse=False):
            keep = exact or not buffer.is_floating_point()
            (copied if keep else averaged).append(buffer)
    return averaged, copied
