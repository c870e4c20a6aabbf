"""Eigenvalues: of a rule's update map at rest, and of a game's field where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.game.products import gradient, jvp, own_jvp
from ganstudio.game.programs import jacobian_program
from ganstudio.game.protocol import (
    Game,
    Point,
    Rule,
    State,
    flatten,
    flatten_state,
    unflatten,
    unflatten_state,
)
from ganstudio.game.toys import Toy, point

Complex = NDArray[np.complex128]
Block = Literal["game", "g", "d"]
DENSE = 64
"""Up to this many numbers a Jacobian is formed outright."""


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


def jacobian_product(game: Game, at: Point, block: Block
                     ) -> tuple[Callable[[Tensor], Tensor], Point]:
    """u ↦ (block of J)u on flat vectors, and a point of the block's shape."""
    zero = at.map(torch.zeros_like)
    if block == "game":
        return lambda u: flatten(jvp(game, at, unflatten(u, at))), at
    if block == "g":
        like = Point(at.theta, ())
        return lambda u: flatten(Point(own_jvp(
            game, at, Point(unflatten(u, like).theta, zero.psi)).theta, ())), like
    like = Point((), at.psi)
    return lambda u: flatten(Point((), own_jvp(
        game, at, Point(zero.theta, unflatten(u, like).psi)).psi)), like


def field_jacobian(game: Game, at: Point, block: Block = "game") -> Tensor:
    """J (n, n), or a player's own block, one exact product per column; for small games."""
    product, like = jacobian_product(game, at, block)
    size = sum(t.numel() for t in like.all)
    eye = torch.eye(size, dtype=like.all[0].dtype, device=like.all[0].device)
    return torch.stack([product(column) for column in eye], dim=1).detach()


@dataclass(frozen=True)
class Spectrum:
    """``values`` (k,) with unit ``vectors`` (n, k) as columns; ``exact`` if all were computed.

    ``residual`` is the largest ‖Jx − λx‖, and ``converged`` whether Arnoldi reached its tolerance.
    """

    values: Complex
    vectors: Complex
    exact: bool
    converged: bool
    residual: float


def leading_eigenvalues(game: Game, at: Point, count: int = 12, block: Block = "game",
                        which: Literal["LM", "LR", "LI"] = "LM", tolerance: float = 1e-6,
                        limit: int = 300, seed: int = 0) -> Spectrum:
    """The leading eigenvalues of J at ``at`` by Arnoldi's method on exact products.

    ``which`` is largest modulus, real part or imaginary part. ``limit`` bounds the restarts.
    """
    # Imported here: it takes a third of a second, and toys never need it.
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs

    product, like = jacobian_product(game, at, block)
    sample = like.all[0]
    size = sum(t.numel() for t in like.all)

    def apply(vector: NDArray[np.float64]) -> NDArray[np.float64]:
        u = torch.from_numpy(np.ascontiguousarray(vector.reshape(-1))).to(sample)
        return product(u).detach().cpu().double().numpy()

    if size <= max(DENSE, count + 2):
        matrix = field_jacobian(game, at, block).cpu().double().numpy()
        values, vectors = np.linalg.eig(matrix)
        converged = True
    else:
        start = np.random.default_rng(seed).standard_normal(size)
        operator = LinearOperator((size, size), matvec=apply, dtype=np.float64)
        try:
            values, vectors = eigs(operator, k=count, which=which, v0=start, tol=tolerance,
                                   maxiter=limit)
            converged = True
        except ArpackNoConvergence as partial:
            values, vectors = partial.eigenvalues, partial.eigenvectors
            converged = False
    order = _order(values, which)[:count]
    values, vectors = values[order].astype(complex), vectors[:, order].astype(complex)
    worst = max((_residual(apply, values[i], vectors[:, i]) for i in range(len(values))),
                default=0.0)
    return Spectrum(values, vectors, size <= max(DENSE, count + 2), converged, worst)


def _order(values: Complex, which: str) -> list[int]:
    measure = {"LR": values.real, "LI": np.abs(values.imag)}.get(which, np.abs(values))
    return sorted(range(len(values)), key=lambda i: (
        -round(float(measure[i]), 9), -round(float(values[i].real), 9), -float(values[i].imag)))


def _residual(apply: Callable[[NDArray[np.float64]], NDArray[np.float64]], value: complex,
              vector: Complex) -> float:
    image = apply(vector.real.copy()) + 1j * apply(vector.imag.copy())
    return float(np.linalg.norm(image - value * vector))


def rotation_pair(spectrum: Spectrum) -> int | None:
    """Which of the values leads a complex pair (its plane is turned into itself), or None."""
    scale = float(np.abs(spectrum.values).max(initial=0.0))
    for i, value in enumerate(spectrum.values):
        if value.imag > 1e-9 * scale:
            return i
    return None
