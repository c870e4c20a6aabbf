"""Mixed precision: products in bfloat16, weights and everything between networks in float32."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def in_full(act: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """``act(x)`` in float32 where products are made in bfloat16; elsewhere as it is."""
    device = x.device.type
    if not torch.is_autocast_enabled(device):
        return act(x)
    with torch.autocast(device, enabled=False):
        return act(x.float())
