"""The plain loop is the same mathematics and the same networks as ours, so the race is fair."""

from __future__ import annotations

import torch

from ganstudio.bench import plain
from ganstudio.bench.headless import made_up_images
from ganstudio.bench.recipes import dcgan_recipe, points_recipe
from ganstudio.data.catalogue import load_dataset
from ganstudio.training.trainer import Trainer


def _weights(*networks: torch.nn.Module) -> list[int]:
    """Trained numbers in matrices and kernels; biases that a norm takes away again differ."""
    return sorted(p.numel() for n in networks for p in n.parameters() if p.ndim > 1)


def test_the_mlps_have_the_same_weights() -> None:
    recipe = points_recipe(64)
    trainer = Trainer(recipe, load_dataset(recipe.data, 0))
    leaky = lambda: torch.nn.LeakyReLU(0.2)  # noqa: E731
    assert _weights(trainer.players.g, trainer.players.d) == _weights(
        plain.mlp(2, 2, torch.nn.ReLU), plain.mlp(2, 1, leaky))


def test_the_dcgans_have_the_same_weights() -> None:
    trainer = Trainer(dcgan_recipe(), made_up_images(64))
    assert _weights(trainer.players.g, trainer.players.d) == _weights(
        plain.dcgan_generator(), plain.dcgan_discriminator())


def test_the_plain_loop_trains() -> None:
    torch.manual_seed(0)
    data = torch.randn(500, 2) * 0.1 + 3.0
    generator = plain.mlp(2, 2, torch.nn.ReLU, width=16, depth=1)
    discriminator = plain.mlp(2, 1, torch.nn.ReLU, width=16, depth=1)
    plain.plain_loop(generator, discriminator, data, 2, 64, 5e-3, 0.5)(400)
    made = generator(torch.randn(500, 2)).detach()
    assert (made.mean(0) - 3.0).norm() < 1.5
