"""Which states of a run are kept as it goes on, and those that are kept in memory.

Dense near now and sparser further back: a state that lies ``a`` steps back may stand about as far
from its neighbours as a constant share of ``a``, so that the count grows with the logarithm of
the run's length.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ganstudio.recipe import Recipe
from ganstudio.training.trainer import State

MARK_KINDS = ("tweak", "diagnosis")
"""Journal entries at whose steps a state is kept as long as the budget allows."""

NEWEST = 2
"""Never dropped: should the newest turn out to be damaged, there is the one before it."""

MOST = 256
"""States of one run at most, however small they are: a timeline cannot show more."""

MEMORY_BUDGET = 256 << 20
DISK_BUDGET = 1 << 30


def retained(sizes: Mapping[int, int], marks: Collection[int], budget: int,
             most: int = MOST) -> set[int]:
    """The steps whose states are kept, of those there are.

    ``sizes`` gives the bytes of each step's state. While they take more than ``budget`` bytes,
    or are more than ``most``, the one goes whose neighbours lie nearest to each other, measured
    by how long ago it was; those at ``marks`` go only when there are no others. The newest two
    stay whatever they take.
    """
    kept = sorted(sizes)
    total = sum(sizes.values())
    important = set(marks)
    while len(kept) > NEWEST and (total > budget or len(kept) > most):
        free = [k for k in range(len(kept) - NEWEST) if kept[k] not in important]
        k = min(free or range(len(kept) - NEWEST), key=lambda k: _room(kept, k))
        total -= sizes[kept.pop(k)]
    return set(kept)


def _room(kept: list[int], k: int) -> float:
    """The gap that dropping entry ``k`` would leave, as a share of its age."""
    before = kept[k - 1] if k else min(0, kept[0])
    return (kept[k + 1] - before) / (kept[-1] - kept[k])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state, and the recipe that was in force with it."""

    state: State
    recipe: Recipe

    @property
    def step(self) -> int:
        """Steps done."""
        return int(self.state.values["step"])

    @property
    def nbytes(self) -> int:
        """Memory that the tensors take."""
        return sum(t.numel() * t.element_size() for t in self.state.tensors.values())

    def on_cpu(self) -> Snapshot:
        """The same in main memory, where there is more room than on a GPU."""
        tensors = {name: t.to("cpu") for name, t in self.state.tensors.items()}
        return Snapshot(State(tensors, self.state.values), self.recipe)


class Snapshots:
    """States in memory, by branch and step, within ``budget`` bytes for all branches together."""

    def __init__(self, budget: int = MEMORY_BUDGET) -> None:
        self.budget = budget
        self._kept: dict[str, dict[int, Snapshot]] = {}
        self._sizes: dict[str, dict[int, int]] = {}

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return sum(sum(sizes.values()) for sizes in self._sizes.values())

    def steps(self, branch: str) -> list[int]:
        """The steps of one branch of which there are states, in order."""
        return sorted(self._kept.get(branch, ()))

    def get(self, branch: str, step: int) -> Snapshot | None:
        """The state at a step of a branch, if it is kept."""
        return self._kept.get(branch, {}).get(step)

    def add(self, branch: str, snapshot: Snapshot, marks: Collection[int] = ()) -> None:
        """Keep one more, in place of an older one at its step; others may have to go."""
        snapshot = snapshot.on_cpu()
        self._kept.setdefault(branch, {})[snapshot.step] = snapshot
        self._sizes.setdefault(branch, {})[snapshot.step] = snapshot.nbytes
        self.thin(branch, marks)

    def thin(self, branch: str, marks: Collection[int] = ()) -> None:
        """Bring one branch within its share of the budget."""
        sizes = self._sizes.get(branch, {})
        share = self.budget // max(1, len(self._kept))
        stay = retained(sizes, marks, share)
        for step in sizes.keys() - stay:
            del sizes[step], self._kept[branch][step]

    def cut_after(self, branch: str, step: int) -> None:
        """The branch went back to ``step``: forget what came later."""
        for later in [s for s in self.steps(branch) if s > step]:
            del self._sizes[branch][later], self._kept[branch][later]

    def drop(self, branch: str) -> None:
        """Forget a branch."""
        self._kept.pop(branch, None)
        self._sizes.pop(branch, None)
