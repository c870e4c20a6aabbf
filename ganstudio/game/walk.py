"""A toy game played step by step, fast: the recorded step where there is one, else torch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from ganstudio.game.programs import state_of, step_program
from ganstudio.game.protocol import Rule, flatten_state
from ganstudio.game.toys import Toy, point

Array = NDArray[np.float64]


class Walk:
    """A path through a toy game under one rule.

    ``advance`` takes steps and returns where they led. Once a number leaves the finite the walk
    has ``ended``: it stays where it last was. ``numbers`` is the whole state as floats (the place,
    then the rule's memory), from which ``resume`` goes on exactly.
    """

    def __init__(self, toy: Toy, rule: Rule, start: tuple[float, float] | None = None) -> None:
        where = toy.start if start is None else start
        self._toy, self._rule = toy, rule
        self._like = rule.init(toy, point(*where))
        self.numbers: tuple[float, ...] = tuple(flatten_state(self._like).tolist())
        self.ended = False
        self._program = step_program(toy, rule, self._like)

    @property
    def replayed(self) -> bool:
        """Whether steps are replayed from a recording."""
        return self._program is not None

    @property
    def place(self) -> tuple[float, float]:
        """(θ, ψ) now."""
        return self.numbers[0], self.numbers[1]

    def restart(self, start: tuple[float, float]) -> None:
        """Back to a fresh state at ``start``; the recording is kept."""
        self._like = self._rule.init(self._toy, point(*start))
        self.resume(flatten_state(self._like).tolist())

    def resume(self, numbers: Sequence[float]) -> None:
        """Go on from a state that another walk of this rule had.

        Raises:
            ValueError: not as many numbers as this rule's state has.
        """
        if len(numbers) != len(self.numbers):
            raise ValueError(f"this rule's state has {len(self.numbers)} numbers, "
                             f"not {len(numbers)}")
        self.numbers = tuple(map(float, numbers))
        self.ended = False

    def advance(self, steps: int) -> Array:
        """Take up to ``steps`` steps; the places after each, (taken, 2)."""
        places: list[tuple[float, float]] = []
        numbers = self.numbers
        step = self._program or self._torch_step
        with np.errstate(all="ignore"):
            for _ in range(0 if self.ended else steps):
                try:
                    after = step(*numbers)
                except (ArithmeticError, ValueError):  # how math says infinite or undefined
                    after = self._torch_step(*numbers)
                if not (math.isfinite(after[0]) and math.isfinite(after[1])):
                    self.ended = True
                    break
                numbers = after
                places.append((numbers[0], numbers[1]))
        self.numbers = numbers
        return np.array(places, dtype=np.float64).reshape(-1, 2)

    def _torch_step(self, *numbers: float) -> tuple[float, ...]:
        state = state_of([torch.tensor(x, dtype=torch.float64) for x in numbers], self._like)
        return tuple(flatten_state(self._rule.step(self._toy, state)).tolist())


def simulate(toy: Toy, rule: Rule, start: tuple[float, float], steps: int) -> Array:
    """The path with its start, (steps + 1, 2); shorter where it leaves the finite numbers."""
    walk = Walk(toy, rule, start)
    return np.concatenate([np.array([start], dtype=np.float64), walk.advance(steps)])
