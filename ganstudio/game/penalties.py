"""Penalties on the discriminator's slope, as pure functions.

Each takes a critic that maps samples (n, ...) to logits (n,), where a sample's logit depends on
that sample alone (so no batch norm), and returns an unweighted scalar through which autograd can
go again. In training samples come in as data: no gradient reaches the generator through a penalty.
With ``attached`` the penalty stays a function of the samples too, and so of the generator's
parameters, as the game's Jacobian needs it.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import relu

Critic = Callable[[Tensor], Tensor]


def slopes(critic: Critic, points: Tensor, attached: bool = False) -> Tensor:
    """∇D at each of ``points`` (n, ...), flattened to (n, d)."""
    with torch.enable_grad():
        if attached and points.requires_grad:
            at = points.view_as(points)
        else:
            at = points.detach().requires_grad_()
        # Each logit depends on its own sample, so one backward of the sum gives every gradient.
        (gradient,) = torch.autograd.grad(critic(at).sum(), at, create_graph=True)
    return gradient.reshape(points.shape[0], -1)


def steepness(critic: Critic, points: Tensor, attached: bool = False) -> Tensor:
    """‖∇D‖ at each of ``points``, (n,); its own gradient is 0 where the slope is."""
    norm: Tensor = torch.linalg.vector_norm(slopes(critic, points, attached), dim=1)
    return norm


def mix(real: Tensor, fake: Tensor, rng: torch.Generator) -> Tensor:
    """εx + (1−ε)G(z) with one ε ~ U(0, 1) for each sample (Gulrajani et al. 2017, Alg. 1)."""
    shape = (real.shape[0], *(1,) * (real.dim() - 1))
    epsilon = torch.empty(shape, device=real.device, dtype=real.dtype).uniform_(generator=rng)
    return epsilon * real + (1.0 - epsilon) * fake


def perturb(real: Tensor, rng: torch.Generator, scale: float = 0.5) -> Tensor:
    """Real samples with Gaussian noise of ``scale`` times the batch's standard deviation."""
    real = real.detach()
    noise = torch.empty_like(real).normal_(generator=rng)
    return real + scale * real.std(correction=0) * noise


def gradient_penalty(critic: Critic, real: Tensor, fake: Tensor, rng: torch.Generator,
                     attached: bool = False) -> Tensor:
    """E(‖∇D(x̂)‖ − 1)² between reals and fakes (WGAN-GP, Gulrajani et al. 2017); λ = 10."""
    return (steepness(critic, mix(real, fake, rng), attached) - 1.0).square().mean()


def lp(critic: Critic, real: Tensor, fake: Tensor, rng: torch.Generator,
       attached: bool = False) -> Tensor:
    """E max(0, ‖∇D(x̂)‖ − 1)², which leaves gentle slopes alone (WGAN-LP, Petzka et al. 2018)."""
    return relu(steepness(critic, mix(real, fake, rng), attached) - 1.0).square().mean()


def dragan(critic: Critic, real: Tensor, rng: torch.Generator, scale: float = 0.5) -> Tensor:
    """E(‖∇D(x + δ)‖ − 1)² around reals, δ as in :func:`perturb` (Kodali et al. 2017); λ = 10."""
    return (steepness(critic, perturb(real, rng, scale)) - 1.0).square().mean()


def r1(critic: Critic, real: Tensor, attached: bool = False) -> Tensor:
    """½E‖∇D‖² on reals, to be multiplied by γ (Mescheder et al. 2018, eq. 9): the ½ is inside."""
    return slopes(critic, real, attached).square().sum(1).mean() * 0.5


def r2(critic: Critic, fake: Tensor, attached: bool = False) -> Tensor:
    """½E‖∇D‖² on fakes, to be multiplied by γ (Mescheder et al. 2018, eq. 10)."""
    return r1(critic, fake, attached)


Draw = Callable[[], torch.Generator]
PENALTIES: dict[str, Callable[[Critic, Tensor, Tensor, Draw, bool], Tensor]] = {
    "gp": lambda critic, real, fake, draw, attached: gradient_penalty(
        critic, real, fake, draw(), attached),
    "lp": lambda critic, real, fake, draw, attached: lp(critic, real, fake, draw(), attached),
    "dragan": lambda critic, real, fake, draw, attached: dragan(critic, real, draw()),
    "r1": lambda critic, real, fake, draw, attached: r1(critic, real),
    "r2": lambda critic, real, fake, draw, attached: r2(critic, fake, attached),
}
"""Every penalty by its name in the recipe: of critic, reals, fakes, what gives a random stream to
those that draw, and ``attached``."""
DRAWS = ("gp", "lp", "dragan")
"""Those that draw random numbers."""
