"""The parts of a recipe that describe the two networks."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ganstudio.recipe.base import Part
from ganstudio.recipe.knob import Knob

Activation = Literal["relu", "leaky_relu", "tanh", "silu", "maxout"]
ACTIVATIONS = (
    ("relu", "ReLU"), ("leaky_relu", "Leaky ReLU"), ("tanh", "tanh"), ("silu", "SiLU"),
    ("maxout", "Maxout"),
)
Slope = Annotated[float, Field(ge=0, le=1), Knob(
    "Leak", "Slope of the leaky ReLU below zero.", source="Radford et al. 2015 (DCGAN)", step=0.05,
    applies=("activation", ("leaky_relu",)))]
Pieces = Annotated[int, Field(ge=2, le=16), Knob(
    "Maxout pieces", "Linear pieces of which each maxout unit takes the largest.",
    source="Goodfellow et al. 2013 (Maxout networks)", applies=("activation", ("maxout",)))]
Dropout = Annotated[float, Field(ge=0, le=0.95), Knob(
    "Dropout", "Share of hidden units silenced at each step; 0 is none.",
    source="Srivastava et al. 2014", step=0.05)]
Norm = Literal["none", "batch", "layer", "spectral"]
NORMS = (("none", "None"), ("batch", "Batch norm"), ("layer", "Layer norm"),
         ("spectral", "Spectral norm"))
NormField = Annotated[Norm, Knob(
    "Normalisation", "Batch norm uses the batch's own statistics; spectral norm bounds each "
    "layer's largest singular value by one.",
    source="Ioffe & Szegedy 2015; Ba et al. 2016; Miyato et al. 2018", choices=NORMS)]
Init = Literal["default", "normal", "xavier", "kaiming", "orthogonal"]
InitField = Annotated[Init, Knob(
    "Initialisation", "How the weights are drawn before the first step.",
    source="Radford et al. 2015 (normal .02); Glorot & Bengio 2010; He et al. 2015; "
    "Saxe et al. 2013",
    choices=(("default", "Torch's default"), ("normal", "Normal"), ("xavier", "Xavier"),
             ("kaiming", "Kaiming"), ("orthogonal", "Orthogonal")))]
InitStd = Annotated[float, Field(gt=0, le=10), Knob(
    "Init deviation", "Standard deviation of normally drawn weights.", step=0.01, log=True,
    applies=("init", ("normal",)))]


class Mlp(Part):
    """Fully connected layers."""

    title: ClassVar[str] = "MLP"
    kind: Literal["mlp"] = "mlp"
    depth: Annotated[int, Field(ge=0, le=20), Knob("Depth", "Hidden layers.", unit="layers")] = 3
    width: Annotated[int, Field(ge=1, le=4096), Knob("Width", "Units in each hidden layer.",
                                                     unit="units", log=True)] = 128
    activation: Annotated[Activation, Knob(
        "Units", "What each hidden unit does; ReLU, leaky ReLU and maxout are piecewise linear.",
        choices=ACTIVATIONS)] = "relu"
    slope: Slope = 0.2
    pieces: Pieces = 5
    dropout: Dropout = 0
    norm: NormField = "none"
    out: Annotated[Literal["linear", "tanh"], Knob(
        "Output", "What becomes of the last layer's numbers: nothing, or tanh, which keeps every "
        "generated point within ±1. Images always come through tanh.",
        source="Radford et al. 2015 (tanh)", only="generator", points=True,
        choices=(("linear", "Linear"), ("tanh", "tanh")))] = "linear"
    init: InitField = "kaiming"
    init_std: InitStd = 0.02


class Dcgan(Part):
    """Strided convolutions for images of 8 to 128 pixels."""

    title: ClassVar[str] = "DCGAN"
    kind: Literal["dcgan"] = "dcgan"
    width: Annotated[int, Field(ge=4, le=512), Knob(
        "Width", "Channels of the widest image layer; each halving of the image doubles them.",
        source="Radford et al. 2015", unit="channels", log=True)] = 64
    activation: Annotated[Literal["relu", "leaky_relu", "tanh", "silu"], Knob(
        "Units", "What each hidden unit does.", choices=ACTIVATIONS[:-1])] = "relu"
    slope: Slope = 0.2
    dropout: Dropout = 0
    norm: NormField = "batch"
    init: InitField = "normal"
    init_std: InitStd = 0.02


NetworkPart = Annotated[Mlp | Dcgan, Field(discriminator="kind")]
