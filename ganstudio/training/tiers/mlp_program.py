"""Whole rounds of two fully connected networks, forward and backward written out.

This is the source of a TorchScript program: ``captured`` hands the functions below, as text, to
torch's own small compiler, and what comes out runs without Python and without the interpreter's
lock. So the functions keep to what TorchScript understands. They are ordinary Python too.

Every operation is the one that autograd and ``training.moves`` would make, in their order, so
that the numbers are the eager step's bit for bit.
"""

import math

import torch
from torch import Tensor

from ganstudio.training.tiers.loss_program import (
    loss_of_d,
    loss_of_g,
    outputs,
    slope_of_d,
    slope_of_g,
)
from ganstudio.training.tiers.parts import Game, Pass, Player, Source
from ganstudio.training.tiers.penalty_program import penalised, what_is_due

# ---- the program: from here on TorchScript reads along ------------------------------------------


def draw(data: Source) -> Tensor:
    """Latents as ``LatentSampler.draw`` makes them."""
    z = torch.empty([data.batch, data.dim], dtype=data.items.dtype)
    if data.latent == "uniform":
        return z.uniform_(-1.0, 1.0, generator=data.rng)
    if data.latent == "uniform01":
        return z.uniform_(0.0, 1.0, generator=data.rng)
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
    if net.bounded:
        out = torch.tanh_(out)
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
    if net.bounded:
        grad = torch.ops.aten.tanh_backward(grad, seen.out)
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


def real_batch(data: Source) -> Tensor:
    """The next batch of the call."""
    number = data.taken[0]
    data.taken[0] = number + 1
    return data.items.index_select(0, data.chosen.narrow(0, number * data.batch, data.batch))


def blurred(data: Source, x: Tensor) -> Tensor:
    """Samples under the round's instance noise."""
    sigma = data.sigma[0]
    if sigma == 0.0:
        return x
    return x + sigma * torch.empty_like(x).normal_(0.0, 1.0, generator=data.noise)


def blurred_pair(data: Source, real: Tensor, made: Pass) -> Tensor:
    """Real and fake as one batch; the noise of the fakes is drawn first."""
    fake = blurred(data, made.out)
    return torch.cat([blurred(data, real), fake])


def judge(d: Player, data: Source, real: Tensor, made: Pass) -> tuple[Pass, Tensor, Tensor]:
    """D on real and fake as one batch: the pass, and the logits of each."""
    seen = forward(d, blurred_pair(data, real, made))
    logits = seen.out.view(-1)
    return seen, logits[:data.batch], logits[data.batch:]


def d_turn(g: Player, d: Player, data: Source, game: Game, move: bool, row: Tensor
           ) -> tuple[float, Pass, Tensor]:
    """D's loss on the next batch and, with ``move``, its step; G's pass and the reals with it."""
    real = real_batch(data)
    made = forward(g, draw(data))
    due = what_is_due(game, move)
    if len(due) > 0:
        value, grads = penalised(d, data, game, blurred_pair(data, real, made), due, row)
        if math.isfinite(value):
            descend_d(d, game, grads)
        return value, made, real
    seen, r, q = judge(d, data, real, made)
    loss = loss_of_d(game.loss, r, q, game.smooth, game.real_weight)
    value = float(loss.item())
    if math.isfinite(value):
        if move:
            slope = slope_of_d(game.loss, r, q, game.smooth, game.real_weight)
            descend_d(d, game, backward(d, seen, slope))
        row[0] = loss
        row[2:] = outputs(game.loss, r, q)
    return value, made, real


def g_look(d: Player, data: Source, game: Game, made: Pass, real: Tensor
           ) -> tuple[Pass, Tensor, Tensor]:
    """D on the fakes of a pass, and their logits with those of the reals if G looks at them."""
    fake = blurred(data, made.out)
    if not game.compares:
        seen = forward(d, fake)
        q = seen.out.view(-1)
        return seen, q, q
    real = blurred(data, real)
    seen = forward(d, fake)
    return seen, seen.out.view(-1), forward(d, real).out.view(-1)


def g_turn(g: Player, d: Player, data: Source, game: Game, made: Pass, real: Tensor, move: bool,
           row: Tensor) -> float:
    """G's loss on the fakes of a pass and, with ``move``, its step."""
    seen, q, r = g_look(d, data, game, made, real)
    loss = loss_of_g(game.loss, q, r)
    value = float(loss.item())
    if math.isfinite(value):
        if move:
            back = backward_to_input(d, seen, slope_of_g(game.loss, q, r))
            descend_g(g, game, backward(g, made, back))
        row[1] = loss
    return value


def own_real(data: Source, game: Game) -> Tensor:
    """A batch for a move of G, if its loss looks at one."""
    return real_batch(data) if game.compares else data.items


