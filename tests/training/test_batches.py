import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.training.batches import RealBatches

CPU = torch.device("cpu")


def numbered(count, seed=0, dtype=torch.float64):
    """A data set whose item i is the number i."""
    return RealBatches(np.arange(count, dtype=np.float64)[:, None],
                       torch.Generator().manual_seed(seed), CPU, dtype)


@given(st.integers(1, 40), st.lists(st.integers(1, 90), min_size=1, max_size=12))
def test_every_item_once_in_each_epoch(size, counts):
    batches = numbered(size)
    drawn = []
    for count in counts:
        batch = batches.draw(count)
        assert batch.shape == (count, 1)
        drawn += batch[:, 0].int().tolist()
        assert batches.drawn == len(drawn)
        assert batches.epoch == len(drawn) / size
    for start in range(0, len(drawn), size):
        epoch = drawn[start:start + size]
        assert len(set(epoch)) == len(epoch)
        if len(epoch) == size:
            assert sorted(epoch) == list(range(size))


def test_each_epoch_has_an_order_of_its_own():
    batches = numbered(50)
    assert batches.draw(50).tolist() != batches.draw(50).tolist()
    assert numbered(50, seed=1).draw(50).tolist() != numbered(50).draw(50).tolist()


@given(st.integers(1, 20), st.lists(st.integers(1, 30), max_size=5),
       st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_taken_up_again_the_order_goes_on(size, before, after):
    first = numbered(size)
    for count in before:
        first.draw(count)
    second = numbered(size, seed=9)
    second.load({k: v.clone() for k, v in first.tensors().items()}, first.values())
    for count in after:
        assert first.draw(count).tolist() == second.draw(count).tolist()
    assert first.values() == second.values()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bytes_become_numbers_from_minus_one_to_one_exactly(dtype):
    pixels = np.arange(256, dtype=np.uint8).reshape(-1, 1, 2, 2)
    batches = RealBatches(pixels, torch.Generator(), CPU, dtype)
    assert batches.items.dtype == torch.uint8  # held as they are, not four times as large
    batch = batches.as_input(batches.items)
    assert batch.dtype == dtype
    values = batch.reshape(-1)
    assert values[0].item() == -1.0 and values[255].item() == 1.0
    assert (values.diff() > 0).all() and values.abs().max() == 1
    torch.testing.assert_close(values, torch.arange(256, dtype=dtype) / 127.5 - 1)
    assert batches.items[0, 0, 0, 1] == 1  # the data itself is untouched


def test_points_come_in_the_training_type():
    batches = RealBatches(np.array([[1.5, 2.5]], np.float32), torch.Generator(), CPU,
                          torch.float64)
    assert batches.draw(3).dtype == torch.float64
    assert not batches.is_image
