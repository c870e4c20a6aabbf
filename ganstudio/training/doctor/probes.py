"""What a run is examined on: reals, held-out reals and latents that never change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ganstudio.data.dataset import Dataset
from ganstudio.training.batches import RealBatches
from ganstudio.training.doctor.cues import Cues
from ganstudio.training.doctor.samples import MOST_ITEMS, Array, Items, Reference

POINTS = 512
IMAGES = 256
LEAST_HELD = 32
"""With fewer held-out reals nothing can be said of D's memory."""
_HELD_STREAM = 79
_ITEM_STREAM = 80


def as_rows(samples: Tensor) -> Array:
    """Samples (n, …) as float64 rows (n, d)."""
    return np.asarray(samples.detach().reshape(len(samples), -1).to("cpu", torch.float64).numpy())


@dataclass(frozen=True)
class Probes:
    """``held`` are None where nothing is known of the data but what is trained on."""

    reals: Tensor
    held: Tensor | None
    latents: Tensor
    reference: Reference
    items: Items
    cues: Cues
    sigma: float
    """Of the modes, or NaN where none are known."""


def make_probes(data: Dataset, batches: RealBatches, reals: Tensor, latents: Tensor,
                seed: int) -> Probes:
    """Probes for a run: ``reals`` and ``latents`` (n, …) are drawn by who watches it.

    Held-out reals are fresh draws where the data's density is known, else the part that the
    recipe held out. No random stream of the run is touched.
    """
    held = _held(data, batches, len(reals), seed)
    rows = as_rows(held if held is not None else reals)
    modes = data.modes
    items = batches.items
    if len(items) > MOST_ITEMS:
        chosen = np.random.default_rng([seed, _ITEM_STREAM]).choice(
            len(items), MOST_ITEMS, replace=False)
        items = items.index_select(0, torch.from_numpy(chosen).to(items.device))
    return Probes(
        reals, held, latents, Reference(rows, None if modes is None else modes.centres),
        Items(as_rows(batches.as_input(items)), None if held is None else rows),
        Cues(as_rows(reals).reshape(reals.shape)),
        float("nan") if modes is None else modes.sigma)


def _held(data: Dataset, batches: RealBatches, count: int, seed: int) -> Tensor | None:
    if data.density is not None:
        drawn = data.density.sample(max(count, POINTS),
                                    np.random.default_rng([seed, _HELD_STREAM]))
        return torch.from_numpy(drawn).to(batches.items.device, batches.dtype)
    if data.held_out is None or len(data.held_out) < LEAST_HELD:
        return None
    kept = torch.from_numpy(np.array(data.held_out[:POINTS])).to(batches.items.device)
    return batches.as_input(kept if batches.is_image else kept.to(batches.dtype))
