"""The scalars of a chunk while they are on the device: single ones, and blocks of many rounds."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def joined(rows: Sequence[Tensor]) -> Tensor:
    """Their numbers one after the other, (n,)."""
    if not any(each.dim() for each in rows):
        return torch.stack(list(rows))
    return torch.cat([each.reshape(-1) for each in rows])


def entry_at(rows: Sequence[Tensor], index: int) -> Tensor:
    """The one in which their ``index``-th number lies."""
    for each in rows:
        index -= each.numel()
        if index < 0:
            return each
    raise IndexError(index)
