"""Frames from a device that is behind: right bit for bit, and nobody waits for them."""

import dataclasses

import numpy as np
import pytest
import simulated_cuda
import tiny
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from ganstudio.training import host_copies, observer
from ganstudio.training.frames import (
    WantArrows,
    WantLatentMap,
    WantLine,
    WantMosaic,
    WantPoints,
    WantSurface,
    WantWalk,
)
from ganstudio.training.host_copies import DirectCopies, copies_from, owned, upload
from ganstudio.training.observer import Observer

RELATIVISTIC = {"loss": {"kind": "relativistic_average"}}
WALK = (0.5, 0.0, 1.0, 0.0), (0.0, 1.0, 0.0, 2.0)
LOOKS = [
    ({}, WantPoints(70)), (tiny.ZOO["batch-norm-average"], WantPoints(9, averaged=True)),
    (tiny.ZOO["float64"], WantPoints(7)), (tiny.ZOO["dropout"], WantSurface(6)),
    ({}, WantArrows(6)), (RELATIVISTIC, WantArrows(5, averaged=True)),
    (tiny.STEADIED["packed"], WantArrows(8)), (tiny.ZOO["sphere"], WantLatentMap(4)),
    (tiny.ZOO["sphere"], WantWalk((1.0, 0, 0, 0, 0), (0, 1.0, 0, 0, 0), count=3)),
    (tiny.ZOO["float64"], WantWalk((0.0, 1.0), (1.0, 0.0), count=3)),
    (tiny.LINE, WantLine(20, 6)), (tiny.LINE, WantPoints(7)),
    (tiny.IMAGES, WantMosaic(2, 3, scores=True)), (tiny.IMAGES, WantMosaic(2, 3)),
    (tiny.ZOO["dcgan"], WantMosaic(3, 2, scores=True)), (tiny.DCGAN, WantMosaic(2, 2, real=True)),
    (tiny.DCGAN, WantMosaic(20, 100, real=True, scores=True)), (tiny.DCGAN, WantWalk(*WALK)),
]


def named(value):
    return type(value).__name__ if not isinstance(value, dict) else ""


def contents(frame):
    return {f.name: getattr(frame, f.name) for f in dataclasses.fields(frame)}


def assert_same(frame, expected):
    assert type(frame) is type(expected)
    for name, value in contents(expected).items():
        got = contents(frame)[name]
        if isinstance(value, np.ndarray):
            assert got.dtype == value.dtype and np.array_equal(got, value), name
        else:
            assert got == value, name


@pytest.fixture
def device(monkeypatch):
    return simulated_cuda.Simulated(monkeypatch)


def observed(device, **parts):
    """(a run at step 5, who looks at it over the device, who looks at it directly)."""
    trainer = tiny.trainer(**parts)
    trainer.advance(5)
    return (trainer, Observer(trainer, host_copies.StreamCopies(trainer.device)),
            Observer(trainer))


# ---- the frame -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("parts", "want"), LOOKS, ids=named)
def test_a_frame_is_of_the_step_at_which_it_was_queued_whatever_comes_then(parts, want, device):
    trainer, late, direct = observed(device, **parts)
    expected = direct.look(want)
    look = late.begin(want)
    assert not look.ready() and look.step == 5
    before = trainer.state()
    trainer.advance(3)
    trainer.apply(trainer.recipe.model_copy(update={
        "loss": trainer.recipe.loss.model_copy(update={"kind": "hinge"})}))
    trainer.advance(2)
    late.begin(want)  # another of its kind, which nobody asks for
    trainer.load(before)
    trainer.advance(1)
    assert not look.ready() and device.waits == 0
    device.run()
    assert look.ready()
    frame = look.frame()
    assert_same(frame, expected)
    assert device.waits == 0 and frame.step == 5
    for array in contents(frame).values():
        if isinstance(array, np.ndarray):
            assert not array.flags.writeable
            assert not any(np.shares_memory(array, b.bytes) for b in device.buffers)


@pytest.mark.parametrize(("parts", "want"), LOOKS[::4], ids=named)
def test_whoever_needs_a_frame_now_waits_for_it(parts, want, device):
    _, late, direct = observed(device, **parts)
    assert_same(late.look(want), direct.look(want))
    assert device.waits == 1


@pytest.mark.parametrize("name", ["dropout", "batch-norm-average", "spectral-average", "dcgan"])
def test_a_watched_run_is_the_unwatched_run(name, device):
    parts = tiny.ZOO[name]
    trainer, late, _ = observed(device, **parts)
    alone = tiny.trainer(**parts)
    alone.advance(5)
    want = WantMosaic(2, 2) if trainer.dataset.is_image else WantSurface(4)
    looks = []
    for _ in range(3):
        looks.append(late.begin(want))
        assert trainer.players.g.training and trainer.players.d.training
        trainer.advance(2)
        alone.advance(2)
    device.run()
    looks[1].frame()
    assert tiny.same(trainer.state(), alone.state())


def test_a_want_that_does_not_fit_is_refused_at_once_and_leaves_the_networks_in_training(device):
    trainer, late, _ = observed(device)
    with pytest.raises(ValueError, match="1-D points"):
        late.begin(WantLine())
    assert trainer.players.g.training and trainer.players.d.training


# ---- what a device must be told ------------------------------------------------------------------


