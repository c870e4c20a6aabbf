"""Published recipes, as their papers or their authors' code have them.

Where a paper trained on images that do not come with the program, the preset takes a folder or
file, and the bundled digits where none is given. What the studio's networks cannot say exactly is
told in the comment beside it.
"""

from __future__ import annotations

from ganstudio.recipe.data import DataPart, Digits, Grid, Images, Latent, Ring
from ganstudio.recipe.game import Average, Loss, Optimizer, Update
from ganstudio.recipe.networks import Dcgan, Mlp
from ganstudio.recipe.presets.entry import PresetList
from ganstudio.recipe.stabilisers import Minibatch, Penalty
from ganstudio.recipe.tree import Recipe

PUBLISHED = PresetList("published")


def _images(path: str) -> DataPart:
    return Images(path=path) if path else Digits()


def _critic(norm: str = "none") -> Dcgan:
    return Dcgan.model_validate({"activation": "leaky_relu", "norm": norm})


_UNIFORM_100 = Latent(kind="uniform", dim=100)
_NORMAL_128 = Latent(dim=128)


@PUBLISHED("gan-2014", "GAN of 2014", "The first one: a maxout discriminator with dropout, "
           "momentum, both players moving at once.", "Goodfellow et al. 2014, and their code",
           takes_data=True)
def _gan_2014(path: str) -> Recipe:
    # Their code falls to 1e-5 of the first rate by a factor of 1.000004 a step, and lets the
    # momentum of 0.5 grow to 0.7; here it stays. G's sigmoid is a tanh, as for all our images.
    # Uniform weights within ±0.05 and ±0.005 have the deviations below.
    optimizer = Optimizer(kind="momentum", lr=0.1, momentum=0.5, schedule="exponential",
                          steps=2_880_000, final=1e-5)
    return Recipe(
        name="GAN of 2014", data=_images(path), latent=_UNIFORM_100, batch=100,
        generator=Mlp(depth=2, width=1200, init="normal", init_std=0.029),
        discriminator=Mlp(depth=2, width=240, activation="maxout", pieces=5, dropout=0.5,
                          init="normal", init_std=0.0029),
        loss=Loss(kind="non_saturating"), update=Update(rule="simultaneous"),
        optimizer_d=optimizer, optimizer_g=optimizer)


@PUBLISHED("dcgan", "DCGAN", "Strided convolutions, batch norm in both players, Adam with a low "
           "β₁.", "Radford et al. 2015", takes_data=True)
def _dcgan(path: str) -> Recipe:
    adam = Optimizer(lr=2e-4, beta1=0.5)
    return Recipe(
        name="DCGAN", data=_images(path), latent=_UNIFORM_100, batch=128, generator=Dcgan(),
        discriminator=_critic("batch"), update=Update(fresh_noise=False), optimizer_d=adam,
        optimizer_g=adam)


@PUBLISHED("wgan", "WGAN", "A critic with clipped weights, brought near its optimum: five steps "
           "for each of G's, a hundred now and then.", "Arjovsky et al. 2017, Alg. 1 and their "
           "code", takes_data=True)
def _wgan(path: str) -> Recipe:
    rmsprop = Optimizer(kind="rmsprop", lr=5e-5, alpha=0.99)
    return Recipe(
        name="WGAN", data=_images(path), latent=Latent(dim=100), batch=64, generator=Dcgan(),
        discriminator=_critic("batch"), loss=Loss(kind="wasserstein", clip=0.01),
        update=Update(k_d=5, boost_k=100, boost_first=25, boost_every=500),
        optimizer_d=rmsprop, optimizer_g=rmsprop)


@PUBLISHED("wgan-gp-toy", "WGAN-GP, points", "A critic held to slope one by a gradient penalty, on "
           "eight Gaussians.", "Gulrajani et al. 2017, their code for 2-D toys")
