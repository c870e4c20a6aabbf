"""Shared by the tests of the game: one thread, and a GAN small enough for dense algebra."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ganstudio.game.gan import GanGame
from ganstudio.game.losses import LOSSES
from ganstudio.game.protocol import Point, flatten, unflatten

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "dynamics.json").read_text())


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


def tiny_gan(loss: str = "non_saturating", width: int = 2, **more: Any) -> GanGame:
    """A GAN of 17 numbers (at width 2) in float64, with a batch of 5."""
    torch.manual_seed(3)
    g = nn.Sequential(nn.Linear(1, width), nn.Tanh(), nn.Linear(width, 1)).double()
    d = nn.Sequential(nn.Linear(1, width + 1), nn.Tanh(), nn.Linear(width + 1, 1)).double()
    return GanGame(g, d, LOSSES[loss], torch.randn(5, 1).double(), torch.randn(5, 1).double(),
                   **more)


class Dense:
    """A game's field and Jacobian as plain matrices, made without our products: the yardstick.

    Each derivative is torch's own reverse mode, taken of a function of one flat vector.
    """

    def __init__(self, game: GanGame) -> None:
        self.game, self.at = game, game.point()
        self.n_g = sum(t.numel() for t in self.at.theta)
        self.w = flatten(self.at)
        self.J: Tensor = torch.autograd.functional.jacobian(self.v, self.w)

    def losses(self, w: Tensor) -> tuple[Tensor, Tensor]:
        p = unflatten(w, self.at)
        return self.game.loss_g(*p), self.game.loss_d(*p)

    def slope(self, which: int, w: Tensor) -> Tensor:
        """The whole gradient of L_G (0) or L_D (1)."""
        at = w if w.requires_grad else w.clone().requires_grad_()
        found, = torch.autograd.grad(self.losses(at)[which], at, create_graph=w.requires_grad)
        return found

    def v(self, w: Tensor) -> Tensor:
        return -torch.cat([self.slope(0, w)[:self.n_g], self.slope(1, w)[self.n_g:]])

    def cross(self) -> Tensor:
        """J's off-diagonal blocks, the rest zero."""
        out = self.J.clone()
        out[:self.n_g, :self.n_g] = 0
        out[self.n_g:, self.n_g:] = 0
        return out

    def other_gradients(self) -> tuple[Tensor, Tensor]:
        """(∂L_G/∂ψ, ∂L_D/∂θ)."""
        return self.slope(0, self.w)[self.n_g:], self.slope(1, self.w)[:self.n_g]


@pytest.fixture(scope="session", params=["non_saturating", "minimax", "wasserstein"])
def dense(request: pytest.FixtureRequest) -> Dense:
    return Dense(tiny_gan(request.param))


def close(point: Point, vector: Tensor, rtol: float = 1e-9) -> None:
    """Assert that a point's numbers are those of a vector."""
    torch.testing.assert_close(flatten(point), vector, rtol=rtol, atol=1e-12)
