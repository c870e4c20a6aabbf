"""The game of a run as a picture: its field on a plane, and the eigenvalues of its Jacobian."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import asinh, floor, log10

import numpy as np
from numpy.typing import NDArray

from ganstudio.runs.gallery.raster import text_width
from ganstudio.runs.gallery.scene import (
    Area,
    Line,
    Mark,
    Points,
    Role,
    Scene,
    Text,
    nice_ticks,
    rectangle,
    segment,
    tick_text,
)
from ganstudio.training.field_frames import FieldFrame, SpectrumFrame

SIDE, TOP, LEFT, GAP = 372.0, 62.0, 58.0, 92.0
FAMILIES: tuple[tuple[str, Role, int, float], ...] = (
    ("whole game", "text", 20, 5.0), ("G alone", "player_g", 4, 5.5), ("D alone", "player_d", 3, 6))
"""What is drawn, in which colour, with how many corners, and how large."""


@dataclass(frozen=True, slots=True)
class Dynamics:
    """What was seen of the game at the gallery's step; the spectrum where it is not too dear."""

    field: FieldFrame
    spectrum: SpectrumFrame | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """A file made elsewhere, such as the picture on screen; pictures show up on the page."""

    name: str
    content: bytes = field(repr=False)
    caption: str = ""


def dynamics_scene(dynamics: Dynamics, name: str = "") -> Scene:
    """The field on the left, the spectrum on the right, under the run's name if given."""
    marks: list[Mark] = _field(dynamics.field)
    width = LEFT + SIDE + 16
    if dynamics.spectrum is not None:
        marks += _spectrum(dynamics.spectrum, width + GAP)
        width += GAP + SIDE + 16
    if name:
        marks.append(Text(LEFT, 22, name, size=15))
    return Scene(width, TOP + SIDE + 50, tuple(marks))


def words(dynamics: Dynamics) -> str:
    """What the picture shows, in numbers."""
    f = dynamics.field
    said = [f"The plane sees {100 * f.centre_share:.0f} % of the motion at step {f.step:,}"]
    if np.isfinite(f.turning_share):
        said.append(f"{100 * f.turning_share:.0f} ± {100 * f.turning_error:.0f} % of the field "
                    "turns rather than descends")
    if dynamics.spectrum is not None and len(dynamics.spectrum.eigenvalues):
        re, im = dynamics.spectrum.eigenvalues[0].tolist()
        said.append(f"the leading eigenvalue is {tick_text(float(f'{re:.3g}'))}"
                    + (f" ± {abs(im):.3g}i" if im else ""))
    return "; ".join(said) + "."


# ---- the field ------------------------------------------------------------------------------


def _frame(left: float, title: str) -> list[Mark]:
    box = rectangle(left, TOP, SIDE, SIDE)
    return [Line(np.concatenate([box, box[:1]]), "line", 1),
            Text(left, TOP - 22, title, "text", 12)]


def _field(f: FieldFrame) -> list[Mark]:
    marks = _frame(LEFT, "The game’s field on a plane through both players’ parameters")
    reach = np.array([float(f.a[-1]) or 1.0, float(f.b[-1]) or 1.0])
    for axis in (0, 1):
        for value in nice_ticks(-reach[axis], reach[axis], 5):
            share = 0.5 + 0.46 * value / reach[axis]
            if axis == 0:
                marks.append(Text(LEFT + share * SIDE, TOP + SIDE + 15, tick_text(value), "muted",
                                  10, "middle"))
            else:
                marks.append(Text(LEFT - 6, TOP + (1 - share) * SIDE + 3.5, tick_text(value),
                                  "muted", 10, "end"))
    marks.append(Text(LEFT + SIDE / 2, TOP + SIDE + 34, f.label_a, "muted", 11, "middle"))
    marks.append(Text(LEFT, TOP - 6, f"{f.label_b} (upward)", "muted", 11))
    aa, bb = np.meshgrid(f.a, f.b)
    marks += _arrows(_placed(np.stack([aa, bb], -1).reshape(-1, 2), reach),
                     f.v.reshape(-1, 2) / reach)
    if len(f.path) > 1:
        marks.append(Line(_placed(f.path, reach), "fake", 2))
    x, y = _placed(np.zeros((1, 2)), reach)[0].tolist()
    marks.append(Area(_corners(x, y, 20, 5), "paper"))
    marks.append(Area(_corners(x, y, 20, 3.6), "fake"))
    return marks


