"""Solving a linear system known only by its products with vectors."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def gmres(apply: Callable[[Tensor], Tensor], right: Tensor, tolerance: float = 1e-8,
          limit: int = 60, restarts: int = 10) -> Tensor:
    """x with ‖apply(x) − right‖ ≤ tolerance·‖right‖, starting from ``right`` (Saad & Schultz 1986).

    At most ``limit`` basis vectors are held at a time and ``restarts`` rounds played; the best
    x so far is returned then.
    """
    x = right.clone()
    goal = tolerance * float(right.norm())
    for _ in range(restarts):
        residual = right - apply(x)
        size = float(residual.norm())
        if size <= goal:
            break
        x = x + _round(apply, residual, size, goal, limit)
    return x


def _round(apply: Callable[[Tensor], Tensor], residual: Tensor, size: float, goal: float,
           limit: int) -> Tensor:
    """The correction of least residual from one Krylov space."""
    basis = [residual / size]
    columns: list[Tensor] = []
    answer = torch.zeros(0)
    for k in range(min(limit, residual.numel())):
        vector = apply(basis[k])
        column = torch.zeros(k + 2, dtype=residual.dtype)
        for _ in range(2):  # twice, or the basis loses its right angles
            overlap = torch.stack([b @ vector for b in basis])
            vector = vector - torch.stack(basis, 1) @ overlap
            column[:k + 1] += overlap.cpu()
        length = float(vector.norm())
        column[k + 1] = length
        columns.append(column)
        answer, left = _least_squares(columns, size)
        if left <= goal or length <= 1e-14 * size:
            break
        basis.append(vector / length)
    return torch.stack(basis[:len(answer)], 1) @ answer.to(residual)


def _least_squares(columns: list[Tensor], size: float) -> tuple[Tensor, float]:
    k = len(columns)
    matrix = torch.zeros(k + 1, k, dtype=torch.float64)
    for j, column in enumerate(columns):
        matrix[:j + 2, j] = column.double()
    right = torch.zeros(k + 1, dtype=torch.float64)
    right[0] = size
    answer = torch.linalg.lstsq(matrix, right.unsqueeze(1)).solution.squeeze(1)
    return answer, float((matrix @ answer - right).norm())
