"""The ring, trained with each of the classic stabilisers: the step budgets are tested.

In the budget each finds at least seven of the eight modes, with over four fifths of its samples
of high quality, by the averaged generator. G's falling rate is what makes the narrow modes sharp.
"""

from __future__ import annotations

from ganstudio.recipe.data import Ring
from ganstudio.recipe.game import Average, Loss, Optimizer, Update
from ganstudio.recipe.networks import Mlp
from ganstudio.recipe.presets.entry import PresetList
from ganstudio.recipe.stabilisers import Penalty
from ganstudio.recipe.tree import Recipe

STABILISED = PresetList("stabilised")

_G = Mlp(depth=3, width=128)
_D = Mlp(depth=3, width=128, activation="leaky_relu")
_SMOOTH = Average(decay=0.995)
_CRITIC = Loss(kind="wasserstein")


@STABILISED("ring-wgan", "Ring, WGAN", "The ring by a critic with clipped weights.",
            "Arjovsky et al. 2017", steps=12_000)
def _wgan(_: str) -> Recipe:
    return Recipe(name="Ring, WGAN", data=Ring(), batch=128, generator=_G, discriminator=_D,
                  loss=Loss(kind="wasserstein", clip=0.1), update=Update(k_d=3),
                  optimizer_d=Optimizer(kind="rmsprop", lr=1e-3),
                  optimizer_g=Optimizer(kind="rmsprop", lr=5e-4, schedule="linear", steps=12_000,
                                        final=0.02),
                  average=Average(decay=0.998))


@STABILISED("ring-wgan-gp", "Ring, WGAN-GP", "The ring by a critic of slope one.",
            "Gulrajani et al. 2017", steps=6000)
def _wgan_gp(_: str) -> Recipe:
    adam = Optimizer(lr=1e-3, beta1=0.5, beta2=0.9)
    return Recipe(name="Ring, WGAN-GP", data=Ring(), batch=128, generator=_G, discriminator=_D,
                  loss=_CRITIC, penalty=Penalty(gp=0.1), update=Update(k_d=3), optimizer_d=adam,
                  optimizer_g=adam.model_copy(update={"schedule": "linear", "steps": 6000,
                                                      "final": 0.1}),
                  average=_SMOOTH)


@STABILISED("ring-r1", "Ring, R1", "The ring by a discriminator that pays for its slope at the "
            "data.", "Mescheder et al. 2018", steps=5000)
def _r1(_: str) -> Recipe:
    return Recipe(name="Ring, R1", data=Ring(), generator=_G, discriminator=_D,
                  penalty=Penalty(r1=0.01), average=_SMOOTH)


@STABILISED("ring-spectral", "Ring, spectral norm", "The ring by a critic whose every layer is "
            "bounded by one.", "Miyato et al. 2018", steps=14_000)
def _spectral(_: str) -> Recipe:
    return Recipe(name="Ring, spectral norm", data=Ring(), batch=128, generator=_G,
                  discriminator=_D.model_copy(update={"norm": "spectral"}), loss=_CRITIC,
                  update=Update(k_d=3), optimizer_d=Optimizer(lr=2e-3),
                  optimizer_g=Optimizer(lr=1e-3, schedule="linear", steps=14_000, final=0.02),
                  average=Average(decay=0.998))