def _placed(points: NDArray[np.floating], reach: NDArray[np.floating]) -> Points:
    share = 0.5 + 0.46 * np.asarray(points, np.float64) / reach
    return np.stack([LEFT + share[:, 0] * SIDE, TOP + (1 - share[:, 1]) * SIDE], -1)


def _arrows(at: Points, v: NDArray[np.floating]) -> list[Mark]:
    """Arrows centred on their nodes; length and strength grow with the root of the speed."""
    v = np.asarray(v, np.float64) * (1, -1)
    speed = np.hypot(*v.T)
    known = np.isfinite(speed) & (speed > 0)
    if not known.any():
        return []
    cell = 0.92 * SIDE / max(len(at) ** 0.5 - 1, 1)
    top = float(np.quantile(speed[known], 0.98))
    marks: list[Mark] = []
    for place, along, size in zip(at[known], v[known] / speed[known, None], speed[known],
                                  strict=True):
        share = min(float(size) / top, 1.0) ** 0.5
        half = 0.46 * cell * max(share, 0.12)
        across, head = np.array([-along[1], along[0]]), min(5.0, 0.8 * half)
        tip = place + half * along
        back = tip - head * along
        marks.append(Line(np.stack([place - half * along, tip, back + 0.5 * head * across, tip,
                                    back - 0.5 * head * across]),
                          "player_d", 1.2, (), 0.35 + 0.65 * share))
    return marks


# ---- the spectrum ---------------------------------------------------------------------------


def _spectrum(s: SpectrumFrame, left: float) -> list[Mark]:
    families = [np.asarray(part, np.float64) for part in (s.eigenvalues, s.block_g, s.block_d)]
    sizes = np.abs(np.concatenate([np.hypot(*part.T) for part in families] or [np.ones(1)]))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    most = float(sizes.max()) if sizes.size else 1.0
    unit = max(float(sizes.min()) if sizes.size else 1.0, most / 1e3)
    reach = 1.08 * asinh(most / unit)

    def x(value: float) -> float:
        return left + SIDE * (0.5 + 0.5 * asinh(value / unit) / reach)

    def y(value: float) -> float:
        return TOP + SIDE * (0.5 - 0.5 * asinh(value / unit) / reach)

    marks = _frame(left, "Leading eigenvalues of the field’s Jacobian")
    marks.append(Area(rectangle(x(0), TOP, left + SIDE - x(0), SIDE), "marker", 0.07))
    steps = (1, 2, 5) if most < 20 * unit else (1,)
    ticks = [m * 10.0**k for k in range(floor(log10(unit)), floor(log10(most)) + 1)
             for m in steps if unit <= m * 10.0**k <= most]
    for value in [0.0, *ticks, *(-tick for tick in ticks)]:
        role: Role = "muted" if value == 0 else "line"
        marks.append(Line(segment(x(value), TOP, x(value), TOP + SIDE), role, 0.75))
        marks.append(Line(segment(left, y(value), left + SIDE, y(value)), role, 0.75))
        marks.append(Text(x(value), TOP + SIDE + 15, tick_text(value), "muted", 10, "middle"))
        marks.append(Text(left - 6, y(value) + 3.5, tick_text(value), "muted", 10, "end"))
    # Beside the legend there is no room for it in a font that is wider than ours.
    marks.append(Text(left + SIDE / 2, TOP + SIDE + 34, "real part (imaginary part upward)",
                      "muted", 11, "middle"))
    marks.append(Text(left + 8, TOP + SIDE - 9, "draws in", "muted", 11, halo=True))
    marks.append(Text(left + SIDE - 8, TOP + SIDE - 9, "pushes away", "muted", 11, "end", True))
    at = left
    for (label, colour, corners, size), part in zip(FAMILIES, families, strict=True):
        marks.append(Area(_corners(at + 5, TOP - 10, corners, size), colour))
        marks.append(Text(at + 15, TOP - 6, label, "muted", 11))
        at += 34 + text_width(label, 11)
        marks += [Area(_corners(x(re), y(im), corners, size), colour, 0.85)
                  for re, im in part.tolist() if np.isfinite(re + im)]
    return marks


def _corners(x: float, y: float, count: int, radius: float) -> Points:
    """A regular polygon with a corner on top."""
    turn = 2 * np.pi * np.arange(count) / count
    return np.stack([x + radius * np.sin(turn), y - radius * np.cos(turn)], -1)
