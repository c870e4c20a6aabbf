"""A small run in float64 that is watched, for tests of what is seen of its game."""


import tiny
import torch

from ganstudio.training.field_frames import (
    WantField,
)
from ganstudio.training.observer import Observer
from tests.training.written_out import SMALL, dense

DOUBLE = {"machine": {"precision": "float64"}}
QUICK = WantField(size=5, span=0.1)


def watched(*wants, steps=0, **parts):
    """(trainer, observer) after some steps that were watched."""
    made = tiny.trainer(**{**SMALL, **DOUBLE, **parts})
    seen = Observer(made)
    seen.watch(list(wants))
    for _ in range(steps):
        made.advance(1)
        seen.moved()
    return made, seen


def own_dense(made, seen):
    """(w, v, J, …) on the observer's own batch, with no code of the game's in it."""
    return dense(made, *seen.slow._fixed_batch())


def one_piece(seen, want, resting=False):
    """A slice too short for more than one piece of work."""
    return seen.slow.glance(want, resting, seconds=1e-9)


def load(made, flat):
    place = 0
    with torch.no_grad():
        for p in [*made.players.weights_g, *made.players.weights_d]:
            p.copy_(flat[place:place + p.numel()].view(p.shape))
            place += p.numel()
