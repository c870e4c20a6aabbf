"""A full disk, a refused folder or a change of mind leaves everything as it was."""

import errno
import os
import random
from pathlib import Path
from typing import Any

import pytest

from ganstudio.runs.gallery import write
from ganstudio.runs.gallery.data import GalleryCancelled, GalleryError
from ganstudio.runs.gallery.write import write_gallery

from .made import images


def tree(folder: Path) -> dict[str, bytes | None]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None
            for p in folder.rglob("*")}


pytestmark = pytest.mark.usefixtures("quick")


class Disk:
    """Fails at its nth operation, and at every writing one after it where ``full`` is set."""

    def __init__(self, fail_at: int, full: bool, code: int = errno.ENOSPC) -> None:
        self.fail_at, self.full, self.code = fail_at, full, code
        self.count = 0

    def work(self, once: bool = False) -> None:
        self.count += 1
        if self.count == self.fail_at or (self.full and not once and self.count > self.fail_at):
            raise OSError(self.code, os.strerror(self.code))

    def install(self, patch: pytest.MonkeyPatch) -> None:
        replace, sync, make, open_ = os.replace, os.fsync, Path.mkdir, Path.open
        disk = self

        class File:
            def __init__(self, inner: Any) -> None:
                self.inner = inner

            def write(self, data: Any) -> Any:
                disk.work()
                return self.inner.write(data)

            def __enter__(self) -> "File":
                return self

            def __exit__(self, *_: object) -> None:
                self.inner.close()

            def __getattr__(self, name: str) -> Any:
                return getattr(self.inner, name)

        def opened(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            if not set(mode) & set("wax+"):
                return open_(path, mode, *args, **kwargs)
            disk.work()
            return File(open_(path, mode, *args, **kwargs))

        def wrapped(real: Any, once: bool = False) -> Any:
            def call(*args: Any, **kwargs: Any) -> Any:
                disk.work(once)
                return real(*args, **kwargs)
            return call

        # A rename back onto a full disk takes no room, so it fails but once.
        patch.setattr(os, "replace", wrapped(replace, once=True))
        patch.setattr(os, "fsync", wrapped(sync))
        patch.setattr(Path, "mkdir", wrapped(make))
        patch.setattr(Path, "open", opened)


def small() -> Any:
    return images(count=2, frames=1, real=None)


def attempt(out: Path, fail_at: int, full: bool, code: int = errno.ENOSPC) -> tuple[Disk, str]:
    disk = Disk(fail_at, full, code)
    with pytest.MonkeyPatch.context() as patch:
        disk.install(patch)
        try:
            write_gallery(small(), out)
        except GalleryError as error:
            return disk, str(error)
    return disk, ""


@pytest.mark.parametrize("older", [False, True], ids=["new", "older"])
def test_a_full_disk_anywhere(tmp_path: Path, older: bool) -> None:
    (tmp_path / "dry").mkdir()
    dry, message = attempt(tmp_path / "dry" / "g", 10**9, False)
    assert not message
    out = tmp_path / "here" / "g"
    out.parent.mkdir()
    if older:
        write_gallery(images(count=1, frames=0), out)
    before = tree(out.parent)
    operations = dry.count + older
    assert operations > 40
    # The first, the last (where things are moved into place) and some between.
    middle = random.Random(7).sample(range(4, operations - 3), 9)
    for turn, fail_at in enumerate([1, 2, 3, *middle, *range(operations - 3, operations)]):
        disk, message = attempt(out, fail_at, full=turn % 2 == 0)
        assert disk.count >= fail_at
        assert "disk is full" in message and str(out) in message
        assert "\n" not in message
        assert tree(out.parent) == before, f"at operation {fail_at} of {operations}"


def test_the_last_sync_cannot_undo_a_gallery_that_stands(tmp_path: Path) -> None:
    (tmp_path / "dry").mkdir()
    dry, _ = attempt(tmp_path / "dry" / "g", 10**9, False)
    disk, message = attempt(tmp_path / "g", dry.count, False)
    assert disk.count == dry.count and not message
    assert (tmp_path / "g" / "index.html").exists()


@pytest.mark.parametrize(("code", "words"), [
    (errno.EACCES, "no permission"), (errno.EROFS, "no permission"),
    (errno.EIO, "no gallery could"), (errno.ENAMETOOLONG, "too long")])
def test_other_failures_in_a_sentence(tmp_path: Path, code: int, words: str) -> None:
    _, message = attempt(tmp_path / "g", 5, False, code)
    assert words in message
    assert tree(tmp_path) == {}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user who may not")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(GalleryError, match="no permission"):
            write_gallery(small(), tmp_path / "g")
    finally:
        tmp_path.chmod(0o700)


def test_a_parent_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    with pytest.raises(GalleryError):
        write_gallery(small(), tmp_path / "f" / "g")
    assert tree(tmp_path) == {"f": b"x"}


@pytest.mark.parametrize("older", [False, True], ids=["new", "older"])
def test_cancel_anywhere(tmp_path: Path, older: bool) -> None:
    asked = 0

    def count() -> bool:
        nonlocal asked
        asked += 1
        return False

    write_gallery(small(), tmp_path / "dry", None, count)
    out = tmp_path / "deep" / "g"
    if older:
        write_gallery(images(count=1, frames=0), out)
    before = tree(tmp_path)
    assert asked > 15
    for stop_at in sorted({1, 2, asked, *random.Random(3).sample(range(3, asked), 6)}):
        left = stop_at

        def cancelled() -> bool:
            nonlocal left
            left -= 1
            return left == 0

        with pytest.raises(GalleryCancelled):
            write_gallery(small(), out, None, cancelled)
        assert tree(tmp_path) == before


def test_an_unexpected_exception_leaves_nothing(tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(write, "page", broken)
    with pytest.raises(ZeroDivisionError):
        write_gallery(small(), tmp_path / "a" / "g")
    assert tree(tmp_path) == {}


def test_too_little_memory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(write, "sheet_page", broken)
    with pytest.raises(GalleryError, match="fewer rows"):
        write_gallery(small(), tmp_path / "g")
    assert tree(tmp_path) == {}
