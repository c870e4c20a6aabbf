"""What can be started by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ganstudio.recipe.change import RecipeError
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
from ganstudio.recipe.tree import Recipe


@dataclass(frozen=True, slots=True)
class Preset:
    """A named recipe. ``needs_data`` presets take a path from the person."""

    name: str
    title: str
    summary: str
    source: str
    make: Callable[[str], Recipe]
    needs_data: bool = False


PRESETS: dict[str, Preset] = {}


def _preset(name: str, title: str, summary: str, source: str = "", *, needs_data: bool = False,
            ) -> Callable[[Callable[[str], Recipe]], Callable[[str], Recipe]]:
    def register(make: Callable[[str], Recipe]) -> Callable[[str], Recipe]:
        PRESETS[name] = Preset(name, title, summary, source, make, needs_data)
        return make
    return register


_SMALL_G = Mlp(depth=2, width=64)
_SMALL_D = Mlp(depth=2, width=64, activation="leaky_relu")
_G = Mlp(depth=3, width=128)
_D = Mlp(depth=3, width=128, activation="leaky_relu")
_DCGAN_ADAM = Optimizer(lr=2e-4, beta1=0.5)


@_preset("gaussian-1d", "1-D Gaussian", "A line of noise learns the bell curve: the classic first "
         "picture of a GAN.", "Goodfellow et al. 2014, Fig. 1")
def _gaussian_1d(_: str) -> Recipe:
    return Recipe(name="1-D Gaussian", data=Gaussian1D(), latent=Latent(kind="uniform", dim=1),
                  generator=_SMALL_G, discriminator=_SMALL_D)


@_preset("two-gaussians", "Two Gaussians", "Two blobs; will the generator find both?")
def _two_gaussians(_: str) -> Recipe:
    return Recipe(name="Two Gaussians", data=TwoGaussians(), generator=_SMALL_G,
                  discriminator=_SMALL_D)


@_preset("ring", "Ring", "Eight narrow modes on a circle: the standard test for mode collapse.",
         "Srivastava et al. 2017; Lin et al. 2018")
def _ring(_: str) -> Recipe:
    return Recipe(name="Ring", data=Ring(), generator=_G, discriminator=_D)


@_preset("grid", "Grid", "Twenty-five narrow modes on a lattice.",
         "Srivastava et al. 2017; Lin et al. 2018")
def _grid(_: str) -> Recipe:
    return Recipe(name="Grid", data=Grid(), generator=_G, discriminator=_D)


@_preset("moons", "Moons", "Two interleaved half circles.")
def _moons(_: str) -> Recipe:
    return Recipe(name="Moons", data=Moons(), generator=_G, discriminator=_D)


@_preset("spiral", "Spiral", "Two arms winding outward.")
def _spiral(_: str) -> Recipe:
    return Recipe(name="Spiral", data=Spiral(), generator=_G, discriminator=_D)


@_preset("swiss-roll", "Swiss roll", "A rolled sheet seen from its end.")
def _swiss_roll(_: str) -> Recipe:
    return Recipe(name="Swiss roll", data=SwissRoll(), generator=_G, discriminator=_D)


@_preset("checkerboard", "Checkerboard", "Sharp edges that a smooth generator can only approach.")
def _checkerboard(_: str) -> Recipe:
    return Recipe(name="Checkerboard", data=Checkerboard(), generator=_G, discriminator=_D)


@_preset("disjoint", "Disjoint blobs", "Supports that do not touch: try the minimax loss and "
         "watch its gradient vanish.", "Arjovsky & Bottou 2017")
def _disjoint(_: str) -> Recipe:
    return Recipe(name="Disjoint blobs", data=Disjoint(), generator=_G, discriminator=_D)


@_preset("digits", "Digits", "Handwritten digits of 8 by 8 pixels appear out of noise.",
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


@_preset("mnist", "MNIST", "MNIST's digits, from its own IDX files, by a small DCGAN.",
         "LeCun et al. 1998; Radford et al. 2015", needs_data=True)
def _mnist(path: str) -> Recipe:
    return _dcgan("MNIST", path)


@_preset("images", "Images", "Any folder of images, by a small DCGAN.",
         "Radford et al. 2015", needs_data=True)
def _images(path: str) -> Recipe:
    return _dcgan("Images", path)


def preset(name: str, data_path: str = "") -> Recipe:
    """The recipe of the preset called ``name``.

    ``data_path`` is the folder or file for the presets that need one.

    Raises:
        RecipeError: no such preset (the message lists them), or its data path is missing.
    """
    found = PRESETS.get(name)
    if found is None:
        raise RecipeError(f"there is no preset {name!r}; the presets are {', '.join(PRESETS)}")
    if found.needs_data and not data_path:
        raise RecipeError(f"the preset {name!r} needs data: give a folder of images or an IDX file "
                          "with --data PATH")
    return found.make(data_path)
