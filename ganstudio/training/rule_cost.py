"""What a step by the run's rule costs beside a simultaneous one, measured on this machine."""

from __future__ import annotations

import time

import torch

from ganstudio.game.protocol import Rule, State
from ganstudio.training.rule_moves import is_plain, run_rule
from ganstudio.training.run_game import RunGame
from ganstudio.training.trainer import Trainer

ENOUGH_SECONDS = 0.1
MOST_STEPS = 5


def relative_cost(trainer: Trainer) -> float | None:
    """Time of one step over that of a simultaneous step; None for the plain rules.

    Both are taken on copies, on one batch of noise, so the run does not notice. Takes some
    tenths of a second at most for small networks, two steps of each rule for large ones.
    """
    recipe = trainer.recipe
    if is_plain(recipe):
        return None
    rng = torch.Generator(device=trainer.device)
    rng.manual_seed(0)
    rows = torch.arange(recipe.batch, device=trainer.device) % len(trainer.batches)
    batch = trainer.batches.as_input(trainer.batches.items.index_select(0, rows))
    game = RunGame(trainer.players, recipe, (batch, trainer.latent.draw(recipe.batch, rng)),
                   layers_rng=rng, step=trainer.step)
    with game.still():
        mine = _seconds(game, run_rule(recipe))
        return mine / _seconds(game, run_rule(recipe, "simultaneous"))


def _seconds(game: RunGame, rule: Rule) -> float:
    """The quickest of a few steps."""
    state = rule.init(game, game.weights())
    state = rule.step(game, state)
    taken: list[float] = []
    while len(taken) < MOST_STEPS and sum(taken) < ENOUGH_SECONDS:
        taken.append(_timed(game, rule, state))
    return min(taken)


def _timed(game: RunGame, rule: Rule, state: State) -> float:
    begun = time.perf_counter()
    after = rule.step(game, state)
    float(after.point.all[0].reshape(-1)[0])  # waits for a GPU
    return time.perf_counter() - begun


def cost_note(trainer: Trainer) -> str:
    """The measured cost in one sentence; empty for the plain rules."""
    cost = relative_cost(trainer)
    if cost is None:
        return ""
    return f"Each step by this rule takes {cost:.1f} times as long as a simultaneous one here"
