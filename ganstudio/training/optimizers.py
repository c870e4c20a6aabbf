"""One player's optimizer, with settings that may change between any two steps.

torch's own kernels do the arithmetic. Its optimizer classes are left aside because
constructing the first one imports the compiler (about a second), and because their rates
sit in parameter groups, apart from the recipe that every change of them must agree with.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ganstudio.recipe.game import Optimizer as Settings

STATE_NAMES: dict[str, tuple[str, ...]] = {
    "sgd": (),
    "momentum": ("velocity",),
    "rmsprop": ("square",),
    "adam": ("mean", "square"),
}


class Optimizer:
    """The moving state of one player's optimizer over a fixed list of parameters.

    The update equals torch.optim's SGD (with momentum), RMSprop and Adam of the same settings.
    """

    def __init__(self, kind: str, parameters: Sequence[Tensor]) -> None:
        self.kind = kind
        self.parameters = list(parameters)
        self.state: dict[str, list[Tensor]] = {
            name: [torch.zeros_like(p, memory_format=torch.preserve_format)
                   for p in self.parameters]
            for name in STATE_NAMES[kind]
        }
        # The fused kernel reads one step counter for each tensor; they are all this one.
        self.count = torch.zeros((), dtype=torch.float32, device=self.parameters[0].device)
        self.counts = [self.count] * len(self.parameters)

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor], settings: Settings,
             rate: float | Tensor | None = None) -> None:
        """Descend along ``gradients`` (one for each parameter, in their order).

        ``rate`` is the learning rate in force where it is not the settings' own; for Adam it may
        lie on the device, a scalar (float32 on CUDA).
        """
        along = list(gradients)
        lr = settings.lr if rate is None else rate
        if self.kind == "adam":
            self._adam(along, settings, lr)
            return
        assert not isinstance(lr, Tensor)
        if self.kind == "rmsprop":
            self._rmsprop(along, settings, lr)
        else:
            self._sgd(along, settings, lr)

    def _adam(self, gradients: list[Tensor], settings: Settings, lr: float | Tensor) -> None:
        self.count.add_(1)
        if self.parameters[0].device.type == "mps":
            assert not isinstance(lr, Tensor)
            self._adam_plain(gradients, settings, lr)
            return
        torch._fused_adam_(
            self.parameters, gradients, self.state["mean"], self.state["square"], [],
            self.counts, lr=lr, beta1=settings.beta1, beta2=settings.beta2,
            weight_decay=0.0, eps=settings.eps, amsgrad=False, maximize=False)

    def _adam_plain(self, gradients: list[Tensor], settings: Settings, lr: float) -> None:
        mean, square = self.state["mean"], self.state["square"]
        torch._foreach_lerp_(mean, gradients, 1 - settings.beta1)
        torch._foreach_mul_(square, settings.beta2)
        torch._foreach_addcmul_(square, gradients, gradients, 1 - settings.beta2)
        count = float(self.count)
        first = 1 - settings.beta1 ** count
        second = (1 - settings.beta2 ** count) ** 0.5
        scale = torch._foreach_sqrt(square)
        torch._foreach_div_(scale, second)
        torch._foreach_add_(scale, settings.eps)
        torch._foreach_addcdiv_(self.parameters, mean, scale, -lr / first)

    def _rmsprop(self, gradients: list[Tensor], settings: Settings, lr: float) -> None:
        square = self.state["square"]
        torch._foreach_mul_(square, settings.alpha)
        torch._foreach_addcmul_(square, gradients, gradients, 1 - settings.alpha)
        scale = torch._foreach_sqrt(square)
        torch._foreach_add_(scale, settings.eps)
        torch._foreach_addcdiv_(self.parameters, gradients, scale, -lr)

    def _sgd(self, gradients: list[Tensor], settings: Settings, lr: float) -> None:
        if self.kind == "momentum":
            velocity = self.state["velocity"]
            torch._foreach_mul_(velocity, settings.momentum)
            torch._foreach_add_(velocity, gradients)
            gradients = velocity
        torch._foreach_add_(self.parameters, gradients, alpha=-lr)

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor of the state by name; the live ones, not copies."""
        named = {f"{name}.{i}": tensor for name, group in self.state.items()
                 for i, tensor in enumerate(group)}
        if self.kind == "adam":
            named["count"] = self.count
        return named
