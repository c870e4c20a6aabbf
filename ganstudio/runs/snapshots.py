"""Which states of a run are kept as it goes on, and those that are kept in memory.

Dense near now and sparser further back: a state that lies ``a`` steps back may stand about as far
from its neighbours as a constant share of ``a``, so that the count grows with the logarithm of
the run's length.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from torch import Tensor

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
        return sum(map(_bytes, self.state.tensors.values()))

    @property
    def shared(self) -> tuple[int, int]:
        """Where the order of the data lies, and its bytes: states of one epoch share it."""
        order = self.state.tensors.get("batches.order")
        return (0, 0) if order is None else (order.data_ptr(), _bytes(order))


def _bytes(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()


class Snapshots:
    """States in memory, by branch and step, within ``budget`` bytes for all branches together."""

    def __init__(self, budget: int = MEMORY_BUDGET) -> None:
        self.budget = budget
        self._kept: dict[str, dict[int, Snapshot]] = {}
        self._sizes: dict[str, dict[int, int]] = {}
        self._own: dict[str, dict[int, tuple[int, int, int]]] = {}
        """Bytes of each state's own, then where what it shares lies and its bytes."""
        self._order: tuple[Tensor, Tensor] | None = None
        """The newest state's order of the data, where it was made and in main memory."""

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
        snapshot = self._in_main_memory(snapshot)
        self._kept.setdefault(branch, {})[snapshot.step] = snapshot
        place, size = snapshot.shared
        self._own.setdefault(branch, {})[snapshot.step] = snapshot.nbytes - size, place, size
        self.thin(branch, marks)

    def _in_main_memory(self, snapshot: Snapshot) -> Snapshot:
        """The same where there is more room than on a GPU; there too states of one epoch share
        the order of the data.
        """
        tensors = dict(snapshot.state.tensors)
        order = tensors.pop("batches.order", None)
        tensors = {name: t.to("cpu") for name, t in tensors.items()}
        if order is not None:
            if self._order is None or self._order[0].data_ptr() != order.data_ptr():
                self._order = order, order.to("cpu")
            tensors["batches.order"] = self._order[1]
        return Snapshot(State(tensors, snapshot.state.values), snapshot.recipe)

    def thin(self, branch: str, marks: Collection[int] = ()) -> None:
        """Bring one branch within its share of the budget."""
        share = self.budget // max(1, len(self._kept))
        sizes = self._weigh(branch)
        for step in sizes.keys() - retained(sizes, marks, share):
            del self._own[branch][step], self._kept[branch][step]
        self._weigh(branch)

    def cut_after(self, branch: str, step: int) -> None:
        """The branch went back to ``step``: forget what came later."""
        for later in [s for s in self.steps(branch) if s > step]:
            del self._own[branch][later], self._kept[branch][later]
        self._weigh(branch)

    def _weigh(self, branch: str) -> dict[int, int]:
        """What each state takes; what several share counts with the first of them."""
        counted: set[int] = set()
        sizes = self._sizes[branch] = {}
        for step in self.steps(branch):
            own, place, size = self._own[branch][step]
            sizes[step] = own + (0 if place in counted else size)
            counted.add(place)
        return sizes

    def drop(self, branch: str) -> None:
        """Forget a branch."""
        self._kept.pop(branch, None)
        self._sizes.pop(branch, None)
        self._own.pop(branch, None)
