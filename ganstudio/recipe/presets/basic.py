"""Presets that are about their data: what each of the datasets is called by."""

from __future__ import annotations

from ganstudio.recipe.data import (
    Checkerboard,
    Digits,
    Disjoint,
    Gaussian1D,
    Grid,
    Images,
    Latent,
    Moons,
    Ring,
    Spiral,
    SwissRoll,
    TwoGaussians,
)
from ganstudio.recipe.game import Average, Optimizer, Update
from ganstudio.recipe.networks import Dcgan, Mlp
from ganstudio.recipe.presets.entry import PresetList
from ganstudio.recipe.tree import Recipe

BASIC = PresetList("data")

_SMALL_G = Mlp(depth=2, width=64)
_SMALL_D = Mlp(depth=2, width=64, activation="leaky_relu")
_G = Mlp(depth=3, width=128)
_D = Mlp(depth=3, width=128, activation="leaky_relu")
_DCGAN_ADAM = Optimizer(lr=2e-4, beta1=0.5)


@BASIC("gaussian-1d", "1-D Gaussian", "A line of noise learns the bell curve: the classic first "
         "picture of a GAN.", "Goodfellow et al. 2014, Fig. 1")
def _gaussian_1d(_: str) -> Recipe:
    return Recipe(name="1-D Gaussian", data=Gaussian1D(), latent=Latent(kind="uniform", dim=1),
                  generator=_SMALL_G, discriminator=_SMALL_D)


@BASIC("two-gaussians", "Two Gaussians", "Two blobs; will the generator find both?")
def _two_gaussians(_: str) -> Recipe:
    return Recipe(name="Two Gaussians", data=TwoGaussians(), generator=_SMALL_G,
                  discriminator=_SMALL_D)


@BASIC("ring", "Ring", "Eight narrow modes on a circle: the standard test for mode collapse.",
         "Srivastava et al. 2017; Lin et al. 2018")
def _ring(_: str) -> Recipe:
    return Recipe(name="Ring", data=Ring(), generator=_G, discriminator=_D)


@BASIC("grid", "Grid", "Twenty-five narrow modes on a lattice.",
         "Srivastava et al. 2017; Lin et al. 2018")
def _grid(_: str) -> Recipe:
    return Recipe(name="Grid", data=Grid(), generator=_G, discriminator=_D)


@BASIC("moons", "Moons", "Two interleaved half circles.")
def _moons(_: str) -> Recipe:
    return Recipe(name="Moons", data=Moons(), generator=_G, discriminator=_D)


@BASIC("spiral", "Spiral", "Two arms winding outward.")
def _spiral(_: str) -> Recipe:
    return Recipe(name="Spiral", data=Spiral(), generator=_G, discriminator=_D)


@BASIC("swiss-roll", "Swiss roll", "A rolled sheet seen from its end.")
def _swiss_roll(_: str) -> Recipe:
    return Recipe(name="Swiss roll", data=SwissRoll(), generator=_G, discriminator=_D)


@BASIC("checkerboard", "Checkerboard", "Sharp edges that a smooth generator can only approach.")
def _checkerboard(_: str) -> Recipe:
    return Recipe(name="Checkerboard", data=Checkerboard(), generator=_G, discriminator=_D)


@BASIC("disjoint", "Disjoint blobs", "Supports that do not touch: try the minimax loss and "
         "watch its gradient vanish.", "Arjovsky & Bottou 2017")
def _disjoint(_: str) -> Recipe:
    return Recipe(name="Disjoint blobs", data=Disjoint(), generator=_G, discriminator=_D)


@BASIC("digits", "Digits", "Handwritten digits of 8 by 8 pixels appear out of noise.",
         "Alpaydin & Kaynak 1998, as shipped with scikit-learn")
def _digits(_: str) -> Recipe:
    return Recipe(name="Digits", data=Digits(), latent=Latent(dim=32), batch=64,
                  generator=Dcgan(width=32),
                  discriminator=Dcgan(width=32, activation="leaky_relu", norm="none"),
                  update=Update(fresh_noise=False), optimizer_d=_DCGAN_ADAM,
                  optimizer_g=_DCGAN_ADAM, average=Average(decay=0.995))


def _dcgan(name: str, path: str) -> Recipe:
    return Recipe(name=name, data=Images(path=path), latent=Latent(dim=100),
                  generator=Dcgan(width=32), batch=64,
                  discriminator=Dcgan(width=32, activation="leaky_relu"),
                  update=Update(fresh_noise=False), optimizer_d=_DCGAN_ADAM,
                  optimizer_g=_DCGAN_ADAM, average=Average(decay=0.999))


@BASIC("mnist", "MNIST", "MNIST's digits, from its own IDX files, by a small DCGAN.",
         "LeCun et al. 1998; Radford et al. 2015", needs_data=True)
def _mnist(path: str) -> Recipe:
    return _dcgan("MNIST", path)


@BASIC("images", "Images", "Any folder of images, by a small DCGAN.",
         "Radford et al. 2015", needs_data=True)
def _images(path: str) -> Recipe:
    return _dcgan("Images", path)
