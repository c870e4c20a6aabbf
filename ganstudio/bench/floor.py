"""The floor of a round: its matrix products alone, on operands that lie ready."""

from __future__ import annotations

from itertools import pairwise

import torch

from ganstudio.bench.figures import Steps
from ganstudio.recipe import Recipe
from ganstudio.recipe.networks import Mlp

Shape = tuple[int, int, int]
"""(n, k, m) of a product (n, k) · (k, m)."""


def products(recipe: Recipe, sample_dim: int) -> list[Shape]:
    """The products of one alternating round of two MLPs that cannot be left out.

    D's step: fakes, D on real and fake, D's gradients. G's step: D on the fakes, the gradient
    through D, G's gradients; with fresh noise also new fakes.
    """
    g_part, d_part = recipe.generator, recipe.discriminator
    assert isinstance(g_part, Mlp) and isinstance(d_part, Mlp)
    g = _layers(recipe.latent.dim, g_part, sample_dim)
    d = _layers(sample_dim, d_part, 1)
    batch, update = recipe.batch, recipe.update
    fakes = update.k_d + update.k_g - (0 if update.fresh_noise else 1)
    return [
        *(_forward(g, batch) * fakes),
        *((_forward(d, 2 * batch) + _backward(d, 2 * batch)) * update.k_d),
        *((_forward(d, batch) + [(n, m, k) for n, k, m in _forward(d, batch)]
           + _backward(g, batch)) * update.k_g),
    ]


def _layers(inputs: int, part: Mlp, outputs: int) -> list[tuple[int, int]]:
    widths = [inputs, *[part.width] * part.depth, outputs]
    return list(pairwise(widths))


def _forward(layers: list[tuple[int, int]], batch: int) -> list[Shape]:
    return [(batch, k, m) for k, m in layers]


def _backward(layers: list[tuple[int, int]], batch: int) -> list[Shape]:
    """Every weight's gradient, and the signal down to the first hidden layer."""
    weights = [(m, batch, k) for k, m in layers]
    return weights + [(batch, m, k) for k, m in layers[1:]]


def floor_loop(recipe: Recipe, sample_dim: int) -> Steps:
    """n rounds' products and nothing else."""
    made = [(torch.randn(n, k), torch.randn(k, m), torch.empty(n, m))
            for n, k, m in products(recipe, sample_dim)]

    @torch.no_grad()
    def steps(count: int) -> None:
        for _ in range(count):
            for a, b, out in made:
                torch.mm(a, b, out=out)

    return steps

