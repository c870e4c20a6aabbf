"""Small galleries for the tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ganstudio.recipe import preset, with_value
from ganstudio.runs.gallery.data import GalleryData
from ganstudio.training.frames import SurfaceFrame

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)> & \x07\x1b naïve β'


def scalars(rows: int = 120) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    return {"steps": np.arange(rows, dtype=np.int64) * 10,
            "values": rng.normal(0.7, 0.2, (rows, 4)).astype(np.float32)}


def images(count: int = 6, colour: bool = False, side: int = 8, frames: int = 4,
           **changes: Any) -> GalleryData:
    rng = np.random.default_rng(1)
    tail = (3,) if colour else ()
    data = GalleryData(
        recipe=preset("digits"), name="Digits", step=1190, epoch=84.5, seed=5, rows=2, columns=3,
        averaged=True,
        samples=rng.integers(0, 256, (count, side, side, *tail), dtype=np.uint8),
        latents=rng.normal(size=(count, 4)).astype(np.float32),
        real=rng.integers(0, 256, (count, side, side, *tail), dtype=np.uint8),
        timelapse=[(k * 100, rng.integers(0, 256, (2 * side, 3 * side, *tail), dtype=np.uint8))
                   for k in range(frames)],
        tweaks=[(600, "lr of D → 0.0001", {"optimizer_d.lr": [2e-4, 1e-4]})],
        state_digest="0123abcd", **scalars())
    return replace(data, **changes)


def points(dims: int = 2, count: int = 40, frames: int = 3, **changes: Any) -> GalleryData:
    rng = np.random.default_rng(2)
    grid = np.linspace(0, 1, 8, dtype=np.float32)
    data = GalleryData(
        recipe=with_value(preset("ring"), "loss.kind", "hinge"), name="Ring", step=1190, epoch=3,
        seed=9, rows=5, columns=8, averaged=False,
        samples=rng.normal(size=(count, dims)).astype(np.float32),
        latents=rng.normal(size=(count, 3)).astype(np.float32),
        offset=np.array([100.0, -5][:dims], np.float32),
        scale=np.array([20, 0.5][:dims], np.float32),
        real=rng.normal(size=(200, dims)).astype(np.float32),
        timelapse=[(k * 50, rng.normal(size=(count, dims)).astype(np.float32))
                   for k in range(frames)],
        d_surface=SurfaceFrame(1190, (-3, 3, -3, 3), np.outer(grid, grid), "critic")
        if dims == 2 else None,
        extent=(-3, 3, -3, 3), **scalars())
    return replace(data, **changes)
