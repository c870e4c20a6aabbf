"""The noise that the generator turns into samples, and the way from one draw to another."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from ganstudio.recipe.data import LATENT_BOXES

_KINDS = ("normal", *LATENT_BOXES, "sphere")


@dataclass(frozen=True, slots=True)
class LatentSampler:
    """Draws latents: standard normal, uniform on a box, or uniform on the unit sphere.

    ``kind`` is recipe.data.Latent's. Raises ValueError for a kind or a dimension that is none.
    """

    kind: str
    dim: int
    device: torch.device | str = "cpu"
    dtype: torch.dtype = torch.float32

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise ValueError(f"There is no latent noise {self.kind!r}; use one of "
                             f"{', '.join(map(repr, _KINDS))}.")
        if self.dim < 1:
            raise ValueError(f"Latent noise needs at least one dimension, not {self.dim}.")

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        """``n`` latents (n, dim); ``generator`` must live on the sampler's device."""
        z = torch.empty(n, self.dim, device=self.device, dtype=self.dtype)
        if self.kind == "normal":
            return z.normal_(generator=generator)
        if self.kind in LATENT_BOXES:
            return z.uniform_(*LATENT_BOXES[self.kind], generator=generator)
        if self.dim == 1:  # the sphere on a line is the two points ±1
            return z.bernoulli_(0.5, generator=generator).mul_(2.0).sub_(1.0)
        return functional.normalize(z.normal_(generator=generator), dim=-1)

    def between(self, z0: Tensor, z1: Tensor, t: Tensor | float) -> Tensor:
        """Points on the way from ``z0`` (t = 0) to ``z1`` (t = 1), of these latents' own kind.

        Normal and spherical latents live near a sphere and go round on it; uniform ones fill a
        box and go straight. ``t`` broadcasts against the latents: (k, 1) gives k points.
        """
        return (lerp if self.kind in LATENT_BOXES else slerp)(z0, z1, t)


def lerp(z0: Tensor, z1: Tensor, t: Tensor | float) -> Tensor:
    """The straight way, (1−t)·z0 + t·z1."""
    return (1.0 - t) * z0 + t * z1


def slerp(z0: Tensor, z1: Tensor, t: Tensor | float) -> Tensor:
    """The way along the arc between z0 and z1 at constant angular speed (White 2016).

    Between vectors that are parallel or opposite no arc is singled out, and the way is straight.
    """
    cosine = functional.cosine_similarity(z0, z1, dim=-1).clamp(-1.0, 1.0).unsqueeze(-1)
    angle = torch.acos(cosine)
    sine = torch.sin(angle)
    flat = sine < 1e-3  # float32 cannot tell a smaller angle from none
    safe = torch.where(flat, torch.ones_like(sine), sine)
    arc = torch.sin((1.0 - t) * angle) / safe * z0 + torch.sin(t * angle) / safe * z1
    return torch.where(flat, lerp(z0, z1, t), arc)
