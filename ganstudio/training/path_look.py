"""Path angle and path norm between two moments of a run."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from ganstudio.game.path import path_angle, read_path
from ganstudio.training.arrays import frozen
from ganstudio.training.field_frames import PathAngleFrame, WantPathAngle
from ganstudio.training.still_game import StillGame
from ganstudio.training.trace import Moment

BEYOND = 1.25
"""The way is looked at a little past its end, where attraction shows."""
UNMOVED = "Nothing has moved since then."


def path_frames(still: StillGame, want: WantPathAngle, begin: Moment
                ) -> Generator[PathAngleFrame | None, None, None]:
    """None after each point of the way, and at last the frame. ``begin`` is where α = 0."""
    alpha = np.linspace(0.0, BEYOND, want.count)
    angle = yield from path_angle(still.field, begin.weights, still.flat, alpha)
    length = float((still.flat - begin.weights).norm())
    words = read_path(angle, len(still.flat)) if length > 0 else UNMOVED
    yield PathAngleFrame(still.step, begin.step, frozen(alpha), frozen(angle.cosine),
                         frozen(angle.norm), length, words, still.spent())
