"""What a toy session's thread computes. Imports torch: for the worker only."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.game.catalogue import Value
from ganstudio.game.field import Grid, field_on_grid, heights, lattice, three_fields
from ganstudio.game.protocol import Rule
from ganstudio.game.rules.make import make_rule
from ganstudio.game.spectrum import update_eigenvalues
from ganstudio.game.toys import FORSAKEN_SOLUTION, Toy, make_toy
from ganstudio.game.verdict import confirmed, linear_verdict, verdict, watch
from ganstudio.game.walk import Walk
from ganstudio.session.toy_flow import in_order, level_lines, streamlines
from ganstudio.session.toy_frames import (
    Array,
    FieldGrid,
    Judgement,
    Mover,
    Surface,
    ToyPicture,
    ToySpec,
    Track,
)
from ganstudio.session.toy_words import judge

KEPT = 4_000
"""Played steps that stay in sight; older ones are dropped from the path."""

FINE = 57
"""Side of the lattice for streamlines and nullclines."""

COARSE = 37
"""The same where each node is a quadrature."""

CONTOUR_SIDE = 97
"""Narrow valleys show corners where it is less."""

SURFACE = 37
CONTOURS = 12
MOST_ARROWS = 120  # along one side

Key = tuple[Any, ...]


def key_of(name: str, params: Mapping[str, Value]) -> Key:
    """A game or rule with its parameters, to compare by."""
    return (name, *sorted(params.items()))


class Toys:
    """Games that were made, so that a recorded step can serve again."""

    def __init__(self, kept: int = 12) -> None:
        self._kept: OrderedDict[Key, Toy] = OrderedDict()
        self._most = kept

    def __call__(self, name: str, params: Mapping[str, Value]) -> Toy:
        """The game, the same object for the same parameters."""
        key = key_of(name, params)
        if key not in self._kept:
            self._kept[key] = make_toy(name, params)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def rests(toy: Toy) -> tuple[tuple[float, float], ...]:
    """The points of rest that are known."""
    return (FORSAKEN_SOLUTION,) if toy.entry.name == "forsaken" else toy.equilibria


def one_player(toy: Toy) -> bool:
    """Whether both numbers descend one loss."""
    return toy.each_g is toy.each_d


class Runner:
    """One rule's path: played so far, and ahead."""

    def __init__(self, toy: Toy, mover: Mover, start: tuple[float, float]) -> None:
        self.toy, self.mover, self.rule = toy, mover, make_rule(mover.rule, mover.params)
        self.first = self.taken = 0
        self._now = Walk(toy, self.rule, start)
        self._ahead = Walk(toy, self.rule, start)
        self._path: Array = np.array([start], dtype=np.float64)

    def retuned(self, toy: Toy, mover: Mover) -> Runner:
        """The same players under other numbers, from where they stand; the rule's memory is kept
        where the new rule has the same.
        """
        other = Runner(toy, mover, self._now.place)
        if mover.rule == self.mover.rule and len(other._now.numbers) == len(self._now.numbers):
            other._now.resume(self._now.numbers)
            other._ahead.resume(self._now.numbers)
        other.first, other.taken = self.first, self.taken
        other._path = self._path[:self.taken - self.first + 1]
        return other

    def look(self, steps: int) -> None:
        """Let the preview reach ``steps`` beyond where the players stand."""
        here = self.taken - self.first
        known = len(self._path) - 1 - here
        if known < steps and not self._ahead.ended:
            self._path = np.concatenate([self._path, self._ahead.advance(steps - known)])
        elif known > steps:
            self._path = self._path[:here + 1 + steps]
            self._ahead.resume(self._now.numbers)
            self._ahead.advance(steps)

    def play(self, steps: int) -> int:
        """Move the players; how many steps were taken."""
        known = len(self._path) - 1 - (self.taken - self.first)
        went = self._now.advance(steps)
        if len(went) > known:
            self._path = np.concatenate([self._path, went[known:]])
            self._ahead.resume(self._now.numbers)
            self._ahead.ended = self._now.ended
        self.taken += len(went)
        spare = self.taken - self.first - KEPT
        if spare > 0:
            self._path, self.first = self._path[spare:], self.first + spare
        return len(went)

    def track(self, judgement: Judgement, eigenvalues: NDArray[np.complex128] | None) -> Track:
        """As it is now."""
        path = frozen(self._path)
        with np.errstate(over="ignore"):
            each = [np.hypot(path[:, 0] - x, path[:, 1] - y)
                    for x, y in rests(self.toy) or (self.toy.centre,)]
        radius = None if eigenvalues is None else float(np.abs(eigenvalues).max())
        return Track(self.mover, self.first, self.taken, path, frozen(np.min(each, axis=0)),
                     self._now.ended or self._ahead.ended, eigenvalues, radius, judgement)


