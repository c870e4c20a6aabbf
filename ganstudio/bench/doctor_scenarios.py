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
    """``disease`` is what it must be called ("" for a healthy run) by step ``within``.

    ``twin_of`` names the ill run that a healthy one is but for what makes that one ill.
    """

    name: str
    disease: str
    within: int
    recipe: Document
    data: Callable[[int], Dataset] | None = None
    twin_of: str = ""

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


def spots(seed: int) -> Dataset:
    """Soft bright spots of 8 by 8 pixels with a little noise."""
    rng = np.random.default_rng([seed, 6])
    count, y, x = 4000, *np.mgrid[:8, :8]
    at = rng.uniform(2.5, 4.5, (2, count, 1, 1))
    spot = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / rng.uniform(2, 6, (count, 1, 1)))
    spot = np.clip(0.15 + 0.7 * spot + 0.05 * rng.standard_normal(spot.shape), 0, 1)
    return Dataset("spots", np.rint(255 * spot).astype(np.uint8)[:, None])


SMALL_IMAGES: Document = {"dim": 8, "g": mlp(2, 64), "d": judge(2, 64)}


def digits(seed: int) -> Dataset:
    """The handwritten digits, in another order for each seed."""
    pixels, _ = read_digits()
    order = np.random.default_rng([seed, 5]).permutation(len(pixels))
    return Dataset("digits", np.ascontiguousarray(pixels[order][:, None]))


def part_of(data: Dataset, train: int, held: int = 0) -> Dataset:
    """So many items to train on, and others held out."""
    return Dataset(data.name, data.items[:train],
                   held_out=data.items[train:train + held] if held else None)


def islands(share: float, place: float) -> Callable[[int], Dataset]:
    """A blob round the origin, where generators begin, and a far island of this share."""
    def make(seed: int) -> Dataset:
        rng = np.random.default_rng([seed, 9])
        count = 4000
        far = round(count * share)
        near = 0.5 * rng.standard_normal((count - far, 2))
        island = [place, 0.0] + 0.3 * rng.standard_normal((far, 2))
        items = rng.permutation(np.concatenate([near, island])).astype(np.float32)
        return Dataset("islands", items)
    return make


def framed(value: int, width: int) -> Callable[[int], Dataset]:
    """The bright spots in a frame of one grey value."""
    def make(seed: int) -> Dataset:
        items = np.array(spots(seed).items)
        inner = items[:, :, width:-width, width:-width].copy()
        items[:] = value
        items[:, :, width:-width, width:-width] = inner
        return Dataset("framed", items)
    return make


_LINE: Document = {"g": mlp(0, 1), "d": judge(0, 1), "dim": 1}
_WIDE_D = judge(2, 64)
_FRAME: Document = {"lr_d": 2e-3, "lr_g": 3e-4, **SMALL_IMAGES}

