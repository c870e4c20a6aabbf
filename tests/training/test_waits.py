"""The step never waits for the device: taken on one of which nothing can be read.

torch's meta device has shapes and no numbers. Whatever would wait for a GPU (a value asked for, a
decision by a value, a copy to the processor) raises there; copies the other way are counted.
"""

import pytest
import tiny
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ganstudio.training import chance, streams
from ganstudio.training import trainer as module
from ganstudio.training.rule_moves import is_plain
from ganstudio.training.trainer import Trainer

RUNS = {**tiny.ZOO, **tiny.STEADIED}
QUICK = ("big-batch", "spectral-average", "every-penalty", "packed-dcgan")
SEEDED = ("consensus-steadied",)
"""Rules draw seeds for what is random in their losses, and Python must see those."""


class Uploads(TorchDispatchMode):
    """Copies from the processor's memory to the device's."""

    def __init__(self):
        super().__init__()
        self.waited = []
        self.orders = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        tensors = [t for t in tree_leaves((args, kwargs)) if isinstance(t, torch.Tensor)]
        made = [t for t in tree_leaves(out) if isinstance(t, torch.Tensor)]
        if any(t.device.type == "cpu" for t in tensors) and any(
                t.device.type == "meta" for t in (*tensors, *made)):
            if (kwargs or {}).get("non_blocking"):
                self.orders += 1
            else:
                self.waited.append(func)
        return out


@pytest.fixture
def unreadable(monkeypatch):
    """Runs are on the meta device; streams, which it has not got, are the processor's."""
    monkeypatch.setattr(module, "resolve_device", lambda _: torch.device("meta"))
    for each in (module, chance):
        monkeypatch.setattr(each, "generator",
                            lambda seed, which, *_: streams.generator(seed, which))
    monkeypatch.setattr(torch, "is_autocast_enabled", lambda *_: False)


def steps(name, count=3):
    recipe = tiny.recipe(**RUNS[name])
    trainer = Trainer(recipe, tiny.dataset(recipe), "eager")
    uploads, rows = Uploads(), []
    with uploads:
        for _ in range(count):
            trainer._keep_good()
            trainer._take_one("", rows)
    assert not uploads.waited and len(rows) == 4 * count
    assert uploads.orders <= trainer.epoch + 1


@pytest.mark.parametrize("name", [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)
    for name in RUNS if name not in SEEDED])
def test_no_step_waits_for_the_device(name, unreadable):
    steps(name, 3 if name in QUICK else 30)


def test_a_step_that_looked_would_be_found(unreadable, monkeypatch):
    real = module.move_g

    def looks(players, recipe, fake, *rest):
        if fake.mean() > 1e9:
            raise OverflowError
        return real(players, recipe, fake, *rest)

    monkeypatch.setattr(module, "move_g", looks)
    with pytest.raises((RuntimeError, NotImplementedError)):
        steps("plain")


def test_what_is_left_out_is_no_plain_round():
    assert not any(is_plain(tiny.recipe(**RUNS[name])) for name in SEEDED)
