"""One moment of a run held still: what every slow look at its game is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from ganstudio.game.products import Curvature
from ganstudio.game.protocol import Point, unflatten
from ganstudio.recipe.tree import Recipe
from ganstudio.training.run_game import Batch, Copies, RunGame, TwoPlayers
from ganstudio.training.trace import Moment, Trace, flat_weights

TOGETHER = 3
"""Measured on 3×128 networks and 64 samples: 2.1 ms a place, where one by one takes 2.6; five take
1.7 ms, but then a slice is longer than a frame."""
MOST_WEIGHTS_TOGETHER = 200_000


@dataclass
class StillGame:
    """Copies of both networks, a batch that is the run's for good, and the path up to here.

    ``spent`` tells how many seconds a look has taken so far. ``before`` are the weights before
    the last step, where they were kept; ``means`` what historical averaging pulls to.
    """

    step: int
    recipe: Recipe
    copies: Copies
    batch: Batch
    moments: tuple[Moment, ...] = ()
    before: Tensor | None = None
    means: Mapping[str, Sequence[Tensor]] = field(default_factory=dict)
    spent: Callable[[], float] = field(default=lambda: 0.0)

    def __post_init__(self) -> None:
        self.game = RunGame(self.copies, self.recipe, self.batch, layers_rng=self.copies.coins,
                            step=self.step, means=self.means)
        self.game.freeze()
        self.flat = flat_weights(self.copies)
        self.here = self.game.weights()
        self.n_g = sum(t.numel() for t in self.here.theta)

    @classmethod
    def take(cls, players: TwoPlayers, recipe: Recipe, step: int, batch: Batch,
             trace: Trace | None = None, before: Tensor | None = None,
             means: Mapping[str, Sequence[Tensor]] | None = None) -> StillGame:
        """The players as they are now."""
        moments = tuple(trace.moments) if trace is not None else ()
        kept = {player: [t.clone() for t in mean] for player, mean in (means or {}).items()}
        return cls(step, recipe, Copies(players), batch, moments, before, kept)

    @cached_property
    def curve(self) -> Curvature:
        """Products with J at the weights as they are."""
        return Curvature(self.game, self.here)

    def point(self, flat: Tensor) -> Point:
        """A vector of all weights as a point."""
        return unflatten(flat, self.here)

    def field(self, flat: Tensor) -> Tensor:
        """v (n,) at any weights (n,)."""
        v = self.game.field(self.point(flat))
        return torch.cat([t.reshape(-1) for t in v.all])

    @cached_property
    def at_once(self) -> int:
        """Places whose field is best found together: many only where the overhead of a call, and
        not its arithmetic, is what costs.
        """
        small = len(self.flat) <= MOST_WEIGHTS_TOGETHER and not self.copies.g.stateful_forward
        return TOGETHER if small and self.game.separable else 1

    def fields(self, flats: Tensor) -> Tensor:
        """v (m, n) at any places (m, n)."""
        if len(flats) == 1 or self.at_once == 1:
            return torch.stack([self.field(flat) for flat in flats])
        sizes = [t.numel() for t in self.here.all]
        stacks = tuple(part.reshape(-1, *like.shape).detach().requires_grad_() for part, like in
                       zip(torch.split(flats, sizes, dim=1), self.here.all, strict=True))
        count = len(self.here.theta)
        v = self.game.fields(Point(stacks[:count], stacks[count:]))
        return torch.cat([t.reshape(len(flats), -1) for t in v.all], dim=1)
