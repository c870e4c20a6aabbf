"""From a part of the recipe to a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganstudio.nets.base import Discriminator, Generator
from ganstudio.nets.conv import DcganDiscriminator, DcganGenerator
from ganstudio.nets.mlp import MlpDiscriminator, MlpGenerator
from ganstudio.nets.packing import COMPANIES, PackedDiscriminator
from ganstudio.nets.sizes import check_dcgan_shape

if TYPE_CHECKING:
    from ganstudio.recipe.networks import Dcgan, Mlp
    from ganstudio.recipe.stabilisers import Minibatch


def build_generator(
    part: Mlp | Dcgan, latent_dim: int, sample_shape: tuple[int, ...], *,
    seed_rng: torch.Generator, dtype: torch.dtype = torch.float32,
) -> Generator:
    """The network that maps latents (n, latent_dim) to samples (n, *sample_shape).

    ``sample_shape`` is (d,) for points, or (C, H, W) for images in [−1, 1]. Weights are drawn on
    the CPU from ``seed_rng`` alone. Raises ValueError where the network cannot make such
    samples.
    """
    _check(sample_shape)
    if latent_dim < 1:
        raise ValueError(f"A generator needs at least one latent dimension, not {latent_dim}.")
    if part.kind == "mlp":
        return MlpGenerator(part, latent_dim, sample_shape, seed_rng, dtype)
    check_dcgan_shape(sample_shape)
    return DcganGenerator(part, latent_dim, sample_shape, seed_rng, dtype)


def build_discriminator(
    part: Mlp | Dcgan, sample_shape: tuple[int, ...], *,
    seed_rng: torch.Generator, dtype: torch.dtype = torch.float32,
    minibatch: Minibatch | None = None, company: torch.Tensor | None = None,
) -> Discriminator:
    """The network that maps samples (n, *sample_shape) to logits (n,), positive for real.

    Weights are drawn on the CPU from ``seed_rng`` alone. ``minibatch`` says what D sees of a
    sample's company; where it packs m samples, ``company`` (k·(m−1), *sample_shape) are the real
    samples beside which a lone one is judged at test time (zeros if not given). Raises
    ValueError where the network cannot take such samples.
    """
    _check(sample_shape)
    pack = minibatch.pack if minibatch is not None else 1
    shape = (sample_shape[0] * pack, *sample_shape[1:])
    inner: Discriminator
    if part.kind == "mlp":
        inner = MlpDiscriminator(part, shape, seed_rng, dtype, minibatch)
    else:
        check_dcgan_shape(sample_shape)
        inner = DcganDiscriminator(part, shape, seed_rng, dtype, minibatch)
    if pack == 1:
        return inner
    if company is None:
        company = torch.zeros(COMPANIES * (pack - 1), *sample_shape, dtype=dtype)
    return PackedDiscriminator(inner, sample_shape, pack, company)


def _check(sample_shape: tuple[int, ...]) -> None:
    if len(sample_shape) not in (1, 3) or min(sample_shape) < 1:
        raise ValueError("Samples are points of shape (d,) or images of shape (channels, height, "
                         f"width), not {tuple(sample_shape)}.")