class Workshop:
    """Computes pictures; keeps what the next one can use again."""

    def __init__(self) -> None:
        self._toys = Toys()
        self._runners: list[Runner] = []
        self._spec: ToySpec | None = None
        self._still: ToyPicture | None = None
        self._judged: dict[Key, tuple[Judgement, NDArray[np.complex128] | None]] = {}
        self._outcomes: dict[Key, Judgement] = {}

    # ---- the runs

    def prepare(self, spec: ToySpec) -> None:
        """Take up a request. A new game, start or set of rules begins the runs anew; changed
        numbers go on from where the players stand.

        Raises:
            SpecError: an unknown name, or a value out of range.
        """
        toy = self._toys(spec.game, spec.game_params)
        old = self._spec
        afresh = (old is None or old.game != spec.game or old.start != spec.start
                  or [m.rule for m in old.movers] != [m.rule for m in spec.movers])
        if afresh:
            # Rules that stay keep their place only if nothing else moved: all start together.
            runners = [Runner(toy, mover, spec.start) for mover in spec.movers]
        else:
            runners = [runner if (runner.toy is toy and dict(runner.mover.params)
                                  == dict(mover.params)) else
                       (runner.retuned(toy, mover) if runner.taken
                        else Runner(toy, mover, spec.start))
                       for runner, mover in zip(self._runners, spec.movers, strict=True)]
        self._runners = runners
        if old is None or not _same_ground(old, spec):
            self._still = None
        self._spec = spec

    def play(self, steps: int) -> bool:
        """Move every runner; False when none can move any more."""
        return max((runner.play(steps) for runner in self._runners), default=0) > 0

    def restart(self) -> None:
        """Everybody back to the start."""
        if self._spec is not None:
            self._runners = [Runner(runner.toy, runner.mover, self._spec.start)
                             for runner in self._runners]

    # ---- pictures

    def picture(self, serial: int, playing: bool) -> ToyPicture:
        """The picture of the request in hand."""
        spec = self._spec
        assert spec is not None
        begun = time.perf_counter()
        if self._still is None:
            self._still = self._ground(spec)
        for runner in self._runners:
            runner.look(spec.steps)
        tracks = tuple(runner.track(*self._judge(runner)) for runner in self._runners)
        return replace(self._still, serial=serial, spec=spec, tracks=tracks, playing=playing,
                       milliseconds=1000 * (time.perf_counter() - begun))

    def _judge(self, runner: Runner) -> tuple[Judgement, NDArray[np.complex128] | None]:
        key = self._key(runner)
        if key not in self._judged:
            found = eigenvalues(runner.toy, runner.rule)
            if len(self._judged) > 200:
                self._judged.clear()
            self._judged[key] = (judge(found, one_player(runner.toy)), found)
        judgement, found = self._judged[key]
        return self._outcomes.get((key, self._begin()), judgement), found

    def _begin(self) -> tuple[float, float]:
        return self._spec.start if self._spec is not None else (0.0, 0.0)

    def _key(self, runner: Runner) -> Key:
        game = self._spec.game_params if self._spec is not None else {}
        return (key_of(runner.toy.entry.name, game),
                key_of(runner.mover.rule, runner.mover.params))

    def watch(self, between: Callable[[], None]) -> bool:
        """Watch long runs from the start, to confirm what the eigenvalues said; whether
        anything new is known. ``between`` may raise to give up.
        """
        news = False
        for runner in self._runners:
            key = self._key(runner)
            if (key, self._begin()) in self._outcomes or key not in self._judged:
                continue
            judgement, found = self._judged[key]
            linear = None if found is None else linear_verdict(found)
            text = verdict(watch(runner.toy, runner.rule, self._begin(), between=between), linear)
            if len(self._outcomes) > 200:
                self._outcomes.clear()
            self._outcomes[(key, self._begin())] = replace(
                judgement, outcome=text, agrees=confirmed(text, linear))
            news = True
        return news

    def _ground(self, spec: ToySpec) -> ToyPicture:
        """What does not depend on the rules."""
        toy, on = self._toys(spec.game, spec.game_params), spec.layers
        x, y = arrow_lattice(spec.view, spec.spacing)
        grids: tuple[Grid, ...]
        if "three" in on:
            grids = three_fields(toy, x, y, spec.gamma)
        else:
            grids = (field_on_grid(toy, x, y),)
        made = ToyPicture(0, spec, tuple(map(_arrows, grids)), equilibria=rests(toy),
                          low=toy.low, high=toy.high)
        if on & {"streams", "nullclines"}:
            made = self._lines(made, toy, spec)
        if "contours" in on:
            side = COARSE if spec.game_params.get("sigma") else CONTOUR_SIDE
            x, y = lattice(spec.view, side, side)
            height, _ = heights(toy, x, y)
            made = replace(made, contours=frozen(contours(x, y, height)))
        if "surface" in on:
            x, y = lattice(spec.view, SURFACE, SURFACE)
            made = replace(made, surface=Surface(x, y, *map(frozen, heights(toy, x, y))))
        return made

    def _lines(self, made: ToyPicture, toy: Toy, spec: ToySpec) -> ToyPicture:
        side = COARSE if spec.game_params.get("sigma") else FINE
        x, y = lattice(spec.view, side, side)
        grid = field_on_grid(toy, x, y)
        if "streams" in spec.layers:
            pieces, heads = streamlines(x, y, grid.vx, grid.vy)
            made = replace(made, streams=frozen(pieces), heads=frozen(heads))
        if "nullclines" in spec.layers:
            made = replace(made, null_g=frozen(level_lines(x, y, grid.vx)),
                           null_d=frozen(in_order(level_lines(x, y, grid.vy))))
        return made


