from pathlib import Path

import numpy as np
import pytest

from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import DataError
from ganstudio.recipe.data import Images

BYTES = np.random.default_rng(0).integers(0, 256, (6, 10, 10), dtype=np.uint8)
BYTES[0, 0, :2] = (0, 255)


def load(array: np.ndarray, tmp_path: Path, **more):  # type: ignore[no-untyped-def]
    np.save(tmp_path / "a.npy", array)
    return load_dataset(Images(path=str(tmp_path / "a.npy"), **more), 0,
                        cache_dir=tmp_path / "cache")


@pytest.mark.parametrize(("array", "note"), [
    (BYTES, None), (np.asfortranarray(BYTES), None), (BYTES.astype(np.int64), None),
    (BYTES / 255, "Values from 0 to 1 were"), ((BYTES / 255).astype(">f4"), "Values from 0 to 1"),
    (BYTES / 127.5 - 1, "Values from −1 to 1 were"), (BYTES.astype(np.float32), "from 0 to 255"),
    (BYTES.astype(np.uint16) * 257, "16-bit"),
])
def test_the_range_is_deduced_and_said(tmp_path: Path, array: np.ndarray, note: str | None) -> None:
    data = load(array, tmp_path)
    assert np.array_equal(data.items[:, 0], BYTES)
    assert len(data.notes) == (note is not None)
    assert note is None or note in data.notes[0]


def test_masks_become_black_and_white(tmp_path: Path) -> None:
    data = load(BYTES > 100, tmp_path)
    assert np.array_equal(data.items[:, 0], (BYTES > 100) * np.uint8(255))


@pytest.mark.parametrize("shape", [(4, 9, 7, 3), (4, 3, 9, 7), (4, 3, 32, 3), (4, 3, 3, 32)])
def test_channels_first_or_last(tmp_path: Path, shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    array[0] = 255
    data = load(array, tmp_path)
    assert data.shape[0] == 3 and (data.items[0] == 255).all()


def test_colour_that_is_grey_keeps_one_channel(tmp_path: Path) -> None:
    data = load(np.repeat(BYTES[..., None], 3, axis=3), tmp_path)
    assert np.array_equal(data.items[:, 0], BYTES) and data.shape == (1, 10, 10)
    assert load(np.repeat(BYTES[..., None], 3, axis=3), tmp_path, colour="rgb").shape[0] == 3
    assert load(BYTES, tmp_path, colour="rgb").shape[0] == 3
    assert load(np.repeat(BYTES[..., None], 3, axis=3), tmp_path, colour="grey").shape[0] == 1


def test_a_fourth_channel_is_transparency(tmp_path: Path) -> None:
    array = np.zeros((3, 8, 8, 4), np.uint8)
    array[0, ..., 3] = array[0, 0, 0, 0] = 255
    data = load(array, tmp_path)
    assert (data.items[1] == 255).all() and data.items[0, 1, 3, 3] == 0
    assert "transparency" in data.notes[0]


def test_labels_and_names_in_an_npz(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", images=BYTES, labels=np.arange(6), more=np.eye(3))
    part = Images(path=str(tmp_path / "a.npz"), limit=4)
    data = load_dataset(part, 0, cache_dir=tmp_path / "cache")
    assert np.array_equal(data.items[:, 0], BYTES[:4])
    assert data.labels is not None and data.labels.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("array", "said"), [
    (np.zeros((5, 784)), "has the shape (5, 784); images come as"),
    (np.zeros(5), "1 dimensions"), (np.zeros((5, 9, 9, 2)), "1, 3 or 4 channels"),
    (np.zeros((0, 9, 9)), "holds no image"), (np.zeros((1, 1, 2, 3, 4)), "5 dimensions"),
    (np.full((2, 4, 4), np.nan), "NaN"), (np.full((2, 4, 4), -7.0), "from -7 to -7"),
    (np.stack([np.zeros((4, 4)), np.full((4, 4), np.inf)]), "infinite"),
    (np.full((2, 4, 4), 300.0), "from 300 to 300"), (np.zeros((2, 4, 4), complex), "complex"),
])
def test_arrays_that_are_no_images_are_refused(tmp_path: Path, array: np.ndarray,
                                               said: str) -> None:
    with pytest.raises(DataError) as caught:
        load(array, tmp_path)
    assert said in str(caught.value)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 ...")
    with pytest.raises(DataError, match=r"a\.pdf is not a set of images; give a folder"):
        load_dataset(Images(path=str(tmp_path / "a.pdf")), 0, cache_dir=tmp_path / "cache")
    (tmp_path / "b.npz").write_bytes(b"PK\x03\x04 junk")
    with pytest.raises(DataError, match="damaged"):
        load_dataset(Images(path=str(tmp_path / "b.npz")), 0, cache_dir=tmp_path / "cache")
