import numpy as np
import pytest
import tiny
import torch

from ganstudio.nets.latent import LatentSampler
from ganstudio.training.frames import freeze
from ganstudio.training.latents import BLOCK, FixedLatents
from ganstudio.training.machine import resolve_device, resolve_threads
from ganstudio.training.mosaic import pictures, tile
from ganstudio.training.streams import Stream, generator, stream_seed


@pytest.mark.parametrize("kind", ["normal", "uniform", "uniform01", "sphere"])
def test_the_first_few_are_the_same_however_many_are_asked_for(kind):
    sampler = LatentSampler(kind, 3)
    many = FixedLatents(5, sampler).first(2 * BLOCK + 7)
    few = FixedLatents(5, sampler)
    for count in (0, 1, BLOCK, BLOCK + 1, 3):
        assert torch.equal(few.first(count), many[:count])
    assert len({tuple(z) for z in many.tolist()}) == len(many)
    assert not torch.equal(FixedLatents(6, sampler).first(4), many[:4])
    assert not torch.equal(FixedLatents(5, sampler, Stream.GALLERY).first(4), many[:4])


def test_streams_do_not_meet():
    seeds = {stream_seed(seed, stream, index) for seed in range(20) for stream in Stream
             for index in range(5)}
    assert len(seeds) == 20 * len(Stream) * 5
    assert all(0 <= s < 2**63 for s in seeds)
    assert stream_seed(3, Stream.NOISE) == stream_seed(3, Stream.NOISE)
    a, b = generator(1, Stream.NOISE), generator(1, Stream.NOISE)
    assert torch.equal(torch.randn(5, generator=a), torch.randn(5, generator=b))


def test_pictures_cover_the_range_and_no_more():
    samples = torch.tensor([-5.0, -1.0, 0.0, 1.0, 7.0, -0.999]).reshape(1, 1, 2, 3)
    assert pictures(samples).tolist() == [[[0, 0, 128], [255, 255, 0]]]
    colour = torch.stack([torch.full((2, 2), v) for v in (-1.0, 0.0, 1.0)])[None]
    assert pictures(colour).shape == (1, 2, 2, 3)
    assert pictures(colour)[0, 0, 0].tolist() == [0, 128, 255]


def test_reals_come_back_as_the_bytes_they_were():
    trainer = tiny.trainer(**tiny.IMAGES)
    items = trainer.batches.items[:50]
    assert np.array_equal(pictures(trainer.batches.as_input(items)), items[:, 0].numpy())


def test_tiles_stand_row_by_row():
    six = np.arange(6, dtype=np.uint8).repeat(4).reshape(6, 2, 2)
    assert tile(six, 2, 3)[::2, ::2].tolist() == [[0, 1, 2], [3, 4, 5]]
    one = tile(six[:1], 1, 1)
    assert one.flags.owndata and not one.flags.writeable
    assert tile(np.zeros((4, 2, 3, 3), np.uint8), 2, 2).shape == (4, 6, 3)


def test_freeze_owns_and_locks():
    base = np.arange(6.0)
    view = freeze(base[2:4])
    base[:] = 0
    assert view.tolist() == [2, 3] and not view.flags.writeable


def test_devices(monkeypatch):
    assert resolve_device(tiny.recipe()).type == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for name, words in (("cuda", "NVIDIA"), ("mps", "Apple")):
        with pytest.raises(ValueError, match=rf"^machine\.device: no {words} GPU is to be had"):
            resolve_device(tiny.recipe(machine={"device": name}))
    assert resolve_device(tiny.recipe(**tiny.IMAGES, machine={"device": "auto"})).type == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_device(tiny.recipe(machine={"device": "auto"})).type == "cpu"  # too small
    assert resolve_device(tiny.recipe(**tiny.IMAGES, machine={"device": "auto"})).type == "cuda"


def test_threads(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert resolve_threads(tiny.recipe(machine={"threads": 0})) == 7
    assert resolve_threads(tiny.recipe(machine={"threads": 3})) == 3
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert resolve_threads(tiny.recipe(machine={"threads": 0})) == 1