def eigenvalues(toy: Toy, rule: Rule) -> NDArray[np.complex128] | None:
    """Of the update map at the first point of rest that is known."""
    at = rests(toy)
    return update_eigenvalues(toy, rule, at[0]) if at else None


def arrow_lattice(view: tuple[float, float, float, float], spacing: float
                  ) -> tuple[Array, Array]:
    """Coordinates of the arrows in a view. They are odd multiples of half the spacing, so that they
    stay where they are while the view is moved.
    """
    def along(low: float, high: float) -> Array:
        step = max(spacing, (high - low) / MOST_ARROWS)
        first, last = np.ceil(low / step - 0.5), np.floor(high / step - 0.5)
        return (np.arange(first, last + 1) + 0.5) * step
    return along(view[0], view[1]), along(view[2], view[3])


def contours(x: Array, y: Array, height: Array) -> Array:
    """Level lines at even shares of the heights in sight, most of them near the middle."""
    finite = height[np.isfinite(height)]
    if not len(finite) or np.ptp(finite) <= 0:
        return np.empty((0, 4))
    levels = np.unique(np.quantile(finite, (np.arange(CONTOURS) + 0.5) / CONTOURS))
    return np.concatenate([level_lines(x, y, height, float(level)) for level in levels])


def _arrows(grid: Grid) -> FieldGrid:
    xx, yy = np.meshgrid(grid.x, grid.y)
    return FieldGrid(*(frozen(np.ravel(a)) for a in (xx, yy, grid.vx, grid.vy)))


def frozen(array: Any) -> Array:
    """A read-only copy that owns its memory."""
    owned = np.array(array, dtype=np.float64)
    owned.flags.writeable = False
    return owned


def _same_ground(a: ToySpec, b: ToySpec) -> bool:
    """Whether all that does not depend on the rules is the same."""
    return (a.game == b.game and dict(a.game_params) == dict(b.game_params) and a.view == b.view
            and a.spacing == b.spacing and a.layers == b.layers
            and ("three" not in a.layers or a.gamma == b.gamma))
