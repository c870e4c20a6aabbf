"""The plain loop is the same mathematics and the same networks as ours, so the race is fair."""

from __future__ import annotations

import pytest
import torch

from ganstudio.bench import plain
from ganstudio.bench.headless import made_up_images, plain_small
from ganstudio.bench.recipes import dcgan_recipe, points_recipe, small_games
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


@pytest.mark.parametrize("name", small_games())
def test_the_small_games_are_the_very_same_game(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the same weights, on the same samples and noise, both loops end at the same weights."""
    recipe = small_games()[name]
    data = load_dataset(recipe.data, 0)
    ours, twin = Trainer(recipe, data, "eager"), Trainer(recipe, data, "eager")
    made: list[torch.nn.Module] = []
    plain_game = plain.small_game
    monkeypatch.setattr(plain, "small_game", lambda g, d, *rest: (
        made.extend((g, d)), plain_game(g, d, *rest))[1])
    loop = plain_small(recipe, torch.from_numpy(data.items))
    monkeypatch.setattr(torch, "randint", lambda *_: twin.batches.choose(recipe.batch))
    theirs = [p for network in made for p in network.parameters()]
    with torch.no_grad():
        for p, w in zip(theirs, (*twin.players.weights_g, *twin.players.weights_d), strict=True):
            p.copy_(w)
    torch.set_rng_state(twin.noise.get_state())
    loop(30)
    ours.advance(30)
    for p, w in zip(theirs, (*ours.players.weights_g, *ours.players.weights_d), strict=True):
        torch.testing.assert_close(p.detach(), w.detach(), rtol=1e-4, atol=1e-5)
    assert not torch.equal(ours.players.weights_g[0], twin.players.weights_g[0])
