"""D's move under gradient penalties: the part of the captured program that leans on autograd.

A penalty's gradient goes twice through D. Written out it would be long, and autograd runs
without Python just as well: what it is handed here are ``game.penalties``' own operations in
their order, so that the numbers are the eager step's bit for bit.

Source of the same TorchScript program as ``mlp_program``, and kept to the same rules.
"""

import torch
from torch import Tensor

from ganstudio.training.tiers.loss_program import loss_of_d, outputs
from ganstudio.training.tiers.parts import Game, Player, Source

# ---- the program: from here on TorchScript reads along ------------------------------------------


def what_is_due(game: Game, move: bool) -> list[float]:
    """What each penalty weighs in this move of D; empty if none is due."""
    due: list[float] = []
    if move and len(game.penalties) > 0:
        number = game.paid[0]
        game.paid[0] = number + 1
        if max(game.dues[number]) > 0.0:
            due = game.dues[number]
    return due


def logits_of(d: Player, x: Tensor) -> Tensor:
    """D on samples, (n,), in sight of autograd."""
    last = len(d.tracked) // 2 - 1
    for i in range(last):
        x = torch.ops.aten.linear(x, d.tracked[2 * i], d.tracked[2 * i + 1])
        if d.activation == "relu":
            x = torch.relu(x)
        elif d.activation == "leaky_relu":
            x = torch.ops.aten.leaky_relu(x, d.slope)
        elif d.activation == "tanh":
            x = torch.tanh(x)
        else:
            x = torch.ops.aten.silu(x)
    out: Tensor = torch.ops.aten.linear(x, d.tracked[2 * last], d.tracked[2 * last + 1])
    return out.view(-1)


def slopes_at(d: Player, points: Tensor) -> Tensor:
    """As ``penalties.slopes``."""
    at = points.detach().requires_grad_()
    found = torch.autograd.grad([logits_of(d, at).sum()], [at], None, None, True)[0]
    assert found is not None
    return found.reshape(points.size(0), -1)


def steepness_at(d: Player, points: Tensor) -> Tensor:
    """As ``penalties.steepness``."""
    norm: Tensor = torch.linalg.vector_norm(slopes_at(d, points), 2.0, [1])
    return norm


def mixed(data: Source, real: Tensor, fake: Tensor) -> Tensor:
    """As ``penalties.mix``."""
    epsilon = torch.empty([real.size(0), 1], dtype=real.dtype)
    epsilon.uniform_(0.0, 1.0, generator=data.mixing)
    return epsilon * real + (1.0 - epsilon) * fake


def perturbed(data: Source, real: Tensor) -> Tensor:
    """As ``penalties.perturb``."""
    noise = torch.empty_like(real).normal_(0.0, 1.0, generator=data.mixing)
    return real + 0.5 * real.std(correction=0) * noise


def penalty(name: str, d: Player, data: Source, real: Tensor, fake: Tensor) -> Tensor:
    """As ``penalties.PENALTIES`` states it."""
    if name == "r1" or name == "r2":
        return slopes_at(d, real if name == "r1" else fake).square().sum(1).mean() * 0.5
    if name == "dragan":
        return (steepness_at(d, perturbed(data, real)) - 1.0).square().mean()
    beyond = steepness_at(d, mixed(data, real, fake)) - 1.0
    if name == "lp":
        beyond = torch.relu(beyond)
    return beyond.square().mean()


def penalised(d: Player, data: Source, game: Game, pair: Tensor, due: list[float], row: Tensor
              ) -> tuple[float, list[Tensor]]:
    """All that D has to pay on real and fake as one batch, and its gradients."""
    logits = logits_of(d, pair)
    r, q = logits[:data.batch], logits[data.batch:]
    own = loss_of_d(game.loss, r, q, game.smooth, game.real_weight)
    total = own
    for i in range(len(due)):
        if due[i] > 0.0:
            total = total + due[i] * penalty(game.penalties[i], d, data, pair[:data.batch],
                                             pair[data.batch:])
    grads: list[Tensor] = []
    for found in torch.autograd.grad([total], d.tracked):
        assert found is not None
        grads.append(found)
    row[0] = own.detach()
    row[2:] = outputs(game.loss, r.detach(), q.detach())
    return float(total.item()), grads
