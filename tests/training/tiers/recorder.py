"""CUDA graphs as the CPU can play them: what a capture refuses, and what a replay does and forgets.

While it records, every operation that torch's dispatcher sees is kept with its very tensors and
generators. A replay does these operations again, writes what they give into the tensors that they
gave then, and runs no Python of ours. So a counter that Python keeps, an input that is another
tensor by now, a number that was a constant: each shows as differing bits.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ganstudio.training import chance, moves
from ganstudio.training.tiers import graphed

aten = torch.ops.aten
WAITS = {"_local_scalar_dense", "equal", "nonzero", "masked_select", "_unique2", "is_nonzero",
         "lift_fresh"}
"""Operations that wait for the device, and what makes a tensor of numbers that Python has."""
LEAVES_ALONE = {"empty", "empty_like", "new_empty", "empty_strided", "empty_permuted",
                "new_empty_strided"}


class CaptureError(RuntimeError):
    """As CUDA's: the operation is not permitted when the stream is capturing."""


class Listener(TorchDispatchMode):
    """Writes down each operation; refuses what a capturing stream does."""

    def __init__(self, generators, host):
        super().__init__()
        self.generators = {g._cdata for g in generators}  # each is wrapped anew
        self.host = {id(t) for t in host}
        self.done = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = func.overloadpacket.__name__
        if name in WAITS:
            raise CaptureError(f"{name}: operation not permitted when stream is capturing")
        for each in tree_leaves((args, kwargs)):
            if isinstance(each, torch.Generator) and each._cdata not in self.generators:
                raise CaptureError(f"{name}: a generator that is not registered")
            if id(each) in self.host:
                raise CaptureError(f"{name}: what the processor does is not captured")
        if any(a.name == "generator" for a in func._schema.arguments) and not any(
                isinstance(each, torch.Generator) for each in tree_leaves((args, kwargs))):
            raise CaptureError(f"{name}: draws from the generator of everybody")
        out = func(*args, **kwargs)
        self.done.append((func, args, kwargs, out))
        return out


class Replayed:
    """Operations to be done again."""

    def __init__(self, done):
        self._done = [step for step in done
                      if step[0].overloadpacket.__name__ not in LEAVES_ALONE
                      and not _all_views(step[0])]
        self._made = [tensor for func, _, _, out in done for tensor in _fresh(func, out)
                      if tensor.is_floating_point()]
        self.replays = 0

    @torch.no_grad()
    def replay(self):
        self.replays += 1
        for func, args, kwargs, out in self._done:
            again = func(*args, **kwargs)
            for old, new in zip(_fresh(func, out), _fresh(func, again), strict=True):
                old.copy_(new)
        for tensor in self._made:  # the memory that graphs share is anybody's now
            tensor.fill_(float("nan"))


def _all_views(func):
    """Whether nothing is computed: what comes out lies where what went in lies."""
    returns = func._schema.returns
    writes = any(a.alias_info is not None and a.alias_info.is_write
                 for a in func._schema.arguments)
    return bool(returns) and not writes and all(r.alias_info is not None for r in returns)


def _fresh(func, out):
    """The tensors that an operation made, among all that it gave."""
    outs = out if isinstance(out, tuple | list) else (out,)
    returns = func._schema.returns
    if len(returns) == 1 and isinstance(out, list):
        returns = returns * len(outs)
    return [tensor for tensor, what in zip(outs, returns, strict=False)
            if isinstance(tensor, torch.Tensor) and what.alias_info is None]


class CpuRecorder:
    """Stands for the GPU's. ``host`` are tensors that would lie in the processor's memory."""

    exact = True
    rates = torch.float64

    def __init__(self, host=()):
        self.host = host
        self.recorded = []
        self.waits = 0

    def aside(self):
        return nullcontext()

    def record(self, act, generators, beside):
        listener = Listener(generators, self.host)
        with pytest.MonkeyPatch.context() as patch, listener:
            patch.setattr(chance, "generator", _no_generator)
            act()
        self.recorded.append(Replayed(listener.done))
        return self.recorded[-1]

    def wait(self):
        self.waits += 1


def _no_generator(*_):
    raise CaptureError("a generator cannot be made when a stream is capturing")


@contextmanager
def as_on_a_gpu():
    """Inside, nobody looks at a loss as it is made, and a few eager rounds are enough."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("moves", "rule_moves"):
            patch.setattr(f"ganstudio.training.{module}.check_loss", lambda *_: None)
        patch.setattr(graphed, "SETTLED", 2)
        yield moves


def on_a_gpu(trainer):
    """The trainer, with its rounds recorded as they would be on a GPU."""
    trainer.looks_late = True
    trainer.tiers.recorder = CpuRecorder(host=[trainer.players.averaging()[1]])
    return trainer