def both_turn(g: Player, d: Player, data: Source, game: Game, row: Tensor) -> tuple[str, float]:
    """Both players from the same point; as ``moves.move_both``."""
    real = real_batch(data)
    made = forward(g, draw(data))
    due = what_is_due(game, True)
    if len(due) > 0:
        value, grads = penalised(d, data, game, blurred_pair(data, real, made), due, row)
        if not math.isfinite(value):
            return "discriminator", value
        value, back = g_way(d, data, game, made, real, row)
        if not math.isfinite(value):
            return "generator", value
        both_move(g, d, game, made, grads, back)
        return "", 0.0
    seen, r, q = judge(d, data, real, made)
    loss = loss_of_d(game.loss, r, q, game.smooth, game.real_weight)
    value = float(loss.item())
    if not math.isfinite(value):
        return "discriminator", value
    if data.sigma[0] == 0.0 and game.smooth == 0.0 and not game.compares and not game.penalties:
        loss_g = loss_of_g(game.loss, q, r)  # one pass through D serves both
        value = float(loss_g.item())
        row[1] = loss_g
        spread = torch.zeros_like(seen.out)
        spread[data.batch:] = slope_of_g(game.loss, q, r)  # reals take no part in G's loss
        back = backward_to_input(d, seen, spread)[data.batch:]
    else:
        value, back = g_way(d, data, game, made, real, row)
    if not math.isfinite(value):
        return "generator", value
    slope = slope_of_d(game.loss, r, q, game.smooth, game.real_weight)
    grads = backward(d, seen, slope)
    both_move(g, d, game, made, grads, back)
    row[0] = loss
    row[2:] = outputs(game.loss, r, q)
    return "", 0.0


def g_way(d: Player, data: Source, game: Game, made: Pass, real: Tensor, row: Tensor
          ) -> tuple[float, Tensor]:
    """G's loss on the fakes of a pass, and its gradient at them."""
    seen, q, r = g_look(d, data, game, made, real)
    loss = loss_of_g(game.loss, q, r)
    row[1] = loss
    return float(loss.item()), backward_to_input(d, seen, slope_of_g(game.loss, q, r))


def both_move(g: Player, d: Player, game: Game, made: Pass, grads: list[Tensor], back: Tensor
              ) -> None:
    """D by its gradients and G by the gradient at its samples, those that train."""
    if game.train_d:
        descend_d(d, game, grads)
    if game.train_g:
        descend_g(g, game, backward(g, made, back))


def d_turns(g: Player, d: Player, data: Source, game: Game, row: Tensor
            ) -> tuple[float, Pass, Tensor]:
    """D's part of a round; a D that is held still only reads its loss."""
    value, made, real = d_turn(g, d, data, game, game.train_d, row)
    if game.train_d:
        for _ in range(1, game.k_d):
            if math.isfinite(value):
                value, made, real = d_turn(g, d, data, game, True, row)
    return value, made, real


def g_turns(g: Player, d: Player, data: Source, game: Game, made: Pass, real: Tensor, row: Tensor
            ) -> float:
    """G's part of a round, the first move of it on ``made`` (beside ``real``)."""
    value = g_turn(g, d, data, game, made, real, game.train_g, row)
    if game.train_g:
        for _ in range(1, game.k_g):
            if math.isfinite(value):
                value = g_turn(g, d, data, game, forward(g, draw(data)), own_real(data, game),
                               True, row)
    return value


def one_round(g: Player, d: Player, data: Source, game: Game, row: Tensor) -> tuple[str, float]:
    """A round; the player whose loss is no number and that loss, or an empty name."""
    if game.simultaneous:
        return both_turn(g, d, data, game, row)
    if not game.d_first:
        value = g_turns(g, d, data, game, forward(g, draw(data)), own_real(data, game), row)
        if not math.isfinite(value):
            return "generator", value
    value, made, real = d_turns(g, d, data, game, row)
    if not math.isfinite(value):
        return "discriminator", value
    if game.d_first:
        if not game.shared:
            made, real = forward(g, draw(data)), own_real(data, game)
        value = g_turns(g, d, data, game, made, real, row)
        if not math.isfinite(value):
            return "generator", value
    return "", 0.0


def rounds(count: int, g: Player, d: Player, data: Source, game: Game, rows: Tensor,
           stop: Tensor) -> tuple[int, str, float]:
    """``count`` rounds, or fewer if ``stop`` (one byte) is set meanwhile.

    Each writes its row (loss_d, loss_g, d_real, d_fake). Returns the rounds done and, where a
    loss ended them, whose loss became what.
    """
    for step in range(count):
        if step > 0 and int(stop.item()) != 0:
            return step, "", 0.0
        g.numbers[0] = g.rates[step]
        d.numbers[0] = d.rates[step]
        data.sigma[0] = data.sigmas[step]
        who, value = one_round(g, d, data, game, rows[step])
        if who != "":
            return step, who, value
    return count, "", 0.0