ILL = (
    Scenario("vanishing-ring", "vanishing", 600, run(
        {"kind": "ring", "radius": 4, "sigma": 0.1}, loss="minimax", k_d=3, d=judge(3, 64),
        lr_d=5e-3, lr_g=5e-5)),
    Scenario("vanishing-spots", "vanishing", 600, run(
        "digits", loss="minimax", k_d=2, dim=8, lr_d=2e-3, lr_g=1e-4, g=mlp(2, 64),
        d=judge(2, 128)), spots),
    Scenario("lagging-moons", "lagging", 600, run("moons", lr_d=1e-6)),
    Scenario("lagging-digits", "lagging", 600, run(
        "digits", lr_d=1e-6, lr_g=1e-3, **SMALL_IMAGES)),
    Scenario("oscillation-line", "oscillation", 1000, {
        **run("gaussian-1d", loss="wasserstein", **_LINE), **sgd(0, 0.02)}),
    Scenario("oscillation-momentum", "oscillation", 1000, {
        **run({"kind": "gaussian-1d", "mean": -3}, loss="wasserstein", **_LINE),
        **sgd(0.3, 0.01)}),
    Scenario("total-rate", "collapse_total", 800, run("digits", lr_g=2e-2, **SMALL_IMAGES)),
    Scenario("total-moons", "collapse_total", 800, run("moons", lr_g=0.1)),
    Scenario("partial-two", "collapse_partial", 800, run(
        "moons", loss="minimax", lr_d=2e-3, lr_g=5e-4), islands(0.3, 20)),
    Scenario("partial-near", "collapse_partial", 800, run(
        "moons", loss="minimax", lr_d=4e-3, lr_g=5e-4, k_d=2, d=judge(2, 64)), islands(0.3, 16)),
    Scenario("hopping-ring", "hopping", 1000, run("ring", lr_g=5e-3, lr_d=1e-3, k_g=4)),
    Scenario("hopping-six", "hopping", 1000, run(
        {"kind": "ring", "modes": 6, "sigma": 0.05}, lr_g=5e-3, lr_d=1e-3, k_g=4)),
    Scenario("overfit-spots", "overfit", 800, run(
        "digits", lr_d=1e-3, lr_g=5e-4, dim=8, g=mlp(2, 64), d=judge(2, 128)),
        lambda seed: part_of(spots(seed), 60, 400)),
    Scenario("overfit-digits", "overfit", 800, run(
        "digits", lr_d=1e-3, lr_g=5e-4, dim=8, g=mlp(2, 64), d=judge(2, 128)),
        lambda seed: part_of(digits(seed), 60, 400)),
    Scenario("noise-labels", "noise", 1000, {
        **run("moons"), "loss": {"kind": "non_saturating", "flip": 0.5}}),
    Scenario("noise-input", "noise", 1000, {
        **run("moons"), "instance_noise": {"sigma": 5}}),
    Scenario("divergence-momentum", "divergence", 400, {
        **run("ring"), **sgd(0.95, 0.05)}),
    Scenario("divergence-critic", "divergence", 400, {
        **run("two-gaussians", loss="wasserstein", d=_WIDE_D), **sgd(0.5, 0.02)}),
    Scenario("cue-frame", "cue", 600, run("digits", **_FRAME), framed(140, 1)),
    Scenario("cue-wide-frame", "cue", 600, run("digits", **_FRAME), framed(100, 2)),
    Scenario("memorisation-10", "memorisation", 1000, run("digits", **SMALL_IMAGES),
             lambda seed: part_of(digits(seed), 10)),
    Scenario("memorisation-6", "memorisation", 1000, run("digits", **SMALL_IMAGES),
             lambda seed: part_of(digits(seed), 6)),
)
TWINS = (
    Scenario("healthy-ring", "", 1000, run(
        {"kind": "ring", "radius": 4, "sigma": 0.1}, d=judge(3, 64), lr_d=5e-4, lr_g=5e-4),
        twin_of="vanishing-ring"),
    Scenario("healthy-moons", "", 1000, run("moons", lr_d=2e-3), twin_of="lagging-moons"),
    Scenario("healthy-line", "", 1000, run("gaussian-1d", dim=1), twin_of="oscillation-line"),
    Scenario("healthy-digits", "", 1000, run("digits", lr_g=5e-4, **SMALL_IMAGES),
             twin_of="total-rate"),
    Scenario("healthy-islands", "", 1000, run("moons", lr_d=1e-3, lr_g=5e-4),
             islands(0.3, 3), twin_of="partial-two"),
    Scenario("healthy-modes", "", 1000, run("ring", lr_d=2e-3), twin_of="hopping-ring"),
    Scenario("healthy-spots", "", 800, run(
        "digits", lr_d=1e-3, lr_g=5e-4, dim=8, g=mlp(2, 64), d=judge(2, 128)),
        lambda seed: part_of(spots(seed), 3600, 400), twin_of="overfit-spots"),
    Scenario("healthy-flips", "", 1000, {
        **run("moons"), "loss": {"kind": "non_saturating", "flip": 0.05}},
        twin_of="noise-labels"),
    Scenario("healthy-critic", "", 1000, {
        **run("two-gaussians", loss="wasserstein", d=_WIDE_D), **sgd(0.5, 0.02),
        "penalty": {"gp": 1}}, twin_of="divergence-critic"),
    Scenario("healthy-frameless", "", 800, run("digits", **_FRAME), spots, twin_of="cue-frame"),
    Scenario("healthy-1400", "", 1000, run("digits", **SMALL_IMAGES),
             lambda seed: part_of(digits(seed), 1400, 397), twin_of="memorisation-10"),
)
MORE_HEALTHY = (
    Scenario("healthy-two", "", 1000, run(
        "two-gaussians", lr_d=2e-3, g=mlp(2, 64), d=_WIDE_D)),
    Scenario("healthy-wide-d", "", 800, run("moons", d=judge(2, 128), lr_d=3e-3, k_d=2)),
    Scenario("healthy-wide-ring", "", 1000, run(
        {"kind": "ring", "sigma": 0.05}, g=mlp(2, 64), d=_WIDE_D)),
    Scenario("healthy-discs", "", 1000, run("disjoint", g=mlp(2, 64), d=_WIDE_D)),
    Scenario("healthy-checkerboard", "", 1000, run(
        "checkerboard", lr_d=2e-3, lr_g=5e-4, g=mlp(2, 64), d=_WIDE_D)),
    Scenario("healthy-sgd", "", 800, {**run("two-gaussians"), **sgd(0.5, 0.05)}),
)
HEALTHY = (*TWINS, *MORE_HEALTHY)
SCENARIOS = (*ILL, *HEALTHY)
