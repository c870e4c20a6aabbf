"""Games of a few dozen weights, as a published demonstration plays them in a browser.

Its points lie in the unit square and its G makes points within ±1; here the sets lie within ±1,
so that a tanh can reach all of them.
"""

from __future__ import annotations

from ganstudio.recipe.data import DataPart, Disjoint, Latent, Line, Ring, TwoGaussians
from ganstudio.recipe.game import Loss, Optimizer, Update
from ganstudio.recipe.networks import Mlp
from ganstudio.recipe.presets.entry import PresetList
from ganstudio.recipe.tree import Recipe

SMALL = PresetList("published")
_SOURCE = "Kahng et al. 2019, their code"


def _small(name: str, data: DataPart, g: tuple[int, int], d: tuple[int, int], k_d: int,
           lr_d: float = 0.1, lr_g: float = 0.03) -> Recipe:
    """``g`` and ``d`` are (hidden layers, units in each)."""
    return Recipe(
        name=name, data=data, latent=Latent(kind="uniform01", dim=2), batch=150,
        generator=Mlp(depth=g[0], width=g[1], out="tanh"),
        discriminator=Mlp(depth=d[0], width=d[1]),
        loss=Loss(kind="non_saturating", real_weight=0.95), update=Update(k_d=k_d),
        optimizer_d=Optimizer(kind="sgd", lr=lr_d), optimizer_g=Optimizer(kind="sgd", lr=lr_g))


@SMALL("small-gaussians", "Small: two Gaussians", "Two blobs by networks of 8 units, with "
       "plain gradient descent.", _SOURCE)
def _gaussians(_: str) -> Recipe:
    return _small("Small Gaussians", TwoGaussians(separation=1, sigma=0.1), (2, 8), (2, 8), 2)


@SMALL("small-ring", "Small: ring", "The ring by networks of 10 units, with plain gradient "
       "descent.", _SOURCE)
def _ring(_: str) -> Recipe:
    return _small("Small ring", Ring(radius=0.8, sigma=0.02), (2, 10), (3, 9), 3)


@SMALL("small-disjoint", "Small: disjoint blobs", "Three discs by networks of 11 units, with "
       "plain gradient descent.", _SOURCE)
def _disjoint(_: str) -> Recipe:
    return _small("Small disjoint blobs", Disjoint(scale=0.7), (3, 10), (3, 11), 1)


@SMALL("small-line", "Small: line", "A stroke by networks of 6 units, with plain gradient "
       "descent.", _SOURCE)
def _line(_: str) -> Recipe:
    return _small("Small line", Line(), (2, 5), (2, 6), 2, lr_d=0.03, lr_g=0.01)
