"""Update rules beyond plain turns, on real networks: one step of ``game.rules`` in a trainer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor

from ganstudio.game.protocol import Point, Rule, State, state_from_tensors, state_tensors
from ganstudio.game.rules.competitive import Competitive
from ganstudio.game.rules.consensus import Consensus
from ganstudio.game.rules.extragradient import Extragradient, PastExtragradient
from ganstudio.game.rules.lookahead import LookAhead
from ganstudio.game.rules.optimistic import Optimistic
from ganstudio.game.rules.optimizers import Adam, Optimizer, Pair, RmsProp, Sgd, Velocity
from ganstudio.game.rules.sga import Sga
from ganstudio.game.rules.simultaneous import Simultaneous
from ganstudio.game.rules.unrolled import Unrolled
from ganstudio.recipe.game import PLAIN_RULES, Update
from ganstudio.recipe.game import Optimizer as Settings
from ganstudio.recipe.schedules import rate_at
from ganstudio.recipe.tree import Recipe
from ganstudio.training.moves import Reading, check_loss, clip_weights, outputs
from ganstudio.training.players import Players
from ganstudio.training.run_game import Batch, RunGame
from ganstudio.training.stabilisers import Stabilisers

Rates = tuple[float, float]

COMPETITIVE_TOLERANCE = 1e-5
"""Relative residual to which the competitive system is solved: float32 cannot do much better."""

_BUILDERS: dict[str, Callable[[Rates, Optimizer, Update], Rule]] = {
    "simultaneous": lambda r, o, u: Simultaneous(r, o),
    "consensus": lambda r, o, u: Consensus(r, o, u.gamma),
    "extragradient": lambda r, o, u: Extragradient(r, o),
    "past_extragradient": lambda r, o, u: PastExtragradient(r),
    "ogda": lambda r, o, u: Optimistic(r, o),
    "sga": lambda r, o, u: Sga(r, o, u.sga_lambda, u.sga_align),
    "competitive": lambda r, o, u: Competitive(r, tolerance=COMPETITIVE_TOLERANCE),
    "unrolled": lambda r, o, u: Unrolled(r, o, u.unroll_k, u.unroll_eta),
    "lookahead": lambda r, o, u: LookAhead(r, o, u.lookahead_eta),
    "lola_foerster": lambda r, o, u: LookAhead(r, o, u.lookahead_eta, answer=False, shape=True),
    "lola_exact": lambda r, o, u: LookAhead(r, o, u.lookahead_eta, shape=True),
}
LOOKS_ELSEWHERE = ("past_extragradient", "unrolled")
"""Rules that never take both losses where the players stand, so those are read apart."""


def _optimizer(settings: Settings) -> Optimizer:
    if settings.kind == "adam":
        return Adam(settings.beta1, settings.beta2, settings.eps)
    if settings.kind == "rmsprop":
        return RmsProp(settings.alpha, settings.eps)
    return Velocity(settings.momentum) if settings.kind == "momentum" else Sgd()


def run_rule(recipe: Recipe, kind: str = "", step: int = 0) -> Rule:
    """The recipe's rule with its numbers after ``step`` steps (or the rule ``kind`` with them).

    A player that is not trained has a rate of 0, so that no rule looks ahead along its moves.
    """
    update = recipe.update
    rates = (rate_at(recipe.optimizer_g, step) if update.train_g else 0.0,
             rate_at(recipe.optimizer_d, step) if update.train_d else 0.0)
    under = Pair(_optimizer(recipe.optimizer_g), _optimizer(recipe.optimizer_d))
    return _BUILDERS[kind or update.rule](rates, cast(Optimizer, under), update)


class RuleMoves:
    """Takes a run's steps by its rule, and holds the rule's memory from one to the next."""

    def __init__(self, players: Players, recipe: Recipe, draw: Callable[[], Batch],
                 layers_rng: torch.Generator, stabilisers: Stabilisers) -> None:
        self.players = players
        self.stabilisers = stabilisers
        self.game = RunGame(players, recipe, None, draw, layers_rng, stabilisers.chance)
        self.memory: dict[str, Point] | None = None
        """What the rule remembers; None before its first step."""

    def step(self, recipe: Recipe, reading: Reading, step: int = 0) -> None:
        """The step of both players that comes after ``step`` steps.

        Raises:
            NonFiniteLossError: a loss is no number; nothing has moved then.
        """
        game, extra = self.game, self.stabilisers
        if recipe.loss.clip_before:
            clip_weights(self.players, recipe.loss.clip)
        game.retake(recipe, extra.objective, extra.due(), self._means())
        rule, here = run_rule(recipe, step=step), game.weights()
        with game.still():
            if self.memory is None:
                if isinstance(rule, Optimistic):
                    game.turn("both")  # its first look back is at a batch of its own
                self.memory = rule.init(game, here).memory
            game.seen_d = game.seen_g = None
            game.read_at_turn = recipe.update.rule in LOOKS_ELSEWHERE
            try:
                after = rule.step(game, State(here, self.memory))
            except RuntimeError:  # a linear system of NaNs, say: then the loss is the better reason
                self._note(recipe, reading)
                raise
        self._note(recipe, reading)
        self._write(recipe, after.point)
        self.memory = after.memory

    def _note(self, recipe: Recipe, reading: Reading) -> None:
        of_d, of_g = self.game.seen_d, self.game.seen_g
        assert of_d is not None and of_g is not None and of_d.real is not None
        check_loss(of_d.total, "discriminator")
        check_loss(of_g.total, "generator")
        reading.loss_d, reading.loss_g = of_d.own, of_g.own
        reading.outputs = outputs(recipe.loss.kind, of_d.real, of_d.fake)

    def _means(self) -> dict[str, Sequence[Tensor]]:
        """What historical averaging pulls each player to; empty while it is off."""
        extra = self.stabilisers
        if not extra.pull:
            return {}
        return {"g": extra.history.mean("g", self.players.weights_g),
                "d": extra.history.mean("d", self.players.weights_d)}

    @torch.no_grad()
    def _write(self, recipe: Recipe, point: Point) -> None:
        players = self.players
        if recipe.update.train_d:
            torch._foreach_copy_(players.weights_d, list(point.psi))
            self.stabilisers.moved("d", players.weights_d)
        if recipe.update.train_g:
            torch._foreach_copy_(players.weights_g, list(point.theta))
            players.average_step(recipe.average.decay)
            self.stabilisers.moved("g", players.weights_g)

    # ---- state -------------------------------------------------------------------------------

    def tensors(self) -> dict[str, Tensor]:
        """The memory's tensors by name; empty where there is none."""
        saved = state_tensors(State(Point((), ()), self.memory or {}))
        return {name.removeprefix("memory."): tensor for name, tensor in saved.items()}

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Take up a memory from ``tensors()``.

        Raises:
            ValueError: it is not one of these networks.
        """
        if not tensors:
            self.memory = None
            return
        here = self.game.weights()
        named = {f"memory.{name}": t.to(here.all[0].device) for name, t in tensors.items()}
        memory = state_from_tensors({**state_tensors(State(here, {})), **named}).memory
        for name, part in memory.items():
            for mine, saved in zip(here, part, strict=True):
                if len(saved) == len(mine) and any(s.dim() and s.shape != m.shape for s, m in
                                                   zip(saved, mine, strict=True)):
                    raise ValueError(f"the update rule's {name} belongs to other networks")
        self.memory = memory


def is_plain(recipe: Recipe) -> bool:
    """Whether the moves need nothing but each player's own gradient in turn."""
    return recipe.update.rule in PLAIN_RULES
