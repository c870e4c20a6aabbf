"""What changes with the run's steps: rates, noise and boosted rounds, as functions of the step.

A *step* is the number of rounds taken before, as the window counts them, so each is known at any
moment of the timeline without a memory of how it was come to.
"""

from __future__ import annotations

from math import cos, pi

from ganstudio.recipe.game import Optimizer, Update
from ganstudio.recipe.stabilisers import InstanceNoise
from ganstudio.recipe.tree import Recipe

SCHEDULED = ("optimizer_d.lr", "optimizer_g.lr", "instance_noise.sigma", "update.k_d")
"""Fields of which the value in force may differ from the value set."""
FAINT = 0.01
"""Share that is left of a quantity that falls exponentially towards 0 when its time is up."""


def rate_at(settings: Optimizer, step: int) -> float:
    """The learning rate in force for the round after ``step`` rounds.

    Warm-up gives round n (from 1) n/warmup of the rate; the schedule runs from the start beside
    it. Exponential decay to a last share of 0 falls to a hundredth and on.

    >>> rate_at(Optimizer(lr=0.1, schedule="linear", steps=100, final=0), 50)
    0.05
    """
    rate = settings.lr
    if settings.schedule != "constant":
        rate *= _share(settings.schedule, step / settings.steps, settings.final)
    if step < settings.warmup:
        rate *= (step + 1) / settings.warmup
    return rate


def _share(schedule: str, passed: float, final: float) -> float:
    """Of the rate, when ``passed`` of the schedule's time is over."""
    if schedule == "exponential":
        return float(final ** min(passed, 1.0)) if final else float(FAINT ** passed)
    passed = min(passed, 1.0)
    left = 1.0 - passed if schedule == "linear" else 0.5 * (1.0 + cos(pi * passed))
    return final + (1.0 - final) * left


def sigma_at(noise: InstanceNoise, step: int) -> float:
    """Standard deviation of the instance noise in the round after ``step`` rounds.

    >>> sigma_at(InstanceNoise(sigma=0.5, decay="linear", steps=100), 75)
    0.125
    """
    if not noise.sigma or noise.decay == "none":
        return noise.sigma
    passed = step / noise.steps
    if noise.decay == "linear":
        return noise.sigma * max(0.0, 1.0 - passed)
    return float(noise.sigma * FAINT ** passed)


def d_steps_at(update: Update, step: int) -> int:
    """How many D steps the round after ``step`` rounds has."""
    if update.boost_k and (step < update.boost_first or (
            update.boost_every and step % update.boost_every == 0)):
        return update.boost_k
    return update.k_d


def scheduled(recipe: Recipe, step: int) -> dict[str, float]:
    """The values in force after ``step`` rounds, by path, of those that differ from what is set."""
    present: dict[str, tuple[float, float]] = {
        "optimizer_d.lr": (rate_at(recipe.optimizer_d, step), recipe.optimizer_d.lr),
        "optimizer_g.lr": (rate_at(recipe.optimizer_g, step), recipe.optimizer_g.lr),
        "instance_noise.sigma": (sigma_at(recipe.instance_noise, step),
                                 recipe.instance_noise.sigma),
        "update.k_d": (d_steps_at(recipe.update, step), recipe.update.k_d),
    }
    return {path: now for path, (now, set_) in present.items() if now != set_}
