"""A picture as a list of marks, so that the SVG and the PNG of it cannot differ.

Positions are in pixels of the layout, x rightward and y downward. Colours are named by role
(``player_d``, ``text``, …): which colour that is, is decided when the picture is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Role = Literal["paper", "text", "muted", "line", "real", "fake", "player_d", "player_g", "marker"]
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """A polyline through ``points`` (n, 2); ``dash`` gives lengths on and off."""

    points: Points
    role: Role
    width: float = 1
    dash: tuple[float, ...] = ()
    opacity: float = 1


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon with corners ``points`` (n, 2)."""

    points: Points
    role: Role
    opacity: float = 1


@dataclass(frozen=True, slots=True)
class Text:
    """Words with their baseline at y; ``halo`` keeps them legible over curves."""

    x: float
    y: float
    text: str
    role: Role = "text"
    size: float = 11
    anchor: Literal["start", "middle", "end"] = "start"
    halo: bool = False


@dataclass(frozen=True, slots=True)
class Dots:
    """Filled circles at ``points`` (n, 2)."""

    points: Points
    role: Role
    radius: float
    opacity: float = 1


@dataclass(frozen=True, slots=True)
class Field:
    """A smooth picture of ``values`` (rows from the top, in 0 … 1) in a rectangle."""

    x: float
    y: float
    width: float
    height: float
    values: NDArray[np.float64]


Mark = Line | Area | Text | Dots | Field


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture of ``width`` by ``height`` pixels."""

    width: float
    height: float
    marks: tuple[Mark, ...]


def segment(x0: float, y0: float, x1: float, y1: float) -> Points:
    """Two points."""
    return np.array([[x0, y0], [x1, y1]], np.float64)


def rectangle(x: float, y: float, width: float, height: float) -> Points:
    """Four corners."""
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float64)


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) within [low, high]."""
    span = high - low
    if not isfinite(span) or span <= 0:
        return [low] if isfinite(low) else []
    rough = span / max(about, 1)
    power = 10.0 ** floor(log10(rough))
    step = next((m * power for m in (1, 2, 5) if m * power >= rough), 10 * power)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def tick_text(value: float) -> str:
    """A short number with a true minus sign; thousands and millions from 10,000 on."""
    size = abs(value)
    if 10_000 <= size < 1e12:
        unit, letter = next(u for u in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if size >= u[0])
        text = f"{value / unit:.6g}{letter}"
    else:
        text = f"{value:.6g}"
    return text.replace("-", "−")
