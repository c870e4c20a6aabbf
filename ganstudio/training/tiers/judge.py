"""Whether two tiers came to the same state: bit for bit, or as nearly as a GPU allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from ganstudio.training.trainer import State

OF_CHANGE = 0.01
"""Part of what the rounds changed in a tensor by which two ways of taking them may differ."""
OF_SIZE = {"float32": 1e-5, "bf16": 1e-3, "float64": 1e-12}
"""Part of a tensor's own size, by precision: so much is lost when sums are added up anew."""


def same_state(one: State, other: State) -> bool:
    """Whether two states are one but for their step, bit for bit (NaN equals NaN)."""
    return _same_numbers(one, other) and all(
        _same(tensor, other.tensors[name]) for name, tensor in one.tensors.items())


def close_states(before: State, one: State, other: State, precision: str) -> bool:
    """Whether the rounds from ``before`` led to the same state, up to the order of sums.

    cuDNN's backward passes add up in any order, so that on a GPU the eager step itself does not
    repeat its bits; and Adam turns a gradient that is all rounding into a step as long as any.
    So tensors of floats are compared as wholes: ‖one − other‖ may be ``OF_CHANGE`` of
    ‖one − before‖ and ``OF_SIZE`` of ‖one‖. A batch, a rate or a random number that is not the
    right one changes the step itself, a hundred times as much. All else (generators, counters,
    positions) must be the same. NaN equals NaN.
    """
    size = OF_SIZE[precision]
    return _same_numbers(one, other) and all(
        _close(before.tensors.get(name), tensor, other.tensors[name], size)
        if tensor.is_floating_point() else _same(tensor, other.tensors[name])
        for name, tensor in one.tensors.items())


def _same_numbers(one: State, other: State) -> bool:
    def plain(state: State) -> dict[str, Any]:
        return {name: value for name, value in state.values.items() if name != "step"}

    return plain(one) == plain(other) and one.tensors.keys() == other.tensors.keys()


def _same(a: Tensor, b: Tensor) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(
        a.contiguous().view(-1).view(torch.uint8), b.contiguous().view(-1).view(torch.uint8))


def _close(before: Tensor | None, a: Tensor, b: Tensor, size: float) -> bool:
    if a.dtype != b.dtype or a.shape != b.shape or not torch.equal(a.isnan(), b.isnan()):
        return False
    a, b = (torch.nan_to_num(t.double()) for t in (a, b))
    start = torch.zeros_like(a) if before is None else torch.nan_to_num(before.double())
    apart, change = (a - b).norm(), (a - start).norm()
    return bool(apart <= OF_CHANGE * change + size * a.norm())
