"""Small galleries for the tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ganstudio.recipe import preset, with_value
from ganstudio.runs.gallery.data import GalleryData
from ganstudio.runs.gallery.dynamics import Dynamics
from ganstudio.training.field_frames import FieldFrame, SpectrumFrame
from ganstudio.training.frames import SurfaceFrame

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)> & \x07\x1b naïve β'


def scalars(rows: int = 120) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    return {"steps": np.arange(rows, dtype=np.int64) * 10,
            "values": rng.normal(0.7, 0.2, (rows, 4)).astype(np.float32)}


def dynamics(path: int = 4, **changes: Any) -> Dynamics:
    """A turning field on 5 by 5 nodes, and some eigenvalues."""
    a = np.linspace(-1, 1, 5, dtype=np.float32)
    aa, bb = np.meshgrid(a, a)
    spectrum = SpectrumFrame(
        1190, np.array([[-0.5, 3], [-0.5, -3], [0.1, 0]], np.float32), np.full(3, 1e-3, np.float32),
        np.array([[-2, 0]], np.float32), np.full(1, 1e-3, np.float32),
        np.array([[-40, 0]], np.float32), np.full(1, 1e-3, np.float32), 60, 0.4, True)
    line = np.linspace(-0.8, 0, path, dtype=np.float32)
    seen = FieldFrame(1190, 5, 4, 4, a, a, np.stack([-bb, aa], -1),
                      np.full((5, 5), 0.9, np.float32),
                      np.array([0.1, 0.2], np.float32), 0.93, np.stack([line, line], -1),
                      np.zeros(path, np.float32), 0.62, 0.03, "generator: gradient",
                      "discriminator: gradient", 0.25)
    return replace(Dynamics(seen, spectrum), **changes)


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
