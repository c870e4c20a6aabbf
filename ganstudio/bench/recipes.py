"""The runs that are timed."""

from __future__ import annotations

from ganstudio.recipe import Recipe, preset
from ganstudio.recipe.data import Images, Latent
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
    """Four runs as small as those that demonstrations in a browser play, by their data's name."""
    return {name: preset(f"small-{name}") for name in ("gaussians", "ring", "disjoint", "line")}
