"""Runs that fall ill on purpose, and healthy twins of them: what the doctor is tested on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import Dataset
from ganstudio.data.digits import read_digits
from ganstudio.recipe import Recipe, build

Document = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """``disease`` is what it must be called ("" for a healthy run) by step ``within``."""

    name: str
    disease: str
    within: int
    recipe: Document
    data: Callable[[int], Dataset] | None = None

    def make(self, seed: int) -> tuple[Recipe, Dataset]:
        """The run with this seed."""
        recipe = build({**self.recipe, "name": self.name, "seed": seed,
                        "machine": {"device": "cpu", "threads": 1}})
        if self.data is not None:
            return recipe, self.data(seed)
        return recipe, load_dataset(recipe.data, seed)


def mlp(depth: int = 2, width: int = 32, **more: Any) -> Document:
    """A small network."""
    return {"kind": "mlp", "depth": depth, "width": width, **more}


def judge(depth: int = 2, width: int = 32, **more: Any) -> Document:
    """A small discriminator."""
    return mlp(depth, width, activation="leaky_relu", **more)


def run(data: Document | str, *, g: Document | None = None, d: Document | None = None,
        loss: str = "non_saturating", lr: float = 1e-3, lr_g: float | None = None,
        lr_d: float | None = None, k_d: int = 1, k_g: int = 1, batch: int = 64, dim: int = 2,
        clip: float = 0, **more: Any) -> Document:
    """A small run, as a recipe's document."""
    adam = {"kind": "adam", "beta1": 0.5}
    return {
        "data": {"kind": data} if isinstance(data, str) else data,
        "latent": {"dim": dim}, "generator": g or mlp(), "discriminator": d or judge(),
        "loss": {"kind": loss, "clip": clip}, "update": {"k_d": k_d, "k_g": k_g},
        "optimizer_d": {**adam, "lr": lr_d or lr}, "optimizer_g": {**adam, "lr": lr_g or lr},
        "batch": batch, **more}


def sgd(momentum: float = 0.0, lr: float = 0.1) -> Document:
    """Both optimizers plain, or with momentum."""
    one = {"kind": "momentum" if momentum else "sgd", "lr": lr}
    if momentum:
        one["momentum"] = momentum
    return {"optimizer_d": one, "optimizer_g": one}


def some_digits(count: int) -> Callable[[int], Dataset]:
    """So few handwritten digits, other ones for each seed."""
    def make(seed: int) -> Dataset:
        pixels, _ = read_digits()
        chosen = np.random.default_rng([seed, 5]).choice(len(pixels), count, replace=False)
        return Dataset("some digits", np.ascontiguousarray(pixels[chosen][:, None]))
    return make


def blobs(border: int = 0, levels: int = 256, low: int = 0, high: int = 255
          ) -> Callable[[int], Dataset]:
    """Soft bright spots of 8 by 8 pixels, by request framed, in few levels or of small range."""
    def make(seed: int) -> Dataset:
        rng = np.random.default_rng([seed, 6])
        count, y, x = 4000, *np.mgrid[:8, :8]
        at = rng.uniform(2.5, 4.5, (2, count, 1, 1))
        spot = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / rng.uniform(2, 6, (count, 1, 1)))
        spot = 0.15 + 0.7 * spot + 0.05 * rng.standard_normal(spot.shape)
        spot = np.clip(spot, 0, 1)
        if levels < 256:
            spot = np.rint(spot * (levels - 1)) / (levels - 1)
        pixels = np.rint(low + (high - low) * spot).astype(np.uint8)
        if border:
            inner = pixels[:, border:-border, border:-border].copy()
            pixels[:] = 0
            pixels[:, border:-border, border:-border] = inner
        return Dataset("blobs", pixels[:, None])
    return make


SMALL_IMAGES = dict(dim=8, g=mlp(2, 64), d=judge(2, 64))


def points(make: Callable[[np.random.Generator], np.ndarray]) -> Callable[[int], Dataset]:
    """2,000 points drawn by ``make``, of which nothing else is known."""
    def load(seed: int) -> Dataset:
        return Dataset("points", make(np.random.default_rng([seed, 7])).astype(np.float32))
    return load
