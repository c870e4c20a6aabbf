"""Whether two tiers came to the same state: bit for bit, or as nearly as a GPU allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from ganstudio.training.trainer import State

OF_CHANGE = 0.01
"""Part of what the rounds changed by which two ways of taking them may differ."""
OF_SIZE = {"float32": 1e-5, "bf16": 1e-3, "float64": 1e-12}
"""Part of a tensor's own size, by precision: so much is lost when sums are added up anew."""
LARGE = 1024
"""Numbers from which on a tensor is also judged by itself."""


def same_state(one: State, other: State) -> bool:
    """Whether two states are one but for their step, bit for bit (NaN equals NaN)."""
    return _same_numbers(one, other) and all(
        _same(tensor, other.tensors[name]) for name, tensor in one.tensors.items())


def close_states(before: State, one: State, other: State, precision: str) -> bool:
    """Whether the rounds from ``before`` led to the same state, up to the order of sums.

    cuDNN's backward passes add up in any order, so that on a GPU the eager step itself does not
    repeat its bits; and Adam turns a gradient that is all rounding, as a bias may have that the
    loss does not feel, into a step as long as any. So floats are compared by norms: a network, its
    moments and its average each as a whole, and large tensors also by themselves. ‖one − other‖
    may be ``OF_CHANGE`` of ‖one − before‖ and ``OF_SIZE`` of ‖one‖. A batch, a rate or a random
    number that is not the right one changes the step itself, a hundred times as much. All else
    (generators, counters, positions) must be the same. NaN equals NaN.
    """
    if not _same_numbers(one, other):
        return False
    groups: dict[str, list[str]] = {}
    for name, tensor in one.tensors.items():
        if not tensor.is_floating_point():
            if not _same(tensor, other.tensors[name]):
                return False
            continue
        groups.setdefault(_group(name), []).append(name)
        if tensor.numel() >= LARGE:
            groups[name] = [name]
    return all(_close(_flat(before, names, one), _flat(one, names, one), _flat(other, names, one),
                      OF_SIZE[precision], name == "reading") for name, names in groups.items())


def _same_numbers(one: State, other: State) -> bool:
    def plain(state: State) -> dict[str, Any]:
        return {name: value for name, value in state.values.items() if name != "step"}

    return plain(one) == plain(other) and one.tensors.keys() == other.tensors.keys()


def _same(a: Tensor, b: Tensor) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(
        a.contiguous().view(-1).view(torch.uint8), b.contiguous().view(-1).view(torch.uint8))


def _group(name: str) -> str:
    """optimizer_g.mean for optimizer_g.mean.3, else what stands before the first dot."""
    head, _, tail = name.partition(".")
    return f"{head}.{tail.partition('.')[0]}" if head in ("optimizer_g", "optimizer_d") else head


def _flat(state: State, names: list[str], like: State) -> Tensor:
    """Those tensors in one vector; zeros for one that the state has not got."""
    return torch.cat([state.tensors.get(name, torch.zeros_like(like.tensors[name]))
                      .double().reshape(-1) for name in names])


def _close(before: Tensor, a: Tensor, b: Tensor, size: float, unit: bool) -> bool:
    """``unit``: the numbers are of the size of 1, even where they cancel."""
    if a.shape != b.shape or not torch.equal(a.isnan(), b.isnan()):
        return False
    before, a, b = (torch.nan_to_num(each) for each in (before, a, b))
    allowed = OF_CHANGE * (a - before).norm() + size * (a.norm() + unit)
    return bool((a - b).norm() <= allowed)
