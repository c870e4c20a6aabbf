"""A GAN of two networks as a game, on a fixed batch and fixed noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ganstudio.game.losses import Loss
from ganstudio.game.protocol import Point, Tensors, Who

Discriminate = Callable[[Tensor], Tensor]
Penalty = Callable[[Discriminate, Tensor, Tensor], Tensor]
"""Takes D as a function, real and fake samples; returns what is added to D's loss."""


class GanGame:
    """Satisfies ``Game``: θ and ψ are the two networks' parameters, in the networks' own order.

    The networks are never changed: they are called with whatever parameters are asked about, and
    with copies of their buffers, so that batch normalisation keeps its averages. Nothing random
    may happen inside (put dropout into eval mode, or give it a fixed ``seed``): the same
    parameters then always give the same losses, and arrows do not jitter.
    """

    def __init__(self, generator: nn.Module, discriminator: nn.Module, loss: Loss, real: Tensor,
                 noise: Tensor, penalty: Penalty | None = None, clip: float = 0.0,
                 seed: int | None = None) -> None:
        self.generator, self.discriminator = generator, discriminator
        self.loss, self.real, self.noise = loss, real, noise
        self.penalty, self.clip, self.seed = penalty, clip, seed
        self._names_g = [name for name, p in generator.named_parameters() if p.requires_grad]
        self._names_d = [name for name, p in discriminator.named_parameters() if p.requires_grad]

    def point(self) -> Point:
        """The networks' present parameters, detached copies in their own precision."""
        g, d = dict(self.generator.named_parameters()), dict(self.discriminator.named_parameters())
        return Point(tuple(g[n].detach().clone() for n in self._names_g),
                     tuple(d[n].detach().clone() for n in self._names_d))

    def write(self, point: Point) -> None:
        """Put a point's numbers into the networks, in place."""
        g, d = dict(self.generator.named_parameters()), dict(self.discriminator.named_parameters())
        with torch.no_grad():
            for named, names, tensors in ((g, self._names_g, point.theta),
                                          (d, self._names_d, point.psi)):
                for name, tensor in zip(names, tensors, strict=True):
                    named[name].copy_(tensor)

    def fake(self, theta: Tensors) -> Tensor:
        """G's samples at the fixed noise."""
        return _called(self.generator, self._names_g, theta, self.noise)

    def judge(self, psi: Tensors) -> Discriminate:
        """D at these parameters, as a function of samples to logits (n,)."""
        return lambda x: _called(self.discriminator, self._names_d, psi, x).reshape(-1)

    def loss_g(self, theta: Tensors, psi: Tensors) -> Tensor:
        """The generator's loss at any parameters, a scalar."""
        with _Seeded(self.seed):
            judge = self.judge(psi)
            fake = judge(self.fake(theta))
            return self.loss.g(fake, judge(self.real))

    def loss_d(self, theta: Tensors, psi: Tensors) -> Tensor:
        """The discriminator's loss at any parameters, penalty included, a scalar."""
        with _Seeded(self.seed):
            judge = self.judge(psi)
            fake = self.fake(theta)
            value = self.loss.d(judge(self.real), judge(fake))
            if self.penalty is not None:
                value = value + self.penalty(judge, self.real, fake)
            return value

    def project(self, point: Point) -> Point:
        """Clamp D's weights where the game clips them."""
        if not self.clip:
            return point
        return Point(point.theta, tuple(t.clamp(-self.clip, self.clip) for t in point.psi))

    def turn(self, who: Who) -> None:
        """The batch is fixed; a trainer's game may draw a fresh one here."""


class _Seeded:
    """Whatever is random inside draws the same each time, and the outer streams do not notice."""

    def __init__(self, seed: int | None) -> None:
        self._seed = seed

    def __enter__(self) -> None:
        if self._seed is not None:
            self._before = torch.default_generator.get_state()
            torch.default_generator.manual_seed(self._seed)

    def __exit__(self, *_: object) -> None:
        if self._seed is not None:
            torch.default_generator.set_state(self._before)


def _called(module: nn.Module, names: list[str], tensors: Tensors, x: Tensor) -> Tensor:
    values: Mapping[str, Tensor] = {
        **{name: buffer.clone() for name, buffer in module.named_buffers()},
        **dict(zip(names, tensors, strict=True)),
    }
    out: Tensor = functional_call(module, dict(values), (x,))
    return out
