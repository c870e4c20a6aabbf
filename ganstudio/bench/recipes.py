"""The runs that are timed."""

from __future__ import annotations

from ganstudio.recipe import Recipe, preset
from ganstudio.recipe.data import DataPart, Disjoint, Images, Latent, Moons, Ring, TwoGaussians
from ganstudio.recipe.game import Optimizer, Update
from ganstudio.recipe.networks import Dcgan, Mlp


def points_recipe(batch: int) -> Recipe:
    """The ring with networks of 3 × 128."""
    return preset("ring").model_copy(update={"batch": batch})


def tiny_recipe() -> Recipe:
    """The smallest run there is, for many steps in little time."""
    small = Mlp(depth=1, width=8)
    return preset("ring").model_copy(update={"generator": small, "discriminator": small,
                                             "batch": 16})


def dcgan_recipe() -> Recipe:
    """A DCGAN for colour images of 32 × 32, batch 64."""
    adam = Optimizer(lr=2e-4, beta1=0.5)
    return Recipe(name="DCGAN", data=Images(path="-"), latent=Latent(dim=100), batch=64,
                  generator=Dcgan(width=64),
                  discriminator=Dcgan(width=64, activation="leaky_relu"),
                  update=Update(fresh_noise=False), optimizer_d=adam, optimizer_g=adam)


def small_games() -> dict[str, Recipe]:
    """Four runs as small as those that demonstrations in a browser play, by their data's name.

    Networks, batch, rates and k are a published demonstration's; its real term's weight of .95 and
    the tanh of its G are left out, and its "line" stands on another set of points: neither
    changes the work of a round by more than a hundredth.
    """
    made: dict[str, tuple[DataPart, tuple[int, int], tuple[int, int], float, float, int]] = {
        "gaussians": (TwoGaussians(), (2, 8), (2, 8), 0.1, 0.03, 2),
        "ring": (Ring(), (2, 10), (3, 9), 0.1, 0.03, 3),
        "disjoint": (Disjoint(), (3, 10), (3, 11), 0.1, 0.03, 1),
        "line": (Moons(), (2, 5), (2, 6), 0.03, 0.01, 2),
    }
    return {name: Recipe(
        name=name, data=data, latent=Latent(kind="uniform", dim=2), batch=150,
        generator=Mlp(depth=g[0], width=g[1]), discriminator=Mlp(depth=d[0], width=d[1]),
        update=Update(k_d=k), optimizer_d=Optimizer(kind="sgd", lr=lr_d),
        optimizer_g=Optimizer(kind="sgd", lr=lr_g))
        for name, (data, g, d, lr_d, lr_g, k) in made.items()}
