import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import DataError
from ganstudio.recipe.data import Images

MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist"


def idx(array: np.ndarray) -> bytes:
    head = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.astype(np.uint8).tobytes()


def pictures(n: int = 20, *shape: int) -> np.ndarray:
    shape = shape or (9, 9)
    return np.random.default_rng(0).integers(0, 256, (n, *shape), dtype=np.uint8)


def load(path: Path, tmp_path: Path, **more):  # type: ignore[no-untyped-def]
    return load_dataset(Images(path=str(path), **more), 0, cache_dir=tmp_path / "cache")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_images_with_their_labels(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(pack(idx(pictures())))
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.arange(20))))
    data = load(path, tmp_path)
    assert np.array_equal(data.items, pictures()[:, None]) and data.notes == ()
    assert data.labels is not None and data.labels.tolist() == list(range(20))
    few = load(path, tmp_path, limit=7)
    assert np.array_equal(few.items, pictures()[:7, None])
    assert few.labels is not None and few.labels.tolist() == list(range(7))


def test_a_folder_that_holds_them_is_as_good(tmp_path: Path) -> None:
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pictures(3))))
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pictures(5))))
    assert len(load(tmp_path, tmp_path)) == 5


@pytest.mark.parametrize("shape", [(6, 8, 3), (3, 6, 8)])
def test_colour_in_either_order(tmp_path: Path, shape: tuple[int, ...]) -> None:
    array = pictures(4, *shape)
    (tmp_path / "a.idx4").write_bytes(idx(array))
    data = load(tmp_path / "a.idx4", tmp_path)
    first = array if shape[0] == 3 else np.moveaxis(array, 3, 1)
    assert np.array_equal(data.items, first[:, :, :, 1:7])
    assert data.notes == ("8 x 6 images were cropped to 6 x 6.",)


def test_useless_labels_are_left_out_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "images-idx3-ubyte"
    path.write_bytes(idx(pictures()))
    (tmp_path / "labels-idx1-ubyte").write_bytes(idx(np.arange(5)))
    data = load(path, tmp_path)
    assert data.labels is None and "Labels were left out" in data.notes[0]


@pytest.mark.parametrize(("raw", "said"), [
    (idx(pictures())[:-1], "promises 20 items of 9 x 9 bytes but ends after 19"),
    (gzip.compress(idx(pictures())[:-1]), "promises 20 items of 9 x 9 bytes but ends after 19"),
    (idx(pictures()) + b"!", "goes on after"),
    (gzip.compress(idx(pictures()) + b"!"), "goes on after"),
    (idx(pictures())[:10], "ends within its IDX header"),
    (gzip.compress(idx(pictures()))[:-20], "damaged"),
    (idx(np.arange(5)), "holds labels, not images"),
    (b"\0\0\x0d\x03" + bytes(12), "type 0x0d"),
    (b"\0\0\x08\x07" + bytes(40), "7 dimensions"),
    (struct.pack(">4B3I", 0, 0, 8, 3, 0, 28, 28), "holds nothing"),
    (struct.pack(">4B3I", 0, 0, 8, 3, *[2**32 - 1] * 3), "ends after 0"),
    (gzip.compress(struct.pack(">4B3I", 0, 0, 8, 3, *[2**32 - 1] * 3)), "packed"),
    (b"", "does not start"), (b"\x1f\x8b", "cannot be read"), (b"\x89PNG1234", "does not start"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_bad_files_are_refused_in_one_sentence(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(raw)
    with pytest.raises(DataError) as caught:
        load(path, tmp_path)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    head = struct.pack(">4B3I", 0, 0, 8, 3, 2, 4, 4)
    path = tmp_path / "images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(head + bytes(50_000_000)))
    with pytest.raises(DataError, match="goes on after"):
        load(path, tmp_path)


@given(data=st.data())
@settings(max_examples=200, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_is_never_anything_but_a_sentence(data, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    raw = idx(pictures(4, 8, 8))
    if data.draw(st.booleans()):
        raw = gzip.compress(raw, mtime=0)
    raw = bytearray(raw)
    for _ in range(data.draw(st.integers(0, 3))):
        raw[data.draw(st.integers(0, min(len(raw) - 1, 40)))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(raw)), st.integers(0, len(raw))))
    path = tmp_path / "x-images-idx3-ubyte"
    path.write_bytes(raw[:cut])
    try:
        found = load(path, tmp_path)
    except DataError as error:
        assert "\n" not in str(error)
    else:
        assert found.items.dtype == np.uint8 and found.items.ndim == 4


@pytest.mark.skipif(not MNIST.is_dir(), reason="MNIST is not here")
def test_mnist_itself(tmp_path: Path) -> None:
    seen = []
    data = load_dataset(Images(path=str(MNIST)), 0, cache_dir=tmp_path,
                        progress=lambda *p: seen.append(p), image_sizes=(8, 16, 28, 32, 64))
    assert data.items.shape == (60_000, 1, 28, 28) and data.notes == ()
    assert data.labels is not None and data.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.items.mean() == pytest.approx(0.1307 * 255, abs=0.02)
    assert seen[-1] == (60_000, 60_000) and len(seen) > 20
    again = load_dataset(Images(path=str(MNIST)), 0, cache_dir=tmp_path,
                         image_sizes=(8, 16, 28, 32, 64))
    assert np.array_equal(again.items, data.items) and np.array_equal(again.labels, data.labels)
