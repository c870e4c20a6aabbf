"""Leading eigenvalues of a matrix known by its products, one product at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Ritz:
    """``values`` (k,) in falling modulus, ``residuals`` (k,) = ‖Jx − λx‖ for unit x.

    ``inner`` (m, k) are the vectors in the basis of the Krylov space.
    """

    values: Complex
    residuals: NDArray[np.float64]
    inner: Complex


class Arnoldi:
    """Grows a Krylov space so that the work can be laid down and taken up between products.

    ``basis`` has room for ``limit`` vectors of ``size`` numbers (Arnoldi 1951; a vector of which
    orthogonalising leaves little is orthogonalised twice, Daniel et al. 1976). The space is not
    restarted: the residuals say how far to trust it.
    """

    def __init__(self, like: Tensor, limit: int, seed: int = 0) -> None:
        random = torch.Generator().manual_seed(seed)
        start = torch.randn(like.numel(), generator=random, dtype=torch.float64).to(like)
        self.limit = min(limit, like.numel())
        self.basis = torch.empty(self.limit + 1, like.numel(), dtype=like.dtype,
                                 device=like.device)
        self.basis[0] = start / start.norm()
        self.matrix = np.zeros((self.limit + 1, self.limit))
        self.done = 0
        self.closed = False
        """The space is invariant: its values are exact."""
        self.noise = 0.0
        """What rounding alone leaves in an image."""

    @property
    def last(self) -> Tensor:
        """The vector (size,) whose image is to come next."""
        return self.basis[self.done]

    def add(self, image: Tensor) -> None:
        """Take in the image (size,) of ``last``: one more vector."""
        k = self.done
        before, held = float(image.norm()), self.basis[:k + 1]
        length = before
        for _ in range(2):
            shorter = length
            overlap = held @ image
            image = image - held.T @ overlap
            self.matrix[:k + 1, k] += overlap.cpu().double().numpy()
            length = float(image.norm())
            if length > 0.7 * shorter:  # little was taken away, so little is left of it
                break
        self.done = k + 1
        eps = torch.finfo(image.dtype).eps
        self.noise = max(self.noise, eps * before)
        self.closed = length <= 10 * eps * before or self.done == self.basis.shape[1]
        if not self.closed:
            self.matrix[k + 1, k] = length
            self.basis[k + 1] = image / length

    def ritz(self, count: int) -> Ritz:
        """The ``count`` leading pairs of the space so far; a complex pair is not cut in two."""
        m = self.done
        values, vectors = np.linalg.eig(self.matrix[:m, :m])
        values, vectors = values.astype(complex), vectors.astype(complex)
        order = sorted(range(m), key=lambda i: (-round(float(abs(values[i])), 9),
                                                -round(float(values[i].real), 9),
                                                -float(values[i].imag)))
        if 0 < count < m and values[order[count - 1]].imag > 0:
            count += 1
        kept = order[:count]
        last = 0.0 if self.closed else self.matrix[m, m - 1]
        residuals = np.maximum(np.abs(last * vectors[m - 1, kept]), self.noise)
        return Ritz(values[kept], residuals, vectors[:, kept])

    def settled(self, count: int, tolerance: float) -> bool:
        """Whether the ``count`` leading values are known to ``tolerance`` of their modulus."""
        if self.closed or self.done >= self.limit:
            return True
        if self.done < 2 * count + 2:
            return False
        found = self.ritz(count)
        return bool((found.residuals <= tolerance * np.abs(found.values)).all())

    def vector(self, found: Ritz, index: int) -> tuple[Tensor, Tensor]:
        """Real and imaginary part (size,) of one eigenvector of the whole."""
        inner = torch.from_numpy(np.stack([found.inner[:, index].real,
                                           found.inner[:, index].imag])).to(self.basis)
        real, imag = inner @ self.basis[:self.done]
        return real, imag
