"""When to look: probes share a small part of the time, and the dear ones come more rarely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SLICED = 2.0
"""Slices of a long look wait half as long for their turn as whole looks of their length would."""
AWAITED = 12.0
"""How many times its weight a long look has until its first whole picture is there."""


@dataclass(slots=True)
class _Cost:
    turn: float = 0.0
    """Seconds of looking that everybody else gets before it is this one's turn again."""
    last: float = float("-inf")
    stale: bool = True
    weight: float = 1.0
    """How many parts of the time it gets."""
    shown: bool = False
    """Whether a whole picture has been shown since it was asked for."""
    awaited: bool = False
    """A long look that is begun and has not been shown whole."""


@dataclass(slots=True)
class ProbeBudget:
    """Decides which probe may run next.

    Training earns credit (``share`` of its own time) and every look spends what it cost, so that
    over time looking takes at most that share of training. While the first whole picture of a
    long look is awaited, somebody sits before an unfinished one: the share is ``opening`` then.
    Time in which training rests (slow motion) is free. Credit does not pile up beyond ``purse``
    seconds, so a long quiet spell is not followed by a burst. Each probe gets its part of the
    time, by its weight, so the dear ones come more rarely (start-time fair queueing, Goyal et al.
    1996). No probe runs more often than every ``shortest`` seconds: nobody could see it. Times
    are in seconds.
    """

    share: float = 0.02
    opening: float = 0.1
    shortest: float = 1 / 30
    purse: float = 0.05
    credit: float = 0.05
    costs: dict[str, _Cost] = field(default_factory=dict)
    _served: float = 0.0

    def watch(self, keys: Iterable[str], changed: Iterable[str],
              weights: Mapping[str, float] | None = None) -> None:
        """Keep books for these keys; those that ``changed`` are due at once.

        ``weights`` are above 0; a key without one has 1.
        """
        wanted = set(keys)
        self.costs = {k: c for k, c in self.costs.items() if k in wanted}
        for key in wanted:
            cost = self.costs.setdefault(key, _Cost(self._served))
            cost.weight = (weights or {}).get(key, 1.0)
        for key in changed:
            if key in self.costs:
                cost = self.costs[key]
                cost.stale, cost.shown, cost.awaited = True, False, False

    def trained(self, seconds: float) -> None:
        """Training took this long: earn credit for looking."""
        awaited = any(cost.awaited for cost in self.costs.values())
        share = max(self.share, self.opening) if awaited else self.share
        self.credit = min(self.purse, self.credit + share * seconds)

    def rested(self, seconds: float) -> None:
        """Training waited this long for its next step: all of it may go into looking."""
        self.credit = min(self.purse, self.credit + seconds)

    def due(self, now: float, free: Mapping[str, bool]) -> str | None:
        """The key to look at now, or None. ``free[key]`` tells whether its last frame is taken."""
        ready = [(key, cost) for key, cost in self.costs.items() if free.get(key, True)]
        stale = [key for key, cost in ready if cost.stale]
        if stale:
            # Something that has just been asked for is shown even on credit.
            return min(stale, key=lambda key: self.costs[key].turn)
        if self.credit <= 0:
            return None
        waiting = [(cost.turn, cost.last, key) for key, cost in ready
                   if now - cost.last >= self.shortest]
        return min(waiting)[2] if waiting else None

    def looked(self, key: str, now: float, seconds: float, finished: bool = True,
               insist: bool = False) -> None:
        """A look at ``key`` took this long.

        Of a look that is not ``finished`` the next slice may come as soon as there is credit;
        to ``insist`` is to have it without. One that was asked for leaves no debt beyond a purse:
        who has just opened a dear panel must not wait long for the next picture.
        """
        cost = self.costs.get(key)
        least = min(self.credit, -self.purse) if cost is not None and cost.stale else float("-inf")
        self.credit = max(self.credit - seconds, least)
        if cost is not None:
            self._served = max(self._served, cost.turn)
            weight = cost.weight * (AWAITED if cost.awaited else 1.0)
            cost.turn = self._served + (seconds if finished else seconds / SLICED) / weight
            if finished:
                cost.last = now
                cost.awaited, cost.shown = False, True
            elif not cost.shown:
                cost.awaited = True
            cost.stale = insist

    def all_stale(self) -> None:
        """Everything watched is out of date (the run paused or moved elsewhere)."""
        for cost in self.costs.values():
            cost.stale = True
