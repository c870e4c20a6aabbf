"""Items held out of a finite set are drawn by the seed, and never trained on."""

import numpy as np
import pytest

from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import DataError, Dataset
from ganstudio.data.hold_out import hold_out
from ganstudio.recipe.data import Digits

SET = Dataset("set", np.arange(40, dtype=np.float32).reshape(20, 2), labels=np.arange(20))


def test_both_parts_together_are_the_set():
    split = hold_out(SET, 0.25, 3)
    assert len(split) == 15 and len(split.held_out) == 5
    both = np.concatenate([split.items, split.held_out])
    assert sorted(both[:, 0].tolist()) == SET.items[:, 0].tolist()
    np.testing.assert_array_equal(split.items[:, 0], 2 * split.labels)


def test_the_seed_decides_and_nothing_else():
    np.testing.assert_array_equal(hold_out(SET, 0.3, 1).held_out, hold_out(SET, 0.3, 1).held_out)
    assert not np.array_equal(hold_out(SET, 0.3, 1).held_out, hold_out(SET, 0.3, 2).held_out)


def test_a_share_of_nothing_is_the_very_set():
    assert hold_out(SET, 0, 1) is SET
    assert load_dataset(Digits(), 0).held_out is None


def test_too_few_items_are_refused_in_one_sentence():
    with pytest.raises(DataError, match=r"data\.held_out: 0\.05 of 20 items leaves 19"):
        hold_out(SET, 0.05, 1)
