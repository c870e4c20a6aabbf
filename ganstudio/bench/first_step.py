"""A child process of the bench: takes one training step and says when it was done.

``python -m ganstudio.bench.first_step ours|plain`` prints seconds since the epoch.
"""

from __future__ import annotations

import sys
import time


def ours() -> None:
    """The ring preset through the whole engine."""
    from ganstudio.bench.recipes import points_recipe
    from ganstudio.session.conductor import Conductor

    Conductor(points_recipe(256), None).advance(1)


def plain() -> None:
    """The plain loop on the same ring."""
    import torch

    from ganstudio.bench.plain import mlp, plain_loop

    angle = torch.randint(0, 8, (100_000,)) * (torch.pi / 4)
    data = torch.stack((angle.cos(), angle.sin()), 1) + 0.01 * torch.randn(100_000, 2)
    plain_loop(mlp(2, 2, torch.nn.ReLU), mlp(2, 1, torch.nn.ReLU), data, 2, 256, 1e-3, 0.5)(1)


if __name__ == "__main__":
    {"ours": ours, "plain": plain}[sys.argv[1]]()
    print(time.time(), flush=True)
