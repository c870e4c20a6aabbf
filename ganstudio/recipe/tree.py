"""The recipe: the one validated, versioned description of a run."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from ganstudio.recipe.base import Part
from ganstudio.recipe.data import IMAGE_KINDS, DataPart, Latent, Ring
from ganstudio.recipe.game import SGD_RULES, Average, Loss, Optimizer, Update
from ganstudio.recipe.knob import LIVE, Knob
from ganstudio.recipe.networks import Mlp, NetworkPart
from ganstudio.recipe.stabilisers import InstanceNoise, Minibatch, Penalty

SCHEMA_VERSION: Literal[1] = 1


class Machine(Part):
    """On what the run is computed."""

    title: ClassVar[str] = "Machine"
    device: Annotated[Literal["auto", "cpu", "cuda", "mps"], Knob(
        "Device", "Automatic takes a GPU when there is one and the networks are large enough "
        "to gain by it.",
        choices=(("auto", "Automatic"), ("cpu", "CPU"), ("cuda", "NVIDIA GPU"),
                 ("mps", "Apple GPU")))] = "auto"
    threads: Annotated[int, Field(ge=0, le=256), Knob(
        "Threads", "CPU threads for the mathematics; 0 leaves one core for the window. "
        "Written into the run when it starts, since it can change the last bit of a sum.")] = 0
    precision: Annotated[Literal["float32", "bf16", "float64"], Knob(
        "Precision", "bf16 makes products in bfloat16 from float32 weights: faster for images on "
        "machines made for it, and less exact. float64 is for checking mathematics; it is slower.",
        choices=(("float32", "float32"), ("bf16", "bf16, mixed"), ("float64", "float64"))
    )] = "float32"


class Recipe(Part):
    """Everything that, with the journal, determines a run."""

    title: ClassVar[str] = "Recipe"
    version: Annotated[Literal[1], Knob("Schema", "Version of the recipe format.",
                                        hidden=True)] = SCHEMA_VERSION
    name: Annotated[str, Field(min_length=1, max_length=200), Knob(
        "Name", "What the run is called on screen and on disk.", hidden=True)] = "untitled"
    data: DataPart = Ring()
    latent: Latent = Latent()
    generator: NetworkPart = Mlp()
    discriminator: NetworkPart = Mlp(activation="leaky_relu")
    minibatch: Minibatch = Minibatch()
    loss: Loss = Loss()
    penalty: Penalty = Penalty()
    instance_noise: InstanceNoise = InstanceNoise()
    update: Update = Update()
    optimizer_d: Optimizer = Optimizer()
    optimizer_g: Optimizer = Optimizer()
    average: Average = Average()
    batch: Annotated[int, Field(ge=1, le=65_536), Knob(
        "Batch size", "Samples in each minibatch, real and fake alike.", unit="samples",
        log=True, effect=LIVE)] = 256
    seed: Annotated[int, Field(ge=0, le=2**31 - 1), Knob(
        "Seed", "Fixes every random draw of the run.")] = 0
    machine: Machine = Machine()

    @model_serializer(mode="wrap")
    def _without_idle_output(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """D's networks have no output unit to choose, so none is written down."""
        document: dict[str, Any] = handler(self)
        document.get("discriminator", {}).pop("out", None)
        return document

    @model_validator(mode="after")
    def _logits_are_linear(self) -> Self:
        if self.discriminator.kind == "mlp" and self.discriminator.out != "linear":
            raise ValueError("discriminator.out: D's output is a logit, which nothing may bend; "
                             "only a generator has this field")
        return self

    @model_validator(mode="after")
    def _networks_fit_data(self) -> Self:
        if self.data.kind not in IMAGE_KINDS:
            for side, network in (("generator", self.generator),
                                  ("discriminator", self.discriminator)):
                if network.kind == "dcgan":
                    raise ValueError(
                        f"{side}.kind: a DCGAN makes images, and {self.data.kind!r} is a set of "
                        "points; use 'mlp', or data of kind 'digits' or 'images'")
        return self

    @model_validator(mode="after")
    def _rule_fits_optimizers(self) -> Self:
        kinds = (self.optimizer_d.kind, self.optimizer_g.kind)
        if self.update.rule in SGD_RULES and kinds != ("sgd", "sgd"):
            raise ValueError(f"update.rule: {self.update.rule!r} is defined for plain gradient "
                             "steps only; set optimizer_d.kind and optimizer_g.kind to 'sgd'")
        return self

    @model_validator(mode="after")
    def _batch_norm_needs_two(self) -> Self:
        if self.batch == 1 and "batch" in (self.generator.norm, self.discriminator.norm):
            raise ValueError("batch: batch norm needs at least two samples in a batch; use a batch "
                             "of 2 or more, or another normalisation")
        return self

    @model_validator(mode="after")
    def _packs_fill_batch(self) -> Self:
        pack = self.minibatch.pack
        if self.batch % pack:
            raise ValueError(f"batch: D judges packs of {pack}, and {self.batch} samples cannot be "
                             f"split into them; use a multiple of {pack}, or another "
                             "minibatch.pack")
        if pack > 1 and self.batch == pack and self.discriminator.norm == "batch":
            raise ValueError("batch: one pack alone gives batch norm in D nothing to compare; use "
                             f"a batch of {2 * pack} or more, or another normalisation")
        return self
