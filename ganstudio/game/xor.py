"""A small network that learns XOR, seen on a plane through its parameters: one player, one loss.

The network is 2 inputs, 2 tanh units, 1 output, 9 numbers in all. Its field has a potential
(the loss itself), so that descent ends; the two-player games beside it need not.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

INPUTS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
TARGETS = torch.tensor([-1.0, 1.0, 1.0, -1.0], dtype=torch.float64)


class Network(NamedTuple):
    """The parameters: ``weight`` (2, 2) by unit and input, ``bias`` (2,), ``out`` (2,), ``shift``.

    Also a direction among them.
    """

    weight: Tensor
    bias: Tensor
    out: Tensor
    shift: Tensor

    def minus(self, other: Network) -> Network:
        """The direction from ``other`` to this."""
        return Network(*(a - b for a, b in zip(self, other, strict=True)))


def _network(weight: float, bias: tuple[float, float], out: tuple[float, float],
             shift: float) -> Network:
    return Network(torch.full((2, 2), weight, dtype=torch.float64),
                   torch.tensor(bias, dtype=torch.float64),
                   torch.tensor(out, dtype=torch.float64),
                   torch.tensor(shift, dtype=torch.float64))


# Both units see twice the sum of the inputs, so that only three cases remain: by symmetry the
# output weights are ±k, and k and the shift follow from two equations.
_OUTER = math.tanh(-1.0) - math.tanh(-3.0)
_INNER = math.tanh(1.0) - math.tanh(-1.0)
_OUT = 2.0 / (_INNER - _OUTER)
_SHIFT = -1.0 - _OUT * _OUTER

ORIGIN = _network(2.0, (-1.0, -3.0), (_OUT, -_OUT), _SHIFT)
"""A network that is exact on all four inputs."""
TWIN = _network(2.0, (-3.0, -1.0), (-_OUT, _OUT), _SHIFT)
"""The same with its hidden units in each other's place."""
ALONG = TWIN.minus(ORIGIN)
ACROSS = _network(1.0, (0.0, 0.0), (0.0, 0.0), 1.0)
"""Both units' input weights and the output's shift together: the same for either twin."""


def network_loss(network: Network) -> Tensor:
    """Half the mean squared error over the four inputs, a scalar."""
    hidden = torch.tanh(INPUTS @ network.weight.T + network.bias)
    return 0.5 * (hidden @ network.out + network.shift - TARGETS).square().mean()


# The four inputs as three cases (the two that differ are treated alike on this plane): what the
# hidden units receive at ORIGIN and along the two directions, the target, and the share of inputs.
_CASES: tuple[tuple[list[list[float]], float, float], ...] = tuple(
    ([(INPUTS[i] @ n.weight.T + n.bias).tolist() for n in (ORIGIN, ALONG, ACROSS)],
     float(TARGETS[i]), share)
    for i, share in ((0, 0.25), (1, 0.5), (3, 0.25)))
_OUTER_WEIGHTS = tuple(zip(ORIGIN.out.tolist(), ALONG.out.tolist(), strict=True))


def xor_loss(a: Tensor, b: Tensor) -> Tensor:
    """``network_loss`` at ORIGIN + a·ALONG + b·ACROSS, element by element."""
    out_weights = [w + a * slope for w, slope in _OUTER_WEIGHTS]
    value = torch.zeros_like(a)
    for (start, along, across), target, share in _CASES:
        error = b + (_SHIFT - target)
        for unit, weight in enumerate(out_weights):
            error = error + weight * torch.tanh(start[unit] + a * along[unit] + b * across[unit])
        value = value + (0.5 * share) * error * error
    return value
