"""The parts of a recipe that steady the game beyond its losses: penalties, noise, company."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ganstudio.recipe.base import Part
from ganstudio.recipe.knob import LIVE, Knob

Weight = Annotated[float, Field(ge=0, le=1000)]
Every = Annotated[int, Field(ge=1, le=1000)]
LAZY = "Karras et al. 2020 (lazy regularisation)"


def _every(of: str, name: str) -> Knob:
    return Knob(f"{name} every", f"{name} is worked out on one in so many D steps only, with its "
                "weight times as large, so that it weighs the same at a fraction of the cost.",
                source=LAZY, unit="steps", effect=LIVE, needs=of)


class Penalty(Part):
    """What D pays for its slope; each weight of 0 is off and costs nothing."""

    title: ClassVar[str] = "Gradient penalties"
    gp: Annotated[Weight, Knob(
        "Gradient penalty λ", "Weight of E(‖∇D‖ − 1)² at points between real and fake: holds D's "
        "slope at one from both sides.", source="Gulrajani et al. 2017 (10; 0.1 for 2-D toys)",
        step=0.1, log=True, effect=LIVE)] = 0
    gp_every: Annotated[Every, _every("gp", "Gradient penalty")] = 1
    lp: Annotated[Weight, Knob(
        "One-sided penalty λ", "Weight of E max(0, ‖∇D‖ − 1)² at points between real and fake: "
        "only slopes above one are held back.", source="Petzka et al. 2018 (WGAN-LP)",
        step=0.1, log=True, effect=LIVE)] = 0
    lp_every: Annotated[Every, _every("lp", "One-sided penalty")] = 1
    dragan: Annotated[Weight, Knob(
        "DRAGAN λ", "Weight of E(‖∇D‖ − 1)² around real samples, at noise of half the batch's "
        "deviation.", source="Kodali et al. 2017 (10)", step=0.1, log=True, effect=LIVE)] = 0
    dragan_every: Annotated[Every, _every("dragan", "DRAGAN")] = 1
    r1: Annotated[Weight, Knob(
        "R1 γ", "Weight of ½E‖∇D‖² on real samples, which lets D come to rest at the data.",
        source="Mescheder et al. 2018, eq. 9 (10)", step=0.1, log=True, effect=LIVE)] = 0
    r1_every: Annotated[Every, _every("r1", "R1")] = 1
    r2: Annotated[Weight, Knob(
        "R2 γ", "Weight of ½E‖∇D‖² on fakes.", source="Mescheder et al. 2018, eq. 10", step=0.1,
        log=True, effect=LIVE)] = 0
    r2_every: Annotated[Every, _every("r2", "R2")] = 1


class InstanceNoise(Part):
    """Noise on everything that D is shown, real and fake, so that their supports meet."""

    title: ClassVar[str] = "Instance noise"
    sigma: Annotated[float, Field(ge=0, le=10), Knob(
        "Noise σ", "Standard deviation of the Gaussian noise at the start; 0 is off.",
        source="Sønderby et al. 2017; Arjovsky & Bottou 2017", step=0.01, log=True,
        effect=LIVE)] = 0
    decay: Annotated[Literal["none", "linear", "exponential"], Knob(
        "Fading", "How σ falls with the run's steps: not at all, straight to 0, or to a hundredth "
        "over the steps below and on like that.", effect=LIVE, needs="sigma",
        choices=(("none", "None"), ("linear", "Linear"), ("exponential", "Exponential")))] = "none"
    steps: Annotated[int, Field(ge=1, le=100_000_000), Knob(
        "Faded after", "Steps of the run, counted from its start, over which σ fades.",
        unit="steps", log=True, effect=LIVE, needs="sigma",
        applies=("decay", ("linear", "exponential")))] = 20_000


class Minibatch(Part):
    """What D sees of a sample's company, so that too much sameness gives the fakes away."""

    title: ClassVar[str] = "Company"
    pack: Annotated[int, Field(ge=1, le=16), Knob(
        "Pack", "D judges so many samples at once, side by side in one input; 1 is off. The batch "
        "is split into packs, so it must be a multiple of this.",
        source="Lin et al. 2018 (PacGAN)", unit="samples")] = 1
    layer: Annotated[Literal["none", "discrimination", "stddev"], Knob(
        "Layer", "Before its last layer D is told of each sample how close the others of its batch "
        "are (discrimination), or how far groups of samples spread (standard deviation).",
        source="Salimans et al. 2016; Karras et al. 2017",
        choices=(("none", "None"), ("discrimination", "Minibatch discrimination"),
                 ("stddev", "Minibatch standard deviation")))] = "none"
    kernels: Annotated[int, Field(ge=1, le=1000), Knob(
        "Kernels", "In how many ways closeness is measured.",
        source="Salimans et al. 2016 (100)", applies=("layer", ("discrimination",)))] = 50
    size: Annotated[int, Field(ge=1, le=100), Knob(
        "Kernel size", "Numbers that each measure compares.",
        source="Salimans et al. 2016 (5)", applies=("layer", ("discrimination",)))] = 5
    group: Annotated[int, Field(ge=2, le=256), Knob(
        "Group", "Samples whose spread is taken together.", source="Karras et al. 2017 (4)",
        unit="samples", applies=("layer", ("stddev",)))] = 4
