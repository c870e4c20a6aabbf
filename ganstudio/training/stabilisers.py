"""What a trainer keeps beside weights and moments when something steadies the game."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import torch
from torch import Tensor

from ganstudio.nets.average import lerp_each
from ganstudio.recipe.schedules import d_steps_at, rate_at
from ganstudio.recipe.tree import Recipe
from ganstudio.training.chance import RunChance
from ganstudio.training.objective import Due, Objective

Player = Literal["g", "d"]


class History:
    """The running mean of each player's weights over its moves (Salimans et al. 2016, 3.3)."""

    def __init__(self) -> None:
        self.means: dict[str, list[Tensor]] = {}
        self.counts: dict[str, int] = {}
        self.weights_ahead: dict[str, Iterator[Tensor]] = {}
        """While a graph is recorded: what ``note`` is to read a player's weights from."""

    def mean(self, player: Player, weights: Sequence[Tensor]) -> list[Tensor]:
        """The mean so far; where there is none yet it begins at ``weights``."""
        if player not in self.means:
            self.means[player] = [w.detach().clone() for w in weights]
            self.counts[player] = 1
        return self.means[player]

    @torch.no_grad()
    def note(self, player: Player, weights: Sequence[Tensor]) -> None:
        """The player has moved to ``weights``."""
        mean = self.mean(player, weights)
        if player in self.weights_ahead:
            lerp_each(mean, list(weights), next(self.weights_ahead[player]))
            return
        self.counts[player] += 1
        lerp_each(mean, list(weights), 1.0 / self.counts[player])

    def clear(self) -> None:
        """It is switched off: the past is forgotten."""
        if self.means:
            self.means.clear()
            self.counts.clear()

    def tensors(self) -> dict[str, Tensor]:
        """The means by name, live."""
        return {f"{player}.{i}": t for player, mean in self.means.items()
                for i, t in enumerate(mean)}

    def load(self, tensors: dict[str, Tensor], counts: dict[str, int],
             weights: dict[Player, list[Tensor]]) -> None:
        """Take up what ``tensors`` and ``counts`` were.

        Raises:
            ValueError: it belongs to other networks.
        """
        before, self.means, self.counts = self.means, {}, {}
        for player, mine in weights.items():
            if player not in counts:
                continue
            saved = [tensors[f"{player}.{i}"] for i in range(len(mine))]
            if any(a.shape != b.shape for a, b in zip(saved, mine, strict=True)):
                raise ValueError("the historical average belongs to other networks")
            # A recorded graph writes to the very tensors that are there.
            self.means[player] = before.get(player) or [torch.empty_like(m) for m in mine]
            torch._foreach_copy_(self.means[player], saved)
            self.counts[player] = int(counts[player])


class Stabilisers:
    """The present round's objective and rates, and the memory of what needs one.

    ``chance`` are the random streams, ``history`` the means of historical averaging, and
    ``waited`` counts for each lazy penalty the D moves since it was last due. All three are
    empty while nothing needs them, and so is their part of the state.
    """

    def __init__(self, recipe: Recipe, device: torch.device) -> None:
        self.chance = RunChance(recipe.seed, device)
        self.history = History()
        self.waited: dict[str, int] = {}
        self._recipe: Recipe | None = None
        self._timed = False
        self.begin(recipe, 0)

    def begin(self, recipe: Recipe, step: int) -> None:
        """A round begins after ``step`` rounds under this recipe."""
        if recipe is self._recipe and not self._timed:
            return
        self._recipe = recipe
        self.objective = Objective(recipe, step)
        self.rate_g: float | Tensor = rate_at(recipe.optimizer_g, step)
        self.rate_d: float | Tensor = rate_at(recipe.optimizer_d, step)
        self.d_steps = d_steps_at(recipe.update, step)
        self.pull = recipe.loss.historical
        if not self.pull:
            self.history.clear()
        self._timed = bool(
            (recipe.instance_noise.sigma and recipe.instance_noise.decay != "none")
            or recipe.update.boost_k
            or any(o.warmup or o.schedule != "constant"
                   for o in (recipe.optimizer_g, recipe.optimizer_d)))
        self._every = {name: getattr(recipe.penalty, f"{name}_every")
                       for name, _ in self.objective.penalties}
        self.waited = {name: n for name, n in self.waited.items() if self._every.get(name, 1) > 1}

    def due(self) -> Due:
        """The penalties of the D move that comes now, each with its weight.

        A lazy one is due at the first move after it was switched on and then at every n-th, with
        n times its weight (Karras et al. 2020). Each call counts as a move.
        """
        if not self.objective.penalties:
            return ()
        found = []
        for name, weight in self.objective.penalties:
            every = self._every[name]
            if every == 1:
                found.append((name, weight))
                continue
            waited = self.waited.get(name, 0) % every
            if waited == 0:
                found.append((name, weight * every))
            self.waited[name] = (waited + 1) % every
        return tuple(found)

    def pays_next(self) -> bool:
        """Whether D's next move pays a penalty, or there is none to pay."""
        return not self._every or any(self.waited.get(name, 0) % every == 0
                                      for name, every in self._every.items())

    def drift(self, player: Player, weights: Sequence[Tensor], gradients: Sequence[Tensor],
              ) -> Sequence[Tensor]:
        """Gradients with that of historical averaging, 2λ(w − mean), added where it is on."""
        if not self.pull:
            return gradients
        away = torch._foreach_sub(list(weights), self.history.mean(player, weights))
        return torch._foreach_add(list(gradients), away, alpha=2.0 * self.pull)

    def moved(self, player: Player, weights: Sequence[Tensor]) -> None:
        """The player has moved."""
        if self.pull:
            self.history.note(player, weights)

    # ---- state -------------------------------------------------------------------------------

    def tensors(self) -> dict[str, Tensor]:
        """All tensors of the state by name; none while nothing is on."""
        return {**{f"chance.{k}": v for k, v in self.chance.tensors().items()},
                **{f"history.{k}": v for k, v in self.history.tensors().items()}}

    def values(self) -> dict[str, dict[str, int]]:
        """The plain numbers of the state; none while nothing is on."""
        found = {"waited": self.waited, "averaged": self.history.counts}
        return {name: dict(numbers) for name, numbers in found.items() if numbers}

    def load(self, tensors: dict[str, Tensor], values: dict[str, dict[str, int]],
             weights: dict[Player, list[Tensor]]) -> None:
        """Take up a state from ``tensors()`` and ``values()``.

        Raises:
            ValueError: it belongs to other networks.
        """
        parts: dict[str, dict[str, Tensor]] = {"chance": {}, "history": {}}
        for name, tensor in tensors.items():
            head, _, tail = name.partition(".")
            parts[head][tail] = tensor
        self.chance.load(parts["chance"])
        self.history.load(parts["history"], values.get("averaged", {}), weights)
        self.waited = {str(k): int(v) for k, v in values.get("waited", {}).items()}
        self._recipe = None
