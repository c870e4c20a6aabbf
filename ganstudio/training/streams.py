"""Random streams: one seed, several independent generators that never share a draw."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import torch


class Stream(IntEnum):
    """What a stream is drawn for; the number is part of every run's history, so never reuse one."""

    WEIGHTS_G = 1
    WEIGHTS_D = 2
    ORDER = 3
    NOISE = 4
    LAYERS = 5
    FIXED_LATENTS = 6
    GALLERY = 7
    LABELS = 8
    INSTANCE_NOISE = 9
    PENALTIES = 10
    TURNS = 11
    METRIC_LATENTS = 40
    METRIC_REALS = 41


def stream_seed(seed: int, stream: Stream, index: int = 0) -> int:
    """A 63-bit seed for one stream of the run with this seed."""
    words = np.random.SeedSequence([seed, int(stream), index]).generate_state(2, np.uint32)
    return (int(words[0]) << 31) ^ int(words[1])


def generator(seed: int, stream: Stream, device: str | torch.device = "cpu",
              index: int = 0) -> torch.Generator:
    """A fresh torch generator at the start of a stream."""
    made = torch.Generator(device=device)
    made.manual_seed(stream_seed(seed, stream, index))
    return made
