"""The field of a real game on a plane, refined from coarse to fine, a few nodes at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from ganstudio.game.field import Turning, turning_of, turning_probe
from ganstudio.training.arrays import frozen
from ganstudio.training.field_frames import FieldFrame, WantField
from ganstudio.training.field_plane import half_widths, make_plane, path_shadow
from ganstudio.training.still_game import StillGame

PROBES = 8
"""Random directions from which the turning share is told: two products each."""


def levels(size: int) -> list[list[tuple[int, int]]]:
    """Cells (row, column) of a size × size grid, each once: lattices from coarse to fine."""
    stride = 1
    while stride * 2 < size:
        stride *= 2
    done: set[tuple[int, int]] = set()
    found = []
    while stride:
        level = [(r, c) for r in range(0, size, stride) for c in range(0, size, stride)
                 if (r, c) not in done]
        done.update(level)
        found.append(level)
        stride //= 2
    return found


def field_frames(still: StillGame, want: WantField) -> Iterator[FieldFrame | None]:
    """None after each piece of work, a frame after each level; the last is complete."""
    v = still.field(still.flat)
    yield None
    plane = yield from make_plane(still, want, v)
    path, distance = yield from path_shadow(still, plane)
    wide, high = half_widths(still, plane, path, want.span)
    a, b = np.linspace(-wide, wide, want.size), np.linspace(-high, high, want.size)
    arrows = np.full((want.size, want.size, 2), np.nan)
    share = np.full((want.size, want.size), np.nan)
    centre_a, centre_b, centre_share = plane.shadow(v)
    turning = Turning(float("nan"), float("nan"), 0)
    lattices = levels(want.size)
    for done, level in enumerate(lattices, 1):
        for begin in range(0, len(level), still.at_once):
            cells = level[begin:begin + still.at_once]
            at = torch.stack([still.flat + a[column] * plane.directions[0]
                              + b[row] * plane.directions[1] for row, column in cells])
            for (row, column), found in zip(cells, still.fields(at), strict=True):
                arrows[row, column, 0], arrows[row, column, 1], share[row, column] = (
                    plane.shadow(found))
            yield None
        if done == max(len(lattices) - 1, 1):  # the last level alone costs most of it
            yield from still.curve.prepare()
            probes = []
            random = torch.Generator().manual_seed(want.seed)
            for _ in range(PROBES):
                probes.append((yield from turning_probe(still.curve, random)))
                yield None
            turning = turning_of(probes)
        yield FieldFrame(
            still.step, want.size, done, len(lattices), frozen(a), frozen(b), frozen(arrows),
            frozen(share), frozen((centre_a, centre_b)), centre_share, frozen(path),
            frozen(distance), turning.share, turning.error, *plane.labels, still.spent())
