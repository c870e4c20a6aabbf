"""On a GPU: graphs, the eager step and the plain loop in turn."""

from __future__ import annotations

import sys

import torch

from ganstudio.bench import plain
from ganstudio.bench.figures import Figure, Steps, at_least, interleaved, ratios
from ganstudio.bench.headless import made_up_images
from ganstudio.bench.recipes import dcgan_recipe, points_recipe
from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import Dataset
from ganstudio.recipe import Recipe, with_value
from ganstudio.training.machine import has_bf16, prepare_thread, resolve_threads
from ganstudio.training.trainer import Trainer

WARM = 100
"""Rounds before the first timing, within which the graphs are made."""
CHUNK = 64
"""Rounds whose losses are read together."""
NO_CUDA = "--device cuda: torch finds no NVIDIA GPU here; leave it out to time the CPU"


def on_gpu(rounds: int, seconds: float, device: torch.device) -> list[Figure]:
    """The headless part of the bench for ``device``, which takes rounds as graphs."""
    prepare_thread(resolve_threads(points_recipe(256)))
    images = made_up_images()
    figures = []
    for batch in (256, 64):
        recipe = _placed(points_recipe(batch), device)
        data = load_dataset(recipe.data, 0)
        figures += _compared(f"mlp_{batch}", f"2-D MLP 3×128, batch {batch}", recipe, data,
                             rounds, seconds, device)
    dcgan = _placed(dcgan_recipe(), device)
    figures += _compared("dcgan", "DCGAN 32×32 colour, batch 64", dcgan, images, rounds, seconds,
                         device)
    if has_bf16(device):
        mixed = with_value(dcgan, "machine.precision", "bf16")
        figures += _compared("dcgan_bf16", "DCGAN 32×32 colour, batch 64, bf16 (plain: float32)",
                             mixed, images, rounds, seconds, device)
    return figures


def _placed(recipe: Recipe, device: torch.device) -> Recipe:
    return with_value(recipe, "machine.device", device.type)


def _compared(key: str, title: str, recipe: Recipe, data: Dataset, rounds: int, seconds: float,
              device: torch.device) -> list[Figure]:
    """Each tier's rates and the plain loop's. All three have done their work when they return."""
    fast, eager = Trainer(recipe, data), Trainer(recipe, data, "eager")
    rates = interleaved({
        "ours": lambda count: fast.advance(count), "eager": lambda count: eager.advance(count),
        "plain": _plain(recipe, data, device)}, rounds, seconds, CHUNK, WARM)
    if fast.tiers.why:
        print(f"bench: {title}: no graph, since {fast.tiers.why}", file=sys.stderr)
    named = {"ours": f"{fast.tiers.name} tier", "eager": f"{eager.tiers.name} tier",
             "plain": "plain"}
    return [*(at_least(f"gpu_{key}_{of}_{to}", f"{title}: {named[of]} / {named[to]}",
                       ratios(rates, of, to), None)
              for of, to in (("ours", "plain"), ("ours", "eager"), ("eager", "plain"))),
            *(at_least(f"gpu_{key}_{name}", f"    {named[name]}", rates[name], None, "steps/s")
              for name in rates)]


def _plain(recipe: Recipe, data: Dataset, device: torch.device) -> Steps:
    if data.is_image:
        generator, discriminator = plain.dcgan_generator(), plain.dcgan_discriminator()
    else:
        generator = plain.mlp(2, 2, torch.nn.ReLU)
        discriminator = plain.mlp(2, 1, lambda: torch.nn.LeakyReLU(0.2))
    return plain.plain_loop(generator.to(device), discriminator.to(device),
                            torch.from_numpy(data.items).to(device), recipe.latent.dim,
                            recipe.batch, recipe.optimizer_d.lr, recipe.optimizer_d.beta1)
