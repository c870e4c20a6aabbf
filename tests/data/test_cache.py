import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.data import cache, image_load
from ganstudio.data.catalogue import load_dataset
from ganstudio.data.dataset import DataError
from ganstudio.data.image_folder import FolderSource
from ganstudio.recipe.data import Images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "set").mkdir()
    rng = np.random.default_rng(0)
    for i in range(6):
        pixels = rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "set" / f"{i}.png")
    (tmp_path / "set" / "bad.png").write_bytes(b"")
    return tmp_path / "set"


def load(folder: Path, where: Path, **more):  # type: ignore[no-untyped-def]
    return load_dataset(Images(path=str(folder), **more), 0, cache_dir=where)


@pytest.fixture
def decodings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one each time a folder is really decoded."""
    made: list[int] = []
    plain = FolderSource.batches

    def counted(self, plan, monitor):  # type: ignore[no-untyped-def]
        made.append(1)
        return plain(self, plan, monitor)

    monkeypatch.setattr(FolderSource, "batches", counted)
    return made


def test_a_set_is_decoded_once(folder: Path, tmp_path: Path, decodings: list[int]) -> None:
    first = load(folder, tmp_path / "c")
    second = load(folder, tmp_path / "c")
    assert len(decodings) == 1
    assert first.items.tobytes() == second.items.tobytes() and second.items.flags.writeable
    assert (first.skipped, first.notes) == (second.skipped, second.notes)
    assert first.skipped == (("bad.png", "empty"),)
    assert [p.suffix for p in (tmp_path / "c").iterdir()] == [".images"]


def test_whatever_changes_the_result_misses_the_cache(folder: Path, tmp_path: Path,
                                                      decodings: list[int]) -> None:
    where = tmp_path / "c"
    load(folder, where)
    for more in ({"size": 8}, {"fit": "pad"}, {"colour": "grey"}, {"limit": 3}):
        load(folder, where, **more)
    load_dataset(Images(path=str(folder)), 0, cache_dir=where, image_sizes=(8, 16))
    assert len(decodings) == 6
    os.utime(folder / "0.png", ns=(1, 1))
    load(folder, where)
    (folder / "5.png").unlink()
    assert len(load(folder, where)) == 5
    assert len(decodings) == 8
    load(folder, where)
    assert len(decodings) == 8


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "words"])
def test_a_damaged_cache_is_made_anew(folder: Path, tmp_path: Path, decodings: list[int],
                                      damage: str) -> None:
    good = load(folder, tmp_path / "c")
    (kept,) = (tmp_path / "c").iterdir()
    raw = bytearray(kept.read_bytes())
    if damage == "flip":
        raw[7] ^= 255
    if damage == "words":
        raw[-30:-20] = b"\xff" * 10
    kept.write_bytes({"cut": raw[:-9], "empty": b""}.get(damage, raw))
    again = load(folder, tmp_path / "c")
    assert np.array_equal(good.items, again.items) and len(decodings) == 2
    load(folder, tmp_path / "c")
    assert len(decodings) == 2


def test_an_unwritable_cache_is_done_without(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for where in (tmp_path / "file", tmp_path / "file" / "below"):
        assert len(load(folder, where)) == 6
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_full_disk_is_done_without(folder: Path, tmp_path: Path,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.os, "fsync", full)
    assert len(load(folder, tmp_path / "c")) == 6
    assert list((tmp_path / "c").iterdir()) == []


def test_a_set_too_large_for_memory_lives_on_disk(folder: Path, tmp_path: Path,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    small = load(folder, tmp_path / "a")
    monkeypatch.setattr(cache, "IN_MEMORY_BYTES", 100)
    large = load(folder, tmp_path / "b")
    assert isinstance(large.items, np.memmap) and large.items.flags.writeable
    assert np.array_equal(large.items, small.items) and large.notes == small.notes
    assert large.skipped == small.skipped
    large.items[0] = 0  # a copy on write: the file stays as it is
    assert np.array_equal(load(folder, tmp_path / "b").items, small.items)


def test_grey_stored_as_colour_is_noticed_on_disk_too(tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(6 * 64, dtype=np.uint16).astype(np.uint8).reshape(6, 8, 8)
    np.save(tmp_path / "a.npy", np.repeat(values[:, None], 3, axis=1))
    monkeypatch.setattr(cache, "IN_MEMORY_BYTES", 100)
    monkeypatch.setattr(cache, "_PIECE", 500)
    data = load(tmp_path / "a.npy", tmp_path / "c")
    assert np.array_equal(data.items[:, 0], values) and data.shape == (1, 8, 8)
    assert len(list((tmp_path / "c").iterdir())) == 1


def test_a_set_that_fits_nowhere_is_refused(folder: Path, tmp_path: Path,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "IN_MEMORY_BYTES", 100)
    monkeypatch.setattr(image_load, "MAX_WITHOUT_DISK", 100)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="choose a smaller size or set 'At most'"):
        load(folder, tmp_path / "file")


def test_the_oldest_sets_go_first(tmp_path: Path) -> None:
    for age in range(4):
        path = tmp_path / f"{age}.images"
        path.write_bytes(bytes(100))
        os.utime(path, (1000 - age, 1000 - age))
    (tmp_path / "old.part").write_bytes(bytes(9))
    os.utime(tmp_path / "old.part", (1, 1))
    (tmp_path / "new.part").write_bytes(bytes(9))
    (tmp_path / "other.txt").write_text("not ours")
    cache.trim(tmp_path, keep="3", most=200)
    assert {p.name for p in tmp_path.iterdir()} == {"0.images", "3.images", "new.part", "other.txt"}


def test_the_platforms_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cache.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.default_cache_dir() == tmp_path / "ganstudio"
    monkeypatch.setattr(cache.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert cache.default_cache_dir() == tmp_path / "local" / "ganstudio"
    monkeypatch.setattr(cache.sys, "platform", "darwin")
    assert cache.default_cache_dir().parts[-3:] == ("Library", "Caches", "ganstudio")
