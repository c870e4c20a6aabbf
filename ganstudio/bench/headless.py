"""Our step without a window against the plain loop."""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ganstudio.bench import plain
from ganstudio.bench.figures import Figure, Steps, at_least, interleaved, ratios
from ganstudio.bench.floor import floor_loop
from ganstudio.bench.recipes import dcgan_recipe, points_recipe, small_games
from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import Dataset
from ganstudio.recipe import Recipe, with_value
from ganstudio.recipe.networks import Mlp
from ganstudio.training.machine import has_bf16, prepare_thread, resolve_threads
from ganstudio.training.tiers.choose import Wanted
from ganstudio.training.trainer import Trainer


def made_up_images(count: int = 2048) -> Dataset:
    """Colour images of 32 × 32 that cost what real ones do."""
    rng = np.random.default_rng(0)
    return Dataset(name="noise", items=rng.integers(0, 256, (count, 3, 32, 32), dtype=np.uint8))


def our_loop(recipe: Recipe, dataset: Dataset, tier: Wanted = "auto") -> Steps:
    """n steps of the studio's own trainer."""
    trainer = Trainer(recipe, dataset, tier)
    return lambda count: trainer.advance(count)


def _plain_points(batch: int, data: Tensor) -> Steps:
    leaky: Callable[[], torch.nn.Module] = lambda: torch.nn.LeakyReLU(0.2)  # noqa: E731
    return plain.plain_loop(plain.mlp(2, 2, torch.nn.ReLU), plain.mlp(2, 1, leaky), data, 2, batch,
                            1e-3, 0.5)


def headless(rounds: int, seconds: float) -> list[Figure]:
    """(a) of the bench: each network, ours in every tier and plain in turn."""
    prepare_thread(resolve_threads(points_recipe(256)))
    figures = []
    ring = load_dataset(points_recipe(256).data, 0)
    points = torch.from_numpy(ring.items)
    for batch, goal, eager_goal in ((256, 1.5, 1.2), (64, 1.9, 1.3)):
        recipe = points_recipe(batch)
        figures += _compare(f"mlp_{batch}", f"2-D MLP 3×128, batch {batch}", goal, {
            "ours": our_loop(recipe, ring), "plain": _plain_points(batch, points),
            "eager": our_loop(recipe, ring, "eager"),
            "floor": floor_loop(recipe, 2)}, rounds, seconds, eager_goal)
    images = made_up_images()
    figures += _compare("dcgan", "DCGAN 32×32 colour, batch 64", 1.2, {
        "ours": our_loop(dcgan_recipe(), images), "plain": _plain_images(images)},
        max(3, rounds // 2), 4 * seconds, chunk=1)
    return [*figures, *bf16(images, max(3, rounds // 2), 4 * seconds), *small(rounds, seconds)]


def bf16(images: Dataset, rounds: int, seconds: float) -> list[Figure]:
    """The DCGAN in bf16 against the plain loop in float32, where the processor multiplies bf16."""
    if not has_bf16(torch.device("cpu")):
        print("bench: DCGAN in bf16 is left out, since this processor has no bf16 arithmetic",
              file=sys.stderr)
        return []
    recipe = with_value(dcgan_recipe(), "machine.precision", "bf16")
    return _compare("dcgan_bf16", "DCGAN 32×32 colour, batch 64, bf16", 1.55, {
        "ours": our_loop(recipe, images), "plain": _plain_images(images)}, rounds, seconds, chunk=1)


def _plain_images(images: Dataset) -> Steps:
    return plain.plain_loop(plain.dcgan_generator(), plain.dcgan_discriminator(),
                            torch.from_numpy(images.items), 100, 64, 2e-4, 0.5)


def small(rounds: int, seconds: float) -> list[Figure]:
    """The smallest games, in both tiers and plain in turn."""
    figures = []
    for name, recipe in small_games().items():
        data = load_dataset(recipe.data, 0)
        rates = interleaved({
            "ours": our_loop(recipe, data), "eager": our_loop(recipe, data, "eager"),
            "plain": plain_small(recipe, torch.from_numpy(data.items))}, rounds, seconds / 2)
        key = f"small_{name}"
        figures += [
            at_least(key, f"small game {name!r}", rates["ours"], None, "rounds/s"),
            at_least(f"{key}_eager", "    eager tier", rates["eager"], None, "rounds/s"),
            at_least(f"{key}_plain", "    plain", rates["plain"], None, "rounds/s"),
            at_least(f"{key}_ratio", "    ours / plain", ratios(rates, "ours", "plain"), None),
            at_least(f"{key}_eager_ratio", "    eager tier / plain",
                     ratios(rates, "eager", "plain"), None)]
    return figures


def plain_small(recipe: Recipe, data: Tensor) -> Steps:
    """The plain loop of a small game."""
    g, d = recipe.generator, recipe.discriminator
    assert isinstance(g, Mlp) and isinstance(d, Mlp)
    generator = torch.nn.Sequential(*plain.mlp(2, 2, torch.nn.ReLU, g.width, g.depth),
                                    torch.nn.Tanh())
    discriminator = plain.mlp(2, 1, torch.nn.ReLU, d.width, d.depth)
    return plain.small_game(generator, discriminator, data, recipe.batch, recipe.optimizer_d.lr,
                            recipe.optimizer_g.lr, recipe.update.k_d, recipe.loss.real_weight)


def _compare(key: str, title: str, goal: float, loops: dict[str, Steps], rounds: int,
             seconds: float, eager_goal: float | None = None, chunk: int = 16) -> list[Figure]:
    rates = interleaved(loops, rounds, seconds, chunk)
    figures = [at_least(f"headless_{key}", f"{title}: ours / plain",
                        ratios(rates, "ours", "plain"), goal)]
    if "eager" in rates:
        figures.append(at_least(f"headless_{key}_eager_ratio", "    eager tier / plain",
                                ratios(rates, "eager", "plain"), eager_goal))
    if "floor" in rates:
        figures.append(at_least(f"headless_{key}_of_floor", "    ours / matrix products alone",
                                ratios(rates, "ours", "floor"), None))
    return figures + [at_least(f"headless_{key}_{name}", f"    {name}", rates[name], None,
                               "steps/s") for name in rates]
