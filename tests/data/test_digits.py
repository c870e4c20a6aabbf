import gzip
from pathlib import Path

import numpy as np
import pytest

from ganstudio.data import digits
from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import DataError
from ganstudio.recipe.data import Digits


def test_they_are_scikit_learns_own() -> None:
    from sklearn.datasets import load_digits

    theirs = load_digits()
    data = load_dataset(Digits(), 0)
    assert data.items.shape == (1797, 1, 8, 8) and data.items.dtype == np.uint8
    assert np.array_equal(np.rint(data.items[:, 0] / 255 * 16), theirs.images)
    assert data.items.max() == 255 and data.items.min() == 0
    assert np.array_equal(data.labels, theirs.target) and data.notes == ()


def test_other_sizes_are_resized_and_said() -> None:
    data = load_dataset(Digits(size=16), 0)
    assert data.shape == (1, 16, 16)
    assert data.notes == ("8 x 8 images were enlarged to 16 x 16.",)
    assert load_dataset(Digits(), 0, image_sizes=(16, 32)).shape == (1, 16, 16)
    with pytest.raises(DataError, match="10 x 10; set the size to 8 or 12"):
        load_dataset(Digits(size=10), 0, image_sizes=(8, 12, 16))


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "find_spec", lambda name: None)
    with pytest.raises(DataError, match="pip install scikit-learn"):
        load_dataset(Digits(), 0)


@pytest.mark.parametrize("raw", [b"", b"junk", *(
    gzip.compress(text.encode(), mtime=0) for text in ("1,2,x\n", "1,2\n3", "ä"))])
def test_a_damaged_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                 raw: bytes) -> None:
    path = tmp_path / "digits.csv.gz"
    path.write_bytes(raw)
    monkeypatch.setattr(digits, "digits_file", lambda: path)
    with pytest.raises(DataError, match=r"digits\.csv\.gz is damaged"):
        load_dataset(Digits(), 0)
