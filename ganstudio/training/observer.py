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
from ganstudio.training.host_copies import (
    HostCopies,
    Making,
    QuickLook,
    copies_from,
    owned,
    upload,
)
from ganstudio.training.latents import FixedLatents
from ganstudio.training.machine import device_name, precision_note
from ganstudio.training.mosaic import pictures, tile
from ganstudio.training.rule_cost import cost_note
from ganstudio.training.slow_looks import SlowLooks
from ganstudio.training.trainer import Trainer

MOVING_SURFACE = 32
"""Cells to a side of a surface while training: 2.1 ms where 48 take 4.9, three networks deep."""
KERNEL_SAMPLES = 2048
"""Fakes from which the generated density in the 1-D picture is estimated."""


class Observer:
    """Makes frames of one trainer. Runs on the trainer's thread, between two steps.

    The networks are looked at as at test time (no dropout, running statistics), at latents that
    never change, and no random stream of the run is touched: a watched run is the unwatched run.
    """

    def __init__(self, trainer: Trainer, copies: HostCopies | None = None) -> None:
        self.trainer = trainer
        self.copies = copies or copies_from(trainer.device)
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
        return self.begin(want).frame()

    def begin(self, want: Want, resting: bool = True) -> QuickLook[Frame]:
        """Queue a quick look at the present step; its frame may come later.

        Unless training is ``resting``, a surface is made of fewer cells: it is drawn smooth, and
        moves.

        Raises:
            ValueError: the want does not fit the data.
        """
        if isinstance(want, WantSurface) and not resting:
            want = replace(want, size=min(want.size, MOVING_SURFACE))
        making: Making[Frame] = self._look(want)
        begun = self.copies.mark()
        with self.trainer.players.observed():
            tensors = next(making)
        return QuickLook(self.trainer.step, making, self.copies.queue(tensors, begun))

    def glance(self, want: Want, resting: bool = False) -> tuple[Frame | None, bool]:
        """One slice of a look: (a frame if there is one to show, whether the look is finished).

        Quick looks are made at once; see ``SlowLooks.glance`` for the others.
        """
        if isinstance(want, SlowWant):
            return self.slow.glance(want, resting)
        if isinstance(want, WantDoctor):
            return self.doctor.glance(want)
        return self.begin(want, resting).frame(), True

    def watch(self, wants: Collection[Want]) -> None:
        """These are the wants from now on; what others need is no longer kept."""
        self.slow.watch(wants)

    def moved(self) -> None:
        """The run has taken steps."""
        self.slow.note()

    @singledispatchmethod
    def _look(self, want: object) -> Any:
        """A ``Making`` of the want's frame: all that asks the host to read stands after its
        yield, and ``trainer`` is another step's by then.
        """
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
        rows = upload(torch.from_numpy(self._real_rows[:count]), self.trainer.device, torch.int64)
        return batches.as_input(batches.items.index_select(0, rows))

    @property
    def _output_kind(self) -> str:
        return LOSS_FACTS[self.trainer.recipe.loss.kind].output

    @property
    def _rest(self) -> float | None:
        return at_rest(self.trainer.recipe.loss).d_output

    # ---- points ------------------------------------------------------------------------------

    @_look.register
    def _(self, want: WantPoints) -> Making[PointsFrame]:
        step = self.trainer.step
        if self.trainer.dataset.is_image:
            raise ValueError("points need data of points, and this run's samples are images")
        fake = self._generate(self.latents.first(want.count), want.averaged)
        real, fake = yield self._reals(want.count), fake
        return PointsFrame(step, real, fake)

    @_look.register
    def _(self, want: WantSurface) -> Making[SurfaceFrame]:
        step, kind, rest = self.trainer.step, self._output_kind, self._rest
        self._need_dimensions(2, "a surface over the plane")
        extent = want.extent or self.trainer.dataset.extent
        judged = self._judge(self._cells(extent, want.size))
        d, = yield judged.reshape(want.size, want.size),
        return SurfaceFrame(step, extent, d, kind, rest)

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
            self._lattice = key, self._upload(torch.stack((x, y), -1).reshape(-1, 2))
        return self._lattice[1]

    @_look.register
    def _(self, want: WantArrows) -> Making[ArrowsFrame]:
        step = self.trainer.step
        self._need_dimensions(2, "arrows in the plane")
        at = self._generate(self.latents.first(want.count), want.averaged).requires_grad_(True)
        loss = LOSSES[self.trainer.recipe.loss.kind]
        logits = self.trainer.players.d(at)
        with torch.no_grad():
            real = self.trainer.players.d(self._reals(want.count)) if loss.compares else None
        pull, = torch.autograd.grad(loss.pull(logits, real).sum(), at, retain_graph=True)
        slope, = torch.autograd.grad(self._output(logits).sum(), at)
        return ArrowsFrame(step, *(yield at, -pull, slope))

    @_look.register
    def _(self, want: WantLatentMap) -> Making[LatentMapFrame]:
        step = self.trainer.step
        self._need_dimensions(2, "the latent's image in the plane")
        recipe = self.trainer.recipe.latent
        z = self._upload(lines.lattice(recipe.kind, recipe.dim, want.lines))
        made = self._generate(z, want.averaged)
        image, = yield made.reshape(want.lines, want.lines, -1),
        return LatentMapFrame(step, image)

    @_look.register
    def _(self, want: WantLine) -> Making[LineFrame]:
        step, kind, rest = self.trainer.step, self._output_kind, self._rest
        self._need_dimensions(1, "the line picture")
        data, latent = self.trainer.dataset, self.trainer.recipe.latent
        x = np.linspace(*data.extent[:2], want.bins)
        z = lines.spread(latent.kind, latent.dim, want.threads)
        fake, d, gz = yield (
            self._generate(self.latents.first(KERNEL_SAMPLES), want.averaged)[:, 0],
            self._judge(self._upload(torch.from_numpy(x[:, None]))),
            self._generate(self._upload(z), want.averaged)[:, 0])
        generated, bandwidth = lines.kernel_density(fake, x)
        density = (np.asarray(data.density.pdf(x[:, None])) if data.density is not None
                   else lines.kernel_density(data.items[:, 0], x)[0])
        return LineFrame(step, _frozen(x), _frozen(density), _frozen(generated), d,
                         owned(z[:, 0]), gz, data.density is not None, bandwidth, kind, rest)

    # ---- images ------------------------------------------------------------------------------

    @_look.register
    def _(self, want: WantMosaic) -> Making[MosaicFrame]:
        step = self.trainer.step
        if not self.trainer.dataset.is_image:
            raise ValueError("a mosaic needs images, and this run's samples are points")
        count = want.rows * want.columns
        if want.real:
            samples = self._reals(count)
            latents = samples.new_empty((0, 0))
            if len(samples) < count:
                samples = samples[torch.arange(count, device=samples.device) % len(samples)]
        else:
            latents = self.latents.first(count)
            samples = self._generate(latents, want.averaged)
        scores = self._judge(samples) if want.scores else samples.new_empty(0)
        shown, scored, z = yield pictures(samples), scores, latents
        return MosaicFrame(step, tile(shown, want.rows, want.columns), want.rows, want.columns,
                           shown.shape[1:3], scored, z)

    # ---- the latent space ----------------------------------------------------------------------

    @_look.register
    def _(self, want: WantWalk) -> Making[WalkFrame]:
        step, latent = self.trainer.step, self.trainer.latent
        ends = self._upload(torch.tensor([want.z0, want.z1], dtype=torch.float64))
        if ends.shape[1] != latent.dim:
            raise ValueError(f"a latent here has {latent.dim} numbers, not {ends.shape[1]}")
        places = [*np.linspace(0, 1, want.count).tolist(), want.t]
        along = self._upload(torch.tensor(places, dtype=torch.float64)[:, None])
        z = latent.between(ends[:1], ends[1:], along)
        samples = self._generate(z, want.averaged)
        shown, at, d = yield (pictures(samples) if samples.ndim == 4 else samples, z[-1],
                              self._judge(samples[-1:]))
        return WalkFrame(step, shown[:-1], shown[-1], at, float(d[0]))

    def _upload(self, made: Tensor) -> Tensor:
        return upload(made, self.trainer.device, self.trainer.dtype)


def _frozen(values: ArrayLike) -> Floats:
    array = np.array(values, np.float32)
    array.flags.writeable = False
    return array
