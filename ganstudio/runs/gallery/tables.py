"""CSV files: latents, points in the user's units, the history of losses."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.runs.gallery.data import GalleryData
from ganstudio.runs.gallery.meter import Meter
from ganstudio.training.field_frames import FieldFrame, SpectrumFrame
from ganstudio.training.frames import SCALARS

BLOCK = 2000


def latents_csv(data: GalleryData, meter: Meter) -> bytes:
    """``sample`` (from 1), then ``z1``, ``z2``, …"""
    return _csv(["sample", *_names("z", data.latents)], np.arange(1, len(data.latents) + 1),
                data.latents, meter)


def samples_csv(data: GalleryData, meter: Meter) -> bytes:
    """``sample``, the point in the user's units (``x``, ``y``), and the z that it was made of."""
    points = data.to_user(data.samples)
    columns = ["sample", "x", "y"][:1 + points.shape[1]]
    return _csv([*columns, *_names("z", data.latents)], np.arange(1, len(points) + 1),
                np.concatenate([points, data.latents.astype(np.float64)], axis=1), meter)


def curves_csv(data: GalleryData, meter: Meter) -> bytes:
    """``step`` and the columns of the scalar history; ``nan`` and ``inf`` are written so."""
    return _csv(["step", *SCALARS], data.steps, data.values, meter)


def eigenvalues_csv(spectrum: SpectrumFrame) -> str:
    """``part`` (game, generator or discriminator), ``real``, ``imaginary``, ``residual``."""
    lines = ["part,real,imaginary,residual"]
    for part, values, residuals in (
            ("game", spectrum.eigenvalues, spectrum.residuals),
            ("generator", spectrum.block_g, spectrum.residuals_g),
            ("discriminator", spectrum.block_d, spectrum.residuals_d)):
        lines += [f"{part},{re:.9g},{im:.9g},{r:.3g}"
                  for (re, im), r in zip(values, residuals, strict=True)]
    return "\n".join(lines) + "\n"


def field_csv(field: FieldFrame) -> str:
    """``a``, ``b``: a node of the plane; ``va``, ``vb``: the field's shadow there, and ``share``
    ‖shadow‖/‖field‖.
    """
    lines = ["a,b,va,vb,share"]
    lines += [f"{a:.9g},{b:.9g},{field.v[i, j, 0]:.9g},{field.v[i, j, 1]:.9g},"
              f"{field.share[i, j]:.4g}"
              for i, b in enumerate(field.b.tolist()) for j, a in enumerate(field.a.tolist())]
    return "\n".join(lines) + "\n"


def trajectory_csv(field: FieldFrame) -> str:
    """``a``, ``b``: the shadow of the training's recent path, newest last, and ``outside``: what
    share of the way to there lies off the plane.
    """
    rows = zip(field.path.tolist(), field.path_distance.tolist(), strict=True)
    return "\n".join(["a,b,outside", *(f"{a:.9g},{b:.9g},{off:.4g}" for (a, b), off in rows)]
                     ) + "\n"


def _names(letter: str, array: NDArray[Any]) -> list[str]:
    return [f"{letter}{k}" for k in range(1, array.shape[1] + 1)]


def _csv(header: Sequence[str], index: NDArray[Any], values: NDArray[Any], meter: Meter) -> bytes:
    """Rows of an integer and numbers with nine digits, which is all that a float32 has."""
    out = io.StringIO(newline="")
    out.write(",".join(header) + "\n")
    row = "%d" + ",%.9g" * values.shape[1] + "\n"
    for start in range(0, len(values), BLOCK):
        meter.tick("Writing tables", 0)
        block = slice(start, start + BLOCK)
        out.writelines(row % (i, *numbers) for i, numbers in
                       zip(index[block].tolist(), values[block].tolist(), strict=True))
    return out.getvalue().encode("ascii")
