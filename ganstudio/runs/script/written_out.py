"""Optimizers that a script writes out, beside an update rule of its own.

torch's round otherwise, and in float32 Adam makes so much of the last digits of small gradients
that the losses would part from the run's within a few steps.
"""

from __future__ import annotations

from typing import Any

_SGD = '''
    class SGD:
        """Straight along the gradients."""

        def __init__(self, weights, **settings):
            self.weights, self.param_groups = list(weights), [settings]

        @torch.no_grad()
        def step(self):
            """One step along the weights' gradients."""
            for weight in self.weights:
                weight -= self.param_groups[0]["lr"] * weight.grad
    '''
_BEGIN = '''
        def __init__(self, weights, **settings):
            self.weights, self.param_groups = list(weights), [settings]
            self.forget()

        def forget(self):
            """Begin anew."""
'''
_MOMENTUM = '''
    class Momentum:
        """A share of the last move is kept (Polyak 1964)."""
''' + _BEGIN + '''            self.velocities = [torch.zeros_like(w) for w in self.weights]

        @torch.no_grad()
        def step(self):
            """One step along the weights' gradients."""
            settings = self.param_groups[0]
            for i, weight in enumerate(self.weights):
                self.velocities[i] = settings["momentum"] * self.velocities[i] + weight.grad
                weight -= settings["lr"] * self.velocities[i]
    '''
_RMSPROP = '''
    class RMSprop:
        """The gradient over its root mean square (Tieleman & Hinton 2012)."""
''' + _BEGIN + '''            self.squares = [torch.zeros_like(weight) for weight in self.weights]

        @torch.no_grad()
        def step(self):
            """One step along the weights' gradients."""
            settings = self.param_groups[0]
            alpha = settings["alpha"]
            for i, weight in enumerate(self.weights):
                slope = weight.grad
                self.squares[i] = alpha * self.squares[i] + (1 - alpha) * slope * slope
                weight -= settings["lr"] * slope / (self.squares[i].sqrt() + settings["eps"])
    '''
_ADAM = '''
    class Adam:
        """Mean gradient over root mean square (Kingma & Ba 2014), rounded as the run did."""
''' + _BEGIN + '''            self.means = [torch.zeros_like(weight) for weight in self.weights]
            self.squares = [torch.zeros_like(weight) for weight in self.weights]
            self.rests = [torch.ones_like(self.weights[0].sum()) for _ in range(2)]

        @torch.no_grad()
        def step(self):
            """One step along the weights' gradients."""
            settings = self.param_groups[0]
            betas = beta1, beta2 = settings["betas"]
            # How much of the zeros that the means began with is still in them.
            self.rests = [rest * beta for rest, beta in zip(self.rests, betas)]
            rate, root = settings["lr"] / (1 - self.rests[0]), (1 - self.rests[1]).sqrt()
            for i, weight in enumerate(self.weights):
                slope = weight.grad
                self.means[i] = beta1 * self.means[i] + (1 - beta1) * slope
                self.squares[i] = beta2 * self.squares[i] + (1 - beta2) * slope * slope
                weight -= rate * self.means[i] / (self.squares[i].sqrt() / root + settings["eps"])
    '''
CLASSES = {"sgd": _SGD, "momentum": _MOMENTUM, "rmsprop": _RMSPROP, "adam": _ADAM}
NAMES = {"sgd": "SGD", "momentum": "Momentum", "rmsprop": "RMSprop", "adam": "Adam"}


def written_out(name: str, part: Any, weights: str, rate: str) -> str:
    """The line that makes the optimizer ``name`` of one of these classes."""
    settings = {"sgd": "", "momentum": f", momentum={part.momentum!r}",
                "rmsprop": f", alpha={part.alpha!r}, eps={part.eps!r}",
                "adam": f", betas=({part.beta1!r}, {part.beta2!r}), eps={part.eps!r}"}[part.kind]
    return f"{name} = {NAMES[part.kind]}({weights}, lr={rate}{settings})"
