"""The words between a window and a toy session: what is asked, and what is drawn. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ganstudio.game.catalogue import Value

Array = NDArray[np.float64]
View = tuple[float, float, float, float]
"""(x0, x1, y0, y1): θ from x0 to x1, ψ from y0 to y1."""

LAYERS = ("arrows", "streams", "nullclines", "contours", "three", "surface")
"""What a picture may hold beside the paths; ``three`` are the fields of consensus."""



def no_lines() -> Array:
    """An empty, read-only set of lines."""
    none = np.empty((0, 4))
    none.flags.writeable = False
    return none


@dataclass(frozen=True, slots=True)
class Mover:
    """An update rule with its parameters, as in the catalogue."""

    rule: str
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToySpec:
    """What is to be seen: a game, one or more rules that move from one start, and the view.

    ``spacing`` is the distance between arrows in plane units; ``steps`` how far the path is
    shown ahead; ``gamma`` the weight of the conservative field where the layer ``three`` is on.
    """

    game: str
    game_params: Mapping[str, Value]
    movers: tuple[Mover, ...]
    start: tuple[float, float]
    view: View
    spacing: float = 0.15
    steps: int = 400
    layers: frozenset[str] = frozenset({"arrows"})
    gamma: float = 1.0


@dataclass(frozen=True, slots=True)
class FieldGrid:
    """Arrows at ``x``, ``y``, each (n,), with components ``vx``, ``vy`` (n,)."""

    x: Array
    y: Array
    vx: Array
    vy: Array


@dataclass(frozen=True, slots=True)
class Surface:
    """Losses over an even lattice: ``x`` (n,), ``y`` (m,); ``height_g``, ``height_d`` (m, n)."""

    x: Array
    y: Array
    height_g: Array
    height_d: Array


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a rule's path, in words and numbers.

    ``headline`` and ``detail`` come from the eigenvalues; ``outcome`` is what a long run from the
    start did ("" while that is not known), and ``agrees`` whether it bore the eigenvalues out
    (None where they leave it open).
    """

    headline: str = ""
    detail: str = ""
    outcome: str = ""
    agrees: bool | None = None
    kind: str = ""
    """``converges``, ``cycles``, ``diverges`` or "" where the eigenvalues do not say."""


@dataclass(frozen=True, slots=True)
class Track:
    """One rule's path: ``path`` (n, 2) and ``distance`` (n,) to the nearest equilibrium.

    ``path[0]`` is step ``first``; what was played reaches to step ``taken``, the rest is
    a preview. ``ended`` says that it left the finite numbers. ``eigenvalues`` (k,) are the update
    map's at rest, None where it has no derivative; ``radius`` the largest modulus.
    """

    mover: Mover
    first: int
    taken: int
    path: Array
    distance: Array
    ended: bool
    eigenvalues: NDArray[np.complex128] | None
    radius: float | None
    judgement: Judgement

    @property
    def here(self) -> int:
        """The row of ``path`` at which the players stand."""
        return self.taken - self.first


@dataclass(frozen=True, slots=True)
class ToyPicture:
    """Everything of one moment; every array is read-only.

    ``fields`` holds the game's field, and the conservative one and the weighted sum after it
    if these were asked for. Line sets are rows (x1, y1, x2, y2): ``streams``, ``contours``
    of L_G, ``null_g`` where θ is at rest, ``null_d`` where ψ is. ``heads`` (k, 4) are
    places (x, y) and unit directions on the streamlines. ``error`` is a sentence where the
    request was refused (all else is then empty); ``serial`` counts requests.
    """

    serial: int
    spec: ToySpec
    fields: tuple[FieldGrid, ...] = ()
    streams: Array = field(default_factory=no_lines)
    heads: Array = field(default_factory=no_lines)
    null_g: Array = field(default_factory=no_lines)
    null_d: Array = field(default_factory=no_lines)
    contours: Array = field(default_factory=no_lines)
    surface: Surface | None = None
    tracks: tuple[Track, ...] = ()
    equilibria: tuple[tuple[float, float], ...] = ()
    low: tuple[float, float] = (-np.inf, -np.inf)
    high: tuple[float, float] = (np.inf, np.inf)
    playing: bool = False
    error: str = ""
    details: str = ""
    milliseconds: float = 0.0
    """What computing it took."""
