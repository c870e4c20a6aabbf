"""A rule's step, recorded once from torch and replayed as plain arithmetic.

On two numbers torch spends some hundred times longer on its bookkeeping than on the sum. So one
step (derivatives and all) is run under a recorder that notes each elementary operation; the
list, less what no result needs, becomes one small function on Python floats. It is the same
computation, not a second implementation: nothing here knows a game or a rule.

What cannot be recorded (an operation without an entry in ``replay_ops``, a choice
made by reading a tensor's value) raises ``CannotReplay``, and the caller goes on with torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from ganstudio.game.replay_ops import NAMES, CannotReplay, expression

Floats = tuple[float, ...]
Program = Callable[..., Floats]
_OPERATIONS: dict[Any, str] = {}
"""Torch's operations by their own names; asking each time is dear."""

__all__ = ["CannotReplay", "Program", "record"]


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes operations that depend on the inputs, as assignments ``name = expression``.

    A tensor is known by where its memory lies and how it is laid out: autograd hands back saved
    values as new Python objects. Everything is kept alive meanwhile, so no place is used twice.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names: dict[tuple[Any, ...], str] = {}
        self.lines: list[tuple[str, str, frozenset[str]]] = []
        self.constants: dict[str, Any] = {}
        self._known: dict[str, str] = {}
        self._alive: list[Any] = []

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch's own switch: else the first use would import its compiler, for seconds."""
        return False

    def key(self, tensor: Tensor) -> tuple[Any, ...]:
        if tensor.numel() == 1:  # however it is shaped, it is one number
            return (tensor.data_ptr(),)
        return tensor.data_ptr(), tuple(tensor.shape), tensor.stride()

    def add_input(self, tensor: Tensor, name: str) -> None:
        self._alive.append(tensor)
        self.names[self.key(tensor)] = name

    def constant(self, tensor: Tensor) -> str:
        """A value that depends on no input, written into the program."""
        if tensor.numel() == 1:
            number = tensor.item()
            return f"({number!r})" if np.isfinite(number) else f"float('{number!r}')"
        array = tensor.detach().numpy().copy()
        for name, known in self.constants.items():
            if known.shape == array.shape and np.array_equal(known, array):
                return name
        self.constants[f"c{len(self.constants)}"] = array
        return f"c{len(self.constants) - 1}"

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (),
                           kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        operation = _OPERATIONS.get(func) or _OPERATIONS.setdefault(func, str(func))
        tensors = [a for a in _flat(args) if isinstance(a, Tensor)]
        used = {self.names[k] for k in map(self.key, tensors) if k in self.names}
        known = {id(a): self.names.get(self.key(a)) for a in tensors}
        out = func(*args, **kwargs)
        self._alive.extend([*tensors, out])
        if not used or ".ones_like." in operation or ".zeros_like." in operation:
            return out  # a constant, whatever it was shaped after
        first = out[0] if isinstance(out, tuple | list) else out
        if not isinstance(first, Tensor):
            raise CannotReplay(f"{operation} reads a value")
        if first.numel() == 1 and self.names.get(self.key(first)) is not None and (
                "detach" in operation or "view" in operation):
            return out

        def shown(value: Any) -> Any:
            if isinstance(value, Tensor):
                return known[id(value)] or self.constant(value)
            return value

        text = expression(operation, [_mapped(a, shown) for a in args],
                          [a.numel() if isinstance(a, Tensor) else None for a in args],
                          [tuple(a.shape) if isinstance(a, Tensor) else None for a in args],
                          kwargs, first)
        self.names[self.key(first)] = self._named(text, frozenset(used))
        return out

    def _named(self, text: str, used: frozenset[str]) -> str:
        """The variable that holds an expression: an old one where it was computed before."""
        if text in used:
            return text
        if text not in self._known:
            self._known[text] = f"x{len(self.lines)}"
            self.lines.append((self._known[text], text, used))
        return self._known[text]

    def program(self, inputs: Sequence[str], outputs: Sequence[Tensor]) -> Program:
        results = [self.names.get(self.key(t)) or self.constant(t) for t in outputs]
        needed, kept = set(results), []
        for name, text, used in reversed(self.lines):
            if name in needed:
                needed |= used
                kept.append(f"    {name} = {text}")
        body = "\n".join(reversed(kept))
        source = (f"def step({', '.join(inputs)}):\n{body}\n"
                  f"    return ({', '.join(results)},)\n")
        space: dict[str, Any] = {**NAMES, **self.constants}
        exec(compile(source, "<recorded step>", "exec"), space)
        made: Program = space["step"]
        return made


def _flat(args: Any) -> list[Any]:
    out: list[Any] = []
    for a in args:
        out.extend(_flat(a) if isinstance(a, tuple | list) else [a])
    return out


def _mapped(value: Any, function: Callable[[Any], Any]) -> Any:
    if isinstance(value, tuple | list):
        return [_mapped(v, function) for v in value]
    return function(value)


def record(function: Callable[[Sequence[Tensor]], Sequence[Tensor]], at: Sequence[float]
           ) -> Program:
    """``function`` of float64 scalars as a function of floats, recorded at ``at``.

    The recorded step must not branch on values. Its results agree with torch's to rounding.

    Raises:
        CannotReplay: an operation that has no plain form.
    """
    recorder = _Recorder()
    inputs = [torch.tensor(x, dtype=torch.float64).requires_grad_() for x in at]
    names = [f"s{i}" for i in range(len(inputs))]
    for tensor, name in zip(inputs, names, strict=True):
        recorder.add_input(tensor, name)
    with torch.enable_grad(), recorder:
        outputs = list(function(inputs))
    return recorder.program(names, outputs)
