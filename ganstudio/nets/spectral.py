"""Spectral norm: weights divided by their largest singular value (Miyato et al. 2018)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganstudio.nets.mixed import in_full

WARM_UP = 50
"""Power iterations at construction, so that the first steps already see a fair σ."""

_EPS = 1e-12


class SpectralNorm(nn.Module):
    """Divides a weight by a running estimate of its largest singular value.

    The weight's ``out_axis`` (1 for a transposed convolution) makes the rows of the matrix, all
    other axes its columns. Every forward in training takes one power iteration; in evaluation
    u and v stand still. σ = uᵀWv is taken with u and v constant, so the gradient of W/σ flows
    through W alone. u and v are buffers: a run that resumes continues the same iteration.
    """

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor, rng: torch.Generator, out_axis: int = 0) -> None:
        super().__init__()
        self.out_axis = out_axis
        with torch.no_grad():
            matrix = self._matrix(weight)
            u = torch.empty(matrix.shape[0], dtype=weight.dtype).normal_(generator=rng)
            u, v = _iterate(matrix, functional.normalize(u, dim=0, eps=_EPS), WARM_UP)
        self.register_buffer("u", u)
        self.register_buffer("v", v)

    def _matrix(self, weight: Tensor) -> Tensor:
        rows = weight if self.out_axis == 0 else weight.transpose(0, self.out_axis)
        return rows.flatten(1)

    def sigma(self, weight: Tensor) -> Tensor:
        """The estimate uᵀWv as it stands, a scalar; moves nothing."""
        return torch.dot(self.u, torch.mv(self._matrix(weight), self.v))

    def forward(self, weight: Tensor) -> Tensor:
        """W/σ, the shape of W."""
        return in_full(self._divided, weight)

    def _divided(self, weight: Tensor) -> Tensor:
        matrix = self._matrix(weight)
        u, v = self.u, self.v
        if self.training:
            with torch.no_grad():
                # New tensors go into the graph and copies into the buffers, so that a second
                # forward before the backward does not overwrite what the first has saved.
                u, v = _iterate(matrix, u, 1)
                self.u.copy_(u)
                self.v.copy_(v)
        else:
            u, v = u.clone(), v.clone()  # a later training forward may overwrite the buffers
        return weight / torch.dot(u, torch.mv(matrix, v)).clamp_min(_EPS)


def _iterate(matrix: Tensor, u: Tensor, times: int) -> tuple[Tensor, Tensor]:
    """``times`` power iterations from the left vector ``u``: the new unit vectors u, v."""
    v = u
    for _ in range(times):
        v = functional.normalize(torch.mv(matrix.T, u), dim=0, eps=_EPS)
        u = functional.normalize(torch.mv(matrix, v), dim=0, eps=_EPS)
    return u, v
