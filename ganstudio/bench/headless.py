"""Our step without a window against the plain loop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ganstudio.bench import plain
from ganstudio.bench.figures import Figure, Steps, at_least, interleaved
from ganstudio.bench.recipes import dcgan_recipe, points_recipe
from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import Dataset
from ganstudio.recipe import Recipe
from ganstudio.training.machine import prepare_thread, resolve_threads
from ganstudio.training.trainer import Trainer


def made_up_images(count: int = 2048) -> Dataset:
    """Colour images of 32 × 32 that cost what real ones do."""
    rng = np.random.default_rng(0)
    return Dataset(name="noise", items=rng.integers(0, 256, (count, 3, 32, 32), dtype=np.uint8))


def our_loop(recipe: Recipe, dataset: Dataset) -> Steps:
    """n steps of the studio's own trainer."""
    trainer = Trainer(recipe, dataset)
    return lambda count: trainer.advance(count)


def _plain_points(batch: int, data: Tensor) -> Steps:
    leaky: Callable[[], torch.nn.Module] = lambda: torch.nn.LeakyReLU(0.2)  # noqa: E731
    return plain.plain_loop(plain.mlp(2, 2, torch.nn.ReLU), plain.mlp(2, 1, leaky), data, 2, batch,
                            1e-3, 0.5)


def headless(rounds: int, seconds: float) -> list[Figure]:
    """(a) of the bench: each network, ours and plain in turn."""
    recipe = points_recipe(256)
    prepare_thread(resolve_threads(recipe))
    figures = []
    ring = load_dataset(recipe.data, 0)
    points = torch.from_numpy(ring.items)
    for batch, goal in ((256, 1.2), (64, 1.3)):
        figures += _compare(f"mlp_{batch}", f"2-D MLP 3×128, batch {batch}", goal, {
            "ours": our_loop(points_recipe(batch), ring),
            "plain": _plain_points(batch, points)}, rounds, seconds)
    images = made_up_images()
    figures += _compare("dcgan", "DCGAN 32×32 colour, batch 64", 1.15, {
        "ours": our_loop(dcgan_recipe(), images),
        "plain": plain.plain_loop(plain.dcgan_generator(), plain.dcgan_discriminator(),
                                  torch.from_numpy(images.items), 100, 64, 2e-4, 0.5)},
        max(3, rounds // 2), 4 * seconds)
    return figures


def _compare(key: str, title: str, goal: float, loops: dict[str, Steps], rounds: int,
             seconds: float) -> list[Figure]:
    rates = interleaved(loops, rounds, seconds)
    ratios = [a / b for a, b in zip(rates["ours"], rates["plain"], strict=True)]
    return [
        at_least(f"headless_{key}", f"{title}: ours / plain", ratios, goal),
        at_least(f"headless_{key}_ours", "    ours", rates["ours"], None, "steps/s"),
        at_least(f"headless_{key}_plain", "    plain", rates["plain"], None, "steps/s"),
    ]
