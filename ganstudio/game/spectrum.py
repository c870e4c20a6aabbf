"""Eigenvalues: of a rule's update map at rest, and of a game's field where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.game.products import Curvature, gradient
from ganstudio.game.programs import jacobian_program
from ganstudio.game.protocol import (
    Game,
    Point,
    Rule,
    State,
    Tensors,
    flatten_state,
    unflatten,
    unflatten_state,
)
from ganstudio.game.toys import Toy, point

Complex = NDArray[np.complex128]
Block = Literal["game", "g", "d"]
"""The whole of J, or the generator's or the discriminator's own part of it."""


def update_jacobian(game: Game, rule: Rule, state: State) -> Tensor:
    """The Jacobian (n, n) of one step on the whole state (point, then memory), by autograd."""
    at = flatten_state(state).detach().requires_grad_()
    after = flatten_state(rule.step(game, unflatten_state(at, state), keep=True))
    rows = [gradient(value, (at,), False)[0] for value in after]
    return torch.stack(rows)


def update_eigenvalues(toy: Toy, rule: Rule, at: tuple[float, float] | None = None
                       ) -> Complex | None:
    """Eigenvalues of the update map, with the rule's memory, at the toy's first equilibrium.

    ``at`` names another point of rest. The largest come first. None where the map has no
    derivative there or no equilibrium is known.
    """
    if at is None:
        at = toy.equilibria[0] if toy.equilibria else None
    if at is None or not (toy.smooth and rule.smooth):
        return None
    state = rule.init(toy, point(*at))
    matrix = _toy_jacobian(toy, rule, state)
    if not np.isfinite(matrix).all():
        return None
    return ordered(np.linalg.eigvals(matrix))


def _toy_jacobian(toy: Toy, rule: Rule, state: State) -> NDArray[np.float64]:
    """``update_jacobian``, replayed from a recording where this is not the first of its kind."""
    program = jacobian_program(toy, rule, state)
    if program is not None:
        numbers = flatten_state(state).tolist()
        try:
            return np.array(program(*numbers)).reshape(len(numbers), len(numbers))
        except (ArithmeticError, ValueError):  # how plain arithmetic says infinite or undefined
            pass
    matrix: NDArray[np.float64] = update_jacobian(toy, rule, state).numpy()
    return matrix


def ordered(values: NDArray[np.generic]) -> Complex:
    """By falling modulus, then real and imaginary part, so that pairs stay together."""
    found = [complex(v) for v in values]
    found.sort(key=lambda z: (-round(abs(z), 9), -round(z.real, 9), -z.imag))
    return np.array(found, dtype=np.complex128)


# ---- the field's own Jacobian -------------------------------------------------------------

Row = Callable[[Point], Tensors]


def block_rows(curve: Curvature, block: Block) -> tuple[tuple[Row, ...], Point]:
    """J, or a player's own block of it, as products with its rows, and a point of its shape.

    A product is that of each row in turn, so that the work can be laid down between two.
    """
    if block == "game":
        return (curve.row_g, curve.row_d), curve.at
    if block == "g":
        return (curve.own_g,), Point(curve.at.theta, ())
    return (curve.own_d,), Point((), curve.at.psi)


def field_jacobian(game: Game, at: Point, block: Block = "game") -> Tensor:
    """J (n, n), or a player's own block, one exact product per column; for small games."""
    rows, like = block_rows(Curvature(game, at), block)
    size = sum(t.numel() for t in like.all)
    eye = torch.eye(size, dtype=like.all[0].dtype, device=like.all[0].device)
    columns = [torch.cat([t.reshape(-1) for row in rows for t in row(unflatten(column, like))])
               for column in eye]
    return torch.stack(columns, dim=1).detach()