class Noted(TorchFunctionMode):
    """Writes down what is made of tensors before they are sent."""

    def __init__(self, log):
        super().__init__()
        self.log = log

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func.__name__ in ("to", "contiguous"):
            self.log.append(func.__name__)
        return func(*args, **(kwargs or {}))


def test_copies_wait_for_the_look_and_the_memory_for_the_copies(device):
    copies = host_copies.StreamCopies(torch.device("cpu"))
    made = torch.arange(6, dtype=torch.float64).reshape(2, 3).T
    whole = torch.ones(3, dtype=torch.uint8)
    with Noted(device.log):
        arrival = copies.queue([made, whole], copies.mark())
    assert device.log == ["record training", *("to", "contiguous") * 2, "record training", "wait",
                          *("copy", "record_stream") * 2, "record side"]
    device.run()
    floats, whole = arrival.arrays()
    assert floats.tolist() == [[0, 3], [1, 4], [2, 5]] and floats.dtype == np.float32
    assert whole.tolist() == [1, 1, 1] and whole.dtype == np.uint8


def test_a_device_tells_what_it_spent_on_a_look_and_not_on_the_copies(device):
    device.look_ms = 7.0  # from one event of a stream to the next
    _, late, _ = observed(device)
    look = late.begin(WantPoints(4))
    device.run()
    assert look.device_seconds() == pytest.approx(0.007)


def test_memory_is_used_again_and_frames_keep_theirs(device):
    trainer, late, direct = observed(device)
    frames, expected, looks = [], [], []
    for k in range(30):
        if k % 3 == 0:
            looks.append(late.begin(WantPoints(16)))
            expected.append(direct.look(WantPoints(16)))
        late.begin(WantPoints(16))  # dropped before it is there
        trainer.advance(1)
        if k % 3 == 2:
            device.run()
            frames.append(looks.pop().frame())
    assert len(device.buffers) <= 8  # two for each of four looks under way
    for frame, was in zip(frames, expected, strict=True):
        assert_same(frame, was)


def test_a_machine_without_such_a_device_copies_at_once():
    assert isinstance(copies_from(torch.device("cpu")), DirectCopies)
    trainer = tiny.trainer()
    look = Observer(trainer).begin(WantPoints(4))
    assert look.ready() and look.device_seconds() == 0
    trainer.advance(1)
    assert look.frame().step == 0


def test_what_is_owned_is_whole_read_only_and_a_copy():
    base = torch.arange(12.0, dtype=torch.float64).reshape(3, 4).requires_grad_()
    array = owned(base.T)
    assert array.dtype == np.float32 and array.flags.c_contiguous and not array.flags.writeable
    assert np.array_equal(array, base.detach().numpy().T)
    whole = torch.zeros(3, dtype=torch.uint8)
    array = owned(whole)
    whole += 1
    assert array.dtype == np.uint8 and not array.any()


def test_what_is_sent_to_a_gpu_goes_from_pinned_memory_and_is_not_waited_for(monkeypatch):
    sent, real = [], torch.Tensor.to

    def to(tensor, *args, **kwargs):
        if isinstance(args[0], torch.device):
            sent.append((args, kwargs))
            return tensor
        return real(tensor, *args, **kwargs)

    monkeypatch.setattr(torch.Tensor, "to", to)
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda tensor: sent.append("pinned") or tensor)
    made = upload(torch.ones(2, dtype=torch.float64), torch.device("cuda"), torch.float32)
    assert sent == ["pinned", ((torch.device("cuda"),), {"non_blocking": True})]
    assert made.dtype is torch.float32


# ---- nothing is read while it is queued ----------------------------------------------------------


class Unreadable(TorchFunctionMode):
    """On the meta device every reading fails of itself; writing to it must go by ``upload``."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        if isinstance(made, torch.Tensor) and made.is_meta:
            given = [a for a in tree_leaves(args) if isinstance(a, torch.Tensor) and a.dim()]
            assert func is not torch.tensor and all(a.is_meta for a in given), (
                f"{func} takes what lies on the host")
        return made


class Elsewhere:
    """Copies that never come."""

    def mark(self):
        return None

    def queue(self, tensors, begun):
        assert all(t.is_meta for t in tensors), "a tensor of the host's is not a device's to copy"
        self.sent = tensors


def to_meta(monkeypatch, trainer, seen):
    meta = torch.device("meta")
    players = trainer.players
    for network in (players.g, players.d, players.average and players.average.module):
        if network is not None:
            network.to(meta)
    trainer.batches.items = trainer.batches.items.to(meta)
    trainer.device = meta
    monkeypatch.setattr(seen.latents, "first", lambda n: torch.empty(
        n, trainer.recipe.latent.dim, device=meta, dtype=trainer.dtype))
    monkeypatch.setattr(observer, "upload", lambda t, device, dtype: torch.empty(
        t.shape, device=device, dtype=dtype))


@pytest.mark.parametrize(("parts", "want"), LOOKS, ids=named)
def test_queueing_a_look_reads_nothing_from_the_device(parts, want, monkeypatch):
    trainer = tiny.trainer(**parts)
    seen = Observer(trainer, Elsewhere())
    to_meta(monkeypatch, trainer, seen)
    with Unreadable():
        seen.begin(want)
    assert trainer.players.g.training and trainer.players.d.training
    if trainer.dataset.is_image:  # a fourth of the bytes that numbers would take
        assert seen.copies.sent[0].dtype is torch.uint8
