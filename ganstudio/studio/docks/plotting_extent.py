"""The part of the plane that a plot has in sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LARGEST = 1e38
"""What floats of 32 bits reach: a run that diverges is drawn all the way."""


@dataclass(frozen=True, slots=True)
class Extent:
    """The part of the plane in sight."""

    x0: float
    x1: float
    y0: float
    y1: float

    def zoomed(self, fx: float, fy: float, x: float, y: float) -> Extent:
        """Scaled by ``fx`` and ``fy`` about (x, y)."""
        return Extent(x + (self.x0 - x) * fx, x + (self.x1 - x) * fx,
                      y + (self.y0 - y) * fy, y + (self.y1 - y) * fy)

    def moved(self, dx: float, dy: float) -> Extent:
        """Shifted by (dx, dy)."""
        return Extent(self.x0 + dx, self.x1 + dx, self.y0 + dy, self.y1 + dy)

    def sane(self) -> bool:
        """Whether it can be drawn: finite, not empty, not beyond what floats resolve."""
        ends = np.array([self.x0, self.x1, self.y0, self.y1])
        if not np.isfinite(ends).all() or np.abs(ends).max() > LARGEST:
            return False
        wide = self.x1 - self.x0 > 1e-9 * max(1e-6, abs(self.x0), abs(self.x1))
        return wide and self.y1 - self.y0 > 1e-9 * max(1e-6, abs(self.y0), abs(self.y1))
