"""The losses of two players and their slopes at the logits, written out.

Source of the same TorchScript program as ``mlp_program``, and kept to the same rules.
"""

import torch
from torch import Tensor

# ---- the program: from here on TorchScript reads along ------------------------------------------


def held_against(kind: str, r: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    """What the labels of (real, fake) are held against: the logits, or their lead over others."""
    if kind == "relativistic_average":
        return r - q.mean(), q - r.mean()
    if kind == "relativistic_paired":
        return r - q, q - r
    return r, q


def times(weight: float, term: Tensor) -> Tensor:
    """The weighted term."""
    return term if weight == 1.0 else weight * term


def labelled(kind: str, x: Tensor, label: float) -> Tensor:
    """The mean of ``Loss.each`` for one label."""
    y = torch.full_like(x, label)
    if kind == "least_squares":
        return ((x - 0.0 - y * 1.0).square() * 0.5).mean()
    return (torch.ops.aten.softplus(x) - y * x).mean()


def loss_of_d(kind: str, r: Tensor, q: Tensor, smooth: float, w: float) -> Tensor:
    """As ``game.losses`` states it; ``smooth`` is what real labels lack to one, ``w`` what the
    real term weighs.
    """
    u, v = held_against(kind, r, q)
    if smooth > 0:
        if kind == "relativistic_paired":
            return labelled(kind, u, 1.0 - smooth)
        return times(w, labelled(kind, u, 1.0 - smooth)) + labelled(kind, v, 0.0)
    if kind == "hinge":
        return times(w, torch.relu(1 - r).mean()) + torch.relu(1 + q).mean()
    if kind == "wasserstein":
        return q.mean() - r.mean()
    if kind == "least_squares":
        return (times(w, (r - 1.0).square().mean()) + q.square().mean()) * 0.5
    if kind == "relativistic_paired":
        return torch.ops.aten.softplus(v).mean()
    return torch.ops.aten.softplus(v).mean() - times(w, torch.ops.aten.softplus(u, -1).mean())


def labelled_slope(kind: str, x: Tensor, label: float, w: float) -> Tensor:
    """The gradient of ``labelled``, ``w`` times."""
    each = torch.full_like(x, w).div_(x.numel())
    y = torch.full_like(x, label)
    if kind == "least_squares":
        return (each * 0.5) * ((x - 0.0 - y * 1.0) * 2.0)
    return torch.ops.aten.softplus_backward(each, x, 1, 20) + (-each) * y


def simple_slopes(kind: str, u: Tensor, v: Tensor, smooth: float, w: float
                  ) -> tuple[Tensor, Tensor]:
    """The gradient of D's loss at what its labels are held against."""
    each = torch.ones_like(v).div_(v.numel())
    real = each if w == 1.0 else torch.full_like(u, w).div_(u.numel())
    if smooth > 0:
        return labelled_slope(kind, u, 1.0 - smooth, w), labelled_slope(kind, v, 0.0, 1.0)
    if kind == "hinge":
        return (torch.ops.aten.threshold_backward(real, torch.relu(1 - u), 0.0).neg_(),
                torch.ops.aten.threshold_backward(each, torch.relu(1 + v), 0.0))
    if kind == "wasserstein":
        return -each, each
    if kind == "least_squares":
        half = torch.full_like(v, 0.5).div_(v.numel())
        half_real = half if w == 1.0 else torch.full_like(u, 0.5).mul_(w).div_(u.numel())
        return half_real * ((u - 1.0) * 2.0), half * (v * 2.0)
    return (torch.ops.aten.softplus_backward(-real, u, -1, 20),
            torch.ops.aten.softplus_backward(each, v, 1, 20))


def slope_of_d(kind: str, r: Tensor, q: Tensor, smooth: float, w: float) -> Tensor:
    """The gradient of D's loss at the logits of (real, fake), (2n, 1)."""
    u, v = held_against(kind, r, q)
    of_r, of_q = simple_slopes(kind, u, v, smooth, w)
    if kind == "relativistic_average":
        at_r, at_q = of_r, of_q
        of_r = at_r + (-at_q).sum() / r.numel()
        of_q = at_q + (-at_r).sum() / q.numel()
    elif kind == "relativistic_paired":
        of_r, of_q = (of_r, -of_r) if smooth > 0 else (-of_q, of_q)
    # autograd adds each half to zeros, and so turns −0 into 0
    return torch.cat([of_r, of_q]).add_(0.0).view(-1, 1)


def loss_of_g(kind: str, q: Tensor, r: Tensor) -> Tensor:
    """As ``game.losses`` states it; ``r`` counts only where the loss compares."""
    if kind == "minimax":
        return -torch.ops.aten.softplus(q).mean()
    if kind == "non_saturating":
        return -torch.ops.aten.softplus(q, -1).mean()
    if kind == "least_squares":
        return (q - 1.0).square().mean() * 0.5
    if kind.startswith("relativistic"):
        return loss_of_d(kind, q, r, 0.0, 1.0)  # D's with the sides exchanged
    return -q.mean()


def slope_of_g(kind: str, q: Tensor, r: Tensor) -> Tensor:
    """The gradient of G's loss at the fakes' logits, (n, 1)."""
    each = torch.full_like(q, -1.0).div_(q.numel())
    if kind == "minimax":
        each = torch.ops.aten.softplus_backward(each, q, 1, 20)
    elif kind == "non_saturating":
        each = torch.ops.aten.softplus_backward(each, q, -1, 20)
    elif kind == "least_squares":
        each = torch.full_like(q, 0.5).div_(q.numel()) * ((q - 1.0) * 2.0)
    elif kind.startswith("relativistic"):
        u, v = held_against(kind, q, r)
        of_u, of_v = simple_slopes(kind, u, v, 0.0, 1.0)
        each = -of_v if kind == "relativistic_paired" else of_u + (-of_v).sum() / q.numel()
    return each.view(-1, 1)


def outputs(kind: str, r: Tensor, q: Tensor) -> Tensor:
    """D's mean output on (real, fake)."""
    both = torch.stack([r, q])
    if kind == "minimax" or kind == "non_saturating":
        both = torch.sigmoid(both)
    return both.mean(1)
