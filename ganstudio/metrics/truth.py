"""An exact density on a grid, blurred once, that samples are held against time and again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ganstudio.metrics.checks import Array, MetricsError
from ganstudio.metrics.divergences import (
    MASS_TOLERANCE,
    SMALLEST,
    Bounds,
    LogPdf,
    axes,
    blur,
    js_masses,
    kernel_masses,
    kl_masses,
    scott_bandwidth,
)

POINTS = {1: 512, 2: 64}
"""Cells of the grid along each dimension."""
FINER = {1: 32, 2: 8}
"""Each is cut into so many along each dimension to integrate the density."""
AT_ONCE = 8192


class Truth:
    """The density of 1-D or 2-D data beside samples of it (n, d), which give the kernel's width.

    Samples beyond ``bounds``, widened by half, count as if they stood at its edge: no map of the
    samples can make a divergence larger than it is.
    """

    def __init__(self, log_pdf: LogPdf, bounds: Bounds, samples: Array) -> None:
        self._log_pdf = log_pdf
        self.bounds = [(low - (high - low) / 4, high + (high - low) / 4) for low, high in bounds]
        self.line = axes(self.bounds, POINTS[len(self.bounds)])
        step = np.array([grid[1] - grid[0] for grid in self.line])
        self.widths = np.maximum(scott_bandwidth(samples), step)
        self.masses: Array | None = None

    def prepare(self) -> Iterator[None]:
        """Integrate the density, a piece at a time.

        Raises:
            MetricsError: too much of it lies outside, or it is too narrow for the grid.
        """
        dim = len(self.line)
        finer, points = FINER[dim], POINTS[dim]
        fine = axes(self.bounds, points * finer)
        cell = float(np.prod([grid[1] - grid[0] for grid in fine]))
        masses = np.zeros(points) if dim == 1 else np.zeros((points, points))
        rows = np.array_split(np.arange(points * finer),
                              max(1, (points * finer) ** dim // AT_ONCE))
        for some in rows:
            if dim == 1:
                at = fine[0][some, None]
            else:
                x, y = np.meshgrid(fine[0][some], fine[1], indexing="ij")
                at = np.stack([x.ravel(), y.ravel()], axis=1)
            with np.errstate(under="ignore"):
                found = np.exp(self._log_pdf(at)).reshape(len(some), -1)
            if dim == 1:
                np.add.at(masses, some // finer, found[:, 0] * cell)
            else:
                columns = found.reshape(len(some), points, finer).sum(axis=2)
                np.add.at(masses, some // finer, columns * cell)
            yield
        total = float(masses.sum())
        if not abs(total - 1) <= MASS_TOLERANCE:
            raise MetricsError(f"The density adds up to {total:.3g} on the grid, where 1 is "
                               "expected: it is too narrow for it.")
        yield
        self.masses = blur(masses / total, self.line, self.widths)

    def scores(self, samples: Array) -> dict[str, float]:
        """``js``, ``kl_fake_real`` and ``kl_real_fake`` of samples (n, d), in nats."""
        assert self.masses is not None
        low, high = np.array(self.bounds).T
        q = kernel_masses(np.clip(samples, low, high), self.line, self.widths)
        assert q is not None  # all of them are on the grid
        p = self.masses
        return {"js": js_masses(p, q), "kl_fake_real": kl_masses(q, np.maximum(p, SMALLEST)),
                "kl_real_fake": kl_masses(p, np.maximum(q, SMALLEST))}
