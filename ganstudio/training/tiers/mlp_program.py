"""Whole rounds of two fully connected networks, forward and backward written out.

This is the source of a TorchScript program: ``captured`` hands the functions below, as text, to
torch's own small compiler, and what comes out runs without Python and without the interpreter's
lock. So the functions keep to what TorchScript understands. They are ordinary Python too.

Every operation is the one that autograd and ``training.moves`` would make, in their order, so
that the numbers are the eager step's bit for bit.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor


class Player(NamedTuple):
    """A network (weight and bias of each layer in turn) and its optimizer."""

    weights: list[Tensor]
    activation: str
    slope: float
    optimizer: str
    numbers: list[float]
    """Rate and constants, as ``captured.numbers_of`` lays them out."""
    first: list[Tensor]
    second: list[Tensor]
    counts: list[Tensor]


class Source(NamedTuple):
    """Where batches come from."""

    items: Tensor
    chosen: Tensor
    """Rows of ``items`` for all batches of the call, one after the other."""
    rng: torch.Generator
    latent: str
    dim: int
    batch: int


class Game(NamedTuple):
    """How a round is played."""

    loss: str
    simultaneous: bool
    d_first: bool
    shared: bool
    """G's first move is on the very fakes of D's last."""
    k_d: int
    k_g: int
    train_d: bool
    train_g: bool
    clip: float
    decay: float
    averaged: list[Tensor]
    updates: Tensor


class Pass(NamedTuple):
    """A forward pass: each layer's input, what each activation's slope is read from, and the end.
    """

    inputs: list[Tensor]
    bent: list[Tensor]
    out: Tensor


# ---- the program: from here on TorchScript reads along ------------------------------------------


def draw(data: Source) -> Tensor:
    """Latents as ``LatentSampler.draw`` makes them."""
    z = torch.empty([data.batch, data.dim], dtype=data.items.dtype)
    if data.latent == "uniform":
        return z.uniform_(-1.0, 1.0, generator=data.rng)
    if data.latent == "sphere" and data.dim == 1:
        return z.bernoulli_(0.5, generator=data.rng).mul_(2.0).sub_(1.0)
    z.normal_(0.0, 1.0, generator=data.rng)
    if data.latent == "sphere":
        return z / torch.linalg.vector_norm(z, 2.0, [-1], True).clamp_min(1e-12).expand_as(z)
    return z


def forward(net: Player, x: Tensor) -> Pass:
    """Through all layers."""
    inputs = [x]
    bent: list[Tensor] = []
    last = len(net.weights) // 2 - 1
    for i in range(last):
        x = torch.ops.aten.linear(x, net.weights[2 * i], net.weights[2 * i + 1])
        if net.activation == "relu":
            x = torch.relu_(x)
            bent.append(x)
        elif net.activation == "leaky_relu":
            x = torch.ops.aten.leaky_relu_(x, net.slope)
            bent.append(x)
        elif net.activation == "tanh":
            x = torch.tanh_(x)
            bent.append(x)
        else:
            bent.append(x)
            x = torch.ops.aten.silu(x)
        inputs.append(x)
    out = torch.ops.aten.linear(x, net.weights[2 * last], net.weights[2 * last + 1])
    return Pass(inputs, bent, out)


def unbend(net: Player, grad: Tensor, bent: Tensor) -> Tensor:
    """Back through an activation; overwrites ``grad`` where it can."""
    if net.activation == "relu":
        return torch.ops.aten.threshold_backward(grad, bent, 0.0, grad_input=grad)
    if net.activation == "leaky_relu":
        return torch.ops.aten.leaky_relu_backward(grad, bent, net.slope, True, grad_input=grad)
    if net.activation == "tanh":
        return torch.ops.aten.tanh_backward(grad, bent, grad_input=grad)
    return torch.ops.aten.silu_backward(grad, bent)


def backward(net: Player, seen: Pass, grad: Tensor) -> list[Tensor]:
    """Gradients of all weights and biases, for ``grad`` at the output."""
    grads: list[Tensor] = []
    for i in range(len(net.weights) // 2 - 1, -1, -1):
        grads.append(grad.sum(0))
        grads.append(grad.t().mm(seen.inputs[i]))
        if i > 0:
            grad = unbend(net, grad.mm(net.weights[2 * i]), seen.bent[i - 1])
    grads.reverse()
    return grads


def backward_to_input(net: Player, seen: Pass, grad: Tensor) -> Tensor:
    """The gradient at the network's input alone."""
    for i in range(len(net.weights) // 2 - 1, -1, -1):
        grad = grad.mm(net.weights[2 * i])
        if i > 0:
            grad = unbend(net, grad, seen.bent[i - 1])
    return grad


def loss_of_d(kind: str, r: Tensor, q: Tensor) -> Tensor:
    """As ``game.losses`` states it."""
    if kind == "hinge":
        return torch.relu(1 - r).mean() + torch.relu(1 + q).mean()
    if kind == "wasserstein":
        return q.mean() - r.mean()
    if kind == "least_squares":
        return ((r - 1.0).square().mean() + q.square().mean()) * 0.5
    return torch.ops.aten.softplus(q).mean() - torch.ops.aten.softplus(r, -1).mean()


def slope_of_d(kind: str, r: Tensor, q: Tensor) -> Tensor:
    """The gradient of D's loss at the logits of (real, fake), (2n, 1)."""
    each = torch.ones_like(q).div_(q.numel())
    if kind == "hinge":
        of_r = torch.ops.aten.threshold_backward(each, torch.relu(1 - r), 0.0).neg_()
        of_q = torch.ops.aten.threshold_backward(each, torch.relu(1 + q), 0.0)
    elif kind == "wasserstein":
        of_r, of_q = -each, each
    elif kind == "least_squares":
        half = torch.full_like(q, 0.5).div_(q.numel())
        of_r, of_q = half * ((r - 1.0) * 2.0), half * (q * 2.0)
    else:
        of_r = torch.ops.aten.softplus_backward(-each, r, -1, 20)
        of_q = torch.ops.aten.softplus_backward(each, q, 1, 20)
    # autograd adds each half to zeros, and so turns −0 into 0
    return torch.cat([of_r, of_q]).add_(0.0).view(-1, 1)


def loss_of_g(kind: str, q: Tensor) -> Tensor:
    """As ``game.losses`` states it."""
    if kind == "minimax":
        return -torch.ops.aten.softplus(q).mean()
    if kind == "non_saturating":
        return -torch.ops.aten.softplus(q, -1).mean()
    if kind == "least_squares":
        return (q - 1.0).square().mean() * 0.5
    return -q.mean()


def slope_of_g(kind: str, q: Tensor) -> Tensor:
    """The gradient of G's loss at the fakes' logits, (n, 1)."""
    each = torch.full_like(q, -1.0).div_(q.numel())
    if kind == "minimax":
        each = torch.ops.aten.softplus_backward(each, q, 1, 20)
    elif kind == "non_saturating":
        each = torch.ops.aten.softplus_backward(each, q, -1, 20)
    elif kind == "least_squares":
        each = torch.full_like(q, 0.5).div_(q.numel()) * ((q - 1.0) * 2.0)
    return each.view(-1, 1)


def outputs(kind: str, r: Tensor, q: Tensor) -> Tensor:
    """D's mean output on (real, fake)."""
    both = torch.stack([r, q])
    if kind == "minimax" or kind == "non_saturating":
        both = torch.sigmoid(both)
    return both.mean(1)


def descend(p: Player, grads: list[Tensor]) -> None:
    """As ``training.optimizers.Optimizer.step``."""
    lr = p.numbers[0]
    if p.optimizer == "adam":
        p.counts[0].add_(1)
        torch.ops.aten._fused_adam_(
            p.weights, grads, p.first, p.second, [], p.counts, lr=lr, beta1=p.numbers[1],
            beta2=p.numbers[2], weight_decay=0.0, eps=p.numbers[3], amsgrad=False, maximize=False)
    elif p.optimizer == "rmsprop":
        torch._foreach_mul_(p.first, p.numbers[1])
        torch._foreach_addcmul_(p.first, grads, grads, 1 - p.numbers[1])
        scale = torch._foreach_sqrt(p.first)
        torch._foreach_add_(scale, p.numbers[2])
        torch._foreach_addcdiv_(p.weights, grads, scale, -lr)
    elif p.optimizer == "momentum":
        torch._foreach_mul_(p.first, p.numbers[1])
        torch._foreach_add_(p.first, grads)
        torch._foreach_add_(p.weights, p.first, alpha=-lr)
    else:
        torch._foreach_add_(p.weights, grads, alpha=-lr)


def descend_d(d: Player, game: Game, grads: list[Tensor]) -> None:
    """D's move, and the clamp after it."""
    descend(d, grads)
    if game.clip > 0:
        torch._foreach_clamp_min_(d.weights, -game.clip)
        torch._foreach_clamp_max_(d.weights, game.clip)


def descend_g(g: Player, game: Game, grads: list[Tensor]) -> None:
    """G's move, and its average's."""
    descend(g, grads)
    if game.decay > 0:
        n = int(game.updates.add_(1).item())
        torch._foreach_lerp_(game.averaged, g.weights, 1.0 - min(game.decay, (1 + n) / (10 + n)))


def judge(d: Player, real: Tensor, fake: Tensor) -> Pass:
    """D on real and fake as one batch."""
    return forward(d, torch.cat([real, fake]))


def d_turn(g: Player, d: Player, data: Source, game: Game, number: int, move: bool, row: Tensor
           ) -> tuple[float, Pass]:
    """D's loss on the call's batch ``number`` and, with ``move``, its step; G's pass with it."""
    real = data.items.index_select(0, data.chosen.narrow(0, number * data.batch, data.batch))
    made = forward(g, draw(data))
    seen = judge(d, real, made.out)
    logits = seen.out.view(-1)
    r, q = logits[:data.batch], logits[data.batch:]
    loss = loss_of_d(game.loss, r, q)
    value = float(loss.item())
    if math.isfinite(value):
        if move:
            descend_d(d, game, backward(d, seen, slope_of_d(game.loss, r, q)))
        row[0] = loss
        row[2:] = outputs(game.loss, r, q)
    return value, made


def g_turn(g: Player, d: Player, game: Game, made: Pass, move: bool, row: Tensor) -> float:
    """G's loss on the fakes of a pass and, with ``move``, its step."""
    seen = forward(d, made.out)
    q = seen.out.view(-1)
    loss = loss_of_g(game.loss, q)
    value = float(loss.item())
    if math.isfinite(value):
        if move:
            back = backward_to_input(d, seen, slope_of_g(game.loss, q))
            descend_g(g, game, backward(g, made, back))
        row[1] = loss
    return value


def both_turn(g: Player, d: Player, data: Source, game: Game, number: int, row: Tensor
              ) -> tuple[str, float]:
    """Both players from the same point; as ``moves.move_both``."""
    real = data.items.index_select(0, data.chosen.narrow(0, number * data.batch, data.batch))
    made = forward(g, draw(data))
    seen = judge(d, real, made.out)
    logits = seen.out.view(-1)
    r, q = logits[:data.batch], logits[data.batch:]
    loss_d, loss_g = loss_of_d(game.loss, r, q), loss_of_g(game.loss, q)
    if not math.isfinite(float(loss_d.item())):
        return "discriminator", float(loss_d.item())
    if not math.isfinite(float(loss_g.item())):
        return "generator", float(loss_g.item())
    spread = torch.zeros_like(seen.out)
    spread[data.batch:] = slope_of_g(game.loss, q)  # reals take no part in G's loss
    back = backward_to_input(d, seen, spread)[data.batch:]
    if game.train_d:
        descend_d(d, game, backward(d, seen, slope_of_d(game.loss, r, q)))
    if game.train_g:
        descend_g(g, game, backward(g, made, back))
    row[0] = loss_d
    row[1] = loss_g
    row[2:] = outputs(game.loss, r, q)
    return "", 0.0


def d_turns(g: Player, d: Player, data: Source, game: Game, number: int, row: Tensor
            ) -> tuple[float, Pass]:
    """D's part of a round; a D that is held still only reads its loss."""
    value, made = d_turn(g, d, data, game, number, game.train_d, row)
    if game.train_d:
        for i in range(1, game.k_d):
            if math.isfinite(value):
                value, made = d_turn(g, d, data, game, number + i, True, row)
    return value, made


def g_turns(g: Player, d: Player, data: Source, game: Game, made: Pass, row: Tensor) -> float:
    """G's part of a round, the first move of it on ``made``."""
    value = g_turn(g, d, game, made, game.train_g, row)
    if game.train_g:
        for _ in range(1, game.k_g):
            if math.isfinite(value):
                value = g_turn(g, d, game, forward(g, draw(data)), True, row)
    return value


def one_round(g: Player, d: Player, data: Source, game: Game, number: int, row: Tensor
              ) -> tuple[str, float]:
    """A round; the player whose loss is no number and that loss, or an empty name."""
    if game.simultaneous:
        return both_turn(g, d, data, game, number, row)
    if not game.d_first:
        value = g_turns(g, d, data, game, forward(g, draw(data)), row)
        if not math.isfinite(value):
            return "generator", value
    value, made = d_turns(g, d, data, game, number, row)
    if not math.isfinite(value):
        return "discriminator", value
    if game.d_first:
        if not game.shared:
            made = forward(g, draw(data))
        value = g_turns(g, d, data, game, made, row)
        if not math.isfinite(value):
            return "generator", value
    return "", 0.0


def rounds(count: int, g: Player, d: Player, data: Source, game: Game, rows: Tensor
           ) -> tuple[int, str, float]:
    """``count`` rounds; each writes its row (loss_d, loss_g, d_real, d_fake).

    Returns the rounds done and, where fewer than asked, whose loss became what.
    """
    batches = game.k_d if game.train_d and not game.simultaneous else 1
    for step in range(count):
        who, value = one_round(g, d, data, game, step * batches, rows[step])
        if who != "":
            return step, who, value
    return count, "", 0.0