def _wgan_gp_toy(_: str) -> Recipe:
    adam = Optimizer(lr=1e-4, beta1=0.5, beta2=0.9)
    network = Mlp(depth=3, width=512, activation="relu")
    return Recipe(
        name="WGAN-GP, points", data=Ring(radius=2, sigma=0.02, scale=1 / 1.414), batch=256,
        generator=network, discriminator=network, loss=Loss(kind="wasserstein"),
        penalty=Penalty(gp=0.1), update=Update(k_d=5), optimizer_d=adam, optimizer_g=adam)


@PUBLISHED("wgan-gp", "WGAN-GP, images", "A critic without batch norm, held to slope one by a "
           "gradient penalty.", "Gulrajani et al. 2017, Alg. 1", takes_data=True)
def _wgan_gp(path: str) -> Recipe:
    adam = Optimizer(lr=1e-4, beta1=0, beta2=0.9)
    return Recipe(
        name="WGAN-GP, images", data=_images(path), latent=_NORMAL_128, batch=64,
        generator=Dcgan(), discriminator=_critic(), loss=Loss(kind="wasserstein"),
        penalty=Penalty(gp=10), update=Update(k_d=5), optimizer_d=adam, optimizer_g=adam)


@PUBLISHED("ttur", "Two time-scales (TTUR)", "WGAN-GP with one critic step a round, the critic "
           "learning three times as fast.", "Heusel et al. 2017", takes_data=True)
def _ttur(path: str) -> Recipe:
    return Recipe(
        name="Two time-scales", data=_images(path), latent=_NORMAL_128, batch=64,
        generator=Dcgan(), discriminator=_critic(), loss=Loss(kind="wasserstein"),
        penalty=Penalty(gp=10), optimizer_d=Optimizer(lr=3e-4, beta1=0, beta2=0.9),
        optimizer_g=Optimizer(lr=1e-4, beta1=0, beta2=0.9))


@PUBLISHED("lsgan", "LSGAN", "Least squares in place of the logarithm: samples far on the right "
           "side are pulled back too.", "Mao et al. 2016", takes_data=True)
def _lsgan(path: str) -> Recipe:
    adam = Optimizer(lr=2e-4, beta1=0.5)
    return Recipe(
        name="LSGAN", data=_images(path), latent=Latent(kind="uniform", dim=1024), batch=64,
        generator=Dcgan(), discriminator=_critic("batch"), loss=Loss(kind="least_squares"),
        optimizer_d=adam, optimizer_g=adam)


@PUBLISHED("sngan", "SNGAN", "Spectral norm bounds every layer of D by one.",
           "Miyato et al. 2018, setting C", takes_data=True)
def _sngan(path: str) -> Recipe:
    # The paper's standard network for images of 32 x 32 has more layers than a DCGAN.
    adam = Optimizer(lr=2e-4, beta1=0.5, beta2=0.999)
    return Recipe(
        name="SNGAN", data=_images(path), latent=_NORMAL_128, batch=64, generator=Dcgan(),
        discriminator=_critic("spectral").model_copy(update={"slope": 0.1}),
        loss=Loss(kind="non_saturating"), optimizer_d=adam, optimizer_g=adam)


@PUBLISHED("sagan", "SAGAN's two rates", "Hinge loss, a spectral norm, one D step a round, D at "
           "four times the rate of G; without the attention.", "Zhang et al. 2018",
           takes_data=True)
def _sagan(path: str) -> Recipe:
    # The paper's G carries a spectral norm beside its batch norm; a network here has one of them.
    return Recipe(
        name="SAGAN's two rates", data=_images(path), latent=_NORMAL_128, batch=64,
        generator=Dcgan(norm="spectral"), discriminator=_critic("spectral"),
        loss=Loss(kind="hinge"), optimizer_d=Optimizer(lr=4e-4, beta1=0, beta2=0.9),
        optimizer_g=Optimizer(lr=1e-4, beta1=0, beta2=0.9))


@PUBLISHED("r1", "R1", "The simplest penalty with a proof: D pays for its slope on real data.",
           "Mescheder et al. 2018", takes_data=True)
