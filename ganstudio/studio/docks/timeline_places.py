"""Where the steps and lanes of a timeline stand in its picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Places:
    """The steps ``first`` to ``end`` stand at the pixels ``left`` to ``right``.

    ``unit`` is the height of the font in pixels. Measured once for a whole picture, since asking
    Qt for the font's height for every mark took longer than painting it.
    """

    unit: float
    left: float
    right: float
    first: float
    end: float

    @property
    def scale(self) -> float:
        """Pixels to a step."""
        return (self.right - self.left) / (self.end - self.first)

    def to_x(self, step: float) -> float:
        """Step to pixel."""
        return self.left + self.scale * (step - self.first)

    def all_to_x(self, steps: Iterable[int]) -> list[float]:
        """Many steps to pixels."""
        left, scale, first = self.left, self.scale, self.first
        return [left + scale * (step - first) for step in steps]

    def to_step(self, x: float) -> float:
        """Pixel to step, wherever that may be."""
        return self.first + (x - self.left) / self.scale

    def to_y(self, row: int) -> float:
        """The middle of a lane."""
        return self.unit * (2.35 + 1.5 * row)
