"""Looking at a trainer without touching it: every want has one function that makes its frame."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import singledispatchmethod
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ganstudio.game.facts import LOSS_FACTS, at_rest
from ganstudio.game.losses import LOSSES
from ganstudio.training import lines
from ganstudio.training.doctor.frames import WantDoctor
from ganstudio.training.doctor.look import Doctor
from ganstudio.training.doctor.slices import DoctorLook
from ganstudio.training.frames import (
    ArrowsFrame,
    Bytes,
    Floats,
    Frame,
    LatentMapFrame,
    LineFrame,
    MosaicFrame,
    PointsFrame,
    RunInfo,
    SlowWant,
    SurfaceFrame,
    WalkFrame,
    Want,
    WantArrows,
    WantLatentMap,
    WantLine,
    WantMosaic,
    WantPoints,
    WantSurface,
    WantWalk,
)
from ganstudio.training.latents import FixedLatents
from ganstudio.training.machine import precision_note
from ganstudio.training.mosaic import tile, to_pictures
from ganstudio.training.rule_cost import cost_note
from ganstudio.training.slow_looks import SlowLooks
from ganstudio.training.trainer import Trainer

MOVING_SURFACE = 32
"""Cells to a side of a surface while training: 2.1 ms where 48 take 4.9, three networks deep."""
KERNEL_SAMPLES = 2048
"""Fakes from which the generated density in the 1-D picture is estimated."""


def owned(tensor: Tensor) -> Floats:
    """A read-only float32 copy that shares no memory with the trainer."""
    array = tensor.detach().to("cpu", torch.float32, copy=True).numpy()
    array.flags.writeable = False
    return array


class Observer:
    """Makes frames of one trainer. Runs on the trainer's thread, between two steps.

    The networks are looked at as at test time (no dropout, running statistics), at latents that
    never change, and no random stream of the run is touched: a watched run is the unwatched run.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.latents = FixedLatents(trainer.recipe.seed, trainer.latent)
        self._lattice: tuple[Any, Tensor] | None = None
        rng = np.random.default_rng([trainer.recipe.seed, 77])
        size = len(trainer.dataset.items)
        self._real_rows = rng.choice(size, min(size, 8192), replace=False)
        self.slow = SlowLooks(trainer, self._reals, self.latents.first)
        self.doctor = DoctorLook(Doctor(trainer, self._reals, self.latents.first))

    def info(self) -> RunInfo:
        """What does not change while the run lasts."""
        trainer, data = self.trainer, self.trainer.dataset
        cost = cost_note(trainer)
        return RunInfo(
            name=trainer.recipe.name, sample_shape=data.shape,
            latent_kind=trainer.recipe.latent.kind, latent_dim=trainer.recipe.latent.dim,
            data_size=len(data.items), device=device_name(trainer.device),
            parameters_g=sum(p.numel() for p in trainer.players.weights_g),
            parameters_d=sum(p.numel() for p in trainer.players.weights_d),
            extent=data.extent, offset=np.asarray(data.offset, np.float32),
            scale=np.asarray(data.scale, np.float32),
            notes=tuple(note for note in (
                *data.notes, cost, precision_note(trainer.recipe, trainer.device)) if note),
            knows_modes=data.modes is not None, knows_density=data.density is not None,
            has_labels=data.labels is not None)

    def look(self, want: Want) -> Frame:
        """The frame for a want, at the trainer's present step.

        Raises:
            ValueError: the want does not fit the data (a surface of an image).
        """
        if isinstance(want, SlowWant):
            return self.slow.look(want)
        if isinstance(want, WantDoctor):
            return self.doctor.look()
        with self.trainer.players.observed():
            frame: Frame = self._look(want)
            return frame

    def glance(self, want: Want, resting: bool = False) -> tuple[Frame | None, bool]:
        """One slice of a look: (a frame if there is one to show, whether the look is finished).

        Quick looks are made at once; see ``SlowLooks.glance`` for the others. Unless training is
        ``resting``, a surface is made of fewer cells: it is drawn smooth, and moves.
        """
        if isinstance(want, SlowWant):
            return self.slow.glance(want, resting)
        if isinstance(want, WantDoctor):
            return self.doctor.glance(want)
        if isinstance(want, WantSurface) and not resting:
            want = replace(want, size=min(want.size, MOVING_SURFACE))
        return self.look(want), True

    def watch(self, wants: Collection[Want]) -> None:
        """These are the wants from now on; what others need is no longer kept."""
        self.slow.watch(wants)

    def moved(self) -> None:
        """The run has taken steps."""
        self.slow.note()

    @singledispatchmethod
    def _look(self, want: object) -> Any:
        raise ValueError(f"nothing here can show a {type(want).__name__}")

    # ---- pieces ------------------------------------------------------------------------------

    def _generate(self, z: Tensor, averaged: bool) -> Tensor:
        with torch.no_grad():
            made: Tensor = self.trainer.players.sampler(averaged)(z)
            return made

    @property
    def _output(self) -> Callable[[Tensor], Tensor]:
        return LOSSES[self.trainer.recipe.loss.kind].output

    def _judge(self, x: Tensor) -> Tensor:
        """D's output on each sample as the present loss reads it, (n,)."""
        with torch.no_grad():
            return self._output(self.trainer.players.d(x))

    def _reals(self, count: int) -> Tensor:
        batches = self.trainer.batches
        rows = torch.from_numpy(self._real_rows[:count]).to(self.trainer.device)
        return batches.as_input(batches.items.index_select(0, rows))

    @property
    def _output_kind(self) -> str:
        return LOSS_FACTS[self.trainer.recipe.loss.kind].output

    @property
    def _rest(self) -> float | None:
        return at_rest(self.trainer.recipe.loss).d_output

    # ---- points ------------------------------------------------------------------------------

    @_look.register
    def _(self, want: WantPoints) -> PointsFrame:
        if self.trainer.dataset.is_image:
            raise ValueError("points need data of points, and this run's samples are images")
        fake = self._generate(self.latents.first(want.count), want.averaged)
        return PointsFrame(self.trainer.step, owned(self._reals(want.count)), owned(fake))

    @_look.register
    def _(self, want: WantSurface) -> SurfaceFrame:
        self._need_dimensions(2, "a surface over the plane")
        extent = want.extent or self.trainer.dataset.extent
        d = self._judge(self._cells(extent, want.size)).reshape(want.size, want.size)
        return SurfaceFrame(self.trainer.step, extent, owned(d), self._output_kind, self._rest)

    def _need_dimensions(self, dimensions: int, what: str) -> None:
        if self.trainer.dataset.shape != (dimensions,):
            raise ValueError(f"{what} needs {dimensions}-D points, and this run's samples are "
                             f"{self.trainer.dataset.shape}")

    def _cells(self, extent: tuple[float, float, float, float], size: int) -> Tensor:
        key = (extent, size)
        if self._lattice is None or self._lattice[0] != key:
            x0, x1, y0, y1 = extent
            centres = (torch.arange(size, dtype=torch.float64) + 0.5) / size
            y, x = torch.meshgrid(y0 + (y1 - y0) * centres, x0 + (x1 - x0) * centres,
                                  indexing="ij")
            nodes = torch.stack((x, y), -1).reshape(-1, 2)
            self._lattice = key, nodes.to(self.trainer.device, self.trainer.dtype)
        return self._lattice[1]

    @_look.register
    def _(self, want: WantArrows) -> ArrowsFrame:
        self._need_dimensions(2, "arrows in the plane")
        at = self._generate(self.latents.first(want.count), want.averaged).requires_grad_(True)
        loss = LOSSES[self.trainer.recipe.loss.kind]
        logits = self.trainer.players.d(at)
        with torch.no_grad():
            real = self.trainer.players.d(self._reals(want.count)) if loss.compares else None
        push, = torch.autograd.grad(loss.pull(logits, real).sum(), at, retain_graph=True)
        slope, = torch.autograd.grad(self._output(logits).sum(), at)
        return ArrowsFrame(self.trainer.step, owned(at), owned(-push), owned(slope))

    @_look.register
    def _(self, want: WantLatentMap) -> LatentMapFrame:
        self._need_dimensions(2, "the latent's image in the plane")
        recipe = self.trainer.recipe.latent
        z = lines.lattice(recipe.kind, recipe.dim, want.lines).to(self.trainer.device,
                                                                  self.trainer.dtype)
        image = self._generate(z, want.averaged).reshape(want.lines, want.lines, -1)
        return LatentMapFrame(self.trainer.step, owned(image))

    @_look.register
    def _(self, want: WantLine) -> LineFrame:
        self._need_dimensions(1, "the line picture")
        trainer, data = self.trainer, self.trainer.dataset
        x0, x1 = data.extent[:2]
        x = np.linspace(x0, x1, want.bins)
        fake = owned(self._generate(self.latents.first(KERNEL_SAMPLES), want.averaged))[:, 0]
        generated, bandwidth = lines.kernel_density(fake, x)
        exact = data.density is not None
        if data.density is not None:
            density = np.asarray(data.density.pdf(x[:, None]))
        else:
            density, _ = lines.kernel_density(data.items[:, 0], x)
        grid = torch.from_numpy(x[:, None]).to(trainer.device, trainer.dtype)
        z = lines.spread(trainer.recipe.latent.kind, trainer.recipe.latent.dim, want.threads)
        gz = self._generate(z.to(trainer.device, trainer.dtype), want.averaged)
        return LineFrame(trainer.step, _frozen(x), _frozen(density), _frozen(generated),
                         owned(self._judge(grid)), owned(z[:, 0]), owned(gz[:, 0]),
                         exact, bandwidth, self._output_kind, self._rest)

    # ---- images ------------------------------------------------------------------------------

    @_look.register
    def _(self, want: WantMosaic) -> MosaicFrame:
        if not self.trainer.dataset.is_image:
            raise ValueError("a mosaic needs images, and this run's samples are points")
        count = want.rows * want.columns
        empty = _frozen(())
        if want.real:
            samples, z = self._reals(count), _frozen(np.empty((0, 0)))
            if len(samples) < count:
                samples = samples[torch.arange(count, device=samples.device) % len(samples)]
        else:
            latents = self.latents.first(count)
            samples, z = self._generate(latents, want.averaged), owned(latents)
        pictures = to_pictures(samples)
        scores = owned(self._judge(samples)) if want.scores else empty
        return MosaicFrame(self.trainer.step, tile(pictures, want.rows, want.columns),
                           want.rows, want.columns, pictures.shape[1:3], scores, z)

    # ---- the latent space ----------------------------------------------------------------------

    @_look.register
    def _(self, want: WantWalk) -> WalkFrame:
        trainer = self.trainer
        ends = torch.tensor([want.z0, want.z1], device=trainer.device, dtype=trainer.dtype)
        if ends.shape[1] != trainer.recipe.latent.dim:
            raise ValueError(f"a latent here has {trainer.recipe.latent.dim} numbers, "
                             f"not {ends.shape[1]}")
        places = [*np.linspace(0, 1, want.count).tolist(), want.t]
        along = torch.tensor(places, device=trainer.device, dtype=trainer.dtype)[:, None]
        z = trainer.latent.between(ends[:1], ends[1:], along)
        samples = self._generate(z, want.averaged)
        shown: Floats | Bytes = to_pictures(samples) if samples.ndim == 4 else owned(samples)
        return WalkFrame(trainer.step, shown[:-1], shown[-1], owned(z[-1]),
                         float(self._judge(samples[-1:])[0]))


def _frozen(values: ArrayLike) -> Floats:
    array = np.array(values, np.float32)
    array.flags.writeable = False
    return array


def device_name(device: torch.device) -> str:
    """The device as people know it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return {"cpu": "CPU", "mps": "Apple GPU"}.get(device.type, device.type)
