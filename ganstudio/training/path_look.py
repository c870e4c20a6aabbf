"""Path angle and path norm between two moments of a run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ganstudio.game.path import PathAngle, read_path
from ganstudio.training.arrays import frozen
from ganstudio.training.field_frames import PathAngleFrame, WantPathAngle
from ganstudio.training.still_game import StillGame
from ganstudio.training.trace import Moment

BEYOND = 1.25
"""The way is looked at a little past its end, where attraction shows."""
UNMOVED = "Nothing has moved since then."


def path_frames(still: StillGame, want: WantPathAngle, begin: Moment
                ) -> Iterator[PathAngleFrame | None]:
    """None after each point of the way, and at last the frame. ``begin`` is where α = 0."""
    way = still.flat - begin.weights
    length = float(way.norm())
    alpha = np.linspace(0.0, BEYOND, want.count)
    cosine, norm = np.full(want.count, np.nan), np.full(want.count, np.nan)
    for i, share in enumerate(alpha if length > 0 else ()):
        v = still.field(begin.weights + float(share) * way)
        norm[i] = float(v.norm())
        if norm[i] > 0:
            cosine[i] = float(way @ v) / (length * norm[i])
        yield None
    words = read_path(PathAngle(alpha, cosine, norm)) if length > 0 else UNMOVED
    yield PathAngleFrame(still.step, begin.step, frozen(alpha), frozen(cosine), frozen(norm),
                         length, words, still.spent())
