"""Pictures from tensors: one tiled uint8 image, built where the samples are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganstudio.training.frames import Bytes

if TYPE_CHECKING:
    from torch import Tensor


def pictures(samples: Tensor) -> Tensor:
    """Samples (n, C, H, W) in [−1, 1] as bytes, (n, H, W) or (n, H, W, 3), on their device."""
    scaled = samples.detach().float().mul(127.5).add_(127.5).round_().clamp_(0, 255)
    whole = scaled.byte().permute(0, 2, 3, 1)
    return whole[..., 0] if whole.shape[-1] == 1 else whole


def tile(pictures: Bytes, rows: int, columns: int) -> Bytes:
    """``rows`` × ``columns`` pictures as one, row by row, touching."""
    height, width = pictures.shape[1:3]
    rest = pictures.shape[3:]
    grid = pictures.reshape(rows, columns, height, width, *rest)
    whole = np.ascontiguousarray(grid.swapaxes(1, 2)).reshape(rows * height, columns * width,
                                                              *rest)
    if not whole.flags.owndata:
        whole = whole.copy()
    whole.flags.writeable = False
    return whole