def _r1(path: str) -> Recipe:
    rmsprop = Optimizer(kind="rmsprop", lr=1e-4, alpha=0.99)
    return Recipe(
        name="R1", data=_images(path), latent=Latent(dim=256), batch=64,
        generator=Dcgan(norm="none"), discriminator=_critic(),
        loss=Loss(kind="non_saturating"), penalty=Penalty(r1=10), optimizer_d=rmsprop,
        optimizer_g=rmsprop, average=Average(decay=0.999))


@PUBLISHED("consensus", "Consensus optimization", "Small networks on eight Gaussians, pulled "
           "towards points where the field is short.", "Mescheder et al. 2017, sec. 6")
def _consensus(_: str) -> Recipe:
    rmsprop = Optimizer(kind="rmsprop", lr=1e-4, alpha=0.9)
    network = Mlp(depth=4, width=16, activation="relu")
    return Recipe(
        name="Consensus", data=Ring(), latent=Latent(dim=16), batch=512, generator=network,
        discriminator=network, loss=Loss(kind="non_saturating"),
        update=Update(rule="consensus", gamma=10), optimizer_d=rmsprop, optimizer_g=rmsprop)


@PUBLISHED("unrolled", "Unrolled", "G looks through ten steps of D's learning before it moves.",
           "Metz et al. 2017, appendix A")
def _unrolled(_: str) -> Recipe:
    # There D's inner steps are Adam's; ours are plain, of the size below.
    network = Mlp(depth=2, width=128, activation="tanh")
    return Recipe(
        name="Unrolled", data=Ring(radius=2, sigma=0.02), latent=Latent(dim=256), batch=512,
        generator=network, discriminator=network, loss=Loss(kind="non_saturating"),
        update=Update(rule="unrolled", unroll_k=10, unroll_eta=0.1),
        optimizer_d=Optimizer(lr=1e-4, beta1=0.5), optimizer_g=Optimizer(lr=1e-3, beta1=0.5))


def pac_recipe(pack: int, data: DataPart) -> Recipe:
    """The networks and rates of the PacGAN paper's toy tables, for any number in a pack.

    D judges 100 packs a step, so the batch is so many times as large.
    """
    adam = Optimizer(lr=1e-4, beta1=0.8)
    return Recipe(
        name=f"PacGAN{pack}" if pack > 1 else "GAN", data=data, batch=100 * pack,
        generator=Mlp(depth=4, width=400, activation="relu", norm="batch", init="normal",
                      init_std=0.02),
        discriminator=Mlp(depth=3, width=200, activation="maxout", pieces=5, init="normal",
                          init_std=0.02),
        loss=Loss(kind="non_saturating"), minibatch=Minibatch(pack=pack), optimizer_d=adam,
        optimizer_g=adam)


@PUBLISHED("pacgan2", "PacGAN2", "D judges two samples at once, so that sameness shows; on "
           "twenty-five modes.", "Lin et al. 2018")
def _pacgan2(_: str) -> Recipe:
    return pac_recipe(2, Grid())


@PUBLISHED("pacgan4", "PacGAN4", "D judges four samples at once; on twenty-five modes.",
           "Lin et al. 2018")
def _pacgan4(_: str) -> Recipe:
    return pac_recipe(4, Grid())


@PUBLISHED("relativistic", "Relativistic, R1 and R2", "Each real is compared with a fake, and D "
           "pays for its slope on both: a game with a proof of convergence.",
           "Jolicoeur-Martineau 2018; Huang et al. 2024", takes_data=True)
def _relativistic(path: str) -> Recipe:
    adam = Optimizer(lr=2e-4, beta1=0, beta2=0.99)
    return Recipe(
        name="Relativistic, R1 and R2", data=_images(path), latent=Latent(dim=64), batch=64,
        generator=Dcgan(norm="none", activation="leaky_relu"), discriminator=_critic(),
        loss=Loss(kind="relativistic_paired"), penalty=Penalty(r1=1, r2=1), optimizer_d=adam,
        optimizer_g=adam, average=Average(decay=0.999))
